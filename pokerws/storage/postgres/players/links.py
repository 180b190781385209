"""Links to other devices in PostgreSQL.  The interface is in `storage/links.py`."""

from pokerws.game.state import PlayerId
from pokerws.storage.links import StoredLink
from pokerws.storage.postgres.accounts import Reader

PUT_LINK = """
WITH expired AS (
    DELETE FROM session_links
    WHERE player IN (
        SELECT player FROM session_links
        WHERE expires_at <= to_timestamp($6 / 1000.0) AND player <> $1
        ORDER BY expires_at
        LIMIT 10
        FOR UPDATE SKIP LOCKED)
)
INSERT INTO session_links (player, digest, name, sid, keep, made_at, expires_at)
VALUES ($1, $2, $3, $4, $5, to_timestamp($6 / 1000.0), to_timestamp($7 / 1000.0))
ON CONFLICT (player) DO UPDATE
SET digest = excluded.digest, name = excluded.name, sid = excluded.sid, keep = excluded.keep,
    made_at = excluded.made_at, expires_at = excluded.expires_at
"""

TAKE_LINK = """
DELETE FROM session_links
WHERE digest = $1
RETURNING player, name, sid, keep, round(extract(epoch FROM made_at) * 1000)::bigint AS made_ms,
          round(extract(epoch FROM expires_at) * 1000)::bigint AS until_ms
"""

STATEMENTS = (PUT_LINK, TAKE_LINK)


class PostgresLinks:
    """`StoredLinks`; `reader` gives a connection and turns its errors into StoreUnavailable."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def put(self, digest: str, link: StoredLink) -> None:
        """Part of `StoredLinks`."""
        player, *rest = link
        async with self._reader() as reader:
            await reader.execute(PUT_LINK, player, digest, *rest)

    async def take(self, digest: str, now_ms: int) -> StoredLink | None:
        """Part of `StoredLinks`."""
        async with self._reader() as reader:
            row = await reader.fetchrow(TAKE_LINK, digest)
        if row is None or row["until_ms"] <= now_ms:
            return None
        player, *rest = row.values()
        return StoredLink(PlayerId(player), *rest)
