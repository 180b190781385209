"""Applies the journal's reports to the tables: releases frames, rolls back or drops a table.

It writes and loads nothing: a dropped table is loaded again on demand.
"""

import structlog

from pokerws.game.state import TableId
from pokerws.server.tables.lobby_feed import LobbyFeed
from pokerws.server.tables.table_registry import TableEntry, TableRegistry, TableState

log = structlog.get_logger("pokerws.commit_outcomes")


class CommitOutcomes:
    """The `JournalListener` of all tables."""

    def __init__(self, tables: TableRegistry, feed: LobbyFeed) -> None:
        self._tables = tables
        self._feed = feed

    def written(self, table: TableId, version: int) -> None:
        """Part of `JournalListener`: release the frames held for this commit."""
        entry = self._tables.get(table)
        if entry is None:
            return
        # Both are read first, since the first call may change the entry.
        for actor in (entry.failed, entry.actor):
            if actor is not None:
                actor.written(version)

    def rejected(self, table: TableId) -> None:
        """Part of `JournalListener`: changes since the last write cannot be stored.

        If they were held back, nobody has seen them, and the table is rolled back to its stored
        state.  Otherwise memory is the source of truth: play goes on, but no more chips move.
        """
        entry = self._tables.get(table)
        if entry is None:
            return
        failed, entry.failed = entry.failed, None
        if failed is not None:
            failed.roll_back()
            if entry.state is TableState.FAILED:
                self._leave_memory(entry)
        actor = entry.actor
        if actor is None:
            return
        if actor.is_held:
            actor.roll_back()
            self._leave_memory(entry)
            actor.notify("table_failed", "the table is being restored from the database")
        else:
            actor.is_stored = False

    def conflict(self, table: TableId) -> None:
        """Part of `JournalListener`: the row was edited, and the row is the source of truth."""
        self.rejected(table)

    def fenced(self, table: TableId) -> None:
        """Part of `JournalListener`: another process owns the table, so nothing more is sent."""
        entry = self._tables.get(table)
        if entry is None:
            return
        actor = entry.actor or entry.failed
        entry.failed = None
        if entry.state is not TableState.LOADING:
            self._leave_memory(entry)
        if actor is not None:
            log.error("table_moved", table=table, epoch=actor.epoch)
            actor.stop()
            actor.close_viewers()

    def _leave_memory(self, entry: TableEntry) -> None:
        """Drop the actor.  A table that was never listed was never stored, and is gone."""
        if entry.state is TableState.STORED:
            return
        listed = entry.table in self._feed
        self._tables.move(entry, TableState.STORED if listed else TableState.GONE)
