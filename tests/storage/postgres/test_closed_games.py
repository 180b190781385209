"""Very many closed games: whatever a server does by itself reads none of them."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import pytest

from pokerws.game.state import PlayerId, TableId
from pokerws.server.app import App
from pokerws.storage.postgres import overtaken
from pokerws.storage.postgres.address import address_of
from pokerws.storage.postgres.connecting import Connection
from pokerws.storage.postgres.migrate import SQL
from pokerws.storage.postgres.pruning import Pruning
from pokerws.storage.postgres.sealing.live_seals import open_vault
from pokerws.storage.postgres.store import PostgresStore
from pokerws.storage.vault.keys import KeySource
from tests.postgres_fixtures import TEMPLATE, Databases
from tests.settings import settings_of
from tests.storage.played import play_a_game
from tests.vaults import VAULT_KEYS

CLOSED = 60_000
OPEN = 3
# Of each, a statement may read its own tables' rows, and those of the players there.
ENOUGH = 2_000

FILL = f"""
SET session_replication_role = replica;
INSERT INTO games (id, name, status, variant, players, hand_number, total_pot, version, epoch,
                   config, created_at, updated_at, chips, balance)
SELECT 'closed' || n, 'Old', 'closed', 'NT', 0, 1, 0, 1, 1, '{{}}',
       now() - interval '1 day', now() - interval '1 hour', 0, 0
FROM generate_series(1, {CLOSED}) AS n;
INSERT INTO game_snapshots (game_id, version, snapshot)
SELECT 'closed' || n, 1, '{{}}' FROM generate_series(1, {CLOSED}) AS n;
INSERT INTO game_log (game_id, seq, hand_number, type, payload, at)
SELECT 'closed' || n, 1, 0, 'table_opened', '{{}}', now() FROM generate_series(1, {CLOSED}) AS n;
INSERT INTO transfers (at, reason, source, target, amount, game_id, seq)
SELECT now(), 'buy_in', 'player:' || n % 100, 'table:closed' || n, 1, 'closed' || n, 1
FROM generate_series(1, {CLOSED}) AS n;
INSERT INTO transfers (at, reason, source, target, amount, game_id, seq)
SELECT now(), 'refund', 'table:closed' || n, 'player:' || n % 100, 1, 'closed' || n, 2
FROM generate_series(1, {CLOSED}) AS n;
"""

READ = """
SELECT coalesce(pg_partition_root(relid), relid)::regclass::text AS relation,
       sum(seq_tup_read + coalesce(idx_tup_fetch, 0))::bigint AS rows
FROM pg_stat_user_tables
GROUP BY relation
HAVING sum(seq_tup_read + coalesce(idx_tup_fetch, 0)) > $1
"""
OTHERS = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()
"""


@pytest.fixture(scope="module")
def crowded_url(databases: Databases) -> Iterator[str]:
    """A database with three open games, very many closed ones, and no statistics."""
    name = databases.create(TEMPLATE)
    url = databases.url(name)

    async def play() -> None:
        for number in range(OPEN):
            await play_a_game(url, f"t{number}", hands=1)

    asyncio.run(play())
    databases.psql(url, "-c", FILL)
    yield url
    databases.drop(name)


@pytest.fixture
async def watching(crowded_url: str) -> AsyncIterator[Connection]:
    """An operator's connection, on which nothing has been counted yet."""
    connection = await asyncpg.connect(crowded_url)
    await connection.execute("SELECT pg_stat_reset()")
    yield connection
    await connection.close()


async def much_read(watching: Connection) -> dict[str, int]:
    """The relations of which all others together have read many rows; they must have ended."""
    while await watching.fetchval(OTHERS):
        pass
    return {row["relation"]: row["rows"] for row in await watching.fetch(READ, ENOUGH)}


async def test_a_server_starts_without_reading_closed_games(
    crowded_url: str, watching: Connection
) -> None:
    app = App(
        settings_of(
            port=0,
            database_url=crowded_url,
            vault_keys=(VAULT_KEYS,),
            use_db_repository=True,
            use_event_persistence=True,
            use_durable_acks=True,
            load_all_tables=True,
            closed_games_days=30,
        )
    )
    await app.start()
    tables = app.lobby.tables_in_memory
    assert await app.stop()

    assert tables == OPEN
    assert await much_read(watching) == {}


async def test_nothing_that_runs_by_itself_reads_closed_games(
    crowded_url: str, watching: Connection, tmp_path: Path
) -> None:
    now_ms = time.time_ns() // 1_000_000
    store = await PostgresStore.open(address_of(crowded_url))
    try:
        # The lobby, upkeep, the comparator, and a player's account.
        assert len(await store.games()) == OPEN
        assert len(await store.idle(now_ms, 100)) == OPEN
        assert await store.look(TableId("closed7")) is not None
        assert await store.claim(TableId("closed7")) is None
        assert len(await store.accounts.history(PlayerId("7"), None, 50)) == 50
        await open_vault(address_of(crowded_url), KeySource((VAULT_KEYS,), tmp_path / "none"))
        await overtaken.note(address_of(crowded_url), now_ms)
        found = await overtaken.overtaken(address_of(crowded_url))
        assert found is not None
        assert found.since_ms == now_ms
        await overtaken.settle(address_of(crowded_url))
    finally:
        await store.close()

    assert await much_read(watching) == {}


async def test_pruning_some_closed_games_reads_no_others(
    crowded_url: str, watching: Connection
) -> None:
    await watching.execute(
        "UPDATE games SET created_at = '1999-01-01', updated_at = '1999-01-02' "
        "WHERE id IN ('closed1', 'closed2', 'closed3', 'closed101')"
    )
    await watching.execute("SELECT pg_stat_force_next_flush()")
    await watching.execute("SELECT pg_stat_reset()")
    pruning = Pruning(datetime(1999, 1, 3, tzinfo=UTC))
    store = await PostgresStore.open(address_of(crowded_url))
    try:
        while await store.prune(pruning):
            pass
    finally:
        await store.close()

    assert (pruning.games, pruning.transfers, pruning.events) == (4, 8, 4)
    assert await much_read(watching) == {}


def test_the_operators_queries_read_no_closed_games(databases: Databases, crowded_url: str) -> None:
    databases.psql(crowded_url, "-c", "ANALYZE; SELECT pg_stat_reset()")

    # What a session has read is counted when it ends.
    out = databases.psql(crowded_url, "-v", "ON_ERROR_STOP=1", "-f", str(SQL / "monitoring.sql"))

    assert "closed, estimated|" in out
    read = databases.psql(crowded_url, "-c", READ.replace("$1", str(ENOUGH)))
    assert read == ""


async def test_an_operators_own_query_of_open_tables_uses_the_index(watching: Connection) -> None:
    query = "SELECT * FROM games WHERE status IN ('waiting', 'active') ORDER BY updated_at DESC"
    await watching.execute("ANALYZE games")
    plan = await watching.fetch(f"EXPLAIN {query}")

    assert any("games_open" in row["QUERY PLAN"] for row in plan), plan
