"""Pot limit: the largest bet is the pot, as it is after the call.

TDA: the rules of the Poker Tournament Directors Association, 2024.  RRoP: Robert's Rules of Poker,
whose section 15 is on pot limit.  Blinds are 100 and 200.
"""

from pokerws.game.config.table_config import AnteKind, HouseRules
from tests.game.script import Game, Player, refused


def pot_limit(
    *stacks: int, ante: int = 0, ante_kind: AnteKind = "each", whole_pot: bool = False
) -> tuple[Game, list[Player]]:
    game = Game(
        variant="PO",
        small_blind=100,
        big_blind=200,
        ante=ante,
        ante_kind=ante_kind,
        house=HouseRules(whole_pot=whole_pot),
    )
    players = game.seat(*stacks)
    game.deal()
    return game, players


def test_the_first_pot_bet_over_blinds_of_one_and_two_is_seven() -> None:
    """TDA rule 54: the call of 200, and a raise by the 500 that are there then."""
    game, (alice, bob, _) = pot_limit(9_000, 9_000, 9_000)
    assert (game.turn.min_to, game.turn.max_to) == (400, 700)
    with refused(game, "amount_too_large"):
        alice.raises_to(701)
    alice.raises_to(700)
    assert game.turn.max_to == 2_300, "the call of 600 makes 1 600, and the raise is by that"
    bob.raises_to(1_200)


def test_three_times_the_last_bet_and_what_else_is_there() -> None:
    """The rule of thumb: an open to 500 over blinds of 100 and 200 allows 3 * 500 + 300."""
    game, (alice, bob, _, dave) = pot_limit(9_000, 9_000, 9_000, 9_000)
    dave.raises_to(500)
    assert game.turn.max_to == 1_800
    alice.calls()
    assert game.turn.max_to == 500 + (300 + 500 + 500) + 400, "the small blind owes 400 of it"
    bob.folds()


def test_the_example_of_roberts_rules() -> None:
    """RRoP section 15: a pot of 100 and a bet of 50 make a call of 50 and a raise by 200."""
    game = Game(variant="PT", small_blind=25, big_blind=50)
    alice, bob = game.seat(9_000, 9_000)
    game.deal()
    alice.calls()
    bob.checks()
    assert (game.turn.min_to, game.turn.max_to) == (50, 100)
    bob.bets(50)
    assert game.turn.max_to == 250


def test_a_dead_small_blind_counts_as_if_it_were_there_before_the_flop() -> None:
    """TDA rule 54-B: the bets are those of whole blinds.  PokerKit counts the chips that lie."""
    game, (_, _, carol, _) = pot_limit(9_000, 9_000, 9_000, 9_000)
    game.folds_around()
    carol.stands()
    game.deal()
    assert game.positions() == (1, 2, 3), "carol's seat, which is empty, has the small blind"
    assert game.table.total_pot == 200
    assert game.turn.max_to == 700


def test_a_short_big_blind_counts_as_a_whole_one_before_the_flop_and_no_more_later() -> None:
    """TDA rule 54-C.  PokerKit has a call of 100 and a largest raise to 400 here."""
    game, (alice, bob, _) = pot_limit(9_000, 9_000, 100)
    assert game.turn.call == 200
    assert (game.turn.min_to, game.turn.max_to) == (400, 700)
    alice.calls()
    bob.calls()
    assert game.hand.street == 1
    assert game.turn.max_to == game.table.total_pot == 500


def test_a_short_small_blind_counts_as_a_whole_one_before_the_flop() -> None:
    """TDA rule 54-B."""
    game, _ = pot_limit(9_000, 30, 9_000)
    assert game.turn.max_to == 700


def test_antes_of_all_count_at_once() -> None:
    """RRoP section 15: the pot is the chips that are really in it."""
    game, _ = pot_limit(9_000, 9_000, 9_000, ante=20)
    assert game.turn.max_to == 760


def test_an_ante_of_the_big_blind_counts_from_the_flop_on() -> None:
    """No book says; big events play it so, for else a pot bet were five blinds.

    PokerKit counts it at once, which here is a rule of the house.
    """
    game, (alice, bob, carol) = pot_limit(9_000, 9_000, 9_000, ante=200, ante_kind="big_blind")
    assert game.turn.max_to == 700
    alice.calls()
    bob.folds()
    carol.checks()
    assert game.turn.max_to == 700, "two calls, the small blind and the ante"
    game, _ = pot_limit(9_000, 9_000, 9_000, ante=200, ante_kind="big_blind", whole_pot=True)
    assert game.turn.max_to == 900


def test_a_bet_may_be_the_smallest_one_where_the_pot_is_less() -> None:
    """RRoP section 15: the smallest bet is always legal; here the pot is only antes of 5."""
    house = HouseRules(bomb_pot_every=1, bomb_pot_ante=5)
    game = Game(variant="PO", small_blind=100, big_blind=200, house=house)
    game.seat(9_000, 9_000, 9_000)
    game.deal()
    assert (game.table.total_pot, game.turn.min_to, game.turn.max_to) == (15, 200, 200)


def test_nobody_bets_more_than_the_stack_and_less_than_the_minimum_only_all_in() -> None:
    game, (alice, _, _) = pot_limit(650, 9_000, 9_000)
    assert (game.turn.min_to, game.turn.max_to) == (400, 650)
    game, (alice, _, _) = pot_limit(300, 9_000, 9_000)
    assert (game.turn.min_to, game.turn.max_to) == (300, 300)
    alice.raises_to(300)
    assert game.turn.min_to == 500, "a whole raise over it"


def test_half_a_raise_does_not_reopen_a_pot_limit_game() -> None:
    """TDA rule 47-A: the half-bet rule is one of limit games."""
    _, (alice, bob, carol) = pot_limit(9_000, 9_000, 550)
    alice.raises_to(400)
    bob.calls()
    carol.goes_all_in()
    assert alice.options == ["fold", "call"]


def test_a_straddle_is_the_last_bet_of_the_sum() -> None:
    """RRoP section 15: the call of 400 makes 1 100, and the raise is by that."""
    game = Game(
        variant="PO", small_blind=100, big_blind=200, house=HouseRules(straddle="under_the_gun")
    )
    _, _, _, dave = game.seat(9_000, 9_000, 9_000, 9_000)
    dave.straddles()
    game.deal()
    assert (game.to_act, game.turn.min_to, game.turn.max_to) == ("alice", 800, 1_500)
