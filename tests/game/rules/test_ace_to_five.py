"""A-5 triple draw: the ace is low, and straights and flushes do not count.

RRoP: Robert's Rules of Poker, whose section 10 has ace-to-five lowball.  bob sits left of the
button, which is alice's.
"""

import pytest

from pokerws.game.events import CardsShown, PotAwarded
from tests.game.script import Game, Player


def shown_down(alice: str, bob: str) -> Game:
    """Both stand pat, and nobody bets."""
    game = Game(variant="FA5L3D", small_blind=10, big_blind=20)
    game.seat(1_000, 1_000)
    game.deal(alice=alice, bob=bob)
    while game.to_act is not None:
        player = Player(game, game.to_act)
        if "stand_pat" in player.options:
            player.stands_pat()
        elif game.turn.call:
            player.calls()
        else:
            player.checks()
    return game


@pytest.mark.parametrize(
    ("better", "worse", "name"),
    [
        ("5s4s3s2sAs", "6h4h3h2dAd", "5-4-3-2-A low"),
        ("6s5h4d3c2s", "7s4s3s2dAd", "6-5-4-3-2 low"),
        ("KsQhJd9c8s", "2h2d3c4s5h", "K-Q-J-9-8 low"),
        ("AsAh4d3c2s", "2h2d4c3sAd", "pair of aces"),
    ],
)
def test_the_lowest_cards_win_whatever_else_they_make(better: str, worse: str, name: str) -> None:
    """RRoP section 10: a wheel in one suit is the best hand, and any pair is worse than none."""
    for alice, bob, winner in ((better, worse, "alice"), (worse, better, "bob")):
        game = shown_down(alice, bob)
        (won,) = game.of(PotAwarded)
        assert ([game.name_of(share.seat) for share in won.shares], won.hand) == ([winner], name)
        assert name in [event.hand for event in game.of(CardsShown)]


def test_there_are_three_draws_and_bets_double_after_the_second() -> None:
    game = Game(variant="FA5L3D", small_blind=10, big_blind=20)
    game.seat(1_000, 1_000)
    game.deal()
    sizes = []
    while game.to_act is not None:
        player = Player(game, game.to_act)
        if "stand_pat" in player.options:
            player.stands_pat()
        elif game.turn.call:
            player.calls()
        else:
            sizes.append((game.hand.street, game.turn.max_to))
            player.checks()
    assert sorted({*sizes}) == [(0, 40), (1, 20), (2, 40), (3, 40)]
