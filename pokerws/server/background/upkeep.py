"""Packs quiet tables, evicts idle ones from memory and closes abandoned ones.

A quiet table compresses its recent events.  An evicted table stays in the store, and is loaded
again on demand.  An abandoned table has had no viewer and no change for a long time: it is closed,
so that its chips return to the players.  A table that was never used is closed much sooner.
"""

import asyncio
from typing import Literal

import structlog

from pokerws.game.illegal import Illegal
from pokerws.game.state import TableId
from pokerws.messages import NOTICES
from pokerws.server.background.absent_seats import AbsentSeats
from pokerws.server.background.supervisor import Watch, cancel, unwatched
from pokerws.server.clock import Clock
from pokerws.server.isolation import each, fail
from pokerws.server.tables.lobby import Lobby
from pokerws.storage.errors import StoreUnavailable
from pokerws.storage.store import Store

# Limits of the interval between rounds: the shortest configured time divided by PARTS.
MOST_INTERVAL_MS = 10_000
LEAST_INTERVAL_MS = 10
PARTS = 4
# How often the store is searched for tables that this server does not know.
LIST_INTERVAL_MS = 30_000
# Tables closed per round; the rest waits for the next one.
PAGE = 200
# How long to wait before a table that could not be closed is tried again.
PUT_OFF_MS = 600_000
# The viewers of an unused table are warned so long before it is closed.
WARN_UNUSED_MS = 300_000
# A table is quiet when nothing has happened there for this long, which is longer than most turns.
QUIET_MS = 60_000
# Packing a table takes about 1 ms; other tasks run for this long before the next one.
BETWEEN_PACKS_S = 0.005

log = structlog.get_logger("pokerws.upkeep")


class Upkeep:
    """Maintains the tables of a lobby, from `start` to `stop`.

    A table without viewers stays in memory for `idle_ms`, and open for `abandoned_ms`.  A table
    where no hand was played stays open for `unused_ms`.  0 means for ever.
    """

    def __init__(
        self,
        lobby: Lobby,
        store: Store,
        clock: Clock,
        *,
        idle_ms: int,
        abandoned_ms: int,
        unused_ms: int = 0,
        absent_seats: AbsentSeats,
    ) -> None:
        self._lobby = lobby
        self._store = store
        self._clock = clock
        self._idle_ms = idle_ms
        self._abandoned_ms = abandoned_ms
        self._unused_ms = unused_ms
        self._absent_seats = absent_seats
        self._list_at_ms = clock.now_ms() + LIST_INTERVAL_MS
        # Tables that were quiet at this time have been packed.
        self._packed_ms = 0
        # Tables that could not be closed, and when to try again.
        self._put_off: dict[TableId, int] = {}
        # Unused tables whose viewers have been warned.
        self._warned: set[TableId] = set()
        self._task: asyncio.Task[None] | None = None

    def start(self, watch: Watch = unwatched) -> None:
        """Start the task.  `watch` is given the task, which runs until `stop`."""
        self._task = asyncio.create_task(self._run(), name="upkeep")
        watch(self._task)

    async def stop(self) -> None:
        """Stop the task."""
        if self._task is not None:
            await cancel(self._task)

    async def close_overtaken(self, since_ms: int) -> bool:
        """Close all stored tables last changed before `since_ms`.  Returns whether none is left.

        Since then play went on in memory, so these tables are outdated.  Raises StoreUnavailable or
        TimeoutError.
        """
        closed, left = 0, set[TableId]()
        while tables := set(await self._store.idle(since_ms, PAGE + len(left))) - left:
            for table in tables:
                if await self._close(table, "overtaken"):
                    closed += 1
                else:
                    left.add(table)
            await self._lobby.flush()
        log.warning("overtaken_tables_closed", tables=closed)
        # Those that were quarantined meanwhile do not count: they are not open any more.
        left &= set(await self._store.idle(since_ms, PAGE + len(left)))
        if left:
            log.error("overtaken_tables_left", tables=len(left), until="the next start")
        return not left

    async def look(self) -> None:
        """Do one round.  A bug in one step does not keep the others from being done."""
        now_ms = self._clock.now_ms()
        for step in (
            self._list,
            self._free_seats,
            self._close_abandoned,
            self._close_unused,
            self._evict,
            self._pack,
        ):
            try:
                await step(now_ms)
            except (StoreUnavailable, TimeoutError) as error:
                # Until the database is back, no table leaves memory either.
                log.debug("upkeep_waits", error=str(error))
                return
            except Exception:
                # The next round may succeed; a bug here must not stop the server.
                log.exception("upkeep_failed", step=step.__name__)

    async def _list(self, now_ms: int) -> None:
        if now_ms >= self._list_at_ms:
            self._list_at_ms = now_ms + LIST_INTERVAL_MS
            await self._lobby.list_stored()

    async def _free_seats(self, _: int) -> None:
        await self._absent_seats.free()

    async def _close_abandoned(self, now_ms: int) -> None:
        if self._abandoned_ms:
            for table in await self._abandoned(now_ms - self._abandoned_ms):
                await self._close(table, "abandoned")

    async def _close_unused(self, now_ms: int) -> None:
        if self._unused_ms:
            self._warn_unused(now_ms - self._unused_ms)
            for table in await self._unused(now_ms - self._unused_ms):
                await self._close(table, "abandoned")

    async def _evict(self, now_ms: int) -> None:
        if self._idle_ms:
            evicted = self._lobby.evict(now_ms - self._idle_ms)
            if evicted:
                log.info("tables_evicted", tables=evicted, left=self._lobby.tables_in_memory)

    async def _run(self) -> None:
        times_ms = (
            *(self._idle_ms, self._abandoned_ms, self._unused_ms),
            *(self._absent_seats.absent_ms, LIST_INTERVAL_MS),
        )
        shortest_ms = min(ms for ms in times_ms if ms)
        interval_ms = max(LEAST_INTERVAL_MS, min(MOST_INTERVAL_MS, shortest_ms // PARTS))
        while True:
            await asyncio.sleep(interval_ms / 1000)
            await self.look()

    async def _pack(self, now_ms: int) -> None:
        """Pack the tables that became quiet since the last round."""
        before_ms = now_ms - QUIET_MS
        quiet = self._lobby.idle.changed_between(self._packed_ms, before_ms)
        self._packed_ms = before_ms
        for actor in quiet:
            is_more = True
            # Stop when the table is in play again.
            while is_more and actor.changed_ms < before_ms:
                is_more = False
                try:
                    is_more = actor.pack()
                except Exception as error:  # noqa: BLE001  `fail` reports it
                    fail(actor, error)
                await asyncio.sleep(BETWEEN_PACKS_S)

    async def _abandoned(self, before_ms: int) -> list[TableId]:
        now_ms = self._clock.now_ms()
        self._put_off = {t: at_ms for t, at_ms in self._put_off.items() if at_ms > now_ms}
        found = self._lobby.idle.unwatched(before_ms)
        stored_before_ms = before_ms + self._clock.ahead_ms
        # The page has room for the tables that are skipped below, or others are never reached.
        page = PAGE + self._lobby.tables_in_memory + len(self._put_off)
        stored = await self._store.idle(stored_before_ms, page)
        found += [table for table in stored if not self._lobby.in_memory(table)]
        return [table for table in found if table not in self._put_off]

    def _warn_unused(self, before_ms: int) -> None:
        """Tell the viewers of unused tables once that these are about to be closed."""
        warn_before_ms = before_ms + min(WARN_UNUSED_MS, self._unused_ms // 2)
        unused = self._lobby.idle.unused(warn_before_ms)
        to_warn = [actor for actor in unused if actor.table.id not in self._warned]
        each(to_warn, lambda actor: actor.notify("table_unused", NOTICES["table_unused"]))
        self._warned = {actor.table.id for actor in unused}

    async def _unused(self, before_ms: int) -> list[TableId]:
        found = [actor.table.id for actor in self._lobby.idle.unused(before_ms)]
        elsewhere = self._lobby.idle.unused_elsewhere() - self._put_off.keys()
        if elsewhere:
            # The page has room for all listed tables, since used ones may come before these.
            page = PAGE + self._lobby.tables_listed
            stored = await self._store.idle(before_ms + self._clock.ahead_ms, page)
            found += [table for table in stored if table in elsewhere]
        return [table for table in found if table not in self._put_off]

    async def _close(self, table: TableId, reason: Literal["abandoned", "overtaken"]) -> bool:
        try:
            await self._lobby.close(table, reason)
        except Illegal as refusal:
            log.warning("table_not_closed", table=table, reason=reason, error=str(refusal))
        except Exception:
            # A bug in one table must not keep the others open.
            log.exception("table_not_closed", table=table, reason=reason)
        else:
            return True
        self._put_off[table] = self._clock.now_ms() + PUT_OFF_MS
        return False
