"""The latest lines of chat at each table, in memory, and those that wait to be stored.

`background.chat_writer` stores them, beside play.  Here they are read back, when a table is watched
for the first time since it was loaded.
"""

from collections import OrderedDict, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

import structlog

from pokerws.game.state import PlayerId, TableId
from pokerws.messages import ChatHistory, ChatLine, ChatSaid
from pokerws.server.clock import Clock
from pokerws.server.tables.actors.delayed_viewers import Public
from pokerws.storage.chat import MAX_TABLE_LINES, StoredChat, StoredLine
from pokerws.storage.errors import StoreUnavailable

# The lines of all tables in memory, and as many that wait: about 20 MB each at most.
MAX_LINES = 40_000
# Closed tables whose lines wait to be deleted.  A sweep deletes those of others later.
MAX_CLOSED = 1_000
# How long the store is not asked for lines again after it was out of reach.
RETRY_MS = 10_000

log = structlog.get_logger("pokerws.chat")


class Waiting(NamedTuple):
    """What is to be stored: lines, the oldest number to keep at full tables, closed tables."""

    lines: Sequence[StoredLine]
    oldest: Mapping[TableId, int]
    closed: Sequence[TableId]

    def __bool__(self) -> bool:
        return bool(self.lines or self.closed)


class _Latest:
    """The latest lines of each table.  If there are too many, those of the tables with the oldest
    chat are dropped; `dropped` is told.
    """

    def __init__(self, dropped: Callable[[TableId], object] = lambda _: None) -> None:
        self._lines: OrderedDict[TableId, deque[StoredLine]] = OrderedDict()
        self._dropped = dropped
        self.count = 0

    def __iter__(self) -> Iterator[StoredLine]:
        return (line for lines in self._lines.values() for line in lines)

    def of(self, table: TableId) -> Sequence[StoredLine]:
        """The lines of a table, the oldest first."""
        return self._lines.get(table, ())

    def add(self, line: StoredLine) -> None:
        """Add the newest line of a table."""
        lines = self._lines.get(line.table)
        if lines is None:
            lines = self._lines[line.table] = deque(maxlen=MAX_TABLE_LINES)
        self._lines.move_to_end(line.table)
        self.count += len(lines) < MAX_TABLE_LINES
        lines.append(line)
        while self.count > MAX_LINES:
            table, lost = self._lines.popitem(last=False)
            self.count -= len(lost)
            self._dropped(table)

    def pop(self, table: TableId) -> Sequence[StoredLine]:
        """Remove the lines of a table, and return them."""
        lines = self._lines.pop(table, ())
        self.count -= len(lines)
        return lines

    def take(self, most: int) -> list[StoredLine]:
        """Remove whole tables, those with the oldest chat first, until there are `most` lines."""
        taken = list[StoredLine]()
        while self._lines and len(taken) < most:
            taken += self._lines.popitem(last=False)[1]
        self.count -= len(taken)
        return taken


class ChatLines:
    """The lines of all tables; without a `store` they are in memory only."""

    def __init__(self, store: StoredChat | None = None, clock: Clock | None = None) -> None:
        self._store = store
        self._clock = clock or Clock()
        # The epoch of a table's actor for which the stored lines were read.
        self._read: dict[TableId, int] = {}
        self._lines = _Latest(lambda table: self._read.pop(table, None))
        self._waiting = _Latest()
        self._closed: set[TableId] = set()
        self._last = 0
        self._retry_ms = 0

    def __len__(self) -> int:
        return self._lines.count

    def add(self, said: ChatSaid, public: Public) -> None:
        """Keep a line, which late viewers may see when it is `public`."""
        # A number of its own, which keeps the order after a restart too.
        self._last = max(self._last + 1, said.at_ms)
        who = (said.table, self._last, said.player, said.name)
        line = StoredLine(*who, said.text, said.at_ms, public.at_ms, public.hand)
        self._lines.add(line)
        if self._store is not None:
            self._waiting.add(line)

    def history(
        self, table: TableId, hears: Callable[[PlayerId], bool], until: Public | None = None
    ) -> ChatHistory | None:
        """The lines of players whom a viewer `hears`, if there are any.

        With `until`, only those that everybody may see by then.
        """
        lines = [
            ChatLine(line.player, line.name, line.text, line.at_ms)
            for line in self._lines.of(table)
            if hears(line.player)
            and (until is None or Public(line.public_ms, line.public_hand).is_by(until))
        ]
        return ChatHistory(table, lines) if lines else None

    # ---- stored lines

    async def open(self, table: TableId, epoch: int) -> bool:
        """Read the stored lines of a table, unless they were read for this `epoch`.

        Returns whether it has waited for that.  If the store is out of reach, there are only the
        lines in memory until a later call: the table can still be watched.
        """
        if self._store is None or self._read.get(table) == epoch:
            return False
        if self._clock.now_ms() < self._retry_ms:
            return False
        try:
            stored = await self._store.of(table)
        except StoreUnavailable as error:
            self._retry_ms = self._clock.now_ms() + RETRY_MS
            log.info("chat_not_loaded", table=table, error=str(error))
            return True
        self._read[table] = epoch
        # Those in memory may not be stored yet; another server may have stored others.
        known = {line.number: line for line in (*stored, *self._lines.pop(table))}
        for number in sorted(known):
            self._lines.add(known[number])
        # What is said from now on comes after it, even if the clock was put back.
        self._last = max(self._last, max(known, default=0))
        return True

    def forget(self, table: TableId) -> None:
        """Drop the lines of a table that is gone, also the stored ones."""
        self._lines.pop(table)
        self._waiting.pop(table)
        self._read.pop(table, None)
        if self._store is not None and len(self._closed) < MAX_CLOSED:
            self._closed.add(table)

    def take(self, most: int) -> Waiting:
        """Lines that wait, until there are `most`, and all closed tables.

        `give_back` what cannot be stored.
        """
        lines = self._waiting.take(most)
        oldest = dict[TableId, int]()
        for table in {line.table for line in lines}:
            kept = self._lines.of(table)
            if len(kept) == MAX_TABLE_LINES:
                oldest[table] = kept[0].number
        closed, self._closed = tuple(self._closed), set()
        return Waiting(lines, oldest, closed)

    def give_back(self, waiting: Waiting) -> None:
        """Let what could not be stored wait again, before what was said since."""
        later, self._waiting = self._waiting, _Latest()
        for line in (*waiting.lines, *later):
            if line.table not in self._closed:
                self._waiting.add(line)
        self._closed.update(waiting.closed)
