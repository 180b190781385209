"""The statements that find finished hands: in the log backwards, and by player.

Everything is found by existing indexes: those of the ledger's two sides, and the log's key.
docs/decisions/0048-lists-of-hands.md has the reasons and the costs.
"""

from collections.abc import Collection

from pokerws.game.state import PlayerId, TableId
from pokerws.storage.accounts import player_account
from pokerws.storage.hand_index import Search, Visit
from pokerws.storage.postgres.accounts import Reader
from pokerws.storage.postgres.log_rows import PART_PAYLOAD, PART_SEQ, PART_TYPE, PARTS
from pokerws.storage.store import EventRow

# Payloads are most of the bytes, and half of the events are not needed to sum up a hand.
EVENTS_BEFORE = f"""
SELECT event.seq, hand_number, kind AS type,
       CASE WHEN kind = ANY($4::text[]) THEN told ELSE '' END AS payload,
       round(extract(epoch FROM at) * 1000)::bigint AS at_ms
FROM (
    (SELECT * FROM game_log WHERE game_id = $1 AND seq >= $2 ORDER BY seq LIMIT 1)
    UNION ALL
    (SELECT * FROM game_log
     WHERE game_id = $1 AND seq < $2 AND seq > $5 ORDER BY seq DESC LIMIT $3)
) AS log, LATERAL (
    SELECT {PART_SEQ} AS seq, {PART_TYPE} AS kind, {PART_PAYLOAD} AS told FROM {PARTS}
) AS event
WHERE event.seq < $2 AND event.seq > $5
ORDER BY event.seq DESC
LIMIT $3
"""  # noqa: S608  constants alone

# A binary search, since the log has no index by time, and the times of a table grow with the seq.
SEQ_AT = """
WITH RECURSIVE search (low, high) AS (
    SELECT $2::bigint, $3::bigint
    UNION ALL
    SELECT CASE WHEN event.at <= to_timestamp($4 / 1000.0) THEN least(event.seq, high) ELSE low END,
           CASE WHEN event.at <= to_timestamp($4 / 1000.0) THEN high ELSE (low + high) / 2 END
    FROM search
    LEFT JOIN LATERAL (
        SELECT seq, at FROM game_log
        WHERE game_id = $1 AND seq > (low + high) / 2
        ORDER BY seq
        LIMIT 1
    ) AS event ON true
    WHERE low < high
)
SELECT low FROM search WHERE low >= high LIMIT 1
"""

# The row after a buy-in at the same table tells how the visit ended: by a cash-out or a refund, or
# before the next buy-in.  Visits that are newer than $2 are left out, those that end later count as
# if they ended then.
VISITS = """
WITH moves AS (
    SELECT game_id, seq, at, true AS sat
    FROM transfers
    WHERE source = $1 AND reason = 'buy_in' AND ($3::text IS NULL OR game_id = $3)
    UNION ALL
    SELECT game_id, seq, at, false
    FROM transfers
    WHERE target = $1 AND reason IN ('cash_out', 'refund') AND ($3::text IS NULL OR game_id = $3)
), visits AS (
    SELECT game_id, seq AS from_seq, at AS from_at, sat,
           lead(seq) OVER later AS next_seq, lead(at) OVER later AS next_at,
           lead(sat) OVER later AS next_sat
    FROM moves
    WINDOW later AS (PARTITION BY game_id ORDER BY seq)
)
SELECT game_id, from_seq, round(extract(epoch FROM from_at) * 1000)::bigint AS from_ms,
       coalesce(next_seq, closed.version) AS until_seq,
       round(extract(epoch FROM coalesce(next_at, closed.updated_at)) * 1000)::bigint AS until_ms,
       coalesce(NOT next_sat, false) AS is_exact
FROM visits
LEFT JOIN games AS closed ON closed.id = game_id AND closed.status = 'closed' AND next_seq IS NULL
WHERE sat AND from_at < to_timestamp($2 / 1000.0)
ORDER BY least(coalesce(next_at, closed.updated_at), to_timestamp($2 / 1000.0)) DESC, from_at DESC
LIMIT $4
"""

STOOD = f"""
SELECT max(seq) AS scanned_seq, count(*) AS scanned,
       min(seq) FILTER (WHERE is_it) AS stood_seq,
       round(extract(epoch FROM min(at) FILTER (WHERE is_it)) * 1000)::bigint AS stood_ms
FROM (
    SELECT {PART_SEQ} AS seq, at,
           CASE WHEN {PART_TYPE} = 'player_stood' THEN ({PART_PAYLOAD})::jsonb ->> 'player' = $3
                ELSE false END AS is_it
    FROM (SELECT * FROM game_log WHERE game_id = $1 AND seq > $2 ORDER BY seq LIMIT $4) AS log,
         {PARTS}
    WHERE {PART_SEQ} > $2
    ORDER BY 1
    LIMIT $4
) AS event
"""  # noqa: S608  constants alone

STATEMENTS = (EVENTS_BEFORE, SEQ_AT, VISITS, STOOD)


class PostgresHandIndex:
    """`HandIndex`; `reader` gives a connection and turns its errors into StoreUnavailable."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def events_before(
        self, table: TableId, seq: int, after_seq: int, limit: int, types: Collection[str]
    ) -> list[EventRow]:
        """Part of `HandIndex`."""
        async with self._reader() as reader:
            rows = await reader.fetch(EVENTS_BEFORE, table, seq, limit, list(types), after_seq)
        return [
            EventRow(
                row["seq"], row["hand_number"], row["type"], row["payload"].encode(), row["at_ms"]
            )
            for row in rows
        ]

    async def seq_at(self, table: TableId, from_seq: int, until_seq: int, at_ms: int) -> int:
        """Part of `HandIndex`."""
        async with self._reader() as reader:
            seq: int = await reader.fetchval(SEQ_AT, table, from_seq, until_seq, at_ms)
        return seq

    async def visits(
        self, player: PlayerId, before_ms: int, limit: int, table: TableId | None = None
    ) -> list[Visit]:
        """Part of `HandIndex`."""
        async with self._reader() as reader:
            rows = await reader.fetch(VISITS, player_account(player), before_ms, table, limit)
        return [
            Visit(
                table=TableId(row["game_id"]),
                from_seq=row["from_seq"],
                from_ms=row["from_ms"],
                until_seq=row["until_seq"],
                until_ms=row["until_ms"],
                is_exact=row["is_exact"],
            )
            for row in rows
        ]

    async def search_stood(
        self, table: TableId, player: PlayerId, after_seq: int, limit: int
    ) -> Search:
        """Part of `HandIndex`."""
        async with self._reader() as reader:
            row = await reader.fetchrow(STOOD, table, after_seq, player, limit)
        if row is None or row["scanned_seq"] is None:
            return Search(after_seq)
        return Search(
            row["scanned_seq"], row["stood_seq"], row["stood_ms"], more=row["scanned"] == limit
        )
