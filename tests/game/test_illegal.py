"""Actions that the rules refuse: each with its code, and without a trace."""

import pytest

from pokerws.game.commands import Act, Action
from pokerws.game.illegal import Illegal
from pokerws.game.state import PlayerId
from tests.game.script import Game, refused


def test_acting_out_of_turn_is_refused() -> None:
    game = Game()
    alice, bob, carol = game.seat(1_000, 1_000, 1_000)
    for player in (alice, bob, carol):
        with refused(game, "not_your_turn"):
            game.play(Act(player.id, 1, "fold"))
    game.deal()
    with refused(game, "not_your_turn"):
        bob.folds()
    with refused(game, "not_seated"):
        game.play(Act(PlayerId("nobody"), game.turn.number, "fold"))


def test_an_answer_to_another_turn_is_refused() -> None:
    game = Game()
    alice, _, _ = game.seat(1_000, 1_000, 1_000)
    game.deal()
    for number in (game.turn.number - 1, game.turn.number + 1):
        with refused(game, "wrong_turn"):
            game.play(Act(alice.id, number, "fold"))


def test_turns_are_counted_over_all_hands_so_that_a_late_answer_fits_no_other() -> None:
    game = Game()
    game.seat(1_000, 1_000)
    game.deal()
    late = game.turn
    game.folds_around()
    game.deal()
    assert game.turn.number > late.number


@pytest.mark.parametrize("action", ["check", "bet"])
def test_there_is_no_check_or_bet_where_there_is_a_bet(action: Action) -> None:
    game = Game()
    alice, _, _ = game.seat(1_000, 1_000, 1_000)
    game.deal()
    with refused(game, "illegal_action"):
        alice.acts(action, 200 if action == "bet" else None)


@pytest.mark.parametrize("action", ["call", "raise"])
def test_there_is_no_call_or_raise_where_there_is_no_bet(action: Action) -> None:
    game = Game()
    alice, bob = game.seat(1_000, 1_000)
    game.deal()
    alice.calls()
    bob.checks()
    with refused(game, "illegal_action"):
        bob.acts(action, 200 if action == "raise" else None)


@pytest.mark.parametrize("action", ["fold", "call"])
def test_just_a_bet_or_raise_takes_an_amount(action: Action) -> None:
    game = Game()
    alice, _, _ = game.seat(1_000, 1_000, 1_000)
    game.deal()
    with refused(game, "amount_not_allowed"):
        alice.acts(action, 100)
    with refused(game, "amount_missing"):
        alice.acts("raise")


@pytest.mark.parametrize("amount", [-200, 0, 100, 199])
def test_a_raise_cannot_be_too_small(amount: int) -> None:
    game = Game()
    alice, _, _ = game.seat(1_000, 1_000, 1_000)
    game.deal()
    with refused(game, "amount_too_small"):
        alice.raises_to(amount)


def test_a_refusal_says_what_would_be_legal() -> None:
    game = Game()
    alice, _, _ = game.seat(1_000, 1_000, 1_000)
    game.deal()
    with pytest.raises(Illegal, match="199 is less than the minimum, 200"):
        alice.raises_to(199)
    with pytest.raises(Illegal, match="cannot check now, only fold, call, raise"):
        alice.checks()
