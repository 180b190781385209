"""The in-memory store, for play without a database and for tests.  Same interface as PostgreSQL."""

import secrets
from collections import OrderedDict, deque
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from pokerws.game.state import PlayerId, TableId
from pokerws.storage.accounts import (
    HOUSE,
    Account,
    AccountId,
    Booked,
    Reason,
    Transfer,
    player_account,
    table_account,
)
from pokerws.storage.errors import Overdrawn, StoreRejected
from pokerws.storage.names import MemoryNames
from pokerws.storage.store import Change, Claimed, EventRow, Game, Position, Stored

# Size limits in bytes, as the constraints of the SQL tables set them.
MAX_SNAPSHOT = MAX_PAYLOAD = 1 << 20
MAX_NAME = 256
MAX_KEY_ID = 64
# Per account; PostgreSQL keeps all.
KEPT_TRANSFERS = 200
# Above that an account is forgotten that has nothing but its grant: the player gets it again.
MAX_ACCOUNTS = 100_000


@dataclass
class _Row:
    """A game: its newest change, and who owns it."""

    change: Change
    epoch: int
    status: str = ""
    log: dict[int, EventRow] = field(default_factory=dict)

    @property
    def is_open(self) -> bool:
        """Whether the table is to be listed and loaded."""
        return self.status in ("waiting", "active")


class MemoryStore:
    """A `Store` in a dict."""

    def __init__(self) -> None:
        self._rows: dict[TableId, _Row] = {}
        self._accounts = MemoryAccounts()
        self._names = MemoryNames()
        self._session_key = secrets.token_urlsafe(48)

    async def save(self, changes: Sequence[Change]) -> set[TableId]:
        """Part of `Store`."""
        return self._save(changes)

    def _save(self, changes: Sequence[Change]) -> set[TableId]:
        if len({change.table for change in changes}) != len(changes):
            raise StoreRejected("a batch has two changes of one table")
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
    def accounts(self) -> "MemoryAccounts":
        """Part of `Store`."""
        return self._accounts

    @property
    def names(self) -> MemoryNames:
        """Part of `Store`."""
        return self._names

    async def position(self, table: TableId) -> Position | None:
        """Part of `Store`."""
        row = self._rows.get(table)
        return None if row is None else Position(row.change.version, row.epoch)

    async def claim(self, table: TableId) -> Claimed | None:
        """Part of `Store`."""
        row = self._rows.get(table)
        if row is None or not row.is_open:
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

    async def claim_many(self, tables: Sequence[TableId]) -> dict[TableId, Claimed]:
        """Part of `Store`."""
        claimed = {table: await self.claim(table) for table in tables}
        return {table: one for table, one in claimed.items() if one is not None}

    async def look(self, table: TableId) -> Stored | None:
        """Part of `Store`."""
        row = self._rows.get(table)
        if row is None:
            return None
        log_seq = max(row.log, default=0)
        return Stored(row.status, row.change.snapshot, row.change.version, row.epoch, log_seq)

    async def quarantine(self, table: TableId, at: Position) -> None:
        """Part of `Store`."""
        row = self._rows.get(table)
        if row is not None and row.is_open and (row.change.version, row.epoch) == at:
            row.status = "quarantined"

    async def idle(self, before_ms: int, limit: int) -> list[TableId]:
        """Part of `Store`."""
        idle = [t for t, row in self._rows.items() if row.is_open and row.change.at_ms < before_ms]
        return sorted(idle, key=lambda table: self._rows[table].change.at_ms)[:limit]

    async def games(self, besides: Collection[TableId] = ()) -> list[Game]:
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
            if row.is_open and table not in besides
        ]

    async def events(self, table: TableId, after_seq: int, limit: int) -> list[EventRow]:
        """Part of `Store`."""
        row = self._rows.get(table)
        return [] if row is None else _after(row.log, after_seq)[:limit]

    async def session_key(self) -> str:
        """Part of `Store`."""
        return self._session_key

    async def close(self) -> None:
        """Part of `Store`.  Does nothing."""

    def _is_next(self, change: Change) -> bool:
        row = self._rows.get(change.table)
        if change.expected == 0 or row is None:
            return change.expected == 0 and row is None
        return (row.change.version, row.epoch) == (change.expected, change.epoch)

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
            row = self._rows[change.table] = _Row(change, change.epoch)
        row.change = change
        row.status = change.status
        for event in change.events:
            row.log[event.seq] = event
        if change.expected >= change.version:
            # Events that somebody else wrote after ours are none of this table's.
            row.log = {seq: event for seq, event in row.log.items() if seq <= change.version}


class MemoryAccounts:
    """`Accounts` in a dict, with the latest transfers of each.

    When there are too many, of those that have not moved a chip since their grant the one is
    forgotten that nobody has looked at for longest; what others have is never forgotten.
    """

    def __init__(self) -> None:
        self._balances: dict[AccountId, int] = {HOUSE: 0}
        self._refilled_ms: dict[AccountId, int] = {}
        self._history: dict[AccountId, deque[Booked]] = {}
        # Those that have nothing but their grant, and how much that was, by when they were used.
        # Finding the first key of a plain dict gets slower with each deletion.
        self._untouched: OrderedDict[AccountId, int] = OrderedDict()
        self._booked = 0
        # The latest event of each table that moved chips.
        self._moved: dict[TableId, int] = {}

    async def open(self, player: PlayerId, grant: int, at_ms: int) -> Account:
        """Part of `Accounts`."""
        account = player_account(player)
        if account not in self._balances:
            self._balances[account] = 0
            self._refilled_ms[account] = at_ms
            self._give(account, grant, "grant", at_ms)
            self._untouched[account] = self._balances[account]
            self._forget()
        elif account in self._untouched:
            self._untouched.move_to_end(account)
        return Account(self._balances[account], self._refilled_ms.get(account))

    async def refill(
        self, player: PlayerId, *, to: int, below: int, due_ms: int, at_ms: int
    ) -> int:
        """Part of `Accounts`."""
        account = player_account(player)
        balance = self._balances.get(account)
        last_ms = self._refilled_ms.get(account)
        if balance is None or balance >= min(to, below):
            return 0
        if last_ms is not None and last_ms > due_ms:
            return 0
        self._refilled_ms[account] = at_ms
        self._untouched.pop(account, None)
        self._give(account, to - balance, "refill", at_ms)
        return to - balance

    async def history(self, player: PlayerId, before: int | None, limit: int) -> list[Booked]:
        """Part of `Accounts`."""
        kept = self._history.get(player_account(player), ())
        found = [booked for booked in reversed(kept) if before is None or booked.id < before]
        return found[:limit]

    def book(self, moves: dict[TableId, tuple[Transfer, ...]]) -> None:
        """Move chips to and from tables, all of it or nothing.  Raises StoreRejected."""
        deltas: dict[AccountId, int] = {}
        moved = dict(self._moved)
        for table, transfers in moves.items():
            for move in transfers:
                if move.amount < 1 or move.source == move.target:
                    raise StoreRejected(f"{table}: a transfer of {move.amount} moves nothing")
                if move.seq <= moved.get(table, 0):
                    raise StoreRejected(f"{table}: event {move.seq} has moved its chips already")
                moved[table] = move.seq
                if move.source != table_account(table) and move.source not in self._balances:
                    raise Overdrawn(f"{move.source} has no account")
                deltas[move.source] = deltas.get(move.source, 0) - move.amount
                deltas[move.target] = deltas.get(move.target, 0) + move.amount
        after = {
            account: self._balances.get(account, 0) + delta
            for account, delta in deltas.items()
            if not account.startswith("table:")
        }
        for account, balance in after.items():
            if balance < 0 and account != HOUSE:
                raise Overdrawn(f"{account} is short of {-balance}")
        self._moved = moved
        self._balances.update(after)
        for account in after:
            self._untouched.pop(account, None)
        for table, transfers in moves.items():
            for move in transfers:
                self._note(table, move)

    def _forget(self) -> None:
        """Let one account go, if there are too many; the house has its grant back."""
        # The new one is the last of them, and stays.
        if len(self._balances) <= MAX_ACCOUNTS or len(self._untouched) < 2:
            return
        account, grant = self._untouched.popitem(last=False)
        del self._balances[account], self._refilled_ms[account]
        self._history.pop(account, None)
        self._balances[HOUSE] += grant

    def _give(self, account: AccountId, amount: int, reason: Reason, at_ms: int) -> None:
        if amount > 0:
            self._balances[HOUSE] -= amount
            self._balances[account] += amount
            self._note(None, Transfer(HOUSE, account, amount, reason, 0, at_ms))

    def _note(self, table: TableId | None, move: Transfer) -> None:
        self._booked += 1
        for account, amount in ((move.source, -move.amount), (move.target, move.amount)):
            if account.startswith("player:"):
                history = self._history.setdefault(account, deque(maxlen=KEPT_TRANSFERS))
                history.append(Booked(self._booked, move.at_ms, move.reason, amount, table))


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
        "snapshot": 2 <= len(change.snapshot) <= MAX_SNAPSHOT,
        "seq": all(event.seq >= 1 for event in change.events),
        "payload": all(2 <= len(event.payload) <= MAX_PAYLOAD for event in change.events),
    }
    broken = [name for name, holds in rules.items() if not holds]
    if broken:
        raise StoreRejected(f"{change.table}: {', '.join(broken)}")
