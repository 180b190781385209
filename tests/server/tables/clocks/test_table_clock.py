"""The clock of a table in a server: late actions, lost and silent connections, pauses."""

import pytest

from pokerws.game import commands
from pokerws.game.config.clocks import Clocks, DisconnectProtection, LagAllowance, TimeBank
from pokerws.game.config.table_config import TableConfig
from pokerws.game.events import (
    ConnectionProtected,
    ConnectionRestored,
    LagCompensated,
    TableEvent,
    TimeBankStarted,
    TurnTimedOut,
)
from pokerws.game.state import PlayerId, SeatClock, Turn
from pokerws.messages import Events, Watch
from pokerws.server.tables.actors.table_clock import OVERLOAD_RETRY_MS
from pokerws.server.tables.presence import Presence
from pokerws.storage.null import NullJournal
from tests.server.fakes import FakeViewer, ManualClock, open_memory_lobby

ANN, BEN = PlayerId("ann"), PlayerId("ben")
TURN_MS = 10_000
GRACE_MS = 2_000


class Room:
    """A table where Ann is to act in the first hand; both players are connected and watch."""

    def __init__(self, clocks: Clocks) -> None:
        self.clock = ManualClock()
        lobby, _ = open_memory_lobby(self.clock)
        self.presence = Presence(self.clock, GRACE_MS)
        lobby.follow(self.presence)
        config = TableConfig(seats=2, next_hand_delay_ms=0, turn_time_ms=TURN_MS, clocks=clocks)
        self.actor = lobby.create("One", config)
        self.viewers = {player: FakeViewer(player) for player in (ANN, BEN)}
        for player, viewer in self.viewers.items():
            viewer.hears_presence = False
            self.presence.enter(player)
            self.actor.watch(viewer, Watch("w", self.actor.table.id))
            self.do(player, commands.Sit(player, player, None, 10_000))
        self.clock.advance(0)
        assert self.player_to_act == ANN
        self.events()

    def do(self, player: PlayerId, command: commands.Command) -> None:
        self.actor.handle(self.viewers[player], f"{self.actor.table.seq}", command)

    def acts(self, action: commands.Action = "call") -> None:
        self.do(self.player_to_act, commands.Act(self.player_to_act, self.turn.number, action))

    @property
    def turn(self) -> Turn:
        assert self.actor.table.hand is not None
        assert self.actor.table.hand.turn is not None
        return self.actor.table.hand.turn

    @property
    def player_to_act(self) -> PlayerId:
        seat = self.actor.table.seats[self.turn.seat]
        assert seat is not None
        return seat.player

    @property
    def left_ms(self) -> int:
        return self.turn.deadline_ms - self.clock.table_ms()

    def clock_of(self, number: int) -> SeatClock:
        seat = self.actor.table.seats[number]
        assert seat is not None
        assert seat.clock is not None
        return seat.clock

    def events(self, player: PlayerId = BEN) -> list[TableEvent]:
        """What a viewer has been sent since the last call."""
        messages = self.viewers[player].take()
        return [e for message in messages if isinstance(message, Events) for e in message.events]

    def kinds(self) -> list[type[TableEvent]]:
        return [type(event) for event in self.events()]


LAG = Clocks(lag=LagAllowance(turn_ms=500, seated_ms=600))
PROTECTED = Clocks(protection=DisconnectProtection(times=1, base_ms=20_000, big_blind_ms=0))


@pytest.fixture
def lagging() -> Room:
    room = Room(LAG)
    for viewer in room.viewers.values():
        viewer.line.latency_ms = 300
    return room


def test_an_action_that_its_line_made_late_counts(lagging: Room) -> None:
    lagging.clock.advance(TURN_MS + 299)
    lagging.acts()
    assert LagCompensated(0, 1, 299, 301) in lagging.events()
    assert lagging.player_to_act == BEN


def test_the_wait_ends_with_the_measured_lag(lagging: Room) -> None:
    lagging.clock.advance(TURN_MS + 300)
    assert TurnTimedOut in lagging.kinds()


def test_the_deadline_that_is_shown_stays(lagging: Room) -> None:
    deadline_ms = lagging.turn.deadline_ms
    lagging.clock.advance(TURN_MS + 200)
    assert lagging.turn.deadline_ms == deadline_ms
    assert lagging.events() == []


def test_no_wait_is_longer_than_the_table_allows(lagging: Room) -> None:
    lagging.viewers[ANN].line.latency_ms = 60_000
    lagging.clock.advance(TURN_MS + 499)
    assert lagging.events() == []
    lagging.clock.advance(1)
    assert TurnTimedOut in lagging.kinds()


def test_the_quota_is_for_all_turns_together(lagging: Room) -> None:
    """Ann uses 299 ms of 600 twice; then 2 ms are left."""
    for _ in range(2):
        while lagging.player_to_act != ANN:
            lagging.acts("check")
        lagging.clock.advance(TURN_MS + 299)
        lagging.acts("call" if "call" in lagging.turn.actions else "check")
    assert lagging.clock_of(0).lag_ms == 2
    while lagging.player_to_act != ANN:
        lagging.acts("check")
    lagging.clock.advance(TURN_MS + 2)
    assert TurnTimedOut in lagging.kinds()


def test_the_best_line_of_a_player_counts(lagging: Room) -> None:
    """A second connection that is slow on purpose brings nothing."""
    other = FakeViewer(ANN)
    other.line.latency_ms = 100
    lagging.actor.watch(other, Watch("w2", lagging.actor.table.id))
    lagging.clock.advance(TURN_MS + 100)
    assert TurnTimedOut in lagging.kinds()


def test_a_table_without_the_allowance_does_not_wait() -> None:
    room = Room(Clocks())
    room.viewers[ANN].line.latency_ms = 300
    room.clock.advance(TURN_MS)
    assert TurnTimedOut in room.kinds()


def test_who_has_no_connection_at_the_deadline_is_protected() -> None:
    room = Room(PROTECTED)
    room.presence.leave(ANN)
    room.clock.advance(TURN_MS)
    assert room.kinds() == [ConnectionProtected]
    assert room.left_ms == 20_000


@pytest.mark.parametrize("grace_ms", [0, GRACE_MS])
def test_who_is_back_goes_on_at_once_even_within_the_grace(grace_ms: int) -> None:
    room = Room(PROTECTED)
    room.clock.advance(TURN_MS - 500)
    room.presence.leave(ANN)
    room.clock.advance(500 + grace_ms)
    room.presence.enter(ANN)
    assert room.kinds() == [ConnectionProtected, ConnectionRestored]
    assert room.left_ms == TURN_MS


def test_a_second_connection_that_ends_is_no_loss() -> None:
    room = Room(PROTECTED)
    room.presence.enter(ANN)
    room.presence.leave(ANN)
    room.clock.advance(TURN_MS)
    assert TurnTimedOut in room.kinds()


def test_a_line_that_does_not_answer_is_a_lost_one() -> None:
    room = Room(PROTECTED)
    room.viewers[ANN].line.is_silent = True
    room.clock.advance(TURN_MS)
    assert room.kinds() == [ConnectionProtected]
    # It answers again; nobody is told of that, but it counts at the deadline.
    room.viewers[ANN].line.is_silent = False
    room.clock.advance(20_000)
    assert room.kinds() == [ConnectionRestored]
    assert room.left_ms == 5_000


def test_the_bank_stops_when_the_last_connection_ends() -> None:
    room = Room(Clocks(bank=TimeBank(start_ms=30_000), protection=DisconnectProtection()))
    room.clock.advance(TURN_MS + 4_000)
    assert room.kinds() == [TimeBankStarted]
    room.presence.leave(ANN)
    assert ConnectionProtected in room.kinds()
    assert room.clock_of(0).bank_ms == 26_000


def test_a_pause_costs_neither_the_bank_nor_the_protection() -> None:
    room = Room(PROTECTED)
    room.presence.leave(ANN)
    room.clock.advance(TURN_MS + 5_000)
    room.actor.pause()
    room.clock.advance(100_000)
    room.actor.go_on()
    assert room.left_ms == 15_000
    room.clock.advance(15_000)
    assert TurnTimedOut in room.kinds()


def test_who_comes_back_in_a_pause_has_time_when_it_ends() -> None:
    room = Room(PROTECTED)
    room.presence.leave(ANN)
    room.clock.advance(TURN_MS + 18_000)
    room.actor.pause()
    room.clock.advance(50_000)
    room.presence.enter(ANN)
    room.events()
    room.actor.go_on()
    assert ConnectionRestored in room.kinds()
    assert room.left_ms == 5_000


def test_a_closed_or_stopped_table_does_not_care_who_is_connected() -> None:
    room = Room(PROTECTED)
    room.presence.leave(ANN)
    room.clock.advance(TURN_MS)
    room.actor.stop()
    seq = room.actor.table.seq
    room.presence.enter(ANN)
    assert room.actor.table.seq == seq


def test_an_overloaded_table_uses_no_bank_until_it_can_store(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    room = Room(Clocks(bank=TimeBank(start_ms=30_000)))
    with monkeypatch.context() as patch:
        patch.setattr(NullJournal, "over_high_water", True)
        room.clock.advance(TURN_MS + 1_000)
        assert room.kinds() == []
    room.clock.advance(OVERLOAD_RETRY_MS)
    assert room.kinds() == [TimeBankStarted]
    assert room.left_ms == 30_000
