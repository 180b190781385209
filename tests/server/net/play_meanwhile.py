"""Two players at a table, whose pace shows whether an attack elsewhere disturbs them."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from pokerws.client import TableView
from pokerws.game.events import TableEvent
from tests.server.resident import MAX_GROWTH_BYTES, resident_bytes

# Events for each second that the attack keeps the process busy: a tenth of what is seen at worst.
# What other processes do meanwhile is not counted.
LEAST_PACE = 10
SOON_S = 60


class Play:
    """A table where two players play, and what is seen of its pace."""

    def __init__(self) -> None:
        self.view: TableView
        self.events = 0

    def note(self, seq: int, event: TableEvent) -> None:
        self.events += 1

    async def hands(self, count: int) -> None:
        target = self.view.table.hand_number + count
        async with asyncio.timeout(SOON_S):
            await self.view.wait_for(lambda view: view.table.hand_number >= target)

    @asynccontextmanager
    async def goes_on(self) -> AsyncIterator[None]:
        """Check pace and memory over what happens meanwhile, and over one more hand."""
        await self.hands(2)
        before, attacked_s, seen = resident_bytes(), time.process_time(), self.events
        yield
        busy_s = time.process_time() - attacked_s
        assert self.events - seen >= int(LEAST_PACE * busy_s), "the table stood still"
        assert resident_bytes() - before < MAX_GROWTH_BYTES
        await self.hands(1)
