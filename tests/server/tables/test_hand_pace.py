"""However short the pause that a table asks for, its hands follow each other at a bearable pace."""

import itertools

from pokerws.game import commands
from pokerws.game.config.table_config import TableConfig
from pokerws.game.events import NextHandScheduled, TableEvent
from pokerws.messages import Accepted, Events, Notice, Watch
from pokerws.server.tables.actor import TableActor
from pokerws.server.tables.hand_pace import HOUR_MS, PaceLimits
from tests.server.fakes import FakeViewer, ManualClock, open_memory_lobby

PAUSE_MS = 500


class Duel:
    """Two players who fold each hand at once, at a table that asks for no pause."""

    def __init__(self, limits: PaceLimits, delay_ms: int = 0) -> None:
        self.clock = ManualClock()
        lobby, _ = open_memory_lobby(self.clock, pace=limits)
        config = TableConfig(seats=2, next_hand_delay_ms=delay_ms)
        self.actor: TableActor = lobby.create("Duel", config)
        self.players = [FakeViewer("ann"), FakeViewer("ben")]
        self.rail = FakeViewer("rail")
        self.events: list[TableEvent] = []
        self.notices: list[str] = []
        self._ids = map(str, itertools.count())
        self.actor.watch(self.rail, Watch("w", self.actor.table.id))
        for seat, player in enumerate(self.players):
            self.do(player, commands.Sit(player.player, player.player, seat, 10_000))

    def do(self, viewer: FakeViewer, command: commands.Command) -> None:
        self.actor.handle(viewer, next(self._ids), command)
        assert any(isinstance(message, Accepted) for message in viewer.take())
        for message in self.rail.take():
            match message:
                case Events(events=events):
                    self.events += events
                case Notice(code=code):
                    self.notices.append(code)
                case _:
                    pass

    def fold(self) -> None:
        """End the hand."""
        hand = self.actor.table.hand
        assert hand is not None
        assert hand.turn is not None
        player = self.players[hand.turn.seat]
        self.do(player, commands.Act(player.player, hand.turn.number, "fold"))

    @property
    def wait_ms(self) -> int:
        """The time until the next hand starts, as its event says."""
        at_ms = self.actor.table.next_hand_at_ms
        assert at_ms is not None
        return at_ms - self.clock.now_ms()

    def play(self, hands: int) -> list[int]:
        """Play hands one after the other; returns the wait before each."""
        waits = []
        for _ in range(hands):
            waits.append(self.wait_ms)
            self.clock.advance(self.wait_ms)
            self.fold()
        return waits


def test_a_table_that_asks_for_no_pause_gets_the_least_one() -> None:
    duel = Duel(PaceLimits(PAUSE_MS))

    assert duel.play(4) == [PAUSE_MS] * 4
    # What was asked for stays in the configuration, and the events have the true times.
    assert duel.actor.table.config.next_hand_delay_ms == 0
    scheduled = [event.at_ms for event in duel.events if isinstance(event, NextHandScheduled)]
    assert all(late - early >= PAUSE_MS for early, late in itertools.pairwise(scheduled))


def test_a_longer_pause_stays_as_it_is() -> None:
    assert Duel(PaceLimits(PAUSE_MS), delay_ms=2_000).play(3) == [2_000] * 3
    assert Duel(PaceLimits(), delay_ms=0).play(3) == [0] * 3


def test_a_table_that_has_used_its_hands_waits_for_each_next_one_and_says_so_once() -> None:
    duel = Duel(PaceLimits(PAUSE_MS, 6))

    waits = duel.play(6)
    assert waits == [PAUSE_MS] * 6
    assert duel.notices == ["hands_delayed"]
    # Six hands an hour: one in ten minutes.
    first, *later = duel.play(4)
    assert first == HOUR_MS // 6 - 6 * PAUSE_MS + PAUSE_MS
    assert later == [HOUR_MS // 6] * 3
    assert duel.notices == ["hands_delayed"]


def test_in_an_hour_without_hands_the_budget_fills_up_again() -> None:
    duel = Duel(PaceLimits(PAUSE_MS, 6))
    duel.play(6)
    ann = duel.players[0]
    duel.do(ann, commands.SitOut(ann.player))
    duel.clock.advance(HOUR_MS)
    duel.do(ann, commands.SitIn(ann.player))

    assert duel.play(6) == [PAUSE_MS] * 6
    assert duel.notices == ["hands_delayed"] * 2


def test_players_may_do_anything_else_while_the_next_hand_waits() -> None:
    duel = Duel(PaceLimits(PAUSE_MS, 2))
    duel.play(2)
    ben = duel.players[1]
    at_ms = duel.actor.table.next_hand_at_ms

    # Each is accepted.
    duel.do(ben, commands.SitOut(ben.player))
    duel.do(ben, commands.SitIn(ben.player))

    assert duel.actor.table.next_hand_at_ms == at_ms
