"""Applies the events of a table's clocks.  `apply` and `apply_hand` call these functions."""

from typing import assert_never

from msgspec.structs import replace

from pokerws.game.betting.actions import taken_seat
from pokerws.game.events import (
    ClockEvent,
    ConnectionProtected,
    ConnectionRestored,
    LagCompensated,
    TimeBankStarted,
    TimeBankStopped,
)
from pokerws.game.illegal import Inconsistent
from pokerws.game.state import Hand, Seat, SeatClock, Table, TurnTime

NO_CLOCK = SeatClock()


def apply_to_clock(table: Table, hand: Hand, event: ClockEvent) -> None:
    """Apply an event of the clock of a turn."""
    seat = taken_seat(table, event.seat)
    match event:
        case TimeBankStarted(deadline_ms=deadline_ms):
            _run(hand, deadline_ms, "bank")
        case TimeBankStopped(left_ms=left_ms):
            set_bank(seat, left_ms)
        case ConnectionProtected(deadline_ms=deadline_ms, left=left):
            _run(hand, deadline_ms, "protection")
            seat.clock = replace(seat.clock or NO_CLOCK, protections=left)
        case ConnectionRestored(deadline_ms=deadline_ms):
            _run(hand, deadline_ms, "turn")
        case LagCompensated(left_ms=left_ms):
            seat.clock = replace(seat.clock or NO_CLOCK, lag_ms=left_ms)
        case _:
            assert_never(event)


def _run(hand: Hand, deadline_ms: int, time: TurnTime) -> None:
    if hand.turn is None:
        raise Inconsistent("a clock runs, but nobody is to act")
    hand.turn = replace(hand.turn, deadline_ms=deadline_ms, time=time)


def set_bank(seat: Seat, bank_ms: int) -> None:
    """Fill or empty a player's time bank."""
    seat.clock = replace(seat.clock or NO_CLOCK, bank_ms=bank_ms)


def count_hand(seat: Seat) -> None:
    """Count a hand that was dealt to the player."""
    if seat.clock is not None:
        seat.clock = replace(seat.clock, hands=seat.clock.hands + 1)
