"""Main and side pots from what each player paid."""

from collections.abc import Sequence

from msgspec import Struct

from pokerws.game.state import Pot


class Paid(Struct, frozen=True, gc=False):
    """What one seat paid into the hand so far, and whether it can still win."""

    seat: int
    amount: int
    live: bool


def split_pots(paid: Sequence[Paid], dead: int) -> list[Pot]:
    """The pots, main pot first; `dead` chips, which nobody had to match, go to the main pot.

    Each distinct amount that a live player paid is a layer that only those who paid it can win; a
    folded player's chips fill the layers from below.  Seats stay in the order given.
    """
    levels = {player.amount for player in paid if player.live}
    if len(levels) == 1:
        # Nobody is all-in for less: there is one pot.
        amount = dead + sum(player.amount for player in paid)
        return [Pot(amount, [p.seat for p in paid if p.live])] if amount else []
    pots: list[Pot] = []
    floor = 0
    carried = dead
    for level in sorted(levels):
        amount = carried
        for player in paid:
            if player.amount > floor:
                amount += min(player.amount, level) - floor
        if amount:
            pots.append(Pot(amount, [p.seat for p in paid if p.live and p.amount >= level]))
        floor, carried = level, 0
    # A folded player may have paid more than any live player; the excess goes to the last pot.
    excess = sum(player.amount - floor for player in paid if player.amount > floor)
    if excess and pots:
        pots[-1].amount += excess
    elif excess:
        pots.append(Pot(excess, [player.seat for player in paid if player.live]))
    return pots


def split_evenly(amount: int, parts: int) -> list[int]:
    """An amount in equal parts; the first parts get the odd chips, one each."""
    share, odd = divmod(amount, parts)
    return [share + (index < odd) for index in range(parts)]


def split_among(amount: int, winners: Sequence[int], *, all_odd_to_first: bool) -> dict[int, int]:
    """The chips of each winner by seat; odd chips go one each to the first winners.

    With `all_odd_to_first`, the first winner gets them all.
    """
    if all_odd_to_first:
        share, odd = divmod(amount, len(winners))
        return {seat: share + (odd if seat == winners[0] else 0) for seat in winners}
    return dict(zip(winners, split_evenly(amount, len(winners)), strict=True))
