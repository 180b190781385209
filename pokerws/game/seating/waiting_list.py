"""The waiting list of a table, and the seats that are reserved for its players."""

from collections.abc import Iterable

from pokerws.game.commands import DropWaiters, JoinWaitingList, ReserveSeat
from pokerws.game.events import SeatReserved, TableEvent, WaiterJoined, WaiterLeft
from pokerws.game.hosting.admission import check_not_banned, needs_approval
from pokerws.game.illegal import Details, Illegal
from pokerws.game.state import PlayerId, Table


def join_list(table: Table, command: JoinWaitingList) -> TableEvent:
    """Wait for a seat."""
    places = table.config.seating.waiting_list
    if not places:
        raise Illegal("no_waiting_list", "this table has no waiting list")
    if table.seat_of(command.player) is not None:
        raise Illegal("already_seated", "you have a seat at this table")
    check_not_banned(table, command.player)
    if table.waiter(command.player) is not None:
        raise Illegal("already_waiting", "you are on the waiting list")
    if (free := free_seat(table)) is not None:
        raise Illegal("seat_free", f"seat {free} is free: sit down", Details(seat=free))
    if len(table.waiting) >= places:
        details = Details(limit=places, scope="table")
        raise Illegal("waiting_list_full", "the waiting list is full", details)
    return WaiterJoined(command.player, command.name)


def leave_list(table: Table, player: PlayerId) -> TableEvent:
    """Leave the waiting list."""
    if table.waiter(player) is None:
        raise Illegal("not_waiting", "you are not on the waiting list")
    return WaiterLeft(player, "asked")


def reserve_seat(table: Table, command: ReserveSeat, now_ms: int) -> list[TableEvent]:
    """Reserve a free seat for a player."""
    player = command.player
    if table.seat_of(player) is not None:
        raise Illegal("already_seated", "the player has a seat at this table")
    waiter, seat = table.waiter(player), free_seat(table)
    if waiter is not None and waiter.seat is not None:
        raise Illegal("already_so", "a seat is reserved for the player")
    check_not_banned(table, player)
    if needs_approval(table, player):
        raise Illegal("table_full", "no seat is free without the host's approval")
    if seat is None:
        raise Illegal("table_full", "no seat is free")
    reserved = SeatReserved(seat, player, now_ms + table.config.seating.reserve_ms)
    return [reserved] if waiter is not None else [WaiterJoined(player, command.name), reserved]


def drop_waiters(table: Table, command: DropWaiters, now_ms: int) -> list[TableEvent]:
    """Drop players who are absent, or too late for their reserved seats."""
    events: list[TableEvent] = []
    for waiter in table.waiting:
        if waiter.seat is not None and waiter.until_ms <= now_ms:
            events.append(WaiterLeft(waiter.player, "expired"))
        elif waiter.player in command.absent:
            events.append(WaiterLeft(waiter.player, "absent"))
    if not events:
        raise Illegal("already_so", "nobody is to be dropped")
    return events


def free_seat(table: Table) -> int | None:
    """The first seat that is neither taken nor reserved."""
    reserved = _reserved(table)
    return next(
        (n for n, seat in enumerate(table.seats) if seat is None and n not in reserved), None
    )


def seat_for(table: Table, player: PlayerId, wanted: int | None) -> int:
    """The seat to sit down in: the one reserved for the player comes first.

    Raises Illegal if the seat, or every free one, is reserved for others.
    """
    waiter = table.waiter(player)
    own = None if waiter is None else waiter.seat
    if wanted is None:
        if own is None and (own := free_seat(table)) is None:
            reserved = len(_reserved(table))
            text = "no seat is free" if not reserved else "the free seats are reserved"
            raise Illegal("table_full", text)
        return own
    if wanted != own and wanted in _reserved(table):
        raise Illegal("seat_reserved", f"seat {wanted} is reserved", Details(seat=wanted))
    return wanted


def prolonged(table: Table, saved_ms: int, until_ms: int) -> Iterable[TableEvent]:
    """The reservations of a table that was paused or out of memory: each has the time that was
    left.
    """
    for one in table.waiting:
        if one.seat is not None:
            yield SeatReserved(one.seat, one.player, until_ms + max(0, one.until_ms - saved_ms))


def free_seats(table: Table) -> int:
    """The number of seats that are neither taken nor reserved."""
    reserved = _reserved(table)
    return sum(seat is None and n not in reserved for n, seat in enumerate(table.seats))


def _reserved(table: Table) -> set[int]:
    return {one.seat for one in table.waiting if one.seat is not None}
