"""Stores lines of chat once a second, beside play, and deletes old ones.

Chat does not wait for it: a crash loses the last second.  While the store is out of reach, the
latest 200 lines of each table wait.
"""

import asyncio

import structlog

from pokerws.server.background.supervisor import Watch, cancel, unwatched
from pokerws.server.clock import Clock
from pokerws.server.company.chat_lines import ChatLines
from pokerws.storage.chat import StoredChat
from pokerws.storage.errors import StoreRejected, StoreUnavailable

INTERVAL_S = 1.0
# How soon it tries again when the store was out of reach.
RETRY_S = 5.0
# Lines in one statement, but for the rest of a table's.
BATCH = 1_000
# How long a stop waits for what is not stored.
STOP_S = 2.0
SWEEP_INTERVAL_MS = 3_600_000
DAY_MS = 24 * 3_600_000

log = structlog.get_logger("pokerws.chat")


class ChatWriter:
    """Writes what waits in `lines` to `store`, from `start` to `stop`.

    Lines are deleted after `days`; with 0 none are stored, and all that are there are deleted.
    """

    def __init__(self, lines: ChatLines, store: StoredChat, clock: Clock, days: int) -> None:
        self._lines = lines
        self._store = store
        self._clock = clock
        self._days = days
        self._sweep_ms = 0
        self._task: asyncio.Task[None] | None = None

    def start(self, watch: Watch = unwatched) -> None:
        """Start the task.  `watch` is given the task, which runs until `stop`."""
        self._task = asyncio.create_task(self._run(), name="chat writer")
        watch(self._task)

    async def stop(self) -> None:
        """Stop the task, and store what waits if the store answers soon."""
        if self._task is not None:
            await cancel(self._task)
        try:
            async with asyncio.timeout(STOP_S):
                await self.write()
        except (StoreUnavailable, TimeoutError) as error:
            log.warning("chat_not_stored", error=str(error))

    async def write(self) -> None:
        """Store what waits.  Raises StoreUnavailable or TimeoutError, and it waits on."""
        while waiting := self._lines.take(BATCH):
            try:
                if waiting.lines:
                    await self._store.add(waiting.lines, waiting.oldest)
                    log.debug("chat_stored", lines=len(waiting.lines))
                if waiting.closed:
                    await self._store.erase(waiting.closed)
                    log.debug("chat_erased", tables=len(waiting.closed))
            except StoreRejected as error:
                # Nothing is in such a line that players could not have said: it must not wait.
                log.error(  # noqa: TRY400  the trace says no more
                    "chat_rejected", lines=len(waiting.lines), error=str(error)
                )
            except BaseException:
                self._lines.give_back(waiting)
                raise

    async def sweep(self) -> None:
        """Delete old lines, and those of closed tables.  Raises StoreUnavailable."""
        before_ms = self._clock.table_ms() - self._days * DAY_MS
        after: str | None = ""
        while after is not None:
            after = await self._store.sweep(after, before_ms)
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
                log.debug("chat_waits", error=str(error))
                wait_s = RETRY_S
            except Exception:
                # The next round may succeed; a bug here must not stop the server.
                log.exception("chat_writer_failed")
            await asyncio.sleep(wait_s)
