"""What a player decides before the turn: who does it, when it is dropped, and who hears of it."""

import random
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from pokerws.game import commands
from pokerws.game.betting.pre_actions import PreActionName
from pokerws.game.config.table_config import TableConfig
from pokerws.game.deal import shuffler
from pokerws.game.events import Called, Checked, Folded, PlayerSatOut, Raised, TurnTimedOut
from pokerws.game.illegal import Illegal
from pokerws.game.next_hand import games_of
from pokerws.game.state import TableId, Turn
from pokerws.game.table import open_table, replay
from pokerws.game.variants import VARIANTS
from pokerws.messages import Events, PreAct, PreActionHeld, Snapshot, Watch
from pokerws.server.tables.actor import TableActor
from pokerws.server.tables.hand_pace import PaceLimits
from pokerws.storage.store import TableSnapshot
from tests.server.fakes import FakeJournal, FakeOwner, FakeViewer, ManualClock
from tests.server.random_action import random_action
from tests.storage.logs import events_of as events_in
from tests.vaults import VAULT

CONFIG = TableConfig(seats=3, turn_time_ms=10_000, next_hand_delay_ms=1_000)
PACE = PaceLimits()
SLOWEST_MS = PACE.pre_act_delay_ms + PACE.pre_act_spread_ms


class Room:
    """Three players in a hand: seat 0 has the button and acts first, seat 2 the big blind."""

    def __init__(self, config: TableConfig = CONFIG, seed: int = 7, **options: Any) -> None:
        self.clock, self.journal, self.owner = ManualClock(), FakeJournal(), FakeOwner()
        table, events = open_table(TableId("t1"), "One", config)
        self.actor = TableActor(
            TableSnapshot(table),
            1,
            clock=self.clock,
            shuffle=shuffler(random.Random(seed).randbytes),
            journal=self.journal,
            keep_events=True,
            owner=self.owner,
            vault=VAULT,
            **options,
        )
        self.table, self._ids = table, 0
        self.journal.actor = self.actor
        self.actor.opened(events)
        self.players = [FakeViewer(f"p{number}") for number in range(config.seats)]
        self.spectator = FakeViewer("sam")
        for viewer in (*self.players, self.spectator):
            self.actor.watch(viewer, Watch("w", table.id))
        for viewer in self.players:
            self.do(viewer, commands.Sit(viewer.player, viewer.player, None, config.max_buy_in))
        self.clock.advance(config.next_hand_delay_ms)
        self.heard()

    def do(self, viewer: FakeViewer, command: commands.Command) -> None:
        self._ids += 1
        self.actor.handle(viewer, str(self._ids), command)

    @property
    def turn(self) -> Turn:
        assert self.table.hand is not None
        assert self.table.hand.turn is not None
        return self.table.hand.turn

    def act(self, action: commands.Action, amount: int | None = None) -> None:
        """The player whose turn it is acts."""
        viewer = self.players[self.turn.seat]
        self.do(viewer, commands.Act(viewer.player, self.turn.number, action, amount))

    def pre_act(self, seat: int, action: PreActionName | None, amount: int | None = None) -> None:
        viewer = self.players[seat]
        message = PreAct("1", self.table.id, self.table.hand_number, action, amount)
        self.actor.pre_actions.accept(viewer.player, message)()

    def heard(self) -> dict[str, list[Any]]:
        """All messages since the last call, by player."""
        return {one.player: one.take() for one in (*self.players, self.spectator)}

    def told(self, seat: int) -> list[PreActionHeld]:
        return [one for one in self.players[seat].take() if isinstance(one, PreActionHeld)]

    def happened(self) -> list[Any]:
        """The events that a spectator has seen since the last call."""
        return [event for one in self.spectator.take_events() for event in one.events]


@pytest.fixture
def room() -> Iterator[Room]:
    room = Room()
    yield room
    room.actor.stop()


def test_alice_folds_beforehand_and_bob_raises(room: Room) -> None:
    alice, bob = 1, 0
    room.pre_act(alice, "fold")
    assert [held.action for held in room.told(alice)] == ["fold"]
    room.happened()

    room.act("raise", 300)
    assert room.turn.seat == alice
    assert Folded(alice) not in room.happened()
    room.clock.advance(SLOWEST_MS)

    assert Folded(alice, auto=False) in room.happened()
    assert room.turn.seat == 2
    assert [(held.action, held.reason) for held in room.told(alice)] == [(None, "acted")]
    assert not room.told(bob)


@pytest.mark.parametrize(
    ("action", "amount", "does"),
    [
        ("check_fold", None, Folded(1)),
        ("call", None, Called(1, 50)),
        ("call", 50, Called(1, 50)),
        ("call_any", None, Called(1, 50)),
        ("raise", 400, Raised(1, 400)),
    ],
)
def test_the_server_does_what_the_player_said(
    room: Room, action: PreActionName, amount: int | None, does: object
) -> None:
    room.pre_act(1, action, amount)
    room.act("call")
    room.clock.advance(SLOWEST_MS)
    assert does in room.happened()
    assert not room.actor.pre_actions.held


@pytest.mark.parametrize("action", ["check", "check_fold", "call_any"])
def test_a_free_turn_is_checked(room: Room, action: PreActionName) -> None:
    room.pre_act(2, action)
    room.act("call")
    room.act("call")
    room.clock.advance(SLOWEST_MS)
    assert Checked(2) in room.happened()


@pytest.mark.parametrize(
    ("seat", "action", "amount"), [(1, "call", 50), (2, "check", None), (1, "raise", 300)]
)
def test_a_raise_drops_what_it_changes(
    room: Room, seat: int, action: PreActionName, amount: int | None
) -> None:
    room.pre_act(seat, action, amount)
    room.told(seat)
    room.act("raise", 300)
    assert [(held.action, held.reason) for held in room.told(seat)] == [(None, "bet_changed")]
    room.clock.advance(SLOWEST_MS)
    assert room.turn.seat == 1


def test_a_raise_that_is_still_legal_and_calls_of_any_price_stand(room: Room) -> None:
    room.pre_act(1, "raise", 900)
    room.pre_act(2, "call_any")
    room.act("raise", 300)
    room.clock.advance(SLOWEST_MS)
    room.clock.advance(SLOWEST_MS)
    happened = room.happened()
    assert Raised(1, 900) in happened
    assert Called(2, 800) in happened


def test_the_end_of_the_round_drops_what_was_meant_for_it(room: Room) -> None:
    room.act("call")
    room.act("call")
    room.pre_act(0, "fold")
    room.told(0)
    room.act("check")
    assert [held.reason for held in room.told(0)] == ["round_over"]
    room.pre_act(0, "fold")
    room.act("fold")
    room.told(0)
    room.act("fold")
    assert [held.reason for held in room.told(0)] == ["round_over"]


@pytest.mark.parametrize("command", [commands.SitOut, commands.Stand])
def test_a_player_who_goes_has_no_pre_action(room: Room, command: type[commands.SitOut]) -> None:
    room.pre_act(1, "call_any")
    room.told(1)
    room.do(room.players[1], command(room.players[1].player))
    assert [held.reason for held in room.told(1)] == ["away"]
    with pytest.raises(Illegal, match="already_"):
        room.pre_act(1, "fold")


def test_the_player_who_acts_first_has_decided(room: Room) -> None:
    room.pre_act(1, "fold")
    room.act("call")
    room.act("call")
    assert [held.reason for held in room.told(1)] == [None, "acted"]
    room.clock.advance(SLOWEST_MS)
    assert room.turn.seat == 2
    assert Folded(1) not in room.happened()


def test_it_is_taken_back_even_in_the_turn_which_then_takes_its_time(room: Room) -> None:
    room.pre_act(1, "fold")
    room.act("call")
    room.pre_act(1, None)
    room.clock.advance(CONFIG.turn_time_ms - 1)
    assert room.turn.seat == 1
    room.clock.advance(1)
    assert TurnTimedOut(1, 2) in room.happened()


def test_the_pause_is_drawn_alike_whatever_is_held(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[int] = []

    def draw(below: int) -> int:
        drawn.append(below)
        return 450

    monkeypatch.setattr("secrets.randbelow", draw)
    room.pre_act(1, "fold")
    room.pre_act(2, "call_any")
    room.act("raise", 300)
    for seat in (1, 2):
        room.clock.advance(PACE.pre_act_delay_ms + 449)
        assert room.turn.seat == seat
        room.clock.advance(1)
    assert drawn == [PACE.pre_act_spread_ms + 1] * 2


@pytest.mark.parametrize("action", ["fold", "call_any", "check_fold"])
def test_the_bytes_of_others_are_those_of_a_player_who_acts_by_himself(
    monkeypatch: pytest.MonkeyPatch, action: PreActionName
) -> None:
    monkeypatch.setattr("secrets.randbelow", lambda below: 200)
    frames: list[list[list[bytes]]] = []
    for is_held in (True, False):
        room = Room()
        if is_held:
            room.pre_act(1, action)
        room.act("raise", 300)
        room.clock.advance(499)
        if not is_held:
            room.clock._now_ms += 1
            room.act("call" if action == "call_any" else "fold")
        room.clock.advance(1 if is_held else 0)
        assert room.turn.seat == 2
        frames.append([one.frames for one in (room.players[0], room.players[2], room.spectator)])
        room.actor.stop()
    assert frames[0] == frames[1]


def test_one_that_is_dropped_leaves_no_trace_for_others() -> None:
    frames: list[list[list[bytes]]] = []
    for is_held in (True, False):
        room = Room()
        if is_held:
            room.pre_act(1, "call", 50)
        room.act("raise", 300)
        room.clock.advance(9_000)
        room.act("fold")
        frames.append([one.frames for one in (room.players[0], room.players[2], room.spectator)])
        room.actor.stop()
    assert frames[0] == frames[1]


def test_a_player_who_comes_back_is_told_what_is_held_and_nobody_else_is(room: Room) -> None:
    room.pre_act(1, "call", 50)
    room.heard()
    again, other, seq = FakeViewer("p1"), FakeViewer("p2"), room.table.seq
    for viewer in (again, other):
        room.actor.watch(viewer, Watch("1", room.table.id))
    kinds = [type(message) for message in again.take()]
    assert kinds[1:] == [Snapshot, PreActionHeld]
    assert PreActionHeld not in [type(message) for message in other.take()]
    room.act("call")
    room.actor.watch(again, Watch("2", room.table.id, seq, 1))
    assert [type(message) for message in again.take()][-2:] == [Events, PreActionHeld]
    room.actor.show_snapshot(again)
    assert isinstance(again.take()[-1], PreActionHeld)


def test_it_is_held_through_a_pause(room: Room) -> None:
    room.pre_act(1, "fold")
    room.act("raise", 300)
    room.actor.pause()
    room.clock.advance(60_000)
    assert room.turn.seat == 1
    room.actor.go_on()
    room.clock.advance(PACE.pre_act_delay_ms - 1)
    assert room.turn.seat == 1
    room.clock.advance(SLOWEST_MS)
    assert Folded(1) in room.happened()


def test_a_table_that_is_rolled_back_says_that_it_holds_nothing() -> None:
    room = Room(durable=True)
    room.pre_act(1, "fold")
    room.heard()
    room.journal.actor = None
    room.act("raise", 300)
    room.actor.roll_back()
    heard = room.heard()
    assert heard["p1"] == [PreActionHeld(room.table.id, 1, reason="rolled_back")]
    assert not heard["p2"]
    room.clock.advance(SLOWEST_MS)
    assert not room.happened()


def test_with_durable_acks_nothing_is_told_before_what_it_tells_of_is_stored() -> None:
    room = Room(durable=True)
    room.pre_act(1, "call", 50)
    room.heard()
    room.journal.actor = None
    room.act("raise", 300)
    assert not room.heard()["p1"]
    room.actor.written(room.table.seq)
    events, dropped = room.heard()["p1"]
    assert isinstance(events, Events)
    assert dropped.reason == "bet_changed"
    room.actor.stop()


def test_a_turn_with_a_pre_action_does_not_time_out(room: Room) -> None:
    room.pre_act(1, "call_any")
    room.act("call")
    room.journal.over_high_water = True
    room.clock.advance(CONFIG.turn_time_ms * 2)
    room.journal.over_high_water = False
    room.clock.advance(1_000)
    happened = room.happened()
    assert Called(1, 50) in happened
    assert not [one for one in happened if isinstance(one, TurnTimedOut | PlayerSatOut)]


def test_a_pause_is_never_longer_than_the_turn() -> None:
    room = Room(pace=PaceLimits(pre_act_delay_ms=60_000))
    room.pre_act(1, "call_any")
    room.act("call")
    room.clock.advance(CONFIG.turn_time_ms)
    assert Called(1, 50) in room.happened()
    room.actor.stop()


# ---- random play

WISHES: list[PreActionName | None] = [
    *(None, "fold", "check_fold", "check", "call", "call_any", "raise"),
]


@pytest.mark.parametrize("variant", [*VARIANTS, "HORSE"])
def test_random_pre_actions_keep_the_chips_and_the_log_in_order(variant: str) -> None:
    rng = random.Random(variant)
    seats = min([4] + [VARIANTS[one].max_seats for one in games_of(TableConfig(variant=variant))])
    config = TableConfig(
        variant=variant, seats=seats, max_buy_in=3_000, turn_time_ms=10_000, next_hand_delay_ms=10
    )
    room = Room(config, seed=3)
    chips, held, done = room.table.chips, 0, 0
    join = partial(rejoin, room)
    for _ in range(400):
        table = room.table
        if table.hand is None or table.hand.turn is None:
            join()
            room.clock.advance(10)
            continue
        seat, amount = rng.randrange(seats), rng.choice((None, None, rng.randrange(3_000)))
        try:
            room.pre_act(seat, rng.choice(WISHES), amount)
            held += 1
        except Illegal:
            pass
        turn = room.turn
        if turn.seat in room.actor.pre_actions.held and rng.random() < 0.8:
            room.clock.advance(SLOWEST_MS)
            assert table.turns > turn.number or table.hand is None
            done += 1
        elif rng.random() < 0.9:
            act = random_action(rng, table)
            room.do(room.players[turn.seat], act)
        else:
            room.clock.advance(config.turn_time_ms)
        paid = sum(
            -one.amount if one.source.startswith("table") else one.amount
            for one in room.owner.transfers
        )
        assert room.table.chips == paid
    assert chips
    assert held > 20
    assert done > 5
    log = [one for change in room.journal.changes for one in events_in(change, VAULT)]
    assert replay(log) == room.table
    hidden = [one for one in room.spectator.take() if isinstance(one, PreActionHeld)]
    assert not hidden
    room.actor.stop()


def rejoin(room: Room) -> None:
    """Bring all players into the next hand."""
    for viewer in room.players:
        number = room.table.seat_of(viewer.player)
        seat = None if number is None else room.table.seats[number]
        if seat is None:
            room.do(viewer, commands.Sit(viewer.player, viewer.player, None, 3_000))
        elif not seat.stack:
            room.do(viewer, commands.AddChips(viewer.player, 3_000))
        elif seat.sitting_out:
            room.do(viewer, commands.SitIn(viewer.player))
