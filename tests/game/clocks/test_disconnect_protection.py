"""A player whose connection is lost has time to come back, a few times while seated."""

import pytest

from pokerws.game.commands import Resume
from pokerws.game.config.clocks import Clocks, DisconnectProtection, TimeBank
from pokerws.game.events import (
    ConnectionProtected,
    ConnectionRestored,
    Folded,
    TimeBankStarted,
    TimeBankStopped,
    TurnTimedOut,
)
from tests.game.script import Game, Player

PROTECTED = DisconnectProtection(times=2, base_ms=20_000, big_blind_ms=500, max_ms=60_000)


def facing_a_bet(
    pot_in_big_blinds: int, protection: DisconnectProtection | None = PROTECTED, bank_ms: int = 0
) -> tuple[Game, Player, Player]:
    """Alice is to act in a pot of this size."""
    clocks = Clocks(bank=TimeBank(start_ms=bank_ms), protection=protection)
    game = Game(clocks=clocks)
    alice, bob = game.seat(100_000, 100_000)
    game.deal()
    alice.calls()
    bob.raises_to((pot_in_big_blinds - 1) * 100)
    assert game.table.total_pot == pot_in_big_blinds * 100
    return game, alice, bob


@pytest.mark.parametrize(("pot", "time_ms"), [(4, 22_000), (40, 40_000), (200, 60_000)])
def test_the_time_grows_with_the_pot_up_to_its_maximum(pot: int, time_ms: int) -> None:
    game, alice, _ = facing_a_bet(pot)
    number = game.turn.number
    alice.runs_out(connected=False)
    assert game.events == [ConnectionProtected(0, number, game.now_ms + time_ms, 1)]
    assert game.turn.time == "protection"
    assert alice.seat.clock is not None
    assert alice.seat.clock.protections == 1


def test_who_does_not_come_back_is_played_for() -> None:
    game, alice, _ = facing_a_bet(40, bank_ms=30_000)
    alice.runs_out(connected=False)
    number = game.turn.number
    alice.runs_out(connected=False)
    assert game.events[:2] == [TurnTimedOut(0, number), Folded(0, auto=True)]
    assert alice.seat.clock is not None
    assert alice.seat.clock.bank_ms == 30_000, "the bank runs for connected players only"


@pytest.mark.parametrize(
    ("away_ms", "left_ms"), [(10_000, 20_000), (25_000, 15_000), (39_000, 5_000)]
)
def test_who_is_back_has_what_is_left_within_bounds(away_ms: int, left_ms: int) -> None:
    game, alice, _ = facing_a_bet(40)
    alice.runs_out(connected=False)
    number = game.turn.number
    game.now_ms += away_ms
    alice.is_back()
    assert game.events == [ConnectionRestored(0, number, game.now_ms + left_ms)]
    assert game.turn.time == "turn"


def test_who_is_back_still_has_the_bank() -> None:
    game, alice, _ = facing_a_bet(40, bank_ms=30_000)
    alice.runs_out(connected=False)
    alice.is_back()
    alice.runs_out()
    assert game.of(TimeBankStarted)


def test_a_return_that_nobody_noticed_counts_at_the_deadline() -> None:
    game, alice, _ = facing_a_bet(40)
    alice.runs_out(connected=False)
    alice.runs_out(connected=True)
    assert game.turn.deadline_ms == game.now_ms + 5_000
    alice.runs_out(connected=True)
    assert game.of(TurnTimedOut)


def test_there_is_protection_only_so_often() -> None:
    game, alice, bob = facing_a_bet(4)
    for left in (1, 0):
        alice.runs_out(connected=False)
        assert game.of(ConnectionProtected)[0].left == left
        alice.is_back()
        alice.calls()
        bob.bets(200)
    alice.runs_out(connected=False)
    assert game.of(TurnTimedOut)


def test_a_line_lost_before_the_deadline_and_back_costs_nothing() -> None:
    game, alice, _ = facing_a_bet(40)
    alice.loses_the_line()
    assert game.events == []
    alice.is_back()
    assert game.events == []


def test_the_bank_stops_when_the_line_is_lost() -> None:
    game, alice, _ = facing_a_bet(40, bank_ms=30_000)
    alice.runs_out()
    game.now_ms += 12_000
    number = game.turn.number
    alice.loses_the_line()
    assert game.events == [
        TimeBankStopped(0, number, 18_000),
        ConnectionProtected(0, number, game.now_ms + 40_000, 1),
    ]


def test_without_protection_left_the_bank_runs_on() -> None:
    game, alice, _ = facing_a_bet(40, None, bank_ms=30_000)
    alice.runs_out()
    alice.loses_the_line()
    assert game.events == []
    alice.runs_out(connected=False)
    assert game.of(TurnTimedOut)


def test_the_connection_of_another_player_changes_nothing() -> None:
    game, alice, bob = facing_a_bet(40)
    alice.runs_out(connected=False)
    bob.loses_the_line()
    bob.is_back()
    assert game.turn.time == "protection"


def test_a_restart_neither_ends_protection_nor_counts_it_again() -> None:
    game, alice, _ = facing_a_bet(40)
    alice.runs_out(connected=False)
    saved_ms = game.now_ms + 10_000
    game.now_ms += 100_000
    game.play(Resume(saved_ms, 15_000))
    assert game.turn.deadline_ms == game.now_ms + 30_000 + 15_000
    assert game.turn.time == "protection"
    alice.runs_out(connected=False)
    assert game.of(TurnTimedOut)
    assert alice.seat.clock is not None
    assert alice.seat.clock.protections == 1


def test_a_bank_that_runs_goes_on_after_a_restart_and_never_grows() -> None:
    game, alice, _ = facing_a_bet(40, bank_ms=30_000)
    alice.runs_out()
    saved_ms = game.now_ms + 10_000
    game.now_ms += 100_000
    game.play(Resume(saved_ms, 15_000))
    assert (game.turn.time, game.turn.deadline_ms - game.now_ms) == ("bank", 35_000)
    alice.calls()
    assert alice.seat.clock is not None
    assert alice.seat.clock.bank_ms == 30_000


def test_who_asked_early_for_the_bank_keeps_it_and_the_time_of_the_turn() -> None:
    clocks = Clocks(bank=TimeBank(start_ms=30_000, use="on_demand"), protection=PROTECTED)
    game = Game(clocks=clocks)
    alice, _ = game.seat(10_000, 10_000)
    game.deal()
    alice.asks_for_time()
    game.now_ms += 5_000
    alice.loses_the_line()
    assert game.turn.deadline_ms - game.now_ms == 15_000 + 20_000 + 750
    assert alice.seat.clock is not None
    assert alice.seat.clock.bank_ms == 30_000
