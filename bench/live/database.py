"""A PostgreSQL for a server under load: new, with its usual settings, on the other processor.

Its functions are for programs that wait for it; none is for use inside of an event loop.
"""

import asyncio
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import asyncpg

from bench.live.servers import OTHER_CPU, pin
from bench.place import LOG_FILES, NEXT_LOG_FILE
from pokerws.storage.postgres.embedded import EmbeddedPostgres


class Database:
    """A running PostgreSQL, made by `database`; `settings` are what makes a server use it."""

    def __init__(self, dsn: str, postmaster: int) -> None:
        self.dsn = dsn
        self.settings = {"DATABASE_URL": dsn, "USE_DB_REPOSITORY": "true"}
        self._postmaster = postmaster

    def pids(self) -> list[int]:
        """Its processes: one, and those that it has started."""
        children = Path(f"/proc/{self._postmaster}/task/{self._postmaster}/children")
        return [self._postmaster, *map(int, children.read_text(encoding="utf-8").split())]

    def empty(self) -> None:
        """Forget all that was stored, with nothing left to be written of it."""
        self.execute("DROP SCHEMA public CASCADE", "CREATE SCHEMA public", "CHECKPOINT")

    def use_log_files(self, count: int = LOG_FILES) -> None:
        """Have log files to use again, as after hours of play."""
        self.execute(*count * [NEXT_LOG_FILE], "CHECKPOINT")

    def execute(self, *statements: str) -> None:
        """Execute statements, each as a transaction of its own."""
        asyncio.run(_execute(self.dsn, statements))

    def value(self, query: str) -> Any:
        """The one value that a query gives."""
        return asyncio.run(_value(self.dsn, query))


async def _execute(dsn: str, statements: Sequence[str]) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


async def _value(dsn: str, query: str) -> Any:
    connection = await asyncpg.connect(dsn)
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


@contextmanager
def database(cpu: int = OTHER_CPU) -> Iterator[Database]:
    """A new, empty PostgreSQL, gone without a trace at the end."""
    directory = Path(tempfile.mkdtemp(prefix="pokerws-live-db-"))
    # The account that PostgreSQL runs as must be able to pass.
    directory.chmod(0o755)
    try:
        postgres = asyncio.run(EmbeddedPostgres.start(directory))
        try:
            pid_file = postgres.cluster / "data" / "postmaster.pid"
            found = Database(postgres.dsn, int(pid_file.read_text(encoding="utf-8").split()[0]))
            # What it starts later stays where it is itself.
            for pid in found.pids():
                pin(pid, cpu)
            yield found
        finally:
            asyncio.run(postgres.stop())
    finally:
        shutil.rmtree(directory)
