"""Who owns the tables: claims tables; registers, renews and ends the owners.

An owner that has ended never owns a table again, so that it is safe to claim its tables.  Ending
and renewing an owner change the same row, so of the two only one can happen.  All times are the
database's.
"""

from collections.abc import Sequence
from typing import NamedTuple

import asyncpg
import structlog
from asyncpg.pool import PoolConnectionProxy

from pokerws.storage.errors import OwnedElsewhere
from pokerws.storage.postgres.connecting import Connection
from pokerws.storage.postgres.processes import is_gone

# A table may be claimed if nobody owns it, or its owner has ended for certain.  An owner that this
# statement does not see yet counts as alive.
#
# An owner that ran ahead of the database, and did not stop in peace, may have shown cards that are
# not stored.  It is doubted until a successor saves the table.  The star is `store.SEEN`.
CLAIM = """
UPDATE games
SET epoch = greatest(epoch, $3::bigint) + 1, owner_incarnation = $2,
    doubted_owners = CASE
        WHEN version < $4::bigint THEN array_append(doubted_owners, '*')
        WHEN owner_incarnation <> $2 AND EXISTS (
            SELECT FROM owners
            WHERE owners.incarnation = games.owner_incarnation
              AND owners.runs_ahead IS NOT FALSE AND owners.ended_why <> 'stopped')
            THEN array_append(doubted_owners, owner_incarnation)
        ELSE doubted_owners END
WHERE id = $1 AND status IN ('waiting', 'active')
  AND (owner_incarnation IS NULL OR owner_incarnation = $2 OR EXISTS (
      SELECT FROM owners
      WHERE owners.incarnation = games.owner_incarnation AND owners.ended_at IS NOT NULL))
RETURNING version, epoch, coalesce(doubted_owners, '{}') AS doubted_owners,
          round(extract(epoch FROM updated_at) * 1000)::bigint AS saved_ms
"""

CLAIM_MANY = """
UPDATE games
SET epoch = epoch + 1, owner_incarnation = $2,
    doubted_owners = CASE
        WHEN owner_incarnation <> $2 AND EXISTS (
            SELECT FROM owners
            WHERE owners.incarnation = games.owner_incarnation
              AND owners.runs_ahead IS NOT FALSE AND owners.ended_why <> 'stopped')
            THEN array_append(doubted_owners, owner_incarnation)
        ELSE doubted_owners END
WHERE id = ANY($1::text[]) AND status IN ('waiting', 'active')
  AND (owner_incarnation IS NULL OR owner_incarnation = $2 OR EXISTS (
      SELECT FROM owners
      WHERE owners.incarnation = games.owner_incarnation AND owners.ended_at IS NOT NULL))
RETURNING id, version, epoch, coalesce(doubted_owners, '{}') AS doubted_owners,
          round(extract(epoch FROM updated_at) * 1000)::bigint AS saved_ms
"""

# Registers an incarnation, or renews its lease; no row if it has ended.  An older copy of the
# database may not have the row yet.
RENEW = """
INSERT INTO owners (incarnation, node, process, started_at, lease_until, runs_ahead)
VALUES ($1, $2, $3, now(), now() + $4::integer * interval '1 millisecond', $5::boolean)
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

END = """
UPDATE owners
SET ended_at = now(), ended_why = $2
WHERE incarnation = $1 AND ended_at IS NULL
RETURNING node
"""

OTHERS = """
SELECT incarnation, node, process, started_at, lease_until, lease_until < now() AS is_expired
FROM owners
WHERE ended_at IS NULL AND incarnation <> $1
ORDER BY started_at
"""

OWNED = """
SELECT count(*) FROM games WHERE owner_incarnation = $1 AND status IN ('waiting', 'active')
"""

OWNER_OF = """
SELECT games.owner_incarnation AS incarnation, coalesce(owners.node, 'unknown') AS node,
       coalesce(owners.lease_until >= now(), false) AS is_alive
FROM games LEFT JOIN owners ON owners.incarnation = games.owner_incarnation
WHERE games.id = $1 AND games.status IN ('waiting', 'active')
"""

# Rows of ended owners are kept for a while, for people who look at what happened.
FORGET = """
DELETE FROM owners
WHERE ended_at < now() - interval '30 days' AND NOT EXISTS (
    SELECT FROM games
    WHERE owner_incarnation = owners.incarnation AND status <> 'closed')
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

STATEMENTS = (CLAIM, CLAIM_MANY, RENEW, END_EXPIRED, END, OTHERS, OWNED, OWNER_OF, FORGET, SETTLED)

log = structlog.get_logger("pokerws.owners")


class OtherOwner(NamedTuple):
    """A server that owns `tables` open tables, and has a lease."""

    node: str
    tables: int


async def free(reader: "PoolConnectionProxy[asyncpg.Record]", table: str, *, patient: bool) -> bool:
    """Try to make a table claimable by ending its owner; False for one that is not open.

    With `patient`, an owner whose lease is over gets more time.  Raises OwnedElsewhere.
    """
    owner = await reader.fetchrow(OWNER_OF, table)
    if owner is None:
        return False
    if owner["incarnation"] is not None and (owner["is_alive"] or patient):
        raise OwnedElsewhere(owner["node"], is_alive=owner["is_alive"])
    if owner["incarnation"] is not None:
        # Nobody: it has ended already, or was renewed at this moment.
        node = await reader.fetchval(END_EXPIRED, owner["incarnation"])
        if node is not None:
            log.warning("owner_ended", node=node, reason="lease over")
    return True


async def end_gone(connection: Connection, own: str, *, is_alone: bool) -> None:
    """End the owners whose processes are gone; all others, if this process is alone for certain."""
    for other in await connection.fetch(OTHERS, own):
        if not (is_alone or is_gone(other["process"])):
            continue
        if await connection.fetchval(END, other["incarnation"], "process gone") is not None:
            log.info("owner_ended", node=other["node"], reason="process gone")


async def end_expired(connection: Connection, own: str) -> None:
    """End all owners whose lease is over."""
    for other in await connection.fetch(OTHERS, own):
        if not other["is_expired"]:
            continue
        if await connection.fetchval(END_EXPIRED, other["incarnation"]) is not None:
            log.warning("owner_ended", node=other["node"], reason="lease over")


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
