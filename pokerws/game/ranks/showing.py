"""Face-up cards in stud: which one posts the bring-in, and which hand opens later streets.

Seven card stud (Robert's Rules of Poker, section 8): the lowest card showing posts the bring-in,
and later the highest hand showing opens.  Razz (section 9): aces are low; the highest card showing
posts the bring-in, and later the lowest hand showing opens.  Ties between cards are broken by suit,
from low to high: clubs, diamonds, hearts, spades (section 3, ties).  Between hands suits break no
ties.
"""

from collections import Counter
from collections.abc import Sequence

from pokerws.game.cards import RANKS, SUITS, Card

_HIGH = {rank: place for place, rank in enumerate(RANKS)}
_LOW = _HIGH | {"A": -1}
_SUIT = {suit: place for place, suit in enumerate(SUITS)}

# The counts of the ranks, highest first, and the ranks in the same order.
Showing = tuple[tuple[int, ...], tuple[int, ...]]


def bring_in_key(card: Card, *, low: bool) -> tuple[int, int]:
    """A sort key: the card with the lowest key posts the bring-in.  `low` is razz."""
    rank, suit = card
    return (-_LOW[rank], -_SUIT[suit]) if low else (_HIGH[rank], _SUIT[suit])


def showing_strength(up: Sequence[Card], *, low: bool) -> Showing:
    """The strength of face-up cards: the lowest opens.  `low` is razz.

    Hands of the same number of cards can be compared, from one to four.  Four of a kind, trips,
    pairs and high cards count; straights and flushes do not.
    """
    order = _LOW if low else _HIGH
    counted = Counter(order[card[0]] for card in up)
    groups = sorted(((count, rank) for rank, count in counted.items()), reverse=True)
    sign = 1 if low else -1
    return tuple(sign * count for count, _ in groups), tuple(sign * rank for _, rank in groups)
