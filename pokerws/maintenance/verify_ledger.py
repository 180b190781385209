"""Checks the ledger's consistency: part of `python server.py verify`.

For a game: the chips in its row equal the sum of its transfers, and each event that moved chips has
its transfer.  For the whole ledger: each balance equals the sum of its transfers, and all balances
sum to zero.  It only reads.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from pokerws.game.state import Table, TableId
from pokerws.maintenance.errors import NotStored
from pokerws.maintenance.stored_log import printable
from pokerws.storage.accounts import table_account
from pokerws.storage.postgres.connecting import Connection

GAME_BALANCE = "SELECT chips, balance FROM games WHERE id = $1"

GAME_TRANSFERS = """
SELECT seq, reason, source, target, amount
FROM transfers
WHERE game_id = $1
ORDER BY seq
"""

# One statement, and so one instant.
LEDGER = """
WITH sides AS (
    SELECT account, sum(amount) AS amount
    FROM (
        SELECT source AS account, -amount AS amount FROM transfers
        UNION ALL
        SELECT target, amount FROM transfers
    ) AS side
    GROUP BY account
), wrong AS (
    SELECT account, coalesce(balances.balance, 0) AS balance, coalesce(sides.amount, 0) AS booked
    FROM balances FULL JOIN sides USING (account)
    WHERE coalesce(balances.balance, 0) <> coalesce(sides.amount, 0)
    ORDER BY account
    LIMIT $1
)
SELECT (SELECT count(*) FROM accounts) AS accounts,
       (SELECT count(*) FROM transfers) AS transfers,
       (SELECT coalesce(sum(balance), 0) FROM balances) AS total,
       (SELECT array_agg(account ORDER BY account) FROM wrong) AS wrong_accounts,
       (SELECT array_agg(balance ORDER BY account) FROM wrong) AS wrong_balances,
       (SELECT array_agg(booked ORDER BY account) FROM wrong) AS wrong_booked
"""

STATEMENTS = (GAME_BALANCE, GAME_TRANSFERS, LEDGER)
MOST_MISMATCHES = 20


class ChipMove(NamedTuple):
    """Chips that an event brought to the table, or took from it where `amount` is negative.

    `account` is the one at the other end.
    """

    account: str
    amount: int


class Logged(NamedTuple):
    """The events of a log after event `since`, up to `until`, that moved chips, by seq."""

    moves: Mapping[int, ChipMove]
    since: int
    until: int


class LedgerVerdict(NamedTuple):
    """The result for the whole ledger."""

    accounts: int
    transfers: int
    mismatches: list[str]


async def verify_ledger(connection: Connection) -> LedgerVerdict:
    """Verify all accounts at one instant."""
    # It always has one row.
    (row,) = await connection.fetch(LEDGER, MOST_MISMATCHES)
    mismatches = [
        f"{printable(account)} holds {balance}, and {booked} is booked"
        for account, balance, booked in zip(
            row["wrong_accounts"] or (),
            row["wrong_balances"] or (),
            row["wrong_booked"] or (),
            strict=True,
        )
    ]
    if row["total"] != 0:
        mismatches.append(
            f"the sum over players, tables and the house is {row['total']} and not zero"
        )
    return LedgerVerdict(row["accounts"], row["transfers"], mismatches)


async def verify_chips(
    connection: Connection, game: str, table: Table | None, name: str, logged: Logged
) -> list[str]:
    """Mismatches of a game's chips; call it within `one_view`.

    `table` is its state, from where `name` says, or None if that is not known.
    """
    row = await connection.fetchrow(GAME_BALANCE, game)
    if row is None:
        raise NotStored(f"there is no game {printable(game)}")
    home = table_account(TableId(game))
    booked: dict[int, ChipMove] = {}
    balance = opened = 0
    for seq, reason, source, target, amount in await connection.fetch(GAME_TRANSFERS, game):
        comes = target == home
        move = ChipMove(source if comes else target, amount if comes else -amount)
        balance += move.amount
        if reason == "opening":
            # Chips from before the ledger existed.
            opened = seq
        else:
            booked[seq] = move
    wrong = []
    if table is not None and row["chips"] != table.chips:
        wrong.append(f"the column chips says {row['chips']}, {name} {table.chips}")
    if row["balance"] != balance:
        wrong.append(f"the column balance says {row['balance']}, the ledger {balance}")
    if table is not None and (net := table.chips - balance):
        wrong.append(f"the nets of its players add up to {net} and not to zero")
    wrong += _unlike(booked, logged, opened)
    return wrong


def _unlike(booked: Mapping[int, ChipMove], logged: Logged, opened: int) -> Iterator[str]:
    """Where the ledger and the log differ, after the event at which the ledger was opened."""
    moves = {seq: move for seq, move in logged.moves.items() if seq > opened}
    in_both = (seq for seq in booked if logged.since < seq <= logged.until)
    for seq in sorted({*moves, *in_both}):
        if booked.get(seq) == moves.get(seq):
            continue
        in_ledger = "nothing" if seq not in booked else _words(booked[seq])
        in_log = "nothing" if seq not in moves else _words(moves[seq])
        yield f"event {seq}: the ledger has {in_ledger}, the log {in_log}"


def _words(move: ChipMove) -> str:
    if move.amount > 0:
        return f"{move.amount} from {printable(move.account)}"
    return f"{-move.amount} to {printable(move.account)}"
