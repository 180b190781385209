"""Opens and closes the whole database: the embedded PostgreSQL if configured, and the store."""

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
from pokerws.storage.postgres import overtaken
from pokerws.storage.postgres.connecting import connected
from pokerws.storage.postgres.embedded import EmbeddedPostgres, running
from pokerws.storage.postgres.live_seals import open_vault
from pokerws.storage.postgres.migrate import Migration, status
from pokerws.storage.postgres.migrate import migrate as apply_missing
from pokerws.storage.postgres.rights import grant_server
from pokerws.storage.postgres.session_key import open_session_key
from pokerws.storage.postgres.store import PostgresStore
from pokerws.storage.vault.keys import KeySource
from pokerws.storage.vault.vault import Vault


class Database:
    """An open, migrated database: its `store`, and the `vault` for its encrypted cards.

    `session_key` signs guests' sessions; it may be empty if it was not asked for.
    `overtaken_ms` is the time since which a server played in memory only, or None.  The caller then
    closes the tables from before that, and calls `settle`.
    """

    def __init__(
        self,
        url: str,
        store: PostgresStore,
        vault: Vault,
        *,
        session_key: str,
        postgres: EmbeddedPostgres | None,
        overtaken_ms: int | None,
    ) -> None:
        self._url = url
        self.store = store
        self.vault = vault
        self.session_key = session_key
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
        needs_session_key: bool = False,
    ) -> Self:
        """Start the embedded PostgreSQL if configured, migrate, connect.  Raises DatabaseError.

        `url` is ignored if `embedded_dir` is given.
        """
        postgres = None
        try:
            if embedded_dir is not None:
                postgres = await EmbeddedPostgres.start(embedded_dir)
                url = postgres.dsn
            await apply_missing(url)
            vault = await open_vault(url, keys, needs_session_key=needs_session_key)
            session_key = await open_session_key(url, vault, is_needed=needs_session_key)
            since_ms = await overtaken.overtaken_ms(url, embedded_dir)
            store = await PostgresStore.open(url, statement_timeout_ms=statement_timeout_ms)
        except BaseException as error:
            if postgres is not None:
                await postgres.stop()
            if isinstance(error, EmbeddedError | MigrationError | StoreUnavailable):
                raise DatabaseError(f"{error}; check DATABASE_URL") from error
            if isinstance(error, VaultError):
                raise DatabaseError(str(error)) from error
            raise
        return cls(
            *(url, store, vault),
            session_key=session_key,
            postgres=postgres,
            overtaken_ms=since_ms,
        )

    @property
    def version(self) -> str:
        """The server's name and version, for display."""
        return f"PostgreSQL {self.store.version}"

    async def settle(self) -> None:
        """Record that the tables from before in-memory play are closed."""
        await overtaken.settle(self._url)

    async def close(self) -> None:
        """Close all connections, and stop the embedded PostgreSQL."""
        await self.store.close()
        if self._postgres is not None:
            await self._postgres.stop()


async def migrate(
    url: str, embedded_dir: Path | None, *, only_status: bool, server_role: str | None = None
) -> list[str]:
    """Apply the missing migrations, or only report them; returns one line per migration.

    Then admits `server_role` to the tables, for a server that does not own them.  Raises
    DatabaseError.
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
        lines = await _migrations(url, [] if only_status else await apply_missing(url))
        if server_role is not None:
            async with connected(url, "pokerws migrate") as connection:
                await grant_server(connection, server_role)
            lines.append(f"the role {server_role} can serve with these tables")
        return lines
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


async def create_missing(embedded_dir: Path) -> None:
    """Create an embedded PostgreSQL without tables, unless there is one.  Raises DatabaseError."""
    if (embedded_dir / "cluster").exists():
        return
    try:
        await (await EmbeddedPostgres.start(embedded_dir)).stop()
    except EmbeddedError as error:
        raise DatabaseError(f"{error}; check DATABASE_URL") from error


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
