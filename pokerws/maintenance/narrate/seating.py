"""Describes events of coming to a table and going in words: for the operator only."""

from typing import assert_never

from pokerws.game.events import (
    AutoChipsSet,
    EntryChosen,
    OfWaiting,
    PlanMade,
    SeatReserved,
    WaiterJoined,
    WaiterLeft,
)
from pokerws.game.seating.auto_chips import describe
from pokerws.game.state import PlayerId, Table
from pokerws.maintenance.stored_log import printable

_PLANS = {
    "": "stays and plays on",
    "sit_out_at_blind": "sits out at the next big blind",
    "leave_at_blind": "leaves at the next big blind",
    "leave_after_hand": "leaves after this hand",
}


def tell_of_stay(event: EntryChosen | PlanMade | AutoChipsSet, who: str) -> str:
    """What `who` wants, in words."""
    match event:
        case EntryChosen(posts=posts):
            return f"{who} {'will post the blind' if posts else 'waits for the big blind'}"
        case PlanMade(plan=plan):
            return f"{who} {_PLANS[plan]}"
        case AutoChipsSet(auto=auto):
            what = "adds chips no more by itself" if auto is None else describe(auto)
            return f"{who} {what}"
        case _:
            assert_never(event)


def tell_of_waiting(event: OfWaiting, table: Table | None) -> str:
    """What changes on the waiting list, in words; `table` is the state before it."""
    match event:
        case WaiterJoined(name=name):
            return f"{printable(name)} waits for a seat"
        case WaiterLeft(player=player, reason=reason):
            return f"{_waiter(table, player)} waits no more ({reason})"
        case SeatReserved(seat=seat, player=player):
            return f"seat {seat} is reserved for {_waiter(table, player)}"
        case _:
            assert_never(event)


def _waiter(table: Table | None, player: PlayerId) -> str:
    waiter = None if table is None else table.waiter(player)
    return printable(player if waiter is None else waiter.name)
