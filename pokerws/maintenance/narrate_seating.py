"""Describes events of coming to a table and going in words: for the operator only."""

from collections.abc import Callable
from typing import assert_never

from pokerws.game.events import (
    AutoChipsSet,
    EntryChosen,
    OfSeating,
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


def tell_of_seating(event: OfSeating, table: Table | None, at: Callable[[int], str]) -> str:
    """An event in words; `table` is the state before it, and `at` names who sits in a seat."""
    match event:
        case EntryChosen(seat=seat, posts=posts):
            return f"{at(seat)} {'will post the blind' if posts else 'waits for the big blind'}"
        case PlanMade(seat=seat, plan=plan):
            return f"{at(seat)} {_PLANS[plan]}"
        case AutoChipsSet(seat=seat, auto=auto):
            what = "adds chips no more by itself" if auto is None else describe(auto)
            return f"{at(seat)} {what}"
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
