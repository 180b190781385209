"""An unbiased shuffle from random bytes that the caller provides.

No other module of the core shuffles, so that a provably fair deal can replace this one.
"""

from collections.abc import Callable, Sequence
from itertools import chain, repeat

from pokerws.game.cards import Card

# Returns the deck of one hand, in dealing order, made of the variant's cards.
Shuffle = Callable[[Sequence[Card]], list[Card]]

# For each n up to 256, the largest multiple of n that is at most 256.
_EVEN = [0, *(256 - 256 % count for count in range(1, 257))]


def shuffler(random_bytes: Callable[[int], bytes]) -> Shuffle:
    """A shuffle that draws from `random_bytes(count)`, in production the operating system's CSPRNG.

    Fisher-Yates (Knuth, The Art of Computer Programming 3.4.2, algorithm P).  Each index is drawn
    by rejection, so that all orders are equally likely.  At most 256 cards.
    """

    def shuffle(cards: Sequence[Card]) -> list[Card]:
        deck = list(cards)
        # One call for many bytes, since each call is expensive.
        drawn = chain.from_iterable(map(random_bytes, repeat(len(deck))))
        for last, first_byte in zip(range(len(deck) - 1, 0, -1), drawn, strict=False):
            byte, count = first_byte, last + 1
            while byte >= _EVEN[count]:
                byte = next(drawn)
            chosen = byte % count
            deck[last], deck[chosen] = deck[chosen], deck[last]
        return deck

    return shuffle
