"""Bonuses outside of the pots: seven-deuce, and the stand-up game."""

import pytest

from pokerws.game.config.table_config import HouseRules
from pokerws.game.events import BonusPaid, Share, StandUpStarted, StandUpWon
from tests.game.script import Game, Player

SEVEN_DEUCE = HouseRules(seven_deuce=50)
STAND_UP = HouseRules(stand_up=100)
BOARD = "7d2hKcQc3s"


def test_who_wins_the_showdown_with_it_is_paid_by_all_others_of_the_hand() -> None:
    game = Game(house=SEVEN_DEUCE)
    alice, bob, carol, dave = game.seat(1_000, 1_000, 1_000, 1_000)
    erin = game.sits("erin")
    erin.sits_out()
    game.deal(BOARD, alice="7s2c", bob="AsAh", carol="4c5d")
    game.check_down()
    paid = [Share(seat, 50) for seat in (1, 2, 3)]
    assert game.of(BonusPaid) == [BonusPaid("seven_deuce", paid, [Share(0, 150)])]
    assert (alice.stack, bob.stack, carol.stack, dave.stack) == (1_450, 850, 850, 850)
    assert erin.stack == 1_000


def test_after_a_win_without_a_call_the_winner_shows_for_it() -> None:
    game = Game(house=SEVEN_DEUCE)
    alice, _, _ = game.seat(1_000, 1_000, 1_000)
    game.deal(alice="7s2c")
    alice.raises_to(300)
    game.folds_around()
    assert not game.of(BonusPaid)
    alice.shows()
    assert game.of(BonusPaid) == [
        BonusPaid("seven_deuce", [Share(1, 50), Share(2, 50)], [Share(0, 100)])
    ]


def test_the_bonus_is_not_for_who_folded_it() -> None:
    game = Game(house=SEVEN_DEUCE)
    alice, bob, _ = game.seat(1_000, 1_000, 1_000)
    game.deal(bob="7s2c")
    alice.raises_to(300)
    game.folds_around()
    bob.shows()
    assert not game.of(BonusPaid)


def test_a_walk_wins_none() -> None:
    game = Game(house=SEVEN_DEUCE, ante=10)
    _, _, carol = game.seat(1_000, 1_000, 1_000)
    game.deal(carol="7s2c")
    game.folds_around()
    carol.shows()
    assert not game.of(BonusPaid)


def test_a_short_stack_pays_what_it_has_and_may_be_out_of_chips() -> None:
    game = Game(house=HouseRules(seven_deuce=500))
    alice, bob, carol = game.seat(1_000, 1_000, 1_000)
    bob.now_has(350)
    game.deal(alice="7s2c")
    alice.raises_to(300)
    bob.calls()
    carol.folds()
    bob.checks()
    alice.bets(700)
    bob.folds()
    alice.shows()
    assert game.of(BonusPaid)[0].paid == [Share(1, 50), Share(2, 500)]
    assert (bob.stack, carol.stack) == (0, 400)
    assert bob.seat.sitting_out


def test_a_split_pot_wins_none() -> None:
    game = Game(house=SEVEN_DEUCE)
    game.seat(1_000, 1_000, 1_000)
    game.deal("AcKcQcJcTc", alice="7s2c")
    game.check_down()
    assert not game.of(BonusPaid)


def test_the_main_pot_decides_and_side_pots_do_not() -> None:
    game = Game(house=SEVEN_DEUCE)
    alice, bob, carol = game.seat(300, 1_000, 1_000)
    game.deal(BOARD, alice="7s2c", bob="AsAh", carol="4c5d")
    alice.goes_all_in()
    bob.goes_all_in()
    carol.calls()
    # Bob has won the side pot, and pays of it; Carol has nothing.
    assert game.of(BonusPaid) == [BonusPaid("seven_deuce", [Share(1, 50)], [Share(0, 50)])]


def test_both_boards_must_be_won() -> None:
    game = Game(house=HouseRules(seven_deuce=50, run_it=2))
    alice, bob = game.seat(1_000, 1_000)
    alice.would_run_it(2)
    bob.would_run_it(2)
    game.deal("7d2hKcQc3s4c5c8c9dTd", alice="7s2c", bob="AsAh")
    alice.goes_all_in()
    bob.calls()
    assert not game.of(BonusPaid)


@pytest.mark.parametrize("variant", ["PO", "N5D", "F7S"])
def test_other_games_have_none(variant: str) -> None:
    game = Game(variant=variant, house=SEVEN_DEUCE)
    game.seat(1_000, 1_000, 1_000)
    game.deal()
    game.folds_around()
    last = game.table.last_hand
    assert last is not None
    assert last.claimant is None


def test_a_claim_ends_when_the_winner_leaves() -> None:
    game = Game(house=SEVEN_DEUCE)
    alice, _, _ = game.seat(1_000, 1_000, 1_000)
    game.deal(alice="7s2c")
    alice.raises_to(300)
    game.folds_around()
    alice.stands()
    last = game.table.last_hand
    assert last is not None
    assert last.claimant is None


# ---- the stand-up game


def round_of(*stacks: int) -> tuple[Game, list[Player]]:
    game = Game(house=STAND_UP)
    return game, game.seat(*stacks)


def win(game: Game, winner: str) -> None:
    """A hand that this player wins before the flop."""
    game.deal()
    fold_to(game, winner)


def fold_to(game: Game, winner: str) -> None:
    """All others fold, and the winner raises where that is needed."""
    while game.to_act is not None:
        if game.to_act != winner:
            game.acts("fold")
        else:
            game.acts("raise", game.turn.min_to)


def test_the_last_one_standing_pays_all_others() -> None:
    game, (alice, bob, carol) = round_of(1_000, 1_000, 1_000)
    win(game, "alice")
    assert game.of(StandUpWon) == [StandUpWon([0])]
    assert not game.of(BonusPaid)
    before = alice.stack, carol.stack
    win(game, "bob")
    assert game.of(StandUpWon) == [StandUpWon([1])]
    received = [Share(0, 100), Share(1, 100)]
    assert game.of(BonusPaid) == [BonusPaid("stand_up", [Share(2, 200)], received)]
    assert alice.stack - before[0] <= 100
    assert carol.stack < before[1]
    assert game.table.extras is not None
    assert game.table.extras.stand_up is None
    assert bob.stack > 1_000


def test_a_round_begins_with_a_hand_of_three() -> None:
    game, _ = round_of(1_000, 1_000)
    game.deal()
    assert not game.of(StandUpStarted)
    game.folds_around()
    game.sits("carol")
    while len(game.deal().order) < 3:
        game.folds_around()
    assert game.of(StandUpStarted) == [StandUpStarted([0, 1, 2])]


def test_the_loser_pays_what_the_stack_allows_by_seat() -> None:
    game, (_, _, carol) = round_of(1_000, 1_000, 1_000)
    win(game, "alice")
    game.deal()
    carol.now_has(150 - carol.in_hand.bet if carol.in_hand.bet else 150)
    fold_to(game, "bob")
    (paid,) = game.of(BonusPaid)
    assert sum(share.amount for share in paid.received) == paid.paid[0].amount <= 150
    assert paid.received[0].amount == 100


def test_who_leaves_leaves_the_round_and_the_last_one_still_pays() -> None:
    game, (alice, bob, carol) = round_of(1_000, 1_000, 1_000)
    win(game, "alice")
    bob.stands()
    assert game.of(BonusPaid) == [BonusPaid("stand_up", [Share(2, 100)], [Share(0, 100)])]
    assert carol.number == 2
    assert alice.stack > 1_000


def test_a_pot_that_all_standing_share_seats_nobody() -> None:
    game, _ = round_of(1_000, 1_000, 1_000)
    game.deal("AcKcQcJcTc")
    game.check_down()
    assert not game.of(StandUpWon)
    assert not game.of(BonusPaid)
