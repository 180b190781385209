"""Applies the events of seats, plans and waiting lists; called by `apply` alone."""

from typing import assert_never

from msgspec.structs import replace

from pokerws.game.betting.actions import taken_seat
from pokerws.game.events import (
    AutoChipsSet,
    ChipsAdded,
    EntryChosen,
    PlanMade,
    SeatReserved,
    WaiterJoined,
    WaiterLeft,
)
from pokerws.game.illegal import Inconsistent
from pokerws.game.state import Table, Waiter


def add_chips(table: Table, event: ChipsAdded) -> None:
    """Add chips to a stack; automatic chips count against their limit."""
    seat = taken_seat(table, event.seat)
    seat.stack += event.amount
    auto = seat.auto
    if event.auto and auto is not None and auto.left is not None:
        seat.auto = replace(auto, left=auto.left - event.amount)


def sit_out(table: Table, number: int) -> None:
    """Sit out, and drop the wish to post a blind and the plan to sit out later."""
    seat = taken_seat(table, number)
    seat.sitting_out, seat.posts = True, False
    if seat.plan == "sit_out_at_blind":
        seat.plan = ""


def apply_to_stay(table: Table, event: PlanMade | EntryChosen | AutoChipsSet) -> None:
    """Apply an event about the settings of a seated player."""
    seat = taken_seat(table, event.seat)
    match event:
        case PlanMade(plan=plan):
            seat.plan = plan
        case EntryChosen(posts=posts):
            seat.posts = posts
        case AutoChipsSet(auto=auto):
            seat.auto = auto
        case _:
            assert_never(event)


def apply_to_waiting(table: Table, event: WaiterJoined | WaiterLeft | SeatReserved) -> None:
    """Apply an event about the waiting list, which is replaced by a new list."""
    player = event.player
    match event:
        case WaiterJoined(name=name):
            table.waiting = [*table.waiting, Waiter(player, name)]
        case WaiterLeft():
            table.waiting = [one for one in table.waiting if one.player != player]
        case SeatReserved(seat=seat, until_ms=until_ms):
            if (waiter := table.waiter(player)) is None:
                raise Inconsistent(f"{player} is not on the waiting list")
            held = replace(waiter, seat=seat, until_ms=until_ms)
            table.waiting = [held if one is waiter else one for one in table.waiting]
        case _:
            assert_never(event)
