"""Badugi: the most cards of different ranks and suits win, then the lowest; the ace is low.

There are 1,092 classes of hands: 715 of four cards, 286 of three, 78 of two and 13 of one.
"""

from collections.abc import Sequence
from functools import cache
from itertools import combinations

from pokerws.game.cards import DECK, SUITS, UNKNOWN, Card
from pokerws.game.ranks.ace_to_five import RANK_BIT, falling
from pokerws.game.ranks.words import spelled

_RANKS = (1 << 13) - 1
# A bit for the rank and, above the 13 ranks, a bit for the suit.
_BITS = {card: RANK_BIT[card] | 1 << 13 + SUITS.index(card[1]) for card in DECK}
_COUNTS = {4: "badugi", 3: "three-card badugi", 2: "two-card badugi", 1: "one-card badugi"}


def badugi_strength(hole: Sequence[Card], board: Sequence[Card]) -> int | None:
    """The strength of the best badugi; None if a card is unknown, or there are fewer than four.

    The low bits are the set of ranks, as in ace to five.  Above them is the number of cards that
    are missing to four.
    """
    cards = (*hole, *board)
    if UNKNOWN in cards or len(cards) < 4:
        return None
    bits = [_BITS[card] for card in cards]
    for size in (4, 3, 2):
        unions = [_union(some) for some in combinations(bits, size)]
        fit = [union & _RANKS for union in unions if union.bit_count() == 2 * size]
        if fit:
            return 4 - size << 13 | min(fit)
    return 3 << 13 | min(bit & _RANKS for bit in bits)


@cache
def badugi_name_of(strength: int) -> str:
    """A strength in words: "badugi, 8-5-3-A", "three-card badugi, 7-4-2"."""
    ranks = badugi_ranks(strength)
    return f"{_COUNTS[len(ranks)]}, {spelled(ranks)}"


def badugi_ranks(strength: int) -> str:
    """The ranks that count, highest first: "853A", "742"."""
    return falling(strength & _RANKS)


def _union(sets: Sequence[int]) -> int:
    union = 0
    for bits in sets:
        union |= bits
    return union
