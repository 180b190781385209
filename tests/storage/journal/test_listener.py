"""What the journal reports, and to whom."""

from pokerws.game.state import TableId
from pokerws.storage.store import Position
from tests.storage.changes import change
from tests.storage.conftest import SOON_S, Heard, Logged, OpenJournal
from tests.storage.faulty_store import FaultyStore

T1 = TableId("t1")


async def test_listeners_hear_of_a_commit_in_the_order_in_which_they_subscribed(
    journal_on: OpenJournal,
) -> None:
    order: list[str] = []
    journal = journal_on(FaultyStore(), Heard(lambda table, version: order.append("first")))
    journal.subscribe(Heard(lambda table, version: order.append("second")))
    journal.put(change())
    await journal.flush(SOON_S)
    assert order == ["first", "second"]


async def test_a_fault_of_one_listener_ends_neither_the_journal_nor_what_others_hear(
    journal_on: OpenJournal, heard: Heard, logged: Logged
) -> None:
    def fail(table: TableId, version: int) -> None:
        raise ZeroDivisionError

    journal = journal_on(FaultyStore(), Heard(fail))
    journal.subscribe(heard)

    journal.put(change("t1"))
    journal.put(change("t2"))
    await journal.flush(SOON_S)

    assert len(logged.all("journal_callback_failed")) == 2
    assert heard.versions_written == [(T1, 1), (TableId("t2"), 1)]


async def test_where_the_database_is_the_truth_a_row_that_somebody_edited_is_left_as_it_is(
    journal_on: OpenJournal, heard: Heard
) -> None:
    store = FaultyStore()
    journal = journal_on(store, overwrite_edits=False)
    journal.put(change(version=2))
    await journal.flush(SOON_S)
    store.edit("t1", 77)
    journal.put(change(expected=2))
    journal.put(change("t2"))
    await journal.flush(SOON_S)
    journal.put(change(expected=3))
    await journal.flush(SOON_S)

    assert heard.tables_conflicting == [T1]
    assert heard.tables_rejected == heard.tables_fenced == []
    assert await store.position(T1) == Position(77, epoch=1)
    assert heard.versions_written == [(T1, 2), (TableId("t2"), 1)]
    assert journal.dropped == 2
