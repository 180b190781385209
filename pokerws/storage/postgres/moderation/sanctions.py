"""Sanctions in PostgreSQL.  The interface is in `storage/sanctions.py`."""

from pokerws.storage.postgres.accounts import Reader
from pokerws.storage.sanctions import MAX_SANCTIONS, Sanction, SanctionKey

IMPOSE = """
WITH expired AS (
    DELETE FROM sanctions
    WHERE (kind, target, table_id) IN (
        SELECT kind, target, table_id FROM sanctions
        WHERE until_at <= to_timestamp($8 / 1000.0)
          AND (kind, target, table_id) <> ($1, $2, $3)
        ORDER BY until_at
        LIMIT 10
        FOR UPDATE SKIP LOCKED)
)
INSERT INTO sanctions (kind, target, table_id, until_at, since, imposed_by, reason)
VALUES ($1, $2, $3, to_timestamp($4 / 1000.0), to_timestamp($5 / 1000.0), $6, $7)
ON CONFLICT (kind, target, table_id) DO UPDATE
SET until_at = excluded.until_at, since = excluded.since, imposed_by = excluded.imposed_by,
    reason = excluded.reason
"""

LIFT = "DELETE FROM sanctions WHERE kind = $1 AND target = $2 AND table_id = $3"

IN_FORCE = """
SELECT kind, target, round(extract(epoch FROM until_at) * 1000)::bigint AS until_ms,
       round(extract(epoch FROM since) * 1000)::bigint AS at_ms, imposed_by, reason, table_id
FROM sanctions
WHERE until_at > to_timestamp($1 / 1000.0)
ORDER BY since DESC
LIMIT $2
"""

STATEMENTS = (IMPOSE, LIFT, IN_FORCE)


class PostgresSanctions:
    """`Sanctions`; `reader` gives a connection and turns its errors into StoreUnavailable."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def impose(self, sanction: Sanction, *, now_ms: int) -> None:
        """Part of `Sanctions`."""
        async with self._reader() as reader:
            await reader.execute(
                IMPOSE,
                *sanction.key,
                sanction.until_ms,
                sanction.at_ms,
                sanction.by,
                sanction.reason,
                now_ms,
            )

    async def lift(self, key: SanctionKey) -> None:
        """Part of `Sanctions`."""
        async with self._reader() as reader:
            await reader.execute(LIFT, *key)

    async def in_force(self, now_ms: int) -> list[Sanction]:
        """Part of `Sanctions`."""
        async with self._reader() as reader:
            rows = await reader.fetch(IN_FORCE, now_ms, MAX_SANCTIONS)
        return [Sanction(*row.values()) for row in rows]
