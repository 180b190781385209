"""Hands in words: the kinds of five-card hands, and the names of high and low hands."""

from collections.abc import Iterable
from enum import StrEnum

from pokerws.game.cards import RANKS

_NAMES = dict(
    zip(
        RANKS,
        "two three four five six seven eight nine ten jack queen king ace".split(),
        strict=True,
    )
)


class Kind(StrEnum):
    """The nine kinds of five cards; a royal flush is a straight flush."""

    STRAIGHT_FLUSH = "straight flush"
    FOUR_OF_A_KIND = "four of a kind"
    FULL_HOUSE = "full house"
    FLUSH = "flush"
    STRAIGHT = "straight"
    THREE_OF_A_KIND = "three of a kind"
    TWO_PAIR = "two pair"
    PAIR = "pair"
    HIGH_CARD = "high card"


def in_words(kind: Kind, ranks: str) -> str:
    """A hand in words, from its kind and its different ranks, the most significant first.

    The ranks of kings full of tens are `KT`, those of a five-high straight `5432A`.
    """
    match kind:
        case Kind.STRAIGHT_FLUSH if ranks[0] == "A":
            return "royal flush"
        case Kind.STRAIGHT_FLUSH | Kind.FLUSH | Kind.STRAIGHT:
            return f"{kind}, {_NAMES[ranks[0]]} high"
        case Kind.FOUR_OF_A_KIND | Kind.THREE_OF_A_KIND:
            return f"{kind}, {_plural(ranks[0])}"
        case Kind.FULL_HOUSE:
            return f"{kind}, {_plural(ranks[0])} full of {_plural(ranks[1])}"
        case Kind.TWO_PAIR:
            return f"{kind}, {_plural(ranks[0])} and {_plural(ranks[1])}"
        case Kind.PAIR:
            return f"{kind} of {_plural(ranks[0])}"
        case Kind.HIGH_CARD:
            return f"{_NAMES[ranks[0]]} high"


def spelled(ranks: Iterable[str]) -> str:
    """The ranks of a low hand as text: "10-8-6-4-A"."""
    return "-".join("10" if rank == "T" else rank for rank in ranks)


def _plural(rank: str) -> str:
    name = _NAMES[rank]
    return name + ("es" if name == "six" else "s")
