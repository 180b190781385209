"""Accounts in memory: those of a server without a database, and of stores in tests."""

from collections import OrderedDict, deque
from collections.abc import Collection

from pokerws.game.state import MAX_EXACT, PlayerId, TableId
from pokerws.storage.accounts import (
    ALLOWANCE_MS,
    HOUSE,
    Account,
    AccountId,
    Adjusted,
    Allowance,
    Booked,
    Reason,
    Refill,
    TableTotal,
    Transfer,
    not_adjusted,
    player_account,
    player_of,
    table_account,
    total_of,
)
from pokerws.storage.admin_log import AdminEntry
from pokerws.storage.errors import Overdrawn, StoreRejected

# Transfers kept per account; Postgres keeps all.
KEPT_TRANSFERS = 200
# Above this, an account that holds nothing but its grant is dropped: the player gets it again.
MAX_ACCOUNTS = 100_000
# Tables of which the totals are kept after all have left, and transfers kept by event for each.
MAX_TALLIES = 1_000
LATEST_TRANSFERS = 64
# Above this, the address that will be replenished first is forgotten.
MAX_ALLOWANCES = 100_000
# Adjustments of which the request is remembered.
MAX_REQUESTS = 1_000


class Tally:
    """The transfers of one table: the latest by event, and the sums of earlier ones."""

    __slots__ = ("_latest", "_sums")

    def __init__(self) -> None:
        self._sums: dict[AccountId, tuple[int, int]] = {}
        self._latest: deque[tuple[int, AccountId, int, int]] = deque()

    def add(self, home: AccountId, move: Transfer) -> None:
        """Add a transfer to the table's account `home`, or from it."""
        self._latest.append((move.seq, *total_of(home, move)))
        if len(self._latest) > LATEST_TRANSFERS:
            _add(self._sums, *self._latest.popleft()[1:])

    @property
    def is_even(self) -> bool:
        """Whether no chips are left at the table."""
        return not sum(one.bought_in - one.cashed_out for one in self.totals())

    def totals(self, until_seq: int | None = None) -> list[TableTotal]:
        """The totals by account, up to an event that is among the latest."""
        sums = dict(self._sums)
        for seq, account, bought_in, cashed_out in self._latest:
            if until_seq is None or seq <= until_seq:
                _add(sums, account, bought_in, cashed_out)
        return [TableTotal(account, *amounts) for account, amounts in sorted(sums.items())]


def _add(
    sums: dict[AccountId, tuple[int, int]], account: AccountId, bought_in: int, cashed_out: int
) -> None:
    before = sums.get(account, (0, 0))
    sums[account] = before[0] + bought_in, before[1] + cashed_out


class MemoryAccounts:
    """`Accounts` in a dict, with the latest transfers of each.

    With too many accounts, the least recently used one that moved no chip since its grant is
    dropped.  Others are never dropped.
    """

    def __init__(self) -> None:
        self._balances: dict[AccountId, int] = {HOUSE: 0}
        self._refilled_ms: dict[AccountId, int] = {}
        self._opened_ms: dict[AccountId, int] = {}
        # When each address's allowance is full again, least recently used first.
        self._allowances: OrderedDict[str, int] = OrderedDict()
        # The latest adjustments by request: what was asked for, and the balance then.
        self._adjusted: OrderedDict[str, tuple[str, int]] = OrderedDict()
        self._history: dict[AccountId, deque[Booked]] = {}
        # Accounts that hold nothing but their grant, with its amount, least recently used first.
        # In a plain dict, finding the first entry becomes slower with each deletion.
        self._untouched: OrderedDict[AccountId, int] = OrderedDict()
        self._booked = 0
        self._tallies: OrderedDict[TableId, Tally] = OrderedDict()
        # The latest event of each table that moved chips.
        self._moved: dict[TableId, int] = {}

    async def open(
        self, player: PlayerId, grant: int, at_ms: int, allowance: Allowance | None = None
    ) -> Account:
        """Part of `Accounts`."""
        account = player_account(player)
        if account not in self._balances:
            self._balances[account] = 0
            self._opened_ms[account] = at_ms
            if not grant or self._allow(allowance, grant, at_ms):
                self._refilled_ms[account] = at_ms
                self._give(account, grant, "grant", at_ms)
            self._untouched[account] = self._balances[account]
            self._forget()
        elif account in self._untouched:
            self._untouched.move_to_end(account)
        refilled_ms = self._refilled_ms.get(account)
        return Account(self._balances[account], refilled_ms, self._opened_ms.get(account, at_ms))

    async def refill(
        self,
        player: PlayerId,
        *,
        to: int,
        below: int,
        due_ms: int,
        at_ms: int,
        besides: Collection[TableId] | None = (),
        allowance: Allowance | None = None,
    ) -> Refill:
        """Part of `Accounts`."""
        account = player_account(player)
        balance = self._balances.get(account)
        last_ms = self._refilled_ms.get(account)
        if balance is None or balance >= min(to, below):
            return Refill(0, "due")
        if last_ms is not None and last_ms > due_ms:
            return Refill(0, "due")
        if not self._allow(allowance, to - balance, at_ms):
            return Refill(0, "allowance")
        self._refilled_ms[account] = at_ms
        self._untouched.pop(account, None)
        self._give(account, to - balance, "refill", at_ms)
        return Refill(to - balance)

    async def adjust(self, player: PlayerId, chips: int, at_ms: int, entry: AdminEntry) -> Adjusted:
        """Part of `Accounts`; nothing is logged here."""
        if (before := self._adjusted.get(entry.request)) is not None:
            arguments, balance = before
            return Adjusted("repeated" if arguments == entry.arguments else "conflict", balance)
        account = player_account(player)
        held = self._balances.get(account)
        if held is None or not 0 <= held + chips <= MAX_EXACT:
            return not_adjusted(chips, held)
        balance = held + chips
        self._untouched.pop(account, None)
        self._balances[account] = balance
        self._balances[HOUSE] -= chips
        ends = (HOUSE, account) if chips > 0 else (account, HOUSE)
        self._note(None, Transfer(*ends, abs(chips), "adjustment", 0, at_ms))
        self._adjusted[entry.request] = entry.arguments, balance
        if len(self._adjusted) > MAX_REQUESTS:
            self._adjusted.popitem(last=False)
        return Adjusted("done", balance)

    async def allowed_ms(self, allowance: Allowance, chips: int, at_ms: int) -> int:
        """Part of `Accounts`."""
        full_at_ms = self._allowances.get(allowance.address, 0) + allowance.cost_ms(chips)
        return max(at_ms, full_at_ms - ALLOWANCE_MS)

    def _allow(self, allowance: Allowance | None, chips: int, at_ms: int) -> bool:
        """Take chips from an allowance; returns False, with nothing taken, if it has too few."""
        if allowance is None:
            return True
        address, cost_ms = allowance.address, allowance.cost_ms(chips)
        full_at_ms = max(self._allowances.get(address, 0), at_ms) + cost_ms
        if full_at_ms > at_ms + ALLOWANCE_MS:
            return False
        self._allowances[address] = full_at_ms
        self._allowances.move_to_end(address)
        oldest = next(iter(self._allowances))
        if self._allowances[oldest] <= at_ms or len(self._allowances) > MAX_ALLOWANCES:
            del self._allowances[oldest]
        return True

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
        """Drop one account if there are too many; its grant goes back to the house."""
        # The newest account is the last of these, and must stay.
        if len(self._balances) <= MAX_ACCOUNTS or len(self._untouched) < 2:
            return
        account, grant = self._untouched.popitem(last=False)
        del self._balances[account], self._opened_ms[account]
        self._refilled_ms.pop(account, None)
        self._history.pop(account, None)
        self._balances[HOUSE] += grant

    def _give(self, account: AccountId, amount: int, reason: Reason, at_ms: int) -> None:
        if amount > 0:
            self._balances[HOUSE] -= amount
            self._balances[account] += amount
            self._note(None, Transfer(HOUSE, account, amount, reason, 0, at_ms))

    async def table_totals(
        self, table: TableId, until_seq: int, after: str, limit: int
    ) -> list[TableTotal]:
        """Part of `Accounts`."""
        totals = self._tallies.get(table, Tally()).totals(until_seq)
        return [total for total in totals if total.account > after][:limit]

    async def has_moved(self, table: TableId, player: PlayerId) -> bool:
        """Part of `Accounts`."""
        account = player_account(player)
        totals = self._tallies.get(table, Tally()).totals()
        return any(total.account == account and total.bought_in for total in totals)

    def _count(self, table: TableId, move: Transfer) -> None:
        """Add a transfer to its table's totals; the oldest of many empty tables is forgotten."""
        self._tallies.setdefault(table, Tally()).add(table_account(table), move)
        self._tallies.move_to_end(table)
        if len(self._tallies) > MAX_TALLIES:
            oldest = next(iter(self._tallies))
            if self._tallies[oldest].is_even:
                del self._tallies[oldest]
            else:
                self._tallies.move_to_end(oldest)

    def _note(self, table: TableId | None, move: Transfer) -> None:
        if table is not None:
            self._count(table, move)
        self._booked += 1
        for account, amount in ((move.source, -move.amount), (move.target, move.amount)):
            if player_of(account) is not None:
                history = self._history.setdefault(account, deque(maxlen=KEPT_TRANSFERS))
                history.append(Booked(self._booked, move.at_ms, move.reason, amount, table))
