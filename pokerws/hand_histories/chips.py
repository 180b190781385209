"""Adds up the chips that each seat put into a finished hand and got out of it."""

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from pokerws.game.events import (
    AntePosted,
    BetPlaced,
    BetsCollected,
    BlindPosted,
    BringInPosted,
    Called,
    HandCancelled,
    PotAwarded,
    Raised,
    RakeTaken,
    TableEvent,
    UncalledBetReturned,
)


class Chips(NamedTuple):
    """What each seat put in and got back, by seat, and the rake; bonuses are not among them."""

    paid: Counter[int]
    won: Counter[int]
    raked: int
    cancelled: bool

    @property
    def pot(self) -> int:
        """All pots, without uncalled bets; a cancelled hand has none."""
        return 0 if self.cancelled else self.won.total() + self.raked


def chips_of(events: Iterable[TableEvent]) -> Chips:
    """The chips of a hand, from all its events."""
    paid, won = Counter[int](), Counter[int]()
    # What each seat has bet on the street.
    bets = Counter[int]()
    raked, cancelled = 0, False
    for event in events:
        match event:
            case (
                AntePosted(seat=seat, amount=amount)
                | BlindPosted(seat=seat, amount=amount, blind="dead")
            ):
                paid[seat] += amount
            case (
                BlindPosted(seat=seat, amount=amount)
                | BringInPosted(seat=seat, amount=amount)
                | Called(seat=seat, amount=amount)
            ):
                paid[seat] += amount
                bets[seat] += amount
            case BetPlaced(seat=seat, to=to) | Raised(seat=seat, to=to):
                paid[seat] += to - bets[seat]
                bets[seat] = to
            case UncalledBetReturned(seat=seat, amount=amount):
                paid[seat] -= amount
            case BetsCollected():
                bets.clear()
            case PotAwarded(shares=shares) | HandCancelled(refunds=shares):
                for share in shares:
                    won[share.seat] += share.amount
                cancelled = cancelled or isinstance(event, HandCancelled)
            case RakeTaken(amount=amount):
                raked += amount
            case _:
                pass
    return Chips(paid, won, raked, cancelled)
