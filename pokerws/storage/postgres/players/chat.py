"""Lines of chat in PostgreSQL.  The interface is in `storage/chat.py`."""

from collections.abc import Mapping, Sequence

from pokerws.game.state import TableId
from pokerws.storage.chat import MAX_TABLE_LINES, StoredLine
from pokerws.storage.errors import StoreUnavailable
from pokerws.storage.postgres.accounts import Reader
from pokerws.storage.postgres.connecting import REJECTED, rejected

ADD_LINES = """
WITH gone AS (
    DELETE FROM chat_lines
    USING unnest($9::text[], $10::bigint[]) AS oldest (game_id, number)
    WHERE chat_lines.game_id = oldest.game_id AND chat_lines.number < oldest.number
)
INSERT INTO chat_lines (game_id, number, player, name, text, at_ms, public_ms, public_hand)
SELECT *
FROM unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::text[],
            $6::bigint[], $7::bigint[], $8::bigint[])
ON CONFLICT DO NOTHING
"""

LINES = """
SELECT game_id, number, player, name, text, at_ms, public_ms, public_hand
FROM chat_lines
WHERE game_id = $1
ORDER BY number DESC
LIMIT $2
"""

ERASE_LINES = "DELETE FROM chat_lines WHERE game_id = ANY($1::text[])"

# Each step of the recursion finds the next table that has lines.
SWEEP_LINES = """
WITH RECURSIVE found AS (
    (SELECT game_id FROM chat_lines WHERE game_id > $1 ORDER BY game_id LIMIT 1)
    UNION ALL
    SELECT (SELECT game_id FROM chat_lines WHERE game_id > found.game_id ORDER BY game_id LIMIT 1)
    FROM found
    WHERE found.game_id IS NOT NULL
), page AS (
    SELECT game_id, EXISTS (
        SELECT FROM games WHERE id = found.game_id AND status = 'closed') AS is_closed
    FROM found
    WHERE game_id IS NOT NULL
    LIMIT $3
), gone AS (
    DELETE FROM chat_lines
    USING page
    WHERE chat_lines.game_id = page.game_id
      AND chat_lines.number < CASE WHEN is_closed THEN 9223372036854775807 ELSE $2 END
)
SELECT max(game_id) FROM page
"""

STATEMENTS = (ADD_LINES, LINES, ERASE_LINES, SWEEP_LINES)

# Tables that are swept in one transaction: up to 20,000 lines.
SWEPT_AT_ONCE = 100


class PostgresChat:
    """`StoredChat`; `reader` gives a connection and turns its errors into StoreUnavailable."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def add(self, lines: Sequence[StoredLine], oldest: Mapping[TableId, int]) -> None:
        """Part of `StoredChat`."""
        columns = [list(column) for column in zip(*lines, strict=True)]
        try:
            async with self._reader() as reader:
                await reader.execute(ADD_LINES, *columns, list(oldest), list(oldest.values()))
        except StoreUnavailable as error:
            if isinstance(error.__cause__, REJECTED):
                raise rejected(error.__cause__) from error
            raise

    async def of(self, table: TableId) -> list[StoredLine]:
        """Part of `StoredChat`."""
        async with self._reader() as reader:
            rows = await reader.fetch(LINES, table, MAX_TABLE_LINES)
        return [StoredLine(*row.values()) for row in reversed(rows)]

    async def erase(self, tables: Sequence[TableId]) -> None:
        """Part of `StoredChat`."""
        async with self._reader() as reader:
            await reader.execute(ERASE_LINES, tables)

    async def sweep(self, after: str, before_ms: int) -> str | None:
        """Part of `StoredChat`."""
        async with self._reader() as reader:
            last: str | None = await reader.fetchval(SWEEP_LINES, after, before_ms, SWEPT_AT_ONCE)
        return last
