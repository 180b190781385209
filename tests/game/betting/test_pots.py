"""Pots: layers, dead money, uncalled chips, odd chips.  Order is from the left of the button."""

import pytest

from pokerws.game.betting.pots import split_among, split_evenly, split_pots
from pokerws.game.config.table_config import HouseRules, LimitStakes
from pokerws.game.events import AntePosted, PotAwarded, Share, UncalledBetReturned
from pokerws.game.state import Pot
from tests.game.script import Game


def test_equal_payments_make_one_pot() -> None:
    assert split_pots({0: 100, 1: 100}, [], dead=0) == [Pot(200, [0, 1])]


def test_each_all_in_makes_a_layer_that_those_who_paid_it_can_win() -> None:
    assert split_pots({2: 30, 0: 100, 1: 70}, [], dead=0) == [
        Pot(90, [2, 0, 1]),
        Pot(80, [0, 1]),
        Pot(30, [0]),
    ]


def test_folded_chips_fill_the_pots_from_below() -> None:
    assert split_pots({0: 30, 2: 80, 3: 80}, [50], dead=0) == [
        Pot(120, [0, 2, 3]),
        Pot(120, [2, 3]),
    ]


def test_a_folded_players_own_layer_makes_no_pot() -> None:
    assert split_pots({0: 80, 2: 80}, [50], dead=0) == [Pot(210, [0, 2])]


def test_dead_chips_go_to_the_main_pot() -> None:
    assert split_pots({0: 30, 1: 80, 2: 80}, [], dead=25)[0] == Pot(115, [0, 1, 2])


def test_who_paid_just_a_dead_ante_can_win_just_that() -> None:
    assert split_pots({0: 0, 1: 80, 2: 80}, [], dead=25) == [Pot(25, [0, 1, 2]), Pot(160, [1, 2])]


def test_nobody_paid_anything() -> None:
    assert split_pots({0: 0}, [0], dead=0) == []


def test_chips_of_a_folded_player_above_all_others_go_to_those_who_paid_most() -> None:
    """Uneven antes make it possible.  PokerKit loses these chips."""
    assert split_pots({0: 30, 2: 80}, [90], dead=0) == [Pot(90, [0, 2]), Pot(110, [2])]


def test_who_paid_nothing_can_be_the_only_one_left() -> None:
    assert split_pots({0: 0}, [90], dead=0) == [Pot(90, [0])]


def test_odd_chips_go_one_each_to_the_first_winners_left_of_the_button() -> None:
    """TDA rule 20-A; Robert's Rules of Poker, section 3."""
    assert split_among(101, [4, 0], all_odd_to_first=False) == {4: 51, 0: 50}
    assert split_among(101, [4, 0, 2], all_odd_to_first=False) == {4: 34, 0: 34, 2: 33}
    assert split_among(2, [4, 0, 2], all_odd_to_first=False) == {4: 1, 0: 1, 2: 0}
    assert split_among(101, [2], all_odd_to_first=False) == {2: 101}


@pytest.mark.parametrize(
    ("house", "shares"),
    [(HouseRules(), [4, 4, 3]), (HouseRules(odd_chips="button"), [5, 3, 3])],
    ids=["rulebook", "button"],
)
def test_a_house_may_give_all_odd_chips_to_the_first_winner(
    house: HouseRules, shares: list[int]
) -> None:
    game = Game(small_blind=2, big_blind=3, house=house)
    alice, bob, carol, dave = game.seat(30, 30, 30, 30)
    game.deal("AcKdQhJsTc")
    dave.calls()
    alice.calls()
    bob.folds()
    carol.checks()
    for _ in range(3):
        for player in (carol, dave, alice):
            player.checks()
    (award,) = game.of(PotAwarded)
    assert [(share.seat, share.amount) for share in award.shares] == list(
        zip([carol.number, dave.number, alice.number], shares, strict=True)
    )


@pytest.mark.parametrize(
    ("house", "first"),
    [(HouseRules(), "carol"), (HouseRules(odd_chips="button"), "bob")],
    ids=["rulebook", "button"],
)
def test_in_stud_the_odd_chip_goes_by_the_cards_unless_the_house_says_otherwise(
    house: HouseRules, first: str
) -> None:
    """TDA rule 20-B: to the highest card of the five, by suit."""
    game = Game(variant="F7S", house=house, limit=LimitStakes(stud_ante=1, bring_in=4))
    alice, bob, carol = game.seat(1_000, 1_000, 1_000)
    game.deal("QhQd2c2d8h8s4c4d", alice="9c7d3c", bob="KhTcTh", carol="KsTdTs")
    alice.brings_in()
    bob.bets(100)
    carol.calls()
    alice.folds()
    for _ in range(4):
        bob.checks()
        carol.checks()
    assert (bob.stack + carol.stack, alice.stack) == (2_005, 995)
    assert {bob.name: bob.stack, carol.name: carol.stack}[first] == 1_003


def test_parts_of_a_pot_differ_by_a_chip_at_most() -> None:
    assert split_evenly(100, 2) == [50, 50]
    assert split_evenly(101, 3) == [34, 34, 33]
    assert split_evenly(1, 2) == [1, 0]


def test_three_all_ins_make_a_main_and_two_side_pots() -> None:
    game = Game()
    alice, bob, carol, dave = game.seat(1_000, 300, 600, 1_000)
    game.deal("2c3d4h8sTs", bob="AsAh", carol="KsKh", dave="QsQh", alice="JsJh")
    dave.calls()
    alice.goes_all_in()
    bob.goes_all_in()
    carol.goes_all_in()
    dave.calls()
    assert game.of(PotAwarded) == [
        PotAwarded(2, [Share(3, 800)], "pair of queens"),
        PotAwarded(1, [Share(2, 900)], "pair of kings"),
        PotAwarded(0, [Share(1, 1_200)], "pair of aces"),
    ]
    assert [player.stack for player in (alice, bob, carol, dave)] == [0, 1_200, 900, 800]


def test_the_best_hand_of_a_side_pot_takes_it_though_it_loses_the_main_pot() -> None:
    game = Game()
    alice, bob, carol = game.seat(1_000, 400, 1_000)
    game.deal("2c3d4h8sTs", bob="AsAh", carol="KsKh", alice="JsJh")
    alice.raises_to(400)
    bob.calls()
    carol.calls()
    carol.bets(200)
    alice.calls()
    carol.checks()
    alice.checks()
    assert game.pots == [(1_200, ["bob", "carol", "alice"]), (400, ["carol", "alice"])]
    carol.checks()
    alice.checks()
    assert [player.stack for player in (alice, bob, carol)] == [400, 1_200, 800]


def test_pots_of_the_same_players_grow_and_do_not_multiply() -> None:
    game = Game()
    alice, bob, carol = game.seat(1_000, 400, 1_000)
    game.deal()
    alice.raises_to(400)
    bob.calls()
    carol.calls()
    for amount in (100, 200):
        carol.bets(amount)
        alice.calls()
    assert game.pots == [(1_200, ["bob", "carol", "alice"]), (600, ["carol", "alice"])]


def test_a_player_who_folds_to_a_bet_can_win_nothing() -> None:
    game = Game()
    alice, bob, carol = game.seat(1_000, 400, 1_000)
    game.deal("2c3d4h8sTs", alice="AsAh", bob="KsKh", carol="QsQh")
    alice.raises_to(400)
    bob.calls()
    carol.calls()
    carol.bets(200)
    alice.folds()
    assert game.of(PotAwarded) == [PotAwarded(0, [Share(1, 1_200)], "pair of kings")]
    assert [player.stack for player in (alice, bob, carol)] == [600, 1_200, 600]


def test_each_side_pot_is_split_separately() -> None:
    """TDA rules 20-A and 21: the odd chips of two pots, not one pot that divides.

    PokerKit splits both as one, because the loser of the main pot is out of it.
    """
    game = Game(small_blind=1, big_blind=2)
    alice, bob, carol, dave, erin = game.seat(20, 20, 20, 20, 5)
    game.deal("AcKdQh7s2c", alice="Ah9d", carol="As9c", erin="3d4d")
    dave.raises_to(8)
    erin.calls()
    alice.raises_to(14)
    bob.folds()
    carol.calls()
    dave.folds()
    assert game.pots == [(21, ["carol", "erin", "alice"]), (21, ["carol", "alice"])]
    for _ in range(3):
        carol.checks()
        alice.checks()
    assert [award.shares for award in game.of(PotAwarded)] == [
        [Share(carol.number, 11), Share(alice.number, 10)],
        [Share(carol.number, 11), Share(alice.number, 10)],
    ]


def test_an_ante_of_each_goes_to_the_main_pot_and_is_no_bet() -> None:
    game = Game(ante=10)
    alice, bob, carol = game.seat(1_000, 1_000, 1_000)
    game.deal()
    assert game.table.total_pot == 180
    assert game.turn.call == 100
    alice.calls()
    bob.calls()
    carol.checks()
    assert game.pots == [(330, ["bob", "carol", "alice"])]


def test_an_ante_of_the_big_blind_is_not_matched_by_the_others() -> None:
    game = Game(ante=100, ante_kind="big_blind")
    alice, bob, carol = game.seat(1_000, 1_000, 1_000)
    game.deal()
    assert game.of(AntePosted) == [AntePosted(carol.number, 100, dead=True)]
    alice.folds()
    bob.calls()
    carol.checks()
    assert game.pots == [(300, ["bob", "carol"])]
    assert carol.stack == 800


def test_heads_up_the_player_off_the_button_posts_the_big_blind_ante() -> None:
    game = Game(ante=100, ante_kind="big_blind")
    _, bob = game.seat(1_000, 1_000)
    game.deal()
    assert game.of(AntePosted) == [AntePosted(bob.number, 100, dead=True)]


def test_a_short_stack_antes_what_it_has_before_any_blind() -> None:
    game = Game(ante=80)
    alice, bob, carol = game.seat(1_000, 50, 110)
    game.deal("2c3d4h8sTs", bob="AsAh", carol="KsKh")
    assert [(ante.seat, ante.amount) for ante in game.of(AntePosted)] == [
        (bob.number, 50),
        (carol.number, 80),
        (alice.number, 80),
    ]
    assert (bob.in_hand.bet, carol.in_hand.bet) == (0, 30)
    assert game.turn.call == 30, "nobody is left to win more than carol's 30"
    alice.folds()
    assert bob.stack == 150
    assert carol.stack == 90


def test_who_is_all_in_for_the_ante_can_win_the_antes() -> None:
    game = Game(ante=10)
    alice, bob, carol = game.seat(1_000, 1_000, 4)
    game.deal("2c3d4h8sTs", alice="QsQh", bob="KsKh", carol="AsAh")
    alice.calls()
    bob.calls()
    assert game.pots == [(12, ["bob", "carol", "alice"]), (212, ["bob", "alice"])]
    for _ in range(3):
        bob.checks()
        alice.checks()
    assert (alice.stack, bob.stack, carol.stack) == (890, 1_102, 12)


def test_an_ante_that_nobody_else_can_pay_in_full_is_not_taken() -> None:
    """Like a bet: what nobody can call stays with the player."""
    game = Game(ante=50)
    alice, bob = game.seat(1_000, 20)
    game.deal("2c3d4h8sTs", alice="QsQh", bob="KsKh")
    assert [ante.amount for ante in game.of(AntePosted)] == [20, 20]
    assert (alice.stack, bob.stack) == (980, 40)


def test_a_folded_player_gets_nothing_back() -> None:
    """Not even where nobody left has as much in; PokerKit returns it."""
    game = Game()
    alice, bob, carol = game.seat(1_000, 1_000, 1_000)
    game.deal()
    dave, erin = game.sits("dave"), game.sits("erin")
    alice.sits_out()
    game.folds_around()
    carol.now_has(70)
    dave.now_has(60)
    game.deal("2c3d4h8sTs", carol="KsKh", dave="AsAh")
    assert (erin.in_hand.bet, carol.in_hand.bet, dave.in_hand.bet) == (100, 50, 60)
    erin.folds()
    bob.folds()
    carol.calls()
    assert game.of(UncalledBetReturned) == []
    assert (carol.stack, dave.stack, erin.stack) == (10, 220, 900)


def test_the_pot_counts_all_chips_that_are_in_no_stack() -> None:
    game = Game(ante=10)
    alice, bob, carol = game.seat(1_000, 1_000, 1_000)
    assert game.table.total_pot == 0
    game.deal()
    alice.raises_to(300)
    bob.calls()
    assert game.table.total_pot == 30 + 300 + 300 + 100
    carol.folds()
    bob.bets(200)
    assert game.table.total_pot == 930
