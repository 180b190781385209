"""The handler of `pre_act`."""

from pokerws.game.illegal import Illegal
from pokerws.messages import Accepted, PreAct, reject, rejection
from pokerws.server.net.connection import Work
from pokerws.server.sessions.session import Session
from pokerws.server.sessions.table_access import check_access, find_table
from pokerws.server.tables.actor import TableActor


def pre_act(session: Session, message: PreAct) -> Work | None:
    """Hold a pre-action, at once if the table is in memory, otherwise after loading it."""
    actor = session.context.lobby.at(message.table)
    if actor is None:
        return load_and_pre_act(session, message)
    if actor.is_unlisted:
        check_access(session, actor)
    hold(session, message, actor)
    return None


async def load_and_pre_act(session: Session, message: PreAct) -> None:
    """Load a table, which holds no pre-actions yet, and answer."""
    actor = await find_table(session, message.table)
    hold(session, message, actor)


def hold(session: Session, message: PreAct, actor: TableActor) -> None:
    """Answer in the order of the table's other answers, and then tell the player's connections.

    It is no command of the table: nothing is stored, and sending it again has the same effect.
    """
    if not actor.standstill.takes_commands:
        code = reject(message.id, "restarting" if actor.stopped else "paused")
        actor.viewers.answer_in_turn(session, code)
        return
    try:
        tell = actor.pre_actions.accept(session.player, message)
    except Illegal as refusal:
        actor.viewers.answer(session, rejection(message.id, refusal))
        return
    actor.viewers.answer(session, Accepted(message.id))
    tell()
