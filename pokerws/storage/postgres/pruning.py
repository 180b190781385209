"""Deletes games that were closed before a time, with their transfers and events.

Each step is one short transaction, so a prune may be interrupted, and may run beside a server.  A
game's row and its transfers go together; the rows of an account that go are replaced by one, their
sum.  So balances still equal the ledger, and no balance is touched.  The events go afterwards, a
part at a time; `pruned_logs` lists the games whose events are left.
docs/decisions/0030-closed-games.md has the reasons.
"""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from pokerws.game.counted import counted
from pokerws.storage.errors import PruneBusy
from pokerws.storage.postgres.connecting import Connection

if TYPE_CHECKING:
    import asyncpg
    from asyncpg.pool import PoolConnectionProxy

# The operator's connection is read only, except in these transactions.
WRITABLE = "SET TRANSACTION READ WRITE"
# For this transaction: all look-ups are by index, whatever the statistics say.
BY_INDEX = """
SELECT set_config('enable_seqscan', 'off', true), set_config('enable_hashjoin', 'off', true),
       set_config('enable_mergejoin', 'off', true), set_config('jit', 'off', true)
"""
LOCK = "SELECT pg_try_advisory_xact_lock(5052081504)"

# A game closes after it was created, so the index on `created_at` finds all of them.  It may not be
# on `updated_at`, which every save changes.
DUE = """
SELECT id, created_at
FROM games
WHERE status = 'closed' AND created_at < $1 AND updated_at < $1 AND (created_at, id) > ($2, $3)
ORDER BY created_at, id
LIMIT $4
"""

# An operator may be changing a row: it is left for another time.
HOLD = """
SELECT id, chips, balance
FROM games
WHERE id = ANY($1::text[]) AND status = 'closed' AND updated_at < $2
FOR UPDATE SKIP LOCKED
"""

BOOKED = """
SELECT game_id,
       sum(CASE WHEN target = 'table:' || game_id THEN amount ELSE -amount END)::bigint AS chips
FROM transfers
WHERE game_id = ANY($1::text[])
GROUP BY game_id
"""

# A player's row gets the id of the newest row that it replaces, and so its place in the history.
# The house is on the other side: it pays what all tables of the batch have paid, which is nothing,
# and takes back what it has granted.
CARRY = """
WITH gone AS (
    DELETE FROM transfers
    WHERE game_id = ANY($1::text[])
    RETURNING id, at, source, target, amount
), players AS (
    SELECT account, max(id) AS id
    FROM (SELECT source AS account, id FROM gone UNION ALL SELECT target, id FROM gone) AS side
    WHERE account LIKE 'player:%'
    GROUP BY account
), carried AS (
    DELETE FROM transfers
    USING players
    WHERE transfers.reason = 'carried'
      AND (CASE transfers.source WHEN 'house' THEN transfers.target ELSE transfers.source END)
          = players.account
    RETURNING transfers.id, transfers.at, transfers.source, transfers.target, transfers.amount
), granted AS (
    DELETE FROM transfers
    USING players
    WHERE transfers.target = players.account AND transfers.id < players.id
      AND transfers.reason IN ('grant', 'refill') AND transfers.at < $2
    RETURNING transfers.id, transfers.at, transfers.source, transfers.target, transfers.amount
), folded AS (
    TABLE gone UNION ALL TABLE carried UNION ALL TABLE granted
), sums AS (
    SELECT account, max(id) AS id, max(at) AS at, sum(amount)::bigint AS amount
    FROM (
        SELECT source AS account, id, at, -amount AS amount FROM folded
        UNION ALL
        SELECT target, id, at, amount FROM folded
    ) AS side
    WHERE account LIKE 'player:%'
    GROUP BY account
), booked AS (
    INSERT INTO transfers (id, at, reason, source, target, amount)
    OVERRIDING SYSTEM VALUE
    SELECT id, at, 'carried', CASE WHEN amount > 0 THEN 'house' ELSE account END,
           CASE WHEN amount > 0 THEN account ELSE 'house' END, abs(amount)
    FROM sums
    WHERE amount <> 0
)
SELECT count(*) FROM folded
"""

BEGIN_LOGS = "INSERT INTO pruned_logs (game_id, pruned_at) SELECT unnest($1::text[]), now()"
DELETE_GAMES = "DELETE FROM games WHERE id = ANY($1::text[])"

LOGS = "SELECT game_id FROM pruned_logs ORDER BY game_id LIMIT 1"
DELETE_EVENTS = """
WITH gone AS (
    DELETE FROM game_log
    WHERE game_id = $1
      AND seq <= (SELECT max(seq) FROM (
          SELECT seq FROM game_log WHERE game_id = $1 ORDER BY seq LIMIT $2) AS part)
    RETURNING events
)
SELECT count(*) AS rows, coalesce(sum(events), 0)::bigint AS events FROM gone
"""
END_LOG = "DELETE FROM pruned_logs WHERE game_id = $1"

STATEMENTS = (
    BY_INDEX,
    LOCK,
    DUE,
    HOLD,
    BOOKED,
    CARRY,
    BEGIN_LOGS,
    DELETE_GAMES,
    LOGS,
    DELETE_EVENTS,
    END_LOG,
)

# What one transaction deletes at most: some 50 ms of work.
GAMES_A_STEP = 20
ROWS_A_STEP = 5_000

AnyConnection: TypeAlias = "Connection | PoolConnectionProxy[asyncpg.Record]"
# Keeps a game's hands before it goes; returns why it must stay, or nothing.
Keep = Callable[[str], Awaitable[str]]


class LeftAlone(NamedTuple):
    """A game that is not deleted, and why."""

    game: str
    reason: str


async def _keep_nothing(_game: str) -> str:
    return ""


class Pruning:
    """One prune of the games closed before a time; `step` until it returns False.

    `games`, `transfers` and `events` count what was deleted so far; `left_alone` lists games whose
    chips do not add up, or that `keep` could not keep.
    """

    def __init__(self, before: datetime, keep: Keep = _keep_nothing) -> None:
        self.before = before
        self.games = self.transfers = self.events = 0
        self.left_alone: list[LeftAlone] = []
        self._keep = keep
        # The last game seen, so that those left alone are not seen again.
        self._after = (datetime.min.replace(tzinfo=UTC), "")

    async def step(self, connection: AnyConnection) -> bool:
        """Delete a part; returns whether more may be left.  Raises PruneBusy."""
        if await self._delete_events(connection):
            return True
        due = await connection.fetch(DUE, self.before, *self._after, GAMES_A_STEP)
        games = [row["id"] for row in due if await self._is_kept(row["id"])]
        if games:
            await self._delete_games(connection, games)
        if due:
            self._after = (due[-1]["created_at"], due[-1]["id"])
        return bool(due)

    async def _is_kept(self, game: str) -> bool:
        reason = await self._keep(game)
        if reason:
            self.left_alone.append(LeftAlone(game, reason))
        return not reason

    async def _delete_games(self, connection: AnyConnection, games: Sequence[str]) -> None:
        async with _transaction(connection):
            await _begin(connection)
            held = await connection.fetch(HOLD, games, self.before)
            sums = await connection.fetch(BOOKED, [row["id"] for row in held])
            booked: dict[str, int] = {row["game_id"]: row["chips"] for row in sums}
            sound = []
            for game, chips, balance in held:
                if chips or balance:
                    held_chips = counted(balance, "chip")
                    reason = f"it holds {held_chips}: quarantine it, and refund them with repair"
                    self.left_alone.append(LeftAlone(game, reason))
                elif booked.get(game):
                    reason = "its chips do not equal the ledger: see verify --game"
                    self.left_alone.append(LeftAlone(game, reason))
                else:
                    sound.append(game)
            transfers = await connection.fetchval(CARRY, sound, self.before)
            await connection.execute(BEGIN_LOGS, sound)
            await connection.execute(DELETE_GAMES, sound)
        self.games += len(sound)
        self.transfers += transfers

    async def _delete_events(self, connection: AnyConnection) -> bool:
        """Delete a part of a pruned game's events; returns False if there is no such game."""
        game = await connection.fetchval(LOGS)
        if game is None:
            return False
        async with _transaction(connection):
            await _begin(connection)
            [deleted] = await connection.fetch(DELETE_EVENTS, game, ROWS_A_STEP)
            if deleted["rows"] < ROWS_A_STEP:
                await connection.execute(END_LOG, game)
        self.events += deleted["events"]
        return True


def _transaction(connection: AnyConnection) -> AbstractAsyncContextManager[None]:
    transaction: AbstractAsyncContextManager[None] = connection.transaction()
    return transaction


async def _begin(connection: AnyConnection) -> None:
    await connection.execute(WRITABLE)
    await connection.execute(BY_INDEX)
    if not await connection.fetchval(LOCK):
        raise PruneBusy("another prune is running: wait until it is done")
