"""A table's newest events in memory, joined with older ones from the log.

They are sent to viewers that have missed some; the caller redacts them.

A quiet table's events are packed: compressed to a twentieth of the memory, and slower to read.
Later events are kept beside the packed ones.
"""

import zlib
from array import array
from collections import deque
from collections.abc import Iterable, Sequence
from itertools import chain, islice
from typing import NamedTuple

import msgspec

from pokerws.game.events import HandStarted, TableEvent
from pokerws.game.state import PlayerId, TableId
from pokerws.hand_histories.cutter import of_hand
from pokerws.server.tables.event_log import NO_EVENT_LOG, NoEventLog, PastEvents

# Events kept in memory for viewers that reconnect: about 40 hands.
HISTORY_EVENTS = 1024
# Most events that are read back: they take 100 kB, and a snapshot is much shorter.
READ_BACK_EVENTS = 1024
# Extra events to read: memory may drop that many while the read runs.
OVERLAP_EVENTS = 128
# Fewer events than this beside packed ones are not packed, since all would be packed again.
FEW_EVENTS = 32
# Players of hands that are remembered before those are dropped whose hands are not in memory.
MAX_PLAYERS = 32
# Of zlib: 80 kB become 11.5 kB in 1 ms.  A higher level takes twice as long and saves 2 %.
LEVEL = 6

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(list[TableEvent]).decode
# Shared by all tables whose events are all packed: each empty deque would take 760 bytes.
_NONE: deque[TableEvent] = deque(maxlen=0)


class HandPart(NamedTuple):
    """A whole hand: its events with the cards shown after it, and the first one's seq."""

    seq: int
    events: Sequence[TableEvent]


class _Packed(NamedTuple):
    """Compressed events, and their number."""

    events: int
    packed: bytes


class RecentEvents:
    """The events of one table up to `seq`; `log` has those that memory has dropped."""

    __slots__ = ("_ends", "_log", "_newest", "_packed", "_players", "_table", "seq")

    def __init__(self, table: TableId, seq: int, log: PastEvents = NO_EVENT_LOG) -> None:
        self.seq = seq
        self._table = table
        self._log = log
        self._newest: deque[TableEvent] = deque(maxlen=HISTORY_EVENTS)
        # The events before those.
        self._packed: _Packed | None = None
        # The ends of hands that may be in memory, where no log has them: seq, time, seq, time, ...
        self._ends: array[int] | None = None
        # The seq of the end of each player's latest hand.
        self._players: dict[PlayerId, int] = {}

    @property
    def has_log(self) -> bool:
        """Whether a log has the events too."""
        return not isinstance(self._log, NoEventLog)

    @property
    def _forgotten(self) -> int:
        """The seq of the latest event that memory has dropped."""
        packed = 0 if self._packed is None else self._packed.events
        return self.seq - min(HISTORY_EVENTS, packed + len(self._newest))

    @property
    def _kept(self) -> deque[TableEvent]:
        """All events in memory."""
        if self._packed is None:
            return self._newest
        packed = _decode(zlib.decompress(self._packed.packed))
        return deque(chain(packed, self._newest), maxlen=HISTORY_EVENTS)

    def add(self, events: Sequence[TableEvent], seq: int) -> None:
        """Add new events; `seq` is that of the last one."""
        self.seq = seq
        if self._packed is not None:
            self._make_room(len(events))
        self._newest += events

    def _make_room(self, count: int) -> None:
        """Make room beside the packed events, or drop them if they are too old."""
        if self._newest is _NONE:
            self._newest = deque(maxlen=HISTORY_EVENTS)
        if len(self._newest) + count >= HISTORY_EVENTS:
            self._packed = None

    def pack(self) -> bool:
        """Do a part of the packing, of about 1 ms; returns whether there is more to do."""
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
        """Up to `count` newest events in memory."""
        return list(self._kept)[-count:]

    async def read_back(self, after_seq: int) -> list[TableEvent]:
        """The events after `after_seq` that memory has dropped, and some that it has.

        Empty if there are too many, or if the log cannot be read now.
        """
        missing = self._forgotten - after_seq
        if not 0 < missing <= READ_BACK_EVENTS:
            return []
        return await self._log.stretch(self._table, after_seq, missing + OVERLAP_EVENTS)

    def after(self, seq: int, older: Sequence[TableEvent] = ()) -> list[TableEvent] | None:
        """All events after `seq`, or None if some are missing; `older` were read back."""
        missing = self._forgotten - seq
        if seq > self.seq or missing > len(older):
            return None
        count = self.seq - max(seq, self._forgotten)
        kept = self._newest if count <= len(self._newest) else self._kept
        return [*islice(older, max(0, missing)), *islice(kept, len(kept) - count, None)]

    def note_end(self, seq: int, at_ms: int, players: Iterable[PlayerId]) -> None:
        """Note that a hand ended; `players` are at least its players.  For tables without a log."""
        ends = self._ends = self._ends or array("q")
        ends.extend((seq, at_ms))
        self._players.update(dict.fromkeys(players, seq))
        if ends[0] <= self._forgotten:
            del ends[:2]
        if len(self._players) > MAX_PLAYERS:
            self._players = {p: last for p, last in self._players.items() if last > self._forgotten}

    def ends(self) -> dict[int, int]:
        """The times at which hands ended, by the seq of their ends, where no log has them."""
        return (
            {} if self._ends is None else dict(zip(self._ends[::2], self._ends[1::2], strict=True))
        )

    def may_have_dealt(self, player: PlayerId) -> bool:
        """Whether a hand of the player may be in memory, where no log has it."""
        return self._players.get(player, 0) > self._forgotten

    def events(self) -> list[tuple[int, TableEvent]]:
        """All events in memory with their numbers."""
        return list(enumerate(self._kept, start=self._forgotten + 1))

    def hand(self, number: int) -> HandPart | None:
        """A finished hand, if all of it is in memory."""
        kept = enumerate(self._kept, start=self._forgotten + 1)
        for seq, event in kept:
            if isinstance(event, HandStarted) and event.hand == number:
                return HandPart(seq, list(of_hand(chain([event], (event for _, event in kept)))))
        return None

    async def read_hand(self, number: int) -> HandPart | None:
        """A finished hand from the log; None if it is incomplete.  Raises LogUnavailable."""
        found = await self._log.hand(self._table, number, self.seq)
        return None if found is None else HandPart(*found)
