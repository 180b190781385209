"""Commands of the host: each returns its events, or raises Illegal.

An operator may send all of them too, and then `by` is None.
"""

from typing import Literal, assert_never

from pokerws.game.blinds.departures import stood
from pokerws.game.commands import (
    ApproveSeat,
    ChangeTable,
    CloseTable,
    DenySeat,
    GiveChips,
    HandOver,
    HostBan,
    HostCommand,
    HostKick,
    HostMute,
    HostUnban,
    PauseTable,
    RenewLink,
    ResumeTable,
    TakeChips,
)
from pokerws.game.events import (
    HostChanged,
    LinkRenewed,
    PlayerBanned,
    PlayerKicked,
    PlayerLeaving,
    PlayerMuted,
    PlayerUnbanned,
    SeatApproved,
    SeatDenied,
    TableEvent,
    TablePaused,
    TableResumed,
    WaiterLeft,
)
from pokerws.game.hosting.admission import check_host
from pokerws.game.hosting.bank import give, take
from pokerws.game.hosting.bots import wanted_no_more
from pokerws.game.hosting.changes import change_table
from pokerws.game.hosting.requests import MAX_LISTED, check_room, has_requested
from pokerws.game.hosting.seated import seat_of_player
from pokerws.game.illegal import Details, Illegal
from pokerws.game.lifecycle import close
from pokerws.game.state import PlayerId, Seat, Table


def decide_for_host(table: Table, command: HostCommand, now_ms: int) -> list[TableEvent]:
    """The events of a command alone.  Raises Illegal; changes nothing."""
    if command.by is not None:
        check_host(table, command.by)
    match command:
        case HostKick(by=by, player=player):
            return _kick(table, by, player, now_ms)
        case HostBan(by=by, player=player):
            return _ban(table, by, player, now_ms)
        case HostUnban(player=player):
            if player not in table.hosting.banned:
                raise Illegal("not_banned", f"{player} is not banned", Details(field="player"))
            return [PlayerUnbanned(player)]
        case HostMute():
            return [_mute(table, command)]
        case PauseTable():
            if table.hosting.paused:
                raise Illegal("already_paused", "the table is already paused")
            return [TablePaused()]
        case ResumeTable():
            if not table.hosting.paused:
                raise Illegal("not_paused", "the table is not paused")
            return [TableResumed()]
        case ChangeTable(config=config):
            return change_table(table, config)
        case HandOver(player=player):
            return [_hand_over(table, player)]
        case RenewLink():
            if not table.config.hosting.unlisted:
                raise Illegal("not_unlisted", "the table is listed, so its link has no secret")
            return [LinkRenewed(table.hosting.link + 1)]
        case ApproveSeat(player=player):
            return [_approve(table, player)]
        case DenySeat(player=player):
            return [_deny(table, player), *_waits_no_more(table, player, "denied")]
        case GiveChips():
            return [give(table, command)]
        case TakeChips():
            return [take(table, command)]
        case CloseTable(by=by):
            return close(table, "operator" if by is None else "host")
        case _:
            assert_never(command)


def _kick(table: Table, by: PlayerId | None, player: PlayerId, now_ms: int) -> list[TableEvent]:
    _check_other(by, player)
    number, seat = seat_of_player(table, player)
    if seat.leaving:
        raise Illegal("already_leaving", f"{player} leaves when this hand is over")
    return _removed(table, number, seat, now_ms)


def _removed(table: Table, number: int, seat: Seat, now_ms: int) -> list[TableEvent]:
    """The events that free a player's seat; during a hand, at its end."""
    kicked = [PlayerKicked(number, seat.player), *wanted_no_more(table, seat.player)]
    if table.hand is None or table.hand.seats[number] is None:
        return [*kicked, stood(table, number, seat, now_ms)]
    return [*kicked, PlayerLeaving(number)]


def _ban(table: Table, by: PlayerId | None, player: PlayerId, now_ms: int) -> list[TableEvent]:
    """Ban a player, remove the player from the waiting list, and free the seat."""
    _check_other(by, player)
    if player in table.hosting.banned:
        raise Illegal("already_banned", f"{player} is already banned", Details(field="player"))
    check_room(len(table.hosting.banned), MAX_LISTED, "banned player")
    banned = [PlayerBanned(player), *_waits_no_more(table, player, "banned")]
    number = table.seat_of(player)
    seat = None if number is None else table.seats[number]
    if number is None or seat is None or seat.leaving:
        return [*banned, *wanted_no_more(table, player)]
    return [*banned, *_removed(table, number, seat, now_ms)]


def _mute(table: Table, command: HostMute) -> TableEvent:
    """Mute a player, who need not sit here; a host who was muted before may undo it."""
    player, muted = command.player, table.hosting.muted
    if command.on:
        _check_other(command.by, player)
    if (player in muted) == command.on:
        raise Illegal("already_so", "no change: already set")
    if command.on:
        check_room(len(muted), MAX_LISTED, "muted player")
    return PlayerMuted(player, command.on)


def _waits_no_more(
    table: Table, player: PlayerId, reason: Literal["banned", "denied"]
) -> list[TableEvent]:
    """Remove a player from the waiting list."""
    return [] if table.waiter(player) is None else [WaiterLeft(player, reason)]


def _check_other(by: PlayerId | None, player: PlayerId) -> None:
    if player == by:
        raise Illegal("not_yourself", "that is your own id", Details(field="player"))


def _hand_over(table: Table, player: PlayerId) -> TableEvent:
    if player == table.host:
        raise Illegal("already_so", "no change: already set")
    _, seat = seat_of_player(table, player)
    if seat.bot:
        raise Illegal("not_seated", "the host must be a seated person", Details(field="player"))
    return HostChanged(player)


def _approve(table: Table, player: PlayerId) -> TableEvent:
    if not has_requested(table, player):
        raise Illegal("not_requested", f"{player} asks for no seat", Details(field="player"))
    check_room(len(table.hosting.approved), MAX_LISTED, "approved player")
    return SeatApproved(player)


def _deny(table: Table, player: PlayerId) -> TableEvent:
    if not has_requested(table, player) and player not in table.hosting.approved:
        raise Illegal("not_requested", f"{player} asks for no seat", Details(field="player"))
    return SeatDenied(player)
