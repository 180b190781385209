"""`admin drain`: a server ends in order, as after SIGTERM."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest
from websockets.asyncio.client import unix_connect

from pokerws.client import connect
from pokerws.game.config.table_config import TableConfig
from tests.admin.console import Line
from tests.e2e.process import ServerProcess


@pytest.fixture
async def server(database_url: str, tmp_path: Path) -> AsyncIterator[ServerProcess]:
    process = ServerProcess(
        database_url=database_url,
        use_db_repository=True,
        use_event_persistence=True,
        use_durable_acks=True,
        admin_socket=str(tmp_path / "a.sock"),
        node_name="poker-7",
        # Hands may end, and nobody plays this one.
        drain_ms=600_000,
    )
    await process.start()
    yield process
    if process.running:
        await process.kill()


async def line_at(server: ServerProcess) -> Line:
    file = server.settings["ADMIN_SOCKET"]
    line = Line(await unix_connect(file, uri="ws://admin/", compression=None))
    await line.ask("hello", name="alice")
    return line


async def test_the_answer_and_its_row_come_before_the_end_which_is_0(
    server: ServerProcess, database_url: str
) -> None:
    line = await line_at(server)
    assert await line.refused("drain") == "missing_field"
    assert not server.log("server_drains")
    done = await line.do("drain", reason="a new release")
    assert done["text"] == "poker-7 drains, and ends when its clients are gone"
    assert await server.ended() == 0
    (stopped,) = server.log("server_stopped")
    assert stopped["all_stored"]
    connection = await asyncpg.connect(database_url)
    rows = await connection.fetch("SELECT * FROM admin_log ORDER BY id")
    await connection.close()
    begun, ended = rows
    for row in rows:
        assert (row["who"], row["node"], row["command"]) == ("operator:alice", "poker-7", "drain")
        assert (row["target"], row["reason"]) == ("", "a new release")
    assert (begun["result"], ended["result"]) == ("", "done")


async def test_a_second_order_says_that_it_drains_and_hurries_nothing(
    server: ServerProcess,
) -> None:
    async with (
        connect(server.socket_url, name="Ann") as ann,
        connect(server.socket_url, name="Ben") as ben,
    ):
        table = await ann.create_table("One", TableConfig(turn_time_ms=600_000))
        view = await ann.watch(table)
        await ann.sit(table, 5_000)
        await ben.sit(table, 5_000)
        await view.wait_for(lambda view: view.table.hand is not None)
        line, other = await line_at(server), await line_at(server)
        await line.do("drain", reason="x")
        await server.logged("server_drains")
        for operator in line, other:
            again = await operator.do("drain", reason="x")
            assert (again["text"], again["repeated"]) == ("poker-7 drains already", True)
        assert not server.log("hands_not_over")
        assert not server.log("stop_hurried")
        # The hand ends, and with it the server.
        for client in ann, ben:
            if turn := (await client.watch(table)).turn:
                await client.act(table, turn.number, "fold")
        assert await server.ended() == 0


async def test_an_order_whose_operator_is_gone_is_carried_out(server: ServerProcess) -> None:
    line = await line_at(server)
    await line.connection.send(json.dumps({"command": "drain", "reason": "x"}))
    line.connection.transport.abort()
    assert await server.ended() == 0
