"""Opens and closes the whole database: the embedded PostgreSQL if configured, and the store."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Self

import structlog

from pokerws.storage.errors import (
    DatabaseError,
    DirectoryInUse,
    EmbeddedError,
    MigrationError,
    StoreUnavailable,
    VaultError,
)
from pokerws.storage.phases import Report, unreported
from pokerws.storage.postgres import overtaken
from pokerws.storage.postgres.connecting import ABANDON_S, CLOSE_S
from pokerws.storage.postgres.embedded import EmbeddedPostgres, running
from pokerws.storage.postgres.live_seals import open_vault
from pokerws.storage.postgres.migrate import Migration, status
from pokerws.storage.postgres.migrate import migrate as apply_missing
from pokerws.storage.postgres.store import PostgresStore
from pokerws.storage.vault.keys import KeySource
from pokerws.storage.vault.vault import Vault

log = structlog.get_logger("pokerws.database")


class Database:
    """An open, migrated database: its `store`, and the `vault` for its encrypted cards.

    `overtaken_ms` is the time since which a server played in memory only, or None.  The caller then
    closes the tables from before that, and calls `settle`.
    """

    def __init__(
        self,
        url: str,
        store: PostgresStore,
        vault: Vault,
        postgres: EmbeddedPostgres | None,
        overtaken_ms: int | None,
    ) -> None:
        self._url = url
        self.store = store
        self.vault = vault
        self.overtaken_ms = overtaken_ms
        self._postgres = postgres

    @classmethod
    async def open(
        cls,
        url: str,
        *,
        embedded_dir: Path | None,
        statement_timeout_ms: int,
        keys: KeySource,
        report: Report = unreported,
    ) -> Self:
        """Start the embedded PostgreSQL if configured, migrate, connect.  Raises DatabaseError.

        `url` is ignored if `embedded_dir` is given.  A cancellation ends it within about a second.
        """
        postgres = None
        try:
            if embedded_dir is not None:
                report("the embedded PostgreSQL")
                postgres = await EmbeddedPostgres.start(embedded_dir)
                url = postgres.dsn
            report("a connection to the database")
            await apply_missing(url, report=report)
            report("the keys of stored cards")
            vault = await open_vault(url, keys)
            report("the database")
            since_ms = await overtaken.overtaken_ms(url, embedded_dir)
            store = await PostgresStore.open(url, statement_timeout_ms=statement_timeout_ms)
        except BaseException as error:
            if postgres is not None:
                await postgres.stop(is_brief=isinstance(error, asyncio.CancelledError))
            if isinstance(error, EmbeddedError | MigrationError | StoreUnavailable):
                raise DatabaseError(f"{error}; check DATABASE_URL") from error
            if isinstance(error, VaultError):
                raise DatabaseError(str(error)) from error
            raise
        return cls(url, store, vault, postgres, since_ms)

    @property
    def version(self) -> str:
        """The server's name and version, for display."""
        return f"PostgreSQL {self.store.version}"

    async def settle(self) -> None:
        """Record that the tables from before in-memory play are closed."""
        await overtaken.settle(self._url)

    async def close(self, *, is_brief: bool = False) -> None:
        """Close all connections, and stop the embedded PostgreSQL.

        A database that hangs is waited for a few seconds, or hardly at all if `is_brief`.
        """
        with suppress(TimeoutError):
            async with asyncio.timeout(ABANDON_S if is_brief else CLOSE_S):
                await self.store.close()
        if self._postgres is not None:
            await self._postgres.stop(is_brief=is_brief)
            if self._postgres.was_killed:
                log.warning("postgres_killed", directory=str(self._postgres.cluster))


async def migrate(url: str, embedded_dir: Path | None, *, only_status: bool) -> list[str]:
    """Apply the missing migrations, or only report them; returns one line per migration.

    Raises DatabaseError.
    """
    postgres = None
    try:
        if only_status and (embedded_dir is None or (embedded_dir / "cluster").exists()):
            # Read only, so a server may be using it.
            async with reachable(url, embedded_dir) as address:
                return await _migrations(address, [])
        if embedded_dir is not None:
            postgres = await EmbeddedPostgres.start(embedded_dir)
            url = postgres.dsn
        return await _migrations(url, [] if only_status else await apply_missing(url))
    except (EmbeddedError, MigrationError, StoreUnavailable) as error:
        raise DatabaseError(f"{error}; check DATABASE_URL") from error
    finally:
        if postgres is not None:
            await postgres.stop()


async def _migrations(url: str, applied_now: list[Migration]) -> list[str]:
    lines = []
    for migration in await status(url):
        new = any(migration.version == one.version for one in applied_now)
        how = "applied now" if new else "applied" if migration.applied_at else "pending"
        lines.append(f"{migration.version:04}  {migration.name:<24} {how}")
    return lines


@asynccontextmanager
async def reachable(url: str, embedded_dir: Path | None) -> AsyncIterator[str]:
    """The address of a database, which a running server may be using.

    An embedded PostgreSQL that already runs is used as it is; otherwise it is started, and stopped
    at the end.  Creates no database.  Raises DatabaseError.
    """
    if embedded_dir is None:
        yield url
        return
    postgres = None
    try:
        if not (embedded_dir / "cluster").exists():
            raise EmbeddedError(f"there is no database in {embedded_dir}")
        try:
            postgres = await EmbeddedPostgres.start(embedded_dir)
            url = postgres.dsn
        except DirectoryInUse:
            url = await running(embedded_dir)
    except EmbeddedError as error:
        raise DatabaseError(f"{error}; check DATABASE_URL") from error
    try:
        yield url
    finally:
        if postgres is not None:
            await postgres.stop()
