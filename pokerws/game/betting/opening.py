"""Who opens the betting, by the face-up cards."""

from collections.abc import Sequence

from pokerws.game.cards import UNKNOWN, Card
from pokerws.game.ranks import bring_in_key, showing_strength


def bring_in_seat(order: Sequence[int], up: Sequence[list[Card]], *, low_opens: bool) -> int:
    """The seat that posts the bring-in: the lowest card, ties by suit; in razz the highest.

    If a card is unknown, it is the first seat.
    """
    if any(UNKNOWN in up[number] for number in order):
        return order[0]
    return min(order, key=lambda number: bring_in_key(up[number][-1], low=low_opens))


def opener_seat(live: Sequence[int], up: Sequence[list[Card]], *, low_opens: bool) -> int:
    """The seat with the best cards showing, in razz the lowest; ties by the seat nearest to the
    left of the button (Robert's Rules of Poker, section 8).
    """
    if any(UNKNOWN in up[number] for number in live):
        return live[0]
    return min(live, key=lambda number: showing_strength(up[number], low=low_opens))
