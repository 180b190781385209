"""The store in PostgreSQL.

Writes use one dedicated connection, which is dropped after any error of the connection; reads share
a small pool.  Nothing is retried here: only the caller knows whether that is safe.
"""

import asyncio
from collections.abc import AsyncIterator, Collection, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Self

import asyncpg
import msgspec
import structlog
from asyncpg.pool import PoolConnectionProxy

from pokerws.game.config.table_config import TableConfig
from pokerws.game.state import TableId
from pokerws.storage.errors import OwnedElsewhere, PruneBusy
from pokerws.storage.postgres import accounts as postgres_accounts
from pokerws.storage.postgres import hand_index, log_rows, marks, owners, pruning
from pokerws.storage.postgres import names as postgres_names
from pokerws.storage.postgres.accounts import PostgresAccounts
from pokerws.storage.postgres.address import Address
from pokerws.storage.postgres.claiming import claims, giving
from pokerws.storage.postgres.claiming.claims import Claims, Wanted
from pokerws.storage.postgres.claiming.giving import Giving
from pokerws.storage.postgres.connecting import (
    BY_INDEX,
    FAILED,
    NOTHING,
    REJECTED,
    UNPREPARED,
    Pool,
    open_pool,
    rejected,
    unavailable,
)
from pokerws.storage.postgres.hand_index import PostgresHandIndex
from pokerws.storage.postgres.lease import Tenure
from pokerws.storage.postgres.moderation import admin_log
from pokerws.storage.postgres.moderation import sanctions as postgres_sanctions
from pokerws.storage.postgres.moderation.sanctions import PostgresSanctions
from pokerws.storage.postgres.names import PostgresNames
from pokerws.storage.postgres.players import chat, connections, links, notes
from pokerws.storage.postgres.pruning import Pruning
from pokerws.storage.postgres.save_statement import SAVE, SAVES, save_statement
from pokerws.storage.postgres.writer import APPLICATION, CLOSE_S, Writer
from pokerws.storage.store import (
    Change,
    Claimed,
    EventRow,
    GameRow,
    Position,
    Stored,
)
from pokerws.storage.vault.vault import UNREADABLE

POSITIONS = """
SELECT id, version, epoch, owner_incarnation FROM games WHERE id = ANY($1::text[])
"""

LOOK = """
SELECT status, coalesce(kept.snapshot, '') AS snapshot,
       coalesce(kept.version, 0) AS snapshot_version, games.version, epoch, owner_incarnation,
       coalesce(branch, epoch) AS branch,
       coalesce((SELECT max(seq) FROM game_log WHERE game_id = $1), 0) AS log_seq
FROM games LEFT JOIN game_snapshots AS kept ON kept.game_id = games.id
WHERE games.id = $1
"""

QUARANTINE = """
UPDATE games
SET status = 'quarantined'
WHERE id = $1 AND version = $2 AND epoch = $3 AND status IN ('waiting', 'active')
"""

IDLE = """
SELECT id
FROM games
WHERE status IN ('waiting', 'active') AND updated_at < to_timestamp($1 / 1000.0)
  AND NOT EXISTS (
      SELECT FROM owners
      WHERE owners.incarnation = coalesce(given_to, owner_incarnation) AND owners.incarnation <> $3
        AND ended_at IS NULL AND lease_until >= now())
ORDER BY updated_at
LIMIT $2
"""

# With `<> ALL` each row is compared with each known table.
GAMES = """
SELECT id, name, status, config, players, hand_number, version, epoch,
       EXISTS (SELECT FROM server_tables WHERE game_id = games.id) AS is_server_table
FROM games
WHERE status IN ('waiting', 'active')
  AND NOT EXISTS (SELECT FROM unnest($1::text[]) AS known (id) WHERE known.id = games.id)
ORDER BY created_at, id
"""

EVENTS = f"""
SELECT {log_rows.COLUMNS}
FROM game_log
WHERE game_id = $1 AND seq > $2
ORDER BY seq
LIMIT $3
"""  # noqa: S608  constants alone

VERSION = "SELECT current_setting('server_version')"

STATEMENTS = (
    *SAVES.values(),
    POSITIONS,
    LOOK,
    QUARANTINE,
    IDLE,
    GAMES,
    EVENTS,
    VERSION,
    NOTHING,
    *postgres_accounts.STATEMENTS,
    *postgres_names.STATEMENTS,
    *postgres_sanctions.STATEMENTS,
    *admin_log.STATEMENTS,
    *links.STATEMENTS,
    *notes.STATEMENTS,
    *chat.STATEMENTS,
    *connections.STATEMENTS,
    *pruning.STATEMENTS,
    *owners.STATEMENTS,
    *claims.STATEMENTS,
    *giving.STATEMENTS,
    *marks.STATEMENTS,
    *hand_index.STATEMENTS,
)

# Added to the statement timeout, for a server that hangs.
PATIENCE_S = 1.0
READERS = 4

# Plans must not depend on table statistics: a batch is a few hundred look-ups by primary key.  And
# they are made once: to plan a look-up in all partitions of the log takes longer than a commit.
_PLANNING = {"plan_cache_mode": "force_generic_plan", **BY_INDEX}

log = structlog.get_logger("pokerws.postgres")
_decode_config = msgspec.json.Decoder(TableConfig).decode


class PostgresStore:
    """A `Store`, made by `open`.  `version` is PostgreSQL's.

    Without a `tenure`, tables are claimed without an owner, and only those that have none.
    """

    def __init__(self, writer: Writer, readers: Pool, tenure: Tenure | None) -> None:
        self._writer = writer
        self._readers = readers
        self._tenure = tenure
        self._accounts = PostgresAccounts(self._reader)
        self._names = PostgresNames(self._reader)
        self._sanctions = PostgresSanctions(self._reader)
        self.admin_log = admin_log.PostgresAdminLog(self._reader)
        self.links = links.PostgresLinks(self._reader)
        self.player_notes = notes.PostgresPlayerNotes(self._reader)
        self.chat = chat.PostgresChat(self._reader)
        self.connections = connections.PostgresConnections(self._reader)
        # Claimed tables whose log goes on after their row: their next change overwrites it.
        self._ahead: set[TableId] = set()
        self._claims = Claims(self._reader, tenure, self._ahead)
        # Tables that go from server to server.
        self.giving = Giving(self._reader, tenure, self._claims)
        self.hand_index = PostgresHandIndex(self._reader)
        # Those since the last success, and all.
        self._failed_reads = self.read_failures = 0
        self._read_error: type[BaseException] | None = None
        self.version = ""

    @classmethod
    async def open(
        cls,
        address: Address,
        *,
        statement_timeout_ms: int = 5000,
        readers: int = READERS,
        tenure: Tenure | None = None,
    ) -> Self:
        """Connect to a migrated database.  Raises StoreUnavailable."""
        settings = {"statement_timeout": str(statement_timeout_ms), **_PLANNING}
        timeout_s = statement_timeout_ms / 1000 + PATIENCE_S
        try:
            writer = Writer(address, settings, timeout_s)
            pool = await open_pool(
                lambda: writer.address,
                APPLICATION,
                size=readers,
                settings=settings,
                answer_s=timeout_s,
            )
            store = cls(writer, pool, tenure)
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
            overwrite, ahead = False, self._ahead
            for change in changes:
                if change.expected >= change.version or change.table in ahead:
                    overwrite = True
            try:
                rows = await self._save(changes, overwrite=overwrite)
            except asyncpg.UniqueViolationError as error:
                if error.table_name == "transfers":
                    raise
                # Only events can be duplicates: ON CONFLICT skips existing rows of `games`.
                overwrite = True
                rows = await self._save(changes, overwrite=overwrite)
            if overwrite:
                self._ahead.difference_update(change.table for change in changes)
        except REJECTED as error:
            raise rejected(error) from error
        except FAILED as error:
            await self._check_pooler(error)
            raise unavailable(error) from error
        return {row["id"] for row in rows}

    def _save(
        self, changes: Sequence[Change], *, overwrite: bool
    ) -> Coroutine[None, None, list[asyncpg.Record]]:
        statement, arguments = save_statement(changes, overwrite=overwrite, owner=self.owner)
        return self._writer.fetch(statement, *arguments)

    @property
    def accounts(self) -> PostgresAccounts:
        """Part of `Store`."""
        return self._accounts

    @property
    def names(self) -> PostgresNames:
        """Part of `Store`."""
        return self._names

    @property
    def sanctions(self) -> PostgresSanctions:
        """Part of `Store`."""
        return self._sanctions

    @property
    def owner(self) -> str | None:
        """Part of `Store`."""
        return None if self._tenure is None else self._tenure.id

    async def position(self, table: TableId) -> Position | None:
        """Part of `Store`."""
        return (await self.positions([table])).get(table)

    async def positions(self, tables: Sequence[TableId]) -> dict[TableId, Position]:
        """Part of `Store`."""
        async with self._reader() as reader:
            rows = await reader.fetch(POSITIONS, tables)
        return {
            TableId(row["id"]): Position(row["version"], row["epoch"], row["owner_incarnation"])
            for row in rows
        }

    async def claim(
        self, table: TableId, above_epoch: int = 0, shown_seq: int = 0, seen_seq: int = 0
    ) -> Claimed | None:
        """Part of `Store`."""
        return await self._claims.claim(Wanted(table, above_epoch, shown_seq, seen_seq))

    async def claim_many(self, tables: Sequence[TableId]) -> dict[TableId, Claimed]:
        """Part of `Store`."""
        return await self._claims.claim_many(tables)

    async def look(self, table: TableId) -> Stored | None:
        """Part of `Store`."""
        async with self._reader() as reader:
            row = await reader.fetchrow(LOOK, table)
        if row is None:
            return None
        return Stored(
            status=row["status"],
            snapshot=row["snapshot"].encode(),
            snapshot_version=row["snapshot_version"],
            version=row["version"],
            epoch=row["epoch"],
            log_seq=row["log_seq"],
            owner=row["owner_incarnation"],
            branch=row["branch"],
        )

    async def quarantine(self, table: TableId, at: Position) -> None:
        """Part of `Store`."""
        async with self._reader() as reader:
            await reader.execute(QUARANTINE, table, at.version, at.epoch)

    async def idle(self, before_ms: int, limit: int) -> list[TableId]:
        """Part of `Store`."""
        async with self._reader() as reader:
            rows = await reader.fetch(IDLE, before_ms, limit, self.owner or "")
        return [TableId(row["id"]) for row in rows]

    async def games(self, besides: Collection[TableId] = ()) -> list[GameRow]:
        """Part of `Store`.  A config that cannot be read is logged."""
        async with self._reader() as reader:
            rows = await reader.fetch(GAMES, list(besides))
        return [_game(row) for row in rows]

    async def mark_table(self, table: TableId) -> None:
        """Part of `Store`."""
        async with self._reader() as reader:
            await reader.execute(marks.MARK, table)

    async def adopt_table(self, table: TableId) -> bool:
        """Part of `Store`."""
        async with self._reader() as reader:
            return await reader.fetchval(marks.ADOPT, table) is not None

    async def events(self, table: TableId, after_seq: int, limit: int) -> list[EventRow]:
        """Part of `Store`."""
        async with self._reader() as reader:
            rows = await reader.fetch(EVENTS, table, after_seq, limit)
        return log_rows.events_of(rows, after_seq)[:limit]

    async def prune(self, prune: Pruning) -> bool:
        """Do one step of a prune; returns whether more may be left.  Raises PruneBusy."""
        async with self._reader() as reader:
            return await prune.step(reader)

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
                except (OwnedElsewhere, PruneBusy):
                    # These are ours, and leave nothing half done.
                    raise
                except BaseException:
                    # A graceful close would wait for an answer that may never come.
                    reader.terminate()
                    raise
        except FAILED as error:
            if not isinstance(error, REJECTED):
                self._read_failed(error)
            await self._check_pooler(error)
            raise unavailable(error) from error
        if self._failed_reads:
            log.info("reads_resumed", after_failures=self._failed_reads)
            self._failed_reads, self._read_error = 0, None

    @property
    def is_readable(self) -> bool:
        """Whether the last read succeeded."""
        return not self._failed_reads

    async def _check_pooler(self, error: BaseException) -> None:
        """If an error shows that a pooler is in transaction mode after all, go on in that mode."""
        address = self._writer.address
        if isinstance(error, UNPREPARED) and not address.shares_backends:
            self._writer.address = replace(address, pooler="transaction")
            await self._readers.expire_connections()
            log.warning("pooler_shares_backends", error=str(unavailable(error)))

    def _read_failed(self, error: BaseException) -> None:
        # An outage may begin with one error and go on with another.
        if type(error) is not self._read_error:
            log.warning("read_failed", error=str(unavailable(error)))
        self._read_error = type(error)
        self._failed_reads += 1
        self.read_failures += 1


def _game(row: asyncpg.Record) -> GameRow:
    config: TableConfig | None = None
    try:
        config = _decode_config(row["config"])
    except UNREADABLE as error:
        log.error(  # noqa: TRY400  the trace says no more
            "get_game", outcome="DB_FAILED", table=row["id"], column="config", error=str(error)
        )
    return GameRow(
        table=TableId(row["id"]),
        name=row["name"],
        status=row["status"],
        config=config,
        players=row["players"],
        hand_number=row["hand_number"],
        version=row["version"],
        epoch=row["epoch"],
        is_server_table=row["is_server_table"],
    )
