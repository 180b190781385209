"""Connections of players in PostgreSQL.  The interface is in `storage/connections.py`."""

from collections.abc import Sequence

from pokerws.storage.connections import StoredConnection
from pokerws.storage.postgres.accounts import Reader

PUT_CONNECTIONS = """
INSERT INTO connections (id, player, address, began_at, ended_at)
SELECT id, player, address, to_timestamp(began_ms / 1000.0), to_timestamp(ended_ms / 1000.0)
FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::bigint[])
     AS one (id, player, address, began_ms, ended_ms)
ON CONFLICT (id) DO UPDATE SET ended_at = excluded.ended_at
WHERE excluded.ended_at IS NOT NULL
"""

SWEEP_CONNECTIONS = """
WITH gone AS (
    DELETE FROM connections
    WHERE id IN (
        SELECT id FROM connections
        WHERE began_at < to_timestamp($1 / 1000.0)
        ORDER BY began_at
        LIMIT $2
        FOR UPDATE SKIP LOCKED)
    RETURNING 1
)
SELECT count(*) FROM gone
"""

STATEMENTS = (PUT_CONNECTIONS, SWEEP_CONNECTIONS)


class PostgresConnections:
    """`StoredConnections`; `reader` turns errors of its connection into StoreUnavailable."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def put(self, connections: Sequence[StoredConnection]) -> None:
        """Part of `StoredConnections`."""
        columns = [list(column) for column in zip(*connections, strict=True)]
        async with self._reader() as reader:
            await reader.execute(PUT_CONNECTIONS, *columns)

    async def sweep(self, before_ms: int, limit: int) -> int:
        """Part of `StoredConnections`."""
        async with self._reader() as reader:
            gone: int = await reader.fetchval(SWEEP_CONNECTIONS, before_ms, limit)
        return gone
