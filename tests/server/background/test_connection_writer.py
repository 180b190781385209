"""From where players were connected: stored beside play, for some days."""

from collections.abc import AsyncIterator, Sequence
from typing import Any

import asyncpg
import pytest
import structlog

from pokerws.client import connect
from pokerws.game.state import PlayerId
from pokerws.server.app import App
from pokerws.server.background import connection_writer
from pokerws.server.background.connection_writer import DAY_MS, ConnectionWriter
from pokerws.server.moderation.roster import Connected
from pokerws.storage.connections import StoredConnection
from pokerws.storage.errors import StoreUnavailable
from pokerws.storage.postgres.address import address_of
from pokerws.storage.postgres.connecting import Connection
from pokerws.storage.postgres.store import PostgresStore
from tests.server.fakes import ManualClock
from tests.settings import settings_of

ANN, BEN = PlayerId("p_ann"), PlayerId("p_ben")
ROWS = """
SELECT player, address, ended_at >= began_at FROM connections ORDER BY player, began_at
"""


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Connection]:
    """A look from outside."""
    connection = await asyncpg.connect(database_url)
    yield connection
    await connection.close()


class Line:
    """Stands for a connection."""

    def __init__(self, address: str) -> None:
        self.address = address


def line(address: str = "192.0.2.1") -> Connected:
    stand_in: Any = Line(address)
    connected: Connected = stand_in
    return connected


class Away:
    """A store that is out of reach for so many writes, and then keeps what it is given."""

    def __init__(self, failures: int = 0) -> None:
        self.failures = failures
        self.rows: dict[str, StoredConnection] = {}

    async def put(self, connections: Sequence[StoredConnection]) -> None:
        if self.failures:
            self.failures -= 1
            raise StoreUnavailable("away")
        self.rows |= {one.id: one for one in connections}

    async def sweep(self, before_ms: int, limit: int) -> int:
        gone = [one.id for one in self.rows.values() if one.began_ms < before_ms][:limit]
        for key in gone:
            del self.rows[key]
        return len(gone)


async def test_connections_are_stored_and_a_stop_stores_their_ends(
    database_url: str, database: Connection
) -> None:
    app = App(settings_of(port=0, use_db_repository=True, database_url=database_url))
    await app.start()
    try:
        async with connect(app.socket_url, name="Ann"), connect(app.socket_url, name="Ben"):
            pass
        stays = await connect(app.socket_url, name="Cleo").__aenter__()
    finally:
        await app.stop()
        await stays.close()
    rows = await database.fetch(ROWS)
    assert len({row["player"] for row in rows}) == 3
    assert {row["address"] for row in rows} == {"127.0.0.1"}
    assert all(row[2] for row in rows), "each has its end"


async def test_without_days_nothing_is_stored_and_what_is_there_is_deleted(
    database_url: str, database: Connection
) -> None:
    store = await PostgresStore.open(address_of(database_url))
    clock = ManualClock()
    try:
        now_ms = clock.wall_ms()
        rows = [
            StoredConnection(str(day), ANN, "192.0.2.1", now_ms - day * DAY_MS) for day in range(5)
        ]
        await store.connections.put(rows)
        kept = ConnectionWriter(store.connections, clock, days=2)
        await kept.sweep()
        assert await database.fetchval("SELECT count(*) FROM connections") == 3
        off = ConnectionWriter(store.connections, clock, days=0)
        off.entered(ANN, line())
        await off.write()
        clock.advance(1)
        await off.sweep()
        assert await database.fetchval("SELECT count(*) FROM connections") == 0
    finally:
        await store.close()


async def test_what_could_not_be_stored_waits_with_the_end_that_came_meanwhile() -> None:
    store, clock = Away(failures=1), ManualClock()
    writer, one = ConnectionWriter(store, clock, days=1), line()
    writer.entered(ANN, one)
    with pytest.raises(StoreUnavailable):
        await writer.write()
    clock.advance(5_000)
    writer.left(one)
    writer.left(one)
    await writer.write()
    (row,) = store.rows.values()
    assert row.ended_ms is not None
    assert row.ended_ms - row.began_ms == 5_000


async def test_during_a_long_outage_the_latest_wait_and_the_log_counts_the_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(connection_writer, "MOST_WAITING", 2)
    store = Away()
    writer = ConnectionWriter(store, ManualClock(), days=1)
    for _ in range(5):
        writer.entered(BEN, line())
    with structlog.testing.capture_logs() as lines:
        await writer.write()
    assert len(store.rows) == 2
    assert [(one["event"], one["connections"]) for one in lines] == [("connections_dropped", 3)]
