"""Servers that are stopped give their tables to others, and nobody at these notices.

ROLLS=10 restarts all servers of a cluster ten times.
"""

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pokerws.client import connect
from pokerws.messages import Notice, Snapshot
from tests.e2e.cluster.rig import nodes
from tests.e2e.database import check_database
from tests.e2e.faults import Cluster, a_cluster, onlooker, tables_in_play
from tests.server.cluster.nats_server import NatsServer, nats_server

ROLLS = int(os.environ.get("ROLLS", "1"))

postgres = pytest.fixture(scope="module")(a_cluster)


@pytest.fixture(scope="module")
def nats(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NatsServer]:
    with nats_server(Path(tmp_path_factory.mktemp("nats"))) as server:
        yield server


async def test_a_server_that_is_stopped_gives_its_tables_away_in_play(
    postgres: Cluster, nats: NatsServer
) -> None:
    dsn = await postgres.database()
    async with nodes(nats, dsn, 3) as (first, second, owner):
        async with (
            tables_in_play(owner, dsn, first, second) as played,
            connect(first.socket_url, name="Sue") as sue,
            onlooker(first, played.tables[0], token=sue.session or "") as seen,
        ):
            await seen.is_shown.wait()
            await played.more(20)
            assert await owner.stop() == 0
            (given,) = owner.log("tables_given")
            assert given["tables"] == len(played.tables)
            assert given["stay"] == 0
            await played.more(50)
            assert sum(isinstance(one, Snapshot) for one in seen.messages) == 1
            assert not any(isinstance(one, Notice) for one in seen.messages), "its server stays"
            for server in first, second:
                assert not server.log("session_ended"), "nobody was disconnected"
                assert not server.log("tables_taken_over"), "nothing was left behind"
        for server in first, second:
            assert await server.stop() == 0
    await played.everything_shown_is_stored()
    assert await check_database(dsn)


async def test_three_servers_are_restarted_one_after_the_other_under_load(
    postgres: Cluster, nats: NatsServer, record_property: Callable[[str, object], None]
) -> None:
    dsn = await postgres.database()
    async with nodes(nats, dsn, 3) as servers:
        async with tables_in_play(servers[0], dsn, *servers) as played:
            for server in servers * ROLLS:
                await played.more(20)
                others = [one for one in servers if one is not server]
                ended = [len(one.log("session_ended")) for one in others]
                assert await server.stop() == 0
                # Its players have only its address, and come back to it.
                await server.start()
                assert [len(one.log("session_ended")) for one in others] == ended
                assert not any(one.log("tables_taken_over") for one in servers)
                assert server.log("tables_given")[-1]["stay"] == 0
                assert not server.log("tables_not_given")
            await played.more(20)
        for server in servers:
            assert await server.stop() == 0
    await played.everything_shown_is_stored()
    record_property("longest_action_s", round(played.longest_s, 3))
    sys.stdout.write(f"longest action: {played.longest_s:.3f} s\n")
