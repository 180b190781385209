"""Deletes games that were closed `CLOSED_GAMES_DAYS` ago, while play goes on.

It works in short transactions with pauses, on the connections that read, and keeps no hands: an
operator who wants to keep them runs `archive` or `prune --archive` in time.
"""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Protocol

import structlog

from pokerws.server.background.supervisor import Watch, cancel, unwatched
from pokerws.server.clock import Clock
from pokerws.storage.errors import PruneBusy, StoreUnavailable
from pokerws.storage.postgres.pruning import Pruning

# How often it looks for games to delete.
INTERVAL_S = 3600.0
# How soon it tries again when the database was away, or when a `prune` command was running.
RETRY_S = 60.0
# The least pause between two steps.  A step that took longer is followed by as long a pause.
PAUSE_S = 0.05

log = structlog.get_logger("pokerws.retention")


class Prunable(Protocol):
    """A store whose closed games can be deleted."""

    async def prune(self, prune: Pruning) -> bool:
        """Do one step of a prune; returns whether more may be left."""


class Retention:
    """Deletes the games of `store` closed `days` ago, from `start` to `stop`; 0 turns it off."""

    def __init__(self, store: Prunable, clock: Clock, days: int) -> None:
        self._store = store
        self._clock = clock
        self._days = days
        self._task: asyncio.Task[None] | None = None

    def start(self, watch: Watch = unwatched) -> None:
        """Start the task.  `watch` is given the task, which runs until `stop`."""
        if self._days:
            self._task = asyncio.create_task(self._run(), name="retention")
            watch(self._task)

    async def stop(self) -> None:
        """Stop, even during a step: its transaction is rolled back."""
        if self._task is not None:
            await cancel(self._task)

    async def prune(self) -> None:
        """Delete all games that are due.  Raises StoreUnavailable and PruneBusy."""
        now = datetime.fromtimestamp(self._clock.wall_ms() / 1000, UTC)
        pruning = Pruning(now - timedelta(days=self._days))
        loop = asyncio.get_running_loop()
        try:
            more = True
            while more:
                began_s = loop.time()
                more = await self._store.prune(pruning)
                await asyncio.sleep(max(PAUSE_S, loop.time() - began_s))
        finally:
            if pruning.games or pruning.events or pruning.left_alone:
                log.info(
                    "closed_games_pruned",
                    games=pruning.games,
                    transfers=pruning.transfers,
                    events=pruning.events,
                    left_alone=[one.game for one in pruning.left_alone[:10]],
                )

    async def _run(self) -> None:
        while True:
            wait_s = INTERVAL_S
            try:
                await self.prune()
            except (PruneBusy, StoreUnavailable, TimeoutError) as error:
                log.debug("prune_waits", error=str(error))
                wait_s = RETRY_S
            except Exception:
                # The next round may succeed; a bug here must not stop the server.
                log.exception("prune_failed")
            await asyncio.sleep(wait_s)
