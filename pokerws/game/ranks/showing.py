"""Stud: who must bring it in, and whose cards that show open the betting later.

Robert's Rules of Poker, section 8 (seven-card stud): the lowest card showing brings it in, a tie
broken by suit, and later the highest hand showing opens.  Section 9 (razz): aces are low only; the
highest card showing brings it in, again by suit, so that the king of spades always does, and later
the lowest hand showing opens.  Suits rank from clubs over diamonds and hearts to spades (section 3,
ties), and break no tie between hands.
"""

from collections import Counter
from collections.abc import Sequence

from pokerws.game.cards import RANKS, SUITS, Card

_HIGH = {rank: place for place, rank in enumerate(RANKS)}
_LOW = _HIGH | {"A": -1}
_SUIT = {suit: place for place, suit in enumerate(SUITS)}

# How often its ranks are there, and the ranks, those that are there most often first.
Showing = tuple[tuple[int, ...], tuple[int, ...]]


def bring_in_key(card: Card, *, low: bool) -> tuple[int, int]:
    """The lowest key brings it in; `low` is razz."""
    rank, suit = card
    return (-_LOW[rank], -_SUIT[suit]) if low else (_HIGH[rank], _SUIT[suit])


def showing_strength(up: Sequence[Card], *, low: bool) -> Showing:
    """The lowest strength opens; `low` is razz.  Equal ones go by position.

    One to four cards show, and of hands that are compared as many: fours, threes, two pairs, pairs
    and high cards count, straights and flushes do not.
    """
    order = _LOW if low else _HIGH
    counted = Counter(order[card[0]] for card in up)
    groups = sorted(((count, rank) for rank, count in counted.items()), reverse=True)
    sign = 1 if low else -1
    return tuple(sign * count for count, _ in groups), tuple(sign * rank for _, rank in groups)
