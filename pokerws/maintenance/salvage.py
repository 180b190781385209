"""Recovers what is readable of a stored table: its snapshot, and the state its log leads to.

A log that is damaged before the snapshot is read on from there, as when the table is loaded.

It only reads, and expects damage anywhere.  `repair.py` decides which state is good enough.
"""

import json
from contextlib import aclosing
from typing import NamedTuple

import msgspec

from pokerws.game.config.checks import check_config
from pokerws.game.events import (
    BetPlaced,
    BringInPosted,
    Called,
    CardsDrawn,
    Checked,
    Folded,
    Raised,
    TableEvent,
)
from pokerws.game.illegal import Illegal
from pokerws.game.state import Table
from pokerws.maintenance.errors import NotStored
from pokerws.maintenance.legal_config import with_legal_config
from pokerws.maintenance.log_replay import LogReplay, unlike_log
from pokerws.maintenance.narrate import picture
from pokerws.maintenance.stored_log import (
    IMPOSSIBLE,
    ReadEvent,
    ReadTable,
    StoredGame,
    one_view,
    open_table,
    printable,
    read_game,
    read_log,
)
from pokerws.maintenance.verify_ledger import verify_chips
from pokerws.storage.postgres.connecting import Connection
from pokerws.storage.vault.kept_receipts import KeptReceipts
from pokerws.storage.vault.vault import UNREADABLE, Vault

# Of a row of `games` with its snapshot: `xmin` changes with every update, whoever makes it.
MARK = """
xmin::text || coalesce(
    (SELECT '/' || kept.xmin::text FROM game_snapshots AS kept WHERE game_id = id), ''
)
"""
BOOKS = f"""
SELECT {MARK} AS mark, epoch, chips, balance,
       (SELECT count(*) FROM transfers WHERE game_id = games.id) AS transfers,
       (SELECT coalesce(sum(CASE target WHEN 'table:' || games.id THEN amount ELSE -amount END), 0)
        FROM transfers WHERE game_id = games.id)::bigint AS booked,
       created_at < (SELECT applied_at FROM schema_migrations WHERE version = 4) AS is_older,
       (SELECT coalesce(max(seq), 0) FROM game_log WHERE game_id = games.id) AS log_seq
FROM games
WHERE id = $1
"""  # noqa: S608  constants alone
ROW = """
SELECT games.*, kept.version AS snapshot_version, kept.snapshot
FROM games LEFT JOIN game_snapshots AS kept ON kept.game_id = id
WHERE id = $1
"""
# Rows of the log: of one that is damaged no event is sound.
ROWS_AFTER = "SELECT * FROM game_log WHERE game_id = $1 AND seq > $2 ORDER BY seq"
# The last row of the log up to an event.
ROW_END = "SELECT coalesce(max(seq), 0) FROM game_log WHERE game_id = $1 AND seq <= $2"

STATEMENTS = (BOOKS, ROW, ROWS_AFTER, ROW_END)
RESTARTED = "log_restarted"

_encode = msgspec.json.Encoder().encode


class Books(NamedTuple):
    """A table's bookkeeping: columns of its row, and sums over the ledger and the log.

    `mark` changes with the row and its snapshot.  `booked` is the sum of the table's `transfers`.
    `is_older`: the row is older than the ledger.
    """

    mark: str
    epoch: int
    chips: int
    balance: int
    transfers: int
    booked: int
    is_older: bool
    log_seq: int

    @property
    def unopened(self) -> bool:
        """Whether the chips of a table older than the ledger were never booked.

        That is so if its snapshot could not be read when the ledger was created.
        """
        return self.is_older and not self.transfers and not self.balance and not self.chips


class Source(NamedTuple):
    """A state of the table that can still be read, described by `what`.

    `hidden`: cards of its hand are unknown.  `saved_ms` is when it was stored.  `in_log`: the whole
    log can stay, and leads to this state.
    """

    what: str
    table: Table
    hidden: bool
    saved_ms: int
    in_log: bool
    receipts: KeptReceipts


class Found(NamedTuple):
    """All that is known about a stored table.

    `sources` are newest first.  The log up to `clean_seq` is undamaged, in whole rows.  `rest` has
    the row and the other rows of the log as JSON, with `rest_count` events.
    """

    row: StoredGame
    books: Books
    clean_seq: int
    sources: list[Source]
    problems: list[str]
    rest: bytes
    rest_count: int


class LogReading:
    """One pass over a log that may be damaged.

    After damage the replay starts again at the next `log_restarted`, or after the `snapshot`.
    `begin_seq` and `end_seq` bound the newest part that leads to a state from which play can
    continue.  `differs` says where the snapshot is not the state that the log led to.
    """

    def __init__(self, game: str, snapshot: ReadTable | None) -> None:
        self.replay = LogReplay(game)
        self.problems: list[str] = []
        self.clean_seq = self.begin_seq = self.end_seq = 0
        self.saved_ms = 0
        self.differs = ""
        self._snapshot = snapshot
        # The first event of the replay, and the state before it if that is the snapshot.
        self._first_seq = 0
        self._start: ReadTable | None = None
        self._begin: ReadTable | None = None

    def take(self, read: ReadEvent) -> None:
        """Read the next event."""
        if not self.replay.broken and self._took(read):
            return
        is_next = self._snapshot is not None and read.row.seq == self._snapshot.table.seq + 1
        if read.row.type == RESTARTED or is_next:
            self._start = None if read.row.type == RESTARTED else self._snapshot
            self.replay = LogReplay(self.replay.game, self._start)
            self._first_seq = 0
            self._took(read)

    def again(self) -> LogReplay:
        """A replay that has yet to take the events of the newest usable part."""
        return LogReplay(self.replay.game, self._begin)

    def step(self, log: LogReplay, read: ReadEvent) -> bool:
        """Replay an event.  At the snapshot's, its receipts take the place of the log's."""
        took = log.take(read)
        if took and self._snapshot is not None and read.row.seq == self._snapshot.table.seq:
            log.take_receipts(self._snapshot.receipts)
        return took

    def _took(self, read: ReadEvent) -> bool:
        log, row = self.replay, read.row
        told = len(log.mismatches)
        took = self.step(log, read)
        self.problems += [one for one in log.mismatches[told:] if one not in self.problems]
        if not self.problems:
            self.clean_seq = row.seq
        self._first_seq = self._first_seq or row.seq
        if took and log.table is not None:
            self._compare(log.table, hidden=log.hidden)
            if _can_go_on(log.table, read.event):
                self.begin_seq, self._begin, self.end_seq = self._first_seq, self._start, row.seq
                self.saved_ms = read.at_ms
        return took

    def _compare(self, table: Table, *, hidden: bool) -> None:
        """Note how the snapshot differs from the state that the log led to."""
        read = self._snapshot
        if read is not None and table.seq == read.table.seq:
            self.differs = unlike_log(read.table, table, hidden=hidden or read.hidden)

    @property
    def whole(self) -> bool:
        """Whether the replay stands at the end of the newest part."""
        log = self.replay
        is_at_end = not log.broken and log.last_seq == self.end_seq
        return is_at_end and self._first_seq == self.begin_seq


def _can_go_on(table: Table, event: TableEvent | None) -> bool:
    """Whether play can continue after an event: not within a deal or the award of a pot."""
    acted = isinstance(
        event, Folded | Checked | Called | BetPlaced | Raised | BringInPosted | CardsDrawn
    )
    return table.hand is None or table.hand.turn is not None or acted


async def look(connection: Connection, game: str, vault: Vault) -> Found:
    """Read all that is stored of a table, as of one instant.  Raises NotStored."""
    async with one_view(connection):
        row = await read_game(connection, game)
        values = await connection.fetchrow(BOOKS, game)
        if values is None:
            raise NotStored(f"there is no game {printable(game)}")
        books = Books(*values.values())
        problems: list[str] = []
        snapshot = _snapshot(row, vault, problems)
        reading = LogReading(game, snapshot)
        async with aclosing(read_log(connection, vault, game)) as events:
            async for event in events:
                reading.take(event)
        log = reading.replay if reading.whole else await _again(connection, vault, reading)
        ledger = await verify_chips(connection, game, None, "", reading.replay.logged)
        whole = await connection.fetchrow(ROW, game)
        clean_seq = await connection.fetchval(ROW_END, game, reading.clean_seq)
        rest = await connection.fetch(ROWS_AFTER, game, clean_seq)
    kept = {"game": dict(whole or {}), "events": [dict(event) for event in rest]}
    problems += _about_log(row, books, reading) + ledger
    # A state that the ledger contradicts would be refused.
    is_clean = clean_seq == books.log_seq and not ledger and not books.unopened
    sources = _sources(row, snapshot, reading, log, problems, is_clean=is_clean)
    return Found(
        row,
        books,
        clean_seq,
        sources,
        problems,
        json.dumps(kept, default=str, indent=1).encode(),
        sum(one["events"] for one in rest),
    )


async def _again(connection: Connection, vault: Vault, reading: LogReading) -> LogReplay:
    """Replay the newest usable part of a damaged log, up to its end.

    The log is read a second time, since it may be too long to keep its events in memory.
    """
    log = reading.again()
    if reading.end_seq:
        async with aclosing(read_log(connection, vault, log.game, reading.end_seq)) as events:
            async for event in events:
                if event.row.seq >= reading.begin_seq:
                    reading.step(log, event)
    return log


def _about_log(row: StoredGame, books: Books, reading: LogReading) -> list[str]:
    if not books.log_seq:
        return ["there is no log: events were not kept, or are gone"]
    problems = list(reading.problems)
    if books.log_seq < row.version:
        problems.append(
            f"the log ends with event {books.log_seq}, and the row is of event {row.version}"
        )
    return problems


def _sources(
    row: StoredGame,
    snapshot: ReadTable | None,
    reading: LogReading,
    log: LogReplay,
    problems: list[str],
    *,
    is_clean: bool,
) -> list[Source]:
    """The states that can be read, newest first; adds to `problems`."""
    stored = None
    if snapshot is not None:
        saved_ms = round(row.updated_at.timestamp() * 1000)
        what = f"the snapshot of event {snapshot.table.seq}"
        of_snapshot = snapshot.table, snapshot.hidden, saved_ms, False, snapshot.receipts
        stored = Source(what, *of_snapshot)
    if log.table is None or (why := _wrong_with(log.table, row)):
        if log.table is not None:
            problems.append(f"the log's final state does not belong to this game: {why}")
        return [] if stored is None else [stored]
    from_log = Source(
        f"the log up to event {reading.end_seq}",
        log.table,
        log.hidden,
        reading.saved_ms,
        is_clean and reading.end_seq == reading.clean_seq,
        _receipts(log, snapshot),
    )
    if stored is None:
        return [from_log]
    if reading.differs:
        problems.append(reading.differs)
    if stored.table.seq != log.table.seq:
        return sorted((from_log, stored), key=lambda one: one.table.seq, reverse=True)
    if not reading.differs:
        if stored.hidden and not from_log.hidden:
            return [from_log]
        return [stored._replace(in_log=from_log.in_log)]
    # An undamaged log accounts for its last state; a snapshot only claims its own.
    return [from_log, stored] if from_log.in_log else [stored, from_log]


def _receipts(log: LogReplay, snapshot: ReadTable | None) -> KeptReceipts:
    """The receipts at the end of a replay.

    Where it ends before the snapshot, the snapshot's are more: logs of older versions have none.
    """
    if snapshot is None or log.table is None or log.table.seq >= snapshot.table.seq:
        return log.receipts.kept
    return _until(snapshot.receipts, log.table.seq)


def _snapshot(row: StoredGame, vault: Vault, problems: list[str]) -> ReadTable | None:
    read = _readable(row, vault, problems)
    if read is None:
        return None
    why = _wrong_with(read.table, row)
    if why:
        problems.append(f"the snapshot does not belong to this game: {why}")
        return None
    problems += _about_snapshot(row, read)
    return read


def _readable(row: StoredGame, vault: Vault, problems: list[str]) -> ReadTable | None:
    try:
        return open_table(vault, row)
    except (*UNREADABLE, *IMPOSSIBLE) as error:
        problems.append(f"the snapshot cannot be read: {printable(str(error))}")
    legal = with_legal_config(row.snapshot)
    if legal is None:
        return None
    try:
        read = open_table(vault, row._replace(snapshot=legal))
    except (*UNREADABLE, *IMPOSSIBLE):
        return None
    problems.append("its config has values that are not allowed: defaults take their place")
    return read


def _about_snapshot(row: StoredGame, read: ReadTable) -> list[str]:
    problems = []
    if read.table.seq > row.version:
        problems.append(f"the snapshot is of event {read.table.seq}, the row of {row.version}")
    elif read.table.seq != row.snapshot_version:
        problems.append(
            f"the snapshot is of event {read.table.seq}, and the column beside it says "
            f"{row.snapshot_version}"
        )
    if read.broken:
        problems.append(f"the snapshot's cards cannot be opened: {printable(read.broken)}")
    if read.missing:
        problems.append(
            f"the snapshot's cards are sealed: VAULT_KEYS has no key {printable(read.missing)}"
        )
    return problems


def _wrong_with(table: Table, row: StoredGame) -> str:
    """Why the table is not playable; empty if it is."""
    if table.id != row.id:
        return f"its id is {printable(table.id)}"
    if len(table.seats) != table.config.seats:
        return f"it has {len(table.seats)} seats of {table.config.seats}"
    if any(seat is not None and seat.stack < 0 for seat in table.seats):
        return "a player has a negative stack"
    try:
        check_config(table.config)
        list(picture(table))
    except (Illegal, *IMPOSSIBLE) as error:
        return printable(str(error)) or type(error).__name__
    return ""


def _until(receipts: KeptReceipts, seq: int) -> KeptReceipts:
    """The receipts that are still valid at an earlier state."""
    kept = {
        player: [receipt for receipt in own if receipt.seq <= seq]
        for player, own in receipts.items()
    }
    return {player: own for player, own in kept.items() if own}
