"""Takes over the tables of servers that have died.  Only servers of a cluster do so.

Several servers share the work: each claims a chunk, loads it and claims the next one.  Tables with
a hand in play come first.  Those where nobody sits wait until somebody asks for them.
Servers look once a second, and when a lease ends that was not renewed.
"""

import asyncio
from collections.abc import Mapping
from typing import Protocol

import structlog

from pokerws.game.illegal import Illegal
from pokerws.game.state import TableId
from pokerws.server.background.supervisor import Watch, cancel, unwatched
from pokerws.server.tables.lobby import Lobby
from pokerws.storage.errors import StoreUnavailable
from pokerws.storage.store import Claimed

INTERVAL_S = 1.0
# After the end of a lease, as the database told it.
MARGIN_S = 0.02
CHUNK = 200
# Refusals after which loading a table is tried again.
RETRIED = frozenset({"table_unavailable", "paused"})

log = structlog.get_logger("pokerws.orphans")


class Orphanage(Protocol):
    """A store that knows who has died."""

    async def holders_gone(self) -> list[str]:
        """End the owners whose lease is over; returns those that have left tables behind."""

    async def next_end_s(self) -> float | None:
        """How long until the next lease of another server ends, unless that is renewed."""

    async def claim_left(
        self, holders: list[str], limit: int, *, active: bool
    ) -> Mapping[TableId, Claimed]:
        """Claim up to `limit` of their tables: those in play, or the others."""


class Orphans:
    """Takes tables over for `lobby`, from `start` to `stop`."""

    def __init__(self, lobby: Lobby, store: Orphanage, *, interval_s: float = INTERVAL_S) -> None:
        self._lobby = lobby
        self._store = store
        self._interval_s = interval_s
        # Claimed tables that could not be loaded.
        self._waiting: set[TableId] = set()
        self._task: asyncio.Task[None] | None = None

    def start(self, watch: Watch = unwatched) -> None:
        """Start the task.  `watch` is given the task, which runs until `stop`."""
        self._task = asyncio.create_task(self._run(), name="orphans")
        watch(self._task)

    async def stop(self) -> None:
        """Stop the task."""
        if self._task is not None:
            await cancel(self._task)

    async def look(self) -> int:
        """Take over what there is; returns how many.  Raises StoreUnavailable or TimeoutError."""
        await self._load_waiting()
        holders = await self._store.holders_gone()
        if not holders:
            return 0
        taken = 0
        for active in (True, False):
            while claims := await self._store.claim_left(holders, CHUNK, active=active):
                self._waiting |= claims.keys()
                if unlisted := await self._lobby.take(claims):
                    await self._lobby.list_stored()
                    await self._lobby.take(unlisted)
                taken += len(claims)
                self._waiting -= {table for table in claims if self._lobby.in_memory(table)}
        if taken:
            log.warning("tables_taken_over", tables=taken, not_loaded=len(self._waiting))
        return taken

    async def _load_waiting(self) -> None:
        for table in list(self._waiting):
            try:
                await self._lobby.find(table)
            except Illegal as refusal:
                if refusal.code in RETRIED:
                    return
            self._waiting.discard(table)

    async def pause_s(self) -> float:
        """How long nothing can be left behind, or a second.  Raises StoreUnavailable."""
        left_s = await self._store.next_end_s()
        # One that is over and not ended may be renewed yet.
        if left_s is None or left_s <= 0:
            return self._interval_s
        return min(self._interval_s, left_s + MARGIN_S)

    async def _run(self) -> None:
        pause_s = self._interval_s
        while True:
            await asyncio.sleep(pause_s)
            pause_s = self._interval_s
            try:
                await self.look()
                pause_s = await self.pause_s()
            except (StoreUnavailable, TimeoutError) as error:
                log.debug("orphans_wait", error=str(error))
            except Exception:
                # The next round may succeed; a bug here must not stop the server.
                log.exception("orphans_failed")
