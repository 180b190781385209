"""The contract of a store of games and events, and its records.

A store keeps one row for each table (a "game"), the log of its events, and a snapshot.  It never
interprets a payload.  `version` is the seq of the last event.  Where events are kept, the snapshot
may be older: the log after it completes it.  Otherwise it is of the same version.  `owner` is
the incarnation of the server that claimed the table, and `epoch` is raised at each claim; the two
together are the fencing token.  `branch` is what viewers compare: it stays the same as long as the
log has all events that they may have seen.
"""

from collections.abc import Collection, Sequence
from enum import Enum
from hashlib import blake2b
from secrets import token_bytes
from typing import Literal, NamedTuple, Protocol

import msgspec
from msgspec import Struct

from pokerws.game.config.table_config import TableConfig
from pokerws.game.state import MAX_EXACT, PlayerId, Table, TableId, TableStatus
from pokerws.storage.accounts import Accounts, Transfer
from pokerws.storage.admin_log import AdminLog
from pokerws.storage.hand_index import Search, Visit
from pokerws.storage.links import StoredLinks
from pokerws.storage.names import Names
from pokerws.storage.player_notes import PlayerNotes
from pokerws.storage.sanctions import Sanctions

# Stands for an owner in `Claimed.doubted` that has shown for certain what is not stored.
SEEN = "*"
# Stands for a `seen_seq` that no stored log reaches.
NEW_BRANCH = MAX_EXACT

# A quarantined table cannot be read: it is neither listed nor loaded until it is repaired.
StoredStatus = TableStatus | Literal["quarantined"]

_encode = msgspec.json.Encoder().encode
_DIGEST_KEY = token_bytes(32)


class Receipt(Struct, frozen=True, array_like=True, gc=False):
    """The answer to an accepted command: the seq of the first event that it caused.

    `digest` covers the command's id and content, so that another command with the same id is not
    taken for a repetition.  It is made with a key: `vault/receipt_digests.py`.  `id` is the id
    alone, by which such another command is refused; receipts of older versions have none.
    """

    digest: str
    seq: int
    id: str = ""


class TableSnapshot(Struct):
    """What a snapshot holds: the table, and each player's latest accepted commands.

    The table equals the replay of its events; receipts are about delivery, and no part of it.  In
    the stored form the secret cards are in `sealed` only, encrypted by the vault.  `sealed` is
    empty in memory, and where nothing is secret.
    """

    table: Table
    receipts: dict[PlayerId, list[Receipt]] = {}
    sealed: str = ""


def canonical_digest(snapshot: TableSnapshot) -> bytes:
    """A digest of a table's whole state, the same in memory and in the store.

    It is logged where they differ.  Its key is the process's own: without one, a reader of the log
    could try the few cards that a hand which is over has kept hidden.
    """
    return blake2b(_encode(snapshot), digest_size=16, key=_DIGEST_KEY).digest()


class EventRow(Struct, frozen=True):
    """One event of the log, as it is read.

    `payload` is the event as JSON; `at_ms` is milliseconds UTC.  The last event of a command has
    its `receipt`, a `LoggedReceipt` as JSON.
    """

    seq: int
    hand_number: int
    type: str
    payload: bytes
    at_ms: int
    receipt: bytes = b""


class LoggedReceipt(Struct, frozen=True, array_like=True, gc=False):
    """The receipt of a command, as the log has it: `seq` is that of the command's first event."""

    player: PlayerId
    digest: str
    seq: int
    id: str


class LogRow(Struct, frozen=True, gc=False):
    """The events that one command or time-out caused, as the log has them.

    `payload` is a JSON array of the `count` events up to `seq`; `at_ms` is milliseconds UTC.
    `receipt` is the command's `LoggedReceipt` as JSON, and empty for what no player has sent.
    """

    seq: int
    count: int
    hand_number: int
    payload: bytes
    at_ms: int
    receipt: bytes = b""


class Change(Struct, frozen=True):
    """One table's state after some events, to be written in one piece.

    The row is written only if it is still at version `expected`, of `epoch` and of the store's
    `owner`.  `expected` 0 inserts the row.  `players` is the number of taken seats.  `log` has the
    events from `expected` + 1 to `version`, or is empty where events are not kept.  `snapshot` is a
    `TableSnapshot` of that version as JSON; None leaves the stored one as it is, which the log
    after it completes.  `key_id` encrypted the secrets of the snapshot and of the log after it, if
    there are any.  `chips` is the total at the table: what was there before, plus and minus
    `transfers`.  With `is_changed` the row gets this `config`; such a change has a snapshot.
    """

    table: TableId
    name: str
    status: TableStatus
    config: TableConfig
    players: int
    hand_number: int
    total_pot: int
    expected: int
    version: int
    epoch: int
    snapshot: bytes | None
    at_ms: int
    log: tuple[LogRow, ...] = ()
    chips: int = 0
    transfers: tuple[Transfer, ...] = ()
    key_id: str | None = None
    is_changed: bool = False


class GameRow(NamedTuple):
    """A game's row without its snapshot, for lists; `config` is None if it cannot be read.

    `is_server_table` is set if the table is marked as the server's own.
    """

    table: TableId
    name: str
    status: TableStatus
    config: TableConfig | None
    players: int
    hand_number: int
    version: int
    epoch: int
    is_server_table: bool = False


class Sums(NamedTuple):
    """What a table's row says of the state of its version."""

    players: int
    hand_number: int
    total_pot: int
    chips: int

    @classmethod
    def of(cls, table: Table) -> "Sums":
        """What the row of `table` has to say."""
        return cls(table.players, table.hand_number, table.total_pot, table.chips)


class Claimed(NamedTuple):
    """A table loaded to be played on: `epoch` is the new one, and the caller's.

    `branch` is another one than before if viewers may have seen events that are not stored.
    `version` is the row's.  The snapshot may be older, of `snapshot_version`; `later_rows` are the
    first that follow it in the log.  `log_seq` is the seq of the last event in the log, 0 for
    an empty log.  `saved_ms` is when the last change happened, in milliseconds UTC.  The `doubted`
    earlier owners may have shown cards that are not stored; no change was saved since.  `sums` are
    the row's.
    """

    snapshot: bytes
    snapshot_version: int
    version: int
    epoch: int
    branch: int
    saved_ms: int
    log_seq: int
    later_rows: list[LogRow]
    sums: Sums
    doubted: Sequence[str] = ()


class Stored(NamedTuple):
    """A table's row, read without claiming it."""

    status: StoredStatus
    snapshot: bytes
    snapshot_version: int
    version: int
    epoch: int
    log_seq: int
    owner: str | None = None
    branch: int = 0

    @property
    def is_whole(self) -> bool:
        """Whether version, snapshot and log fit together: if not, somebody edited the row."""
        try:
            seq = _decode_seq(self.snapshot).table.seq
        except msgspec.MsgspecError:
            return False
        if not seq == self.snapshot_version <= self.version:
            return False
        return self.log_seq == self.version if seq < self.version else self.log_seq <= self.version


class _TableSeq(Struct):
    seq: int


class _SnapshotSeq(Struct):
    table: _TableSeq


_decode_seq = msgspec.json.Decoder(_SnapshotSeq).decode


class Position(NamedTuple):
    """The version, epoch and owner of a table's stored row."""

    version: int
    epoch: int
    owner: str | None = None


class Standing(Enum):
    """What a stored row says about a table that this server plays."""

    OURS = "ours"
    FENCED = "fenced"
    """Another owner has claimed it since."""
    WENT_BACK = "went_back"
    """It is older than what this server has stored: the database is an older copy of itself."""


def standing_of(
    stored: Position | None, *, epoch: int, owner: str | None, committed: int
) -> Standing:
    """Judge a row, or that there is none, for a table claimed by `owner` under `epoch`.

    The server knows that version `committed` was stored before the row was read; 0 for none.
    """
    if stored is None:
        return Standing.WENT_BACK if committed else Standing.OURS
    if stored.epoch > epoch or (stored.epoch == epoch and stored.owner != owner):
        return Standing.FENCED
    if stored.epoch < epoch or stored.version < committed:
        return Standing.WENT_BACK
    return Standing.OURS


class HandIndex(Protocol):
    """Finds finished hands.  Every method raises StoreUnavailable if the store is out of reach."""

    async def events_before(
        self, table: TableId, seq: int, after_seq: int, limit: int, types: Collection[str]
    ) -> list[EventRow]:
        """Up to `limit` events of the log after `after_seq` and before `seq`, the latest first.

        Those of other types than `types` have no payload.
        """

    async def seq_at(self, table: TableId, from_seq: int, until_seq: int, at_ms: int) -> int:
        """The seq of the latest event until a time, at least `from_seq` and at most `until_seq`."""

    async def visits(
        self, player: PlayerId, before_ms: int, limit: int, table: TableId | None = None
    ) -> list[Visit]:
        """Up to `limit` visits of a player that began before a time, at one table or at all.

        Those come first that end last, where an end after `before_ms` counts as `before_ms`.
        """

    async def search_stood(
        self, table: TableId, player: PlayerId, after_seq: int, limit: int
    ) -> Search:
        """Search `limit` events after `after_seq` for the player standing up."""


class Store(Protocol):
    """Keeps games and their events.  Every method raises StoreUnavailable if it is out of reach."""

    @property
    def accounts(self) -> Accounts:
        """The players' accounts, kept in the same place."""

    @property
    def names(self) -> Names:
        """The players' names and the ended sessions, kept in the same place."""

    @property
    def links(self) -> StoredLinks:
        """The guests' links to other devices, kept in the same place."""

    @property
    def player_notes(self) -> PlayerNotes:
        """What players keep about others, in the same place."""

    @property
    def sanctions(self) -> Sanctions:
        """The operators' sanctions, kept in the same place."""

    @property
    def admin_log(self) -> AdminLog:
        """What operators have done, kept in the same place."""

    @property
    def hand_index(self) -> HandIndex:
        """Finds the hands in the log."""

    @property
    def owner(self) -> str | None:
        """This server's incarnation, which claims and saves name; None without leases."""

    async def save(self, changes: Sequence[Change]) -> set[TableId]:
        """Write all changes in one transaction, at most one per table; return the tables written.

        A table missing from the result was at another version or epoch, or had another owner:
        nothing of its change was written.  Raises StoreRejected, with nothing written at all, if
        any change breaks a rule of the store; Overdrawn, if the rule is about an account.
        """

    async def position(self, table: TableId) -> Position | None:
        """The version, epoch and owner of a table's row, or None without a row."""

    async def positions(self, tables: Sequence[TableId]) -> dict[TableId, Position]:
        """The same for many tables at once; those without a row are missing."""

    async def claim(
        self, table: TableId, above_epoch: int = 0, shown_seq: int = 0, seen_seq: int = 0
    ) -> Claimed | None:
        """Raise a table's epoch above `above_epoch` and load it; None if it cannot be claimed.

        The caller has shown cards up to event `shown_seq`; if less is stored, that is recorded with
        the claim.  It has shown other events up to `seen_seq`; if less is stored, the log has a new
        branch, with `NEW_BRANCH` in any case.  Raises OwnedElsewhere while another owner has a
        lease on it.
        """

    async def claim_many(self, tables: Sequence[TableId]) -> dict[TableId, Claimed]:
        """The same for many tables at once; those that cannot be claimed are missing."""

    async def look(self, table: TableId) -> Stored | None:
        """A table's row, whatever its status, without claiming it; None for an unknown table."""

    async def quarantine(self, table: TableId, at: Position) -> None:
        """Quarantine a table if it is still `at` that position: it is not listed or loaded."""

    async def idle(self, before_ms: int, limit: int) -> list[TableId]:
        """Up to `limit` waiting or active tables, last changed before `before_ms`.

        Without those on which another owner has a lease.
        """

    async def games(self, besides: Collection[TableId] = ()) -> list[GameRow]:
        """All waiting or active games except those in `besides`, oldest first."""

    async def mark_table(self, table: TableId) -> None:
        """Mark a table, which need not exist yet, as one that the server opens for its bots."""

    async def adopt_table(self, table: TableId) -> bool:
        """Mark an open table that was stored before there were marks; returns whether it was."""

    async def events(self, table: TableId, after_seq: int, limit: int) -> list[EventRow]:
        """Up to `limit` events of the log with a seq above `after_seq`, in order."""

    async def close(self) -> None:
        """Close the connections.  The store cannot be used afterwards."""
