"""Short deck hold'em: no cards below the six, a flush beats a full house, the ace is also low.

There are 1,404 classes of hands.  The numbers are phevaluator's, with two changes: A-6-7-8-9 has
the number of 5-6-7-8-9, which this deck does not have; and flushes and full houses change places.
Three of a kind loses to a straight, as in the games of the Triton series.
"""

from collections.abc import Sequence

from pokerws.game.cards import CARD_INDEX, UNKNOWN, Card
from pokerws.game.ranks.high import high_class
from pokerws.game.ranks.native import BEST_OF
from pokerws.game.ranks.words import Kind, in_words

_INDEX = CARD_INDEX.__getitem__
# The same, with aces as fives.
_LOW_ACE = {
    card: CARD_INDEX[Card("5" + card[1]) if card[0] == "A" else card] for card in CARD_INDEX
}
_LOW_INDEX = _LOW_ACE.__getitem__

# phevaluator's numbers of the best full house, flush and straight.
_FULL_HOUSE, _FLUSH, _STRAIGHT = 167, 323, 1600
_FULL_HOUSES, _FLUSHES = _FLUSH - _FULL_HOUSE, _STRAIGHT - _FLUSH


def short_deck_strength(hole: Sequence[Card], board: Sequence[Card]) -> int | None:
    """The strength of the best five of five to seven cards.

    It is the better of two: with aces as aces, and with aces as fives.  The second one is better
    only for A-6-7-8-9.  None if a card is unknown, or there are fewer than five.
    """
    cards = (*hole, *board)
    if UNKNOWN in cards or len(cards) < 5:
        return None
    best_of = BEST_OF[len(cards)]
    strength = min(best_of(*map(_INDEX, cards)), best_of(*map(_LOW_INDEX, cards)))
    if _FULL_HOUSE <= strength < _FLUSH:
        return strength + _FLUSHES
    if _FLUSH <= strength < _STRAIGHT:
        return strength - _FULL_HOUSES
    return strength


def short_deck_name_of(strength: int) -> str:
    """A strength in words; A-6-7-8-9 is called nine high."""
    return in_words(*short_deck_class(strength))


def short_deck_class(strength: int) -> tuple[Kind, str]:
    """The kind of a hand, and its distinct ranks, the most significant first: "9876A"."""
    high = strength
    if _FULL_HOUSE <= strength < _FULL_HOUSE + _FLUSHES:
        high = strength + _FULL_HOUSES
    elif _FULL_HOUSE + _FLUSHES <= strength < _STRAIGHT:
        high = strength - _FLUSHES
    kind, ranks = high_class(high)
    return kind, ranks.replace("5", "A")
