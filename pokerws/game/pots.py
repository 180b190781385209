"""Main and side pots out of what each player paid."""

from collections.abc import Sequence
from typing import NamedTuple

from pokerws.game.state import Pot


class Paid(NamedTuple):
    """What one seat paid into the hand so far, and whether it can still win."""

    seat: int
    amount: int
    live: bool


def split_pots(paid: Sequence[Paid], dead: int) -> list[Pot]:
    """The pots, main pot first; `dead` chips, which nobody had to match, go to the main pot.

    Each distinct amount that a live player paid is a layer that just those who paid it can win; a
    folded player's chips fill the layers from below.  Seats stay in the order given.
    """
    pots: list[Pot] = []
    floor = 0
    carried = dead
    for level in sorted({player.amount for player in paid if player.live}):
        amount = carried
        for player in paid:
            if player.amount > floor:
                amount += min(player.amount, level) - floor
        if amount:
            pots.append(Pot(amount, [p.seat for p in paid if p.live and p.amount >= level]))
        floor, carried = level, 0
    # A folded player may have paid more than any live one, who then takes that as well.
    excess = sum(player.amount - floor for player in paid if player.amount > floor)
    if excess and pots:
        pots[-1].amount += excess
    elif excess:
        pots.append(Pot(excess, [player.seat for player in paid if player.live]))
    return pots


def split_pot(pot: Pot, winners: Sequence[int]) -> list[tuple[int, int]]:
    """(seat, chips) for each winner.  Odd chips go to the first winner left of the button.

    `winners` keep the order of `pot.seats`, which is from the left of the button (TDA rule 20).
    """
    share, odd = divmod(pot.amount, len(winners))
    return [(seat, share + (odd if seat == winners[0] else 0)) for seat in winners]
