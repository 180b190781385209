"""Claims tables for this server, and reads what it needs to play on.

Claims that wait at the same moment are made by one statement, so that they share its commit: those
that come while it runs are the next group.  No timer gathers them.  The snapshot and the log are
read after the epoch is raised, in a statement of their own.  By then no other server can add to
them, and a save that was in flight is visible.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from enum import Enum
from typing import Final, NamedTuple

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from pokerws.game.state import TableId
from pokerws.storage.errors import OwnedElsewhere, StoreUnavailable
from pokerws.storage.postgres import owners
from pokerws.storage.postgres.claiming import states
from pokerws.storage.postgres.lease import Tenure
from pokerws.storage.store import Claimed

# A table may be claimed if nobody holds it, or its holder has ended for certain: the server that it
# was given to, or else its owner.  One that this statement does not see yet counts as alive.  All
# else is about the owner, which has written last.
#
# An owner that ran ahead of the database, and did not stop in peace, may have shown cards that are
# not stored.  It is doubted until a successor saves the table.  The star is `store.SEEN`.
#
# The branch of the log goes on if the log has all that viewers may have seen: the last owner showed
# nothing before it was stored, or has stored all, and the database is no older copy of itself.  If
# the last owner is this one, nobody may have claimed the table in between without being registered.
# One that asks without an epoch has not played it since: it has claimed what another one left, and
# a player asks for the table before it is loaded.
# A new branch is numbered by the clock: an epoch may have been given before in what a copy lacks.
#
# Rows are locked in the order of their ids, so that two servers cannot wait for each other.
_CLAIM = """
WITH wanted AS MATERIALIZED ({wanted})
UPDATE games
SET epoch = greatest(epoch, wanted.above_epoch) + 1, owner_incarnation = $2, given_to = NULL,
    doubted_owners = CASE
        WHEN version < wanted.shown_seq THEN array_append(doubted_owners, '*')
        WHEN owner_incarnation <> $2 AND EXISTS (
            SELECT FROM owners
            WHERE owners.incarnation = games.owner_incarnation
              AND owners.runs_ahead IS NOT FALSE AND owners.ended_why <> 'stopped')
            THEN array_append(doubted_owners, owner_incarnation)
        ELSE doubted_owners END,
    branch = CASE
        WHEN version >= wanted.seen_seq AND epoch >= wanted.above_epoch
         AND doubted_owners IS NULL AND EXISTS (
            SELECT FROM owners
            WHERE owners.incarnation = games.owner_incarnation
              AND owners.timeline = (SELECT database_timeline())
              AND CASE owners.incarnation
                  WHEN $2 THEN epoch = wanted.above_epoch
                    OR (wanted.above_epoch = 0 AND owners.runs_ahead IS FALSE)
                  ELSE owners.runs_ahead IS FALSE OR owners.ended_why = 'stopped' END)
            THEN coalesce(branch, epoch)
        ELSE round(extract(epoch FROM now()) * 1000)::bigint END
FROM wanted
WHERE games.id = wanted.id AND status IN ('waiting', 'active')
  AND (coalesce(given_to, owner_incarnation) IS NULL
       OR coalesce(given_to, owner_incarnation) = $2 OR EXISTS (
      SELECT FROM owners
      WHERE owners.incarnation = coalesce(games.given_to, games.owner_incarnation)
        AND owners.ended_at IS NOT NULL))
RETURNING games.id, version, epoch, branch, coalesce(doubted_owners, '{{}}') AS doubted_owners,
          round(extract(epoch FROM updated_at) * 1000)::bigint AS saved_ms,
          players, hand_number, total_pot, chips
"""
_NAMED = """
    SELECT games.id, one.above_epoch, one.shown_seq, one.seen_seq
    FROM unnest($1::text[], $3::bigint[], $4::bigint[], $5::bigint[])
         AS one (id, above_epoch, shown_seq, seen_seq)
    JOIN games ON games.id = one.id
    ORDER BY games.id
    FOR NO KEY UPDATE OF games{skip}
"""
CLAIM = _CLAIM.format(wanted=_NAMED.format(skip=""))
# Of a group, a row that somebody else holds must not keep the others waiting.
CLAIM_FREE = _CLAIM.format(wanted=_NAMED.format(skip=" SKIP LOCKED"))

# A chunk of what these holders leave behind.  Other servers take theirs at the same moment.
_LEFT = """
    SELECT id, 0 AS above_epoch, 0 AS shown_seq, 0 AS seen_seq
    FROM games
    WHERE {which} AND coalesce(given_to, owner_incarnation) = ANY($1::text[])
      AND (given_to IS NOT NULL OR owner_incarnation <> $2)
    ORDER BY created_at, id
    LIMIT $3
    FOR NO KEY UPDATE SKIP LOCKED
"""
CLAIM_ACTIVE = _CLAIM.format(wanted=_LEFT.format(which="status = 'active'"))
CLAIM_SEATED = _CLAIM.format(wanted=_LEFT.format(which="status = 'waiting' AND players > 0"))

STATEMENTS = (CLAIM, CLAIM_FREE, CLAIM_ACTIVE, CLAIM_SEATED, *states.STATEMENTS)

# Tables that one statement claims for those that wait.
GROUP = 100
# An owner may end, or another server may claim the table, between two statements.
CLAIM_TRIES = 3

Reader = Callable[[], AbstractAsyncContextManager["PoolConnectionProxy[asyncpg.Record]"]]


class Wanted(NamedTuple):
    """A table to claim under an epoch above `above_epoch`.

    Its cards were shown up to `shown_seq`, and its other events up to `seen_seq`.
    """

    table: TableId
    above_epoch: int = 0
    shown_seq: int = 0
    seen_seq: int = 0


class _Alone(Enum):
    """The outcome for a table that needs statements of its own."""

    ALONE = "alone"


ALONE: Final = _Alone.ALONE
# None for a table that is not open.
Outcome = Claimed | OwnedElsewhere | _Alone | None


class Claims:
    """Claims tables for the owner of `tenure`, on connections of `reader`.

    Without a tenure, tables are claimed without an owner, and only those that have none.  Claimed
    tables whose log goes on after their row are added to `ahead`.
    """

    def __init__(self, reader: Reader, tenure: Tenure | None, ahead: set[TableId]) -> None:
        self._reader = reader
        self._ahead = ahead
        self._tenure = tenure
        self._waiting: list[tuple[Wanted, asyncio.Future[Outcome]]] = []
        # Makes the claims that wait, while there are any.
        self._task: asyncio.Task[None] | None = None

    async def claim(self, wanted: Wanted) -> Claimed | None:
        """Claim a table together with those that wait; None for one that is not open.

        Raises OwnedElsewhere, StoreUnavailable.
        """
        self._owner()
        outcome: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self._waiting.append((wanted, outcome))
        if self._task is None:
            self._task = asyncio.create_task(self._claim_waiting())
        match await outcome:
            case OwnedElsewhere() as owned:
                raise owned
            case _Alone():
                return await self._claim_alone(wanted)
            case claimed:
                return claimed

    async def claim_many(self, tables: Sequence[TableId]) -> dict[TableId, Claimed]:
        """Claim many tables, without those that cannot be claimed.  Raises StoreUnavailable."""
        async with self._reader() as reader:
            return await self._claim(reader, CLAIM, [Wanted(table) for table in tables])

    async def claim_left(
        self, holders: Sequence[str], limit: int, *, active: bool
    ) -> dict[TableId, Claimed]:
        """Claim up to `limit` tables that these ended servers held, or that were given to this one.

        With `active` those where a hand is in play or about to be; otherwise others with players.
        Raises StoreUnavailable.
        """
        statement = CLAIM_ACTIVE if active else CLAIM_SEATED
        async with self._reader() as reader:
            rows = await reader.fetch(statement, holders, self._owner(), limit)
            return await self._with_states(reader, rows)

    async def _claim_waiting(self) -> None:
        """Make the claims that wait, in groups, until there are none."""
        try:
            while group := self._next_group():
                try:
                    outcomes = await self._claim_group([wanted for wanted, _ in group.values()])
                except Exception as error:  # noqa: BLE001  Those who wait for the group report it.
                    for _, outcome in group.values():
                        _fail(outcome, error)
                else:
                    for table, (_, outcome) in group.items():
                        if not outcome.done():
                            outcome.set_result(outcomes[table])
        finally:
            self._task = None

    def _next_group(self) -> dict[TableId, tuple[Wanted, asyncio.Future[Outcome]]]:
        """Take claims from those that wait.  A table's second one comes with a later group."""
        group: dict[TableId, tuple[Wanted, asyncio.Future[Outcome]]] = {}
        later = []
        for wanted, outcome in self._waiting:
            if outcome.done():
                continue  # Its caller was cancelled.
            if len(group) < GROUP and wanted.table not in group:
                group[wanted.table] = (wanted, outcome)
            else:
                later.append((wanted, outcome))
        self._waiting = later
        return group

    async def _claim_group(self, group: Sequence[Wanted]) -> dict[TableId, Outcome]:
        owner = self._owner()
        async with self._reader() as reader:
            outcomes: dict[TableId, Outcome] = {**await self._claim(reader, CLAIM_FREE, group)}
            missed = [one.table for one in group if one.table not in outcomes]
            owned = await owners.owners_of(reader, missed) if missed else {}
        for table in missed:
            if table not in owned:
                outcomes[table] = None
            elif owned[table].incarnation != owner and owned[table].keeps(patient=self._patient):
                outcomes[table] = owned[table].refusal()
            else:
                # Somebody holds the row, or its owner is to be ended first.
                outcomes[table] = ALONE
        return outcomes

    async def _claim_alone(self, wanted: Wanted) -> Claimed | None:
        async with self._reader() as reader:
            for _ in range(CLAIM_TRIES):
                claimed = await self._claim(reader, CLAIM, [wanted])
                if claimed:
                    return claimed[wanted.table]
                own, patient, found = self._owner(), self._patient, self._count_dead
                if not await owners.free(
                    reader, wanted.table, own, patient=patient, found_dead=found
                ):
                    break
        return None

    async def _claim(
        self,
        reader: "PoolConnectionProxy[asyncpg.Record]",
        statement: str,
        wanted: Sequence[Wanted],
    ) -> dict[TableId, Claimed]:
        """Claim what can be claimed, and read the logs."""
        tables, above, shown, seen = zip(*wanted, strict=True) if wanted else ((), (), (), ())
        rows = await reader.fetch(statement, tables, self._owner(), above, shown, seen)
        return await self._with_states(reader, rows)

    async def _with_states(
        self, reader: "PoolConnectionProxy[asyncpg.Record]", rows: Sequence[asyncpg.Record]
    ) -> dict[TableId, Claimed]:
        if not rows:
            return {}
        claimed = {row["id"]: row for row in rows}
        found = await reader.fetch(states.STATES, list(claimed), states.MOST_ROWS)
        for state in found:
            if state["log_seq"] > claimed[state["id"]]["version"]:
                self._ahead.add(TableId(state["id"]))
        return {
            TableId(state["id"]): states.claimed(claimed[state["id"]], state) for state in found
        }

    def _owner(self) -> str | None:
        """The owner that claims.  Raises StoreUnavailable while it is not registered."""
        if self._tenure is None:
            return None
        if not self._tenure.is_registered:
            raise StoreUnavailable("this server has no lease yet")
        return self._tenure.id

    def _count_dead(self) -> None:
        if self._tenure is not None:
            self._tenure.count_dead()

    @property
    def _patient(self) -> bool:
        return self._tenure is None or self._tenure.is_patient


def _fail(outcome: "asyncio.Future[Outcome]", error: Exception) -> None:
    if outcome.done():
        return
    # Each caller gets an error of its own, since raising one adds to its traceback.
    own = StoreUnavailable(str(error)) if isinstance(error, StoreUnavailable) else error
    outcome.set_exception(own)
