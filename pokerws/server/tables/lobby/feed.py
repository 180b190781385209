"""The list of tables that clients subscribe to: a summary of each, and its changes.

Changes are batched, so that a busy server does not send a message for each hand.
"""

from msgspec.structs import replace

from pokerws.game.state import TableConfig, TableId
from pokerws.messages import Broadcast, TableSummary
from pokerws.messages import Lobby as LobbyMessage
from pokerws.server.clock import Alarm, Clock
from pokerws.server.isolation import each
from pokerws.server.tables.interfaces import Viewer
from pokerws.storage.store import GameRow

# Changes of the list are batched for this long.
GATHER_MS = 250


class LobbyFeed:
    """All open tables of this server, oldest first, and the subscribers of the list."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._summaries: dict[TableId, TableSummary] = {}
        self._subscribers: set[Viewer] = set()
        self._changed: dict[TableId, TableSummary] = {}
        self._alarm: Alarm | None = None

    def __contains__(self, table: TableId) -> bool:
        return table in self._summaries

    def summaries(self) -> list[TableSummary]:
        """All tables, oldest first."""
        return list(self._summaries.values())

    def find(self, name: str, variant: str) -> TableId | None:
        """The oldest table of that name with that variant or mix."""
        found = (s for s in self._summaries.values() if s.name == name)
        return next((s.table for s in found if s.config.variant == variant), None)

    def unused(self) -> set[TableId]:
        """Tables where nobody has played or sits."""
        listed = self._summaries.values()
        return {summary.table for summary in listed if summary.hand_number == summary.players == 0}

    def note(self, summary: TableSummary) -> None:
        """Record a table's summary: the table is new, or may have changed or closed."""
        table = summary.table
        if self._summaries.get(table) == summary:
            return
        self._changed[table] = summary
        if summary.status == "closed":
            self._summaries.pop(table, None)
        else:
            self._summaries[table] = summary
        if self._alarm is None:
            self._alarm = self._clock.call_at(self._clock.now_ms() + GATHER_MS, self._send)

    def note_stored(self, game: GameRow, config: TableConfig) -> None:
        """Record a stored table, which is not in memory."""
        self.note(
            TableSummary(game.table, game.name, game.status, game.players, game.hand_number, config)
        )

    def close(self, table: TableId) -> None:
        """Remove a table that is closed or lost, if it is listed."""
        if table in self._summaries:
            self.note(replace(self._summaries[table], status="closed", players=0))

    def subscribe(self, viewer: Viewer) -> None:
        """Send the list, and from now on its changes.  Does nothing for a subscriber."""
        if viewer in self._subscribers:
            return
        self._subscribers.add(viewer)
        viewer.send(viewer.wire.encode(LobbyMessage(self.summaries())))

    def forget(self, viewer: Viewer) -> None:
        """Unsubscribe a viewer whose connection has ended."""
        self._subscribers.discard(viewer)

    def stop(self) -> None:
        """Send no more changes."""
        if self._alarm is not None:
            self._alarm.cancel()

    def _send(self) -> None:
        self._alarm = None
        changed = list(self._changed.values())
        self._changed.clear()
        message = Broadcast(LobbyMessage(changed))
        each(self._subscribers, lambda viewer: viewer.send(message.on(viewer.wire)))
