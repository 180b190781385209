"""A PostgreSQL server of the benchmark's own, with the usual settings, fsync included.

It owns the server's start and stop, and the bare connection of the ceilings, which has the settings
of the store's writing connection.
"""

import shutil
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from pokerws.storage.postgres import store as postgres
from pokerws.storage.postgres.address import address_of
from pokerws.storage.postgres.embedded import EmbeddedPostgres
from pokerws.storage.postgres.migrate import migrate
from pokerws.storage.postgres.store import PostgresStore
from pokerws.storage.store import Change

BATCH_TABLES = 200
# A new server fills each WAL file with zeros first, one that has run for a while reuses old files.
# This many are created before anything is measured, 16 MB each.
WAL_FILES = 64
NEXT_WAL_FILE = "SELECT pg_logical_emit_message(false, 'bench', ''), pg_switch_wal()"


@dataclass
class Place:
    """A migrated, empty database: the store, and a bare connection beside it."""

    store: PostgresStore
    bare: "asyncpg.Connection[asyncpg.Record]"

    async def fill(self, changes: Sequence[Change]) -> None:
        """Store changes that insert rows, and update PostgreSQL's statistics."""
        for first in range(0, len(changes), BATCH_TABLES):
            batch = changes[first : first + BATCH_TABLES]
            assert len(await self.store.save(batch)) == len(batch)
        await self.bare.execute("VACUUM ANALYZE games")
        await self.bare.execute("CHECKPOINT")


@asynccontextmanager
async def measuring_place(wal_files: int = WAL_FILES) -> AsyncIterator[Place]:
    """A new place, removed without a trace at the end."""
    directory = Path(tempfile.mkdtemp(prefix="pokerws-bench-"))
    # The account that PostgreSQL runs as must have access.
    directory.chmod(0o755)  # noqa: ASYNC240  nothing else runs yet
    try:
        server = await EmbeddedPostgres.start(directory / "db")
        try:
            await migrate(address_of(server.dsn))
            bare = await asyncpg.connect(
                server.dsn,
                server_settings=postgres._WRITER_SETTINGS,  # noqa: SLF001  same plans as the store
                max_cached_statement_lifetime=0,
            )
            try:
                for _ in range(wal_files):
                    await bare.execute(NEXT_WAL_FILE)
                store = await PostgresStore.open(address_of(server.dsn))
                try:
                    yield Place(store, bare)
                finally:
                    await store.close()
            finally:
                await bare.close()
        finally:
            await server.stop()
    finally:
        shutil.rmtree(directory)
