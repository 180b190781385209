"""Names and ended sessions in PostgreSQL.  The interface is in `storage/names.py`."""

from collections.abc import Sequence

from pokerws.game.state import PlayerId
from pokerws.storage.names import SeatName
from pokerws.storage.postgres.accounts import Reader

# The functions are in sql/0013_names_at_tables.sql.  A call is one transaction, so a server that is
# stopped in the middle holds no locks.
CLAIM_NAME = """
SELECT claim_name($1, $2, $3, to_timestamp($4 / 1000.0), to_timestamp($5 / 1000.0))
"""

NAME_OF = """
SELECT name FROM player_names
WHERE player = $1 AND expires_at > to_timestamp($2 / 1000.0)
"""

GIVE_NAME = "SELECT give_name($1, $2, $3, to_timestamp($4 / 1000.0))"

HOLD_SEAT_NAME = """
SELECT hold_seat_name(
    $1, $2, $3, $4, to_timestamp($5 / 1000.0), to_timestamp($6 / 1000.0), $7)
"""

SEATS = "SELECT game_id, player, name FROM seat_names WHERE skeleton = $1"

SETTLE = """
UPDATE seat_names
SET sits_until = '-infinity'
FROM unnest($1::text[], $2::text[], $3::text[]) AS seat (game_id, player, name)
WHERE (seat_names.game_id, seat_names.player, seat_names.name)
    = (seat.game_id, seat.player, seat.name)
"""

UNREAD_SEATS = "SELECT game_id, player, name FROM seat_names WHERE skeleton IS NULL LIMIT $1"

SET_SKELETONS = """
UPDATE seat_names
SET skeleton = seat.skeleton
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[])
    AS seat (game_id, player, name, skeleton)
WHERE (seat_names.game_id, seat_names.player, seat_names.name)
    = (seat.game_id, seat.player, seat.name)
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

STATEMENTS = (
    CLAIM_NAME,
    NAME_OF,
    GIVE_NAME,
    HOLD_SEAT_NAME,
    SEATS,
    SETTLE,
    UNREAD_SEATS,
    SET_SKELETONS,
    END_SESSION,
    ENDED_SESSIONS,
)


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

    async def name_of(self, player: PlayerId, now_ms: int) -> str | None:
        """Part of `Names`."""
        async with self._reader() as reader:
            name: str | None = await reader.fetchval(NAME_OF, player, now_ms)
        return name

    async def give(self, skeleton: str, player: PlayerId, name: str, *, until_ms: int) -> None:
        """Part of `Names`."""
        async with self._reader() as reader:
            await reader.fetchval(GIVE_NAME, skeleton, player, name, until_ms)

    async def hold(
        self, skeleton: str, seat: SeatName, *, now_ms: int, until_ms: int, given: bool = False
    ) -> bool:
        """Part of `Names`."""
        async with self._reader() as reader:
            arguments = (skeleton, *seat, now_ms, until_ms, given)
            return bool(await reader.fetchval(HOLD_SEAT_NAME, *arguments))

    async def seats(self, skeleton: str) -> list[SeatName]:
        """Part of `Names`."""
        async with self._reader() as reader:
            return [SeatName(*row) for row in await reader.fetch(SEATS, skeleton)]

    async def settle(self, seats: Sequence[SeatName]) -> None:
        """Part of `Names`."""
        async with self._reader() as reader:
            await reader.execute(SETTLE, *_columns(seats))

    async def unread_seats(self, limit: int) -> list[SeatName]:
        """Part of `Names`."""
        async with self._reader() as reader:
            return [SeatName(*row) for row in await reader.fetch(UNREAD_SEATS, limit)]

    async def set_skeletons(self, skeletons: Sequence[tuple[SeatName, str]]) -> None:
        """Part of `Names`."""
        seats = [seat for seat, _ in skeletons]
        async with self._reader() as reader:
            alike = [skeleton for _, skeleton in skeletons]
            await reader.execute(SET_SKELETONS, *_columns(seats), alike)

    async def end_session(self, sid: str, *, now_ms: int, until_ms: int) -> None:
        """Part of `Names`."""
        async with self._reader() as reader:
            await reader.execute(END_SESSION, sid, now_ms, until_ms)

    async def ended_sessions(self, now_ms: int) -> dict[str, int]:
        """Part of `Names`."""
        async with self._reader() as reader:
            rows = await reader.fetch(ENDED_SESSIONS, now_ms)
        return {row["sid"]: row["until_ms"] for row in rows}


def _columns(seats: Sequence[SeatName]) -> tuple[list[str], list[str], list[str]]:
    return [s.table for s in seats], [s.player for s in seats], [s.name for s in seats]
