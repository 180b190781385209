"""Without durable acks: cards wait for their commit, and are shown ahead of it in an outage only.

A table whose cards were shown ahead does not deal them again after a crash: its hand is cancelled.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence

import pytest
from msgspec.structs import replace

from pokerws.game import commands
from pokerws.game.cards import Card
from pokerws.game.events import BoardDealt, ClockResumed, HandCancelled, TableEvent
from pokerws.game.state import Hand, TableId
from pokerws.messages import Accepted, Events, Notice, Snapshot, Watch
from pokerws.server.tables import actor as table_actor
from pokerws.server.tables.actor import TableActor
from pokerws.server.tables.actors.held_cards import GIVE_BACK_MS
from pokerws.server.tables.lobby.outage_pause import CHECK_LAG_MS, PAUSE_AFTER_MS
from pokerws.storage.errors import StoreRejected
from pokerws.storage.store import Change
from tests.server.fakes import FakeViewer, ManualClock
from tests.server.notebook import Notebook
from tests.server.stored_house import BUY_IN, CONFIG, Ledger, StoredHouse
from tests.vaults import VAULT

OUTAGE_MS = PAUSE_AFTER_MS + CHECK_LAG_MS


class RefusingStore(Ledger):
    """A store that refuses all data once `refuses` is set."""

    refuses = False

    async def save(self, changes: Sequence[Change]) -> set[TableId]:
        if self.refuses:
            raise StoreRejected("a rule is broken")
        return await super().save(changes)


class Setting:
    """A house without durable acks, whose table Ann and Ben watch, and its successors."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.store = RefusingStore()
        self.store.owner = "first"
        self.notes = Notebook("first")
        self._seed = 0
        self.house = self._new_house()

    def _new_house(self) -> StoredHouse:
        self._seed += 1
        return StoredHouse(self.store, self.clock, notes=self.notes, seed=self._seed)

    async def open_hand(self) -> TableActor:
        """A stored table where Ann and Ben are in a hand, before the flop."""
        self.house.journal.start()
        await self.house.lobby.start()
        actor = await self.house.open_hand()
        for player in ("ann", "ben"):
            actor.watch(self.viewer(player), Watch("w", actor.table.id))
            self.viewer(player).take()
        return actor

    def viewer(self, player: str) -> FakeViewer:
        return self.house.viewers[player]

    def act(self, actor: TableActor, action: str) -> FakeViewer:
        """Whoever's turn it is acts; returns the viewer."""
        hand = hand_of(actor)
        assert hand.turn is not None
        seat = actor.table.seats[hand.turn.seat]
        assert seat is not None
        viewer = self.viewer(seat.player)
        act = commands.Act(seat.player, hand.turn.number, action)  # type: ignore[arg-type]
        actor.handle(viewer, f"{actor.table.seq}", act)
        return viewer

    def see_flop(self, actor: TableActor) -> FakeViewer:
        self.act(actor, "call")
        self.viewer("ann").take(), self.viewer("ben").take()
        return self.act(actor, "check")

    async def run_ahead(self, actor: TableActor) -> None:
        """The store hangs, and the flop is shown all the same."""
        self.store.open.clear()
        self.see_flop(actor)
        self.clock.advance(OUTAGE_MS)
        await until_noted(self, actor)

    async def killed(self, *, owner: str = "second", note_is_there: bool = True) -> StoredHouse:
        """The house is killed, and another one takes its place."""
        old = self.house
        old.lobby.stop()
        assert old.journal._task is not None
        old.journal._task.cancel()
        await asyncio.wait([old.journal._task])
        self.store.killed.add(self.store.owner)
        if not note_is_there:
            del self.notes.pages[self.notes.owner]
        self.store.owner = owner
        self.notes.begin(owner)
        self.store.open.set()
        self.house = self._new_house()
        self.house.journal.start()
        await self.house.lobby.start()
        return self.house


@pytest.fixture
async def setting() -> AsyncIterator[Setting]:
    setting = Setting()
    yield setting
    setting.store.open.set()
    await setting.house.close()


def hand_of(actor: TableActor) -> Hand:
    assert actor.table.hand is not None
    return actor.table.hand


async def settled() -> None:
    """Let everything be done that waits for nothing."""
    for _ in range(20):
        await asyncio.sleep(0)


async def until_noted(setting: Setting, actor: TableActor) -> None:
    await settled()
    assert actor.table.id in setting.notes.tables
    assert not actor.is_held


def events_of(viewer: FakeViewer) -> list[TableEvent]:
    return [event for message in viewer.take_events() for event in message.events]


def board_of(events: list[TableEvent]) -> list[Card]:
    return [card for event in events if isinstance(event, BoardDealt) for card in event.cards]


async def stored_events(setting: Setting, actor: TableActor) -> list[str]:
    await setting.house.written()
    return [row.type for row in await setting.store.events(actor.table.id, 0, 1_000)]


# ---- while the database keeps up


async def test_cards_wait_for_their_commit_and_an_action_without_cards_does_not(
    setting: Setting,
) -> None:
    actor = await setting.open_hand()
    setting.store.open.clear()

    caller = setting.act(actor, "call")
    assert [type(message) for message in caller.take()] == [Accepted, Events]

    setting.viewer("ann").take(), setting.viewer("ben").take()
    checker = setting.act(actor, "check")
    assert hand_of(actor).board
    assert checker.take() == []
    setting.store.open.set()
    await setting.house.written()

    answer, news = checker.take()
    assert isinstance(answer, Accepted)
    assert isinstance(news, Events)
    assert news.seq == answer.seq
    assert board_of(list(news.events)) == hand_of(actor).board


async def test_a_viewer_who_comes_while_cards_wait_sees_them_when_they_are_stored(
    setting: Setting,
) -> None:
    actor = await setting.open_hand()
    setting.store.open.clear()
    setting.see_flop(actor)

    cleo = setting.viewer("cleo")
    actor.watch(cleo, Watch("w", actor.table.id))
    assert cleo.take() == []
    setting.store.open.set()
    await setting.house.written()

    assert [type(message) for message in cleo.take()] == [Accepted, Snapshot]


async def test_what_was_decided_before_a_fault_is_answered_when_it_is_stored(
    setting: Setting, monkeypatch: pytest.MonkeyPatch
) -> None:
    actor = await setting.open_hand()
    setting.store.open.clear()
    checker = setting.see_flop(actor)
    monkeypatch.setattr(table_actor, "play", lambda *_: 1 // 0)
    setting.act(actor, "check")
    assert actor.stopped
    setting.store.open.set()
    await setting.house.written()

    kinds = [type(message) for message in checker.take()]
    assert Accepted in kinds
    assert kinds.index(Events) == kinds.index(Accepted) + 1


# ---- in an outage


async def test_in_an_outage_cards_are_shown_once_their_table_is_noted(setting: Setting) -> None:
    actor = await setting.open_hand()
    setting.notes.full = True
    setting.store.open.clear()
    checker = setting.see_flop(actor)
    deadline_ms = actor.table.deadline_ms
    setting.clock.advance(OUTAGE_MS)
    await settled()
    assert board_of(events_of(checker)) == []

    setting.notes.full = False
    setting.clock.advance(CHECK_LAG_MS)
    await until_noted(setting, actor)

    assert setting.notes.tables == {actor.table.id: 1}
    if actor.is_paused:
        setting.store.open.set()
        await setting.house.written()
        setting.clock.advance(CHECK_LAG_MS)
    shown = events_of(checker)
    assert board_of(shown) == hand_of(actor).board
    # The time that frames waited is not the player's.
    assert isinstance(shown[-1], ClockResumed)
    assert deadline_ms is not None
    assert shown[-1].deadline_ms > deadline_ms


@pytest.mark.parametrize("error", [OSError("no space left on device"), LookupError("a bug")])
async def test_a_table_that_cannot_be_noted_waits_for_the_database(
    setting: Setting, error: Exception, capsys: pytest.CaptureFixture[str]
) -> None:
    actor = await setting.open_hand()
    setting.notes.full, setting.notes.error = True, error
    setting.store.open.clear()
    checker = setting.see_flop(actor)
    for _ in range(10):
        setting.clock.advance(CHECK_LAG_MS)
        await asyncio.sleep(0)

    assert actor.is_paused
    assert capsys.readouterr().out.count("cards_wait") == 1
    messages = checker.take()
    assert [type(message) for message in messages] == [Notice]
    assert setting.notes.tables == {}
    setting.store.open.set()
    await setting.house.written()
    setting.clock.advance(CHECK_LAG_MS)
    assert not actor.is_paused
    assert board_of(events_of(checker)) == hand_of(actor).board


async def test_a_table_that_runs_ahead_waits_for_nothing(setting: Setting) -> None:
    actor = await setting.open_hand()
    await setting.run_ahead(actor)
    setting.viewer("ann").take(), setting.viewer("ben").take()

    setting.act(actor, "check")
    checker = setting.act(actor, "check")

    assert len(hand_of(actor).board) == 4
    assert [type(message) for message in checker.take()][-2:] == [Accepted, Events]


async def test_each_table_is_noted_before_it_runs_ahead(setting: Setting) -> None:
    actor = await setting.open_hand()
    other = await setting.house.open_hand()
    for player in ("ann", "ben"):
        other.watch(setting.viewer(player), Watch("w", other.table.id))
    await setting.run_ahead(actor)
    setting.notes.full = True

    checker = setting.see_flop(other)
    await settled()
    assert checker.take() == []
    setting.notes.full = False
    setting.clock.advance(CHECK_LAG_MS)
    await until_noted(setting, other)

    assert setting.notes.tables.keys() == {actor.table.id, other.table.id}


async def test_when_all_is_stored_the_note_is_struck_off_and_cards_wait_again(
    setting: Setting,
) -> None:
    actor = await setting.open_hand()
    await setting.run_ahead(actor)
    setting.store.open.set()
    await setting.house.written()
    setting.clock.advance(CHECK_LAG_MS)
    await settled()
    assert setting.notes.tables == {}
    assert not setting.house.lobby.is_ahead

    setting.store.open.clear()
    setting.act(actor, "check")
    setting.viewer("ann").take(), setting.viewer("ben").take()
    checker = setting.act(actor, "check")
    assert checker.take() == []


async def test_a_turn_that_nobody_has_seen_does_not_time_out(setting: Setting) -> None:
    actor = await setting.open_hand()
    setting.notes.full = True
    setting.store.open.clear()
    setting.see_flop(actor)
    seq = actor.table.seq
    # The outage is not noticed: nobody looks at the journal.
    setting.house.lobby.outage.stop()
    setting.clock.advance(CONFIG.turn_time_ms * 3)
    assert actor.table.seq == seq


async def test_a_time_out_that_waits_for_cards_comes_with_them(setting: Setting) -> None:
    actor = await setting.open_hand()
    # Frames that wait longer than this would stop the clock.
    actor.table.config = replace(CONFIG, next_hand_delay_ms=GIVE_BACK_MS - 1)
    setting.store.open.clear()
    setting.see_flop(actor)
    while actor.table.hand is not None:
        setting.act(actor, "check")
    setting.clock.advance(GIVE_BACK_MS - 1)
    assert actor.table.hand is None
    setting.store.open.set()
    await setting.house.written()
    setting.clock.advance(0)
    assert hand_of(actor).number == 2


async def test_a_table_whose_data_are_refused_is_noted_before_it_shows_more(
    setting: Setting,
) -> None:
    actor = await setting.open_hand()
    setting.store.refuses = True
    checker = setting.see_flop(actor)
    assert checker.take() == []

    await until_noted(setting, actor)

    assert not actor.is_stored
    assert board_of(events_of(checker)) == hand_of(actor).board
    setting.clock.advance(10 * CHECK_LAG_MS)
    await asyncio.sleep(0)
    assert setting.notes.tables == {actor.table.id: 1}
    assert setting.house.lobby.is_ahead


# ---- after a crash


async def test_a_hand_whose_cards_were_shown_ahead_is_cancelled_and_not_dealt_again(
    setting: Setting,
) -> None:
    actor = await setting.open_hand()
    await setting.run_ahead(actor)
    seen = hand_of(actor).board
    house = await setting.killed()

    again = await house.lobby.find(actor.table.id)

    assert again.table.hand is None
    assert [seat.stack for seat in again.table.seats if seat] == [BUY_IN, BUY_IN]
    assert (await stored_events(setting, again))[-2:] == [
        "hand_cancelled",
        "next_hand_scheduled",
    ]
    assert setting.store.total == 0
    ann = setting.viewer("ann")
    again.watch(ann, Watch("w", again.table.id))
    *_, notice = ann.take()
    assert isinstance(notice, Notice)
    assert (notice.code, notice.table) == ("hand_cancelled", again.table.id)
    assert "hand 1" in notice.message
    setting.clock.advance(CONFIG.next_hand_delay_ms)
    assert hand_of(again).number == 2
    assert hand_of(again).deck[: len(seen)] != seen


async def test_a_hand_goes_on_if_the_server_noted_nothing_about_it(setting: Setting) -> None:
    actor = await setting.open_hand()
    setting.see_flop(actor)
    await setting.house.written()
    deck = hand_of(actor).deck.copy()
    house = await setting.killed()

    again = await house.lobby.find(actor.table.id)

    assert hand_of(again).deck == deck
    again.watch(setting.viewer("ann"), Watch("w", again.table.id))
    assert [type(message) for message in setting.viewer("ann").take()] == [Accepted, Snapshot]


async def test_a_hand_is_cancelled_if_nobody_can_know_what_was_shown(setting: Setting) -> None:
    actor = await setting.open_hand()
    house = await setting.killed(note_is_there=False)

    assert (await house.lobby.find(actor.table.id)).table.hand is None


async def test_a_hand_before_the_one_that_ran_ahead_goes_on(setting: Setting) -> None:
    actor = await setting.open_hand()
    # The hand ends without cards, and only the next one shows some.
    setting.store.open.clear()
    setting.act(actor, "fold")
    setting.clock.advance(CONFIG.next_hand_delay_ms)
    setting.clock.advance(OUTAGE_MS)
    await until_noted(setting, actor)
    assert setting.notes.tables == {actor.table.id: 2}
    house = await setting.killed()

    assert hand_of(await house.lobby.find(actor.table.id)).number == 1


async def test_a_second_crash_before_anything_is_stored_changes_nothing(setting: Setting) -> None:
    actor = await setting.open_hand()
    await setting.run_ahead(actor)
    house = await setting.killed()
    setting.store.open.clear()
    assert (await house.lobby.find(actor.table.id)).table.hand is None
    house = await setting.killed(owner="third")

    assert (await house.lobby.find(actor.table.id)).table.hand is None
    assert (await stored_events(setting, actor))[-2] == "hand_cancelled"


async def test_all_tables_loaded_at_the_start_are_judged_too(setting: Setting) -> None:
    actor = await setting.open_hand()
    await setting.run_ahead(actor)
    house = await setting.killed()

    await house.lobby.load_all()
    await house.written()

    loaded = house.lobby.live(actor.table.id)
    assert loaded is not None
    assert loaded.table.hand is None
    rows = await setting.store.events(loaded.table.id, loaded.table.seq - 2, 1)
    event = VAULT.open_event(loaded.table.id, rows[0].hand_number, rows[0].payload)
    assert isinstance(event, HandCancelled)
    assert event.reason == "cards_seen"
