"""Records in the database that play goes on in memory, so that its stored tables are outdated.

The next server that uses the database closes these tables and returns their chips; see
`storage.postgres.overtaken`.
"""

import asyncio
from contextlib import suppress

import structlog

from pokerws.server.background.supervisor import Watch, cancel, unwatched
from pokerws.settings import Settings
from pokerws.storage.errors import AddressError, StoreUnavailable
from pokerws.storage.postgres.address import address_of
from pokerws.storage.postgres.overtaken import note

RETRY_S = 30

log = structlog.get_logger("pokerws.memory_play")


class MemoryPlayNote:
    """Records that play has gone on in memory since `began_ms` (ms UTC)."""

    def __init__(self, settings: Settings, began_ms: int) -> None:
        self._settings = settings
        self._began_ms = began_ms
        self._tried = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self, watch: Watch = unwatched) -> None:
        """Start the task.  `watch` is given the task, which ends when the note is written."""
        self._task = asyncio.create_task(self._run(), name="memory_play_note")
        watch(self._task)

    async def stop(self, timeout_s: float) -> None:
        """Stop, after at least one attempt, so that even a short run is recorded."""
        if self._task is None:
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                await self._tried.wait()
        await cancel(self._task)

    async def _run(self) -> None:
        is_first, storage = True, self._settings.storage
        while True:
            try:
                await note(address_of(storage.database_url, storage.schema), self._began_ms)
                return
            except (AddressError, StoreUnavailable, OSError) as error:
                if is_first:
                    log.debug("memory_play_not_noted", error=str(error))
                is_first = False
            finally:
                self._tried.set()
            await asyncio.sleep(RETRY_S)
