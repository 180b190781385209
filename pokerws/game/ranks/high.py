"""High hands: the best poker hand wins, as numbered by phevaluator.

There are 7,462 classes of five-card hands: 10 straight flushes, 156 fours of a
kind, 156 full houses, 1,277 flushes, 10 straights, 858 threes of a kind, 858 two pairs, 2,860
pairs and 1,277 hands with none of these (Kevin Suffecool, "Cactus Kev's Poker Hand Evaluator").
phevaluator numbers them in this order from 1, and `_classes` lists them by that number.
"""

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import combinations, permutations

from pokerws.game.cards import CARD_INDEX, RANKS, UNKNOWN, Card
from pokerws.game.ranks.native import BEST_OF, BEST_OF_OMAHA
from pokerws.game.ranks.words import Kind, in_words

_INDEX = CARD_INDEX.__getitem__

# For each number of hole cards, sets of four that together contain every pair of hole cards.
FOURS = {
    4: ((0, 1, 2, 3),),
    5: ((0, 1, 2, 3), (0, 1, 2, 4), (0, 1, 3, 4)),
    6: ((0, 1, 2, 3), (0, 1, 4, 5), (2, 3, 4, 5)),
}


def high_strength(hole: Sequence[Card], board: Sequence[Card]) -> int | None:
    """The strength of the best five of five to seven cards: from 1 (a royal flush) to 7462.

    None if a card is unknown, or there are fewer than five.
    """
    cards = (*hole, *board)
    if UNKNOWN in cards or len(cards) < 5:
        return None
    return BEST_OF[len(cards)](*map(_INDEX, cards))


def omaha_high_strength(hole: Sequence[Card], board: Sequence[Card]) -> int | None:
    """The strength of the best hand with two of the hole cards and three of a complete board."""
    if UNKNOWN in hole or UNKNOWN in board or len(board) < 5 or len(hole) < 4:
        return None
    middle = [CARD_INDEX[card] for card in board]
    own = [CARD_INDEX[card] for card in hole]
    if len(own) == 4:
        return BEST_OF_OMAHA(*middle, *own)
    return min(
        BEST_OF_OMAHA(*middle, own[a], own[b], own[c], own[d]) for a, b, c, d in FOURS[len(own)]
    )


def high_card_strength(hole: Sequence[Card], board: Sequence[Card]) -> int | None:
    """The strength of the highest card: from 0 (an ace) to 12 (a two)."""
    cards = (*hole, *board)
    if UNKNOWN in cards or not cards:
        return None
    return 12 - max(CARD_INDEX[card] for card in cards) // 4


def high_class(strength: int) -> tuple[Kind, str]:
    """The kind of a high hand, and its distinct ranks, the most significant first."""
    return _classes()[strength - 1]


@cache
def high_name_of(strength: int) -> str:
    """A strength in words: "two pair, kings and tens"."""
    return in_words(*high_class(strength))


def high_card_name_of(strength: int) -> str:
    """A single card in words: "king high"."""
    return in_words(Kind.HIGH_CARD, RANKS[12 - strength])


@cache
def _classes() -> tuple[tuple[Kind, str], ...]:
    return tuple(_each_class())


def _each_class() -> Iterator[tuple[Kind, str]]:
    """The classes from best to worst, relying on itertools to keep the falling order of ranks."""
    falling = RANKS[::-1]
    straights = [(falling + "A")[i : i + 5] for i in range(10)]
    run = {*straights, "A5432"}
    no_run = [ranks for ranks in map("".join, combinations(falling, 5)) if ranks not in run]
    two = list(map("".join, permutations(falling, 2)))
    yield from ((Kind.STRAIGHT_FLUSH, ranks) for ranks in straights)
    yield from ((Kind.FOUR_OF_A_KIND, ranks) for ranks in two)
    yield from ((Kind.FULL_HOUSE, ranks) for ranks in two)
    yield from ((Kind.FLUSH, ranks) for ranks in no_run)
    yield from ((Kind.STRAIGHT, ranks) for ranks in straights)
    yield from _with_kickers(Kind.THREE_OF_A_KIND, 1, 2)
    yield from _with_kickers(Kind.TWO_PAIR, 2, 1)
    yield from _with_kickers(Kind.PAIR, 1, 3)
    yield from ((Kind.HIGH_CARD, ranks) for ranks in no_run)


def _with_kickers(kind: Kind, main: int, kickers: int) -> Iterator[tuple[Kind, str]]:
    for ranks in combinations(RANKS[::-1], main):
        rest = [rank for rank in RANKS[::-1] if rank not in ranks]
        for others in combinations(rest, kickers):
            yield kind, "".join((*ranks, *others))
