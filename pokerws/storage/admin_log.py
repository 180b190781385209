"""The log of what operators have done: the contract of its store, and one in memory.

Rows are added and never changed.  An action of one transaction is one row.  Others have a row
before the action, without a `result`, and a second one after it.
"""

import itertools
import time
from collections import deque
from typing import Protocol

from msgspec import Struct

DONE = "done"
# What a server without a database remembers.
KEPT = 500


class AdminEntry(Struct, frozen=True, omit_defaults=True):
    """A row to add.

    `who` is the operator's id; `via` how the operator came in; `target` a player or a network.
    `result` is empty for an action that begins, DONE, or the code of a refusal; `detail` is the
    result as JSON, or the refusal's text.  `request` is carried out once.  `begun` is the number of
    the row before the action.
    """

    who: str
    role: str
    via: str
    node: str
    command: str
    target: str = ""
    table_id: str = ""
    reason: str = ""
    arguments: str = ""
    result: str = ""
    detail: str = ""
    request: str = ""
    begun: int | None = None


class LoggedAction(Struct, frozen=True):
    """An action as the log has it; `at_ms` is milliseconds UTC.

    `result` is empty if the server ended before it was done, or while it is being done.
    """

    id: int
    at_ms: int
    entry: AdminEntry


class AdminLog(Protocol):
    """Keeps the log.  Every method raises StoreUnavailable if the store is out of reach."""

    @property
    def keeps(self) -> bool:
        """Whether the log outlives the process."""

    async def add(self, entry: AdminEntry) -> int:
        """Add a row; returns its number."""

    async def actions(self, before: int | None, limit: int, target: str = "") -> list[LoggedAction]:
        """Up to `limit` actions, newest first, with a number below `before`.

        With a `target`, only those about this player, network or table.  The two rows of an action
        are one.
        """


class MemoryAdminLog:
    """`AdminLog` of a server without a database: the latest rows."""

    keeps = False

    def __init__(self) -> None:
        self._rows: deque[LoggedAction] = deque(maxlen=KEPT)
        self._numbers = itertools.count(1)

    async def add(self, entry: AdminEntry) -> int:
        """Part of `AdminLog`."""
        return self.put(entry)

    def put(self, entry: AdminEntry) -> int:
        """Add a row; returns its number."""
        number = next(self._numbers)
        self._rows.append(LoggedAction(number, time.time_ns() // 1_000_000, entry))
        return number

    async def actions(self, before: int | None, limit: int, target: str = "") -> list[LoggedAction]:
        """Part of `AdminLog`."""
        ends = {row.entry.begun: row.entry for row in self._rows if row.entry.begun is not None}
        found = [
            row if row.id not in ends else LoggedAction(row.id, row.at_ms, ends[row.id])
            for row in reversed(self._rows)
            if row.entry.begun is None
            and (before is None or row.id < before)
            and target in ("", row.entry.target, row.entry.table_id)
        ]
        return found[:limit]
