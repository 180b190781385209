"""A table actor with a clock that stands still and viewers that keep what they see."""

import random
from collections.abc import Iterator
from itertools import pairwise

import msgspec
import pytest

from pokerws.game import commands
from pokerws.game.cards import UNKNOWN, Card
from pokerws.game.config.table_config import TableConfig
from pokerws.game.deal import shuffler
from pokerws.game.events import (
    Checked,
    Folded,
    HandStarted,
    HoleCardsDealt,
    PlayerSatOut,
    TableEvent,
    TurnStarted,
    TurnTimedOut,
)
from pokerws.game.state import TableId, Turn
from pokerws.game.table import open_table, replay
from pokerws.messages import Accepted, Events, Rejected, Snapshot, Watch
from pokerws.server.tables import actor as table_actor
from pokerws.server.tables.actor import TableActor
from pokerws.server.tables.actors.table_clock import OVERLOAD_RETRY_MS
from pokerws.storage.store import TableSnapshot
from pokerws.storage.vault.kept_receipts import RECEIPT_PLAYERS
from tests.server.fakes import FakeJournal, FakeOwner, FakeViewer, ManualClock
from tests.storage.logs import events_of as events_in
from tests.storage.logs import state_after
from tests.vaults import VAULT

CONFIG = TableConfig(seats=4, turn_time_ms=10_000, next_hand_delay_ms=1_000)
ids = (f"c{number}" for number in range(1_000_000))


class Room:
    """An actor with everything around it."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.journal = FakeJournal()
        self.owner = FakeOwner()
        self.actor, self.opened = self._actor()
        self.alice, self.bob = FakeViewer("alice"), FakeViewer("bob")
        self.spectator = FakeViewer("sam")

    def _actor(self) -> tuple[TableActor, list[TableEvent]]:
        table, events = open_table(TableId("t1"), "One", CONFIG)
        actor = TableActor(
            TableSnapshot(table),
            1,
            clock=self.clock,
            shuffle=shuffler(random.Random(7).randbytes),
            journal=self.journal,
            keep_events=True,
            owner=self.owner,
            vault=VAULT,
        )
        self.journal.actor = actor
        actor.opened(events)
        return actor, events

    def watch_all(self) -> None:
        for viewer in (self.alice, self.bob, self.spectator):
            self.actor.watch(viewer, Watch(next(ids), self.actor.table.id))
            viewer.take()

    def do(self, viewer: FakeViewer, command: commands.Command) -> None:
        self.actor.handle(viewer, next(ids), command)

    def seat_both(self) -> None:
        self.do(self.alice, commands.Sit(self.alice.player, "Alice", 0, 10_000))
        self.do(self.bob, commands.Sit(self.bob.player, "Bob", 2, 10_000))

    def start_hand(self) -> None:
        self.watch_all()
        self.seat_both()
        self.clock.advance(CONFIG.next_hand_delay_ms)

    @property
    def to_act(self) -> FakeViewer:
        return self.alice if self.open_turn.seat == 0 else self.bob

    @property
    def open_turn(self) -> Turn:
        hand = self.actor.table.hand
        assert hand is not None
        assert hand.turn is not None
        return hand.turn

    @property
    def turn(self) -> int:
        return self.actor.table.turns

    def check_or_call(self) -> None:
        """Have the player whose turn it is do what costs least to stay in."""
        action: commands.Action = "check" if "check" in self.open_turn.actions else "call"
        self.do(self.to_act, commands.Act(self.to_act.player, self.turn, action))


@pytest.fixture
def room() -> Iterator[Room]:
    room = Room()
    yield room
    room.actor.stop()


def events_of(messages: list[Events]) -> list[TableEvent]:
    return [event for message in messages for event in message.events]


def test_the_answer_comes_right_before_the_first_event_that_the_command_caused(room: Room) -> None:
    room.watch_all()
    room.do(room.alice, commands.Sit(room.alice.player, "Alice", 0, 10_000))
    answer, news = room.alice.take()
    assert isinstance(answer, Accepted)
    assert isinstance(news, Events)
    assert answer.seq == news.seq == 2


def test_each_player_sees_the_own_cards_and_a_spectator_none(room: Room) -> None:
    room.start_hand()
    seen: dict[str, list[list[Card]]] = {}
    for viewer in (room.alice, room.bob, room.spectator):
        (dealt,) = (e for e in events_of(viewer.take_events()) if isinstance(e, HoleCardsDealt))
        seen[viewer.player] = dealt.cards
    hand = room.actor.table.hand
    assert hand is not None
    real = [seat.cards if seat else [] for seat in hand.seats]
    hidden = [UNKNOWN, UNKNOWN]
    assert seen["alice"] == [real[0], [], hidden, []]
    assert seen["bob"] == [hidden, [], real[2], []]
    assert seen["sam"] == [hidden, [], hidden, []]


def test_nobody_is_sent_the_deck(room: Room) -> None:
    room.start_hand()
    for viewer in (room.alice, room.bob, room.spectator):
        (started,) = (e for e in events_of(viewer.take_events()) if isinstance(e, HandStarted))
        assert started.deck == []


def test_viewers_see_contiguous_numbers(room: Room) -> None:
    room.start_hand()
    room.clock.advance(60_000)
    seq = 2
    for message in room.spectator.take_events():
        assert message.seq == seq
        seq += len(message.events)
    assert seq == room.actor.table.seq + 1


def test_a_command_that_comes_twice_is_carried_out_once_and_answered_alike(room: Room) -> None:
    room.start_hand()
    viewer = room.to_act
    viewer.take()
    call = commands.Act(viewer.player, room.turn, "call")
    room.actor.handle(viewer, "same", call)
    seq = room.actor.table.seq
    room.actor.handle(viewer, "same", call)
    answers = [message for message in viewer.take() if isinstance(message, Accepted | Rejected)]
    assert answers[0] == answers[1]
    assert room.actor.table.seq == seq


def test_chips_are_not_moved_again_by_commands_that_were_sent_many_at_a_time(room: Room) -> None:
    room.start_hand()
    viewer = room.to_act
    player = viewer.player
    room.actor.handle(viewer, "fold", commands.Act(player, room.turn, "fold"))
    pipelined: list[commands.Command] = [
        *(commands.AddChips(player, 100 + number) for number in range(7)),
        *(commands.SitOut(player), commands.SitIn(player)) * 3,
    ]
    for number, command in enumerate(pipelined):
        room.actor.handle(viewer, str(number), command)
    chips, seq = room.actor.table.chips, room.actor.table.seq
    assert chips == 20_000 + sum(range(100, 107))
    viewer.take()
    for number, command in enumerate(pipelined[:7]):
        room.actor.handle(viewer, str(number), command)
    assert all(isinstance(answer, Accepted) for answer in viewer.take())
    assert (room.actor.table.chips, room.actor.table.seq) == (chips, seq)


def test_receipts_of_a_seated_player_are_not_pushed_out_by_passers_by(room: Room) -> None:
    room.seat_both()
    room.actor.handle(room.alice, "chips", commands.AddChips(room.alice.player, 100))
    chips = room.actor.table.chips
    for number in range(2 * RECEIPT_PLAYERS):
        passer = FakeViewer(f"passer{number}")
        room.actor.handle(passer, "1", commands.Sit(passer.player, "Passer", 3, 10_000))
        room.actor.handle(passer, "2", commands.Stand(passer.player))
    room.alice.take()
    room.actor.handle(room.alice, "chips", commands.AddChips(room.alice.player, 100))
    assert isinstance(room.alice.take()[0], Accepted)
    assert room.actor.table.chips == chips


def test_an_id_used_again_for_another_command_is_refused(room: Room) -> None:
    room.start_hand()
    viewer = room.to_act
    room.actor.handle(viewer, "1", commands.Act(viewer.player, room.turn, "call"))
    viewer.take()
    seq = room.actor.table.seq
    room.actor.handle(viewer, "1", commands.Act(viewer.player, room.turn, "check"))
    (answer,) = viewer.take()
    assert isinstance(answer, Rejected)
    assert (answer.code, answer.retryable) == ("id_conflict", False)
    assert room.actor.table.seq == seq


def test_sitting_down_again_after_leaving_is_not_taken_for_a_repetition(room: Room) -> None:
    for _ in range(2):
        sit = commands.Sit(room.alice.player, "Alice", 0, 10_000)
        room.actor.handle(room.alice, "1", sit)
        assert room.actor.table.seats[0] is not None
        room.actor.handle(room.alice, "2", commands.Stand(room.alice.player))
        assert room.actor.table.seats[0] is None


def test_a_refused_command_stores_and_shows_nothing(room: Room) -> None:
    room.start_hand()
    stored, viewer = len(room.journal.changes), room.to_act
    room.spectator.take()
    room.do(viewer, commands.Act(viewer.player, room.turn, "raise", 1))
    assert len(room.journal.changes) == stored
    assert room.spectator.take() == []


def test_a_turn_that_runs_out_is_folded_and_the_second_in_a_row_sits_the_player_out(
    room: Room,
) -> None:
    room.start_hand()
    room.spectator.take()
    slow = room.to_act.player
    for _ in range(2):
        while room.to_act.player != slow:
            room.check_or_call()
        room.clock.advance(CONFIG.turn_time_ms)
        while room.actor.table.hand is None and room.actor.table.next_hand_at_ms is not None:
            room.clock.advance(CONFIG.next_hand_delay_ms)
    events = events_of(room.spectator.take_events())
    timed_out = [event for event in events if isinstance(event, TurnTimedOut)]
    assert len(timed_out) == 2
    assert all(
        isinstance(after, Folded | Checked)
        for before, after in pairwise(events)
        if isinstance(before, TurnTimedOut)
    )
    assert [e.reason for e in events if isinstance(e, PlayerSatOut)] == ["timed_out"]


def test_a_clock_that_calls_early_ends_no_turn(room: Room) -> None:
    room.start_hand()
    turn = room.open_turn
    room.clock.ring_early()
    assert room.open_turn == turn
    assert room.clock.next_alarm_ms == turn.deadline_ms


def test_a_viewer_that_returns_gets_just_what_it_missed(room: Room) -> None:
    room.start_hand()
    room.alice.take()
    seq = room.actor.table.seq
    room.actor.unwatch(room.alice)
    room.check_or_call()
    room.check_or_call()
    room.alice.take()
    room.actor.watch(room.alice, Watch("w", room.actor.table.id, seq, 1))
    answer, news = room.alice.take()
    assert isinstance(answer, Accepted)
    assert isinstance(news, Events)
    assert news.seq == seq + 1
    assert news.seq + len(news.events) - 1 == room.actor.table.seq


@pytest.mark.parametrize(("after_seq", "epoch"), [(1, 2), (10_000, 1), (None, None)])
def test_a_viewer_whose_place_is_not_known_gets_a_snapshot(
    room: Room, after_seq: int | None, epoch: int | None
) -> None:
    room.start_hand()
    room.alice.take()
    room.actor.watch(room.alice, Watch("w", room.actor.table.id, after_seq, epoch))
    answer, snapshot = room.alice.take()
    assert isinstance(answer, Accepted)
    assert isinstance(snapshot, Snapshot)
    assert snapshot.seq == room.actor.table.seq
    assert snapshot.seat == 0
    hand = snapshot.state.hand
    assert hand is not None
    assert hand.deck == []
    assert hand.seats[2] is not None
    assert hand.seats[2].cards == [UNKNOWN, UNKNOWN]


def test_a_seat_s_next_player_is_not_sent_the_cards_of_the_one_before(room: Room) -> None:
    room.start_hand()
    seq = 1
    room.do(room.bob, commands.Stand(room.bob.player))
    if room.actor.table.hand is not None:
        room.clock.advance(CONFIG.turn_time_ms)
    carol = FakeViewer("carol")
    room.do(carol, commands.Sit(carol.player, "Carol", 2, 10_000))
    carol.take()
    room.actor.watch(carol, Watch("w", room.actor.table.id, seq, 1))
    (dealt,) = (e for e in events_of(carol.take_events()) if isinstance(e, HoleCardsDealt))
    assert dealt.cards[2] == [UNKNOWN, UNKNOWN]


def test_the_stored_events_replay_to_the_stored_snapshot(room: Room) -> None:
    room.start_hand()
    room.clock.advance(60_000)
    table, changes = room.actor.table.id, room.journal.changes
    assert {change.table for change in changes} == {table}
    events = [event for change in changes for event in events_in(change, VAULT)]
    snapshot = state_after(changes, VAULT)
    assert msgspec.json.encode(snapshot) == msgspec.json.encode(room.actor.recorder.state)
    assert msgspec.json.encode(replay(events)) == msgspec.json.encode(snapshot.table)
    versions = [(change.expected, change.version) for change in room.journal.changes]
    assert versions[0][0] == 0
    assert all(a[1] == b[0] for a, b in pairwise(versions))


def test_too_much_waiting_to_be_stored_refuses_actions_and_holds_the_clock(room: Room) -> None:
    room.start_hand()
    room.journal.over_high_water = True
    viewer, seq = room.to_act, room.actor.table.seq
    viewer.take()
    room.do(viewer, commands.Act(viewer.player, room.turn, "call"))
    (answer,) = viewer.take()
    assert isinstance(answer, Rejected)
    assert (answer.code, answer.retryable) == ("overloaded", True)
    room.clock.advance(CONFIG.turn_time_ms)
    assert room.actor.table.seq == seq
    room.journal.over_high_water = False
    room.clock.advance(OVERLOAD_RETRY_MS)
    assert room.actor.table.seq > seq


def test_a_bug_in_the_rules_stops_the_table_and_tells_its_owner(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    room.start_hand()

    def broken(*_: object) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr(table_actor, "play", broken)
    viewer = room.to_act
    viewer.take()
    room.do(viewer, commands.Act(viewer.player, room.turn, "call"))
    (answer,) = viewer.take()
    assert isinstance(answer, Rejected)
    assert answer.code == "table_unavailable"
    assert room.owner.failed == [room.actor.table.id]
    assert room.actor.stopped


def test_after_an_outage_a_turn_goes_on_with_the_time_that_was_left(room: Room) -> None:
    room.start_hand()
    saved_ms = room.clock.now_ms() + 4_000
    room.actor.stop()
    room.clock.advance(3_600_000)
    room.actor.stopped = False
    room.actor.resume(saved_ms, 5_000, restart_log=False)
    assert room.open_turn.deadline_ms - room.clock.now_ms() == CONFIG.turn_time_ms - 4_000 + 5_000
    turns = [e for e in events_of(room.spectator.take_events()) if isinstance(e, TurnStarted)]
    assert len(turns) == 1


def test_the_lobby_hears_of_seats_taken_and_left_during_a_hand_and_of_no_action(room: Room) -> None:
    room.start_hand()
    before = room.owner.changed
    room.check_or_call()
    assert room.actor.table.hand is not None
    assert room.owner.changed == before
    room.do(room.spectator, commands.Sit(room.spectator.player, "Sam", 1, 10_000))
    assert room.owner.changed == before + 1
    room.do(room.spectator, commands.Stand(room.spectator.player))
    assert room.owner.changed == before + 2
