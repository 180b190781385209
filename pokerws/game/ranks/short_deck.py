"""Short deck hold'em: no cards below the six, a flush beats a full house, the ace is also low.

There are 1,404 classes that rank differently.  The numbers are phevaluator's, with two changes:
A-6-7-8-9 takes the number of 5-6-7-8-9, which the deck cannot make, and flushes and full houses
change places.  Three of a kind loses to a straight, as in the games of the Triton series.
"""

from collections.abc import Sequence

from pokerws.game.cards import CARD_INDEX, UNKNOWN, Card
from pokerws.game.ranks.high import high_name_of
from pokerws.game.ranks.native import BEST_OF

_INDEX = CARD_INDEX.__getitem__
# The same, but for aces, which are fives.
_LOW_ACE = {
    card: CARD_INDEX[Card("5" + card[1]) if card[0] == "A" else card] for card in CARD_INDEX
}
_LOW_INDEX = _LOW_ACE.__getitem__

# phevaluator's first full house, flush and straight.
_FULL_HOUSE, _FLUSH, _STRAIGHT = 167, 323, 1600
_FULL_HOUSES, _FLUSHES = _FLUSH - _FULL_HOUSE, _STRAIGHT - _FLUSH


def short_deck_strength(hole: Sequence[Card], board: Sequence[Card]) -> int | None:
    """The rank of the best five cards of five to seven; None as for a high hand.

    With aces as fives a hand is never better than it is, but for the straights from the ace to the
    nine; so the better of both counts.
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
    """A strength in words; the straight from the ace to the nine is nine high."""
    if _FULL_HOUSE <= strength < _FULL_HOUSE + _FLUSHES:
        return high_name_of(strength + _FULL_HOUSES)
    if _FULL_HOUSE + _FLUSHES <= strength < _STRAIGHT:
        return high_name_of(strength - _FLUSHES)
    return high_name_of(strength)
