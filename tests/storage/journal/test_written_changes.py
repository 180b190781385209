"""Changes of real play: what is stored is what was played, whatever befell the table since."""

import asyncio
from collections.abc import AsyncIterator, Sequence

import msgspec
import pytest

from pokerws.game import commands
from pokerws.game.events import TableEvent
from pokerws.game.state import Table, TableId
from pokerws.game.table import play, replay
from pokerws.server.tables import actor as table_actor
from pokerws.storage.journal import change_builder
from pokerws.storage.journal.change_builder import MOST_TAIL_EVENTS, SNAPSHOT_EVENTS, ChangeBuilder
from pokerws.storage.journal.journal import Journal
from pokerws.storage.store import Change, TableSnapshot, canonical_digest
from tests.storage.changes import brings, change
from tests.storage.conftest import SOON_S, Heard, OpenJournal
from tests.storage.faulty_store import FaultyStore
from tests.storage.logs import stored_state
from tests.storage.played import CONFIG, PlayedGame
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
        return msgspec.json.decode(
            msgspec.json.encode(self.game.actor.recorder.state), type=TableSnapshot
        )

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
        return await stored_state(self.store, T1, VAULT), events


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


async def test_what_waits_is_stored_as_it_was_played(waiting: Waiting) -> None:
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


async def test_a_change_that_cannot_be_built_stops_only_its_own_table(
    waiting: Waiting, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = waiting.state

    def broken(*_: object) -> bytes:
        raise RuntimeError("a bug")

    monkeypatch.setattr(type(VAULT), "seal_events", broken)
    waiting.game.clock.advance(60_000)
    assert waiting.game.actor.stopped
    waiting.game.journal.put(change("t2"))
    stored, events = await waiting.stored()

    assert canonical_digest(stored) == canonical_digest(before)
    assert len(events) == before.table.seq
    assert await waiting.store.seqs("t2") == [1]


async def test_of_a_table_that_failed_half_way_no_snapshot_is_stored(
    waiting: Waiting, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = waiting.state
    waiting.breaks(monkeypatch)
    waiting.game.actor.store_snapshot()
    stored, _ = await waiting.stored()
    assert canonical_digest(stored) == canonical_digest(before)
    assert waiting.store._rows[T1].snapshot_version < before.table.seq


# ---- snapshots


def snapshots_in(store: FaultyStore) -> list[Change]:
    return [one for batch in store.saves for one in batch if one.snapshot is not None]


async def test_a_snapshot_is_stored_at_the_end_of_hands_only_and_bounds_the_tail(
    journal_on: OpenJournal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(change_builder, "SNAPSHOT_EVENTS", 40)
    store = FaultyStore()
    journal = journal_on(store)
    game = PlayedGame(journal)
    game.sit()
    for _ in range(12):
        game.play_hands(1)
        await journal.flush(SOON_S)

    opening, *later = snapshots_in(store)
    assert opening.expected == 0
    assert 3 < len(later) < 12
    assert store._rows[T1].snapshot_version == later[-1].version
    for one in later:
        assert one.snapshot is not None
        assert VAULT.open_snapshot(T1, one.snapshot).table.hand is None
    stored = await stored_state(store, T1, VAULT)
    assert msgspec.json.encode(stored) == msgspec.json.encode(game.actor.recorder.state)


async def test_a_hand_that_lasts_long_is_stored_whole_in_between(
    journal_on: OpenJournal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(change_builder, "MOST_TAIL_EVENTS", 5)
    monkeypatch.setattr(change_builder, "SNAPSHOT_EVENTS", 5)
    store = FaultyStore()
    journal = journal_on(store)
    game = PlayedGame(journal)
    game.sit()
    game.play_until(lambda actor: actor.table.hand is not None)
    game.play_until(lambda actor: actor.table.hand is None or bool(actor.table.hand.board))
    await journal.flush(SOON_S)
    whole = snapshots_in(store)[-1]
    assert whole.snapshot is not None
    assert VAULT.open_snapshot(T1, whole.snapshot).table.hand is not None
    assert whole.key_id == VAULT.first
    assert game.actor.table.seq - whole.version < 5 + 20


def test_the_tail_that_a_crash_leaves_is_bounded() -> None:
    assert 0 < SNAPSHOT_EVENTS < MOST_TAIL_EVENTS <= 1_024


async def test_a_snapshot_in_the_middle_of_what_waits_is_written_with_its_own_version(
    journal_on: OpenJournal,
) -> None:
    store = FaultyStore()
    journal = journal_on(store)
    journal.put(change(version=2))
    await journal.flush(SOON_S)
    store.open.clear()
    store.begun.clear()
    journal.put(change(expected=2, narrow=True))
    await store.begun.wait()
    journal.put(change(expected=3, narrow=True))
    journal.put(change(expected=4, mark="whole"))
    journal.put(change(expected=5, narrow=True))
    journal.put(change(expected=6, narrow=True))
    assert journal.waiting_events == 5
    store.open.set()
    await journal.flush(SOON_S)

    spans = [(one.expected, one.version, one.snapshot is None) for [one] in store.saves]
    assert spans == [(0, 2, False), (2, 3, True), (3, 5, False), (5, 7, True)]
    assert store._rows[T1].snapshot_version == 5
    assert await store.seqs() == [1, 2, 3, 4, 5, 6, 7]
    assert journal.waiting_events == 0


async def test_a_snapshot_alone_is_stored_and_is_tried_again(journal_on: OpenJournal) -> None:
    store = FaultyStore(None, "after", "before")
    journal = journal_on(store)
    journal.put(change(version=2))
    await journal.flush(SOON_S)
    store.open.clear()
    store.begun.clear()
    journal.put(change(expected=2, narrow=True))
    await store.begun.wait()
    # What is put while the outcome is unknown must not pass for stored with it.
    journal.put(change(expected=3, version=3, mark="whole"))
    store.open.set()
    await journal.flush(SOON_S)
    assert store._rows[T1].snapshot_version == 3
    assert b"whole" in store.snapshot("t1")
    assert await store.seqs() == [1, 2, 3]


async def test_without_events_only_the_newest_state_waits(
    journal_on: OpenJournal,
) -> None:
    store = FaultyStore()
    journal = journal_on(store)
    journal.put(change(events=False))
    await journal.flush(SOON_S)
    store.open.clear()
    store.begun.clear()
    journal.put(change(expected=1, events=False))
    await store.begun.wait()
    for version in range(2, 1_000):
        journal.put(change(expected=version, events=False))
    assert journal.waiting == 2
    assert journal.waiting_events == 0
    store.open.set()
    await journal.flush(SOON_S)
    assert store._rows[T1].snapshot_version == store._rows[T1].change.version == 1_000
    assert len(store.saves) == 3


async def test_a_row_that_was_edited_gets_the_whole_state(journal_on: OpenJournal) -> None:
    store = FaultyStore()
    heard = Heard()
    journal = journal_on(store, heard)

    def edited(table: TableId) -> None:
        journal.put(change(expected=4, version=4, mark="whole"))

    heard.edited = edited  # type: ignore[method-assign]
    journal.put(change(version=2))
    await journal.flush(SOON_S)
    store.edit("t1", 9)
    journal.put(change(expected=2, version=4, narrow=True))
    await journal.flush(SOON_S)

    assert b"whole" in store.snapshot("t1")
    assert store._rows[T1].snapshot_version == 4
    assert await store.seqs() == [1, 2, 3, 4]
    assert [one.snapshot is None for batch in store.saves for one in batch] == [False, True, False]


def test_a_command_without_events_has_its_receipt_in_a_snapshot() -> None:
    builder = ChangeBuilder(TableSnapshot(Table(T1, "T", CONFIG)), 1, VAULT, tail=0)
    assert builder.next([], (), 0).snapshot is not None


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


# ---- short turns


class Ticking:
    """A clock that goes on by a millisecond each time that it is read."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        self.now_s += 0.001
        return self.now_s


async def test_while_commits_are_reported_others_have_their_turns(journal_on: OpenJournal) -> None:
    store, turns = FaultyStore(), 0
    between: list[int] = []

    def told(table: TableId, version: int) -> None:
        between.append(turns)

    journal = journal_on(store, Heard(told), clock=Ticking())
    for number in range(100):
        journal.put(change(f"t{number}"))
    waiting = asyncio.ensure_future(journal.flush(SOON_S))
    while not waiting.done():
        turns += 1
        await asyncio.sleep(0)
    assert len(between) == 100
    most = max(between.count(turn) for turn in set(between))
    assert most <= 3


async def test_the_store_has_the_next_batch_before_anybody_is_told_of_the_last_one(
    journal_on: OpenJournal,
) -> None:
    store, order = FaultyStore(), list[str]()
    save = store.save

    async def slow_save(changes: Sequence[Change]) -> set[TableId]:
        order.append(f"sent {changes[0].version}")
        if changes[0].version == 1:
            journal.put(change(expected=1))
        await asyncio.sleep(0)
        return await save(changes)

    store.save = slow_save  # type: ignore[method-assign]
    journal = journal_on(store, Heard(lambda table, version: order.append(f"told {version}")))
    journal.put(change())
    await journal.flush(SOON_S)
    await journal.flush(SOON_S)
    assert order == ["sent 1", "sent 2", "told 1", "told 2"]


async def test_a_stop_in_the_middle_of_reports_reports_the_rest(journal_on: OpenJournal) -> None:
    begun = asyncio.Event()
    heard = Heard(lambda table, version: begun.set())
    journal = journal_on(FaultyStore(), heard, clock=Ticking())
    for number in range(100):
        journal.put(change(f"t{number}"))
    await begun.wait()
    assert len(heard.versions_written) < 100
    assert await journal.stop(0)
    assert len(heard.versions_written) == 100
