"""Reads the stored event log during play, for events that memory has dropped.

Only a few reads run at a time, each with a short time limit, so that play never waits for them.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from itertools import takewhile
from typing import Protocol

import structlog

from pokerws.game.events import (
    HAND_ENDS,
    HandStarted,
    LogRestarted,
    TableEvent,
)
from pokerws.game.state import TableId
from pokerws.hand_histories.cutter import of_hand
from pokerws.server.tables.interfaces import TableJournal
from pokerws.storage.errors import SealBroken, SealedByUnknownKey, StoreUnavailable
from pokerws.storage.store import EventRow, Store
from pokerws.storage.vault.vault import UNREADABLE, Vault

# The time limit of one read, waiting for a turn included.
LOG_TIMEOUT_S = 1.0
# Concurrent reads: of the store's four readers, two stay free for loading tables.
LOG_READERS = 2
# Events per read of a hand, and in total: no hand that people play reaches this.
HAND_PAGE = 256
MAX_HAND_EVENTS = 4096

log = structlog.get_logger("pokerws.event_log")


class LogUnavailable(Exception):
    """The log cannot be read now."""


class PastEvents(Protocol):
    """Stored events that memory has dropped."""

    async def stretch(self, table: TableId, after_seq: int, count: int) -> list[TableEvent]:
        """Up to `count` events after `after_seq` without gaps; none if they cannot be read."""

    async def hand(
        self, table: TableId, number: int, last_seq: int
    ) -> tuple[int, list[TableEvent]] | None:
        """The seq of a finished hand's first event, and its events; None if some are missing.

        Cards shown after the hand are included.  `last_seq` is the seq of the table's latest event.
        Raises LogUnavailable.
        """


class NoEventLog:
    """`PastEvents` for a server that keeps no events."""

    async def stretch(self, table: TableId, after_seq: int, count: int) -> list[TableEvent]:
        """Part of `PastEvents`."""
        return []

    async def hand(
        self, table: TableId, number: int, last_seq: int
    ) -> tuple[int, list[TableEvent]] | None:
        """Part of `PastEvents`."""
        return None


NO_EVENT_LOG = NoEventLog()


class EventLog:
    """The logs of all tables in `store`; `journal` writes them, and `vault` decrypts them."""

    def __init__(self, store: Store, journal: TableJournal, vault: Vault) -> None:
        self._store = store
        self._journal = journal
        self._vault = vault
        self._turns = asyncio.Semaphore(LOG_READERS)

    async def stretch(self, table: TableId, after_seq: int, count: int) -> list[TableEvent]:
        """Part of `PastEvents`.

        It returns none if the log restarts among them, since the events may then not be contiguous.
        """
        try:
            async with self.reading(table):
                rows = await self._store.events(table, after_seq, count)
                events = self._open(table, _without_gap(rows, after_seq))
        except LogUnavailable:
            return []
        return [] if any(isinstance(event, LogRestarted) for event in events) else events

    async def hand(
        self, table: TableId, number: int, last_seq: int
    ) -> tuple[int, list[TableEvent]] | None:
        """Part of `PastEvents`."""
        async with self.reading(table):
            await self._journal.flush(LOG_TIMEOUT_S, table)
            before_seq = await self.seq_before(table, number, last_seq)
            events: list[TableEvent] = []
            more = True
            while more and len(events) < MAX_HAND_EVENTS:
                after_seq = before_seq + len(events)
                rows = await self._store.events(table, after_seq, HAND_PAGE)
                if rows and not events:
                    # Sequence numbers may be missing before a hand.
                    before_seq = after_seq = rows[0].seq - 1
                events += self._open(table, _without_gap(rows, after_seq))
                if not events or not _is_of_hand(events, number):
                    return None
                more = len(rows) == HAND_PAGE and not any(
                    isinstance(event, HandStarted) for event in events[1:]
                )
        hand = list(of_hand(events))
        if not any(isinstance(event, HAND_ENDS) for event in hand):
            return None
        return before_seq + 1, hand

    async def seq_before(self, table: TableId, number: int, last_seq: int) -> int:
        """The seq after which the events of a hand begin.

        A binary search, since the log is indexed only by seq, and hand numbers grow with it.
        """
        low, high = 0, last_seq
        while low < high:
            middle = (low + high) // 2
            rows = await self._store.events(table, middle, 1)
            if rows and rows[0].hand_number < number:
                low = rows[0].seq
            else:
                high = middle
        return low

    def _open(self, table: TableId, rows: Iterable[EventRow]) -> list[TableEvent]:
        return [self._vault.open_event(table, row.hand_number, row.payload) for row in rows]

    @asynccontextmanager
    async def reading(self, table: TableId) -> AsyncIterator[None]:
        """Wait for a turn to read.  Errors in the block are raised as LogUnavailable."""
        try:
            async with asyncio.timeout(LOG_TIMEOUT_S), self._turns:
                yield
        except (StoreUnavailable, TimeoutError) as error:
            reason = str(error) or "it did not answer in time"
            log.debug("log_unavailable", table=table, error=reason)
            raise LogUnavailable(reason) from error
        except (SealedByUnknownKey, SealBroken, *UNREADABLE) as error:
            log.warning("log_unreadable", table=table, error=str(error))
            raise LogUnavailable("it cannot be read") from error


def _without_gap(rows: Iterable[EventRow], after_seq: int) -> Iterable[EventRow]:
    numbered = enumerate(rows, start=after_seq + 1)
    return (row for _, row in takewhile(lambda pair: pair[0] == pair[1].seq, numbered))


def _is_of_hand(events: list[TableEvent], number: int) -> bool:
    first = events[0]
    return isinstance(first, HandStarted) and first.hand == number
