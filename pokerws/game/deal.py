"""Where a deck comes from: an unbiased shuffle of bytes that the caller draws.

Nothing else in the core knows how a deck was made, so that a provable deal can take this place.
"""

from collections.abc import Callable, Sequence

from pokerws.game.cards import Card

# Gives the deck for one hand, in dealing order, out of the variant's cards.
Shuffle = Callable[[Sequence[Card]], list[Card]]


def shuffler(random_bytes: Callable[[int], bytes]) -> Shuffle:
    """A shuffle that draws from `random_bytes(count)`, in production the operating system's CSPRNG.

    Fisher-Yates (Knuth, The Art of Computer Programming 3.4.2, algorithm P).  Each index is drawn
    by rejection, so that all orders are equally likely.
    """

    def shuffle(cards: Sequence[Card]) -> list[Card]:
        deck = list(cards)
        for last in range(len(deck) - 1, 0, -1):
            chosen = _below(last + 1, random_bytes)
            deck[last], deck[chosen] = deck[chosen], deck[last]
        return deck

    return shuffle


def _below(bound: int, random_bytes: Callable[[int], bytes]) -> int:
    """A uniform integer from 0 to bound - 1, for bounds of at most 256."""
    limit = 256 - 256 % bound
    while True:
        drawn = random_bytes(1)[0]
        if drawn < limit:
            return drawn % bound
