"""Accounts in PostgreSQL.  Transfers to and from tables are in `save_statement.py`."""

from collections.abc import Callable, Collection, Iterable
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING

import asyncpg

from pokerws.game.state import MAX_EXACT, PlayerId, TableId
from pokerws.storage.accounts import (
    ALLOWANCE_MS,
    Account,
    Adjusted,
    Allowance,
    Booked,
    Refill,
    TableTotal,
    may_have_chips,
    not_adjusted,
    player_account,
)
from pokerws.storage.admin_log import AdminEntry
from pokerws.storage.errors import StoreUnavailable
from pokerws.storage.postgres.connecting.retrying import retried
from pokerws.storage.postgres.moderation.entries import logged_by, written

if TYPE_CHECKING:
    from asyncpg.pool import PoolConnectionProxy

ACCOUNT = """
SELECT balance, round(extract(epoch FROM refilled_at) * 1000)::bigint AS refilled_ms,
       round(extract(epoch FROM opened_at) * 1000)::bigint AS opened_ms
FROM accounts
WHERE id = $1
"""
OPEN_ACCOUNT = "SELECT open_account($1, $2, $3, $4, $5, $6)"

# Nothing has moved since the account was read: a buy-in would have changed its balance.  As in
# `open_account` and in a save, the player's account is locked before the house's.
REFILL = """
WITH due AS MATERIALIZED (
    SELECT id
    FROM accounts
    WHERE id = $1 AND balance = $2
      AND round(extract(epoch FROM refilled_at) * 1000)::bigint IS NOT DISTINCT FROM $3::bigint
    FOR UPDATE
), allowed AS MATERIALIZED (
    SELECT id FROM due WHERE take_free_chips($6, $7, $5, $8)
), refilled AS (
    UPDATE accounts
    SET balance = accounts.balance + $4, refilled_at = to_timestamp($5 / 1000.0)
    FROM allowed
    WHERE accounts.id = allowed.id
    RETURNING accounts.id
), booked AS (
    INSERT INTO transfers (at, reason, source, target, amount)
    SELECT to_timestamp($5 / 1000.0), 'refill', 'house', id, $4 FROM refilled
)
UPDATE accounts
SET balance = accounts.balance - $4
FROM refilled
WHERE accounts.id = 'house'
RETURNING refilled.id
"""
# The order of locks is as in a refill.  The unique index decides where the same request comes twice
# at the same moment.
ADJUST = f"""
WITH held AS MATERIALIZED (
    SELECT id
    FROM accounts
    WHERE id = $1 AND balance + $2::bigint BETWEEN 0 AND $4::bigint
    FOR UPDATE
), moved AS (
    UPDATE accounts
    SET balance = accounts.balance + $2
    FROM held
    WHERE accounts.id = held.id
    RETURNING accounts.id AS account, accounts.balance AS after
), booked AS (
    INSERT INTO transfers (at, reason, source, target, amount)
    SELECT to_timestamp($3 / 1000.0), 'adjustment', CASE WHEN $2 > 0 THEN 'house' ELSE account END,
           CASE WHEN $2 > 0 THEN account ELSE 'house' END, abs($2)
    FROM moved
), logged AS ({logged_by("$5", "moved,", "json_build_object('balance', after)::text")})
UPDATE accounts
SET balance = accounts.balance - $2
FROM moved
WHERE accounts.id = 'house'
RETURNING after
"""  # noqa: S608  constants alone
REQUESTED = """
SELECT arguments, (detail::json ->> 'balance')::bigint AS balance
FROM admin_log
WHERE request = $1
"""
FULL_AT = """
SELECT round(extract(epoch FROM full_at) * 1000)::bigint FROM free_chips WHERE address = $1
"""

# Open tables to which the account has ever paid.  A snapshot that the log has overtaken tells no
# stack: `sits` is whether the player has a seat then, or nobody can tell.
PAID_TO = """
SELECT coalesce(kept.snapshot, '') AS snapshot, CASE WHEN kept.version < games.version THEN
           coalesce(seated_names(id) @> jsonb_build_array(jsonb_build_object('player', $3::text)),
                    true)
       END AS sits
FROM games LEFT JOIN game_snapshots AS kept ON kept.game_id = id
WHERE id IN (SELECT game_id FROM transfers WHERE source = $1)
  AND status <> 'closed' AND players > 0 AND id <> ALL ($2::text[])
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

TABLE_TOTALS = """
SELECT account, sum(bought_in)::bigint AS bought_in, sum(cashed_out)::bigint AS cashed_out
FROM (
    SELECT source AS account, amount AS bought_in, 0 AS cashed_out
    FROM transfers WHERE game_id = $1 AND seq <= $2 AND target = 'table:' || $1
    UNION ALL
    SELECT CASE reason WHEN 'rake' THEN 'rake' ELSE target END, 0, amount
    FROM transfers WHERE game_id = $1 AND seq <= $2 AND source = 'table:' || $1
) AS side
WHERE account > $3
GROUP BY account
ORDER BY account
LIMIT $4
"""
HAS_MOVED = "SELECT EXISTS (SELECT FROM transfers WHERE source = $1 AND game_id = $2)"

STATEMENTS = (
    *(ACCOUNT, OPEN_ACCOUNT, PAID_TO, REFILL, ADJUST, REQUESTED, FULL_AT, HISTORY),
    *(TABLE_TOTALS, HAS_MOVED),
)
NO_LIMIT = 2**63 - 1

Reader = Callable[[], AbstractAsyncContextManager["PoolConnectionProxy[asyncpg.Record]"]]


class PostgresAccounts:
    """`Accounts`; `reader` gives a connection and turns its errors into StoreUnavailable."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def open(
        self, player: PlayerId, grant: int, at_ms: int, allowance: Allowance | None = None
    ) -> Account:
        """Part of `Accounts`."""
        account = player_account(player)
        async with self._reader() as reader:
            row = await reader.fetchrow(ACCOUNT, account)
            if row is None:
                taken = _taken(allowance, grant)
                await retried(lambda: reader.execute(OPEN_ACCOUNT, account, grant, at_ms, *taken))
                row = await reader.fetchrow(ACCOUNT, account)
        if row is None:
            raise StoreUnavailable("an account has vanished that was there a moment ago")
        return Account(row["balance"], row["refilled_ms"], row["opened_ms"])

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
        async with self._reader() as reader:
            row = await reader.fetchrow(ACCOUNT, account)
            if row is None or row["balance"] >= min(to, below):
                return Refill(0, "due")
            if row["refilled_ms"] is not None and row["refilled_ms"] > due_ms:
                return Refill(0, "due")
            if besides is not None and await _is_at_table(reader, player, besides):
                return Refill(0, "at_table")
            chips: int = to - row["balance"]
            seen = row["balance"], row["refilled_ms"]
            taken = _taken(allowance, chips)
            given = await retried(
                lambda: reader.fetchval(REFILL, account, *seen, chips, at_ms, *taken)
            )
        if given is not None:
            return Refill(chips)
        if allowance is None or await self.allowed_ms(allowance, chips, at_ms) == at_ms:
            return Refill(0, "due")
        return Refill(0, "allowance")

    async def adjust(self, player: PlayerId, chips: int, at_ms: int, entry: AdminEntry) -> Adjusted:
        """Part of `Accounts`."""
        account, entries = player_account(player), written([entry])
        async with self._reader() as reader:
            balance, before = None, await reader.fetchrow(REQUESTED, entry.request)
            if before is None:
                try:
                    balance = await retried(
                        lambda: reader.fetchval(ADJUST, account, chips, at_ms, MAX_EXACT, entries)
                    )
                except asyncpg.UniqueViolationError:
                    # The same request at the same moment was quicker.
                    before = await reader.fetchrow(REQUESTED, entry.request)
            if balance is not None:
                return Adjusted("done", balance)
            if before is not None:
                is_same = before["arguments"] == entry.arguments
                return Adjusted("repeated" if is_same else "conflict", before["balance"])
            row = await reader.fetchrow(ACCOUNT, account)
        return not_adjusted(chips, None if row is None else row["balance"])

    async def allowed_ms(self, allowance: Allowance, chips: int, at_ms: int) -> int:
        """Part of `Accounts`."""
        async with self._reader() as reader:
            full_at_ms = await reader.fetchval(FULL_AT, allowance.address)
        return max(at_ms, (full_at_ms or 0) + allowance.cost_ms(chips) - ALLOWANCE_MS)

    async def history(self, player: PlayerId, before: int | None, limit: int) -> list[Booked]:
        """Part of `Accounts`."""
        last = NO_LIMIT if before is None else before
        async with self._reader() as reader:
            rows = await reader.fetch(HISTORY, player_account(player), last, limit)
        return [
            Booked(row["id"], row["at_ms"], row["reason"], row["amount"], row["game_id"])
            for row in rows
        ]

    async def table_totals(
        self, table: TableId, until_seq: int, after: str, limit: int
    ) -> list[TableTotal]:
        """Part of `Accounts`."""
        async with self._reader() as reader:
            return totals_in(await reader.fetch(TABLE_TOTALS, table, until_seq, after, limit))

    async def has_moved(self, table: TableId, player: PlayerId) -> bool:
        """Part of `Accounts`."""
        async with self._reader() as reader:
            return bool(await reader.fetchval(HAS_MOVED, player_account(player), table))


def totals_in(rows: "Iterable[asyncpg.Record]") -> list[TableTotal]:
    """The totals in the rows of `TABLE_TOTALS`."""
    return [TableTotal(row["account"], row["bought_in"], row["cashed_out"]) for row in rows]


def _taken(allowance: Allowance | None, chips: int) -> tuple[str | None, int, int]:
    """The arguments that take chips from an allowance; without one, nothing is taken."""
    if allowance is None:
        return None, 0, ALLOWANCE_MS
    return allowance.address, allowance.cost_ms(chips), ALLOWANCE_MS


async def _is_at_table(
    connection: "PoolConnectionProxy[asyncpg.Record]",
    player: PlayerId,
    besides: Collection[TableId],
) -> bool:
    """Whether the player may have chips at a stored table, apart from those of `besides`."""
    rows = await connection.fetch(PAID_TO, player_account(player), list(besides), player)
    return any(
        may_have_chips(row["snapshot"].encode(), player) if row["sits"] is None else row["sits"]
        for row in rows
    )
