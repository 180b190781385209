"""The strength of a hand, and its name in words.

A strength is a number.  Within a ranking, the lower number wins, and hands that tie have the same
number.  The tests compare the order of hands with PokerKit 0.7.7.
"""

from collections.abc import Callable, Sequence

from pokerws.game.cards import RANKS, Card
from pokerws.game.ranks.ace_to_five import (
    ace_to_five_class,
    ace_to_five_name_of,
    ace_to_five_strength,
    eight_or_better_strength,
    omaha_eight_or_better_strength,
)
from pokerws.game.ranks.badugi import badugi_name_of, badugi_ranks, badugi_strength
from pokerws.game.ranks.deuce_to_seven import (
    deuce_to_seven_class,
    deuce_to_seven_name_of,
    deuce_to_seven_strength,
)
from pokerws.game.ranks.high import (
    high_card_name_of,
    high_card_strength,
    high_class,
    high_name_of,
    high_strength,
    omaha_high_strength,
)
from pokerws.game.ranks.short_deck import (
    short_deck_class,
    short_deck_name_of,
    short_deck_strength,
)
from pokerws.game.ranks.showing import bring_in_key, showing_strength
from pokerws.game.ranks.words import Kind
from pokerws.game.variants import Ranking

__all__ = [
    "Evaluator",
    "Kind",
    "bring_in_key",
    "evaluator",
    "hand_class",
    "hand_name",
    "high_strength",
    "showing_strength",
]

# Returns the strength of hole cards and board.  None if they make no hand: a card is unknown, there
# are too few cards, or a low does not qualify.
Evaluator = Callable[[Sequence[Card], Sequence[Card]], int | None]

# By ranking and the number of hole cards that a hand must use (0 for any number).
_EVALUATORS: dict[tuple[Ranking, int], Evaluator] = {
    (Ranking.HIGH, 0): high_strength,
    (Ranking.HIGH, 2): omaha_high_strength,
    (Ranking.SHORT_DECK, 0): short_deck_strength,
    (Ranking.ACE_TO_FIVE, 0): ace_to_five_strength,
    (Ranking.EIGHT_OR_BETTER, 0): eight_or_better_strength,
    (Ranking.EIGHT_OR_BETTER, 2): omaha_eight_or_better_strength,
    (Ranking.DEUCE_TO_SEVEN, 0): deuce_to_seven_strength,
    (Ranking.BADUGI, 0): badugi_strength,
    (Ranking.HIGH_CARD, 0): high_card_strength,
}

_NAMES: dict[Ranking, Callable[[int], str]] = {
    Ranking.HIGH: high_name_of,
    Ranking.SHORT_DECK: short_deck_name_of,
    Ranking.ACE_TO_FIVE: ace_to_five_name_of,
    Ranking.EIGHT_OR_BETTER: ace_to_five_name_of,
    Ranking.DEUCE_TO_SEVEN: deuce_to_seven_name_of,
    Ranking.BADUGI: badugi_name_of,
    Ranking.HIGH_CARD: high_card_name_of,
}


def evaluator(ranking: Ranking, from_hole: int) -> Evaluator:
    """The function that evaluates hands of a ranking, with exactly `from_hole` hole cards.

    If `from_hole` is 0, any number may be used.  Raises ValueError for a combination that no
    variant has.
    """
    try:
        return _EVALUATORS[ranking, from_hole]
    except KeyError:
        raise ValueError(f"no evaluator for {ranking} with {from_hole} hole cards") from None


def hand_name(ranking: Ranking, from_hole: int, hole: Sequence[Card], board: Sequence[Card]) -> str:
    """The hand in words; empty if there is none."""
    strength = evaluator(ranking, from_hole)(hole, board)
    return "" if strength is None else _NAMES[ranking](strength)


def hand_class(ranking: Ranking, strength: int) -> tuple[Kind, str]:
    """The kind of a hand, and its distinct ranks, the most significant first.

    In low games and badugi, Kind.HIGH_CARD is a hand without a pair.
    """
    match ranking:
        case Ranking.HIGH:
            return high_class(strength)
        case Ranking.SHORT_DECK:
            return short_deck_class(strength)
        case Ranking.ACE_TO_FIVE | Ranking.EIGHT_OR_BETTER:
            return ace_to_five_class(strength)
        case Ranking.DEUCE_TO_SEVEN:
            return deuce_to_seven_class(strength)
        case Ranking.BADUGI:
            return Kind.HIGH_CARD, badugi_ranks(strength)
        case Ranking.HIGH_CARD:
            return Kind.HIGH_CARD, RANKS[12 - strength]
