"""A store in memory that a test can make slow, or take away."""

import asyncio
from collections.abc import Sequence

from pokerws.game.state import TableId
from pokerws.storage.errors import StoreUnavailable
from pokerws.storage.store import Change, EventRow
from tests.server.fakes import OpenStore


class SlowStore(OpenStore):
    """A store whose log is read only while `open` is set, and written only while `saves_go` is.

    While it is `away` the log cannot be read at all.
    """

    def __init__(self) -> None:
        super().__init__()
        self.open, self.saves_go, self.asked = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self.open.set()
        self.saves_go.set()
        self.reads = 0
        self.away = False

    async def read(self) -> None:
        """Wait until the log can be read.  Raises StoreUnavailable."""
        self.reads += 1
        self.asked.set()
        if self.away:
            raise StoreUnavailable("connection refused")
        await self.open.wait()

    async def events(self, table: TableId, after_seq: int, limit: int) -> list[EventRow]:
        await self.read()
        return await super().events(table, after_seq, limit)

    async def save(self, changes: Sequence[Change]) -> set[TableId]:
        await self.saves_go.wait()
        return await super().save(changes)
