"""Who owns the tables: registers, renews and ends the owners.

An owner that has ended never owns a table again, so that it is safe to claim its tables.  Ending
and renewing an owner change the same row, so of the two only one can happen.  All times are the
database's.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple

import asyncpg
import structlog
from asyncpg.pool import PoolConnectionProxy

from pokerws.game.state import TableId
from pokerws.storage.errors import OwnedElsewhere
from pokerws.storage.postgres.connecting import Connection
from pokerws.storage.postgres.processes import is_gone

# Registers an incarnation, or renews its lease; no row if it has ended.  An older copy of the
# database may not have the row yet.
RENEW = """
INSERT INTO owners (incarnation, node, process, started_at, lease_until, runs_ahead, timeline)
VALUES ($1, $2, $3, now(), now() + $4::integer * interval '1 millisecond', $5::boolean,
        database_timeline())
ON CONFLICT (incarnation) DO UPDATE SET lease_until = excluded.lease_until
WHERE owners.ended_at IS NULL
RETURNING incarnation
"""

# An owner without a row gets one, so that it cannot register later.
END_EXPIRED = """
INSERT INTO owners (incarnation, node, process, started_at, lease_until, ended_at, ended_why)
VALUES ($1, 'unknown', '', now(), now(), now(), 'lease over')
ON CONFLICT (incarnation) DO UPDATE SET ended_at = excluded.ended_at, ended_why = 'lease over'
WHERE owners.ended_at IS NULL AND owners.lease_until < now()
RETURNING node
"""

# Likewise all others, so many at a time.  Skipped are those that are renewed at this moment, which
# live, and those that another server is ending.  If the lease of this server is over too, it may be
# an older copy of the database, in which all are.
END_ALL_EXPIRED = """
UPDATE owners
SET ended_at = now(), ended_why = 'lease over'
WHERE incarnation IN (
    SELECT incarnation FROM owners
    WHERE ended_at IS NULL AND lease_until < now() AND incarnation <> $1
      AND EXISTS (SELECT FROM owners WHERE incarnation = $1 AND lease_until >= now())
    LIMIT $2
    FOR NO KEY UPDATE SKIP LOCKED)
RETURNING node
"""

# Whether a lease lasts.
LASTS = "SELECT lease_until >= now() FROM owners WHERE incarnation = $1"

END = """
UPDATE owners
SET ended_at = now(), ended_why = $2
WHERE incarnation = $1 AND ended_at IS NULL
RETURNING node
"""

OTHERS = """
SELECT incarnation, node, process
FROM owners
WHERE ended_at IS NULL AND incarnation <> $1
ORDER BY started_at
"""

OWNED = """
SELECT count(*) FROM games
WHERE coalesce(given_to, owner_incarnation) = $1 AND status IN ('waiting', 'active')
"""

OWNERS_OF = """
SELECT games.id, coalesce(given_to, owner_incarnation) AS incarnation,
       coalesce(owners.node, 'unknown') AS node,
       coalesce(owners.lease_until >= now() AND owners.ended_at IS NULL, false) AS is_alive
FROM games LEFT JOIN owners ON owners.incarnation = coalesce(given_to, owner_incarnation)
WHERE games.id = ANY($1::text[]) AND games.status IN ('waiting', 'active')
"""

# Rows of ended owners are kept for a while, for people who look at what happened.  Outside of a
# cluster, nobody ends those of killed servers without tables.
FORGET = """
DELETE FROM owners
WHERE coalesce(ended_at, lease_until) < now() - interval '30 days' AND NOT EXISTS (
    SELECT FROM games
    WHERE owners.incarnation IN (owner_incarnation, given_to) AND status <> 'closed')
"""

# Of these owners, those about which nobody will ask any more.  The open tables are read once.
SETTLED = """
SELECT incarnation
FROM owners
WHERE incarnation = ANY($1::text[])
  AND (ended_why = 'stopped' OR (ended_at IS NOT NULL AND incarnation NOT IN (
      SELECT DISTINCT named
      FROM games, unnest(array_append(doubted_owners, owner_incarnation)) AS named
      WHERE status <> 'closed' AND named IS NOT NULL)))
"""

# All servers that have not ended, with the number of open tables that they hold.
NODES = """
SELECT owners.node, incarnation, process, started_at,
       extract(epoch FROM lease_until - now())::double precision AS lease_left_s,
       (SELECT count(*) FROM games
        WHERE coalesce(given_to, owner_incarnation) = incarnation
          AND status IN ('waiting', 'active')) AS tables
FROM owners
WHERE ended_at IS NULL
ORDER BY owners.node, started_at
"""

STATEMENTS = (
    RENEW,
    END_EXPIRED,
    END_ALL_EXPIRED,
    LASTS,
    END,
    OTHERS,
    OWNED,
    OWNERS_OF,
    FORGET,
    SETTLED,
    NODES,
)

# Owners that one statement ends.
MOST_ENDED = 100

log = structlog.get_logger("pokerws.owners")


class OtherOwner(NamedTuple):
    """A server that owns `tables` open tables, and has a lease."""

    node: str
    tables: int


class Node(NamedTuple):
    """A server that has not ended.  Its lease is over if `lease_left_s` is negative."""

    node: str
    incarnation: str
    process: str
    started_at: datetime
    lease_left_s: float
    tables: int


class OwnerOf(NamedTuple):
    """Who holds an open table, if somebody does; it `is_alive` while its lease lasts.

    That is the server that the table was given to, or else its owner.
    """

    incarnation: str | None
    node: str
    is_alive: bool

    def keeps(self, *, patient: bool) -> bool:
        """Whether nobody else may have the table; `patient` gives more time to renew a lease."""
        return self.incarnation is not None and (self.is_alive or patient)

    def refusal(self) -> OwnedElsewhere:
        """What another server is told."""
        return OwnedElsewhere(self.node, self.incarnation, is_alive=self.is_alive)


async def owners_of(
    reader: "Connection | PoolConnectionProxy[asyncpg.Record]", tables: Sequence[TableId]
) -> dict[TableId, OwnerOf]:
    """The owners of these tables, without those that are not open."""
    rows = await reader.fetch(OWNERS_OF, tables)
    return {
        TableId(row["id"]): OwnerOf(row["incarnation"], row["node"], row["is_alive"])
        for row in rows
    }


async def nodes(reader: "Connection | PoolConnectionProxy[asyncpg.Record]") -> list[Node]:
    """All servers that have not ended, by name."""
    return [Node(*row.values()) for row in await reader.fetch(NODES)]


async def free(
    reader: "PoolConnectionProxy[asyncpg.Record]",
    table: TableId,
    own: str | None,
    *,
    patient: bool,
    found_dead: Callable[[], None],
) -> bool:
    """Try to make a table claimable by ending its owner; False for one that is not open.

    With `patient`, an owner whose lease is over gets more time, and also while that of `own` is
    over: see `END_ALL_EXPIRED`.  `found_dead` is called, here and below, for each owner that is
    ended.  Raises OwnedElsewhere.
    """
    owner = (await owners_of(reader, [table])).get(table)
    if owner is None:
        return False
    if not patient and not owner.is_alive:
        patient = not await reader.fetchval(LASTS, own)
    if owner.keeps(patient=patient):
        raise owner.refusal()
    if owner.incarnation is not None:
        # Nobody: it has ended already, or was renewed at this moment.
        node = await reader.fetchval(END_EXPIRED, owner.incarnation)
        if node is not None:
            _report_end(node, "lease over", found_dead)
    return True


async def end_gone(
    connection: Connection, own: str, *, is_alone: bool, found_dead: Callable[[], None]
) -> None:
    """End the owners whose processes are gone; all others, if this process is alone for certain."""
    for other in await connection.fetch(OTHERS, own):
        if not (is_alone or is_gone(other["process"])):
            continue
        if await connection.fetchval(END, other["incarnation"], "process gone") is not None:
            _report_end(other["node"], "process gone", found_dead)


async def end_expired(
    connection: "Connection | PoolConnectionProxy[asyncpg.Record]",
    own: str,
    *,
    found_dead: Callable[[], None],
) -> None:
    """End all owners whose lease is over, also those without tables."""
    ended = MOST_ENDED
    while ended == MOST_ENDED:
        rows = await connection.fetch(END_ALL_EXPIRED, own, MOST_ENDED)
        ended = len(rows)
        for row in rows:
            _report_end(row["node"], "lease over", found_dead)


def _report_end(node: str, reason: str, found_dead: Callable[[], None]) -> None:
    """Log that a dead owner was ended, and count it."""
    log.warning("owner_ended", node=node, reason=reason)
    found_dead()


async def settled(connection: Connection, incarnations: Sequence[str]) -> list[str]:
    """Of these owners, those that no table will be asked about any more."""
    rows = await connection.fetch(SETTLED, incarnations)
    return [row["incarnation"] for row in rows]


async def others(connection: Connection, own: str) -> list[OtherOwner]:
    """The owners that have not ended and own open tables, oldest first."""
    found = []
    for other in await connection.fetch(OTHERS, own):
        tables: int = await connection.fetchval(OWNED, other["incarnation"])
        if tables:
            found.append(OtherOwner(other["node"], tables))
    return found
