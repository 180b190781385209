"""Accounts of play money: the records of the ledger, and the contract of every store.

Every chip is in one account: a player's, a table's, or the house's.  The house grants chips, so its
balance is negative; rake goes to it.  Double entry: a transfer debits one account and credits
another, so that the sum of all balances is zero.  Chips move to and from a table with the table's
`Change`.
"""

from collections.abc import Collection, Sequence
from typing import Literal, NamedTuple, NewType, Protocol

import msgspec
from msgspec import Struct

from pokerws.game.events import (
    ChipsAdded,
    ChipsGiven,
    ChipsTaken,
    PlayerSat,
    PlayerStood,
    RakeTaken,
    TableClosed,
    TableEvent,
)
from pokerws.game.lifecycle import chips_put_in
from pokerws.game.state import PlayerId, Table, TableId
from pokerws.storage.admin_log import AdminEntry

AccountId = NewType("AccountId", str)

HOUSE = AccountId("house")
# Only in the totals of a table: the chips that the house took as rake.
RAKE = AccountId("rake")
Reason = Literal[
    "grant",
    "refill",
    "buy_in",
    "add_on",
    "top_up",
    "cash_out",
    "refund",
    "opening",
    "carried",
    "rake",
    "adjustment",
]


def player_account(player: PlayerId) -> AccountId:
    """The id of a player's account."""
    return AccountId(f"player:{player}")


def account_at(table: Table, player: PlayerId) -> AccountId:
    """The account that a player's chips at a table come from, and return to.

    The chips of a table with a bank are issued by the house, and return to it.
    """
    return HOUSE if table.config.hosting.bank else player_account(player)


def player_of(account: AccountId) -> PlayerId | None:
    """The player of an account; None for a table's and the house's."""
    prefix = player_account(PlayerId(""))
    return PlayerId(account.removeprefix(prefix)) if account.startswith(prefix) else None


def table_account(table: TableId) -> AccountId:
    """The id of the account that holds a table's chips."""
    return AccountId(f"table:{table}")


class Transfer(Struct, frozen=True):
    """`amount` chips, at least 1, that a table's event `seq` moved from `source` to `target`.

    `at_ms` is milliseconds UTC.
    """

    source: AccountId
    target: AccountId
    amount: int
    reason: Reason
    seq: int
    at_ms: int


# The events that move chips to a table or from it, and those that begin and end a stay there.
MOVING_TYPES = frozenset({PlayerSat, ChipsAdded, PlayerStood, RakeTaken, ChipsGiven, ChipsTaken})


def are_moving(events: Sequence[TableEvent]) -> bool:
    """Whether events move chips to a table or from it, or begin or end a stay there."""
    return not MOVING_TYPES.isdisjoint(map(type, events))


def transfers_of(table: Table, events: Sequence[TableEvent], at_ms: int) -> tuple[Transfer, ...]:
    """The transfers that the latest `events` of a table caused; `table` is the one after them."""
    if not are_moving(events):
        return ()
    home = table_account(table.id)
    closing = any(isinstance(event, TableClosed) for event in events)
    moves: list[Transfer] = []
    for seq, event in enumerate(events, start=table.seq - len(events) + 1):
        match event:
            case PlayerSat(player=player, stack=amount):
                source = account_at(table, player)
                moves.append(Transfer(source, home, amount, "buy_in", seq, at_ms))
            case ChipsAdded(seat=number, player=player, amount=amount):
                seat = table.seats[number]
                full = seat is not None and seat.stack == table.config.max_buy_in
                reason: Reason = "top_up" if full else "add_on"
                moves.append(Transfer(player_account(player), home, amount, reason, seq, at_ms))
            case PlayerStood(player=player, stack=amount) if amount:
                reason = "refund" if closing else "cash_out"
                target = account_at(table, player)
                moves.append(Transfer(home, target, amount, reason, seq, at_ms))
            case ChipsGiven(player=player, amount=amount):
                source = account_at(table, player)
                moves.append(Transfer(source, home, amount, "add_on", seq, at_ms))
            case ChipsTaken(player=player, amount=amount):
                target = account_at(table, player)
                moves.append(Transfer(home, target, amount, "cash_out", seq, at_ms))
            case RakeTaken(amount=amount):
                moves.append(Transfer(home, HOUSE, amount, "rake", seq, at_ms))
            case _:
                pass
    return tuple(moves)


def refunds_of(table: Table, at_ms: int) -> tuple[Transfer, ...]:
    """Transfers that return all chips of a lost table, pots included, to the players."""
    home = table_account(table.id)
    put_in = {} if table.hand is None else chips_put_in(table, table.hand)
    moves: list[Transfer] = []
    for number, seat in enumerate(table.seats):
        if seat is None:
            continue
        amount = seat.stack + put_in.get(number, 0)
        if amount > 0:
            seq = table.seq + 1 + number
            target = account_at(table, seat.player)
            moves.append(Transfer(home, target, amount, "refund", seq, at_ms))
    return tuple(moves)


class Booked(NamedTuple):
    """A line of an account's history: `amount` is negative for a debit.

    `id` grows with time.  `table` is the table at the other end, if any.
    """

    id: int
    at_ms: int
    reason: Reason
    amount: int
    table: TableId | None


class TableTotal(NamedTuple):
    """What an account has brought to a table, and taken away; rake has a line `RAKE` of its own."""

    account: AccountId
    bought_in: int
    cashed_out: int


def total_of(home: AccountId, move: Transfer) -> TableTotal:
    """What one transfer adds to the totals of the table whose account is `home`."""
    if move.target == home:
        return TableTotal(move.source, move.amount, 0)
    return TableTotal(RAKE if move.reason == "rake" else move.target, 0, move.amount)


class Account(NamedTuple):
    """A player's balance without the chips at tables.

    `refilled_ms` is the time of the last refill or grant; None if there was none.
    """

    balance: int
    refilled_ms: int | None
    opened_ms: int


# Used free chips of an address come back within this time.
ALLOWANCE_MS = 24 * 3_600_000


class Allowance(NamedTuple):
    """The free chips of one address: a bucket of `chips`, replenished evenly within a day.

    `address` identifies the address without revealing it.
    """

    address: str
    chips: int

    def cost_ms(self, chips: int) -> int:
        """How long it takes until that many chips have come back."""
        return -(-chips * ALLOWANCE_MS // self.chips)


class Refill(NamedTuple):
    """The chips that a refill added, or why it added none.

    It was not `due`, the player had chips `at_table`, or the `allowance` was used up.
    """

    chips: int
    refused: Literal["", "due", "at_table", "allowance"] = ""


class Adjusted(NamedTuple):
    """What became of an adjustment, and the balance after it.

    `repeated`: the same request was booked before, with that balance.  Nothing was booked if the
    account is `unopened`, `short` of chips, would have too `many`, or if another request had that
    id: `conflict`.
    """

    outcome: Literal["done", "repeated", "unopened", "short", "many", "conflict"]
    balance: int = 0


def not_adjusted(chips: int, balance: int | None) -> Adjusted:
    """An adjustment of no account, or to less than zero, or to more than clients can show."""
    if balance is None:
        return Adjusted("unopened")
    return Adjusted("many" if chips > 0 else "short", balance)


class Accounts(Protocol):
    """Keeps players' accounts.  Every method raises StoreUnavailable if it is out of reach."""

    async def open(
        self, player: PlayerId, grant: int, at_ms: int, allowance: Allowance | None = None
    ) -> Account:
        """A player's account, opened with `grant` chips if there is none.

        The grant is taken from `allowance`; if that has too few left, the account is opened empty.
        """

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
        """Refill an account to `to` chips, taken from `allowance`.

        It is due if the balance is less than `below`, and the last refill was at `due_ms` or
        before.  A player with chips at a stored table gets none; those of `besides` do not count,
        and none does if it is None.
        """

    async def adjust(self, player: PlayerId, chips: int, at_ms: int, entry: AdminEntry) -> Adjusted:
        """Move chips from the house to an open account, or back if negative.

        It is booked once for each `request` of `entry`, which goes into the admin log with it.
        """

    async def allowed_ms(self, allowance: Allowance, chips: int, at_ms: int) -> int:
        """The time from which `allowance` has that many chips, `at_ms` at the earliest."""

    async def history(self, player: PlayerId, before: int | None, limit: int) -> list[Booked]:
        """Up to `limit` transfers of an account, newest first, with an id below `before`."""

    async def table_totals(
        self, table: TableId, until_seq: int, after: str, limit: int
    ) -> list[TableTotal]:
        """The totals of a table's transfers up to event `until_seq`, by account.

        They are of accounts after `after`, up to `limit`.
        """

    async def has_moved(self, table: TableId, player: PlayerId) -> bool:
        """Whether a player has ever brought chips to a table."""


class _StoredSeat(Struct):
    player: PlayerId
    stack: int


class _StoredTable(Struct):
    seats: list[_StoredSeat | None]
    hand: msgspec.Raw | None = None


class _StoredSnapshot(Struct):
    table: _StoredTable


_decode_stored = msgspec.json.Decoder(_StoredSnapshot).decode


def may_have_chips(snapshot: bytes, player: PlayerId) -> bool:
    """Whether a player may have chips at a stored table: a stack, or a share of a pot.

    In a hand every seat counts, and in a damaged snapshot every player that it names.
    """
    try:
        table = _decode_stored(snapshot).table
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return msgspec.json.encode(player) in snapshot
    in_hand = table.hand is not None
    return any(
        seat is not None and seat.player == player and (in_hand or seat.stack > 0)
        for seat in table.seats
    )
