"""Names and ended sessions in PostgreSQL.  The interface is in `storage/names.py`."""

from pokerws.game.state import PlayerId
from pokerws.storage.postgres.accounts import Reader

# The function is in sql/0006_names.sql.  A call is one transaction, so a server that
# is stopped in the middle holds no locks.
CLAIM_NAME = """
SELECT claim_name($1, $2, $3, to_timestamp($4 / 1000.0), to_timestamp($5 / 1000.0))
"""

END_SESSION = """
WITH expired AS (
    DELETE FROM revoked_sessions
    WHERE sid IN (
        SELECT sid FROM revoked_sessions
        WHERE expires_at <= to_timestamp($2 / 1000.0) AND sid <> $1
        ORDER BY expires_at
        LIMIT 10
        FOR UPDATE SKIP LOCKED)
)
INSERT INTO revoked_sessions (sid, expires_at)
VALUES ($1, to_timestamp($3 / 1000.0))
ON CONFLICT (sid) DO UPDATE
SET expires_at = greatest(revoked_sessions.expires_at, excluded.expires_at)
"""

ENDED_SESSIONS = """
SELECT sid, round(extract(epoch FROM expires_at) * 1000)::bigint AS until_ms
FROM revoked_sessions
WHERE expires_at > to_timestamp($1 / 1000.0)
"""

STATEMENTS = (CLAIM_NAME, END_SESSION, ENDED_SESSIONS)


class PostgresNames:
    """`Names`; `reader` gives a connection and turns its errors into StoreUnavailable."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def claim(
        self, skeleton: str, player: PlayerId, name: str, *, now_ms: int, until_ms: int
    ) -> bool:
        """Part of `Names`."""
        async with self._reader() as reader:
            given = await reader.fetchval(CLAIM_NAME, skeleton, player, name, now_ms, until_ms)
        return bool(given)

    async def end_session(self, sid: str, *, now_ms: int, until_ms: int) -> None:
        """Part of `Names`."""
        async with self._reader() as reader:
            await reader.execute(END_SESSION, sid, now_ms, until_ms)

    async def ended_sessions(self, now_ms: int) -> dict[str, int]:
        """Part of `Names`."""
        async with self._reader() as reader:
            rows = await reader.fetch(ENDED_SESSIONS, now_ms)
        return {row["sid"]: row["until_ms"] for row in rows}
