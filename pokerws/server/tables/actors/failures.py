"""Logs a bug that stops a table."""

from collections.abc import Sequence

import structlog

from pokerws.game.events import TableEvent
from pokerws.game.state import Table

log = structlog.get_logger("pokerws.actor")


def report(table: Table, error: Exception, command: str, latest: Sequence[TableEvent]) -> None:
    """Log a bug, with the command that met it and the types of the `latest` events."""
    log.error(
        "table_failed",
        table=table.id,
        seq=table.seq,
        hand=table.hand_number,
        command=command,
        last_events=[type(event).__name__ for event in latest],
        exc_info=error,
    )
