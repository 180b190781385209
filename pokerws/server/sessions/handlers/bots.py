"""Handlers of messages about the bots of a table."""

from pokerws.game import commands
from pokerws.messages import AddBot, RemoveBot
from pokerws.server.sessions.session import Session
from pokerws.server.sessions.table_access import check_access


async def add_bot(session: Session, message: AddBot) -> None:
    """Add a wanted bot, within the limits of the table and the server."""
    lobby, player = session.context.lobby, session.player
    actor = await lobby.find(message.table)
    check_access(session, actor)
    command = commands.AddBot(player, message.style, message.name)
    if actor.table.host == player and not actor.has_answered(session, message.id, command):
        lobby.bots.check_room(actor.table)
    actor.handle(session, message.id, command)


async def remove_bot(session: Session, message: RemoveBot) -> None:
    """Remove a wanted bot."""
    actor = await session.context.lobby.find(message.table)
    check_access(session, actor)
    actor.handle(session, message.id, commands.RemoveBot(session.player, message.player))
