"""Applies the migrations in `sql/`.

Each file is a transaction that records itself in `schema_migrations`, takes the same lock as this
module, and is idempotent.  It may be applied by the server at its start, by the `migrate`
command, or with `psql -f`.  Migrations only go forward.
"""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import asyncpg
import structlog

from pokerws.storage.errors import MigrationError
from pokerws.storage.phases import Report, unreported
from pokerws.storage.postgres.address import Address
from pokerws.storage.postgres.connecting import Connection, connected
from pokerws.storage.postgres.rights import (
    HISTORY_TABLE,
    check_rights,
    enter_schema,
    may_not_migrate,
)

SQL = Path(__file__).parents[2] / "sql"
# Another server may be migrating at this moment, and a long migration is no fault.
LOCK_WAIT_S = 600

# The number is in each file of sql/ too, for those who apply it with psql.
LOCK = "SELECT pg_advisory_lock(5052081501)"
UNLOCK = "SELECT pg_advisory_unlock(5052081501)"
HAS_HISTORY = "SELECT to_regclass('schema_migrations') IS NOT NULL"
HISTORY = "SELECT version, name, applied_at FROM schema_migrations ORDER BY version"
ROLLBACK = "ROLLBACK"

log = structlog.get_logger("pokerws.migrate")


class Migration(NamedTuple):
    """One file of `sql/`, and when it was applied to the database, if it was."""

    version: int
    name: str
    path: Path
    applied_at: datetime | None = None


async def migrate(
    database: "Address | Connection", directory: Path = SQL, report: Report = unreported
) -> list[Migration]:
    """Apply the files that are missing, and return them.

    `database` is an address or an open connection outside of any transaction.  Raises
    MigrationError when the database is newer than this code or refuses a file, of which then
    nothing has been applied, RightsMissing when the role may not migrate or cannot use the tables
    afterwards, and StoreUnavailable when an address cannot be reached.
    """
    async with _connection(database) as connection:
        report("the migration lock, which another process holds")
        await connection.fetchval(LOCK, timeout=LOCK_WAIT_S)
        try:
            await enter_schema(
                connection, database.schema if isinstance(database, Address) else None
            )
            found = await status(connection, directory)
            pending = [migration for migration in found if migration.applied_at is None]
            for migration in pending:
                report(f"the migration {migration.path.name}")
                await _apply(connection, migration)
            # Of several servers that start, only one migrates; the others may be other roles.
            await check_rights(connection, "write")
        except asyncio.CancelledError:
            # The connection is about to be closed, and the lock ends with it.
            raise
        except BaseException:
            await _unlock(connection)
            raise
        await _unlock(connection)
    return pending


async def _unlock(connection: Connection) -> None:
    if not connection.is_closed():
        await connection.fetchval(UNLOCK)


async def status(database: "Address | Connection", directory: Path = SQL) -> list[Migration]:
    """All files in order, each with when it was applied.  Raises like `migrate`."""
    files = _files(directory)
    async with _connection(database) as connection:
        # Without the right to read it, a full history would look empty.
        await check_rights(connection, "read", HISTORY_TABLE)
        rows = await connection.fetch(HISTORY) if await connection.fetchval(HAS_HISTORY) else []
    names = {migration.version: migration.name for migration in files}
    for row in rows:
        if row["version"] not in names:
            raise MigrationError(
                f"the database is newer than this code: it has migration {row['version']} "
                f"({row['name']}), and the latest known here is {max(names)}; run a newer pokerws"
            )
        if row["name"] != names[row["version"]]:
            raise MigrationError(
                f"the database has another migration {row['version']} ({row['name']}) than this "
                f"code ({names[row['version']]}): DATABASE_URL may name another program's database"
            )
    applied = {row["version"]: row["applied_at"] for row in rows}
    return [file._replace(applied_at=applied.get(file.version)) for file in files]


async def _apply(connection: Connection, migration: Migration) -> None:
    try:
        await connection.execute(migration.path.read_text(encoding="utf-8"))
    except asyncpg.PostgresError as error:
        # The transaction that the file began is still open.
        await connection.execute(ROLLBACK)
        if isinstance(error, asyncpg.InsufficientPrivilegeError):
            raise await may_not_migrate(connection, migration.path.stem, error) from error
        raise MigrationError(f"{migration.path.name} was refused and left out: {error}") from error
    log.info("migration_applied", version=migration.version, name=migration.name)


def _files(directory: Path) -> list[Migration]:
    found = []
    for path in sorted(directory.glob("[0-9]*.sql")):
        match = re.fullmatch(r"(\d{4})_(\w+)\.sql", path.name)
        if match is None:
            raise MigrationError(f"{path} is not named like 0001_games.sql")
        found.append(Migration(int(match[1]), match[2], path))
    if not found or [file.version for file in found] != list(range(1, len(found) + 1)):
        raise MigrationError(f"migrations are missing in {directory}: reinstall pokerws")
    return found


@asynccontextmanager
async def _connection(database: "Address | Connection") -> AsyncIterator[Connection]:
    """The connection given, or one to the address given."""
    if isinstance(database, Address):
        async with connected(database, "pokerws migrate") as connection:
            yield connection
    else:
        yield database
