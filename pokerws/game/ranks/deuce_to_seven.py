"""Deuce to seven: the worst poker hand wins; the ace is high, straights and flushes count.

The 7,462 classes of high hands have the opposite order, except A-5-4-3-2.  It is not a straight
here but the lowest ace-high hand or, in one suit, the lowest ace-high flush (Robert's Rules of
Poker, section 11).
"""

from collections.abc import Sequence
from functools import cache
from itertools import combinations

from pokerws.game.cards import CARD_INDEX, UNKNOWN, Card
from pokerws.game.ranks.high import high_class
from pokerws.game.ranks.native import BEST_OF
from pokerws.game.ranks.words import Kind, in_words, spelled

# phevaluator's numbers of A-5-4-3-2 (suited, unsuited), of A-6-4-3-2 (suited, unsuited) and of the
# worst hand.  A-6-4-3-2 is the lowest ace-high hand that phevaluator does not count as a straight.
_WHEEL_FLUSH, _WHEEL, _ACE_FLUSH, _ACE_HIGH, _WORST = 10, 1609, 815, 6678, 7462


def _order() -> list[int]:
    """phevaluator's numbers, from the best hand (the lowest) to the worst."""
    order = [n for n in range(_WORST, 0, -1) if n not in {_WHEEL, _WHEEL_FLUSH}]
    order.insert(order.index(_ACE_HIGH), _WHEEL)
    order.insert(order.index(_ACE_FLUSH), _WHEEL_FLUSH)
    return order


_ORDER = _order()
_PLACE = {high: place for place, high in enumerate(_ORDER)}
_BEST_OF_FIVE = BEST_OF[5]
_INDEX = CARD_INDEX.__getitem__


def deuce_to_seven_strength(hole: Sequence[Card], board: Sequence[Card]) -> int | None:
    """The strength of the lowest five cards: from 0 (7-5-4-3-2) to 7461.

    None if a card is unknown, or there are fewer than five.
    """
    cards = (*hole, *board)
    if UNKNOWN in cards or len(cards) < 5:
        return None
    if len(cards) == 5:
        return _PLACE[_BEST_OF_FIVE(*map(_INDEX, cards))]
    return min(_PLACE[_BEST_OF_FIVE(*five)] for five in combinations(map(_INDEX, cards), 5))


@cache
def deuce_to_seven_name_of(strength: int) -> str:
    """A strength in words: "9-8-6-4-2 low", or a pair, a straight and so on."""
    kind, ranks = deuce_to_seven_class(strength)
    return f"{spelled(ranks)} low" if kind is Kind.HIGH_CARD else in_words(kind, ranks)


def deuce_to_seven_class(strength: int) -> tuple[Kind, str]:
    """The kind of a hand, and its distinct ranks, the most significant first."""
    high = _ORDER[strength]
    if high == _WHEEL_FLUSH:
        return Kind.FLUSH, "A5432"
    return (Kind.HIGH_CARD, "A5432") if high == _WHEEL else high_class(high)
