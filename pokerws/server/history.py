"""What has happened at a table, for those who missed it: the newest events, and the way to older.

It owns which events are in memory, and joins to them what the log has.  It does not know who may
see what: everything in here is as it happened.
"""

from collections import deque
from collections.abc import Sequence
from itertools import chain, islice
from typing import NamedTuple

from pokerws.game.events import HandStarted, TableEvent
from pokerws.game.state import TableId
from pokerws.server.event_log import EventLog, of_hand

# Events kept in memory for viewers that come back: some 40 hands.
HISTORY_EVENTS = 1024
# More than this, and a snapshot is the shorter answer by far: so many events are 100 kB.
READ_BACK_EVENTS = 1024
# Read beyond the oldest event in memory, as it may be gone from there when the read is done.
OVERLAP_EVENTS = 128


class HandPart(NamedTuple):
    """A whole hand: its events, the cards that were shown after it, and the first one's number."""

    seq: int
    events: Sequence[TableEvent]


class History:
    """The events of one table up to `seq`; `log` has those that memory has no more, if any has."""

    def __init__(self, table: TableId, seq: int, log: EventLog | None = None) -> None:
        self.seq = seq
        self._table = table
        self._log = log
        self._newest: deque[TableEvent] = deque(maxlen=HISTORY_EVENTS)

    @property
    def _forgotten(self) -> int:
        """The number of the latest event that memory has not."""
        return self.seq - len(self._newest)

    def add(self, events: Sequence[TableEvent], seq: int) -> None:
        """What has just happened; `seq` is the number of the last of these."""
        self.seq = seq
        self._newest += events

    def latest(self, count: int) -> list[TableEvent]:
        """The newest events, as far as they are in memory."""
        return list(self._newest)[-count:]

    async def read_back(self, after_seq: int) -> list[TableEvent]:
        """The events after `after_seq` that memory has no more, and some of those that it has.

        None at all where there are too many, or where the log cannot be read now.
        """
        missing = self._forgotten - after_seq
        if self._log is None or not 0 < missing <= READ_BACK_EVENTS:
            return []
        return await self._log.stretch(self._table, after_seq, missing + OVERLAP_EVENTS)

    def after(self, seq: int, older: Sequence[TableEvent] = ()) -> list[TableEvent] | None:
        """All events after `seq`, or None where they are not known; `older` were read back."""
        missing = self._forgotten - seq
        if seq > self.seq or missing > len(older):
            return None
        return [*islice(older, max(0, missing)), *islice(self._newest, max(0, -missing), None)]

    def hand(self, number: int) -> HandPart | None:
        """A hand that is over, if all of it is in memory."""
        newest = enumerate(self._newest, start=self._forgotten + 1)
        for seq, event in newest:
            if isinstance(event, HandStarted) and event.hand == number:
                return HandPart(seq, list(of_hand(chain([event], (event for _, event in newest)))))
        return None

    async def read_hand(self, number: int) -> HandPart | None:
        """A hand that is over, from the log; None where it is not there.  Raises LogUnavailable."""
        if self._log is None:
            return None
        found = await self._log.hand(self._table, number, self.seq)
        return None if found is None else HandPart(*found)
