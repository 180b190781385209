"""Rows that are made when they are written: they are what was played, whatever befell the table."""

import asyncio
from collections.abc import AsyncIterator, Sequence

import msgspec
import pytest

from pokerws.game import commands
from pokerws.game.events import TableEvent
from pokerws.game.state import Table, TableId
from pokerws.game.table import play, replay
from pokerws.server.tables import actor as table_actor
from pokerws.storage.journal.change_builder import ChangeBuilder, Step, sealed
from pokerws.storage.journal.journal import Journal
from pokerws.storage.store import Change, TableSnapshot, canonical_digest
from tests.storage.changes import brings, change
from tests.storage.conftest import SOON_S, Heard, OpenJournal
from tests.storage.faulty_store import FaultyStore
from tests.storage.played import PlayedGame
from tests.vaults import VAULT

T1 = TableId("t1")


class Waiting:
    """A played table whose later changes wait in the journal until `let_go`."""

    def __init__(self, store: FaultyStore, game: PlayedGame) -> None:
        self.store = store
        self.game = game

    @property
    def table(self) -> Table:
        return self.game.actor.table

    @property
    def state(self) -> TableSnapshot:
        return msgspec.json.decode(msgspec.json.encode(self.game.actor._state), type=TableSnapshot)

    def breaks(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """A bug in the rules, with the table half-way through a command."""

        def half(table: Table, *_: object) -> list[TableEvent]:
            for seat in table.seats:
                if seat is not None:
                    seat.stack += 1
            raise RuntimeError("a bug")

        monkeypatch.setattr(table_actor, "play", half)
        self.game.actor.close("operator")
        assert self.game.actor.stopped

    async def stored(self) -> tuple[TableSnapshot, list[TableEvent]]:
        """What is stored in the end."""
        self.store.open.set()
        await self.game.journal.flush(SOON_S)
        rows = await self.store.events(T1, 0, 100_000)
        assert [row.seq for row in rows] == list(range(1, len(rows) + 1))
        events = [VAULT.open_event(T1, row.hand_number, row.payload) for row in rows]
        return VAULT.open_snapshot(T1, self.store.snapshot("t1")), events


@pytest.fixture
async def waiting(journal_on: OpenJournal) -> AsyncIterator[Waiting]:
    store = FaultyStore()
    journal = journal_on(store)
    game = PlayedGame(journal)
    game.sit()
    await journal.flush(SOON_S)
    store.open.clear()
    store.begun.clear()
    game.play_hands(1)
    await store.begun.wait()
    yield Waiting(store, game)
    store.open.set()


async def test_rows_made_late_are_what_was_played(waiting: Waiting) -> None:
    waiting.game.play_hands(3)
    waiting.game.play_until(lambda actor: actor.table.hand is not None)
    put = waiting.state

    stored, events = await waiting.stored()

    assert canonical_digest(stored) == canonical_digest(put)
    assert stored.receipts == put.receipts != {}
    assert msgspec.json.encode(replay(events)) == msgspec.json.encode(put.table)
    assert len(waiting.store.saves[-1]) == 1
    assert waiting.store.saves[-1][0].version == put.table.seq


async def test_of_a_table_that_failed_half_way_what_was_decided_before_is_stored(
    waiting: Waiting, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting.game.play_hands(1)
    waiting.game.play_until(lambda actor: actor.table.hand is not None)
    before = waiting.state

    waiting.breaks(monkeypatch)
    stored, events = await waiting.stored()

    assert canonical_digest(stored) == canonical_digest(before)
    assert len(events) == before.table.seq


async def test_a_fault_right_after_a_batch_was_taken_does_not_reach_it(
    waiting: Waiting, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = waiting.state

    waiting.breaks(monkeypatch)
    stored, _ = await waiting.stored()

    assert canonical_digest(stored) == canonical_digest(before)


async def test_a_table_that_is_packed_while_changes_wait_can_still_fail(
    waiting: Waiting, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting.game.play_hands(1)
    before = waiting.state
    waiting.game.actor.pack()
    waiting.breaks(monkeypatch)
    stored, _ = await waiting.stored()
    assert canonical_digest(stored) == canonical_digest(before)


async def test_a_table_that_was_packed_plays_on(waiting: Waiting) -> None:
    await waiting.stored()
    waiting.game.actor.pack()
    waiting.game.play_hands(2)
    stored, events = await waiting.stored()
    assert canonical_digest(stored) == canonical_digest(waiting.state)
    assert len(events) == waiting.table.seq


async def test_a_state_that_is_ahead_of_what_was_put_is_not_stored(waiting: Waiting) -> None:
    waiting.game.play_hands(1)
    before = waiting.state
    game = waiting.game

    # A fault between the rules and the journal: nobody has heard of these events.
    play(waiting.table, commands.TimeUp(), game.clock.now_ms() + 60_000, game._shuffle)
    assert waiting.table.seq > before.table.seq
    stored, _ = await waiting.stored()

    assert canonical_digest(stored) == canonical_digest(before)


async def test_a_write_of_unknown_outcome_and_what_came_since_are_stored_once(
    waiting: Waiting,
) -> None:
    waiting.store.faults = ["after", "before"]
    waiting.game.play_hands(1)
    stored, events = await waiting.stored()
    assert msgspec.json.encode(replay(events)) == msgspec.json.encode(stored.table)
    assert stored.table.seq == waiting.table.seq


async def test_a_row_that_cannot_be_made_keeps_only_its_own_table_from_being_stored(
    waiting: Waiting, heard: Heard, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting.game.play_hands(1)

    def broken(rows: ChangeBuilder, steps: Sequence[Step]) -> Change:
        raise RuntimeError("a bug")

    monkeypatch.setattr(ChangeBuilder, "change", broken)
    journal = waiting.game.journal
    journal.put(change("t2"))
    waiting.store.open.set()
    await journal.flush(SOON_S)

    assert heard.tables_rejected == [T1]
    assert await waiting.store.seqs("t2") == [1]
    assert journal.waiting == journal.waiting_events == 0


async def test_an_event_is_sealed_late_as_it_was_when_it_happened(
    waiting: Waiting, monkeypatch: pytest.MonkeyPatch
) -> None:
    put: list[Change] = []
    journal = waiting.game.journal
    journal_put = journal.put

    def both(one: Change | Step) -> None:
        journal_put(one)
        rows = ChangeBuilder(waiting.game.actor._state, 1, VAULT)
        put.append(sealed(one) if isinstance(one, Change) else rows.change([one]))

    monkeypatch.setattr(journal, "put", both)
    waiting.game.play_hands(2)
    _, events = await waiting.stored()

    at_once = {
        row.seq: VAULT.open_event(T1, row.hand_number, row.payload)
        for one in put
        for row in one.events
    }
    assert len(at_once) > 20
    assert {seq: events[seq - 1] for seq in at_once} == at_once


# ---- batches that grow


async def test_few_changes_do_not_wait_for_more(journal_on: OpenJournal) -> None:
    written = asyncio.Event()
    store = FaultyStore()
    store.open.clear()

    def note(table: TableId, version: int) -> None:
        if version == 2:
            written.set()

    journal = journal_on(store, Heard(note), gather_s=3600)
    journal.put(change("t1"))
    await store.begun.wait()
    journal.put(change("t1", 1))
    store.open.set()
    async with asyncio.timeout(SOON_S):
        await written.wait()


async def gathering(journal_on: OpenJournal) -> tuple[Journal, FaultyStore, asyncio.Event]:
    """A journal that has written once, and lets what else there is grow; the event says so."""
    written = asyncio.Event()
    store = FaultyStore()
    store.open.clear()
    journal = journal_on(store, Heard(lambda table, version: written.set()), gather_s=3600)
    journal.put(change("t1"))
    await store.begun.wait()
    journal.put(change("t1", 1, 101))
    store.open.set()
    async with asyncio.timeout(SOON_S):
        await written.wait()
    return journal, store, written


async def test_where_much_waits_a_batch_grows_until_somebody_waits_for_it(
    journal_on: OpenJournal,
) -> None:
    journal, store, _ = await gathering(journal_on)
    journal.put(change("t1", 101, 102))
    journal.put(change("t2"))

    await journal.flush(SOON_S)

    assert [[(one.table, one.version) for one in batch] for batch in store.saves] == [
        [("t1", 1)],
        [("t1", 102), ("t2", 1)],
    ]


async def test_chips_that_move_do_not_wait_for_a_batch_to_grow(journal_on: OpenJournal) -> None:
    journal, store, written = await gathering(journal_on)
    written.clear()

    journal.put(change("t2", chips=500, transfers=(brings("ann", 500, 1, "t2"),)))
    async with asyncio.timeout(SOON_S):
        await written.wait()

    assert [len(batch) for batch in store.saves] == [1, 2]
