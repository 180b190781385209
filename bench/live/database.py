"""A PostgreSQL for a server under load: new, with the usual settings, on the other processor.

Its functions block, and are not for use in an event loop.
"""

import asyncio
import os
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import asyncpg

from pokerws.load.processes import OTHER_CPU, SERVER_CPU, pinned
from pokerws.storage.postgres.embedded import EmbeddedPostgres

# A new server fills each WAL file with zeros first, one that has run for a while reuses old files.
# This many are created before anything is measured, 16 MB each.
WAL_FILES = 64
NEXT_WAL_FILE = "SELECT pg_logical_emit_message(false, 'bench', ''), pg_switch_wal()"
SIZES = """
SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0'), pg_database_size(current_database())
"""
# A row like that of a table with six players.
SNAPSHOT = "x" * 2400
MAKE_ROW = """
CREATE TABLE bench_commit (version bigint NOT NULL, snapshot text NOT NULL) WITH (fillfactor = 50);
INSERT INTO bench_commit VALUES (0, '')
"""
CHANGE_ROW = "UPDATE bench_commit SET version = version + 1, snapshot = $1"


class Sizes(NamedTuple):
    """Bytes of write-ahead log since the cluster was made, and of the database."""

    wal: int
    database: int


class Database:
    """A running PostgreSQL, made by `database`; `settings` configure a server to use it."""

    def __init__(self, dsn: str, postmaster: int) -> None:
        self.settings = {"DATABASE_URL": dsn, "USE_DB_REPOSITORY": "true"}
        self.dsn = dsn
        self._postmaster = postmaster

    def pids(self) -> list[int]:
        """Its processes."""
        children = Path(f"/proc/{self._postmaster}/task/{self._postmaster}/children")
        return [self._postmaster, *map(int, children.read_text(encoding="utf-8").split())]

    def empty(self) -> None:
        """Remove all that was stored."""
        for statement in ("DROP SCHEMA public CASCADE", "CREATE SCHEMA public", "CHECKPOINT"):
            self._run(statement)

    def use_wal_files(self, count: int = WAL_FILES) -> None:
        """Create WAL files to reuse, as after hours of play."""
        for _ in range(count):
            self._run(NEXT_WAL_FILE)
        self._run("CHECKPOINT")

    def sizes(self) -> Sizes:
        """How much has been written so far."""
        ((wal, size),) = self._run(SIZES)
        return Sizes(int(wal), size)

    def commits_us(self, seconds: float = 2.0) -> Counter[int]:
        """Latencies of the smallest commit: one row, one client, on the server's processor.

        Removes all that was stored.
        """
        self.empty()
        with pinned(SERVER_CPU):
            found = asyncio.run(_commits_us(self.dsn, seconds))
        self.empty()
        return found

    def ask(self, query: str, *arguments: object) -> Any:
        """The value that a query has."""
        return self._run(query, *arguments)[0][0]

    def _run(self, statement: str, *arguments: object) -> Any:
        return asyncio.run(_run(self.dsn, statement, *arguments))


async def _run(dsn: str, statement: str, *arguments: object) -> Any:
    connection = await asyncpg.connect(dsn)
    try:
        return await connection.fetch(statement, *arguments)
    finally:
        await connection.close()


async def _commits_us(dsn: str, seconds: float) -> Counter[int]:
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(MAKE_ROW)
        change = await connection.prepare(CHANGE_ROW)
        took_us = Counter[int]()
        end_s = time.perf_counter() + seconds
        while (began_s := time.perf_counter()) < end_s:
            await change.fetch(SNAPSHOT)
            took_us[int(1e6 * (time.perf_counter() - began_s))] += 1
        return took_us
    finally:
        await connection.close()


@contextmanager
def database() -> Iterator[Database]:
    """A new, empty PostgreSQL, removed without a trace at the end."""
    directory = Path(tempfile.mkdtemp(prefix="pokerws-live-db-"))
    # The account that PostgreSQL runs as must have access.
    directory.chmod(0o755)
    try:
        postgres = asyncio.run(EmbeddedPostgres.start(directory))
        try:
            pid_file = postgres.cluster / "data" / "postmaster.pid"
            found = Database(postgres.dsn, int(pid_file.read_text(encoding="utf-8").split()[0]))
            # Processes that it starts later inherit the processor.
            for pid in found.pids():
                os.sched_setaffinity(pid, {OTHER_CPU})
            yield found
        finally:
            asyncio.run(postgres.stop())
    finally:
        shutil.rmtree(directory)
