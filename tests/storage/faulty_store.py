"""A store in memory whose next saves fail as told, or wait until they are let go."""

import asyncio
from collections.abc import Sequence
from typing import Literal

from msgspec.structs import replace

from pokerws.game.state import TableId
from pokerws.storage.errors import StoreUnavailable
from pokerws.storage.store import Change
from tests.server.fakes import OpenStore

# Lost `before` or `after` the change is committed: the caller cannot tell which.
Fault = Literal["before", "after", "bug"]


class FaultyStore(OpenStore):
    """`faults` are those of the coming saves, in order; while `open` is clear, a save waits."""

    def __init__(self, *faults: Fault | None) -> None:
        super().__init__()
        self.faults: list[Fault | None] = list(faults)
        self.saves: list[list[Change]] = []
        self.open = asyncio.Event()
        self.open.set()
        self.begun = asyncio.Event()

    async def save(self, changes: Sequence[Change]) -> set[TableId]:
        fault = self.faults.pop(0) if self.faults else None
        self.saves.append(list(changes))
        self.begun.set()
        if fault == "before":
            raise StoreUnavailable("connection refused")
        if fault == "bug":
            raise ZeroDivisionError("a bug in the store")
        await self.open.wait()
        written = await super().save(changes)
        if fault == "after":
            raise StoreUnavailable("connection lost while committing")
        return written

    def edit(self, table: str, version: int) -> None:
        """Somebody sets a row's version by hand."""
        row = self._rows[TableId(table)]
        row.change = replace(row.change, version=version)

    def delete(self, table: str) -> None:
        """Somebody deletes a row and its events."""
        del self._rows[TableId(table)]

    def snapshot(self, table: str) -> bytes:
        """What is stored now."""
        return self._rows[TableId(table)].snapshot

    async def seqs(self, table: str = "t1") -> list[int]:
        """Which events of a table are stored."""
        return [row.seq for row in await self.events(TableId(table), 0, 100_000)]
