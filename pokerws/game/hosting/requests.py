"""Who may take a seat: requests to the host, and players whom the host has banned."""

from pokerws.game.commands import Sit, Stand
from pokerws.game.counted import counted
from pokerws.game.events import SeatRequested, SeatRequestWithdrawn, TableEvent
from pokerws.game.hosting.bank import check_line
from pokerws.game.illegal import Details, Illegal
from pokerws.game.seating.plans import leave_seat
from pokerws.game.seating.seats import sit
from pokerws.game.state import PlayerId, Table

# The most requests that wait at a table.
MAX_REQUESTS = 32
# The most players that a table's host can have approved, and banned.
MAX_LISTED = 100


def sit_or_request(table: Table, command: Sit, now_ms: int) -> TableEvent:
    """Take a seat, or ask the host for one where that is needed."""
    player = command.player
    if table.seat_of(player) is None:
        if player in table.hosting.banned:
            raise Illegal("banned_from_table", "the host lets you not sit down at this table")
        if needs_approval(table, player):
            return _request(table, command)
        if table.config.hosting.bank:
            check_line(table, player, command.buy_in)
    return sit(table, command, now_ms)


def needs_approval(table: Table, player: PlayerId) -> bool:
    """Whether the host has to approve before the player may sit down."""
    is_in = player == table.host or player in table.hosting.approved or is_wanted(table, player)
    return table.config.hosting.approval and not is_in


def is_wanted(table: Table, player: PlayerId) -> bool:
    """Whether it is a bot that the host wants."""
    return any(bot.player == player for bot in table.bots)


def stand_or_withdraw(table: Table, command: Stand, now_ms: int) -> TableEvent:
    """Leave the seat; without one, take back the request for one."""
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


def _request(table: Table, command: Sit) -> TableEvent:
    if has_requested(table, command.player):
        raise Illegal("already_requested", "the host has not answered your request yet")
    check_room(len(table.hosting.requests), MAX_REQUESTS, "request")
    return SeatRequested(command.player, command.name, command.buy_in)
