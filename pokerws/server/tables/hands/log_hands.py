"""Reads the finished hands of one table's log, the latest first."""

from collections.abc import Sequence
from itertools import pairwise
from typing import get_args

from pokerws.game.events import HAND_ENDS, BonusPaid, HandStarted, TableEvent
from pokerws.game.state import TableId
from pokerws.server.tables.event_log import MAX_HAND_EVENTS, EventLog
from pokerws.server.tables.hands.summaries import SUMMED, Finished
from pokerws.storage.store import EventRow, HandIndex
from pokerws.storage.vault.logged_events import decode_event

# Events of one read: about ten hands.
PAGE = 256
_ENDS = frozenset(str(kind.__struct_config__.tag) for kind in get_args(HAND_ENDS))
_SUMMED = frozenset(str(kind.__struct_config__.tag) for kind in get_args(SUMMED))
_START = str(HandStarted.__struct_config__.tag)
_BONUS = str(BonusPaid.__struct_config__.tag)


class LogHands:
    """The hands of `table` between events `after_seq` and `before_seq`, both excluded.

    It lists exactly the hands that `EventLog.hand` can return: all events from the start to the end
    must be there.  Events are not decrypted, since no card is needed.
    """

    def __init__(
        self, log: EventLog, index: HandIndex, table: TableId, before_seq: int, after_seq: int = 0
    ) -> None:
        self.is_over = False
        # No hand that was not read yet has ended later; None before the first read.
        self.reached_ms: int | None = None
        self._log = log
        self._index = index
        self._table = table
        self._before_seq = before_seq
        self._after_seq = after_seq
        # The last events of a hand whose start was not read yet.
        self._tail: list[EventRow] = []

    @property
    def resume_seq(self) -> int:
        """The `before_seq` with which another reader finds the hands that were not read yet."""
        return self._tail[-1].seq + 1 if self._tail else self._before_seq

    async def read(self) -> list[Finished]:
        """The hands in the next part of the log; none in many parts.  Raises LogUnavailable."""
        async with self._log.reading(self._table):
            rows = await self._index.events_before(
                self._table, self._before_seq, self._after_seq, PAGE, _SUMMED
            )
            self.is_over = len(rows) < PAGE
            rows.reverse()
            if rows:
                self._before_seq = rows[0].seq
            rows += self._tail
            starts = [place for place, row in enumerate(rows) if row.type == _START]
            self._tail = rows[: starts[0]] if starts else rows
            if len(self._tail) > MAX_HAND_EVENTS:
                self._tail = []
            if rows:
                self.reached_ms = (self._tail or rows[:1])[-1].at_ms
            cuts = pairwise([*starts, len(rows)])
            hands = [_finished(self._table, rows[start:end]) for start, end in cuts]
        return [hand for hand in reversed(hands) if hand is not None]


def _finished(table: TableId, rows: Sequence[EventRow]) -> Finished | None:
    """The hand that `rows` begin with; None if an event is missing."""
    events: list[TableEvent] = []
    for seq, row in enumerate(rows[:MAX_HAND_EVENTS], start=rows[0].seq):
        if row.seq != seq:
            return None
        if row.payload:
            events.append(decode_event(row.payload))
        if row.type in _ENDS:
            later = (row for row in rows if row.seq > seq and row.type == _BONUS)
            events += [decode_event(row.payload) for row in later]
            return Finished(table, rows[0].seq, seq, rows[0].at_ms, row.at_ms, events)
    return None
