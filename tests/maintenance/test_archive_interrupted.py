"""The archive command interrupted, repeated, and with files in its way."""

import asyncio
import gzip
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from pokerws.maintenance import archive as archive_module
from pokerws.maintenance.archive_file import Archive, HandsFile
from pokerws.maintenance.errors import ArchiveError
from pokerws.storage.postgres.connecting import Connection
from tests.e2e.process import PROGRAM
from tests.maintenance.archiving import LATER, Archiving, after_hand, log_of, over
from tests.storage.played import play_a_game
from tests.vaults import VAULT_KEYS

BLOCKED = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND wait_event_type = 'Lock'
"""
# PostgreSQL sees that a client is gone when it next has something for it.
END_ITS_SESSION = """
SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
WHERE datname = current_database() AND application_name = 'pokerws operator'
"""


async def test_killed_before_the_events_are_deleted_it_has_lost_nothing_and_repeats_nothing(
    archiving: Archiving, operator: Connection
) -> None:
    await play_a_game(archiving.url)
    before = await log_of(operator)
    # Whoever holds a row keeps the command from deleting it.
    other = await asyncpg.connect(archiving.url)
    try:
        async with other.transaction():
            await other.execute("SELECT FROM game_events WHERE seq = 1 FOR UPDATE")
            process = await asyncio.create_subprocess_exec(
                *(*PROGRAM, "archive", "--before", LATER.isoformat()),
                *("--to", str(archiving.place)),
                env={"DATABASE_URL": archiving.url, "VAULT_KEYS": VAULT_KEYS},
            )
            while not await operator.fetchval(BLOCKED):
                assert process.returncode is None
            process.kill()
            await process.wait()
            (file,) = archiving.files
            made = (archiving.place / file).read_bytes()
            while await operator.fetchval(END_ITS_SESSION):
                pass
    finally:
        await other.close()
    assert await log_of(operator) == before
    await archiving.holds_together()

    code, lines = await archiving()

    assert code == 0
    assert lines[-1].startswith("1 game archived: ")
    assert archiving.files == [file]
    assert (archiving.place / file).read_bytes() == made
    await archiving.holds_together()


class Killed(BaseException):
    """What ends the command where a test wants it."""


@pytest.fixture
def killed_before_deleting(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    async def kill(*arguments: object) -> None:
        raise Killed

    monkeypatch.setattr(archive_module, "_take_away", kill)
    return monkeypatch


async def test_hands_of_an_interrupted_run_are_not_there_twice_when_a_later_one_takes_more(
    archiving: Archiving, killed_before_deleting: pytest.MonkeyPatch
) -> None:
    last = over(await play_a_game(archiving.url))
    with pytest.raises(Killed):
        await archiving(after_hand(2))
    assert archiving.files == ["t1-1-2.phhs.gz"]
    killed_before_deleting.undo()

    code, _ = await archiving()

    assert code == 0
    assert archiving.files == [f"t1-1-{last}.phhs.gz"]


async def test_a_file_with_more_hands_than_are_asked_for_is_not_taken_for_ours(
    archiving: Archiving, operator: Connection, killed_before_deleting: pytest.MonkeyPatch
) -> None:
    await play_a_game(archiving.url)
    with pytest.raises(Killed):
        await archiving()
    (file,) = archiving.files
    killed_before_deleting.undo()
    before = await log_of(operator)

    code, lines = await archiving(after_hand(2))

    assert code == 1
    assert f"{file} begins with the same hand and goes on with others" in lines[0]
    assert archiving.files == [file]
    assert await log_of(operator) == before
    assert (await archiving())[0] == 0


@pytest.mark.parametrize(
    "there",
    [b"no gzip", gzip.compress(b"[1]\nvariant = 'NT'\n")],
    ids=["no gzip", "another hand"],
)
async def test_a_file_with_other_hands_is_never_overwritten(
    archiving: Archiving, operator: Connection, there: bytes
) -> None:
    await play_a_game(archiving.url)
    archiving.place.mkdir()
    path = archiving.place / "t1-1-2.phhs.gz"
    path.write_bytes(there)
    before = await log_of(operator)

    code, lines = await archiving(after_hand(2))

    assert code == 1
    assert path.read_bytes() == there
    assert await log_of(operator) == before
    assert lines[-1].endswith(", 1 game left alone")
    assert archiving.files == [path.name]


def test_a_file_that_was_not_finished_is_not_there(tmp_path: Path) -> None:
    file = HandsFile(Archive(tmp_path), "t1")
    file.add(1, "variant = 'NT'\n")
    assert not list(tmp_path.glob("*.phhs.gz"))
    file.discard()
    assert not list(tmp_path.iterdir())


async def test_a_log_that_changes_meanwhile_is_left_as_it_is(
    archiving: Archiving, operator: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    await play_a_game(archiving.url)
    take_away = archive_module._take_away

    async def change_first(*arguments: Any) -> None:
        await operator.execute("DELETE FROM game_events WHERE seq = 9")
        await take_away(*arguments)

    monkeypatch.setattr(archive_module, "_take_away", change_first)

    code, lines = await archiving()

    assert code == 1
    assert lines[0] == "game t1: left alone: its log was changed meanwhile: run the command again"
    assert (await log_of(operator))[0][1] == "table_opened"


async def test_two_commands_at_once_are_one_too_many(
    archiving: Archiving, operator: Connection
) -> None:
    async with operator.transaction():
        await operator.fetchval(archive_module.LOCK)
        with pytest.raises(ArchiveError, match="another archive command is running"):
            await archiving()
