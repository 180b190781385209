"""Whether people are at a table.  The server's own bots do not count."""

from pokerws.server.auth.bot_tokens import is_bot
from pokerws.server.tables.actor import TableActor
from pokerws.server.tables.presence import Presence


def has_people(actor: TableActor, presence: Presence) -> bool:
    """Whether a person watches the table, or has a seat there and a connection."""
    if any(not is_bot(viewer.player) for viewer in actor.watchers):
        return True
    return any(
        seat is not None and not seat.bot and not presence.is_absent(seat.player)
        for seat in actor.table.seats
    )
