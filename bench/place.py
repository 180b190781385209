"""Where things are measured: a PostgreSQL of our own with its usual settings, fsync among them.

It owns the server's start and end, and the connection of the bare loops, which has the settings of
the store's writing connection.
"""

import shutil
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from pokerws.storage.postgres import store as postgres
from pokerws.storage.postgres.embedded import EmbeddedPostgres
from pokerws.storage.postgres.migrate import migrate
from pokerws.storage.postgres.store import PostgresStore
from pokerws.storage.store import Change

BATCH_TABLES = 200
# A server that has run for a while writes into log files that it has used before; a new one makes
# each of them first, 16 MB of zeros.  So many are made before anything is measured.
LOG_FILES = 64
NEXT_LOG_FILE = "SELECT pg_logical_emit_message(false, 'bench', ''), pg_switch_wal()"


@dataclass
class Place:
    """A migrated, empty database: the store on it, and a bare connection beside it."""

    server: EmbeddedPostgres
    store: PostgresStore
    bare: "asyncpg.Connection[asyncpg.Record]"

    async def fill(self, changes: Sequence[Change]) -> None:
        """Store changes that make rows, and let PostgreSQL see how many there are."""
        for first in range(0, len(changes), BATCH_TABLES):
            batch = changes[first : first + BATCH_TABLES]
            assert len(await self.store.save(batch)) == len(batch)
        await self.settle()

    async def use_log_files(self, count: int = LOG_FILES) -> None:
        """Have log files to use again, as after hours of play."""
        for _ in range(count):
            await self.bare.execute(NEXT_LOG_FILE)
        await self.bare.execute("CHECKPOINT")

    async def settle(self) -> None:
        """Begin with no work left over from before."""
        await self.bare.execute("VACUUM ANALYZE games")
        await self.bare.execute("CHECKPOINT")


@asynccontextmanager
async def measuring_place() -> AsyncIterator[Place]:
    """A new place, gone without a trace at the end."""
    directory = Path(tempfile.mkdtemp(prefix="pokerws-bench-"))
    # The account that PostgreSQL runs as must be able to pass.
    directory.chmod(0o755)  # noqa: ASYNC240  nothing else goes on yet
    try:
        server = await EmbeddedPostgres.start(directory / "db")
        try:
            await migrate(server.dsn)
            store = await PostgresStore.open(server.dsn)
            bare = await asyncpg.connect(
                server.dsn,
                server_settings=postgres._WRITER_SETTINGS,  # noqa: SLF001  the ceiling's plan is ours
                max_cached_statement_lifetime=0,
            )
            try:
                yield Place(server, store, bare)
            finally:
                await bare.close()
                await store.close()
        finally:
            await server.stop()
    finally:
        shutil.rmtree(directory)
