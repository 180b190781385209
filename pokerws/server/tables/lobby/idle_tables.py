"""Finds the tables that nobody plays at or watches.  It closes and evicts none."""

from pokerws.game.state import TableId
from pokerws.server.tables.actor import TableActor
from pokerws.server.tables.lobby.feed import LobbyFeed
from pokerws.server.tables.lobby.table_registry import TableRegistry


class IdleTables:
    """Queries about the tables of `tables`, and those of `feed` that are not in memory."""

    def __init__(self, tables: TableRegistry, feed: LobbyFeed) -> None:
        self._tables = tables
        self._feed = feed

    def changed_between(self, since_ms: int, before_ms: int) -> list[TableActor]:
        """Tables in memory whose last change was in that period."""
        return [a for a in self._tables.in_memory.values() if since_ms <= a.changed_ms < before_ms]

    def evictable(self, before_ms: int) -> list[TableId]:
        """Tables that can leave memory: stored, without viewers, and with no deadline."""
        return [
            table
            for table, actor in self._tables.in_memory.items()
            if not actor.watchers
            and actor.table.deadline_ms is None
            and actor.changed_ms < before_ms
            and actor.stored_seq == actor.table.seq
        ]

    def unwatched(self, before_ms: int) -> list[TableId]:
        """Tables in memory without watchers, last changed before that time."""
        return [
            table
            for table, actor in self._tables.in_memory.items()
            if not actor.watchers and actor.changed_ms < before_ms
        ]

    def unused(self, before_ms: int) -> list[TableActor]:
        """Tables in memory where no hand was played or is about to be, known before that time.

        Neither viewers nor players keep such a table open.
        """
        return [
            actor
            for entry in self._tables
            if (actor := entry.actor) is not None
            and not entry.kept
            and entry.since_ms < before_ms
            and actor.table.hand_number == 0
            and actor.table.next_hand_at_ms is None
        ]

    def unused_elsewhere(self) -> set[TableId]:
        """Tables not in memory where no hand was played."""
        kept = {entry.table for entry in self._tables if entry.kept}
        return self._feed.unused() - self._tables.in_memory.keys() - kept
