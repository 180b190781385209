"""The journal before a store that fails, refuses, or has been changed by somebody else."""

import asyncio
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pokerws.game.state import TableId
from pokerws.storage.errors import StoreUnavailable
from pokerws.storage.journal.back_off import BackOff
from pokerws.storage.journal.journal import Journal
from pokerws.storage.store import Position
from tests.storage.changes import change, event
from tests.storage.conftest import AT_ONCE, SOON_S, Heard, Logged, OpenJournal
from tests.storage.faulty_store import Fault, FaultyStore

T1, T2 = TableId("t1"), TableId("t2")


# ---- outages


async def test_an_outage_is_logged_once_and_everything_is_written_after_it(
    journal_on: OpenJournal, logged: Logged
) -> None:
    store = FaultyStore("before", "before", "before")
    journal = journal_on(store)

    journal.put(change(version=2))
    journal.put(change("t2"))
    await journal.flush(SOON_S)

    assert len(store.saves) == 4
    assert await store.seqs() == [1, 2]
    failed = logged.all("save_game", outcome="DB_FAILED")
    assert [(line["log_level"], line["waiting"]) for line in failed] == [("warning", 2)]
    for table in ("t1", "t2"):
        made = [line["outcome"] for line in logged.all("create_game", table=table)]
        assert made == ["IN_MEMORY", "DB_FAILED", "DB_SUCCESS"]
    assert logged.all("save_resumed", after_failures=3)
    assert journal.healthy


async def test_what_was_tried_in_vain_comes_first_again(journal_on: OpenJournal) -> None:
    store = FaultyStore("before")
    journal = journal_on(store)

    for number in range(250):
        journal.put(change(f"t{number}"))
    await journal.flush(SOON_S)

    assert [one.table for one in store.saves[1]] == [f"t{number}" for number in range(200)]


async def test_the_next_outage_is_logged_again(journal_on: OpenJournal, logged: Logged) -> None:
    journal = journal_on(FaultyStore("before", None, "before"))

    journal.put(change())
    await journal.flush(SOON_S)
    journal.put(change(expected=1))
    await journal.flush(SOON_S)

    assert len(logged.all("save_game", outcome="DB_FAILED")) == 2


async def test_an_outage_shows(journal_on: OpenJournal) -> None:
    store = FaultyStore("before")
    journal = journal_on(store, back_off=BackOff(first_s=3600, most_s=3600))
    assert journal.healthy
    journal.put(change())
    await store.begun.wait()

    assert not journal.healthy
    assert journal.waiting == 1


def test_the_waits_grow_up_to_a_limit_and_are_spread() -> None:
    back_off = BackOff(first_s=0.1, most_s=5)

    waits = [[back_off.delay_s(failures) for _ in range(100)] for failures in (1, 2, 3, 10, 1000)]

    for longest, drawn in zip((0.1, 0.2, 0.4, 5, 5), waits, strict=True):
        assert longest / 2 <= min(drawn) < max(drawn) <= longest


@pytest.mark.parametrize("fault", ["before", "after"])
async def test_a_write_of_unknown_outcome_is_found_out_by_reading(
    journal_on: OpenJournal, heard: Heard, logged: Logged, fault: Fault
) -> None:
    store = FaultyStore(fault)
    journal = journal_on(store)

    journal.put(change(version=2))
    await journal.flush(SOON_S)

    assert await store.position(T1) == Position(version=2, epoch=1)
    assert await store.seqs() == [1, 2]
    assert heard.versions_written == [(T1, 2)]
    assert not logged.all("save_game", outcome="DB_CONFLICT")
    assert len(logged.all("create_game", outcome="DB_SUCCESS")) == 1


@pytest.mark.parametrize("fault", ["before", "after"])
async def test_what_came_during_a_write_of_unknown_outcome_is_written_after_it(
    journal_on: OpenJournal, heard: Heard, logged: Logged, fault: Fault
) -> None:
    store = FaultyStore(None, fault, fault)
    journal = journal_on(store)
    journal.put(change())
    await journal.flush(SOON_S)
    store.open.clear()
    store.begun.clear()
    journal.put(change(expected=1, version=3))
    await store.begun.wait()
    journal.put(change(expected=3, version=6, mark="newest"))

    store.open.set()
    await journal.flush(SOON_S)

    assert await store.position(T1) == Position(version=6, epoch=1)
    assert await store.seqs() == [1, 2, 3, 4, 5, 6]
    assert b"newest" in store.snapshot("t1")
    assert heard.versions_written[-1] == (T1, 6)
    assert not logged.all("save_game", outcome="DB_CONFLICT")


async def test_a_bug_in_the_store_does_not_end_the_journal(
    journal_on: OpenJournal, logged: Logged
) -> None:
    journal = journal_on(FaultyStore("bug"))

    journal.put(change())
    await journal.flush(SOON_S)

    assert logged.all("journal_fault", log_level="error")


# ---- rows that are elsewhere


@pytest.mark.parametrize("stored", [1, 2, 3, 4, 9])
async def test_a_row_that_somebody_edited_is_brought_up_to_date(
    journal_on: OpenJournal, logged: Logged, stored: int
) -> None:
    store = FaultyStore()
    journal = journal_on(store)
    journal.put(change(version=2))
    await journal.flush(SOON_S)
    store.edit("t1", stored)

    journal.put(change(expected=2, version=4, mark="ours"))
    await journal.flush(SOON_S)

    assert await store.position(T1) == Position(version=4, epoch=1)
    assert b"ours" in store.snapshot("t1")
    assert await store.seqs() == [1, 2, 3, 4]
    conflicts = logged.all("save_game", outcome="DB_CONFLICT", log_level="warning", table="t1")
    expected = [] if stored == 2 else [(4, 2, stored)]
    found = [(one["version"], one["expected_version"], one["stored_version"]) for one in conflicts]
    assert found == expected


async def test_events_that_somebody_wrote_into_the_log_give_way_to_what_was_played(
    journal_on: OpenJournal,
) -> None:
    store = FaultyStore()
    journal = journal_on(store)
    journal.put(change(version=2))
    await journal.flush(SOON_S)
    await store.save([change(expected=2, version=7, mark="theirs")])

    journal.put(change(expected=2, version=4, mark="ours"))
    await journal.flush(SOON_S)
    journal.put(change(expected=4, version=5, mark="ours"))
    await journal.flush(SOON_S)

    assert await store.events(T1, 2, 100) == [event(seq, "ours") for seq in (3, 4, 5)]


@pytest.mark.parametrize("durable", [False, True])
@pytest.mark.parametrize("left", ["nothing", "version 2", "a lower epoch"])
async def test_a_row_that_is_an_older_one_is_reported_and_not_written_over(
    journal_on: OpenJournal, heard: Heard, logged: Logged, left: str, *, durable: bool
) -> None:
    """The database is an older copy of itself; only who has the table can say what is right."""
    store = FaultyStore()
    epoch = 1
    journal = journal_on(store, overwrite_edits=not durable)
    journal.put(change(version=2, snapshot=b'{"table":{"seq":2}}'))
    await journal.flush(SOON_S)
    older = replace(store._rows[T1], log=dict(store._rows[T1].log))
    if left == "a lower epoch":
        await store.claim(T1)
        epoch = 2
    journal.put(change(expected=2, epoch=epoch, version=5))
    await journal.flush(SOON_S)
    store._rows[T1] = older
    if left == "nothing":
        store.delete("t1")

    journal.put(change(expected=5, epoch=epoch))
    await journal.flush(SOON_S)

    (line,) = logged.all("table_went_back", log_level="error")
    version = 0 if left == "nothing" else 2
    assert line["error"] == f"the database went back from version 5 to {version}"
    assert heard.tables_gone_back == [T1]
    assert not logged.all("save_game", outcome="DB_CONFLICT")
    assert await store.position(T1) == (None if left == "nothing" else Position(2, 1))
    # Until the table is claimed again, nothing is written.
    journal.put(change(expected=6, epoch=epoch))
    journal.put(change(expected=2, epoch=epoch + 1, version=7))
    store._rows.setdefault(T1, older).epoch = epoch + 1
    await journal.flush(SOON_S)
    assert await store.position(T1) == Position(7, epoch + 1)


async def test_what_a_batch_wrote_is_not_forgotten_when_the_rest_cannot_be_looked_up(
    journal_on: OpenJournal, heard: Heard, logged: Logged, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = FaultyStore()
    journal = journal_on(store)
    for name in ("t1", "t2"):
        journal.put(change(name))
    await journal.flush(SOON_S)
    store.edit("t1", 5)
    look_up, lost = store.position, [True]

    async def position(table: TableId) -> Position | None:
        if lost:
            lost.pop()
            raise StoreUnavailable("connection lost")
        return await look_up(table)

    monkeypatch.setattr(store, "position", position)
    for name in ("t1", "t2"):
        journal.put(change(name, 1))
    await journal.flush(SOON_S)

    assert heard.versions_written == [(T1, 1), (T2, 1), (T2, 2), (T1, 2)]
    conflicts = logged.all("save_game", outcome="DB_CONFLICT")
    assert [line["table"] for line in conflicts] == ["t1"]


async def test_a_conflict_of_one_table_does_not_hold_the_others_up(
    journal_on: OpenJournal, heard: Heard
) -> None:
    store = FaultyStore()
    journal = journal_on(store)
    for name in ("t1", "t2"):
        journal.put(change(name))
    await journal.flush(SOON_S)
    store.edit("t1", 5)

    for name in ("t1", "t2"):
        journal.put(change(name, 1))
    await journal.flush(SOON_S)

    assert heard.versions_written == [(T1, 1), (T2, 1), (T2, 2), (T1, 2)]


async def test_a_table_that_another_process_has_taken_is_given_up(
    journal_on: OpenJournal, heard: Heard, logged: Logged
) -> None:
    store = FaultyStore()
    journal = journal_on(store)
    journal.put(change())
    await journal.flush(SOON_S)
    await store.claim(T1)

    journal.put(change(expected=1))
    journal.put(change("t2"))
    await journal.flush(SOON_S)
    journal.put(change(expected=2))
    await journal.flush(SOON_S)

    assert heard.tables_fenced == [T1]
    assert await store.position(T1) == Position(version=1, epoch=2)
    assert await store.position(T2) is not None
    assert (journal.dropped, journal.waiting, journal.waiting_events) == (2, 0, 0)
    line = logged.all("save_game", outcome="FENCED", log_level="error", table="t1")[0]
    assert (line["epoch"], line["stored_epoch"]) == (1, 2)


async def test_a_table_that_was_given_up_can_be_loaded_and_played_on_again(
    journal_on: OpenJournal, heard: Heard
) -> None:
    store = FaultyStore()
    journal = journal_on(store)
    journal.put(change())
    await journal.flush(SOON_S)
    await store.claim(T1)
    journal.put(change(expected=1))
    await journal.flush(SOON_S)

    await store.claim(T1)
    journal.put(change(expected=1, version=3, epoch=3))
    await journal.flush(SOON_S)

    assert await store.position(T1) == Position(version=3, epoch=3)
    assert heard.tables_fenced == [T1]


async def test_a_new_table_whose_id_is_taken_is_given_up(
    journal_on: OpenJournal, heard: Heard
) -> None:
    store = FaultyStore()
    await store.save([change(version=7, mark="theirs")])
    journal = journal_on(store)

    journal.put(change(mark="ours"))
    await journal.flush(SOON_S)

    assert heard.tables_fenced == [T1]
    assert b"theirs" in store.snapshot("t1")


async def test_changes_from_before_a_claim_of_our_own_are_not_mixed_with_those_after(
    journal_on: OpenJournal, heard: Heard
) -> None:
    store = FaultyStore()
    journal = journal_on(store)
    journal.put(change())
    await journal.flush(SOON_S)
    store.open.clear()
    store.begun.clear()
    journal.put(change(expected=1, version=2))
    await store.begun.wait()
    journal.put(change(expected=2, version=3))

    await store.claim(T1)
    journal.put(change(expected=1, version=4, epoch=2, mark="anew"))
    journal.put(change(expected=3, version=4, epoch=1))
    store.open.set()
    await journal.flush(SOON_S)

    assert await store.position(T1) == Position(version=4, epoch=2)
    assert b"anew" in store.snapshot("t1")
    assert heard.tables_fenced == []
    assert journal.dropped == 3


# ---- data that the store refuses


@pytest.mark.parametrize("place", [0, 1, 97, 199])
async def test_one_bad_table_is_rejected_and_all_others_are_written(
    journal_on: OpenJournal, heard: Heard, logged: Logged, place: int
) -> None:
    store = FaultyStore()
    journal = journal_on(store)

    for number in range(200):
        pot = -1 if number == place else 5
        journal.put(change(f"t{number}", total_pot=pot, name=f"Table {number}"))
    await journal.flush(SOON_S)

    assert heard.tables_rejected == [f"t{place}"]
    assert len(heard.versions_written) == 199
    line = logged.all("save_game", outcome="DB_FAILED", log_level="error")[0]
    assert (line["table"], line["name"]) == (f"t{place}", f"Table {place}")
    assert "rejected" in line["error"]
    assert len(store.saves) < 20


async def test_further_changes_of_a_rejected_table_are_dropped_and_counted(
    journal_on: OpenJournal, heard: Heard
) -> None:
    store = FaultyStore()
    journal = journal_on(store)
    journal.put(change(total_pot=-1))
    await journal.flush(SOON_S)

    journal.put(change(expected=1))
    journal.put(change(expected=2))
    await journal.flush(SOON_S)

    assert (journal.dropped, journal.waiting_events) == (3, 0)
    assert heard.tables_rejected == [T1]
    assert await store.position(T1) is None


async def test_an_outage_while_the_bad_table_is_looked_for_loses_nothing(
    journal_on: OpenJournal, heard: Heard
) -> None:
    store = FaultyStore(None, None, "after", None, "before")
    journal = journal_on(store)

    for number in range(8):
        journal.put(change(f"t{number}", total_pot=-(number == 6)))
    await journal.flush(SOON_S)

    assert heard.tables_rejected == ["t6"]
    assert sorted(table for table, _ in heard.versions_written) == [
        f"t{n}" for n in range(8) if n != 6
    ]


# ---- anything at all

steps = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["t1", "t2", "t3"]), st.integers(1, 3)),
        st.sampled_from(["before", "after", "bug", "edit", "wait"]),
    ),
    max_size=40,
)


@given(steps)
def test_whatever_fails_in_between_the_store_ends_up_with_what_was_played(
    steps: list[tuple[str, int] | str],
) -> None:
    asyncio.run(play(steps))


async def play(steps: list[tuple[str, int] | str]) -> None:
    store = FaultyStore()
    journal = Journal(store, back_off=AT_ONCE)
    journal.start()
    versions: dict[str, int] = {}
    for step in steps:
        match step:
            case (str(table), int(count)):
                before = versions.get(table, 0)
                journal.put(change(table, before, before + count))
                versions[table] = before + count
            case "before" | "after" | "bug":
                store.faults.append(step)
            case "edit":
                for table in store._rows:
                    store.edit(table, 1_000)
            case _:
                await asyncio.sleep(0)
    # What was edited after a table's last change is noticed at its next one.
    for table, version in versions.items():
        journal.put(change(table, version))
        versions[table] += 1
    assert await journal.stop(SOON_S)
    for table, version in versions.items():
        assert await store.position(TableId(table)) == Position(version, epoch=1)
        assert await store.seqs(table) == list(range(1, version + 1))
        assert store.snapshot(table) == change(table, 0, version).snapshot
