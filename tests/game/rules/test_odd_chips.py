"""Odd chips: which winner gets the chip that cannot be split.

TDA: the rules of the Poker Tournament Directors Association, 2024; rule 20 is on odd chips.  RRoP:
Robert's Rules of Poker, whose section 3 is on ties.  PokerKit 0.7.7 gives all odd chips to one.
"""

import pytest

from pokerws.game.betting.pots import split_among, split_evenly
from pokerws.game.config.table_config import HouseRules, LimitStakes
from pokerws.game.events import PotAwarded
from tests.game.script import Game, Player


def shares(game: Game) -> list[dict[str, int]]:
    return [{game.name_of(s.seat): s.amount for s in e.shares} for e in game.of(PotAwarded)]


def all_in(
    board: str,
    *stacks: int,
    variant: str = "NT",
    house: HouseRules | None = None,
    small_blind: int = 1,
    **hands: str,
) -> Game:
    game = Game(variant=variant, small_blind=small_blind, big_blind=2, house=house or HouseRules())
    game.seat(*stacks)
    game.deal(board, **hands)
    while game.table.hand is not None:
        player = Player(game, game.to_act or "")
        if game.turn.max_to:
            player.goes_all_in()
        elif game.turn.call and player.name != "folder":
            player.calls()
        else:
            player.checks()
    return game


def three_way(house: HouseRules | None = None) -> Game:
    """dave's two chips make a pot of 17 that the three others share."""
    game = Game(small_blind=1, big_blind=2, house=house or HouseRules())
    alice, bob, carol, dave = game.seat(5, 5, 5, 5)
    game.deal("AsKsQsJsTs", alice="2c3c", bob="2d3d", carol="2h3h", dave="4c4d")
    dave.calls()
    alice.goes_all_in()
    bob.calls()
    carol.calls()
    dave.folds()
    assert game.table.hand is None
    return game


def test_two_odd_chips_go_to_the_first_two_left_of_the_button() -> None:
    """TDA rule 20-A, and RRoP section 3: nobody gets more than one of them."""
    assert shares(three_way()) == [{"bob": 6, "carol": 6, "alice": 5}]


def test_where_it_is_the_rule_of_the_house_the_first_left_of_the_button_gets_them_all() -> None:
    assert shares(three_way(HouseRules(odd_chips="button"))) == [{"bob": 7, "carol": 5, "alice": 5}]


def test_the_high_side_gets_the_odd_chip_of_a_split_pot() -> None:
    """TDA rule 20-C."""
    game = Game(variant="NO/8", small_blind=1, big_blind=2)
    alice, bob, carol = game.seat(50, 50, 50)
    game.deal("2c5d7hKcKd", alice="KsQsJdTd", carol="As3s9d9c")
    alice.raises_to(50)
    bob.folds()
    carol.calls()
    assert shares(game) == [{"alice": 51}, {"carol": 50}]


def test_the_odd_chip_of_quarters_goes_to_the_first_left_of_the_button() -> None:
    """TDA rule 20-A: bob and carol tie for the low half of 51, or of 50."""
    game = all_in(
        "2c5d7hKcKd", 35, 34, 34, variant="NO/8", alice="KsQsJdTd", bob="As3s9d9c", carol="Ad3d8s8c"
    )
    assert shares(game) == [{"alice": 51}, {"bob": 26, "carol": 25}]


def test_two_who_tie_for_high_and_low_share_all_of_it_evenly() -> None:
    """RRoP section 3: identical hands share as evenly as can be; nobody has two odd chips."""
    game = Game(variant="NO/8", small_blind=1, big_blind=2)
    alice, bob, carol, dave = game.seat(50, 50, 50, 50)
    game.deal("2c5d7hKcKd", bob="As3sQdQh", carol="Ad3dQsQc")
    dave.calls()
    alice.folds()
    bob.raises_to(6)
    carol.calls()
    dave.folds()
    while game.table.hand is not None:
        Player(game, game.to_act or "").checks()
    assert shares(game) == [{"bob": 4, "carol": 3}, {"bob": 3, "carol": 4}]


def test_each_side_pot_has_its_own_odd_chips() -> None:
    """TDA rule 21."""
    game = Game(small_blind=1, big_blind=2, ante=1)
    alice, bob, carol, dave = game.seat(6, 20, 20, 20)
    game.deal("AsKsQsJsTs")
    dave.calls()
    alice.goes_all_in()
    bob.raises_to(10)
    carol.calls()
    dave.folds()
    bob.checks()
    carol.checks()
    bob.checks()
    carol.checks()
    bob.checks()
    carol.checks()
    assert shares(game) == [{"bob": 5, "carol": 5}, {"bob": 7, "carol": 7, "alice": 7}]


def stud(variant: str, board: str, ante: int = 3, **hands: str) -> Game:
    """All three are all-in; carol has folded an ante that makes the pot odd."""
    limit = LimitStakes(stud_ante=ante)
    game = Game(variant=variant, small_blind=10, big_blind=20, limit=limit)
    game.seat(23, 23, 23)
    game.deal(board, **hands)
    while game.table.hand is not None:
        player = Player(game, game.to_act or "")
        if player.name == "carol":
            player.folds()
        elif "bring_in" in player.options:
            player.brings_in()
        elif game.turn.max_to:
            player.bets(game.turn.max_to)
        else:
            player.calls()
    return game


def test_in_stud_the_odd_chip_goes_to_the_highest_card_by_suit_of_the_winning_five() -> None:
    """TDA rule 20-B: alice has the ace of spades in a hand that is equal else.

    RRoP section 3 looks at all seven cards, and PokerKit at the seats.
    """
    game = stud(
        "F7S",
        "KcKh" + "QcQh" + "JcJh" + "TdTc",
        alice="As3s4d",
        bob="Ad3d2c",
        carol="8s8d7h",
    )
    assert shares(game) == [{"alice": 25, "bob": 24}]


def test_in_razz_the_ace_is_the_lowest_card_of_the_five() -> None:
    """TDA rule 20-B: the highest card of two wheels is the five.  RRoP has the lowest card."""
    game = stud(
        "FR",
        # bob and alice by turns: bob's five is the spade, alice's ace is.
        "2c2h" + "3c3h" + "4c4h" + "5s5h",
        alice="AsTs9d",
        bob="AdTdKc",
        carol="8s8d7h",
    )
    (won,) = shares(game)
    assert won == {"bob": 25, "alice": 24}


def test_with_a_button_the_odd_chip_of_a_draw_game_goes_by_seat() -> None:
    """TDA rule 20-A: there is a button."""
    game = Game(variant="F5D", small_blind=5, big_blind=10)
    alice, bob, carol = game.seat(100, 100, 100)
    game.deal(alice="AsKsQsJh9h", bob="AdKdQdJc9c", carol="2c3d5h7s8c")
    alice.calls()
    bob.calls()
    carol.checks()
    for player in (bob, carol, alice):
        player.stands_pat()
    for player in (bob, carol, alice):
        player.checks()
    assert shares(game) == [{"bob": 15, "alice": 15}]
    game = Game(variant="F5D", small_blind=5, big_blind=10, ante=1)
    alice, bob, carol = game.seat(100, 100, 100)
    game.deal(alice="AsKsQsJh9h", bob="AdKdQdJc9c", carol="2c3d5h7s8c")
    alice.calls()
    bob.calls()
    carol.checks()
    for player in (bob, carol, alice):
        player.stands_pat()
    for player in (bob, carol, alice):
        player.checks()
    assert shares(game) == [{"bob": 17, "alice": 16}]


@pytest.mark.parametrize(
    ("amount", "parts", "split"),
    [(10, 2, [5, 5]), (11, 2, [6, 5]), (11, 3, [4, 4, 3]), (1, 3, [1, 0, 0]), (0, 2, [0, 0])],
)
def test_an_amount_is_split_as_evenly_as_can_be(amount: int, parts: int, split: list[int]) -> None:
    assert split_evenly(amount, parts) == split
    seats = list(range(parts))
    assert split_among(amount, seats, all_odd_to_first=False) == dict(enumerate(split))
    to_first = split_among(amount, seats, all_odd_to_first=True)
    assert sum(to_first.values()) == amount
    assert to_first[0] == amount - (parts - 1) * (amount // parts)
