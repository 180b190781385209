"""What a database must be like at any instant, as the games in it are being played."""

import asyncpg
import msgspec

from pokerws.game.events import ChipsAdded, PlayerSat, PlayerStood, TableEvent
from pokerws.game.table import replay
from pokerws.storage.store import TableSnapshot

_decode = msgspec.json.Decoder(TableEvent).decode


async def check_database(dsn: str) -> dict[str, int]:
    """Check every game and return the version of each.

    In one consistent view: the log has no gap, its replay is the stored snapshot to the byte, the
    columns say what the snapshot says, and no chip was made or lost.
    """
    connection = await asyncpg.connect(dsn)
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            games = await connection.fetch("SELECT * FROM games")
            return {
                game["id"]: _check_game(
                    game,
                    await connection.fetch(
                        "SELECT seq, payload FROM game_events WHERE game_id = $1 ORDER BY seq",
                        game["id"],
                    ),
                )
                for game in games
            }
    finally:
        await connection.close()


def _check_game(game: asyncpg.Record, rows: list[asyncpg.Record]) -> int:
    stored = msgspec.json.decode(game["snapshot"], type=TableSnapshot).table
    assert [row["seq"] for row in rows] == list(range(1, game["version"] + 1))
    events = [_decode(row["payload"]) for row in rows]
    assert msgspec.json.encode(replay(events)) == msgspec.json.encode(stored)
    assert game["version"] == stored.seq
    assert game["hand_number"] == stored.hand_number
    assert game["total_pot"] == stored.total_pot
    assert game["status"] == stored.status
    brought = sum(event.stack for event in events if isinstance(event, PlayerSat))
    brought += sum(event.amount for event in events if isinstance(event, ChipsAdded))
    brought -= sum(event.stack for event in events if isinstance(event, PlayerStood))
    assert brought == stored.total_pot + sum(seat.stack for seat in stored.seats if seat)
    version: int = game["version"]
    return version
