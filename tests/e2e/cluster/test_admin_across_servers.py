"""Admin commands to one server of a cluster, about tables and players of another."""

import json
import os
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from pokerws.client import Client, CommandRejected, ConnectionEnded, connect
from pokerws.game.config.table_config import TableConfig
from pokerws.messages import Notice, ServerMessage
from tests.e2e.faults import Cluster, a_cluster, serving
from tests.e2e.test_command_line import run
from tests.server.cluster.nats_server import NatsServer, nats_server

postgres = pytest.fixture(scope="module")(a_cluster)


@pytest.fixture
def nats(tmp_path: Path) -> Iterator[NatsServer]:
    with nats_server(tmp_path) as server:
        yield server


async def typed(file: Path, *arguments: str) -> tuple[int, str]:
    """Type a command at a server's socket; the exit code, and what it prints."""
    code, out, errors = await run("admin", *arguments, "--socket", str(file), **os.environ)
    return code, out + errors


async def pings(client: Client) -> None:
    """Ping until the connection ends."""
    while True:
        await client.ping()


async def test_a_table_and_its_players_are_reached_from_another_server(
    postgres: Cluster,
    nats: NatsServer,
    tmp_path: Path,
) -> None:
    dsn, here = await postgres.database(), tmp_path / "first.sock"
    await nats.start()
    async with AsyncExitStack() as stack:
        stack.callback(nats.kill)
        first, second = [
            await stack.enter_async_context(
                serving(
                    *(dsn,),
                    durable=True,
                    cluster_url=nats.url,
                    node_name=name,
                    admin_socket=str(tmp_path / f"{name}.sock"),
                )
            )
            for name in ("first", "second")
        ]
        heard: list[ServerMessage] = []
        async with connect(second.socket_url, name="Ann", on_message=heard.append) as ann:
            table = await ann.create_table("One", TableConfig())
            view = await ann.watch(table)
            await ann.sit(table, 5_000)
            code, out = await typed(here, "announce", "hello")
            assert (code, out) == (0, "shown to 0 connections of this server\n")
            while Notice("announcement", "hello") not in heard:
                await ann.ping()

            # By the database, which all servers share.
            while table not in (await typed(here, "tables"))[1]:
                pass
            assert (await typed(here, "freeze", table, "--reason", "x"))[0] == 0
            await view.wait_for(lambda view: view.waiting_for == "frozen")
            with pytest.raises(CommandRejected, match="paused"):
                await ann.stand(table)
            assert (await typed(here, "resume", table))[0] == 0
            await view.wait_for(lambda view: view.waiting_for != "frozen")

            # By the server that owns the table.
            code, out = await typed(here, "kick", table, ann.player, "--reason", "x")
            assert (code, out) == (0, f"{ann.player} is removed from table {table}\n")
            assert not first.log("get_game"), "the second server has the table all the time"
            code, out = await typed(here, "close-table", table, "--reason", "x")
            assert (code, out) == (0, f"table {table} is closed, and all chips are returned\n")
            code, out = await typed(here, "connections", "--json")
            assert json.loads(out)["where"] == "this server"
            assert ann.player not in out, "it is connected to the other one"

            assert (await typed(here, "ban", ann.player, "--reason", "x"))[0] == 0
            with pytest.raises(ConnectionEnded):
                await pings(ann)
        for server in first, second:
            assert await server.stop() == 0
