"""What has happened at a table, for those who missed it: the newest events, and the way to older.

It owns which events are in memory, and joins to them what the log has.  It does not know who may
see what: everything in here is as it happened.

Of a quiet table the events are packed, which takes a twentieth of the memory.  Packed events are
read as others are, only slower; those that happen later stand beside them.
"""

import zlib
from collections import deque
from collections.abc import Sequence
from itertools import chain, islice
from typing import NamedTuple

import msgspec

from pokerws.game.events import HandStarted, TableEvent
from pokerws.game.state import TableId
from pokerws.server.tables.event_log import EventLog, of_hand

# Events kept in memory for viewers that come back: some 40 hands.
HISTORY_EVENTS = 1024
# More than this, and a snapshot is the shorter answer by far: so many events are 100 kB.
READ_BACK_EVENTS = 1024
# Read beyond the oldest event in memory, as it may be gone from there when the read is done.
OVERLAP_EVENTS = 128
# Beside packed events so few others are left as they are: to pack them would mean to pack all anew.
FEW_EVENTS = 32
# Of zlib: 80 kB become 11.5 kB in a millisecond.  A higher one takes twice as long for 2 %.
LEVEL = 6

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(list[TableEvent]).decode
# Stands for the events of a table that has no others than packed ones; even empty, one of its own
# would have 760 bytes.  It keeps nothing that it is given.
_NONE: deque[TableEvent] = deque(maxlen=0)


class HandPart(NamedTuple):
    """A whole hand: its events, the cards that were shown after it, and the first one's number."""

    seq: int
    events: Sequence[TableEvent]


class _Packed(NamedTuple):
    """So many events in little space."""

    events: int
    packed: bytes


class History:
    """The events of one table up to `seq`; `log` has those that memory has no more, if any has."""

    __slots__ = ("_log", "_newest", "_packed", "_table", "seq")

    def __init__(self, table: TableId, seq: int, log: EventLog | None = None) -> None:
        self.seq = seq
        self._table = table
        self._log = log
        self._newest: deque[TableEvent] = deque(maxlen=HISTORY_EVENTS)
        # What came before those.
        self._packed: _Packed | None = None

    @property
    def _forgotten(self) -> int:
        """The number of the latest event that memory has not."""
        packed = 0 if self._packed is None else self._packed.events
        return self.seq - min(HISTORY_EVENTS, packed + len(self._newest))

    @property
    def _kept(self) -> deque[TableEvent]:
        """All events that are in memory."""
        if self._packed is None:
            return self._newest
        packed = _decode(zlib.decompress(self._packed.packed))
        return deque(chain(packed, self._newest), maxlen=HISTORY_EVENTS)

    def add(self, events: Sequence[TableEvent], seq: int) -> None:
        """What has just happened; `seq` is the number of the last of these."""
        self.seq = seq
        if self._packed is not None:
            self._make_room(len(events))
        self._newest += events

    def _make_room(self, count: int) -> None:
        """Have a place beside the packed events, or in theirs if nobody needs them any more."""
        if self._newest is _NONE:
            self._newest = deque(maxlen=HISTORY_EVENTS)
        if len(self._newest) + count >= HISTORY_EVENTS:
            self._packed = None

    def pack(self) -> bool:
        """Pack the events, some of the work at a time; returns whether there is more to do.

        It takes about a millisecond.
        """
        if self._packed is None:
            if self._newest:
                events = list(self._newest)
                self._packed = _Packed(len(events), zlib.compress(_encode(events), LEVEL))
                self._newest = _NONE
        elif len(self._newest) >= FEW_EVENTS:
            self._newest, self._packed = self._kept, None
            return True
        return False

    def latest(self, count: int) -> list[TableEvent]:
        """The newest events, as far as they are in memory."""
        return list(self._kept)[-count:]

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
        count = self.seq - max(seq, self._forgotten)
        kept = self._newest if count <= len(self._newest) else self._kept
        return [*islice(older, max(0, missing)), *islice(kept, len(kept) - count, None)]

    def hand(self, number: int) -> HandPart | None:
        """A hand that is over, if all of it is in memory."""
        kept = enumerate(self._kept, start=self._forgotten + 1)
        for seq, event in kept:
            if isinstance(event, HandStarted) and event.hand == number:
                return HandPart(seq, list(of_hand(chain([event], (event for _, event in kept)))))
        return None

    async def read_hand(self, number: int) -> HandPart | None:
        """A hand that is over, from the log; None where it is not there.  Raises LogUnavailable."""
        if self._log is None:
            return None
        found = await self._log.hand(self._table, number, self.seq)
        return None if found is None else HandPart(*found)
