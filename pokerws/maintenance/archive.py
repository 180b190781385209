"""Moves finished hands from the log into files: `python server.py archive --before DATE`.

Games are archived one at a time.  The hands are written to a file and synced; then their events are
deleted, and the last one is replaced by the table as it was after them.  An older snapshot, which
would need these events, is replaced by that table, too.  A running server only adds events behind
those.  No key is used: neither files nor snapshot contain a card that was not shown.
"""

from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import NamedTuple, TextIO

import msgspec
from msgspec.structs import replace

from pokerws.game.counted import counted
from pokerws.game.events import LogRestarted, tag_of
from pokerws.game.state import Table
from pokerws.hand_histories.cutter import HandCutter
from pokerws.hand_histories.kept_hand import KeptHand
from pokerws.hand_histories.phh.write import write_hand
from pokerws.maintenance.archive_file import Archive, HandsFile
from pokerws.maintenance.errors import ArchiveError, NotArchivable, NotStored
from pokerws.maintenance.log_replay import LogReplay
from pokerws.maintenance.progress import Progress
from pokerws.maintenance.stored_log import (
    NO_KEYS,
    ReadEvent,
    ReadTable,
    StoredEvent,
    StoredGame,
    count_games,
    game_ids,
    one_view,
    open_stored,
    open_table,
    printable,
    read_game,
    read_log,
)
from pokerws.program import PROGRAM
from pokerws.storage.postgres.address import Address
from pokerws.storage.postgres.connecting import Connection
from pokerws.storage.postgres.log_rows import PART_SEQ, PART_TYPE, PARTS
from pokerws.storage.store import TableSnapshot
from pokerws.storage.vault.kept_receipts import KeptReceipts
from pokerws.storage.vault.vault import UNREADABLE

# Two concurrent runs would take each other's files for those of an interrupted run.
LOCK = "SELECT pg_try_advisory_xact_lock(5052081502)"

# The latest hand stays: until the next one starts, its cards can still be shown.
_EVENTS = f"game_log AS log, {PARTS}"
BEFORE_A_HAND = f"""
WITH ended AS (
    SELECT {PART_SEQ} AS seq FROM {_EVENTS}
    WHERE game_id = $1 AND log.seq <= $2 AND at < $3
      AND {PART_TYPE} IN ('hand_ended', 'hand_cancelled')
    ORDER BY log.seq DESC, place DESC
    LIMIT 1
), begun AS (
    SELECT {PART_SEQ} AS seq FROM ended, {_EVENTS}
    WHERE game_id = $1 AND log.seq BETWEEN ended.seq AND $2 AND {PART_TYPE} = 'hand_started'
      AND {PART_SEQ} > ended.seq
    ORDER BY log.seq, place
    LIMIT 1
)
SELECT {PART_SEQ} - 1 FROM ended, {_EVENTS}
WHERE game_id = $1 AND log.seq <= $2 AND {PART_TYPE} = 'hand_started'
  AND {PART_SEQ} <= coalesce((SELECT seq FROM begun), ended.seq)
ORDER BY log.seq DESC, place DESC
LIMIT 1
"""  # noqa: S608  constants alone

HAS_EVENT = "SELECT EXISTS (SELECT FROM game_log WHERE game_id = $1 AND seq = $2)"

# A command may have begun before the cut and ended after it.
NEXT_RECEIPT = """
SELECT receipt FROM game_log
WHERE game_id = $1 AND seq > $2 AND receipt IS NOT NULL
ORDER BY seq
LIMIT 1
"""

WRITABLE = "SET TRANSACTION READ WRITE"

RESTART = """
UPDATE game_events SET type = $3, payload = $4
WHERE game_id = $1 AND seq = $2 AND payload = $5
"""

# The one before has made a row of its own of each event that was stored with the last one.
DELETE = """
WITH gone AS (DELETE FROM game_log WHERE game_id = $1 AND seq < $2 RETURNING events)
SELECT coalesce(sum(events), 0) FROM gone
"""

# A running server may write a newer one meanwhile.  The lock keeps it waiting for this transaction.
SNAPSHOT_VERSION = "SELECT version FROM game_snapshots WHERE game_id = $1 FOR UPDATE"

PUT_SNAPSHOT = "UPDATE game_snapshots SET version = $2, snapshot = $3 WHERE game_id = $1"

STATEMENTS = (
    LOCK,
    BEFORE_A_HAND,
    HAS_EVENT,
    NEXT_RECEIPT,
    RESTART,
    DELETE,
    SNAPSHOT_VERSION,
    PUT_SNAPSHOT,
)

MEANWHILE = "its log was changed meanwhile: run the command again"

_encode = msgspec.json.Encoder().encode


class Archived(NamedTuple):
    """The archived part of a game; `path` is None in a dry run."""

    hands: int
    events: int
    first: int
    last: int
    path: Path | None


class _Left(NamedTuple):
    """The table after the `last` archived event, and the number of events.

    `receipts` are those at that event, if the snapshot of event `snapshot_version` is older.
    """

    table: Table
    last: StoredEvent
    events: int
    snapshot_version: int
    receipts: KeptReceipts


async def archive(
    address: Address,
    before: datetime,
    out: TextIO,
    bar: TextIO,
    *,
    place: Path,
    dry_run: bool = False,
) -> int:
    """Archive the hands that ended before `before` in `place`; print a line per game.

    Returns 0, or 1 if a game could not be archived; its line says why.  `bar` gets a
    progress bar if it is a terminal.  Raises ArchiveError and DatabaseError.
    """
    totals = _Totals()
    async with open_stored(address) as connection, alone(address):
        files = Archive(place)
        progress = Progress(bar, await count_games(connection))
        try:
            async for game in game_ids(connection):
                try:
                    archived = await archive_game(connection, game, before, files, dry_run=dry_run)
                    line = totals.count(archived)
                except NotArchivable as error:
                    totals.left_alone += 1
                    line = f"left alone: {error}"
                if line:
                    progress.clear()
                    print(f"game {printable(game)}: {line}", file=out)
                totals.seen += 1
                progress.show(totals.seen)
        finally:
            progress.clear()
    what = "would be archived" if dry_run else "archived"
    left = f", {counted(totals.left_alone, 'game')} left alone" if totals.left_alone else ""
    print(
        f"{counted(totals.games, 'game')} {what}: {counted(totals.hands, 'hand')}, "
        f"{counted(totals.events, 'event')}{left}",
        file=out,
    )
    return 1 if totals.left_alone else 0


@asynccontextmanager
async def alone(address: Address) -> AsyncIterator[None]:
    """Keep other runs out, by a lock of a transaction of its own.  Raises ArchiveError."""
    async with open_stored(address) as connection, connection.transaction():
        if not await connection.fetchval(LOCK):
            raise ArchiveError("another archive command is running: wait until it is done")
        yield


class _Totals:
    """The counts so far."""

    def __init__(self) -> None:
        self.seen = self.games = self.hands = self.events = self.left_alone = 0

    def count(self, archived: Archived | None) -> str:
        """Count a game.  Returns its line, which is empty if nothing was archived."""
        if archived is None:
            return ""
        self.games += 1
        self.hands += archived.hands
        self.events += archived.events
        return _line(archived)


def _line(archived: Archived) -> str:
    hands, events = counted(archived.hands, "hand"), counted(archived.events, "event")
    what = f"{hands} ({archived.first} to {archived.last}), {events}"
    return what if archived.path is None else f"{what} to {printable(str(archived.path))}"


async def archive_game(
    connection: Connection, game: str, before: datetime, files: Archive, *, dry_run: bool = False
) -> Archived | None:
    """Archive the hands of a game that ended before `before`; None if there are none.

    Raises NotArchivable where its log or a file stands in the way, and ArchiveError.
    """
    file = HandsFile(files, game)
    numbers: list[int] = []
    try:
        async with one_view(connection):
            row = await _due(connection, game)
            cut = None if row is None else await _cut(connection, row, before)
            if row is None or cut is None:
                return None
            snapshot = _read_snapshot(row) if row.snapshot_version < cut else None
            hands = _ArchivedHands(game, snapshot)
            async for number, text in hands.of(connection, cut):
                numbers = [*numbers[:1], number]
                if not dry_run:
                    file.add(number, text)
            next_receipt = await connection.fetchval(NEXT_RECEIPT, game, cut)
        if not numbers:
            return None
        left = hands.left(next_receipt)
        path = None
        if not dry_run:
            path = file.keep()
            await _take_away(connection, game, left)
        return Archived(hands.count, left.events, numbers[0], numbers[-1], path)
    finally:
        file.discard()


async def write_all_hands(connection: Connection, game: str, files: Archive) -> Path | None:
    """Write all hands in the log of a closed game to a file; None if there are none.

    Raises NotArchivable for a damaged log, or one that a file stands in the way of; and
    ArchiveError.
    """
    file = HandsFile(files, game)
    try:
        async with one_view(connection):
            try:
                row = await read_game(connection, game)
            except NotStored:
                return None
            async for number, text in _ArchivedHands(game).of(connection, row.version):
                file.add(number, text)
        return file.keep() if file.hands else None
    finally:
        file.discard()


async def _due(connection: Connection, game: str) -> StoredGame | None:
    """The row of a game that can be archived."""
    try:
        row = await read_game(connection, game)
    except NotStored:
        # Deleted since the ids were read.
        return None
    # The whole log of a quarantined game may be needed to find the cause.
    return None if row.status == "quarantined" else row


async def _cut(connection: Connection, row: StoredGame, before: datetime) -> int | None:
    """The last event to archive: a closed game's last one, else the one before a hand that stays.

    None if there is nothing to archive.
    """
    # Only an edited database has events after the row's.
    seq: int | None = await connection.fetchval(BEFORE_A_HAND, row.id, row.version, before)
    if seq is None or row.status != "closed" or row.updated_at >= before:
        return seq
    if row.snapshot_version < row.version:
        # What is left of the last hand is not known yet.
        return seq
    table = _read_snapshot(row).table
    whole = await connection.fetchval(HAS_EVENT, row.id, row.version)
    last = table.last_hand
    broken_off = table.hand is not None or (last is not None and any(last.cards))
    return row.version if whole and not broken_off else seq


def _read_snapshot(row: StoredGame) -> ReadTable:
    """The public part of a snapshot.  Raises NotArchivable."""
    try:
        return open_table(NO_KEYS, row)
    except UNREADABLE as error:
        raise NotArchivable(f"its snapshot cannot be read: {printable(str(error))}") from None


class _ArchivedHands:
    """Reads the hands of a game's log one after the other, keeping only the current one.

    The log will be cut after the `snapshot`, if there is one.
    """

    def __init__(self, game: str, snapshot: ReadTable | None = None) -> None:
        self.count = 0
        self._log = LogReplay(game)
        self._cutter = HandCutter()
        self._last: StoredEvent | None = None
        self._snapshot = snapshot
        # The snapshot's event, once the log has come to it.
        self._snapshot_seq = 0

    async def of(self, connection: Connection, cut: int) -> AsyncIterator[tuple[int, str]]:
        """Number and text of each hand up to an event.  Raises NotArchivable for a damaged log."""
        async with aclosing(read_log(connection, NO_KEYS, self._log.game, cut)) as events:
            async for read in events:
                done = self._take(read)
                if done is not None:
                    yield self._told(done)
        last = self._cutter.finish()
        if last is not None:
            yield self._told(last)

    def left(self, next_receipt: str | None) -> _Left:
        """The table after the last event, at the end of a hand or later.  Raises NotArchivable.

        `next_receipt` is the first receipt after it.
        """
        log, table, last = self._log, self._log.table, self._last
        if table is None or last is None or table.hand is not None:
            raise NotArchivable(MEANWHILE)
        if self._snapshot is not None and not self._snapshot_seq:
            seq = self._snapshot.table.seq
            raise NotArchivable(f"its log has no event {seq}, and its snapshot is of that one")
        if next_receipt is not None:
            try:
                log.receipts.break_off(last.seq, next_receipt)
            except UNREADABLE as error:
                why = printable(str(error))
                raise NotArchivable(f"its next receipt cannot be read: {why}") from None
        return _Left(table, last, log.events, self._snapshot_seq, log.receipts.kept)

    def _take(self, read: ReadEvent) -> KeptHand | None:
        """Replay an event.  Returns the hand that it completes or cuts short, if any.

        A log with mismatches is not archived, so that it can be inspected.
        """
        event = read.event
        if event is None:
            raise NotArchivable(f"event {read.row.seq} cannot be read: {printable(read.broken)}")
        done = self._cutter.begin(self._log.table, event, read.at_ms)
        if not self._log.take(read) or self._log.mismatches:
            raise NotArchivable(f"{self._log.mismatches[0]}; see {PROGRAM} verify")
        if self._snapshot is not None and read.row.seq == self._snapshot.table.seq:
            self._log.take_receipts(self._snapshot.receipts)
            self._snapshot_seq = read.row.seq
        self._cutter.add(event, read.row.seq, read.at_ms)
        self._last = read.row
        return done

    def _told(self, hand: KeptHand) -> tuple[int, str]:
        self.count += 1
        return hand.number, write_hand(hand.before, hand.events, started_ms=hand.started_ms)


async def _take_away(connection: Connection, game: str, left: _Left) -> None:
    """Delete the archived events; replace the last one by the table after it."""
    # Cards that could still be shown are sealed, and the next hand discards them.
    last_hand = left.table.last_hand if left.table.closed else None
    table = replace(left.table, last_hand=last_hand)
    restarted = LogRestarted(replace(table, seq=left.last.seq - 1))
    payload = _encode(restarted).decode()
    async with connection.transaction():
        await connection.execute(WRITABLE)
        at = (game, left.last.seq)
        version = await connection.fetchval(SNAPSHOT_VERSION, game)
        if version is None or version < left.last.seq:
            if version != left.snapshot_version:
                raise NotArchivable(MEANWHILE)
            snapshot = _encode(TableSnapshot(table, left.receipts)).decode()
            await connection.execute(PUT_SNAPSHOT, *at, snapshot)
        put = await connection.execute(RESTART, *at, tag_of(restarted), payload, left.last.payload)
        gone = await connection.fetchval(DELETE, *at)
        if (put, gone) != ("UPDATE 1", left.events - 1):
            raise NotArchivable(MEANWHILE)
