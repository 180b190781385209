"""The list of tables as a client keeps it: brought up to date by `lobby` messages."""

from msgspec.structs import replace

from pokerws.game.state import TableId
from pokerws.messages import Lobby, TableSummary


def apply_lobby(tables: dict[TableId, TableSummary], message: Lobby, *, is_first: bool) -> None:
    """Apply a message to the tables that the client has.

    The first message on a connection replaces them all, as does one with `reset`.
    """
    if is_first or message.reset:
        tables.clear()
    for table in message.left:
        tables.pop(table, None)
    tables.update((summary.table, summary) for summary in message.tables)
    for change in message.changes:
        if (known := tables.get(change.table)) is not None:
            tables[change.table] = replace(
                known,
                status=change.status,
                players=change.players,
                hand_number=change.hand_number,
            )
