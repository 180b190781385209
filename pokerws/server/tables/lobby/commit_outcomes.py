"""Applies the journal's reports to the tables: releases frames, rolls back or drops a table.

It writes and loads nothing: a dropped table is loaded again on demand.
"""

from collections.abc import Callable

import structlog

from pokerws.game.state import TableId
from pokerws.server.isolation import attempt, each, fail
from pokerws.server.tables.actors.cards_ahead import CardsAhead
from pokerws.server.tables.commit_gate import Receiver
from pokerws.server.tables.lobby.feed import LobbyFeed
from pokerws.server.tables.lobby.table_registry import TableEntry, TableRegistry, TableState
from pokerws.storage.store import NEW_BRANCH, Position

log = structlog.get_logger("pokerws.commit_outcomes")


class CommitOutcomes:
    """The `JournalListener` of all tables.

    `catch_up` stores a table again whose row is an older one, where memory is the source of truth;
    with `durable` acks it is not.  `cards` are told of tables that are ahead of their rows.
    `tables_gone_back` counts the tables whose row was an older one.
    """

    def __init__(
        self,
        tables: TableRegistry,
        feed: LobbyFeed,
        catch_up: Callable[[TableId], None],
        cards: CardsAhead,
        *,
        durable: bool,
    ) -> None:
        self._cards = cards
        self._tables = tables
        self._feed = feed
        self._catch_up = catch_up
        self.is_durable = durable
        self.tables_gone_back = 0

    def written(self, table: TableId, version: int) -> None:
        """Part of `JournalListener`: release the frames held for this commit."""
        entry = self._tables.get(table)
        if entry is None:
            return
        # Both are read first, since the first call may change the entry.
        failed, actor = entry.failed, entry.actor
        if failed is not None:
            attempt(failed, failed.written, version)
        if actor is not None:
            # `attempt`, without its calls, since each table of a batch passes here.
            try:
                actor.written(version)
            except Exception as error:  # noqa: BLE001  `fail` reports it
                fail(actor, error)

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
        if actor.gate.holds_chips:
            actor.roll_back()
            self._leave_memory(entry)
            entry.seen_seq = NEW_BRANCH
            actor.notify("table_failed", "the table is being restored from the database")
        else:
            actor.is_stored = False
            self._cards.refused(actor)

    def conflict(self, table: TableId) -> None:
        """Part of `JournalListener`: the row was edited, and the row is the source of truth."""
        self.rejected(table)

    def edited(self, table: TableId) -> None:
        """Part of `JournalListener`: store the whole state over the edited row."""
        if (actor := self._tables.in_memory.get(table)) is not None:
            actor.store_snapshot(only_for_tail=False)

    def went_back(self, table: TableId) -> None:
        """Part of `JournalListener`: the row is older than what was committed.

        With durable acks the row is the source of truth, so the table is rewound.
        """
        entry = self._tables.get(table)
        if entry is None or (entry.actor or entry.failed) is None:
            # A table that has left memory is reported when it is loaded.
            return
        self.tables_gone_back += 1
        if self.is_durable:
            self.rewind(table)
        elif entry.actor is not None:
            self._catch_up(table)
            self._cards.note(entry.actor.table)

    def rewind(self, table: TableId) -> None:
        """Go back to the stored state, whatever was shown since."""
        entry = self._tables.get(table)
        if entry is None or (actor := entry.actor) is None:
            return
        entry.failed = None
        actor.roll_back()
        self._leave_memory(entry)
        # It was reported already that the row is an older one; a snapshot needs a new branch.
        entry.known, entry.seen_seq = Position(0, actor.epoch), NEW_BRANCH
        actor.notify("table_failed", "the table is being restored from the database")

    def fenced_all(self) -> None:
        """Send nothing more of any table: another process may own them now."""
        owned = [actor for entry in self._tables if (actor := entry.actor or entry.failed)]
        each(owned, lambda actor: self.fenced(actor.table.id))

    def fenced(self, table: TableId) -> None:
        """Part of `JournalListener`: another process owns the table, so nothing more is sent."""
        entry = self._tables.get(table)
        if entry is None:
            return
        actor = entry.actor or entry.failed
        entry.failed = None
        if entry.state is not TableState.LOADING:
            self._leave_memory(entry)
        # Whoever owns it now knows to ask what this server has shown.
        entry.shown_seq = entry.seen_seq = 0
        if actor is not None:
            log.error("table_moved", table=table, epoch=actor.epoch)
            # Without their answers, only the end of the connection tells clients to ask again.
            viewers: set[Receiver] = {*actor.watchers, *actor.gate.waiting}
            actor.stop()
            each(viewers, lambda viewer: viewer.close_moved(table))

    def _leave_memory(self, entry: TableEntry) -> None:
        """Drop the actor.  A table that was never listed was never stored, and is gone."""
        if entry.state is TableState.STORED:
            return
        listed = entry.table in self._feed
        self._tables.move(entry, TableState.STORED if listed else TableState.GONE)
