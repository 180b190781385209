"""Opens and closes the whole database: the embedded PostgreSQL if configured, and the store."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
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
from pokerws.storage.postgres import overtaken
from pokerws.storage.postgres.address import Address
from pokerws.storage.postgres.connecting import connected
from pokerws.storage.postgres.connecting.pooling import with_pooler
from pokerws.storage.postgres.embedded import EmbeddedPostgres, running
from pokerws.storage.postgres.lease import Lease, Tenure
from pokerws.storage.postgres.live_seals import open_vault
from pokerws.storage.postgres.migrate import Migration, status
from pokerws.storage.postgres.migrate import migrate as apply_missing
from pokerws.storage.postgres.preflight import Report, preflight
from pokerws.storage.postgres.rights import grant_server
from pokerws.storage.postgres.session_key import open_session_key
from pokerws.storage.postgres.store import PostgresStore
from pokerws.storage.postgres.writer import APPLICATION
from pokerws.storage.vault.keys import KeySource
from pokerws.storage.vault.vault import Vault

log = structlog.get_logger("pokerws.database")


class Database:
    """An open, migrated database: its `store`, and the `vault` for its encrypted cards.

    `session_key` signs guests' sessions; it may be empty if it was not asked for.  `lease` keeps
    other servers from taking tables over.
    `overtaken_ms` is the time since which a server played in memory only, or None.  The caller then
    closes the tables from before that, and calls `settle`.
    """

    def __init__(
        self,
        address: Address,
        store: PostgresStore,
        vault: Vault,
        *,
        session_key: str,
        postgres: EmbeddedPostgres | None,
        overtaken_ms: int | None,
        lease: Lease,
    ) -> None:
        self._address = address
        self.store = store
        self.vault = vault
        self.session_key = session_key
        self.overtaken_ms = overtaken_ms
        self.lease = lease
        self._postgres = postgres

    @classmethod
    async def open(
        cls,
        address: Address,
        *,
        statement_timeout_ms: int,
        keys: KeySource,
        node: str,
        needs_session_key: bool = False,
    ) -> Self:
        """Start the embedded PostgreSQL if configured, migrate, connect.  Raises DatabaseError.

        `node` names this server to people.
        """
        postgres = lease = None
        # The directory of the embedded PostgreSQL is locked by this process.
        is_alone = address.embedded_dir is not None
        try:
            if address.embedded_dir is not None:
                postgres = await EmbeddedPostgres.start(address.embedded_dir)
                address = address.running_at(postgres.dsn)
            address = await with_pooler(address, APPLICATION)
            report = await _checked(address)
            await apply_missing(address)
            vault = await open_vault(address, keys, needs_session_key=needs_session_key)
            session_key = await open_session_key(address, vault, is_needed=needs_session_key)
            since_ms = await overtaken.overtaken_ms(address)
            tenure = Tenure()
            lease = Lease(address, node, tenure)
            await lease.register(is_alone=is_alone)
            store = await PostgresStore.open(
                address,
                statement_timeout_ms=statement_timeout_ms,
                # One connection writes, and one is the lease's.
                readers=report.connections - 2,
                tenure=tenure,
            )
        except BaseException as error:
            if lease is not None:
                await lease.give_up()
            if postgres is not None:
                await postgres.stop()
            if isinstance(error, EmbeddedError | MigrationError | StoreUnavailable):
                raise DatabaseError.of(error) from error
            if isinstance(error, VaultError):
                raise DatabaseError(str(error)) from error
            raise
        return cls(
            *(address, store, vault),
            session_key=session_key,
            postgres=postgres,
            overtaken_ms=since_ms,
            lease=lease,
        )

    @property
    def version(self) -> str:
        """The server's name and version, for display."""
        return f"PostgreSQL {self.store.version}"

    async def settle(self) -> None:
        """Record that the tables from before in-memory play are closed."""
        await overtaken.settle(self._address)

    async def close(self) -> None:
        """Give the lease up, close all connections, and stop the embedded PostgreSQL."""
        await self.lease.give_up()
        await self.store.close()
        if self._postgres is not None:
            await self._postgres.stop()


async def _checked(address: Address) -> Report:
    """What there is to know before the database is used.  Raises DatabaseError."""
    report = await preflight(address)
    report.raise_fatal()
    for finding in report.findings:
        log.warning("database_checked", check=finding.check, finding=finding.message)
    return report


async def migrate(
    address: Address, *, only_status: bool, server_role: str | None = None
) -> list[str]:
    """Apply the missing migrations, or only report them; returns one line per migration.

    Then admits `server_role` to the tables, for a server that does not own them.  Raises
    DatabaseError.
    """
    postgres, folder = None, address.embedded_dir
    try:
        if only_status and (folder is None or (folder / "cluster").exists()):
            # Read only, so a server may be using it.
            async with reachable(address) as reached:
                return await _migrations(reached, [])
        if folder is not None:
            postgres = await EmbeddedPostgres.start(folder)
            address = address.running_at(postgres.dsn)
        address = await with_pooler(address, "pokerws migrate")
        if only_status:
            return await _migrations(address, [])
        await _checked(address)
        lines = await _migrations(address, await apply_missing(address))
        if server_role is not None:
            async with connected(address, "pokerws migrate") as connection:
                await grant_server(connection, server_role)
            lines.append(f"the role {server_role} can serve with these tables")
        return lines
    except (EmbeddedError, MigrationError, StoreUnavailable) as error:
        raise DatabaseError.of(error) from error
    finally:
        if postgres is not None:
            await postgres.stop()


async def _migrations(address: Address, applied_now: list[Migration]) -> list[str]:
    lines = []
    for migration in await status(address):
        new = any(migration.version == one.version for one in applied_now)
        how = "applied now" if new else "applied" if migration.applied_at else "pending"
        lines.append(f"{migration.version:04}  {migration.name:<24} {how}")
    return lines


async def create_missing(address: Address) -> None:
    """Create an embedded PostgreSQL without tables if there is none.  Raises DatabaseError."""
    folder = address.embedded_dir
    if folder is None or (folder / "cluster").exists():
        return
    try:
        await (await EmbeddedPostgres.start(folder)).stop()
    except EmbeddedError as error:
        raise DatabaseError(f"{error}; check DATABASE_URL") from error


@asynccontextmanager
async def reachable(address: Address) -> AsyncIterator[Address]:
    """A database's address with its hosts, which a running server may be using.

    An embedded PostgreSQL that already runs is used as it is; otherwise it is started, and stopped
    at the end.  Creates no database.  Raises DatabaseError.
    """
    folder = address.embedded_dir
    if folder is None:
        yield await with_pooler(address, "pokerws operator")
        return
    postgres = None
    try:
        if not (folder / "cluster").exists():
            raise EmbeddedError(f"there is no database in {folder}")
        try:
            postgres = await EmbeddedPostgres.start(folder)
            url = postgres.dsn
        except DirectoryInUse:
            url = await running(folder)
    except EmbeddedError as error:
        raise DatabaseError.of(error) from error
    try:
        yield address.running_at(url)
    finally:
        if postgres is not None:
            await postgres.stop()
