"""Razz: everything that shows is turned around, and the lowest hand wins.

RRoP: Robert's Rules of Poker, whose section 9 is on razz.  TDA: the rules of the Poker Tournament
Directors Association, 2024.  bob sits left of the button, which is alice's.
"""

import pytest

from tests.game.script import Game, Player


def razz(board: str = "", **hands: str) -> tuple[Game, list[Player]]:
    game = Game(variant="FR", small_blind=10, big_blind=20)
    players = game.seat(*[1_000] * len(hands))
    game.deal(board, **hands)
    return game, players


@pytest.mark.parametrize(
    ("alice", "bob", "carol", "brings_in"),
    [
        ("2c3cQd", "2d3dKc", "2h3hJs", "bob"),
        ("2c3cKd", "2d3dKc", "2h3hKs", "carol"),
        ("2c3cAs", "2d3dAh", "2h3h4s", "carol"),
    ],
)
def test_the_highest_card_brings_it_in_by_suit_and_an_ace_is_low(
    alice: str, bob: str, carol: str, brings_in: str
) -> None:
    """RRoP section 9: the king of spades always brings it in, the ace of clubs never."""
    game, _ = razz(alice=alice, bob=bob, carol=carol)
    assert game.to_act == brings_in


def test_the_lowest_hand_showing_opens_later_and_a_pair_is_high() -> None:
    """RRoP section 9."""
    game, (alice, bob, carol) = razz(
        alice="7c8cAd",
        bob="7d8dKc",
        carol="7h8h9s",
        # bob, carol, alice: alice pairs her ace, which is worse than any two ranks.
        board="KhJdAs" + "2d2s2h",
    )
    bob.brings_in()
    carol.calls()
    alice.calls()
    assert game.to_act == "carol", "jack and nine"
    for player in (carol, alice, bob):
        player.checks()
    assert game.to_act == "carol"


def test_a_tie_goes_to_the_first_left_of_the_button() -> None:
    """RRoP section 9; TDA RP-10 would have the highest suit, which we do not follow in stud."""
    game, (alice, bob, carol) = razz(
        alice="7c8cAd", bob="7d8dKc", carol="7h8hAs", board="Kh2d2c" + "4d5s5h"
    )
    bob.brings_in()
    carol.calls()
    alice.calls()
    assert game.to_act == "carol"


def test_the_lowest_five_cards_win_and_straights_and_flushes_do_not_count() -> None:
    """RRoP section 9: the best hand is five, four, three, two, ace."""
    game, (alice, bob) = razz(alice="Ac2cKd", bob="2s3sQd", board="4s3c" + "6s4c" + "9s5c" + "TsKs")
    alice.brings_in()
    bob.bets(20)
    alice.calls()
    while game.table.hand is not None:
        Player(game, game.to_act or "").checks()
    assert (alice.stack, bob.stack) == (1_024, 976), "the steel wheel beats 9-6-4-3-2"
