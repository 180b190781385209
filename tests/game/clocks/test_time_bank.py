"""The time of a turn by street, and the time bank that follows it."""

from typing import Any

import pytest

from pokerws.game.commands import Stand, TimeUp
from pokerws.game.config.clocks import Clocks, DisconnectProtection, LagAllowance, TimeBank
from pokerws.game.config.table_config import TableConfig
from pokerws.game.events import (
    HandStarted,
    LagCompensated,
    PlayerSatOut,
    TimeBankFilled,
    TimeBankStarted,
    TimeBankStopped,
    TurnTimedOut,
)
from pokerws.game.illegal import Illegal
from pokerws.game.state import SeatClock, TableId
from pokerws.game.table import open_table
from tests.game.script import Game, Player, a_hand, refused


def table_with(bank: TimeBank | None, **clocks: Any) -> tuple[Game, Player, Player]:
    """A hand in which alice is to act, at a table with this time bank."""
    game = Game(clocks=Clocks(bank=bank, **clocks))
    alice, bob = game.seat(10_000, 10_000)
    game.deal()
    return game, alice, bob


def bank_of(player: Player) -> int:
    assert player.seat.clock is not None
    return player.seat.clock.bank_ms


def left_of_turn(game: Game) -> int:
    return game.turn.deadline_ms - game.now_ms


def test_each_street_has_its_own_time() -> None:
    game = Game(turn_time_ms=20_000, clocks=Clocks(street_ms=(10_000, 0, 30_000)))
    alice, bob = game.seat(1_000, 1_000)
    game.deal()
    times = [left_of_turn(game)]
    alice.calls()
    bob.checks()
    for _ in range(3):
        times.append(left_of_turn(game))
        bob.checks()
        alice.checks()
    assert times == [10_000, 20_000, 30_000, 20_000]


def test_draws_have_the_time_of_their_street() -> None:
    game = Game(variant="F5D", turn_time_ms=20_000, clocks=Clocks(street_ms=(0, 45_000)))
    alice, bob = game.seat(1_000, 1_000)
    game.deal()
    alice.calls()
    bob.checks()
    assert "stand_pat" in game.turn.actions
    assert left_of_turn(game) == 45_000


def test_a_table_without_clocks_keeps_none_for_its_seats() -> None:
    game = Game()
    alice, _ = game.seat(1_000, 1_000)
    assert alice.seat.clock is None


def test_the_bank_follows_the_time_of_the_turn_by_itself() -> None:
    game, alice, _ = table_with(TimeBank(start_ms=30_000))
    turn = game.turn
    alice.runs_out()
    assert game.events == [
        TimeBankStarted(0, turn.number, turn.deadline_ms + 30_000, 30_000),
    ]
    assert (game.turn.time, left_of_turn(game)) == ("bank", 30_000)


def test_what_is_not_used_stays_in_the_bank() -> None:
    game, alice, bob = table_with(TimeBank(start_ms=30_000))
    alice.runs_out()
    game.now_ms += 12_000
    number = game.turn.number
    alice.calls()
    assert TimeBankStopped(0, number, 18_000) in game.events
    assert (bank_of(alice), bank_of(bob)) == (18_000, 30_000)
    assert game.turn.time == "turn"


def test_when_the_bank_is_empty_the_time_is_up() -> None:
    game, alice, bob = table_with(TimeBank(start_ms=30_000))
    alice.calls()
    bob.raises_to(300)
    alice.runs_out()
    number = game.turn.number
    alice.runs_out()
    assert game.events[:2] == [TimeBankStopped(0, number, 0), TurnTimedOut(0, number)]
    assert bank_of(alice) == 0


def test_an_empty_bank_does_not_run() -> None:
    game, alice, bob = table_with(TimeBank(start_ms=1_000))
    alice.runs_out()
    game.now_ms += 1_000
    alice.calls()
    bob.raises_to(300)
    alice.runs_out()
    assert game.of(TurnTimedOut)


def test_a_bank_is_filled_with_hands_played_up_to_its_maximum() -> None:
    bank = TimeBank(start_ms=5_000, refill_ms=4_000, refill_hands=3, max_ms=12_000)
    game = Game(clocks=Clocks(bank=bank))
    alice, bob = game.seat(10_000, 10_000)
    filled = {}
    for hand in range(1, 11):
        game.deal()
        if fills := game.of(TimeBankFilled):
            assert {fill.seat for fill in fills} == {0, 1}
            assert isinstance(game.events[0], HandStarted), "a hand is found by its first event"
            filled[hand] = bank_of(alice)
        game.folds_around()
    assert filled == {4: 9_000, 7: 12_000}
    assert alice.seat.clock == bob.seat.clock == SeatClock(12_000, 10)


def test_who_sits_out_plays_no_hands_for_the_bank() -> None:
    bank = TimeBank(start_ms=0, refill_ms=4_000, refill_hands=2)
    game = Game(clocks=Clocks(bank=bank))
    _, _, carol = game.seat(10_000, 10_000, 10_000)
    game.deal()
    game.folds_around()
    carol.sits_out()
    for _ in range(4):
        a_hand(game)
    assert bank_of(carol) == 0
    assert carol.seat.clock is not None
    assert carol.seat.clock.hands == 1


def test_who_sits_down_again_starts_over() -> None:
    game, alice, bob = table_with(TimeBank(start_ms=30_000))
    alice.runs_out()
    game.now_ms += 12_000
    alice.folds()
    alice.stands()
    alice = game.sits("alice", 10_000, 4)
    assert alice.seat.clock == SeatClock(30_000)
    assert bob.seat.clock == SeatClock(30_000, 1)


def test_a_bank_on_demand_is_used_only_when_asked_for() -> None:
    game, alice, bob = table_with(TimeBank(start_ms=30_000, use="on_demand"))
    alice.calls()
    bob.runs_out()
    assert game.of(TurnTimedOut)
    assert bank_of(bob) == 30_000


def test_asking_early_costs_nothing_while_the_time_of_the_turn_runs() -> None:
    game, alice, _ = table_with(TimeBank(start_ms=30_000, use="on_demand"))
    game.now_ms += 1_000
    alice.asks_for_time()
    assert (game.turn.time, left_of_turn(game)) == ("bank", 49_000)
    game.now_ms += 10_000
    alice.calls()
    assert bank_of(alice) == 30_000


def test_what_was_asked_for_runs_down_after_the_time_of_the_turn() -> None:
    game, alice, _ = table_with(TimeBank(start_ms=30_000, use="on_demand"))
    alice.asks_for_time()
    game.now_ms += 20_000 + 7_000
    alice.calls()
    assert bank_of(alice) == 23_000


def test_a_bank_that_runs_is_not_asked_for_again() -> None:
    game, alice, _ = table_with(TimeBank(start_ms=30_000, use="on_demand"))
    alice.asks_for_time()
    with refused(game, "already_so"):
        alice.asks_for_time()


@pytest.mark.parametrize("bank", [TimeBank(), TimeBank(start_ms=0, use="on_demand"), None])
def test_a_bank_that_cannot_be_used_is_refused(bank: TimeBank | None) -> None:
    game, alice, _ = table_with(bank)
    with refused(game, "no_time_bank"):
        alice.asks_for_time()


def test_only_the_player_to_act_asks_for_time_and_for_this_turn() -> None:
    game, alice, bob = table_with(TimeBank(start_ms=30_000, use="on_demand"))
    with refused(game, "not_your_turn"):
        bob.asks_for_time()
    with refused(game, "wrong_turn"):
        alice.asks_for_time(game.turn.number - 1)
    with refused(game, "not_seated"):
        Player(game, "mallory").asks_for_time()
    game.folds_around()
    with refused(game, "not_your_turn"):
        alice.asks_for_time(1)


def test_who_leaves_while_the_bank_runs_is_played_for_at_once() -> None:
    game, alice, _ = table_with(TimeBank(start_ms=30_000))
    alice.runs_out()
    game.play(Stand(alice.id))
    assert game.to_act is None
    assert game.table.seat_of(alice.id) is None


def test_the_number_of_time_outs_before_sitting_out_is_the_tables() -> None:
    game = Game(clocks=Clocks(timeouts_to_sit_out=3))
    alice, bob = game.seat(1_000, 1_000)
    game.deal()
    alice.calls()
    bob.runs_out()
    bob.runs_out()
    assert not bob.seat.sitting_out
    alice.checks()
    bob.runs_out()
    assert PlayerSatOut(1, "timed_out") in game.events
    alice.checks()
    # Bob's turn of the next street took no time.
    assert game.to_act in {"alice", None}


def test_an_action_that_is_late_by_the_lag_costs_the_allowance_and_not_the_bank() -> None:
    game, alice, bob = table_with(
        TimeBank(start_ms=30_000), lag=LagAllowance(turn_ms=1_000, seated_ms=1_500)
    )
    number = game.turn.number
    game.now_ms = game.turn.deadline_ms + 900
    alice.calls()
    assert LagCompensated(0, number, 900, 600) in game.events
    bob.raises_to(300)
    game.now_ms = game.turn.deadline_ms + 900
    alice.calls()
    assert alice.seat.clock == SeatClock(30_000, 1, 0, 0)


def test_who_is_late_by_more_than_the_lag_pays_from_the_deadline_on() -> None:
    game, alice, _ = table_with(TimeBank(start_ms=30_000), lag=LagAllowance(turn_ms=1_000))
    deadline_ms = game.now_ms = game.turn.deadline_ms
    game.now_ms += 1_000
    game.play(TimeUp())
    assert game.turn.deadline_ms == deadline_ms + 30_000
    assert alice.seat.clock is not None


@pytest.mark.parametrize(
    "clocks",
    [
        Clocks(bank=TimeBank(start_ms=2_000, max_ms=1_000)),
        Clocks(protection=DisconnectProtection(times=1, base_ms=2_000, max_ms=1_000)),
        Clocks(street_ms=(99,)),
        Clocks(street_ms=(600_001,)),
        Clocks(street_ms=(1_000,) * 9),
        Clocks(timeouts_to_sit_out=0),
        Clocks(lag=LagAllowance(turn_ms=5_001)),
    ],
)
def test_clocks_that_make_no_sense_are_refused(clocks: Clocks) -> None:
    with pytest.raises(Illegal) as caught:
        open_table(TableId("t"), "T", TableConfig(clocks=clocks))
    assert caught.value.code == "bad_config"
