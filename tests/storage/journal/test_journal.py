"""The journal before a store that works: what it writes, in which order, and who waits for it."""

import asyncio

import pytest

from pokerws.game.state import TableId
from pokerws.storage.journal.back_off import BackOff
from pokerws.storage.journal.journal import Journal
from pokerws.storage.journal.pending import MAX_BATCH_EVENTS
from pokerws.storage.store import Change, Position
from tests.storage.changes import change
from tests.storage.conftest import SOON_S, Heard, Logged, OpenJournal
from tests.storage.faulty_store import FaultyStore

T1 = TableId("t1")


def spans(changes: list[Change]) -> list[tuple[str, int, int]]:
    return [(one.table, one.expected, one.version) for one in changes]


# ---- what is written, and when


async def test_a_change_is_written_without_anybody_waiting(
    journal_on: OpenJournal, heard: Heard
) -> None:
    store = FaultyStore()
    journal = journal_on(store)

    journal.put(change(version=3))
    await journal.flush(SOON_S)

    assert await store.position(T1) == Position(version=3, epoch=1)
    assert await store.seqs() == [1, 2, 3]
    assert heard.versions_written == [(T1, 3)]
    assert journal.waiting == journal.waiting_events == journal.oldest_ms == 0


async def test_while_a_batch_is_written_later_changes_of_a_table_become_one(
    journal_on: OpenJournal,
) -> None:
    store = FaultyStore()
    store.open.clear()
    journal = journal_on(store)
    journal.put(change(version=2))
    await store.begun.wait()
    journal.put(change(expected=2, version=3))
    journal.put(change(expected=3, version=6, mark="newest"))
    assert journal.waiting == 3
    assert journal.waiting_events == 6

    store.open.set()
    await journal.flush(SOON_S)

    assert [spans(batch) for batch in store.saves] == [[("t1", 0, 2)], [("t1", 2, 6)]]
    assert b"newest" in store.snapshot("t1")
    assert await store.seqs() == [1, 2, 3, 4, 5, 6]


async def test_at_most_200_tables_go_at_once_those_first_that_wait_longest(
    journal_on: OpenJournal,
) -> None:
    store = FaultyStore()
    journal = journal_on(store)
    names = [f"t{number}" for number in range(450)]

    for name in names:
        journal.put(change(name))
    journal.put(change(names[0], 1))
    await journal.flush(SOON_S)

    assert [len(batch) for batch in store.saves] == [200, 200, 50]
    assert [one.table for batch in store.saves for one in batch] == names


async def test_many_events_make_a_batch_full_too(journal_on: OpenJournal) -> None:
    store = FaultyStore()
    journal = journal_on(store)

    journal.put(change("t1", version=MAX_BATCH_EVENTS + 1))
    journal.put(change("t2", version=MAX_BATCH_EVENTS - 1))
    journal.put(change("t3"))
    journal.put(change("t4"))
    await journal.flush(SOON_S)

    assert [[one.table for one in batch] for batch in store.saves] == [["t1"], ["t2", "t3"], ["t4"]]


async def test_changes_put_before_the_start_are_written(heard: Heard) -> None:
    store = FaultyStore()
    journal = Journal(store)
    journal.put(change())

    journal.start()

    assert await journal.stop(SOON_S)
    assert await store.seqs() == [1]


async def test_a_change_that_leaves_a_gap_is_refused(journal_on: OpenJournal) -> None:
    journal = journal_on(FaultyStore())
    journal.put(change(version=2))

    with pytest.raises(ValueError, match="from 3 to 4 does not follow version 2"):
        journal.put(change(expected=3))


DUAL_WRITE, DURABLE = ["IN_MEMORY", "DB_SUCCESS"], ["DB_SUCCESS"]


@pytest.mark.parametrize("outcomes", [DUAL_WRITE, DURABLE])
async def test_the_log_names_what_was_made_and_the_first_save_and_at_debug_each_save(
    journal_on: OpenJournal, logged: Logged, outcomes: list[str]
) -> None:
    journal = journal_on(FaultyStore(), overwrite_edits=outcomes is DUAL_WRITE)

    journal.put(change(version=2))
    assert not logged.all("create_game", outcome="DB_SUCCESS")
    await journal.flush(SOON_S)
    for version in (2, 3):
        journal.put(change(expected=version))
        await journal.flush(SOON_S)

    for operation in ("create_game", "save_game"):
        lines = logged.all(operation, log_level="info", table="t1")
        assert [line["outcome"] for line in lines] == outcomes
    saves = logged.all("save_game", outcome="DB_SUCCESS", table="t1")
    assert [(line["log_level"], line["version"]) for line in saves] == [
        ("info", 2),
        ("debug", 3),
        ("debug", 4),
    ]
    batches = logged.all("save_batch", log_level="debug", tables=1)
    assert [line["events"] for line in batches] == [2, 1, 1]
    assert all(line["ms"] >= 0 for line in batches)
    assert len([line for line in logged.entries if line["log_level"] != "debug"]) == 2 * len(
        outcomes
    )


# ---- waiting for it, and slowing down


async def test_a_flush_waits_for_what_was_put_before_it_only(journal_on: OpenJournal) -> None:
    store = FaultyStore()
    store.open.clear()
    journal = journal_on(store)
    journal.put(change())
    await store.begun.wait()
    flushing = asyncio.create_task(journal.flush(SOON_S))
    await asyncio.sleep(0)

    store.begun.clear()
    journal.put(change(expected=1))
    store.open.set()
    await flushing

    assert await store.position(T1) is not None


async def test_a_flush_gives_up_when_its_time_is_over(journal_on: OpenJournal) -> None:
    store = FaultyStore()
    store.open.clear()
    journal = journal_on(store)
    journal.put(change())

    with pytest.raises(TimeoutError):
        await journal.flush(0)

    store.open.set()
    await journal.flush(SOON_S)
    assert journal.waiting == 0


async def test_a_flush_of_nothing_returns_at_once(journal_on: OpenJournal) -> None:
    await journal_on(FaultyStore()).flush(0)


async def test_stopping_writes_everything_and_takes_nothing_more(journal_on: OpenJournal) -> None:
    store = FaultyStore()
    journal = journal_on(store)
    journal.put(change())

    assert await journal.stop(SOON_S)

    assert await store.seqs() == [1]
    with pytest.raises(RuntimeError, match="stopped"):
        journal.put(change(expected=1))


async def test_stopping_without_a_store_says_what_was_not_written(
    journal_on: OpenJournal, logged: Logged
) -> None:
    store = FaultyStore()
    store.open.clear()
    journal = journal_on(store)
    journal.put(change(version=2))

    assert not await journal.stop(0)

    line = logged.all("save_game", outcome="DB_FAILED", log_level="error")[0]
    assert (line["waiting"], line["waiting_events"]) == (1, 2)


async def test_stopping_does_not_sit_a_back_off_out(journal_on: OpenJournal) -> None:
    store = FaultyStore("before")
    journal = journal_on(store, back_off=BackOff(first_s=3600, most_s=3600))
    journal.put(change())
    await store.begun.wait()

    assert await journal.stop(SOON_S)

    assert await store.seqs() == [1]


async def test_too_much_waiting_is_over_the_high_water_mark(journal_on: OpenJournal) -> None:
    store = FaultyStore()
    store.open.clear()
    journal = journal_on(store, high_water_events=10)

    journal.put(change(version=9))
    assert not journal.over_high_water
    journal.put(change("t2"))
    assert journal.over_high_water

    store.open.set()
    await journal.flush(SOON_S)
    assert not journal.over_high_water


async def test_the_age_of_the_oldest_change_is_known(journal_on: OpenJournal) -> None:
    now_s = 100.0
    store = FaultyStore()
    store.open.clear()
    journal = journal_on(store, clock=lambda: now_s)
    assert journal.oldest_ms == 0
    journal.put(change())
    await store.begun.wait()
    now_s = 101.0
    journal.put(change(expected=1))
    now_s = 102.5

    assert journal.oldest_ms == 2500
