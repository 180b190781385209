"""Gives a table to another server, and finds the tables that servers have left behind.

Giving changes neither owner nor epoch, so the branch of the log goes on.  A late write of the giver
is a valid one until the other server claims the table, which reads it; after that the epoch keeps
it out.
"""

from collections.abc import Sequence
from typing import NamedTuple

from pokerws.game.state import TableId, TableStatus
from pokerws.storage.errors import StoreUnavailable
from pokerws.storage.postgres import owners
from pokerws.storage.postgres.claiming.claims import Claims, Reader
from pokerws.storage.postgres.lease import Tenure
from pokerws.storage.store import Claimed, Position

# Doing it twice changes nothing.  The taker may be ended at the same moment.  Its row is not locked
# against that: to give many tables would keep the lease from being renewed.  Those who look for the
# tables of an ended server do so for longer than this statement may take.
GIVE = """
UPDATE games
SET given_to = $5
WHERE id = $1 AND version = $2 AND epoch = $3 AND owner_incarnation = $4
  AND status IN ('waiting', 'active') AND (given_to IS NULL OR given_to = $5)
  AND EXISTS (SELECT FROM owners WHERE incarnation = $5 AND ended_at IS NULL)
RETURNING id
"""

ENDED = """
SELECT incarnation, ended_at < now() - interval '10 seconds' AS is_settled
FROM owners
WHERE ended_at IS NOT NULL AND incarnation <> ALL ($1::text[])
"""

# Servers ask twice a minute.
HAVE_ENDED = """
SELECT incarnation FROM owners
WHERE ended_at IS NOT NULL
  AND (incarnation = ANY($1::text[]) OR ended_at > now() - interval '2 minutes')
"""

LEFT = """
SELECT DISTINCT coalesce(given_to, owner_incarnation)
FROM games
WHERE status IN ('waiting', 'active') AND (status = 'active' OR players > 0)
  AND coalesce(given_to, owner_incarnation) = ANY($1::text[])
"""

LISTED = """
SELECT id, status, players, hand_number
FROM games
WHERE id = ANY($1::text[]) AND status IN ('waiting', 'active')
"""

# The lease that ends next, of the others.
NEXT_END = """
SELECT extract(epoch FROM min(lease_until) - now())::double precision
FROM owners
WHERE ended_at IS NULL AND incarnation <> $1
"""

IS_GIVEN = "SELECT EXISTS (SELECT FROM games WHERE given_to = $1 AND status <> 'closed')"

STATEMENTS = (GIVE, ENDED, HAVE_ENDED, LEFT, LISTED, NEXT_END, IS_GIVEN)


class Holder(NamedTuple):
    """Who holds a table; it `is_alive` while its lease lasts.  `node` is for people."""

    node: str
    incarnation: str
    is_alive: bool


class Listed(NamedTuple):
    """What lists show of an open table, and is stored."""

    status: TableStatus
    players: int
    hand_number: int


class Giving:
    """Gives tables of the owner of `tenure` away, and claims what others have left behind."""

    def __init__(self, reader: Reader, tenure: Tenure | None, claims: Claims) -> None:
        self._reader = reader
        self._tenure = tenure
        self._claims = claims
        # Ended owners that hold no table which has to be claimed without being asked for.
        self._settled: set[str] = set()
        # Whether a table was given to this server that it had not claimed at the last look.
        self._was_given = False

    async def give(self, table: TableId, at: Position, taker: str) -> bool:
        """Give an own table, `at` this position, to a living server.

        Returns False if it is not at that position, the other server has ended, or it was given to
        a third one.  Raises StoreUnavailable; then it may have been given.
        """
        own = None if self._tenure is None else self._tenure.id
        async with self._reader() as reader:
            given = await reader.fetchval(GIVE, table, at.version, at.epoch, own, taker)
        return given is not None

    async def holder(self, table: TableId) -> Holder | None:
        """Who holds an open table; None if nobody does.  Raises StoreUnavailable."""
        async with self._reader() as reader:
            found = (await owners.owners_of(reader, [table])).get(table)
        if found is None or found.incarnation is None:
            return None
        return Holder(found.node, found.incarnation, found.is_alive)

    async def listed(self, tables: Sequence[TableId]) -> dict[TableId, Listed]:
        """Those of these tables that are open.  Raises StoreUnavailable."""
        async with self._reader() as reader:
            rows = await reader.fetch(LISTED, tables)
        return {
            TableId(row["id"]): Listed(row["status"], row["players"], row["hand_number"])
            for row in rows
        }

    async def ended(self, incarnations: Sequence[str]) -> list[str]:
        """Those of these servers that have ended for certain, and others that did lately.

        Raises StoreUnavailable.
        """
        async with self._reader() as reader:
            rows = await reader.fetch(HAVE_ENDED, incarnations)
        return [row["incarnation"] for row in rows]

    async def nodes(self) -> list[owners.Node]:
        """All servers that have not ended, by name.  Raises StoreUnavailable."""
        async with self._reader() as reader:
            return await owners.nodes(reader)

    async def holders_gone(self) -> list[str]:
        """End the owners whose lease is over; returns those that have left tables behind.

        This server is among them if it was given tables that it has not claimed by the next look.
        While the database may have been away for the others too, nobody is ended.  Raises
        StoreUnavailable.
        """
        tenure = self._tenure
        if tenure is None or not tenure.is_registered:
            raise StoreUnavailable("this server has no lease yet")
        own = tenure.id
        async with self._reader() as reader:
            if not tenure.is_patient:
                await owners.end_expired(reader, own, found_dead=tenure.count_dead)
            ended = await reader.fetch(ENDED, list(self._settled))
            found: list[str] = []
            if ended:
                names = [row["incarnation"] for row in ended]
                found = [row[0] for row in await reader.fetch(LEFT, names)]
            is_given: bool = await reader.fetchval(IS_GIVEN, own)
        # The first time, somebody may just be loading it.
        if is_given and self._was_given:
            found.append(own)
        self._was_given = is_given
        # What was written or given while the server was ended may come a little later.
        self._settled |= {
            row["incarnation"]
            for row in ended
            if row["is_settled"] and row["incarnation"] not in found
        }
        return found

    async def next_end_s(self) -> float | None:
        """How long until the next lease of another server ends, unless that is renewed.

        None if there are no others; negative if it has ended.  Raises StoreUnavailable.
        """
        own = None if self._tenure is None else self._tenure.id
        async with self._reader() as reader:
            left_s: float | None = await reader.fetchval(NEXT_END, own)
        return left_s

    async def claim_left(
        self, holders: list[str], limit: int, *, active: bool
    ) -> dict[TableId, Claimed]:
        """Claim up to `limit` of the tables that these have left behind; see `Claims`."""
        return await self._claims.claim_left(holders, limit, active=active)
