"""What the server does to a whole table: it resumes, and it closes."""

from copy import deepcopy

from pokerws.game.betting.actions import hand_seat
from pokerws.game.commands import Resume
from pokerws.game.events import (
    CancelReason,
    ClockResumed,
    HandCancelled,
    LogRestarted,
    NextHandCancelled,
    PlayerStood,
    Share,
    TableClosed,
    TableEvent,
)
from pokerws.game.illegal import Inconsistent
from pokerws.game.seating.waiting_list import prolonged
from pokerws.game.state import CloseReason, Hand, Table


def resume(table: Table, command: Resume, now_ms: int) -> list[TableEvent]:
    """Go on after a pause, or after the table was out of memory."""
    events: list[TableEvent] = []
    if command.restart_log:
        events.append(LogRestarted(deepcopy(table)))
    # The end of a session is no clock: it does not wait.
    is_running = table.hand is not None or table.next_hand_at_ms is not None
    if command.cancel_hand and table.hand is not None:
        events.append(_cancelled(table, table.hand, "cards_seen"))
    elif is_running and (deadline_ms := table.deadline_ms) is not None:
        left_ms = max(0, deadline_ms - command.saved_ms)
        # The grace is for players to reconnect; the next hand needs none.
        grace_ms = 0 if table.hand is None else command.grace_ms
        events.append(ClockResumed(now_ms + left_ms + grace_ms))
    return [*events, *prolonged(table, command.saved_ms, now_ms + command.grace_ms)]


def close(table: Table, reason: CloseReason) -> list[TableEvent]:
    """Close the table for good; everybody gets the chips of before the hand."""
    events: list[TableEvent] = []
    put_in: dict[int, int] = {}
    if table.hand is not None:
        put_in = chips_put_in(table, table.hand)
        events.append(_cancelled(table, table.hand, "closed"))
    if table.next_hand_at_ms is not None:
        events.append(NextHandCancelled())
    for number, seat in enumerate(table.seats):
        if seat is not None:
            events.append(PlayerStood(number, seat.player, seat.stack + put_in.get(number, 0)))
    events.append(TableClosed(reason))
    return events


def _cancelled(table: Table, hand: Hand, reason: CancelReason) -> HandCancelled:
    put_in = chips_put_in(table, hand)
    refunds = [Share(number, amount) for number, amount in put_in.items() if amount]
    return HandCancelled(hand.number, refunds, reason)


def chips_put_in(table: Table, hand: Hand) -> dict[int, int]:
    """The chips that each seat has put into the hand.

    Hands stored by older versions do not record who paid dead chips.  There they are the big
    blind's ante.  No pot has been awarded yet, because one command awards all of them.
    """
    put_in: dict[int, int] = {}
    unrecorded = hand.dead
    for number in hand.order:
        seat = hand_seat(hand, number)
        put_in[number] = seat.bet + seat.in_pots + seat.dead
        unrecorded -= seat.dead
    if unrecorded and table.big_blind is not None:
        put_in[table.big_blind] += unrecorded
    if sum(put_in.values()) != table.total_pot:
        raise Inconsistent("the chips that the seats put in do not add up to the pot")
    return put_in
