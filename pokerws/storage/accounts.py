"""Play-money accounts: the types of the double-entry ledger, and the interface of both stores.

Every chip is in one account: a player's, a table's, or the issuer's (`house`).  The issuer gives
chips out, so its balance is negative.  The sum of all balances is always zero.  Transfers to and
from a table are written with the table's `Change`; this module defines the others.
"""

from collections.abc import Sequence
from typing import Literal, NamedTuple, NewType, Protocol

from msgspec import Struct

from pokerws.game.events import ChipsAdded, PlayerSat, PlayerStood, TableClosed, TableEvent
from pokerws.game.state import PlayerId, Table, TableId
from pokerws.game.table import chips_put_in

AccountId = NewType("AccountId", str)

HOUSE = AccountId("house")
Reason = Literal["grant", "refill", "buy_in", "add_on", "top_up", "cash_out", "refund", "opening"]


def player_account(player: PlayerId) -> AccountId:
    """The account that a player has."""
    return AccountId(f"player:{player}")


def table_account(table: TableId) -> AccountId:
    """The account of the chips at a table."""
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


# What brings chips to a table or takes them away.
_MOVING = frozenset({PlayerSat, ChipsAdded, PlayerStood})


def transfers_of(
    table: Table, events: Sequence[TableEvent], first_seq: int, at_ms: int
) -> tuple[Transfer, ...]:
    """The chips that events brought to a table or took from it; `table` is as they left it.

    `first_seq` is the number of the first event.
    """
    if _MOVING.isdisjoint(map(type, events)):
        return ()
    home = table_account(table.id)
    closing = any(isinstance(event, TableClosed) for event in events)
    moves: list[Transfer] = []
    for seq, event in enumerate(events, start=first_seq):
        match event:
            case PlayerSat(player=player, stack=amount):
                moves.append(Transfer(player_account(player), home, amount, "buy_in", seq, at_ms))
            case ChipsAdded(seat=number, player=player, amount=amount):
                seat = table.seats[number]
                full = seat is not None and seat.stack == table.config.max_buy_in
                reason: Reason = "top_up" if full else "add_on"
                moves.append(Transfer(player_account(player), home, amount, reason, seq, at_ms))
            case PlayerStood(player=player, stack=amount) if amount:
                reason = "refund" if closing else "cash_out"
                moves.append(Transfer(home, player_account(player), amount, reason, seq, at_ms))
            case _:
                pass
    return tuple(moves)


def refunds_of(table: Table, at_ms: int) -> tuple[Transfer, ...]:
    """Refunds for a lost table: each player gets the stack and what he had put into the pot."""
    home = table_account(table.id)
    put_in = {} if table.hand is None else chips_put_in(table, table.hand)
    moves: list[Transfer] = []
    for number, seat in enumerate(table.seats):
        if seat is None:
            continue
        amount = seat.stack + put_in.get(number, 0)
        if amount > 0:
            seq = table.seq + 1 + number
            target = player_account(seat.player)
            moves.append(Transfer(home, target, amount, "refund", seq, at_ms))
    return tuple(moves)


class Booked(NamedTuple):
    """A line of an account's history: `amount` is negative where chips left the account.

    `id` grows with time; `table` is the table that they went to or came from, if any.
    """

    id: int
    at_ms: int
    reason: Reason
    amount: int
    table: TableId | None


class Account(NamedTuple):
    """A player's balance, without the chips at tables, and the time of the last grant or refill."""

    balance: int
    refilled_ms: int | None


class Accounts(Protocol):
    """Players' accounts.  Every method raises StoreUnavailable if the database is unreachable."""

    async def open(self, player: PlayerId, grant: int, at_ms: int) -> Account:
        """Return a player's account; create it with `grant` chips if it does not exist."""

    async def refill(
        self, player: PlayerId, *, to: int, below: int, due_ms: int, at_ms: int
    ) -> int:
        """Fill an account up to `to`, if it has less than `below` and the house last gave to it
        at `due_ms` or before; returns how many chips that took, 0 where it was not to be."""

    async def history(self, player: PlayerId, before: int | None, limit: int) -> list[Booked]:
        """The latest transfers of an account, newest first; those with an id below `before`."""
