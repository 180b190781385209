"""What a server does beside play: idle tables leave memory, and abandoned ones are closed.

A table where nothing has happened for a while packs what it keeps.  One that leaves memory is
stored, and comes back when somebody asks for it.  One where nothing has happened for long, and that
nobody watches, is closed for good, so that its chips come home; one that was opened and never used
is closed much sooner, so that others have room.
"""

import asyncio
from typing import Literal

import structlog

from pokerws.game.illegal import Illegal
from pokerws.game.state import TableId
from pokerws.server.background.absent_seats import AbsentSeats
from pokerws.server.clock import Clock
from pokerws.server.tables.lobby import Lobby
from pokerws.storage.store import Store, StoreUnavailable

# So often, or several times in the shortest of the times that it looks after.
MOST_INTERVAL_MS = 10_000
LEAST_INTERVAL_MS = 10
PARTS = 4
# How often stored tables are looked for that this server does not know.
LIST_INTERVAL_MS = 30_000
# Tables looked for at a time; the rest is for the next round.
PAGE = 200
# One that could not be closed is left alone for so long.
PUT_OFF_MS = 600_000
# A table packs what it keeps when nothing has happened there for so long, which is longer than most
# turns take.
QUIET_MS = 60_000
# To pack one takes about a millisecond; play goes on for so long before the next one.
BETWEEN_PACKS_S = 0.005

log = structlog.get_logger("pokerws.upkeep")


class Upkeep:
    """Looks after the tables of a lobby, from `start` to `stop`.

    `idle_ms` is how long a table stays in memory without anything happening, `abandoned_ms` how
    long it stays open, `unused_ms` how long where nobody has played; 0 is for ever.
    """

    def __init__(
        self,
        lobby: Lobby,
        store: Store | None,
        clock: Clock,
        *,
        idle_ms: int,
        abandoned_ms: int,
        unused_ms: int = 0,
        absent_seats: AbsentSeats | None = None,
    ) -> None:
        self._lobby = lobby
        self._store = store
        self._clock = clock
        self._idle_ms = idle_ms
        self._abandoned_ms = abandoned_ms
        self._unused_ms = unused_ms
        self._absent_seats = absent_seats
        self._list_at_ms = clock.now_ms() + LIST_INTERVAL_MS
        # Tables that were quiet by then have been packed.
        self._packed_ms = 0
        # Tables that could not be closed, and when to try again.
        self._put_off: dict[TableId, int] = {}
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin."""
        self._task = asyncio.create_task(self._run(), name="upkeep")

    async def stop(self) -> None:
        """End."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    async def close_overtaken(self, since_ms: int) -> bool:
        """Close all stored tables that last changed before `since_ms`; returns whether none is
        left.  Raises StoreUnavailable or TimeoutError.

        Play has gone on in memory since then, so that they are not what players last saw.
        """
        assert self._store is not None, "only what is stored can be overtaken"
        closed, left = 0, set[TableId]()
        while tables := set(await self._store.idle(since_ms, PAGE + len(left))) - left:
            for table in tables:
                if await self._close(table, "overtaken"):
                    closed += 1
                else:
                    left.add(table)
            await self._lobby.flush()
        log.warning("overtaken_tables_closed", tables=closed)
        # One that was set aside for good is not among the open ones any more.
        left &= set(await self._store.idle(since_ms, PAGE + len(left)))
        if left:
            log.error("overtaken_tables_left", tables=len(left), until="the next start")
        return not left

    async def look(self) -> None:
        """Do once what there is to do."""
        now_ms = self._clock.now_ms()
        if now_ms >= self._list_at_ms:
            self._list_at_ms = now_ms + LIST_INTERVAL_MS
            await self._lobby.list_stored()
        if self._absent_seats is not None:
            await self._absent_seats.free()
        if self._abandoned_ms:
            for table in await self._abandoned(now_ms - self._abandoned_ms):
                await self._close(table, "abandoned")
        if self._unused_ms:
            for table in await self._unused(now_ms - self._unused_ms):
                await self._close(table, "abandoned")
        if self._idle_ms:
            evicted = self._lobby.evict(now_ms - self._idle_ms)
            if evicted:
                log.info("tables_evicted", tables=evicted, left=self._lobby.tables_in_memory)
        await self._pack(now_ms - QUIET_MS)

    async def _run(self) -> None:
        times_ms = [self._idle_ms, self._abandoned_ms, self._unused_ms, LIST_INTERVAL_MS]
        if self._absent_seats is not None:
            times_ms.append(self._absent_seats.absent_ms)
        shortest_ms = min(ms for ms in times_ms if ms)
        interval_ms = max(LEAST_INTERVAL_MS, min(MOST_INTERVAL_MS, shortest_ms // PARTS))
        while True:
            await asyncio.sleep(interval_ms / 1000)
            try:
                await self.look()
            except (StoreUnavailable, TimeoutError) as error:
                log.debug("upkeep_waits", error=str(error))
            except Exception:
                # The next round may go better, and play must not suffer.
                log.exception("upkeep_failed")

    async def _pack(self, before_ms: int) -> None:
        """Have the tables pack what they keep that have become quiet since the last time."""
        for actor in self._lobby.changed_between(self._packed_ms, before_ms):
            is_more = True
            # It may be in play again by now.
            while is_more and actor.changed_ms < before_ms:
                is_more = actor.pack()
                await asyncio.sleep(BETWEEN_PACKS_S)
        self._packed_ms = before_ms

    async def _abandoned(self, before_ms: int) -> list[TableId]:
        now_ms = self._clock.now_ms()
        self._put_off = {t: at_ms for t, at_ms in self._put_off.items() if at_ms > now_ms}
        found = self._lobby.unwatched(before_ms)
        if self._store is not None:
            # Those that are passed over must not fill the page, or the others' turn never comes.
            page = PAGE + self._lobby.tables_in_memory + len(self._put_off)
            stored = await self._store.idle(before_ms, page)
            found += [table for table in stored if not self._lobby.in_memory(table)]
        return [table for table in found if table not in self._put_off]

    async def _unused(self, before_ms: int) -> list[TableId]:
        found = self._lobby.unused(before_ms)
        elsewhere = self._lobby.unused_elsewhere() - self._put_off.keys()
        if self._store is not None and elsewhere:
            # Those that were used may be older, and are not for here.
            page = PAGE + len(self._lobby.summaries())
            found += [t for t in await self._store.idle(before_ms, page) if t in elsewhere]
        return [table for table in found if table not in self._put_off]

    async def _close(self, table: TableId, reason: Literal["abandoned", "overtaken"]) -> bool:
        try:
            await self._lobby.close(table, reason)
        except Illegal as refusal:
            log.warning("table_not_closed", table=table, reason=reason, error=str(refusal))
        except Exception:
            # A fault in one table is not to keep the others open.
            log.exception("table_not_closed", table=table, reason=reason)
        else:
            return True
        self._put_off[table] = self._clock.now_ms() + PUT_OFF_MS
        return False
