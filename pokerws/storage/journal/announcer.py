"""Tells the journal's listeners what is stored, once the next batch is sent."""

import asyncio
from collections import deque
from collections.abc import Callable

import structlog

from pokerws.game.state import TableId
from pokerws.storage.journal.flush import Flush
from pokerws.storage.journal.listener import JournalListener
from pokerws.storage.journal.outcome_log import OutcomeLog

# After so long, telling lets others have the event loop.
TURN_S = 0.002

log = structlog.get_logger("pokerws.journal")


class Announcer:
    """Keeps reports of stored tables that were not told yet, in order.

    `flushes` wait for them.
    """

    def __init__(self, outcomes: OutcomeLog, clock: Callable[[], float]) -> None:
        self.listeners: list[JournalListener] = []
        self.flushes: list[Flush] = []
        # Whether lines at debug are shown.
        self.verbose = False
        self._outcomes = outcomes
        self._clock = clock
        # Tables with their versions, and whether they are new.
        self._untold = deque[tuple[TableId, int, bool]]()

    def add(self, table: TableId, version: int, *, is_new: bool) -> None:
        """A table is stored up to a version."""
        self._untold.append((table, version, is_new))

    def versions(self, table: TableId | None = None) -> dict[TableId, int]:
        """The versions of one table or of all that were not told yet."""
        return {one: version for one, version, _ in self._untold if table in (None, one)}

    def tell_soon(self) -> None:
        """Tell in the next turn of the event loop; the store works meanwhile."""
        if self._untold:
            asyncio.get_running_loop().call_soon(self.tell)

    def tell(self) -> None:
        """Tell all.  Many frames may wait for it, so other tasks have their turns in between."""
        clock, untold = self._clock, self._untold
        until_s = clock() + TURN_S
        while untold:
            self._tell(*untold.popleft())
            if clock() >= until_s:
                self.tell_soon()
                return

    def tell_all(self) -> None:
        """Tell all at once, before anything else is told."""
        while self._untold:
            self._tell(*self._untold.popleft())

    def _tell(self, table: TableId, version: int, is_new: bool) -> None:  # noqa: FBT001  in a tuple
        if is_new or self.verbose or table not in self._outcomes.stored_known:
            self._outcomes.stored(table, version, created=is_new, verbose=self.verbose)
        for listener in self.listeners:
            try:
                listener.written(table, version)
            except Exception:
                # A fault in one table's listener must not stop the other tables.
                log.exception("journal_callback_failed", arguments=(table, version))
        for flush in self.flushes:
            flush.reached(table, version)
