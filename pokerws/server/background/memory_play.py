"""Keeps play in memory from leaving stored tables behind by mistake, and records it where it does.

The next server that uses the database asks what is to be done with these tables; see
`storage.postgres.overtaken`.
"""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime

import structlog

from pokerws.game.counted import counted
from pokerws.server.background.supervisor import Watch, cancel, unwatched
from pokerws.server.background.upkeep import Upkeep
from pokerws.settings import Settings, SettingsError
from pokerws.storage.errors import DatabaseError, StoreUnavailable
from pokerws.storage.postgres.address import address_of
from pokerws.storage.postgres.database import Database, tables_in_play
from pokerws.storage.postgres.overtaken import Overtaken, note, note_locally

RETRY_S = 30
# Going back to memory must work while the database is away.
LOOK_S = 20

log = structlog.get_logger("pokerws.memory_play")


async def check_stored_tables(settings: Settings) -> None:
    """Keep a server in memory from leaving tables behind unless it is told to.

    Raises SettingsError.  A database that cannot be asked is no reason not to start: the next
    server that uses it asks before it closes anything.
    """
    storage = settings.storage
    try:
        async with asyncio.timeout(LOOK_S):
            tables = await tables_in_play(address_of(storage.database_url, storage.schema))
    except (DatabaseError, StoreUnavailable, OSError) as error:
        log.warning(
            "stored_tables_not_checked",
            error=str(error) or f"no answer within {LOOK_S} s",
            action="play goes on in memory; if the database has tables in play, they are left "
            "behind",
        )
        return
    if tables and not storage.overtake:
        raise SettingsError(
            f"{counted(tables, 'table is', 'tables are')} in play in DATABASE_URL, and "
            "USE_DB_REPOSITORY is off: set USE_DB_REPOSITORY=true to go on with them, or start "
            "with --overtake (or OVERTAKE=true) to leave them behind and play in memory"
        )
    if tables:
        log.warning("tables_left_behind", tables=tables)


def check_left_behind(settings: Settings, database: Database) -> None:
    """Ask the operator about tables that were left behind.  Raises SettingsError."""
    left = database.overtaken
    if left is not None and left.tables and not settings.storage.overtaken_tables:
        raise SettingsError(_left_behind_message(left))


async def settle_left_behind(settings: Settings, database: Database, upkeep: Upkeep) -> None:
    """Resume or close the tables that were left behind, as the operator wants it.

    Raises StoreUnavailable or TimeoutError.
    """
    left = database.overtaken
    if left is None:
        return
    if settings.storage.overtaken_tables == "refund":
        if not await upkeep.close_overtaken(left.since_ms):
            return
    elif left.tables:
        log.warning("overtaken_tables_resumed", tables=left.tables)
    await database.settle()


def _left_behind_message(left: Overtaken) -> str:
    since = datetime.fromtimestamp(left.since_ms / 1000, UTC).strftime("%Y-%m-%d %H:%M UTC")
    return (
        f"{counted(left.tables, 'table was', 'tables were')} left behind when play went on "
        f"in memory at {since}: start once with --overtaken resume (or OVERTAKEN_TABLES=resume "
        "in the environment) to go on with them as they were, or with --overtaken refund to close "
        "them and return their chips"
    )


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
            except (DatabaseError, StoreUnavailable, OSError) as error:
                if is_first:
                    self._keep_locally(str(error))
                is_first = False
            finally:
                self._tried.set()
            await asyncio.sleep(RETRY_S)

    def _keep_locally(self, error: str) -> None:
        """Leave the note in a file, until the database can be reached."""
        storage = self._settings.storage
        try:
            file = note_locally(address_of(storage.database_url, storage.schema), self._began_ms)
        except (DatabaseError, OSError) as reason:
            log.warning("memory_play_not_noted", error=error, file_error=str(reason))
        else:
            log.warning("memory_play_noted_in_file", error=error, file=str(file))
