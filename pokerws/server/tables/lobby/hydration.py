"""Claims ownership of a stored table, decrypts its snapshot and replays the log after it.

A table that cannot be read is quarantined, so that nobody plays on a wrong state.  Its row is not
changed otherwise; the command `repair` examines it.
"""

import asyncio
import gc
import math
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, nullcontext
from typing import NamedTuple

import msgspec
import structlog

from pokerws.game.illegal import Details, Illegal
from pokerws.game.state import MAX_EXACT, Table, TableId
from pokerws.messages import Refused
from pokerws.program import PROGRAM
from pokerws.server.tables.interfaces import TableJournal
from pokerws.storage.ahead.notes import NO_NOTES, Notes
from pokerws.storage.errors import (
    LogBroken,
    OwnedElsewhere,
    SealedByUnknownKey,
    StoreUnavailable,
)
from pokerws.storage.log_events import row_of
from pokerws.storage.outcomes import UNMEASURED, Outcome, StorageMetrics
from pokerws.storage.store import (
    SEEN,
    Claimed,
    LogRow,
    Position,
    Store,
    Stored,
    Sums,
    TableSnapshot,
)
from pokerws.storage.vault.replayed import ReplayedTable
from pokerws.storage.vault.vault import Vault

# How long loading a table waits for earlier changes to be written.
FLUSH_TIMEOUT_S = 5.0
# Tables per chunk when many are loaded.
CHUNK = 200
# Of those that are asked for at once, so many are loaded in one turn of the event loop: their first
# changes share a write, and play is held up by about 2 ms.
OF_TURN = 8
# Events replayed in one turn of the event loop, and read at a time where a table has more than its
# claim has read.
TURN_EVENTS, PAGE = 64, 500

log = structlog.get_logger("pokerws.hydration")


class Loaded(NamedTuple):
    """A table's stored state and its claimed row: this server owns the table now.

    A hand in play `is_behind` if players may have seen more of its cards than are stored.  `tail`
    is the number of events after the snapshot; None if another key has sealed either, so that the
    snapshot must be replaced.
    """

    snapshot: TableSnapshot
    claimed: Claimed
    is_behind: bool
    tail: int | None


class Hydration:
    """Loads tables from `store`, after `journal` has written the changes that wait."""

    def __init__(
        self,
        store: Store,
        journal: TableJournal,
        vault: Vault,
        notes: Notes = NO_NOTES,
        metrics: StorageMetrics = UNMEASURED,
    ) -> None:
        self._notes = notes
        self._store = store
        self._journal = journal
        self._vault = vault
        self._metrics = metrics
        self._turns = asyncio.Semaphore(OF_TURN)

    async def load(self, table: TableId, claimed: Claimed) -> Loaded:
        """Load a table that was claimed.  Raises Illegal."""
        await self._next_turn()
        replayed = await self._open(table, claimed)
        snapshot, tail = replayed.snapshot, replayed.taken if replayed.is_current else None
        return Loaded(snapshot, claimed, await self._is_behind(snapshot.table, claimed), tail)

    async def _next_turn(self) -> None:
        """Wait for a turn of the event loop in which few other tables are loaded.

        Many claims may end at once, and what follows would hold up play.
        """
        async with self._turns:
            await asyncio.sleep(0)

    async def _is_behind(self, table: Table, claimed: Claimed) -> bool:
        """Whether earlier owners may have shown cards of the hand in play that are not stored."""
        if table.hand is None or not claimed.doubted:
            return False
        reason = "the server that played it has shown cards that are not stored"
        if SEEN not in claimed.doubted:
            named = await self._notes.named(claimed.doubted)
            if named is None:
                reason = "no note tells which cards the server that played it has shown"
            elif table.hand.number < named.get(table.id, math.inf):
                return False
        hand, version = table.hand.number, claimed.version
        log.warning("hand_cancelled", reason=reason, table=table.id, hand=hand, version=version)
        return True

    async def claim(
        self, table: TableId, above_epoch: int = 0, shown_seq: int = 0, seen_seq: int = 0
    ) -> Claimed:
        """Claim a table under an epoch above `above_epoch`.  Raises Illegal.

        This server has shown cards up to event `shown_seq`, and other events up to `seen_seq`.
        """
        try:
            # Changes of an earlier actor of the table must be written before the claim.
            await self._journal.flush(FLUSH_TIMEOUT_S, table)
            claimed = await self._store.claim(table, above_epoch, shown_seq, seen_seq)
            if claimed is None:
                raise _not_claimed(table, await self._store.look(table))
        except OwnedElsewhere as error:
            text = f"the table is played by the server {error.node}; try again"
            raise Refused("owned_elsewhere", text, Details(server=error.node)) from error
        except (StoreUnavailable, TimeoutError) as error:
            raise self._unreachable(table, error) from error
        return claimed

    async def is_open(self, table: TableId) -> bool:
        """Whether a table is stored, and neither closed nor in quarantine.

        Raises StoreUnavailable.
        """
        stored = await self._store.look(table)
        return stored is not None and stored.status in {"waiting", "active"}

    async def load_many(self, tables: Sequence[TableId]) -> AsyncIterator[tuple[TableId, Loaded]]:
        """Claim many tables in chunks, and load them one by one, without those that cannot be.

        Raises StoreUnavailable.
        """
        await self._journal.flush(FLUSH_TIMEOUT_S)
        # A few tables are not worth freezing all objects of the process.
        async with _without_collecting() if len(tables) > CHUNK else nullcontext():
            for start in range(0, len(tables), CHUNK):
                claims = await self._store.claim_many(tables[start : start + CHUNK])
                for table, claimed in claims.items():
                    try:
                        loaded = await self.load(table, claimed)
                    except Illegal:
                        continue  # It has been logged.
                    yield table, loaded

    async def _open(self, table: TableId, claimed: Claimed) -> ReplayedTable:
        """The stored state.  Quarantines a table that cannot be read, and raises Illegal."""
        try:
            replayed = await self._restored(table, claimed)
            _check_numbers(replayed.snapshot.table)
        except StoreUnavailable as error:
            raise self._unreachable(table, error) from error
        except Exception as error:
            # A snapshot that decodes may still violate the rules, and so cause any exception.
            log.exception(
                "get_game",
                outcome=Outcome.DB_FAILED,
                table=table,
                version=claimed.version,
                error=str(error),
            )
            self._metrics.operation("get_game", Outcome.DB_FAILED)
            if isinstance(error, SealedByUnknownKey):
                raise Refused("table_unavailable", "its cards cannot be opened here") from error
            await self._quarantine(table, claimed, str(error))
            raise Refused("table_quarantined") from error
        log.info(
            "get_game",
            outcome=Outcome.DB_HYDRATE,
            table=table,
            version=claimed.version,
            epoch=claimed.epoch,
            later_events=replayed.taken,
        )
        self._metrics.operation("get_game", Outcome.DB_HYDRATE)
        return replayed

    async def _restored(self, table: TableId, claimed: Claimed) -> ReplayedTable:
        """The snapshot and the log after it.  Raises whatever a damaged one causes."""
        data, version = claimed.snapshot, claimed.snapshot_version
        if claimed.log_seq > claimed.version:
            seq = claimed.version + 1
            raise LogBroken(f"event {seq} is in the log, and the row is of the one before")
        if version > claimed.version:
            raise ValueError(f"the snapshot is of event {version}, and the row of an earlier one")
        try:
            replayed = ReplayedTable.of(self._vault, table, data, version)
            await replay_log(self._store, replayed, claimed.version, claimed.later_rows)
        except LogBroken:
            # A part of the log may just have been archived, with a newer snapshot in its place.
            stored = await self._store.look(table)
            if stored is None or stored.snapshot_version == version:
                raise
            replayed = ReplayedTable.of(
                self._vault, table, stored.snapshot, stored.snapshot_version
            )
            await replay_log(self._store, replayed, claimed.version)
        _check_sums(replayed, claimed)
        return replayed

    def _unreachable(self, table: TableId, error: Exception) -> Refused:
        log.warning("get_game", outcome=Outcome.DB_FAILED, table=table, error=str(error))
        self._metrics.operation("get_game", Outcome.DB_FAILED)
        return Refused("table_unavailable", "the database cannot be reached")

    async def _quarantine(self, table: TableId, claimed: Claimed, why: str) -> None:
        try:
            await self._store.quarantine(table, Position(claimed.version, claimed.epoch))
        except StoreUnavailable as error:
            log.warning("table_not_quarantined", table=table, error=str(error))
            return
        self._metrics.quarantined.value += 1
        log.error("table_quarantined", table=table, error=why, repair=f"{PROGRAM} repair {table}")


async def replay_log(
    store: Store, replayed: ReplayedTable, version: int, rows: Sequence[LogRow] = ()
) -> None:
    """Bring a table up to `version`, a few events in a turn of the event loop.

    `rows` of the log come after the snapshot, as far as they were read; more are read a page at a
    time.  Events after `version` are an edit, and are ignored.  Raises LogBroken,
    SealedByUnknownKey and StoreUnavailable.
    """
    table, of_turn = replayed.snapshot.table.id, 0
    while replayed.seq < version:
        if not rows:
            rows = [row_of(event) for event in await store.events(table, replayed.seq, PAGE)]
        if not rows:
            raise LogBroken(f"event {replayed.seq + 1} is missing: the log ends before it")
        for row in rows:
            if row.seq - row.count >= version:
                break
            if of_turn >= TURN_EVENTS:
                await asyncio.sleep(0)
                of_turn = 0
            replayed.take_row(row, version)
            of_turn += row.count
        rows = ()


def _check_sums(replayed: ReplayedTable, claimed: Claimed) -> None:
    """Raise LogBroken unless the replayed log leads to what the row says.

    An event that was changed by hand may well follow the one before.  A snapshot alone may be of an
    older version of the server, or imported, so the row is no evidence against it.
    """
    if not replayed.taken:
        return
    found = Sums.of(replayed.snapshot.table)
    for column, stored, meant in zip(Sums._fields, claimed.sums, found, strict=True):
        if stored != meant:
            raise LogBroken(
                f"the log up to event {replayed.seq} leads to {column} {meant}, "
                f"and the row says {stored}"
            )


def _check_numbers(table: Table) -> None:
    """Raise unless every number fits into a frame, and all that grow into one of JavaScript."""
    msgspec.msgpack.encode(table)
    for number in (table.chips, table.hand_number, table.turns):
        if not 0 <= number <= MAX_EXACT:
            raise ValueError(f"the number {number} is out of range")


@asynccontextmanager
async def _without_collecting() -> AsyncIterator[None]:
    """Turn garbage collection off for a bulk load, then freeze the loaded objects."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
        gc.freeze()


def _not_claimed(table: TableId, stored: Stored | None) -> Refused:
    """The refusal for a table that could not be claimed."""
    if stored is None or stored.status == "closed":
        return Refused("unknown_table", f"there is no table {table}")
    if stored.status == "quarantined":
        return Refused("table_quarantined")
    # It was repaired between the two queries.
    return Refused("table_unavailable", "the table is coming back")
