"""Servers whose names or clocks do not fit together, and tables that two of them want at once."""

import sys
from pathlib import Path

from pokerws.client import connect
from tests.e2e.cluster.rig import Place, nobody_left, nodes, play, stop_all
from tests.e2e.faults import Cluster, serving
from tests.server.cluster.nats_server import NatsServer
from tests.simulation.crash import CONFIG

HOUR_S = 3_600
STORED = 6


def shifted(by_s: int) -> list[str]:
    """How to start a server whose wall clock is wrong."""
    return [sys.executable, str(Path(__file__).with_name("shifted_clock.py")), str(by_s)]


async def test_servers_with_clocks_an_hour_apart_take_tables_from_each_other(
    postgres: Cluster, nats: NatsServer
) -> None:
    """Leases follow the clock of Postgres; deadlines go on with the time that was left."""
    dsn = await postgres.database()
    programs = [shifted(HOUR_S), shifted(-HOUR_S), shifted(0)]
    async with nodes(nats, dsn, 3, programs=programs) as (ahead, behind, right):
        async with play(
            dsn, *(Place(one, [behind.socket_url, right.socket_url]) for one in (ahead, right))
        ) as played:
            await ahead.kill()
            await played.more(50)
            nobody_left(played, behind, right)
        await stop_all(behind, right)
    await played.nothing_is_lost()


async def test_two_servers_of_one_name_are_two_servers(postgres: Cluster, nats: NatsServer) -> None:
    dsn = await postgres.database()
    name = {"node_name": "poker"}
    async with nodes(nats, dsn, 3, name, name) as (twin, other, third):
        async with play(
            dsn,
            *(
                Place(one, [other.socket_url, third.socket_url, other.socket_url])
                for one in (twin, other)
            ),
        ) as played:
            nobody_left(played, twin, other, third)
            await twin.kill()
            await played.more(50)
            nobody_left(played, other, third)
            for server in other, third:
                assert not server.log("lease_lost")
        await stop_all(other, third)
    await played.nothing_is_lost()


async def test_tables_that_two_servers_are_asked_for_at_once_get_one_owner_each(
    postgres: Cluster, nats: NatsServer
) -> None:
    dsn = await postgres.database()
    async with serving(dsn, durable=True) as before:
        async with connect(before.socket_url, name="Opener") as opener:
            tables = [await opener.create_table(f"Stored {n}", CONFIG) for n in range(STORED)]
        assert await before.stop() == 0
    async with nodes(nats, dsn, 2) as (first, second):
        urls = [first.socket_url, second.socket_url] * 2
        async with play(dsn, *(Place(first, urls, table) for table in tables)) as played:
            claims = await postgres.ask(dsn, "SELECT array_agg(epoch) FROM games")
            assert claims == [2] * STORED
            for server in first, second:
                assert not server.log("session_ended")
            await played.more(10)
        await stop_all(first, second)
    await played.nothing_is_lost()
