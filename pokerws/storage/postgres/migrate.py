"""Applies the migrations in `sql/`.

Each file is a transaction that records itself in `schema_migrations`, takes the same lock as this
module, and is idempotent.  It may be applied by the server at its start, by the `migrate`
command, or with `psql -f`.  Migrations only go forward.
"""

import asyncio
import re
import time
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
from pokerws.storage.postgres.connecting.connect_errors import first_line
from pokerws.storage.postgres.rights import (
    HISTORY_TABLE,
    check_rights,
    close_tables,
    enter_schema,
    exposed_names,
    may_not_migrate,
)

SQL = Path(__file__).parents[2] / "sql"
# Another server may be migrating at this moment, and a long migration is no fault.
LOCK_WAIT_S = 600
# Between two attempts, and before the wait is logged.
LOCK_POLL_S = 0.2
LOCK_QUIET_S = 1.0
# A role or database may have limits that suit a query and not a migration.
SETTINGS = {
    "statement_timeout": "0",
    "lock_timeout": "0",
    "idle_in_transaction_session_timeout": "0",
}

BEGIN = "BEGIN"
COMMIT = "COMMIT"
ROLLBACK = "ROLLBACK"
# The number is in each file of sql/ too, for those who apply it with psql.  The lock ends with the
# transaction, so it is never left behind on a pooler's backend.
TRY_LOCK = "SELECT pg_try_advisory_xact_lock(5052081501)"
LOCK_HOLDER = """
SELECT held.pid, activity.application_name
FROM pg_locks AS held LEFT JOIN pg_stat_activity AS activity USING (pid)
WHERE held.locktype = 'advisory' AND held.granted
  AND held.database = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND (held.classid::bigint << 32) + held.objid::bigint = 5052081501
"""
HAS_HISTORY = "SELECT to_regclass('schema_migrations') IS NOT NULL"
HISTORY = "SELECT version, name, applied_at FROM schema_migrations ORDER BY version"

# Other programs have tables of this name.
IS_FOREIGN = """
SELECT count(*) > 0 AND count(*) FILTER (
    WHERE (attname, atttypid) IN (
        ('version', 'integer'::regtype), ('name', 'text'::regtype),
        ('applied_at', 'timestamptz'::regtype))
) < 3
FROM pg_attribute
WHERE attrelid = to_regclass('schema_migrations') AND attnum > 0 AND NOT attisdropped
"""

STATEMENTS = (IS_FOREIGN, TRY_LOCK, LOCK_HOLDER, HAS_HISTORY)

# A table that a migration has renamed is known by its new description.
_TABLE = re.compile(
    r"(?:CREATE (?:TABLE(?: IF NOT EXISTS)?|OR REPLACE VIEW)|COMMENT ON TABLE) (\w+) "
)

log = structlog.get_logger("pokerws.migrate")


class Migration(NamedTuple):
    """One file of `sql/`, and when it was applied to the database, if it was."""

    version: int
    name: str
    path: Path
    applied_at: datetime | None = None

    @property
    def tables(self) -> list[str]:
        """The tables and views that it makes or describes, without partitions."""
        return _TABLE.findall(self.path.read_text(encoding="utf-8"))


async def migrate(
    database: "Address | Connection", directory: Path = SQL, report: Report = unreported
) -> list[Migration]:
    """Apply the files that are missing, and return them.

    `database` is an address or an open connection outside of any transaction.  Raises
    MigrationError when the database is newer than this code, refuses a file, of which then nothing
    has been applied, or stays locked, RightsMissing when the role may not migrate or cannot use the
    tables afterwards, and StoreUnavailable when an address cannot be reached.
    """
    schema = database.schema if isinstance(database, Address) else None
    applied: list[Migration] = []
    async with _connection(database) as connection:
        # One transaction, and one lock, for each file.
        while (migration := await _apply_next(connection, schema, directory, report)) is not None:
            applied.append(migration)
            log.info("migration_applied", version=migration.version, name=migration.name)
        if await exposed_names(connection):
            # Another process may be applying older files again, with psql.
            async with migration_lock(connection):
                await close_tables(connection)
        # Of several servers that start, only one migrates; the others may be other roles.
        await check_rights(connection, "write")
    return applied


async def status(database: "Address | Connection", directory: Path = SQL) -> list[Migration]:
    """All files in order, each with when it was applied.  Raises like `migrate`."""
    files = _files(directory)
    async with _connection(database) as connection:
        if await connection.fetchval(IS_FOREIGN):
            raise MigrationError(
                "the table schema_migrations in this database belongs to another program: set "
                "DB_SCHEMA to a schema for pokerws alone, such as DB_SCHEMA=poker, or use another "
                "database"
            )
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


def table_names(directory: Path = SQL) -> list[str]:
    """The tables and views that all migrations make, without partitions.  Raises MigrationError."""
    return sorted({table for file in _files(directory) for table in file.tables})


async def _apply_next(
    connection: Connection, schema: str | None, directory: Path, report: Report
) -> Migration | None:
    """Apply the first file that is missing; None if there is none."""
    report("the migration lock, which another process holds")
    async with migration_lock(connection):
        await enter_schema(connection, schema)
        found = await status(connection, directory)
        pending = [migration for migration in found if migration.applied_at is None]
        if not pending:
            return None
        report(f"the migration {pending[0].path.name}")
        await _apply(connection, pending[0])
        return pending[0]


async def _apply(connection: Connection, migration: Migration) -> None:
    """Execute a file, whose COMMIT ends the transaction."""
    # Its BEGIN would only cause a warning.
    text = re.sub(r"(?m)^BEGIN;$", "", migration.path.read_text(encoding="utf-8"), count=1)
    try:
        await connection.execute(text)
    except asyncpg.PostgresError as error:
        # Nothing can be asked in a transaction that has failed.
        await connection.execute(ROLLBACK)
        if isinstance(error, asyncpg.InsufficientPrivilegeError):
            raise await may_not_migrate(connection, migration.path.stem, error) from error
        why = first_line(error)
        raise MigrationError(f"{migration.path.name} failed, and was rolled back: {why}") from error


@asynccontextmanager
async def migration_lock(connection: Connection) -> AsyncIterator[None]:
    """A transaction that has the lock of all migrations; the block may commit it.

    It is asked for again and again, not waited for: no backend is occupied, the wait can be
    cancelled at any moment, and a role's `statement_timeout` does not matter.
    """
    begun = time.monotonic()
    is_told = False
    while not await _try_lock(connection):
        waited_s = time.monotonic() - begun
        if waited_s >= LOCK_WAIT_S:
            holder = await _holder(connection)
            raise MigrationError(
                f"another process has been migrating for {LOCK_WAIT_S} s ({holder}): wait until it "
                "is done, or end it with SELECT pg_terminate_backend(PID)"
            )
        if waited_s >= LOCK_QUIET_S and not is_told:
            is_told = True
            log.warning("migration_waits", holder=await _holder(connection), most_s=LOCK_WAIT_S)
        await asyncio.sleep(LOCK_POLL_S)
    try:
        yield
    except asyncio.CancelledError:
        # The connection is about to be closed, and the transaction ends with it.
        raise
    except BaseException:
        if not connection.is_closed() and connection.is_in_transaction():
            await connection.execute(ROLLBACK)
        raise
    if connection.is_in_transaction():
        await connection.execute(COMMIT)


async def _try_lock(connection: Connection) -> bool:
    await connection.execute(BEGIN)
    if await connection.fetchval(TRY_LOCK):
        return True
    await connection.execute(ROLLBACK)
    return False


async def _holder(connection: Connection) -> str:
    """Who has the lock, as far as the role may see it."""
    rows = await connection.fetch(LOCK_HOLDER)
    shown = [f"process {row['pid']}, {row['application_name'] or 'unknown'}" for row in rows]
    return "; ".join(shown) or "it has just ended"


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
        async with connected(database, "pokerws migrate", settings=SETTINGS) as connection:
            yield connection
    else:
        yield database
