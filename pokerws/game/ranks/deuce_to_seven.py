"""Deuce to seven: the worst poker hand wins; the ace is high, straights and flushes count.

The 7,462 classes of high hands in the opposite order, but for A-5-4-3-2: that is no straight here
but the lowest hand with an ace and no pair, or with one suit the lowest flush with an ace (Robert's
Rules of Poker, section 11).
"""

from collections.abc import Sequence
from functools import cache
from itertools import combinations

from pokerws.game.cards import CARD_INDEX, UNKNOWN, Card
from pokerws.game.ranks.high import high_class, high_name_of
from pokerws.game.ranks.native import BEST_OF
from pokerws.game.ranks.words import Kind, in_words, spelled

# phevaluator's numbers of A-5-4-3-2 in one suit and not, of A-6-4-3-2 in one suit and not, which
# are the lowest with an ace that it does not take for straights, and of its worst hand.
_WHEEL_FLUSH, _WHEEL, _ACE_FLUSH, _ACE_HIGH, _WORST = 10, 1609, 815, 6678, 7462


def _order() -> list[int]:
    """phevaluator's numbers, from the lowest hand to the highest."""
    order = [n for n in range(_WORST, 0, -1) if n not in {_WHEEL, _WHEEL_FLUSH}]
    order.insert(order.index(_ACE_HIGH), _WHEEL)
    order.insert(order.index(_ACE_FLUSH), _WHEEL_FLUSH)
    return order


_ORDER = _order()
_PLACE = {high: place for place, high in enumerate(_ORDER)}
_BEST_OF_FIVE = BEST_OF[5]
_INDEX = CARD_INDEX.__getitem__


def deuce_to_seven_strength(hole: Sequence[Card], board: Sequence[Card]) -> int | None:
    """The lowest five cards: 0 (7-5-4-3-2) is the best, 7461 the worst; None as for a high hand."""
    cards = (*hole, *board)
    if UNKNOWN in cards or len(cards) < 5:
        return None
    if len(cards) == 5:
        return _PLACE[_BEST_OF_FIVE(*map(_INDEX, cards))]
    return min(_PLACE[_BEST_OF_FIVE(*five)] for five in combinations(map(_INDEX, cards), 5))


@cache
def deuce_to_seven_name_of(strength: int) -> str:
    """A strength in words: "9-8-6-4-2 low", or the pair, straight or flush that it is."""
    high = _ORDER[strength]
    if high == _WHEEL_FLUSH:
        return in_words(Kind.FLUSH, "A5432")
    kind, ranks = (Kind.HIGH_CARD, "A5432") if high == _WHEEL else high_class(high)
    return f"{spelled(ranks)} low" if kind is Kind.HIGH_CARD else high_name_of(high)
