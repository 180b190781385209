"""What a server stores its tables in: a database with its journal, or nothing but memory.

Without a database all parts are null objects, and accounts and tables end with the process.
"""

import secrets
from functools import cached_property
from pathlib import Path

from pokerws.metrics import Metrics
from pokerws.server import parts
from pokerws.server.background import memory_play
from pokerws.server.tables.interfaces import NO_LEASE, Lease
from pokerws.server.tables.lobby import Lobby
from pokerws.settings import Settings
from pokerws.storage.ahead.notes import NO_NOTES, Notes
from pokerws.storage.journal.journal import Journal
from pokerws.storage.null import NullJournal, NullStore
from pokerws.storage.phases import Report
from pokerws.storage.postgres.address import address_of
from pokerws.storage.postgres.database import Database
from pokerws.storage.store import Store
from pokerws.storage.vault.keys import KeySource
from pokerws.storage.vault.vault import Vault


class Persistence:
    """The database of a server, with store, journal and vault.

    `is_all_stored` is false when a stop has left changes that are not stored.
    """

    def __init__(self, settings: Settings, metrics: Metrics) -> None:
        self._settings = settings
        self._metrics = metrics
        null_store = NullStore()
        self.database: Database | None = None
        self.store: Store = null_store
        self.journal: Journal | NullJournal = NullJournal(null_store.accounts, metrics)
        self.vault = Vault(())
        self.is_all_stored = True

    async def open(self, report: Report, *, needs_session_key: bool) -> None:
        """Open the database of the settings, and store tables there from now on.

        Raises DatabaseError, or SettingsError, for example if tables were left behind.  The
        database may be open after that too.
        """
        settings = self._settings
        self.database = database = await Database.open(
            address_of(settings.storage.database_url, settings.storage.schema),
            statement_timeout_ms=settings.storage.statement_timeout_ms,
            keys=KeySource(settings.vault.keys, Path(settings.vault.key_file)),
            node=settings.node,
            needs_session_key=needs_session_key,
            runs_ahead=not settings.features.use_durable_acks,
            starts_embedded=settings.cluster.workers == 0,
            report=report,
        )
        memory_play.check_left_behind(settings, database)
        self.store, self.vault = database.store, database.vault
        self.journal = parts.journal_of(settings, database.store, self._metrics)

    async def stop_journal(self, lobby: Lobby | None, timeout_s: float) -> None:
        """Store the changes that wait, with a snapshot of each of the lobby's tables."""
        # If an exception leaves it unknown what is stored, it counts as not stored.
        self.is_all_stored = False
        if lobby is not None:
            await lobby.store_snapshots()
        self.is_all_stored = await self.journal.stop(timeout_s)

    async def close_database(self, lobby: Lobby | None, *, is_brief: bool) -> None:
        """Close the database, if it is open, and leave a note of what is not stored."""
        if self.database is None:
            return
        is_ahead = lobby is not None and lobby.is_ahead
        await self.database.close(all_stored=self.is_all_stored and not is_ahead, is_brief=is_brief)

    @property
    def lease(self) -> Lease:
        """The lease that protects this server's tables from other servers."""
        return NO_LEASE if self.database is None else self.database.lease

    @property
    def notes(self) -> Notes:
        """The notes of tables that show cards before they are stored."""
        return NO_NOTES if self.database is None else self.database.notes

    @cached_property
    def session_key(self) -> str:
        """The key that signs guests' sessions.  Without a database it ends with the process."""
        if self._settings.auth.session_key:
            return self._settings.auth.session_key
        return secrets.token_hex(32) if self.database is None else self.database.session_key

    @property
    def read_failures(self) -> int:
        """How many reads of the database have failed."""
        return 0 if self.database is None else self.database.store.read_failures

    @property
    def servers_died(self) -> int:
        """How many servers were found dead."""
        return 0 if self.database is None else self.database.lease.found_dead

    def health(self) -> dict[str, object]:
        """Its part of `/healthz`."""
        if self.database is None:
            return {"database": "off"}
        is_up = self.journal.healthy and self.database.store.is_readable
        return {"database": "up" if is_up else "down", "changes_waiting": self.journal.waiting}
