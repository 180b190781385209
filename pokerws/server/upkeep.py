"""What a server does beside play: idle tables leave memory, and abandoned ones are closed.

A table that leaves memory is stored, and comes back when somebody asks for it.  One where nothing
has happened for long, and that nobody watches, is closed for good, so that its chips come home.
"""

import asyncio
from typing import Literal

import structlog

from pokerws.game.illegal import Illegal
from pokerws.game.state import TableId
from pokerws.server.clock import Clock
from pokerws.server.lobby import Lobby
from pokerws.storage.store import Store, StoreUnavailable

# So often, or several times in the shortest of the times that it looks after.
MOST_INTERVAL_MS = 10_000
LEAST_INTERVAL_MS = 10
PARTS = 4
# Tables looked for at a time; the rest is for the next round.
PAGE = 200

log = structlog.get_logger("pokerws.upkeep")


class Upkeep:
    """Looks after the tables of a lobby, from `start` to `stop`.

    `idle_ms` is how long a table stays in memory without anything happening, `abandoned_ms` how
    long it stays open; 0 is for ever.
    """

    def __init__(
        self, lobby: Lobby, store: Store | None, clock: Clock, *, idle_ms: int, abandoned_ms: int
    ) -> None:
        self._lobby = lobby
        self._store = store
        self._clock = clock
        self._idle_ms = idle_ms
        self._abandoned_ms = abandoned_ms
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin."""
        if self._idle_ms or self._abandoned_ms:
            self._task = asyncio.create_task(self._run(), name="upkeep")

    async def stop(self) -> None:
        """End."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    async def close_overtaken(self, since_ms: int) -> int:
        """Close all stored tables that last changed before `since_ms`; returns how many.

        Play has gone on in memory since then, so that they are not what players last saw.
        """
        assert self._store is not None, "only what is stored can be overtaken"
        closed = 0
        while tables := await self._store.idle(since_ms, PAGE):
            before = closed
            for table in tables:
                closed += await self._close(table, "overtaken")
            await self._lobby.flush()
            if closed == before:
                log.error("tables_not_closed", tables=len(tables))
                break
        return closed

    async def look(self) -> None:
        """Do once what there is to do."""
        now_ms = self._clock.now_ms()
        if self._abandoned_ms:
            for table in await self._abandoned(now_ms - self._abandoned_ms):
                await self._close(table, "abandoned")
        if self._idle_ms:
            evicted = self._lobby.evict(now_ms - self._idle_ms)
            if evicted:
                log.info("tables_evicted", tables=evicted, left=self._lobby.tables_in_memory)

    async def _run(self) -> None:
        shortest_ms = min(ms for ms in (self._idle_ms, self._abandoned_ms) if ms)
        interval_ms = max(LEAST_INTERVAL_MS, min(MOST_INTERVAL_MS, shortest_ms // PARTS))
        while True:
            await asyncio.sleep(interval_ms / 1000)
            try:
                await self.look()
            except StoreUnavailable as error:
                log.debug("upkeep_waits", error=str(error))
            except Exception:
                # The next round may go better, and play must not suffer.
                log.exception("upkeep_failed")

    async def _abandoned(self, before_ms: int) -> list[TableId]:
        found = self._lobby.unwatched(before_ms)
        if self._store is not None:
            stored = await self._store.idle(before_ms, PAGE)
            found += [table for table in stored if not self._lobby.in_memory(table)]
        return found

    async def _close(self, table: TableId, reason: Literal["abandoned", "overtaken"]) -> bool:
        try:
            await self._lobby.close(table, reason)
        except Illegal as refusal:
            log.warning("table_not_closed", table=table, reason=reason, error=str(refusal))
            return False
        return True
