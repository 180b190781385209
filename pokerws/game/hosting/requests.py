"""Requests for seats, which the host answers."""

from pokerws.game.commands import JoinWaitingList, Sit, Stand
from pokerws.game.counted import counted
from pokerws.game.events import SeatRequested, SeatRequestWithdrawn, TableEvent
from pokerws.game.hosting.admission import check_not_banned, is_wanted, needs_approval
from pokerws.game.hosting.bank import check_line
from pokerws.game.illegal import Details, Illegal
from pokerws.game.seating.plans import leave_seat
from pokerws.game.seating.seats import sit
from pokerws.game.seating.waiting_list import join_list
from pokerws.game.state import PlayerId, Table

# The most requests that wait at a table.
MAX_REQUESTS = 32
# The most players that a table's host can have approved, banned, and muted.
MAX_LISTED = 100


def sit_or_request(table: Table, command: Sit, now_ms: int) -> TableEvent:
    """Take a seat, or ask for one if the host must approve."""
    player = command.player
    if table.seat_of(player) is None:
        if not is_wanted(table, player):
            check_not_banned(table, player)
        if needs_approval(table, player):
            return _request(table, player, command.name, command.buy_in)
        if table.config.hosting.bank:
            check_line(table, player, command.buy_in)
    return sit(table, command, now_ms)


def wait_or_request(table: Table, command: JoinWaitingList) -> list[TableEvent]:
    """Wait for a seat, and ask for the host's approval if that is needed.

    If too many have asked, the player only waits, and can ask later.
    """
    player, joined = command.player, join_list(table, command)
    has_room = len(table.hosting.requests) < MAX_REQUESTS
    if not needs_approval(table, player) or has_requested(table, player) or not has_room:
        return [joined]
    return [joined, _request(table, player, command.name, table.config.min_buy_in)]


def stand_or_withdraw(table: Table, command: Stand, now_ms: int) -> TableEvent:
    """Leave the seat; without one, withdraw the request for one."""
    player = command.player
    if table.seat_of(player) is None and has_requested(table, player):
        return SeatRequestWithdrawn(player)
    return leave_seat(table, command, now_ms)


def has_requested(table: Table, player: PlayerId) -> bool:
    """Whether the player waits for the host's answer."""
    return any(one.player == player for one in table.hosting.requests)


def check_room(listed: int, most: int, what: str) -> None:
    """Raise Illegal if a list of the host is full."""
    if listed >= most:
        raise Illegal("list_full", f"a table can have {counted(most, what)}", Details(limit=most))


def _request(table: Table, player: PlayerId, name: str, buy_in: int) -> TableEvent:
    if has_requested(table, player):
        raise Illegal("already_requested", "the host has not answered your request yet")
    check_room(len(table.hosting.requests), MAX_REQUESTS, "request")
    return SeatRequested(player, name, buy_in)
