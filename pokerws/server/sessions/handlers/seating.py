"""Handlers of messages about waiting for a seat, and of finding one."""

from pokerws.game import commands
from pokerws.game.illegal import Illegal
from pokerws.game.state import TableId
from pokerws.messages import (
    Accepted,
    Details,
    JoinWaitingList,
    LeaveWaitingList,
    QuickSeat,
    Refused,
)
from pokerws.server.auth.seat_names import check_unlike
from pokerws.server.net.connection import Work
from pokerws.server.sessions.handlers.tables import check_seats
from pokerws.server.sessions.session import Session
from pokerws.server.sessions.table_access import find_table
from pokerws.server.tables.actor import TableActor

# Stored tables that one `quick_seat` loads at most, to find a seat.
MOST_TRIED = 8


def join_waiting_list(session: Session, message: JoinWaitingList) -> Work | None:
    """Wait for a seat at a table, or at any that meets a filter."""
    if (message.table is None) == (message.filter is None):
        raise Refused(
            "missing_field", "either `table` or `filter` must be there", Details(field="table")
        )
    if message.table is not None:
        return wait_at(session, message.id, message.table, message.key)
    session.context.lobby.seating.finder.wait(session.player, session.shown.name, message.filter)
    session.answer(Accepted(message.id))
    session.context.lobby.seating.finder.look_for(session.player)
    return None


async def wait_at(session: Session, message_id: str, table: TableId, key: str | None) -> None:
    """Wait for a seat at a table."""
    actor = await find_table(session, table, key)
    player, name = session.player, session.shown.name
    session.context.moderation.check_seat(player, table)
    check_unlike(actor.table.seats, player, name)
    actor.handle(session, message_id, commands.JoinWaitingList(player, name))


def leave_waiting_list(session: Session, message: LeaveWaitingList) -> Work | None:
    """End a wait for a seat."""
    if message.table is not None:
        return leave_at(session, message.id, message.table)
    finder = session.context.lobby.seating.finder
    if not finder.leave(session.player):
        raise Refused("not_waiting")
    session.answer(Accepted(message.id))
    finder.tell()
    return None


async def leave_at(session: Session, message_id: str, table: TableId) -> None:
    """Leave the waiting list of a table."""
    actor = await find_table(session, table)
    actor.handle(session, message_id, commands.LeaveWaitingList(session.player))


async def quick_seat(session: Session, message: QuickSeat) -> None:
    """Reserve a seat at the fullest table that has one free and meets the filter."""
    lobby, player = session.context.lobby, session.player
    if (held := lobby.seating.offers.reserved(player)) is not None:
        # Resent, or asked again: a player holds one seat.
        session.answer(Accepted(message.id, table=held.table.id))
        return
    tried = 0
    for table in lobby.seating.finder.candidates(message.filter):
        tried += not lobby.in_memory(table)
        if tried > MOST_TRIED:
            break
        try:
            actor = await lobby.find(table)
        except Illegal:
            continue  # It was closed, or cannot be loaded now: another one will do.
        if may_sit(session, actor) and reserve(session, actor, message.id):
            return
    raise Refused("no_table_free")


def may_sit(session: Session, actor: TableActor) -> bool:
    """Whether the player could take a seat at a table now.  Raises Refused("too_many_tables")."""
    check_seats(session, actor)
    return session.context.lobby.seating.finder.suits(actor.table, session.player)


def reserve(session: Session, actor: TableActor, message_id: str) -> bool:
    """Reserve a seat, and answer before others see it; returns whether it was possible."""
    table, viewers = actor.table.id, actor.viewers

    def answer(seq: int) -> None:
        viewers.answer(session, Accepted(message_id, seq, table))

    return actor.carry_out(commands.ReserveSeat(session.player, session.shown.name), answer)
