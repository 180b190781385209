"""A `StoredChat` in dicts, for tests."""

from collections.abc import Mapping, Sequence

from pokerws.game.state import TableId
from pokerws.storage.chat import MAX_TABLE_LINES, StoredLine
from pokerws.storage.errors import StoreUnavailable


class MemoryChat:
    """While it `fails`, every call raises that; `reads` counts those of lines."""

    def __init__(self) -> None:
        self.tables: dict[TableId, dict[int, StoredLine]] = {}
        self.closed: set[TableId] = set()
        self.fails: Exception | None = None
        self.reads = 0

    def go_away(self) -> None:
        """Be out of reach from now on."""
        self.fails = StoreUnavailable("away")

    async def add(self, lines: Sequence[StoredLine], oldest: Mapping[TableId, int]) -> None:
        """Part of `StoredChat`."""
        self._check()
        for line in lines:
            self.tables.setdefault(line.table, {}).setdefault(line.number, line)
        for table, number in oldest.items():
            self._drop(table, number)

    async def of(self, table: TableId) -> list[StoredLine]:
        """Part of `StoredChat`."""
        self._check()
        self.reads += 1
        lines = self.tables.get(table, {})
        return [lines[number] for number in sorted(lines)][-MAX_TABLE_LINES:]

    async def erase(self, tables: Sequence[TableId]) -> None:
        """Part of `StoredChat`."""
        self._check()
        for table in tables:
            self.tables.pop(table, None)

    async def sweep(self, after: str, before_ms: int) -> str | None:
        """Part of `StoredChat`."""
        self._check()
        table = min((table for table in self.tables if table > after), default=None)
        if table is not None:
            self._drop(table, 2**63 if table in self.closed else before_ms)
        return table

    def _drop(self, table: TableId, before: int) -> None:
        lines = {n: line for n, line in self.tables.get(table, {}).items() if n >= before}
        self.tables[table] = lines
        if not lines:
            del self.tables[table]

    def _check(self) -> None:
        if self.fails is not None:
            raise self.fails
