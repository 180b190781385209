"""Handlers of messages about the bots of a table."""

from pokerws.game import commands
from pokerws.game.state import PlayerId
from pokerws.messages import AddBot, RemoveBot
from pokerws.server.sessions.handlers.hosting import log_action
from pokerws.server.sessions.session import Session
from pokerws.server.sessions.table_access import find_table, is_operator
from pokerws.server.tables.actor import TableActor


async def add_bot(session: Session, message: AddBot) -> None:
    """Add a wanted bot, within the limits of the table and the server."""
    actor = await find_table(session, message.table)
    by = host_of(session)
    command = commands.AddBot(by, message.style, message.name)
    may_add = by is None or by == actor.table.host
    if may_add and not actor.has_answered(session, message.id, command):
        session.context.lobby.bots.check_room(actor.table)
    carry_out(session, actor, message, command)


async def remove_bot(session: Session, message: RemoveBot) -> None:
    """Remove a wanted bot."""
    actor = await find_table(session, message.table)
    carry_out(session, actor, message, commands.RemoveBot(host_of(session), message.player))


def carry_out(
    session: Session,
    actor: TableActor,
    message: AddBot | RemoveBot,
    command: commands.AddBot | commands.RemoveBot,
) -> None:
    """Carry out a command, with a line in the log unless it was refused, or carried out before."""
    before = actor.table.seq
    actor.handle(session, message.id, command)
    if actor.table.seq != before:
        log_action(session, actor, message)


def host_of(session: Session) -> PlayerId | None:
    """Who asks in place of the host; None stands for an operator, who may do the same."""
    return None if is_operator(session) else session.player
