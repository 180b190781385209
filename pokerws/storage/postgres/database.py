"""Opens and closes the whole database: the embedded PostgreSQL if configured, and the store."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, Self

import structlog

from pokerws.storage.ahead.notes import LocalNotes
from pokerws.storage.errors import (
    DatabaseError,
    DirectoryInUse,
    EmbeddedError,
    MigrationError,
    StoreUnavailable,
    VaultError,
)
from pokerws.storage.phases import Report as PhaseReport
from pokerws.storage.phases import unreported
from pokerws.storage.postgres import overtaken
from pokerws.storage.postgres.address import Address
from pokerws.storage.postgres.connecting import ABANDON_S, CLOSE_S, connected
from pokerws.storage.postgres.connecting.pooling import with_pooler
from pokerws.storage.postgres.embedded import EmbeddedPostgres
from pokerws.storage.postgres.embedded.running import running
from pokerws.storage.postgres.lease import Lease, Tenure
from pokerws.storage.postgres.migrate import Migration, migration_lock, status
from pokerws.storage.postgres.migrate import migrate as apply_missing
from pokerws.storage.postgres.preflight import Report, preflight
from pokerws.storage.postgres.rights import grant_server
from pokerws.storage.postgres.sealing.live_seals import open_vault
from pokerws.storage.postgres.sealing.older_receipts import key_older_receipts
from pokerws.storage.postgres.sealing.session_key import open_session_key
from pokerws.storage.postgres.store import PostgresStore
from pokerws.storage.postgres.writer import APPLICATION
from pokerws.storage.vault.keys import KeySource
from pokerws.storage.vault.vault import Vault

log = structlog.get_logger("pokerws.database")


class Database:
    """An open, migrated database: its `store`, and the `vault` for its encrypted cards.

    `session_key` signs guests' sessions; it may be empty if it was not asked for.  `lease` keeps
    other servers from taking tables over.  `notes` name the tables that show cards ahead of it.
    `overtaken` tells since when a server played in memory only, and what that left behind, or is
    None.  The caller then resumes or closes the tables from before that, and calls `settle`.
    """

    def __init__(
        self,
        address: Address,
        store: PostgresStore,
        vault: Vault,
        *,
        session_key: str,
        postgres: EmbeddedPostgres | None,
        overtaken: overtaken.Overtaken | None,
        lease: Lease,
        notes: LocalNotes,
    ) -> None:
        self.notes = notes
        self._address = address
        self.store = store
        self.vault = vault
        self.session_key = session_key
        self.overtaken = overtaken
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
        runs_ahead: bool = False,
        starts_embedded: bool = True,
        report: PhaseReport = unreported,
    ) -> Self:
        """Start the embedded PostgreSQL if configured, migrate, connect.  Raises DatabaseError.

        Unless it `starts_embedded`, another process has started that, and stops it.  A server that
        `runs_ahead` shows cards in an outage that are not stored.  `node` names it to people.
        A cancellation ends it within about a second.
        """
        postgres = lease = notes = None
        try:
            if address.embedded_dir is not None:
                report("the embedded PostgreSQL")
                postgres, dsn = await _embedded(address.embedded_dir, starts=starts_embedded)
                address = address.running_at(dsn)
            report("a connection to the database")
            address = await with_pooler(address, APPLICATION)
            checked = await _checked(address)
            await apply_missing(address, report=report)
            report("the keys of stored cards")
            vault = await open_vault(address, keys, needs_session_key=needs_session_key)
            session_key = await open_session_key(address, vault, is_needed=needs_session_key)
            report("the database")
            left_behind = await overtaken.overtaken(address)
            tenure = Tenure(runs_ahead=runs_ahead)
            notes = LocalNotes(_notes_of(address), lambda: tenure.id, keep=runs_ahead)
            await notes.begin()
            lease = Lease(address, node, tenure)
            # This process has locked the directory of an embedded PostgreSQL that it has started.
            await lease.register(is_alone=postgres is not None)
            await key_older_receipts(address, vault.receipt_digests)
            with suppress(StoreUnavailable):  # The next start tries it again.
                await notes.forget(await lease.settled(await notes.kept()))
            store = await PostgresStore.open(
                address,
                statement_timeout_ms=statement_timeout_ms,
                # One connection writes, and one is the lease's.
                readers=checked.connections - 2,
                tenure=tenure,
            )
        except BaseException as error:
            is_brief = isinstance(error, asyncio.CancelledError)
            if lease is not None:
                await _briefly(lease.give_up(), is_brief=is_brief)
            if notes is not None:
                await notes.close()
            if postgres is not None:
                await postgres.stop(is_brief=is_brief)
            if isinstance(error, EmbeddedError | MigrationError | StoreUnavailable):
                raise DatabaseError.of(error) from error
            if isinstance(error, VaultError):
                raise DatabaseError(str(error)) from error
            raise
        return cls(
            *(address, store, vault),
            session_key=session_key,
            postgres=postgres,
            overtaken=left_behind,
            lease=lease,
            notes=notes,
        )

    @property
    def version(self) -> str:
        """The server's name and version, for display."""
        return f"PostgreSQL {self.store.version}"

    async def settle(self) -> None:
        """Record that the tables from before in-memory play are closed, or go on."""
        await overtaken.settle(self._address)

    async def close(self, *, all_stored: bool = True, is_brief: bool = False) -> None:
        """Give the lease up, close all connections, and stop the embedded PostgreSQL.

        If not `all_stored`, the next owners of the tables are told so.
        A database that hangs is waited for a few seconds, or hardly at all if `is_brief`.
        """
        for closing in (self.lease.give_up(all_stored=all_stored), self.store.close()):
            await _briefly(closing, is_brief=is_brief)
        # An owner that has ended in peace will not be asked about.
        await self.notes.close(delete=all_stored and self.lease.has_ended)
        if self._postgres is not None:
            await self._postgres.stop(is_brief=is_brief)
            if self._postgres.was_killed:
                log.warning("postgres_killed", directory=str(self._postgres.cluster))


async def _embedded(folder: Path, *, starts: bool) -> tuple[EmbeddedPostgres | None, str]:
    """The embedded PostgreSQL, if it is started here, and its address."""
    if not starts:
        return None, await running(folder)
    postgres = await EmbeddedPostgres.start(folder)
    return postgres, postgres.dsn


def _notes_of(address: Address) -> Path:
    """The directory of the notes: beside an embedded database, or on this machine."""
    return (address.embedded_dir or overtaken.LOCAL) / "ahead"


async def _briefly(closing: Coroutine[Any, Any, None], *, is_brief: bool) -> None:
    """Close something, unless the database does not answer for a while."""
    with suppress(TimeoutError):
        async with asyncio.timeout(ABANDON_S if is_brief else CLOSE_S):
            await closing


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
            async with (
                connected(address, "pokerws migrate") as connection,
                migration_lock(connection),
            ):
                await grant_server(connection, server_role)
            lines.append(f"the role {server_role} can serve with these tables")
        return lines
    except (EmbeddedError, MigrationError, StoreUnavailable) as error:
        raise DatabaseError.of(error) from error
    finally:
        if postgres is not None:
            await postgres.stop()


async def tables_in_play(address: Address) -> int:
    """The number of stored tables that a server in memory would leave behind.

    An embedded PostgreSQL is started to look, and stopped again.  Raises DatabaseError,
    StoreUnavailable or OSError.
    """
    folder = address.embedded_dir
    if folder is not None and not (folder / "cluster").exists():
        return 0
    if overtaken.has_note_only(address):
        return 0
    async with reachable(address) as reached:
        return await overtaken.tables_in_play(reached)


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
        raise DatabaseError.of(error) from error


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
