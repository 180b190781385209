"""What outlives the server, with a database: freezes, sanctions, adjustments and the log."""

import json
import os
from pathlib import Path

import asyncpg
import pytest

from pokerws.client import connect
from pokerws.game.config.table_config import TableConfig
from tests.admin.console import console
from tests.e2e.process import ServerProcess
from tests.e2e.test_command_line import run


async def test_a_freeze_an_adjustment_and_the_log_outlive_kill_9(
    database_url: str, tmp_path: Path
) -> None:
    file = str(tmp_path / "a.sock")
    server = ServerProcess(
        database_url=database_url,
        use_db_repository=True,
        use_event_persistence=True,
        use_durable_acks=True,
        admin_socket=file,
        bots=0,
    )

    async def typed(*arguments: str) -> str:
        code, output, errors = await run("admin", *arguments, "--socket", file, **os.environ)
        assert (code, errors) == (0, "")
        return output

    await server.start()
    try:
        async with connect(server.socket_url, name="Ann") as ann:
            session, player = ann.session, ann.player
            table = await ann.create_table("One", TableConfig())
            await ann.sit(table, 5_000)
            await typed("freeze", table, "--reason", "a dispute")
            given = ("adjust", player, "7", "--reason", "x", "--request", "12345678")
            assert await typed(*given) == f"{player} has 95007 chips\n"
            await server.kill()
        await server.start()
        async with connect(server.socket_url, token=session) as ann:
            view = await ann.watch(table)
            await view.wait_for(lambda view: view.waiting_for == "frozen")
            assert (await typed(*given)).startswith("booked before: ")
            assert (await ann.account()).balance == 95_007
            shown = json.loads(await typed("table", table, "--json"))["result"]
            assert (shown["row"]["frozen"], shown["frozen_reason"]) == (True, "a dispute")
            assert not server.log("connection_admitted"), "it is of the level debug"
            await typed("log-level", "debug")
            async with connect(server.socket_url, name="Ben"):
                assert server.log("connection_admitted")
            await typed("resume", table)
            await view.wait_for(lambda view: view.waiting_for != "frozen")
        log = json.loads(await typed("log", "--json"))["result"]["actions"]
        assert [one["command"] for one in log] == ["resume", "log-level", "adjust", "freeze"]
    finally:
        if server.running:
            await server.kill()


async def test_a_crash_between_begin_and_end_shows_in_the_log(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with (
        console(tmp_path, database_url=database_url, use_db_repository=True) as operator,
        operator.line() as line,
        operator.player("Ann") as ann,
    ):
        table = await ann.create_table("One", TableConfig())
        await ann.sit(table, 5_000)
        kick = {"table": table, "player": "Ann", "reason": "x"}
        await line.do("kick", **kick)
        assert await line.refused("kick", **kick) == "not_seated"
        connection = await asyncpg.connect(database_url)
        rows = await connection.fetch("SELECT command, result, begun FROM admin_log ORDER BY id")
        assert [(one["result"], one["begun"]) for one in rows] == [
            *(("", None), ("done", 1), ("", None), ("not_seated", 3))
        ]
        # As if the server had ended before the second row.
        await connection.execute(
            "INSERT INTO admin_log (who, role, via, node, command) "
            "VALUES ('operator:eve', 'operator', 'uid 0', 'one', 'close-table')"
        )
        await connection.close()
        log = (await line.do("log"))["actions"]
        assert [one.get("result", "") for one in log] == ["", "not_seated", "done"]
        typed = await operator.type("log")
        assert "close-table" in typed.out


async def test_nothing_is_done_that_cannot_be_logged_but_a_ban_holds_at_once(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with (
        console(tmp_path, database_url=database_url, use_db_repository=True) as operator,
        operator.line() as line,
        operator.player("Ann") as ann,
    ):
        table = await ann.create_table("One", TableConfig())
        await ann.sit(table, 5_000)
        store = operator.app.persistence.store
        from pokerws.storage.errors import StoreUnavailable

        async def away(*arguments: object, **more: object) -> None:
            raise StoreUnavailable("no answer in time")

        with monkeypatch.context() as outage:
            outage.setattr(store.admin_log, "add", away)
            outage.setattr(store.sanctions, "impose", away)
            close = {"table": table, "reason": "x"}
            assert await line.refused("close-table", **close) == "log_unavailable"
            assert (await ann.list_tables())[0].status == "waiting"
            muted = await line.do("mute", player="Ann", reason="x")
            assert muted["stored"] is False
        await operator.app.moderation.refresh(operator.app.lobby)
        log = (await line.do("log"))["actions"]
        assert [(one["command"], one["result"]) for one in log] == [("mute", "done")]
