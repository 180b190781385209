"""The `Store` interface, which `memory.py` and `postgres/store.py` implement.

A store keeps one row per table (a "game") with its newest snapshot, and the event log.  Snapshots
and payloads are opaque to it.  `version` is the seq of the last event in the snapshot;
`epoch` counts how often the table's owner has changed.
"""

from collections.abc import Collection, Sequence
from hashlib import blake2b
from typing import Literal, NamedTuple, Protocol

import msgspec
from msgspec import Struct

from pokerws.game.state import PlayerId, Table, TableConfig, TableId
from pokerws.storage.accounts import Accounts, Transfer
from pokerws.storage.names import Names

_encode = msgspec.json.Encoder().encode


class Receipt(Struct, frozen=True, array_like=True, gc=False):
    """The answer that an accepted command got: the seq of the first event it caused.

    `digest` is of the command's id and content, so that an id used again for something else is not
    taken for a repetition.
    """

    digest: str
    seq: int


class TableSnapshot(Struct):
    """A snapshot: the table, and the receipts of each player's latest commands.

    The table equals the replay of its events; receipts are about delivery and are not replayed.
    As stored, the table's secret cards are in `sealed` alone, which the vault decrypts; it is empty
    where nothing is secret, and in memory.
    """

    table: Table
    receipts: dict[PlayerId, list[Receipt]] = {}
    sealed: str = ""


def canonical_digest(snapshot: TableSnapshot) -> bytes:
    """A digest of a table's whole state, the same wherever and however it is kept."""
    return blake2b(_encode(snapshot), digest_size=16).digest()


class EventRow(Struct, frozen=True):
    """One event of the log.  `payload` is the event as JSON; `at_ms` is milliseconds UTC."""

    seq: int
    hand_number: int
    type: str
    payload: bytes
    at_ms: int


class Change(Struct, frozen=True):
    """One table's state after some events, written atomically.

    The row is written only if it still is at version `expected` and of `epoch`; `expected` 0 makes
    the row.  `players` is how many seats are taken.  `events` are those from `expected` + 1 to
    `version`, or empty where events are not kept.  `snapshot` is a `TableSnapshot` as JSON, in
    which the key `key_id` sealed the secrets, if there are any.  `chips` are all that are at the
    table: those of before, and what `transfers` brought and took away.
    """

    table: TableId
    name: str
    status: Literal["waiting", "active", "closed"]
    config: TableConfig
    players: int
    hand_number: int
    total_pot: int
    expected: int
    version: int
    epoch: int
    snapshot: bytes
    at_ms: int
    events: tuple[EventRow, ...] = ()
    chips: int = 0
    transfers: tuple[Transfer, ...] = ()
    key_id: str | None = None


class Game(NamedTuple):
    """A game's row without its snapshot, for lists."""

    table: TableId
    name: str
    status: Literal["waiting", "active", "closed"]
    config: TableConfig
    players: int
    hand_number: int
    version: int
    epoch: int


class Claimed(NamedTuple):
    """A table loaded by its new owner; `epoch` is the caller's.

    `later_events` follow the snapshot in the log (none, where both are written in one piece).
    `log_seq` is the seq of the last event in the log, 0 for an empty log.  `saved_ms` is when the
    last change happened, in milliseconds UTC.
    """

    snapshot: bytes
    version: int
    epoch: int
    saved_ms: int
    log_seq: int
    later_events: list[EventRow]


class Stored(NamedTuple):
    """A table's row, read without claiming it."""

    status: str
    snapshot: bytes
    version: int
    epoch: int
    log_seq: int


class Position(NamedTuple):
    """The version and epoch of a table's stored row."""

    version: int
    epoch: int


class Store(Protocol):
    """Games and their events.  Methods raise StoreUnavailable if the database is unreachable."""

    @property
    def accounts(self) -> Accounts:
        """The players' accounts, kept in the same place."""

    @property
    def names(self) -> Names:
        """The players' names, and the sessions that were ended, kept in the same place."""

    async def save(self, changes: Sequence[Change]) -> set[TableId]:
        """Write all changes in one transaction, at most one a table; return the tables written.

        A table missing from the answer was at another version or of another epoch: nothing of its
        change was written.  Raises StoreRejected, with nothing written at all, when any of the
        changes breaks a rule of the store: Overdrawn, when it is one about an account.
        """

    async def position(self, table: TableId) -> Position | None:
        """The version and epoch of a table's row, or None where there is none."""

    async def claim(self, table: TableId) -> Claimed | None:
        """Raise a table's epoch and load it, or None for an unknown table."""

    async def claim_many(self, tables: Sequence[TableId]) -> dict[TableId, Claimed]:
        """The same for many tables at once; those that cannot be claimed are missing."""

    async def look(self, table: TableId) -> Stored | None:
        """A table's row, whatever its status, without claiming it; None for an unknown table."""

    async def quarantine(self, table: TableId, at: Position) -> None:
        """Quarantine a table, if its row is still at `at`: it is neither listed nor loaded."""

    async def idle(self, before_ms: int, limit: int) -> list[TableId]:
        """Waiting or active tables whose last change was before `before_ms`, a few of them."""

    async def games(self, besides: Collection[TableId] = ()) -> list[Game]:
        """All games that are waiting or active, but for those in `besides`; oldest first."""

    async def events(self, table: TableId, after_seq: int, limit: int) -> list[EventRow]:
        """Up to `limit` events of the log with a seq above `after_seq`, in order."""

    async def session_key(self) -> str:
        """The key that signs guest sessions: made once and kept with the store."""

    async def close(self) -> None:
        """Close all connections.  The store cannot be used afterwards."""
