"""The store and the journal of a server without a database: they keep nothing.

With them the server has one path, with a database or without.  The null journal never builds a
row: it ignores a change's events and books its transfers at once.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Collection, Sequence

from pokerws.game.state import PlayerId, TableId
from pokerws.storage.admin_log import MemoryAdminLog
from pokerws.storage.hand_index import Search, Visit
from pokerws.storage.journal.listener import JournalListener
from pokerws.storage.journal.outcome_log import OutcomeLog
from pokerws.storage.links import MemoryLinks
from pokerws.storage.memory_accounts import MemoryAccounts
from pokerws.storage.names import MemoryNames
from pokerws.storage.outcomes import UNMEASURED, Outcome, StorageMetrics
from pokerws.storage.player_notes import MemoryPlayerNotes
from pokerws.storage.sanctions import MemorySanctions
from pokerws.storage.store import Change, Claimed, EventRow, GameRow, Position, Stored


class NoHandIndex:
    """The `HandIndex` of a store without a log."""

    async def events_before(
        self, table: TableId, seq: int, after_seq: int, limit: int, types: Collection[str]
    ) -> list[EventRow]:
        """Part of `HandIndex`."""
        return []

    async def seq_at(self, table: TableId, from_seq: int, until_seq: int, at_ms: int) -> int:
        """Part of `HandIndex`."""
        return from_seq

    async def visits(
        self, player: PlayerId, before_ms: int, limit: int, table: TableId | None = None
    ) -> list[Visit]:
        """Part of `HandIndex`."""
        return []

    async def search_stood(
        self, table: TableId, player: PlayerId, after_seq: int, limit: int
    ) -> Search:
        """Part of `HandIndex`."""
        return Search(after_seq)


class NullStore:
    """A `Store` without games.

    Accounts, names, links, notes, sanctions and the admin log live in memory, and end with the
    process.
    """

    owner = None

    def __init__(self, accounts: MemoryAccounts | None = None) -> None:
        self.accounts = accounts or MemoryAccounts()
        self.names = MemoryNames()
        self.links = MemoryLinks()
        self.player_notes = MemoryPlayerNotes()
        self.sanctions = MemorySanctions()
        self.admin_log = MemoryAdminLog()
        self.hand_index = NoHandIndex()

    async def save(self, changes: Sequence[Change]) -> set[TableId]:
        """Part of `Store`: nothing is written."""
        return set()

    async def position(self, table: TableId) -> Position | None:
        """Part of `Store`: there is no row."""
        return None

    async def positions(self, tables: Sequence[TableId]) -> dict[TableId, Position]:
        """Part of `Store`: there are no rows."""
        return {}

    async def claim(
        self, table: TableId, above_epoch: int = 0, shown_seq: int = 0, seen_seq: int = 0
    ) -> Claimed | None:
        """Part of `Store`: there is no row."""
        return None

    async def claim_many(self, tables: Sequence[TableId]) -> dict[TableId, Claimed]:
        """Part of `Store`: there are no rows."""
        return {}

    async def look(self, table: TableId) -> Stored | None:
        """Part of `Store`: there is no row."""
        return None

    async def quarantine(self, table: TableId, at: Position) -> None:
        """Part of `Store`: there is no row."""

    async def idle(self, before_ms: int, limit: int) -> list[TableId]:
        """Part of `Store`: there are no rows."""
        return []

    async def games(self, besides: Collection[TableId] = ()) -> list[GameRow]:
        """Part of `Store`: there are no rows."""
        return []

    async def mark_table(self, table: TableId) -> None:
        """Part of `Store`: the mark ends with the process, as the table does."""

    async def adopt_table(self, table: TableId) -> bool:
        """Part of `Store`: no table is older than the process."""
        return False

    async def events(self, table: TableId, after_seq: int, limit: int) -> list[EventRow]:
        """Part of `Store`: there is no log."""
        return []

    async def close(self) -> None:
        """Part of `Store`: there are no connections."""


class NullJournal:
    """A journal that stores no tables.

    Chips move between `accounts` and a table as soon as the change is put.
    """

    # A table that leaves memory is gone.
    keeps = False
    healthy = True
    over_high_water = False
    # Nothing ever waits.
    waiting = waiting_events = oldest_ms = dropped = 0

    def __init__(self, accounts: MemoryAccounts, metrics: StorageMetrics = UNMEASURED) -> None:
        self._accounts = accounts
        self._metrics = metrics
        # Part of `interfaces.TableJournal`.
        self.skipped = self._saved = metrics.count_of("save_game", Outcome.IN_MEMORY)
        self._log = OutcomeLog(time.monotonic)
        self._listeners: list[JournalListener] = []

    def subscribe(self, listener: JournalListener) -> None:
        """Report to `listener` which transfers are booked."""
        self._listeners.append(listener)

    def start(self, watch: Callable[[asyncio.Task[None]], None] = lambda task: None) -> None:
        """There is no task to start, nor to watch."""

    def put(self, change: Change) -> None:
        """Book the transfers of a change and drop the rest.

        Raises StoreRejected when an account cannot pay.
        """
        if change.transfers:
            self._accounts.book({change.table: change.transfers})
            for listener in self._listeners:
                listener.written(change.table, change.version)
        if change.expected == 0:
            self._metrics.operation("create_game", Outcome.IN_MEMORY)
        self._saved.value += 1
        # Read for every change, which is cheaper than asking the logger.
        self._log.in_memory(change, verbose=logging.root.level <= logging.DEBUG)

    def drop(self, table: TableId, epoch: int) -> None:
        """There is nothing to drop."""

    async def flush(self, timeout_s: float, table: TableId | None = None) -> None:
        """Return at once: nothing waits."""

    async def stop(self, timeout_s: float) -> bool:
        """Return at once: there is nothing to write."""
        return True
