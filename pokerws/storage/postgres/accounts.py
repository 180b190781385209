"""Accounts in PostgreSQL.  Transfers to and from tables are in `save_statement.py`."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING

from pokerws.game.state import PlayerId
from pokerws.storage.accounts import Account, Booked, player_account
from pokerws.storage.errors import StoreUnavailable

if TYPE_CHECKING:
    import asyncpg
    from asyncpg.pool import PoolConnectionProxy

ACCOUNT = """
SELECT balance, round(extract(epoch FROM refilled_at) * 1000)::bigint AS refilled_ms
FROM accounts
WHERE id = $1
"""

# Of concurrent calls the second finds the account that the first made.
OPEN_ACCOUNT = """
WITH opened AS (
    INSERT INTO accounts (id, balance, opened_at, refilled_at)
    VALUES ($1, $2, to_timestamp($3 / 1000.0), to_timestamp($3 / 1000.0))
    ON CONFLICT (id) DO NOTHING
    RETURNING id, balance, opened_at
), granted AS (
    INSERT INTO transfers (at, reason, source, target, amount)
    SELECT opened_at, 'grant', 'house', id, balance FROM opened WHERE balance > 0
)
UPDATE accounts
SET balance = accounts.balance - opened.balance
FROM opened
WHERE accounts.id = 'house'
"""

REFILL = """
WITH due AS (
    SELECT id, $2 - balance AS amount
    FROM accounts
    WHERE id = $1 AND balance < $3 AND balance < $2
      AND (refilled_at IS NULL OR refilled_at <= to_timestamp($4 / 1000.0))
    FOR UPDATE
), refilled AS (
    UPDATE accounts
    SET balance = accounts.balance + due.amount, refilled_at = to_timestamp($5 / 1000.0)
    FROM due
    WHERE accounts.id = due.id
    RETURNING accounts.id, due.amount
), booked AS (
    INSERT INTO transfers (at, reason, source, target, amount)
    SELECT to_timestamp($5 / 1000.0), 'refill', 'house', id, amount FROM refilled
)
UPDATE accounts
SET balance = accounts.balance - refilled.amount
FROM refilled
WHERE accounts.id = 'house'
RETURNING refilled.amount
"""

# Each side uses its own index; the newest rows are among the newest of either side.
HISTORY = """
SELECT id, round(extract(epoch FROM at) * 1000)::bigint AS at_ms, reason, amount, game_id
FROM (
    (SELECT id, at, reason, -amount AS amount, game_id
     FROM transfers WHERE source = $1 AND id < $2 ORDER BY id DESC LIMIT $3)
    UNION ALL
    (SELECT id, at, reason, amount, game_id
     FROM transfers WHERE target = $1 AND id < $2 ORDER BY id DESC LIMIT $3)
) AS side
ORDER BY id DESC
LIMIT $3
"""

STATEMENTS = (ACCOUNT, OPEN_ACCOUNT, REFILL, HISTORY)
NO_LIMIT = 2**63 - 1

Reader = Callable[[], AbstractAsyncContextManager["PoolConnectionProxy[asyncpg.Record]"]]


class PostgresAccounts:
    """`Accounts`; `reader` gives a connection and turns its errors into StoreUnavailable."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def open(self, player: PlayerId, grant: int, at_ms: int) -> Account:
        """Part of `Accounts`."""
        account = player_account(player)
        async with self._reader() as reader:
            row = await reader.fetchrow(ACCOUNT, account)
            if row is None:
                await reader.execute(OPEN_ACCOUNT, account, grant, at_ms)
                row = await reader.fetchrow(ACCOUNT, account)
        if row is None:
            raise StoreUnavailable("an account has vanished that was there a moment ago")
        return Account(row["balance"], row["refilled_ms"])

    async def refill(
        self, player: PlayerId, *, to: int, below: int, due_ms: int, at_ms: int
    ) -> int:
        """Part of `Accounts`."""
        async with self._reader() as reader:
            given = await reader.fetchval(REFILL, player_account(player), to, below, due_ms, at_ms)
        return int(given or 0)

    async def history(self, player: PlayerId, before: int | None, limit: int) -> list[Booked]:
        """Part of `Accounts`."""
        last = NO_LIMIT if before is None else before
        async with self._reader() as reader:
            rows = await reader.fetch(HISTORY, player_account(player), last, limit)
        return [
            Booked(row["id"], row["at_ms"], row["reason"], row["amount"], row["game_id"])
            for row in rows
        ]
