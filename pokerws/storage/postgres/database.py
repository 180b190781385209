"""The database as one thing to open and close: Postgres itself where it is ours, and the store."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Self

from pokerws.storage.errors import (
    DatabaseError,
    DirectoryInUse,
    EmbeddedError,
    MigrationError,
    StoreUnavailable,
    VaultError,
)
from pokerws.storage.postgres import overtaken as memory_play
from pokerws.storage.postgres.embedded import EmbeddedPostgres, running
from pokerws.storage.postgres.live_seals import open_vault
from pokerws.storage.postgres.migrate import Migration, status
from pokerws.storage.postgres.migrate import migrate as apply_missing
from pokerws.storage.postgres.store import PostgresStore
from pokerws.storage.vault.keys import KeySource
from pokerws.storage.vault.vault import Vault


class Database:
    """An open, migrated database, which is asked through `store`; `vault` opens what is sealed.

    `overtaken_ms` is since when play has gone on in memory, if it has: tables from before are to be
    closed, and then `settle` called.
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
    ) -> Self:
        """Start Postgres if it is ours, bring it up to date, connect.  Raises DatabaseError.

        `url` is a Postgres address, which is not looked at when `embedded_dir` is given.
        """
        postgres = None
        try:
            if embedded_dir is not None:
                postgres = await EmbeddedPostgres.start(embedded_dir)
                url = postgres.dsn
            await apply_missing(url)
            vault = await open_vault(url, keys)
            since_ms = await memory_play.overtaken_ms(url, embedded_dir)
            store = await PostgresStore.open(url, statement_timeout_ms=statement_timeout_ms)
        except BaseException as error:
            if postgres is not None:
                await postgres.stop()
            if isinstance(error, EmbeddedError | MigrationError | StoreUnavailable):
                raise DatabaseError(f"{error}; check DATABASE_URL") from error
            if isinstance(error, VaultError):
                raise DatabaseError(str(error)) from error
            raise
        return cls(url, store, vault, postgres, since_ms)

    @property
    def version(self) -> str:
        """What runs there, for people."""
        return f"PostgreSQL {self.store.version}"

    async def settle(self) -> None:
        """All tables that memory had overtaken are closed."""
        await memory_play.settle(self._url)

    async def close(self) -> None:
        """Let go of the database, and stop Postgres if it is ours."""
        await self.store.close()
        if self._postgres is not None:
            await self._postgres.stop()


async def migrate(url: str, embedded_dir: Path | None, *, only_status: bool) -> list[str]:
    """Bring a database up to date, or only say how it is; a line a migration.

    Raises DatabaseError.
    """
    postgres = None
    try:
        if only_status and (embedded_dir is None or (embedded_dir / "cluster").exists()):
            # Only to look, so that a server may be using it.
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
    """The address of a database to look into, beside a server that may be using it.

    A PostgreSQL of ours is used where it runs; it is started, and stopped at the end, only where no
    other process has it.  Makes no database where there is none.  Raises DatabaseError.
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
