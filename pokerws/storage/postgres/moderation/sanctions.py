"""Sanctions in PostgreSQL.  The interface is in `storage/sanctions.py`."""

from collections.abc import Sequence

from pokerws.storage.admin_log import AdminEntry
from pokerws.storage.postgres.accounts import Reader
from pokerws.storage.postgres.moderation.entries import logged_by, written
from pokerws.storage.sanctions import MAX_SANCTIONS, Sanction, SanctionKey

IMPOSE = f"""
WITH expired AS (
    DELETE FROM sanctions
    WHERE (kind, target, table_id) IN (
        SELECT kind, target, table_id FROM sanctions
        WHERE until_at <= to_timestamp($8 / 1000.0)
          AND (kind, target, table_id) <> ($1, $2, $3)
        ORDER BY until_at
        LIMIT 10
        FOR UPDATE SKIP LOCKED)
), logged AS ({logged_by("$9")})
INSERT INTO sanctions (kind, target, table_id, until_at, since, imposed_by, reason)
VALUES ($1, $2, $3, to_timestamp($4 / 1000.0), to_timestamp($5 / 1000.0), $6, $7)
ON CONFLICT (kind, target, table_id) DO UPDATE
SET until_at = excluded.until_at, since = excluded.since, imposed_by = excluded.imposed_by,
    reason = excluded.reason
"""  # noqa: S608  constants alone

LIFT = f"""
WITH logged AS ({logged_by("$4")})
DELETE FROM sanctions WHERE kind = $1 AND target = $2 AND table_id = $3
"""  # noqa: S608  constants alone

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

    async def impose(
        self, sanction: Sanction, *, now_ms: int, entries: Sequence[AdminEntry] = ()
    ) -> None:
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
                written(entries),
            )

    async def lift(self, key: SanctionKey, *, entries: Sequence[AdminEntry] = ()) -> None:
        """Part of `Sanctions`."""
        async with self._reader() as reader:
            await reader.execute(LIFT, *key, written(entries))

    async def in_force(self, now_ms: int) -> list[Sanction]:
        """Part of `Sanctions`."""
        async with self._reader() as reader:
            rows = await reader.fetch(IN_FORCE, now_ms, MAX_SANCTIONS)
        return [Sanction(*row.values()) for row in rows]
