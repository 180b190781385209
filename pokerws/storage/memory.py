"""The store of in-memory play and of tests: the same contract as Postgres, and nothing survives."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field

from pokerws.game.state import TableId
from pokerws.storage.store import (
    Change,
    Claimed,
    EventRow,
    Game,
    Position,
    StoreRejected,
)

# What the constraints of the SQL tables say of sizes, in bytes.
MAX_SNAPSHOT = MAX_PAYLOAD = 1 << 20
MAX_NAME = 256


@dataclass
class _Row:
    """A game: its newest change, and who owns it."""

    change: Change
    epoch: int
    log: dict[int, EventRow] = field(default_factory=dict)


class MemoryStore:
    """A `Store` in a dict."""

    def __init__(self) -> None:
        self._rows: dict[TableId, _Row] = {}
        self._session_key = secrets.token_urlsafe(48)

    async def save(self, changes: Sequence[Change]) -> set[TableId]:
        """Part of `Store`."""
        assert len({change.table for change in changes}) == len(changes), "one change a table"
        for change in changes:
            _check(change)
        return {change.table for change in changes if self._write(change)}

    async def position(self, table: TableId) -> Position | None:
        """Part of `Store`."""
        row = self._rows.get(table)
        return None if row is None else Position(row.change.version, row.epoch)

    async def claim(self, table: TableId) -> Claimed | None:
        """Part of `Store`."""
        row = self._rows.get(table)
        if row is None:
            return None
        row.epoch += 1
        return Claimed(
            snapshot=row.change.snapshot,
            version=row.change.version,
            epoch=row.epoch,
            saved_ms=row.change.at_ms,
            log_seq=max(row.log, default=0),
            later_events=_after(row.log, row.change.version),
        )

    async def games(self) -> list[Game]:
        """Part of `Store`."""
        return [
            Game(
                table=table,
                name=row.change.name,
                status=row.change.status,
                config=row.change.config,
                players=row.change.players,
                hand_number=row.change.hand_number,
                version=row.change.version,
                epoch=row.epoch,
            )
            for table, row in self._rows.items()
        ]

    async def events(self, table: TableId, after_seq: int, limit: int) -> list[EventRow]:
        """Part of `Store`."""
        row = self._rows.get(table)
        return [] if row is None else _after(row.log, after_seq)[:limit]

    async def session_key(self) -> str:
        """Part of `Store`."""
        return self._session_key

    async def close(self) -> None:
        """Part of `Store`.  There is nothing to let go of."""

    def _write(self, change: Change) -> bool:
        row = self._rows.get(change.table)
        if change.expected == 0:
            if row is not None:
                return False
            row = self._rows[change.table] = _Row(change, change.epoch)
        elif row is None or (row.change.version, row.epoch) != (change.expected, change.epoch):
            return False
        row.change = change
        for event in change.events:
            row.log[event.seq] = event
        if change.expected >= change.version:
            # Events that somebody else wrote after ours are none of this table's.
            row.log = {seq: event for seq, event in row.log.items() if seq <= change.version}
        return True


def _after(log: dict[int, EventRow], seq: int) -> list[EventRow]:
    return [log[number] for number in sorted(log) if number > seq]


def _check(change: Change) -> None:
    """Raise StoreRejected where a constraint of the SQL tables would break."""
    rules = {
        "name": 1 <= len(change.name.encode(errors="replace")) <= MAX_NAME,
        "status": change.status in ("waiting", "active"),
        "numbers": min(change.players, change.hand_number, change.total_pot, change.epoch) >= 0,
        "version": change.version >= 0,
        "snapshot": 2 <= len(change.snapshot) <= MAX_SNAPSHOT,
        "seq": all(event.seq >= 1 for event in change.events),
        "payload": all(2 <= len(event.payload) <= MAX_PAYLOAD for event in change.events),
    }
    broken = [name for name, holds in rules.items() if not holds]
    if broken:
        raise StoreRejected(f"{change.table}: {', '.join(broken)}")
