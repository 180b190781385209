"""The notes of tables that show cards ahead of the database, in real files and processes."""

import asyncio
import errno
import fcntl
import os
import stat
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest

from pokerws.game.state import TableId
from pokerws.storage.ahead.note import AheadNote, last_word
from pokerws.storage.ahead.notes import LocalNotes

T1, T2 = TableId("t1"), TableId("t2")
# A server that notes a table, and lives until it is killed.
LIVING = """
import sys, time
from pathlib import Path
from pokerws.storage.ahead.note import AheadNote
note = AheadNote(Path(sys.argv[1]), "other")
note.add({"t1": 3})
print("noted", flush=True)
time.sleep(600)
"""


class Owner:
    """An incarnation that may change."""

    id = "own"

    def __call__(self) -> str:
        return self.id


@pytest.fixture
def owner() -> Owner:
    return Owner()


@pytest.fixture
async def notes(tmp_path: Path, owner: Owner) -> AsyncIterator[LocalNotes]:
    notes = LocalNotes(tmp_path / "ahead", owner)
    await notes.begin()
    yield notes
    await notes.close()


async def test_only_the_word_of_a_dead_server_counts(notes: LocalNotes, tmp_path: Path) -> None:
    living = subprocess.Popen(  # noqa: ASYNC220  it only prints a line
        [sys.executable, "-c", LIVING, str(tmp_path / "ahead")], stdout=subprocess.PIPE
    )
    assert living.stdout is not None
    assert living.stdout.readline() == b"noted\n"

    assert await notes.named(["other"]) is None
    living.kill()
    living.communicate()

    assert await notes.named(["other"]) == {T1: 3}
    assert await notes.named(["other", "nobody"]) is None
    # It is read once: a dead server says nothing more.
    (tmp_path / "ahead" / "other").unlink()
    assert await notes.named(["other"]) == {T1: 3}


def test_two_servers_can_read_the_word_of_a_dead_one_at_the_same_time(tmp_path: Path) -> None:
    AheadNote(tmp_path, "other").close()
    with (tmp_path / "other").open() as read_elsewhere:
        fcntl.flock(read_elsewhere, fcntl.LOCK_SH)
        assert last_word(tmp_path, "other") == {}


async def test_the_word_of_this_process_under_an_earlier_name_counts(
    notes: LocalNotes, owner: Owner
) -> None:
    await notes.add({T1: 3, T2: 4})
    await notes.remove([T2])
    assert await notes.named(["own"]) is None
    owner.id = "later"

    assert await notes.named(["own"]) == {T1: 3}
    await notes.add({T1: 7})
    owner.id = "latest"
    assert await notes.named(["own", "later"]) == {T1: 3}


async def test_a_server_that_noted_nothing_leaves_the_proof_of_that(
    notes: LocalNotes, tmp_path: Path
) -> None:
    await notes.add({T1: 3})
    await notes.remove([T1])
    await notes.close()

    assert last_word(tmp_path / "ahead", "own") == {}


async def test_a_call_that_nobody_waits_for_is_ended_before_the_next(
    notes: LocalNotes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, may_end, add = threading.Event(), threading.Event(), AheadNote.add

    def slow_add(note: AheadNote, tables: Mapping[TableId, int]) -> None:
        begun.set()
        assert may_end.wait(30)
        add(note, tables)

    monkeypatch.setattr(AheadNote, "add", slow_add)
    adding = asyncio.create_task(notes.add({T1: 3}))
    assert await asyncio.to_thread(begun.wait, 30)
    adding.cancel()
    await asyncio.wait([adding])
    removing = asyncio.create_task(notes.remove([T1]))
    for _ in range(3):
        await asyncio.to_thread(int)
    may_end.set()
    await removing
    await notes.close()

    assert last_word(tmp_path / "ahead", "own") == {}


async def test_a_server_that_has_ended_in_peace_leaves_no_file(
    notes: LocalNotes, tmp_path: Path
) -> None:
    await notes.close(delete=True)

    assert last_word(tmp_path / "ahead", "own") is None


@pytest.mark.parametrize(
    ("text", "tables"),
    [
        (b"", None),
        (b"cards ah", None),
        (b"cards ahead 1\n+ t1 3\n+ t2", {"t1": 3}),
        (b"cards ahead 1\n+ t1 3\n- t1\n+ t2 5\n+ t2 6\n", {"t2": 5}),
        (b"cards ahead 1\n+ t1+ t2 5\n", None),
        (b"cards ahead 2\n", None),
    ],
)
def test_a_file_that_a_crash_cut_short_is_read_and_a_damaged_one_is_no_proof(
    tmp_path: Path, text: bytes, tables: dict[str, int] | None
) -> None:
    (tmp_path / "other").write_bytes(text)

    assert last_word(tmp_path, "other") == tables


@pytest.mark.parametrize("from_the_start", [True, False])
async def test_a_file_that_cannot_be_written_is_deleted_so_that_it_proves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, owner: Owner, *, from_the_start: bool
) -> None:
    def fsync(descriptor: int) -> None:
        if stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    notes = LocalNotes(tmp_path / "ahead", owner)
    if not from_the_start:
        await notes.begin()
    monkeypatch.setattr(os, "fsync", fsync)
    if from_the_start:
        await notes.begin()
    await notes.add({T1: 3})

    assert await LocalNotes(tmp_path / "ahead", owner, keep=False).kept() == []
    assert last_word(tmp_path / "ahead", "own") is None
    # Play goes on, since nobody can take silence for a proof.
    await notes.add({T2: 3})


async def test_where_it_cannot_be_deleted_either_nothing_may_be_shown(
    notes: LocalNotes, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def fails(*_: object) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    with monkeypatch.context() as patch:
        patch.setattr(AheadNote, "add", fails)
        patch.setattr(AheadNote, "discard", fails)
        with pytest.raises(OSError, match="Read-only"):
            await notes.add({T1: 3})

    await notes.add({T1: 3})
    await notes.close()
    assert last_word(tmp_path / "ahead", "own") == {T1: 3}


async def test_a_server_that_never_runs_ahead_has_no_file_and_reads_those_of_others(
    tmp_path: Path, owner: Owner
) -> None:
    before = AheadNote(tmp_path, "before")
    before.add({T1: 3})
    before.close()
    notes = LocalNotes(tmp_path, owner, keep=False)
    await notes.begin()

    assert await notes.kept() == ["before"]
    assert await notes.named(["before"]) == {T1: 3}
    await notes.forget(["before"])
    assert await notes.kept() == []
