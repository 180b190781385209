"""Who may know of an unlisted table: for all others it does not exist."""

from pokerws.game.hosting.admission import is_wanted
from pokerws.game.state import Table, TableId
from pokerws.messages import Refused
from pokerws.server.sessions.session import Session
from pokerws.server.tables.actor import TableActor
from pokerws.server.tables.hands.past_hands import MaySee
from pokerws.storage.errors import StoreUnavailable


def access_of(session: Session, key: str | None) -> MaySee:
    """Tells whether the player may know of a table."""

    def may_see(table: Table) -> bool:
        return not table.config.hosting.unlisted or has_access(session, table, key)

    return may_see


def check_access(session: Session, actor: TableActor, key: str | None = None) -> None:
    """Raise Refused if the player may not know of the table.  Whoever watches it does."""
    if session in actor.watchers or not actor.is_unlisted:
        return
    if not has_access(session, actor.table, key):
        raise unknown(actor.table.id)


async def find_table(session: Session, table: TableId, key: str | None = None) -> TableActor:
    """The table of a command, loaded if necessary.  Raises Refused.

    That a table is closed is told to those who may know of it.
    """
    try:
        actor = await session.context.lobby.find(table)
    except Refused as refusal:
        if refusal.code == "unknown_table" and await is_closed(session, table, key):
            raise Refused("table_closed", "the table is closed") from refusal
        raise
    check_access(session, actor, key)
    return actor


async def is_closed(session: Session, table: TableId, key: str | None) -> bool:
    """Whether the player may know that a table is closed.  Raises Refused."""
    context = session.context
    state = context.lobby.closed.get(table)
    if state is None:
        try:
            state = await context.past_hands.last_state(table)
        except (StoreUnavailable, TimeoutError) as error:
            raise Refused("table_unavailable", "the database cannot be reached") from error
    return state is not None and access_of(session, key)(state)


def has_access(session: Session, table: Table, key: str | None) -> bool:
    """Whether the player is in, or has the key of the link."""
    player, hosting = session.player, table.hosting
    if player == table.host or table.seat_of(player) is not None or is_operator(session):
        return True
    if player in hosting.banned:
        return False
    if player in hosting.approved or is_wanted(table, player) or table.waiter(player) is not None:
        return True
    keys = session.context.lobby.link_keys
    return key is not None and keys.opens(table.id, hosting.link, key)


def is_operator(session: Session) -> bool:
    """Whether the session may do at every table what its host may."""
    return session.admitted.role in {"admin", "operator"}


def unknown(table: TableId) -> Refused:
    """The refusal of a table that does not exist."""
    return Refused("unknown_table", f"there is no table {table}")
