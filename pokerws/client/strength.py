"""Strength of hold'em hands: by a chart before the flop, by the share of hands beaten after it."""

import random
from collections.abc import Sequence
from math import ceil

from pokerws.game.cards import DECK, RANKS, Card
from pokerws.game.ranks import high_strength

_HIGH_CARD_POINTS = {"A": 10.0, "K": 8.0, "Q": 7.0, "J": 6.0, "T": 5.0}
_GAP_POINTS = (0, -1, -2, -4, -5)


def starting_points(hole: Sequence[Card]) -> int:
    """The value of two hole cards by Bill Chen's formula: from -1 (72o) to 20 (AA).

    As in Lou Krieger, Hold'em Excellence (2000).  The higher card has points, doubled for a pair.
    Two points are added for suited cards, and points are subtracted for ranks between the cards.
    One point is added for close cards below a queen.  The sum is rounded up.
    """
    low, high = sorted(hole, key=lambda card: RANKS.index(card[0]))
    points = _HIGH_CARD_POINTS.get(high[0], (RANKS.index(high[0]) + 2) / 2)
    if low[0] == high[0]:
        return ceil(max(5, 2 * points))
    gap = RANKS.index(high[0]) - RANKS.index(low[0]) - 1
    points += _GAP_POINTS[min(gap, 4)]
    if gap <= 1 and RANKS.index(high[0]) < RANKS.index("Q"):
        points += 1
    if low[1] == high[1]:
        points += 2
    return ceil(points)


def share_beaten(
    hole: Sequence[Card], board: Sequence[Card], rng: random.Random, samples: int = 100
) -> float:
    """The share of other hole cards that these beat on the current board; ties count half.

    It is estimated from `samples` random hands, at about 2 µs each.  The board must have at least
    three cards; cards to come are ignored.
    """
    own = _known_strength(hole, board)
    seen = {*hole, *board}
    unseen = [card for card in DECK if card not in seen]
    points = 0.0
    for _ in range(samples):
        other = _known_strength(rng.sample(unseen, 2), board)
        points += 1.0 if own < other else 0.5 if own == other else 0.0
    return points / samples


def _known_strength(hole: Sequence[Card], board: Sequence[Card]) -> int:
    strength = high_strength(hole, board)
    if strength is None:
        raise ValueError("a card is unknown, or there are too few cards")
    return strength
