"""Kuhn poker: three cards, two players, an ante of one and a bet of one.

H. W. Kuhn, A simplified two-person poker, 1950.  Either player antes 1 and gets a card.  The first
passes or bets 1; after a pass the second does so; a bet may be called or not, and not raised.
"""

import pytest

from pokerws.game.config.table_config import HouseRules
from tests.game.script import Game, Player, refused

# What the first player wins by each line of play, where the better card is hers and where it is
# not: passes are checks and folds.
_LINES = {
    ("check", "check"): (1, -1),
    ("bet", "fold"): (1, 1),
    ("bet", "call"): (2, -2),
    ("check", "bet", "fold"): (-1, -1),
    ("check", "bet", "call"): (2, -2),
}
_DEALS = [("J", "Q"), ("J", "K"), ("Q", "J"), ("Q", "K"), ("K", "J"), ("K", "Q")]


def kuhn(first: str = "K", second: str = "Q") -> tuple[Game, Player, Player]:
    """bob is first, since alice has the button."""
    game = Game(variant="FK", seats=2, small_blind=0, big_blind=1)
    alice, bob = game.seat(10, 10)
    game.deal(alice=second + "s", bob=first + "s")
    return game, bob, alice


@pytest.mark.parametrize("line", _LINES)
@pytest.mark.parametrize(("first", "second"), _DEALS)
def test_every_line_of_every_deal_pays_what_the_paper_says(
    line: tuple[str, ...], first: str, second: str
) -> None:
    game, one, other = kuhn(first, second)
    assert game.table.total_pot == 2
    for action in line:
        player = Player(game, game.to_act or "")
        match action:
            case "check":
                player.checks()
            case "bet":
                player.bets(1)
            case "call":
                player.calls()
            case _:
                player.folds()
    won = _LINES[line][0 if "JQK".index(first) > "JQK".index(second) else 1]
    assert (one.stack - 10, other.stack - 10) == (won, -won)
    assert game.table.hand is None


def test_a_bet_is_of_one_and_cannot_be_raised() -> None:
    game, one, other = kuhn()
    assert one.options == ["fold", "check", "bet"]
    with refused(game, "amount_too_large"):
        one.bets(2)
    one.bets(1)
    assert other.options == ["fold", "call"]


def test_a_bet_after_a_check_cannot_be_raised_either() -> None:
    _, one, other = kuhn()
    one.checks()
    assert other.options == ["fold", "check", "bet"]
    other.bets(1)
    assert one.options == ["fold", "call"]


def test_there_are_three_cards_and_one_of_them_stays_unseen() -> None:
    game, _, _ = kuhn("K", "J")
    assert game.hand.deck == ["Qs"]


def test_the_players_take_turns_to_be_first() -> None:
    game, _, _ = kuhn()
    firsts = []
    for _ in range(4):
        firsts.append(game.to_act)
        game.folds_around()
        game.deal()
    assert firsts == ["bob", "alice", "bob", "alice"]


def test_who_has_one_chip_is_all_in_for_the_ante() -> None:
    game = Game(variant="FK", seats=2, small_blind=0, big_blind=1)
    alice, bob = game.seat(1, 10)
    game.deal(alice="Ks", bob="Js")
    assert game.table.hand is None
    assert (alice.stack, bob.stack) == (2, 9)


def test_no_third_player_has_a_seat() -> None:
    game, _, _ = kuhn()
    with refused(game, "table_full"):
        game.sits("carol", 10)


def test_no_house_changes_that_there_is_one_bet() -> None:
    house = HouseRules(max_bets=3)
    game = Game(variant="FK", seats=2, small_blind=0, big_blind=1, house=house)
    alice, bob = game.seat(10, 10)
    game.deal()
    bob.bets(1)
    assert alice.options == ["fold", "call"]
