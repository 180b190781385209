"""Stores once a second from where players are connected, beside play, and deletes old rows.

Nobody waits for it: a crash loses the last second.  While the store is out of reach, the latest
connections wait.
"""

import asyncio
import secrets
from collections import OrderedDict

import structlog

from pokerws.game.state import PlayerId
from pokerws.server.background.supervisor import Watch, cancel, unwatched
from pokerws.server.clock import Clock
from pokerws.server.moderation.roster import Connected
from pokerws.storage.connections import StoredConnection, StoredConnections
from pokerws.storage.errors import StoreUnavailable

INTERVAL_S = 1.0
# How soon it tries again when the store was out of reach.
RETRY_S = 5.0
# Rows in one statement, and rows that wait: the oldest are dropped, and counted in the log.
BATCH, MOST_WAITING = 1_000, 20_000
# How long a stop waits for what is not stored.
STOP_S = 2.0
SWEEP_INTERVAL_MS = 3_600_000
DAY_MS = 24 * 3_600_000

log = structlog.get_logger("pokerws.connections")


class ConnectionWriter:
    """Writes connections to `store`, from `start` to `stop`.  It is a `roster.Register`.

    Rows are deleted after `days`; with 0 none are stored, and all that are there are deleted.
    """

    def __init__(self, store: StoredConnections, clock: Clock, days: int) -> None:
        self._store = store
        self._clock = clock
        self._days = days
        self._open: dict[Connected, StoredConnection] = {}
        self._waiting: OrderedDict[str, StoredConnection] = OrderedDict()
        self._dropped = 0
        self._sweep_ms = 0
        self._task: asyncio.Task[None] | None = None

    def start(self, watch: Watch = unwatched) -> None:
        """Start the task.  `watch` is given the task, which runs until `stop`."""
        self._task = asyncio.create_task(self._run(), name="connection writer")
        watch(self._task)

    async def stop(self) -> None:
        """Stop the task, and store what waits if the store answers soon."""
        if self._task is not None:
            await cancel(self._task)
        try:
            async with asyncio.timeout(STOP_S):
                await self.write()
        except (StoreUnavailable, TimeoutError) as error:
            log.warning("connections_not_stored", connections=len(self._waiting), error=str(error))

    def entered(self, player: PlayerId, connection: Connected) -> None:
        """Part of `Register`."""
        if self._days:
            began_ms = self._clock.wall_ms()
            row = StoredConnection(secrets.token_hex(12), player, connection.address, began_ms)
            self._open[connection] = row
            self._wait(row)

    def left(self, connection: Connected) -> None:
        """Part of `Register`."""
        row = self._open.pop(connection, None)
        if row is not None:
            self._wait(row._replace(ended_ms=self._clock.wall_ms()))

    def _wait(self, row: StoredConnection) -> None:
        self._waiting[row.id] = row
        if len(self._waiting) > MOST_WAITING:
            self._waiting.popitem(last=False)
            self._dropped += 1

    async def write(self) -> None:
        """Store what waits.  Raises StoreUnavailable or TimeoutError, and it waits on."""
        while self._waiting:
            batch = list(self._waiting.values())[:BATCH]
            await self._store.put(batch)
            for row in batch:
                # It may have ended meanwhile.
                if self._waiting.get(row.id) is row:
                    del self._waiting[row.id]
        if self._dropped:
            log.warning("connections_dropped", connections=self._dropped)
            self._dropped = 0

    async def sweep(self) -> None:
        """Delete old rows.  Raises StoreUnavailable."""
        before_ms = self._clock.wall_ms() - self._days * DAY_MS
        is_more = True
        while is_more:
            is_more = await self._store.sweep(before_ms, BATCH) == BATCH
            await asyncio.sleep(0)

    async def _run(self) -> None:
        while True:
            wait_s = INTERVAL_S
            try:
                await self.write()
                now_ms = self._clock.now_ms()
                if now_ms >= self._sweep_ms:
                    await self.sweep()
                    self._sweep_ms = now_ms + SWEEP_INTERVAL_MS
            except (StoreUnavailable, TimeoutError) as error:
                log.debug("connections_wait", error=str(error))
                wait_s = RETRY_S
            except Exception:
                # The next round may succeed; a bug here must not stop the server.
                log.exception("connection_writer_failed")
            await asyncio.sleep(wait_s)
