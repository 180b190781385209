"""Handlers of messages about the bots of a table."""

from pokerws.game import commands
from pokerws.messages import AddBot, RemoveBot
from pokerws.server.sessions.session import Session


async def add_bot(session: Session, message: AddBot) -> None:
    """Want one more bot, within the limits of the table and the server."""
    lobby, player = session.context.lobby, session.player
    actor = await lobby.find(message.table)
    command = commands.AddBot(player, message.style, message.name)
    if actor.table.host == player and not actor.has_answered(session, message.id, command):
        lobby.bots.check_room(actor.table)
    actor.handle(session, message.id, command)


async def remove_bot(session: Session, message: RemoveBot) -> None:
    """Want a bot no more."""
    actor = await session.context.lobby.find(message.table)
    actor.handle(session, message.id, commands.RemoveBot(session.player, message.player))
