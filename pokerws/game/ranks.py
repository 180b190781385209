"""How strong a hand is, and its name in words.  Strength comes from phevaluator."""

from collections import Counter
from collections.abc import Sequence
from functools import cache
from itertools import combinations

from phevaluator.evaluator import evaluate_cards

from pokerws.game.cards import CARD_INDEX, RANKS, UNKNOWN, Card

_NAMES = dict(
    zip(
        RANKS,
        "two three four five six seven eight nine ten jack queen king ace".split(),
        strict=True,
    )
)
# The worst rank of each category in phevaluator's numbering, where 1 is a royal flush.
_CATEGORY_ENDS = (10, 166, 322, 1599, 1609, 2467, 3325, 6185)


def high_strength(hole: Sequence[Card], board: Sequence[Card]) -> int | None:
    """The rank of the best five cards of five to seven: 1 is the best, 7462 the worst.

    None when a card is unknown, for then the hand cannot be shown.
    """
    cards = (*hole, *board)
    if UNKNOWN in cards:
        return None
    strength: int = evaluate_cards(*[CARD_INDEX[card] for card in cards])
    return strength


def high_name(hole: Sequence[Card], board: Sequence[Card]) -> str:
    """The best five cards in words: "two pair, kings and tens"."""
    strength = high_strength(hole, board)
    if strength is None:
        return ""
    for five in combinations((*hole, *board), 5):
        if evaluate_cards(*[CARD_INDEX[card] for card in five]) == strength:
            return _name(strength, tuple(sorted(card[0] for card in five)))
    raise AssertionError("the best five cards are among the cards")


@cache
def _name(strength: int, ranks: tuple[str, ...]) -> str:
    category = sum(strength > end for end in _CATEGORY_ENDS)
    by_count = sorted(Counter(ranks).items(), key=lambda rc: (rc[1], RANKS.index(rc[0])))[::-1]
    first, second = (_NAMES[rank] for rank, _ in by_count[:2])
    # In the wheel the ace plays low, so the straight is five high.
    top = "five" if {"A", "5"} <= set(ranks) else first
    match category:
        case 0:
            return "royal flush" if strength == 1 else f"straight flush, {top} high"
        case 1:
            return f"four of a kind, {_plural(first)}"
        case 2:
            return f"full house, {_plural(first)} full of {_plural(second)}"
        case 3:
            return f"flush, {first} high"
        case 4:
            return f"straight, {top} high"
        case 5:
            return f"three of a kind, {_plural(first)}"
        case 6:
            return f"two pair, {_plural(first)} and {_plural(second)}"
        case 7:
            return f"pair of {_plural(first)}"
        case _:
            return f"{first} high"


def _plural(name: str) -> str:
    return name + ("es" if name == "six" else "s")
