"""Main and side pots from what each player paid."""

from collections.abc import Mapping, Sequence

from pokerws.game.state import Pot


def split_pots(live: Mapping[int, int], folded: Sequence[int], dead: int) -> list[Pot]:
    """The pots, main pot first, from what the `live` seats and the `folded` ones have paid.

    `dead` chips, which nobody had to match, go to the main pot.  Each distinct amount that a live
    seat paid is a layer that only those who paid it can win; folded chips fill the layers from
    below.  Seats stay in the order given.
    """
    levels = set(live.values())
    if len(levels) == 1:
        # Nobody is all-in for less: there is one pot.
        amount = dead + sum(live.values()) + sum(folded)
        return [Pot(amount, list(live))] if amount else []
    pots: list[Pot] = []
    paid = [*live.values(), *folded]
    floor = 0
    carried = dead
    for level in sorted(levels):
        amount = carried + sum(min(each, level) - floor for each in paid if each > floor)
        if amount:
            pots.append(Pot(amount, [seat for seat, each in live.items() if each >= level]))
        floor, carried = level, 0
    # A folded player may have paid more than any live player; the excess goes to the last pot.
    excess = sum(each - floor for each in folded if each > floor)
    if excess and pots:
        pots[-1].amount += excess
    elif excess:
        pots.append(Pot(excess, list(live)))
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
