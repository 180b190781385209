"""`python server.py` as an operator meets it: its commands, and one clear line for each mistake."""

import asyncio
import gc
import gzip
import json
import os
import signal
import socket
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from pokerws.cli import main
from pokerws.client import connect
from pokerws.main import main as entry_point
from tests.e2e.process import INHERITED, PROGRAM, ServerProcess
from tests.postgres_fixtures import Databases
from tests.vaults import VAULT_KEYS

HAND = {
    "variant": "NT",
    "antes": [0, 0],
    "blinds_or_straddles": [50, 100],
    "min_bet": 100,
    "starting_stacks": [1_000, 1_000],
    "actions": ["d dh p1 AsAd", "d dh p2 7c2d", "p2 f"],
    "src": "made-up",
}


async def run(*arguments: str, **settings: str) -> tuple[int, str, str]:
    """Exit code, output and errors of one call."""
    environment = {name: os.environ[name] for name in INHERITED if name in os.environ}
    process = await asyncio.create_subprocess_exec(
        *PROGRAM,
        *arguments,
        env={**environment, "VAULT_KEYS": VAULT_KEYS, **settings},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    output, errors = await process.communicate()
    assert process.returncode is not None
    return process.returncode, output.decode(), errors.decode()


async def refused(why: str, *arguments: str, **settings: str) -> None:
    """See a command fail with one line that says why."""
    code, output, errors = await run(*arguments, **settings)
    assert (code, output, errors.count("\n")) == (1, "", 1)
    assert errors.startswith("pokerws: ")
    assert why in errors


def test_ctrl_c_while_modules_are_imported_ends_it_without_a_traceback(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Imported(ModuleType):
        def __getattr__(self, name: str) -> Any:
            raise KeyboardInterrupt

    monkeypatch.setitem(sys.modules, "pokerws.cli", Imported("pokerws.cli"))
    numbers = signal.SIGTERM, signal.SIGINT
    handlers = {number: signal.getsignal(number) for number in numbers}
    try:
        assert entry_point([]) == 130
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
    assert gc.isenabled()


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"PORT": "many"}, "PORT"),
        ({"USE_EVENT_PERSISTENCE": "true"}, "USE_DB_REPOSITORY"),
        ({"USE_DB_REPOSTORY": "true"}, "did you mean USE_DB_REPOSITORY?"),
    ],
)
async def test_a_wrong_setting_stops_the_start_with_one_line_that_names_it(
    settings: dict[str, str], named: str
) -> None:
    code, output, errors = await run(**settings)
    assert (code, output) == (2, "")
    assert named in errors
    assert errors.count("\n") == 1


async def test_a_misspelt_name_in_the_settings_file_stops_an_operators_command_too(
    tmp_path: Path,
) -> None:
    path = tmp_path / "poker.env"
    path.write_text("DATABSE_URL=postgres://poker:hidden@db/poker\nPORT=80x\n")
    code, output, errors = await run("verify", "--env-file", str(path))
    assert (code, output) == (2, "")
    named, valued = errors.splitlines()
    assert named.endswith("is not a setting; did you mean DATABASE_URL? correct it")
    assert valued.startswith("pokerws: PORT must be ")
    assert "hidden" not in errors


async def test_a_missing_settings_file_stops_the_start() -> None:
    code, _, errors = await run("--env-file", "nowhere.env")
    assert code == 2
    assert "nowhere.env" in errors


@pytest.mark.parametrize(
    "words", ["--env-file nowhere.env migrate", "migrate --env-file nowhere.env"]
)
def test_a_settings_file_may_be_named_before_a_command_and_behind_it(
    words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words.split()) == 2
    assert "--env-file names no file: nowhere.env" in capsys.readouterr().err


async def test_a_database_that_cannot_be_reached_stops_the_start_with_one_line() -> None:
    code, _, errors = await run(
        USE_DB_REPOSITORY="true", DATABASE_URL="postgres://nobody:hidden@127.0.0.1:1/none"
    )
    assert code == 1
    assert "DATABASE_URL" in errors
    assert "hidden" not in errors
    assert errors.count("\n") == 1


async def test_a_port_that_is_taken_stops_the_start_with_one_line() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        code, _, errors = await run("serve", PORT=port)
    assert code == 1
    assert port in errors
    assert errors.count("\n") == 1


async def test_migrate_says_what_it_did_and_the_second_time_does_nothing(place: Path) -> None:
    settings = {"DATABASE_URL": f"embedded:{place / 'postgres'}"}
    _, before, _ = await run("migrate", "--status", **settings)
    code, first, _ = await run("migrate", **settings)
    assert code == 0
    _, again, _ = await run("migrate", **settings)
    states = [
        {line.split(maxsplit=2)[2].strip() for line in output.splitlines() if line[:4].isdigit()}
        for output in (before, first, again)
    ]
    assert states == [{"pending"}, {"applied now"}, {"applied"}]


@pytest.mark.parametrize(("final", "code", "agree"), [(950, 0, 1), (1_000, 1, 0)])
async def test_replay_hands_compares_the_stacks(
    tmp_path: Path, final: int, code: int, agree: int
) -> None:
    path = tmp_path / "hands.jsonl"
    path.write_text(json.dumps({**HAND, "final_stacks": [2_000 - final, final]}) + "\n")
    returned, output, _ = await run("replay-hands", str(path))
    lines = output.splitlines()
    assert returned == code
    assert lines[-1] == (
        f"1 hand: {agree} agree, {1 - agree} differ, 0 not supported, 0 without result"
    )
    assert ("made-up" in output) == (code == 1)


async def test_in_memory_a_server_starts_at_once_and_says_what_is_off() -> None:
    server = ServerProcess(bots=0)
    # Some who start it leave it without an input.
    await server.start(program=("sh", "-c", 'exec "$0" "$1" <&-', *PROGRAM))
    states = {line["what"]: line["state"] for line in server.log("status")}
    assert await server.stop() == 0
    assert states["USE_DB_REPOSITORY"] == "disabled"
    assert states["database"].startswith("off")
    assert states["address"] == server.address


# In dual-write, memory has a game before the database has it.
STORED = ("IN_MEMORY", "DB_SUCCESS")


async def test_in_memory_play_logs_its_outcome() -> None:
    server = ServerProcess(bots=2, bot_max_delay_ms=1, bot_min_delay_ms=0, log_level="debug")
    await server.start()
    for event in ("create_game", "save_game", "get_game"):
        assert (await server.logged(event))["outcome"] == "IN_MEMORY"
    assert await server.stop() == 0


async def test_bots_come_to_the_main_table_though_that_of_another_game_does_not_fit() -> None:
    server = ServerProcess(
        max_tables=1,
        bots=2,
        bot_games="PO",
        bot_max_delay_ms=1,
        bot_min_delay_ms=0,
        next_hand_delay_ms=0,
    )
    await server.start()
    line = await server.logged("bot_table_not_opened")
    assert "raise MAX_TABLES" in line["error"]
    async with connect(server.socket_url, name="Rail") as rail:
        (table,) = await rail.list_tables()
        view = await rail.watch(table.table)
        await view.wait_for(lambda view: view.table.hand_number > 0)
    assert await server.stop() == 0


async def test_verify_and_replay_tell_an_operator_what_is_stored_beside_a_running_server(
    place: Path,
) -> None:
    settings = {"DATABASE_URL": f"embedded:{place / 'postgres'}"}
    server = quick_bots(settings["DATABASE_URL"])
    await server.start()
    game = (await server.logged("create_game"))["table"]
    await server.all_written(100)

    await holds_together(**settings)
    code, output, errors = await run("migrate", "--status", **settings)
    assert (code, errors) == (0, "")
    assert "pending" not in output
    code, output, errors = await run("replay", game, "--to", "50", **settings)
    assert (code, errors) == (0, "")
    assert output.startswith(f"game {game}, Main table\nhidden cards are shown: ")
    assert "the table after event 50, " in output
    # The server has noticed nothing: it plays on, and stores all.
    await server.all_written(max(line.get("version", 0) for line in server.log("save_game")) + 50)
    asked = ("export", "--game", game, "--hand", "1", "--format", "pokerstars")
    code, output, errors = await run(*asked, **settings)
    warning = "pokerws: warning: these hands have the hidden cards of all players; use --as PLAYER"
    assert (code, errors) == (0, f"{warning} for the view of one\n")
    assert output.count("Dealt to") >= 2
    assert not [line for line in server.log("save_game") if line["outcome"] not in STORED]
    assert await server.stop() == 0
    (stopped,) = server.log("server_stopped")
    assert stopped["all_stored"] is True

    # Nobody has the database now, so that it is started for the command, and stopped after it.
    assert await run("verify", "--game", game, **settings) == (
        0,
        "1 game verified, 0 mismatches\n",
        "",
    )
    code, output, errors = await run(*asked, "--as", "somebody", "--currency", "USD", **settings)
    assert code == 0
    assert "($0.50/$1.00 USD)" in output
    assert "hidden cards" not in errors
    assert output.startswith("PokerStars Hand #")
    assert "Dealt to" not in output
    assert "somebody was not dealt into any of these hands" in errors
    for command in (
        ["verify", "--game", "no-such"],
        ["replay", "no-such"],
        ["export", "--game", "no-such"],
    ):
        await refused("no-such", *command, **settings)
    assert not (place / "postgres/cluster/data/postmaster.pid").exists()


async def test_verify_where_there_is_no_database_is_one_line_and_makes_none(
    place: Path,
) -> None:
    code, output, errors = await run("verify", DATABASE_URL=f"embedded:{place / 'typo'}")
    assert (code, output, errors.count("\n")) == (1, "", 1)
    assert "there is no database in" in errors
    assert not (place / "typo").exists()


async def test_verify_of_a_tampered_game_fails_with_a_line_that_names_it(
    database_url: str, databases: Databases
) -> None:
    server = ServerProcess(
        bots=2,
        bot_max_delay_ms=1,
        bot_min_delay_ms=0,
        use_db_repository=True,
        database_url=database_url,
    )
    await server.start()
    game = (await server.logged("create_game"))["table"]
    assert await server.stop() == 0
    databases.psql(database_url, "-c", "UPDATE games SET players = 9")

    code, output, errors = await run("verify", DATABASE_URL=database_url)

    assert (code, errors) == (1, "")
    mismatch, totals, ledger = output.splitlines()
    assert mismatch.startswith(f"game {game}: the column players says 9, the snapshot ")
    assert totals == "1 game verified, 1 mismatch, 1 without a log"
    assert ledger.endswith(" transfers verified, 0 mismatches")


def quick_bots(database_url: str) -> ServerProcess:
    """A server whose bots play fast, with all of it stored, and leave time for the commands."""
    return ServerProcess(
        bots=3,
        # However long the commands take, no bot loses all that it has.
        grant_chips=1_000_000_000,
        bot_max_delay_ms=6,
        bot_min_delay_ms=2,
        next_hand_delay_ms=0,
        # However long a command takes meanwhile, they do not run out of chips.
        refill_interval_ms=0,
        use_db_repository=True,
        use_event_persistence=True,
        log_level="debug",
        database_url=database_url,
    )


async def holds_together(**settings: str) -> None:
    """What `verify` says of a game that is as it should be."""
    code, output, errors = await run("verify", **settings)
    totals, ledger = output.splitlines()
    assert (code, totals, errors) == (0, "1 game verified, 0 mismatches", "")
    assert ledger.endswith(" transfers verified, 0 mismatches")


async def test_archive_moves_finished_hands_into_files_beside_a_running_server(
    database_url: str, tmp_path: Path
) -> None:
    settings = {"DATABASE_URL": database_url}
    server = quick_bots(database_url)
    await server.start()
    game = (await server.logged("create_game"))["table"]
    await server.all_written(200)
    place = tmp_path / "archive"
    command = ["archive", "--before", "2999-12-31", "--to", str(place)]

    code, output, errors = await run(*command, "--dry-run", **settings)
    assert (code, errors, place.exists()) == (0, "", False)
    assert "1 game would be archived: " in output
    code, output, errors = await run(*command, **settings)
    assert (code, errors) == (0, "")
    (path,) = place.iterdir()
    assert output.startswith(f"game {game}: ")
    assert output.splitlines()[0].endswith(f" events to {path}")
    assert "[1]\nvariant = " in gzip.decompress(path.read_bytes()).decode()

    await holds_together(**settings)
    # The server has noticed nothing: it plays on, and stores all.
    await server.all_written(max(line.get("version", 0) for line in server.log("save_game")) + 50)
    assert not [line for line in server.log("save_game") if line["outcome"] not in STORED]
    assert await server.stop() == 0
    await holds_together(**settings)

    code, output, errors = await run("archive", "--before", "soon", **settings)
    assert (code, output) == (2, "")
    assert "expected a date like 2026-01-31, got 'soon'" in errors


async def test_repair_shows_a_damaged_game_and_then_restores_and_refunds_it(
    database_url: str, databases: Databases, tmp_path: Path
) -> None:
    settings = {"DATABASE_URL": database_url}
    server = quick_bots(database_url)
    await server.start()
    game = (await server.logged("create_game"))["table"]
    await server.all_written(100)
    assert await server.stop() == 0
    damage = "UPDATE game_snapshots SET snapshot = 'no JSON'"
    databases.psql(database_url, "-c", damage)
    databases.psql(database_url, "-c", "UPDATE games SET status = 'quarantined'")
    place = tmp_path / "repair"
    command = ["repair", game, "--backup", str(place)]

    code, output, errors = await run(*command, **settings)
    assert (code, errors, place.exists()) == (0, "", False)
    assert output.startswith(f"game {game}, Main table: quarantined\n")
    assert "  the snapshot cannot be read: " in output
    assert "  --restore  play goes on, from the log up to event " in output
    assert "  --refund   the table is closed, from the log up to event " in output

    code, output, errors = await run(*command, "--restore", **settings)
    assert (code, errors) == (0, "")
    (kept,) = place.iterdir()
    assert output.splitlines()[0] == f"kept in {kept}: the row as it was"
    assert json.loads(kept.read_text())["game"]["snapshot"] == "no JSON"
    assert await run("verify", "--game", game, **settings) == (
        0,
        "1 game verified, 0 mismatches\n",
        "",
    )
    await refused("not in quarantine", *command, "--restore", **settings)

    code, output, errors = await run(*command, "--refund", **settings)
    assert (code, errors) == (0, "")
    assert output.splitlines()[-1].startswith(f"game {game} is closed, with event ")
    assert (await run("verify", **settings))[0] == 0
    assert databases.psql(database_url, "-c", "SELECT status FROM games") == "closed\n"

    code, _, errors = await run(*command, "--restore", "--refund", **settings)
    assert (code, "not allowed with" in errors) == (2, True)
    await refused("no-such", "repair", "no-such", **settings)


async def test_replay_ends_quietly_when_nobody_reads_on(
    database_url: str, databases: Databases
) -> None:
    server = ServerProcess(use_db_repository=True, bots=2, database_url=database_url)
    await server.start()
    game = (await server.logged("create_game"))["table"]
    assert await server.stop() == 0
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-u", *PROGRAM[1:], "replay", game),
        env={**os.environ, "DATABASE_URL": database_url},
        stdout=(broken := os.pipe())[1],
        stderr=asyncio.subprocess.PIPE,
    )
    for end in broken:
        os.close(end)
    _, errors = await process.communicate()
    assert (process.returncode, errors) == (1, b"")
