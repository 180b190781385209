"""What an operator does on an evening, at the command line."""

import json
from pathlib import Path
from typing import Any

import pytest

from pokerws.client import ConnectionEnded
from pokerws.game.config.table_config import TableConfig
from pokerws.messages import CloseCode
from tests.admin.console import console

DOCUMENT = Path(__file__).parents[2] / "docs" / "admin.md"


def as_written(log: list[dict[str, Any]], names: dict[str, str]) -> list[str]:
    """The log as docs/admin.md shows it, with the ids of the example."""
    columns = ("who", "command", "target", "table", "reason", "result")
    lines = ["| " + " | ".join(one.get(name, "") for name in columns) + " |" for one in log]
    for found, written in names.items():
        lines = [line.replace(found, written) for line in lines]
    return lines


async def test_an_evening_of_an_operator(tmp_path: Path, database_url: str) -> None:
    stored: dict[str, Any] = {"database_url": database_url, "use_db_repository": True}
    async with console(tmp_path, **stored) as operator, operator.player("Ann") as ann:
        async with operator.player("Ben") as ben:
            table = await ann.create_table("One", TableConfig())
            await ann.sit(table, 5_000)

            listed = await operator.type("tables")
            assert (listed.code, listed.errors) == (0, "")
            assert table in listed.out
            assert "status: waiting" in (await operator.type("table", table)).out
            found = json.loads((await operator.type("players", "--find", "an", "--json")).out)
            assert [one["name"] for one in found["result"]["players"]] == ["Ann"]
            assert "127.0.0.1" in (await operator.type("connections")).out

            muted = await operator.type("mute", "ann", "--for", "2h", "--reason", "spam")
            assert muted.out.startswith(f"{ann.player} is muted for 120 minutes, until 20")
            assert "mute" in (await operator.type("sanctions")).out
            assert (await operator.type("unmute", "Ann")).code == 0
            frozen = await operator.type("freeze", table, "--reason", "a dispute")
            assert frozen.out.startswith(f"table {table} is frozen for 1440 minutes, until 20")
            assert (await operator.type("resume", table)).out == f"table {table} goes on\n"
            kicked = await operator.type("kick", table, "Ann", "--reason", "rude")
            assert kicked.out == f"{ann.player} is removed from table {table}\n"
            assert (await ann.list_tables())[0].players == 0
            told = await operator.type("announce", "tea is served")
            assert told.out == "shown to 2 connections of this server\n"
            await ben.account()
            given = await operator.type("adjust", "Ben", "500", "--reason", "a prize")
            assert given.out == f"{ben.player} has 100500 chips\n"
            taken = await operator.type("adjust", "Ben", "-400", "--reason", "a mistake")
            assert taken.out == f"{ben.player} has 100100 chips\n"
            assert "balance: 100100" in (await operator.type("player", "Ben")).out
            assert (await operator.type("audit", "Ben")).code == 0
            banned = await operator.type("--as", "eve", "ban", ben.player, "--reason", "threats")
            assert banned.code == 0
            with pytest.raises(ConnectionEnded) as ended:
                await ben.ping()
            assert ended.value.code == CloseCode.BANNED
        assert (await operator.type("unban", ben.player)).code == 0
        assert (await operator.type("ban", "203.0.113.7", "--reason", "x")).code == 0
        closed = await operator.type("close-table", table, "--reason", "late")
        assert closed.out == f"table {table} is closed, and all chips are returned\n"
        log = json.loads((await operator.type("log", "--json")).out)["result"]["actions"]
        assert [(one["command"], one["result"]) for one in reversed(log)] == [
            (name, "done")
            for name in (
                *("mute", "unmute", "freeze", "resume", "kick", "announce", "adjust", "adjust"),
                *("audit", "ban", "unban", "ban", "close-table"),
            )
        ]
        assert log[3]["who"] == "operator:eve"
        assert log[3]["via"].startswith("uid ")
        # Players are in it by id alone, since names can be erased.
        assert "ann" not in json.dumps(log).casefold().replace("announce", "")
        about = await operator.type("log", "--about", ben.player, "--json")
        assert len(json.loads(about.out)["result"]["actions"]) == 5
        names = {ann.player: "p_ann", ben.player: "p_ben", table: "6f1e0c9ab2d4"}
        names |= {log[0]["who"]: "operator:alice"}
        assert "\n".join(as_written(log[::-1], names)) in DOCUMENT.read_text(encoding="utf-8")


async def test_what_cannot_be_done_is_one_line_and_exit_code_1(tmp_path: Path) -> None:
    async with console(tmp_path) as operator, operator.player("Ann"):
        for arguments, why in (
            (("mute", "nobody", "--reason", "x"), "unknown_player: there is no player nobody"),
            (("ban", "127.0.0.1", "--reason", "x"), "protected: 127.0.0.1/32 contains"),
            (("ban", "8.0.0.0/8", "--reason", "x"), "invalid_value: 8.0.0.0/8 is too wide"),
            (("table", "none"), "unknown_table: there is no open table none"),
            (("kick", "none", "Ann", "--reason", "x"), "unknown_table: "),
            (("resume", "none"), "not_paused: table none is not frozen"),
            (("adjust", "Ann", "0", "--reason", "x"), "out_of_range: "),
        ):
            done = await operator.type(*arguments)
            assert (done.code, done.out, done.errors.count("\n")) == (1, "", 1)
            assert done.errors.startswith(f"pokerws: {why}")


async def test_without_a_server_the_socket_is_named(tmp_path: Path) -> None:
    async with console(tmp_path) as operator:
        pass
    done = await operator.type("status")
    assert done.code == 1
    assert done.errors.startswith(f"pokerws: no server listens at {tmp_path}/admin.sock: ")
    assert not operator.file.exists()


async def test_the_socket_of_a_killed_server_is_taken_over_and_a_living_ones_is_not(
    tmp_path: Path,
) -> None:
    async with console(tmp_path) as first:
        assert first.file.stat().st_mode & 0o777 == 0o600
        async with console(tmp_path, node_name="second"):
            assert "node: second" not in (await first.type("status")).out
        assert (await first.type("status")).code == 0
        # As a kill leaves it: the file is there, and nobody listens.
        left = tmp_path / "left.sock"
        left.hardlink_to(first.file)
    async with console(tmp_path, admin_socket="left.sock") as next_one:
        assert (await next_one.type("status")).code == 0
