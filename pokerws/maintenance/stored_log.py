"""Reads stored games and their logs for the operator's commands.

It only reads, each game in one consistent view and in bounded memory, so it can run beside a live
server.  It validates nothing: the caller judges damaged data.
"""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import NamedTuple

from pokerws.game.events import LogRestarted, TableEvent
from pokerws.game.illegal import Inconsistent
from pokerws.game.state import Table, TableId
from pokerws.maintenance.errors import NotStored
from pokerws.storage.errors import DatabaseError, SealBroken, SealedByUnknownKey, StoreUnavailable
from pokerws.storage.postgres import log_rows
from pokerws.storage.postgres.address import Address
from pokerws.storage.postgres.connecting import Connection, connected
from pokerws.storage.postgres.database import reachable
from pokerws.storage.postgres.rights import check_rights
from pokerws.storage.store import EventRow
from pokerws.storage.vault.kept_receipts import KeptReceipts
from pokerws.storage.vault.logged_events import decode_event
from pokerws.storage.vault.upcast import upcast
from pokerws.storage.vault.vault import (
    UNREADABLE,
    Vault,
    decode_snapshot,
    key_of,
    sealed_by,
)

# What the commands read.
TABLES = ("games", "game_snapshots", "game_log", "game_events", "accounts", "transfers")

COUNT_GAMES = "SELECT count(*) FROM games"

GAME_IDS = "SELECT id FROM games WHERE id > $1 ORDER BY id LIMIT $2"

STORED_GAME = """
SELECT id, name, status, variant, players, hand_number, total_pot, games.version,
       coalesce(kept.version, 0) AS snapshot_version, coalesce(kept.snapshot, '') AS snapshot,
       updated_at, key_id
FROM games LEFT JOIN game_snapshots AS kept ON kept.game_id = id
WHERE id = $1
"""

LOG = f"""
SELECT {log_rows.COLUMNS}
FROM game_log
WHERE game_id = $1 AND seq > $2 AND seq - events < $3
ORDER BY seq
LIMIT $4
"""  # noqa: S608  constants alone

LOG_BOUNDS = """
SELECT min(seq - events) + 1 AS first, max(seq) AS last,
       coalesce(bool_or($3 > seq - events AND $3 <= seq), false) AS has
FROM game_log
WHERE game_id = $1 AND ($2::bigint IS NULL OR hand_number = $2)
"""

# Reads take the events of the later row: somebody else wrote the others.
TWICE = """
SELECT seq
FROM (
    SELECT seq, lead(seq - events) OVER (ORDER BY seq) AS before_next
    FROM game_log
    WHERE game_id = $1
) AS row
WHERE before_next < seq
ORDER BY seq
LIMIT $2
"""

STATEMENTS = (COUNT_GAMES, GAME_IDS, STORED_GAME, LOG, LOG_BOUNDS, TWICE)

# Ids, or rows of the log, fetched at a time.
PAGE = 500
NO_LIMIT = 2**63 - 1

# Raised when an event is applied that does not fit the table.
IMPOSSIBLE = (Inconsistent, LookupError, TypeError, ValueError, OverflowError)

NO_KEYS = Vault([])


class StoredGame(NamedTuple):
    """A row of `games` with its snapshot, as their columns have it.

    The snapshot is empty where there is none.  The log after it leads to the row's version.
    """

    id: str
    name: str
    status: str
    variant: str
    players: int
    hand_number: int
    total_pot: int
    version: int
    snapshot_version: int
    snapshot: str
    updated_at: datetime
    key_id: str | None


class StoredEvent(NamedTuple):
    """An event of the log, as it is stored.  The last event of a command has its `receipt`."""

    seq: int
    hand_number: int
    type: str
    payload: str
    at: datetime
    receipt: str | None


class ReadTable(NamedTuple):
    """The table of a snapshot.  The key `key_id` sealed its cards; None if none are sealed.

    If the cards could not be decrypted they are unknown, and either the key `missing` is not
    available, or `broken` is the reason.
    """

    table: Table
    receipts: KeptReceipts
    key_id: str | None
    missing: str = ""
    broken: str = ""

    @property
    def hidden(self) -> bool:
        """Whether cards are unknown."""
        return bool(self.missing or self.broken)


class ReadEvent(NamedTuple):
    """A row of the log and its event, which is None if it cannot be read.

    `missing` and `broken` as in `ReadTable`; without an event, `broken` says why.
    """

    row: StoredEvent
    event: TableEvent | None
    missing: str = ""
    broken: str = ""

    @property
    def hidden(self) -> bool:
        """Whether cards are unknown."""
        return bool(self.missing or self.broken)

    @property
    def key_id(self) -> str | None:
        """The key that sealed its cards; None if none are sealed."""
        return None if self.event is None else sealed_by(self.event, self.row.payload)

    @property
    def at_ms(self) -> int:
        """When the event happened, in milliseconds UTC."""
        return round(self.row.at.timestamp() * 1000)


class LogBounds(NamedTuple):
    """The first and the last seq of a part of a log, and whether it has the requested seq."""

    first: int
    last: int
    has: bool


@asynccontextmanager
async def open_stored(address: Address) -> AsyncIterator[Connection]:
    """A read-only connection, which does not disturb a running server.

    Raises DatabaseError, also for database errors in the block.
    """
    settings = {
        "default_transaction_read_only": "on",
        # The database's default may be too short for a log of millions.
        "statement_timeout": "0",
        "idle_in_transaction_session_timeout": "0",
    }
    try:
        async with (
            reachable(address) as reached,
            connected(reached, "pokerws operator", settings=settings) as connection,
        ):
            await check_rights(connection, "read", TABLES)
            yield connection
    except StoreUnavailable as error:
        raise DatabaseError.of(error) from error


@asynccontextmanager
async def one_view(connection: Connection) -> AsyncIterator[None]:
    """One consistent view for all reads in the block."""
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        yield


async def count_games(connection: Connection) -> int:
    """The number of games."""
    count: int = await connection.fetchval(COUNT_GAMES)
    return count


async def game_ids(connection: Connection) -> AsyncIterator[str]:
    """The ids of all games, in order."""
    last = ""
    while page := await connection.fetch(GAME_IDS, last, PAGE):
        for row in page:
            yield row["id"]
        last = page[-1]["id"]


async def read_game(connection: Connection, game: str) -> StoredGame:
    """A game's row.  Raises NotStored."""
    row = await connection.fetchrow(STORED_GAME, game)
    if row is None:
        raise NotStored(f"there is no game {printable(game)}")
    return StoredGame(*row.values())


async def read_log(
    connection: Connection, vault: Vault, game: str, to_seq: int = NO_LIMIT, after_seq: int = -1
) -> AsyncGenerator[ReadEvent, None]:
    """A game's log in order, after one seq and up to another; a page at a time, within `one_view`.

    Each event is opened here, once.
    """
    last = after_seq
    while page := await connection.fetch(LOG, game, last, to_seq, PAGE):
        for row in log_rows.events_of(page, last):
            if row.seq <= to_seq:
                yield open_event(vault, game, _stored(row))
        last = page[-1]["seq"]


async def told_twice(connection: Connection, game: str, most: int) -> list[int]:
    """The first few events that end a row of the log, and are in the next row as well."""
    return [row["seq"] for row in await connection.fetch(TWICE, game, most)]


def _stored(row: EventRow) -> StoredEvent:
    at = datetime.fromtimestamp(row.at_ms / 1000, UTC)
    payload, receipt = row.payload.decode(), row.receipt.decode() or None
    return StoredEvent(row.seq, row.hand_number, row.type, payload, at, receipt)


def open_table(vault: Vault, row: StoredGame) -> ReadTable:
    """The table of a game's row, with all cards that the vault opens.  Raises UNREADABLE.

    The snapshot is decoded here, once, unless its seal is broken.
    """
    snapshot = decode_snapshot(row.snapshot)
    key_id = key_of(snapshot.sealed)
    missing = broken = ""
    try:
        vault.unseal_snapshot(TableId(row.id), snapshot)
    except SealedByUnknownKey as error:
        missing = error.key_id
        upcast(snapshot.table)
    except SealBroken as error:
        broken = str(error)
        # A part of the cards may have been put into the table.
        snapshot = decode_snapshot(row.snapshot)
        upcast(snapshot.table)
    # What a repair writes has no digests without a key.
    vault.receipt_digests.upgrade(TableId(row.id), snapshot.receipts)
    return ReadTable(snapshot.table, snapshot.receipts, key_id, missing, broken)


def open_event(vault: Vault, game: str, row: StoredEvent) -> ReadEvent:
    """The event of a row, with all cards that the vault opens."""
    try:
        event = _public_event(row)
        try:
            opened = vault.unseal(TableId(game), row.hand_number, event, row.payload)
        except SealedByUnknownKey as error:
            return ReadEvent(row, event, missing=error.key_id)
        except SealBroken as error:
            # A part of the cards may have been put into the event.
            return ReadEvent(row, _public_event(row), broken=str(error))
    except UNREADABLE as error:
        return ReadEvent(row, None, broken=str(error))
    return ReadEvent(row, opened)


def _public_event(row: StoredEvent) -> TableEvent:
    event: TableEvent = decode_event(row.payload)
    if isinstance(event, LogRestarted) and event.table is not None:
        upcast(event.table)
    return event


async def log_bounds(
    connection: Connection, game: str, hand: int | None = None, seq: int | None = None
) -> LogBounds | None:
    """The bounds of a game's log, or of a hand in it; None if it has no events."""
    asked = (None if number is None else min(number, NO_LIMIT) for number in (hand, seq))
    row = await connection.fetchrow(LOG_BOUNDS, game, *asked)
    if row is None or row["first"] is None:
        return None
    return LogBounds(row["first"], row["last"], row["has"])


def printable(text: str) -> str:
    """Text that is safe on one line of a terminal: control characters are escaped."""
    return text if text.isprintable() else repr(text)
