"""A `Store` in dicts, for tests: the same contract as Postgres, and nothing survives."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

import msgspec

from pokerws.game.state import TableId
from pokerws.storage.accounts import table_account
from pokerws.storage.admin_log import MemoryAdminLog
from pokerws.storage.errors import StoreRejected
from pokerws.storage.links import MemoryLinks
from pokerws.storage.log_events import events_in, row_of
from pokerws.storage.memory_accounts import MemoryAccounts
from pokerws.storage.names import MemoryNames, SeatName
from pokerws.storage.player_notes import MemoryPlayerNotes
from pokerws.storage.sanctions import MemorySanctions
from pokerws.storage.store import (
    SEEN,
    Change,
    Claimed,
    EventRow,
    GameRow,
    LogRow,
    Position,
    Stored,
    StoredStatus,
    Sums,
)
from tests.storage.memory_hand_index import MemoryHandIndex

# The limits of the SQL constraints, in bytes.
MAX_SNAPSHOT = MAX_PAYLOAD = 1 << 20
MAX_RECEIPT = 4096
MAX_NAME = 256
MAX_KEY_ID = 64


@dataclass
class _Row:
    """A game: its newest change, its newest snapshot, and who owns it."""

    change: Change
    epoch: int
    owner: str | None = None
    doubted: tuple[str, ...] = ()
    branch: int | None = None
    status: StoredStatus = "waiting"
    snapshot: bytes = b""
    snapshot_version: int = 0
    log: dict[int, EventRow] = field(default_factory=dict)

    @property
    def is_open(self) -> bool:
        """Whether the table is to be listed and loaded."""
        return self.status in ("waiting", "active")


class MemoryStore:
    """A `Store` in a dict.  `owner` is the incarnation that claims and saves.

    Those in `killed` ran ahead of it, and were killed.
    """

    owner: str | None = None

    def __init__(self) -> None:
        self._rows: dict[TableId, _Row] = {}
        self._accounts = MemoryAccounts()
        self.killed: set[str | None] = set()
        self._names = MemoryNames(self._shows)
        self._marks: set[TableId] = set()
        # Tables that were stored before there were marks.
        self.older: set[TableId] = set()
        self.links = MemoryLinks()
        self.player_notes = MemoryPlayerNotes()
        self.sanctions = MemorySanctions()
        self.admin_log = MemoryAdminLog()
        self.hand_index = MemoryHandIndex(self._logs, self.read)

    def _logs(self) -> dict[TableId, tuple[dict[int, EventRow], bool]]:
        return {table: (row.log, row.status == "closed") for table, row in self._rows.items()}

    async def read(self) -> None:
        """Called before the log is read for a list of hands."""

    async def save(self, changes: Sequence[Change]) -> set[TableId]:
        """Part of `Store`."""
        return self._save(changes)

    def _save(self, changes: Sequence[Change]) -> set[TableId]:
        assert len({change.table for change in changes}) == len(changes), "one change a table"
        for change in changes:
            _check(change)
        writable = [change for change in changes if self._is_next(change)]
        for change in writable:
            self._check_chips(change)
        self._accounts.book({change.table: change.transfers for change in writable})
        for change in writable:
            self._write(change)
        return {change.table for change in writable}

    @property
    def accounts(self) -> MemoryAccounts:
        """Part of `Store`."""
        return self._accounts

    @property
    def names(self) -> MemoryNames:
        """Part of `Store`."""
        return self._names

    async def position(self, table: TableId) -> Position | None:
        """Part of `Store`."""
        row = self._rows.get(table)
        return None if row is None else Position(row.change.version, row.epoch, row.owner)

    async def positions(self, tables: Sequence[TableId]) -> dict[TableId, Position]:
        """Part of `Store`."""
        found = {table: await self.position(table) for table in tables}
        return {table: one for table, one in found.items() if one is not None}

    async def claim(
        self, table: TableId, above_epoch: int = 0, shown_seq: int = 0, seen_seq: int = 0
    ) -> Claimed | None:
        """Part of `Store`.  Here an owner never keeps a table from another one."""
        row = self._rows.get(table)
        if row is None or not row.is_open:
            return None
        is_same = row.owner == self.owner or row.owner not in self.killed
        goes_on = row.change.version >= seen_seq and row.epoch >= above_epoch
        is_on_branch = is_same and goes_on and not row.doubted
        branch, row.epoch = row.branch or row.epoch, max(row.epoch, above_epoch) + 1
        row.branch = branch if is_on_branch else row.epoch
        if row.change.version < shown_seq:
            row.doubted += (SEEN,)
        elif row.owner != self.owner and row.owner in self.killed:
            row.doubted += (str(row.owner),)
        row.owner = self.owner
        return Claimed(
            snapshot=row.snapshot,
            snapshot_version=row.snapshot_version,
            version=row.change.version,
            epoch=row.epoch,
            branch=row.branch,
            saved_ms=row.change.at_ms,
            log_seq=max(row.log, default=0),
            later_rows=[row_of(event) for event in _after(row.log, row.snapshot_version)],
            sums=Sums(
                row.change.players,
                row.change.hand_number,
                row.change.total_pot,
                row.change.chips,
            ),
            doubted=row.doubted,
        )

    async def claim_many(self, tables: Sequence[TableId]) -> dict[TableId, Claimed]:
        """Part of `Store`."""
        claimed = {table: await self.claim(table) for table in tables}
        return {table: one for table, one in claimed.items() if one is not None}

    async def look(self, table: TableId) -> Stored | None:
        """Part of `Store`."""
        row = self._rows.get(table)
        if row is None:
            return None
        return Stored(
            status=row.status,
            snapshot=row.snapshot,
            snapshot_version=row.snapshot_version,
            version=row.change.version,
            epoch=row.epoch,
            log_seq=max(row.log, default=0),
            owner=row.owner,
            branch=row.branch or row.epoch,
        )

    async def quarantine(self, table: TableId, at: Position) -> None:
        """Part of `Store`."""
        row = self._rows.get(table)
        if row is not None and row.is_open and (row.change.version, row.epoch) == at[:2]:
            row.status = "quarantined"

    async def idle(self, before_ms: int, limit: int) -> list[TableId]:
        """Part of `Store`."""
        idle = [t for t, row in self._rows.items() if row.is_open and row.change.at_ms < before_ms]
        return sorted(idle, key=lambda table: self._rows[table].change.at_ms)[:limit]

    async def games(self, besides: Collection[TableId] = ()) -> list[GameRow]:
        """Part of `Store`."""
        return [
            GameRow(
                table=table,
                name=row.change.name,
                status=row.change.status,
                config=row.change.config,
                players=row.change.players,
                hand_number=row.change.hand_number,
                version=row.change.version,
                epoch=row.epoch,
                is_server_table=table in self._marks,
            )
            for table, row in self._rows.items()
            if row.is_open and table not in besides
        ]

    async def mark_table(self, table: TableId) -> None:
        """Part of `Store`."""
        self._marks.add(table)

    async def adopt_table(self, table: TableId) -> bool:
        """Part of `Store`."""
        if table not in self.older or table in self._marks:
            return False
        self._marks.add(table)
        return True

    def _shows(self, noted: SeatName) -> bool:
        """Whether a stored table shows a name."""
        row = self._rows.get(noted.table)
        if row is None or row.status == "closed":
            return False
        seats = msgspec.json.decode(row.snapshot)["table"]["seats"]
        for event in _after(row.log, row.snapshot_version):
            if event.type in ("player_sat", "player_stood"):
                told = msgspec.json.decode(event.payload)
                seats[told["seat"]] = told if event.type == "player_sat" else None
        return any(seat and (seat["player"], seat["name"]) == noted[1:] for seat in seats)

    async def events(self, table: TableId, after_seq: int, limit: int) -> list[EventRow]:
        """Part of `Store`."""
        row = self._rows.get(table)
        return [] if row is None else _after(row.log, after_seq)[:limit]

    async def close(self) -> None:
        """Part of `Store`.  There is nothing to let go of."""

    def _is_next(self, change: Change) -> bool:
        row = self._rows.get(change.table)
        if change.expected == 0 or row is None:
            return change.expected == 0 and row is None
        wanted = (change.expected, change.epoch, self.owner)
        return (row.change.version, row.epoch, row.owner) == wanted

    def _check_chips(self, change: Change) -> None:
        row = self._rows.get(change.table)
        there = 0 if row is None else row.change.chips
        home = table_account(change.table)
        moved = sum(t.amount if t.target == home else -t.amount for t in change.transfers)
        if change.chips != there + moved:
            raise StoreRejected(f"{change.table}: chips are not conserved")

    def _write(self, change: Change) -> None:
        row = self._rows.get(change.table)
        if row is None:
            row = self._rows[change.table] = _Row(change, change.epoch, self.owner)
        row.change, row.doubted = change, ()
        row.status = change.status
        if change.snapshot is not None:
            row.snapshot, row.snapshot_version = change.snapshot, change.version
        for written in change.log:
            row.log |= {event.seq: event for event in _events(written)}
        if change.expected >= change.version:
            # Events that somebody else wrote after ours are none of this table's.
            row.log = {seq: event for seq, event in row.log.items() if seq <= change.version}


def _events(row: LogRow) -> list[EventRow]:
    """The events of a row of the log; the last one has the receipt."""
    events = events_in(row)
    assert len(events) == row.count, "a row of the log counts its events wrongly"
    return events


def _after(log: dict[int, EventRow], seq: int) -> list[EventRow]:
    return [log[number] for number in sorted(log) if number > seq]


def _check(change: Change) -> None:
    """Raise StoreRejected where a constraint of the SQL tables would break."""
    rules = {
        "name": 1 <= len(change.name.encode(errors="replace")) <= MAX_NAME,
        "status": change.status in ("waiting", "active", "closed"),
        "chips": change.chips >= 0,
        "key": change.key_id is None or 1 <= len(change.key_id) <= MAX_KEY_ID,
        "numbers": min(change.players, change.hand_number, change.total_pot, change.epoch) >= 0,
        "version": change.version >= 0,
        "snapshot": 0 < change.expected < change.version
        if change.snapshot is None
        else 2 <= len(change.snapshot) <= MAX_SNAPSHOT,
        "seq": all(row.seq >= row.count for row in change.log),
        "payload": all(2 <= len(row.payload) <= MAX_PAYLOAD for row in change.log),
        "receipt": all(len(row.receipt) <= MAX_RECEIPT for row in change.log),
    }
    broken = [name for name, holds in rules.items() if not holds]
    if broken:
        raise StoreRejected(f"{change.table}: {', '.join(broken)}")
