"""Reading the stored log beside live play: for viewers who missed more than memory has.

Nobody waits long for it and nothing of play depends on it: what cannot be had soon is not had.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager
from itertools import takewhile

import structlog

from pokerws.game.events import (
    HAND_ENDS,
    HandShown,
    HandStarted,
    LogRestarted,
    TableEvent,
)
from pokerws.game.state import TableId
from pokerws.server.tables.interfaces import Sink
from pokerws.storage.store import EventRow, Store, StoreUnavailable
from pokerws.storage.vault.vault import UNREADABLE, SealBroken, SealedByUnknownKey, Vault

# For this long, all in all, a viewer waits for what is read.
LOG_TIMEOUT_S = 1.0
# Reads at a time: of the store's four readers, tables that are to be loaded keep two.
LOG_READERS = 2
# A hand is read so many events at a time, and no hand that people play has as many as the limit.
HAND_PAGE = 256
MAX_HAND_EVENTS = 4096

log = structlog.get_logger("pokerws.history")


class LogUnavailable(Exception):
    """The log cannot be read now."""


class EventLog:
    """The logs of all tables in `store`, whose cards `vault` opens; `sink` writes them."""

    def __init__(self, store: Store, sink: Sink, vault: Vault) -> None:
        self._store = store
        self._sink = sink
        self._vault = vault
        self._turns = asyncio.Semaphore(LOG_READERS)

    async def stretch(self, table: TableId, after_seq: int, count: int) -> list[TableEvent]:
        """Up to `count` events after `after_seq`, without a gap; none where it cannot be read.

        None either where the log begins anew among them: what is before that may not lead there.
        """
        try:
            async with self._reading(table):
                rows = await self._store.events(table, after_seq, count)
                events = self._open(table, _without_gap(rows, after_seq))
        except LogUnavailable:
            return []
        return [] if any(isinstance(event, LogRestarted) for event in events) else events

    async def hand(
        self, table: TableId, number: int, last_seq: int
    ) -> tuple[int, list[TableEvent]] | None:
        """The number of a hand's first event, and its events; None where not all are there.

        They go on with the cards that were shown after the hand.

        The hand is over, and `last_seq` is of the table's latest event.  Raises LogUnavailable.
        """
        async with self._reading(table):
            await self._sink.flush(LOG_TIMEOUT_S, table)
            before_seq = await self._seq_before(table, number, last_seq)
            events: list[TableEvent] = []
            more = True
            while more and len(events) < MAX_HAND_EVENTS:
                after_seq = before_seq + len(events)
                rows = await self._store.events(table, after_seq, HAND_PAGE)
                if rows and not events:
                    # Numbers may be missing before a hand.
                    before_seq = after_seq = rows[0].seq - 1
                events += self._open(table, _without_gap(rows, after_seq))
                if not events or not _is_of_hand(events, number):
                    return None
                more = len(rows) == HAND_PAGE and not any(
                    isinstance(event, HandStarted) for event in events[1:]
                )
        told = list(of_hand(events))
        if not any(isinstance(event, HAND_ENDS) for event in told):
            return None
        return before_seq + 1, told

    async def _seq_before(self, table: TableId, number: int, last_seq: int) -> int:
        """A seq after which the events of a hand begin.

        The log has an index by seq alone, and hands come in order: so it is a binary search.
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
    async def _reading(self, table: TableId) -> AsyncIterator[None]:
        """Wait for a turn, and tell of what goes wrong.  Raises LogUnavailable."""
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


def of_hand(events: Iterable[TableEvent]) -> Iterator[TableEvent]:
    """Of events that begin with a hand's: all to its end, and what is shown before the next one."""
    over = False
    for place, event in enumerate(events):
        if place and isinstance(event, HandStarted):
            return
        if not over or isinstance(event, HandShown):
            yield event
        over = over or isinstance(event, HAND_ENDS)


def _without_gap(rows: Iterable[EventRow], after_seq: int) -> Iterable[EventRow]:
    numbered = enumerate(rows, start=after_seq + 1)
    return (row for _, row in takewhile(lambda pair: pair[0] == pair[1].seq, numbered))


def _is_of_hand(events: list[TableEvent], number: int) -> bool:
    first = events[0]
    return isinstance(first, HandStarted) and first.hand == number
