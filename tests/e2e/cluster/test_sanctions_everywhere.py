"""A ban and a mute hold at all servers, as soon as they hear of it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import NamedTuple

import pytest

from pokerws.client import Client, CommandRejected, ConnectionEnded, connect
from pokerws.game.state import TableId
from pokerws.messages import CloseCode
from pokerws.messages.moderation import Ban, Mute
from pokerws.server.moderation.moderation import REFRESH_S
from tests.e2e.cluster.rig import nodes, ready
from tests.e2e.faults import Cluster
from tests.e2e.ownership.test_two_servers import PATIENT
from tests.e2e.process import ServerProcess
from tests.server.cluster.nats_server import NatsServer
from tests.server.moderation.conftest import OPERATOR_KEY, operator_token

KEY: dict[str, object] = {"operator_key": OPERATOR_KEY}
# Sooner than what was not heard of is read anyway.
SOON_S = REFRESH_S / 2


class Seen(NamedTuple):
    """Ann sits at a table of the first server, and is connected to the second one."""

    servers: list[ServerProcess]
    operator: Client
    ann: Client
    tables: list[TableId]


@asynccontextmanager
async def ann_at_the_second(nats: NatsServer, dsn: str) -> AsyncIterator[Seen]:
    async with (
        nodes(nats, dsn, 2, KEY, KEY) as servers,
        connect(servers[0].socket_url, token=operator_token()) as operator,
        connect(servers[0].socket_url, name="Ben") as ben,
        connect(servers[1].socket_url, name="Ann") as ann,
    ):
        tables = [await one.create_table("Table", PATIENT) for one in (ben, ann)]
        for table in tables:
            await ann.watch(table)
        await ann.sit(tables[0], 5_000)
        yield Seen(servers, operator, ann, tables)


async def test_a_mute_holds_at_tables_of_all_servers(postgres: Cluster, nats: NatsServer) -> None:
    dsn = await postgres.database()
    async with ann_at_the_second(nats, dsn) as seen:
        await seen.operator.moderate(Mute("", seen.ann.player, 60))
        for table in seen.tables:
            with pytest.raises(CommandRejected, match="muted"):
                await again_and_again(lambda: seen.ann.chat(table, "Hello?"))  # noqa: B023  called at once


async def test_a_ban_disconnects_a_player_of_another_server(
    postgres: Cluster, nats: NatsServer
) -> None:
    dsn = await postgres.database()
    async with ann_at_the_second(nats, dsn) as seen:
        await seen.operator.moderate(Ban("", 60, seen.ann.player))
        await banned(seen)


async def test_a_ban_that_a_server_could_not_hear_of_holds_as_soon_as_nats_is_back(
    postgres: Cluster, nats: NatsServer
) -> None:
    dsn = await postgres.database()
    async with ann_at_the_second(nats, dsn) as seen:
        nats.kill()
        for server in seen.servers:
            await server.logged("nats_lost")
        await seen.operator.moderate(Ban("", 60, seen.ann.player))
        await seen.ann.ping()
        await nats.start()
        for server in seen.servers:
            await ready(server)
        await banned(seen)


async def again_and_again(ask: Callable[[], Awaitable[object]]) -> None:
    """Ask until that fails."""
    async with asyncio.timeout(SOON_S):
        while True:
            await ask()


async def banned(seen: Seen) -> None:
    """Wait until Ann is disconnected, has no seat, and is not let in again anywhere."""
    with pytest.raises(ConnectionEnded) as ended:
        await again_and_again(seen.ann.ping)
    assert ended.value.code == CloseCode.BANNED
    for server in seen.servers:
        with pytest.raises(CommandRejected, match="banned"):
            async with connect(server.socket_url, token=seen.ann.session):
                pass
        async with connect(server.socket_url, name=f"At {server.port}") as gus:
            view = await gus.watch(seen.tables[0])
            await view.wait_for(lambda view: not any(view.table.seats))
