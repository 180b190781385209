"""The store in PostgreSQL.

Writes use one dedicated connection, which is dropped after any error of the connection; reads share
a small pool.  Nothing is retried here: only the caller knows whether that is safe.
"""

import asyncio
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from typing import Self

import asyncpg
import msgspec
import structlog
from asyncpg.pool import PoolConnectionProxy

from pokerws.game.state import TableConfig, TableId
from pokerws.storage.postgres import accounts as postgres_accounts
from pokerws.storage.postgres import names as postgres_names
from pokerws.storage.postgres.accounts import PostgresAccounts
from pokerws.storage.postgres.address import Address
from pokerws.storage.postgres.connecting import (
    FAILED,
    NOTHING,
    REJECTED,
    Connection,
    Pool,
    connect,
    end_transaction,
    open_pool,
    reason,
    rejected,
    unavailable,
)
from pokerws.storage.postgres.names import PostgresNames
from pokerws.storage.postgres.save_statement import SAVE, SAVES, save_statement
from pokerws.storage.store import (
    Change,
    Claimed,
    EventRow,
    GameRow,
    Position,
    Stored,
)

POSITION = "SELECT version, epoch FROM games WHERE id = $1"

CLAIM = """
UPDATE games
SET epoch = epoch + 1
WHERE id = $1 AND status IN ('waiting', 'active')
RETURNING snapshot, version, epoch, round(extract(epoch FROM updated_at) * 1000)::bigint AS saved_ms
"""

CLAIM_MANY = """
UPDATE games
SET epoch = epoch + 1
WHERE id = ANY($1::text[]) AND status IN ('waiting', 'active')
RETURNING id, snapshot, version, epoch,
          round(extract(epoch FROM updated_at) * 1000)::bigint AS saved_ms
"""

LOG_SEQS = """
SELECT wanted.id, coalesce(
    (SELECT seq FROM game_events WHERE game_id = wanted.id ORDER BY seq DESC LIMIT 1), 0
) AS log_seq
FROM unnest($1::text[]) AS wanted (id)
"""

LOOK = "SELECT status, snapshot, version, epoch FROM games WHERE id = $1"

QUARANTINE = """
UPDATE games
SET status = 'quarantined'
WHERE id = $1 AND version = $2 AND epoch = $3 AND status IN ('waiting', 'active')
"""

IDLE = """
SELECT id
FROM games
WHERE status IN ('waiting', 'active') AND updated_at < to_timestamp($1 / 1000.0)
ORDER BY updated_at
LIMIT $2
"""

LOG_SEQ = "SELECT coalesce(max(seq), 0) FROM game_events WHERE game_id = $1"

GAMES = """
SELECT id, name, status, config, players, hand_number, version, epoch
FROM games
WHERE status IN ('waiting', 'active') AND id <> ALL ($1::text[])
ORDER BY created_at, id
"""

EVENTS = """
SELECT seq, hand_number, type, payload, round(extract(epoch FROM at) * 1000)::bigint AS at_ms
FROM game_events
WHERE game_id = $1 AND seq > $2
ORDER BY seq
LIMIT $3
"""

VERSION = "SELECT current_setting('server_version')"

STATEMENTS = (
    *SAVES.values(),
    POSITION,
    CLAIM,
    CLAIM_MANY,
    LOG_SEQS,
    LOOK,
    QUARANTINE,
    IDLE,
    LOG_SEQ,
    GAMES,
    EVENTS,
    VERSION,
    NOTHING,
    *postgres_accounts.STATEMENTS,
    *postgres_names.STATEMENTS,
)
APPLICATION = "pokerws"

CLOSE_S = 2.0
# Added to the statement timeout, for a server that hangs.
PATIENCE_S = 1.0
READERS = 4
# A table has far fewer events after its snapshot, as both are written in one transaction.
MAX_LATER_EVENTS = 100_000

# The plan of a save must not depend on table statistics: a batch is a few hundred look-ups by
# primary key.
_WRITER_SETTINGS = {"plan_cache_mode": "force_generic_plan", "enable_seqscan": "off", "jit": "off"}

log = structlog.get_logger("pokerws.postgres")
_decode_config = msgspec.json.Decoder(TableConfig).decode


class PostgresStore:
    """A `Store`, made by `open`.  `version` is PostgreSQL's."""

    def __init__(self, writer: "_Writer", readers: Pool) -> None:
        self._writer = writer
        self._readers = readers
        self._accounts = PostgresAccounts(self._reader)
        self._names = PostgresNames(self._reader)
        self.version = ""

    @classmethod
    async def open(cls, address: Address, *, statement_timeout_ms: int = 5000) -> Self:
        """Connect to a migrated database.  Raises StoreUnavailable."""
        settings = {"statement_timeout": str(statement_timeout_ms)}
        timeout_s = statement_timeout_ms / 1000 + PATIENCE_S
        try:
            readers = await open_pool(
                address, APPLICATION, size=READERS, settings=settings, answer_s=timeout_s
            )
            store = cls(_Writer(address, settings | _WRITER_SETTINGS, timeout_s), readers)
        except FAILED as error:
            raise unavailable(error) from error
        try:
            await store._start()
        except BaseException:
            await store.close()
            raise
        return store

    async def save(self, changes: Sequence[Change]) -> set[TableId]:
        """Part of `Store`."""
        if not changes:
            return set()
        try:
            overwrite = any(change.expected >= change.version for change in changes)
            try:
                rows = await self._save(changes, overwrite=overwrite)
            except asyncpg.UniqueViolationError as error:
                if error.table_name == "transfers":
                    raise
                # Only events can be duplicates: ON CONFLICT skips existing rows of `games`.
                rows = await self._save(changes, overwrite=True)
        except REJECTED as error:
            raise rejected(error) from error
        except FAILED as error:
            raise unavailable(error) from error
        return {TableId(row["id"]) for row in rows}

    async def _save(self, changes: Sequence[Change], *, overwrite: bool) -> list[asyncpg.Record]:
        statement, arguments = save_statement(changes, overwrite=overwrite)
        return await self._writer.fetch(statement, *arguments)

    @property
    def accounts(self) -> PostgresAccounts:
        """Part of `Store`."""
        return self._accounts

    @property
    def names(self) -> PostgresNames:
        """Part of `Store`."""
        return self._names

    async def position(self, table: TableId) -> Position | None:
        """Part of `Store`."""
        async with self._reader() as reader:
            row = await reader.fetchrow(POSITION, table)
        return None if row is None else Position(row["version"], row["epoch"])

    async def claim(self, table: TableId) -> Claimed | None:
        """Part of `Store`.

        The log is read after the epoch is raised, in a statement of its own.  By then no other
        server can append to it, and the events of a save that was in flight are visible.
        """
        async with self._reader() as reader:
            row = await reader.fetchrow(CLAIM, table)
            if row is None:
                return None
            log_seq: int = await reader.fetchval(LOG_SEQ, table)
            return await _claimed(reader, table, row, log_seq)

    async def claim_many(self, tables: Sequence[TableId]) -> dict[TableId, Claimed]:
        """Part of `Store`."""
        async with self._reader() as reader:
            rows = {row["id"]: row for row in await reader.fetch(CLAIM_MANY, sorted(tables))}
            seqs = await reader.fetch(LOG_SEQS, list(rows))
            return {
                TableId(table): await _claimed(reader, table, rows[table], log_seq)
                for table, log_seq in seqs
            }

    async def look(self, table: TableId) -> Stored | None:
        """Part of `Store`."""
        async with self._reader() as reader, reader.transaction(isolation="repeatable_read"):
            row = await reader.fetchrow(LOOK, table)
            log_seq: int = await reader.fetchval(LOG_SEQ, table)
        if row is None:
            return None
        return Stored(
            row["status"], row["snapshot"].encode(), row["version"], row["epoch"], log_seq
        )

    async def quarantine(self, table: TableId, at: Position) -> None:
        """Part of `Store`."""
        async with self._reader() as reader:
            await reader.execute(QUARANTINE, table, at.version, at.epoch)

    async def idle(self, before_ms: int, limit: int) -> list[TableId]:
        """Part of `Store`."""
        async with self._reader() as reader:
            return [TableId(row["id"]) for row in await reader.fetch(IDLE, before_ms, limit)]

    async def games(self, besides: Collection[TableId] = ()) -> list[GameRow]:
        """Part of `Store`.  A game whose config cannot be read is left out, and logged."""
        async with self._reader() as reader:
            rows = await reader.fetch(GAMES, list(besides))
        return [game for row in rows if (game := _game(row)) is not None]

    async def events(self, table: TableId, after_seq: int, limit: int) -> list[EventRow]:
        """Part of `Store`."""
        async with self._reader() as reader:
            rows = await reader.fetch(EVENTS, table, after_seq, limit)
        return [_event(row) for row in rows]

    async def close(self) -> None:
        """Part of `Store`.  Gives up after a moment if the server does not answer."""
        await self._writer.close()
        try:
            async with asyncio.timeout(CLOSE_S):
                await self._readers.close()
        except TimeoutError:
            self._readers.terminate()

    async def _start(self) -> None:
        """Fail now rather than at the first save if the schema does not fit."""
        async with self._reader() as reader:
            self.version = await reader.fetchval(VERSION)
        try:
            await self._writer.prepare(SAVE)
        except FAILED as error:
            raise unavailable(error) from error

    @asynccontextmanager
    async def _reader(self) -> "AsyncIterator[PoolConnectionProxy[asyncpg.Record]]":
        try:
            async with self._readers.acquire(timeout=self._writer.address.connect_s) as reader:
                try:
                    yield reader
                except BaseException:
                    # A graceful close would wait for an answer that may never come.
                    reader.terminate()
                    raise
        except FAILED as error:
            raise unavailable(error) from error


class _Writer:
    """One connection, opened on demand, and dropped if its state is unknown."""

    def __init__(self, address: Address, settings: dict[str, str], timeout_s: float) -> None:
        self.address = address
        self._settings = settings
        self._timeout_s = timeout_s
        self._connection: Connection | None = None
        self._turn = asyncio.Lock()

    async def fetch(self, statement: str, *arguments: object) -> list[asyncpg.Record]:
        async with self._ready() as connection:
            return await connection.fetch(statement, *arguments)

    async def prepare(self, statement: str) -> None:
        """Check a statement, and have it ready for the first `fetch`."""
        async with self._ready() as connection:
            await connection.prepare(statement)
            await end_transaction(connection)

    async def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            try:
                await connection.close(timeout=CLOSE_S)
            except FAILED as error:
                log.debug("connection_terminated", error=reason(error))

    @asynccontextmanager
    async def _ready(self) -> AsyncIterator[Connection]:
        async with self._turn:
            connection = self._connection
            if connection is None or connection.is_closed():
                connection = self._connection = await connect(
                    self.address, APPLICATION, settings=self._settings, answer_s=self._timeout_s
                )
            try:
                try:
                    yield connection
                except REJECTED:
                    # The arguments may have been refused before they were sent.
                    await end_transaction(connection)
                    raise
            except REJECTED:
                raise
            except BaseException:
                connection.terminate()
                self._connection = None
                raise


async def _claimed(
    reader: "PoolConnectionProxy[asyncpg.Record]", table: str, row: asyncpg.Record, log_seq: int
) -> Claimed:
    later: list[asyncpg.Record] = []
    if log_seq > row["version"]:
        later = await reader.fetch(EVENTS, table, row["version"], MAX_LATER_EVENTS)
    return Claimed(
        snapshot=row["snapshot"].encode(),
        version=row["version"],
        epoch=row["epoch"],
        saved_ms=row["saved_ms"],
        log_seq=log_seq,
        later_events=[_event(event) for event in later],
    )


def _event(row: asyncpg.Record) -> EventRow:
    return EventRow(
        row["seq"], row["hand_number"], row["type"], row["payload"].encode(), row["at_ms"]
    )


def _game(row: asyncpg.Record) -> GameRow | None:
    try:
        config = _decode_config(row["config"])
    except msgspec.MsgspecError:
        log.exception("get_game", outcome="DB_FAILED", table=row["id"], column="config")
        return None
    return GameRow(
        table=TableId(row["id"]),
        name=row["name"],
        status=row["status"],
        config=config,
        players=row["players"],
        hand_number=row["hand_number"],
        version=row["version"],
        epoch=row["epoch"],
    )
