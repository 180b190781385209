"""Whether this server should get new traffic: each part that minds says why not.

The reasons are fixed text and numbers, since anybody may read them.
"""

from collections.abc import Callable
from typing import Protocol

from msgspec import Struct

from pokerws.server.tables.interfaces import Lease
from pokerws.server.tables.lobby.outage_pause import OutagePause

# Why a part is not ready, or None.
Check = Callable[[], str | None]


class Reason(Struct, frozen=True):
    """A part that is not ready, and why."""

    part: str
    why: str


class Journal(Protocol):
    """What is asked of the journal."""

    @property
    def healthy(self) -> bool:
        """Whether the latest write reached the store."""

    @property
    def waiting(self) -> int:
        """The number of changes not written yet."""

    @property
    def over_high_water(self) -> bool:
        """Whether so much waits that commands are refused."""


class Readable(Protocol):
    """What is asked of the store."""

    @property
    def is_readable(self) -> bool:
        """Whether the last read succeeded."""


class Readiness:
    """The checks of all parts, by their names."""

    def __init__(self) -> None:
        self._checks: dict[str, Check] = {}

    def add(self, part: str, check: Check) -> None:
        """Ask a part from now on."""
        self._checks[part] = check

    def reasons(self) -> list[Reason]:
        """Why the server is not ready; empty if it is."""
        asked = ((part, check()) for part, check in self._checks.items())
        return [Reason(part, why) for part, why in asked if why is not None]

    def by_part(self) -> dict[str, bool]:
        """Whether each part is ready."""
        return {part: check() is None for part, check in self._checks.items()}

    def watch_database(
        self, store: Readable, journal: Journal, lease: Lease, outage: OutagePause
    ) -> None:
        """Ask all that depends on the database."""
        self.add("database", lambda: _database(store, journal))
        self.add("journal", lambda: _journal(journal))
        self.add("tables", lambda: _tables(outage))
        self.add("lease", lambda: _lease(lease))


def _database(store: Readable, journal: Journal) -> str | None:
    # A failure whose changes were dropped is forgotten only at the next write, and a server that
    # gets no traffic may have none.
    if not journal.healthy and journal.waiting:
        return "the latest write failed"
    return None if store.is_readable else "the latest read failed"


def _journal(journal: Journal) -> str | None:
    return "too much waits to be stored" if journal.over_high_water else None


def _tables(outage: OutagePause) -> str | None:
    paused = outage.paused
    return f"paused by an outage: {paused}" if paused else None


def _lease(lease: Lease) -> str | None:
    if lease.is_over:
        return "over: another server may take the tables"
    return "cannot be renewed now" if lease.is_away else None
