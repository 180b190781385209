"""The server behind PgBouncer as it is shipped, in session and in transaction mode."""

import asyncio
import io
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pokerws.client import connect
from pokerws.game.state import Turn
from pokerws.hand_histories.formats import HandWriter
from pokerws.maintenance.archive import archive
from pokerws.maintenance.export import export
from pokerws.maintenance.repair import repair
from pokerws.maintenance.replay import replay_game
from pokerws.maintenance.verify import verify
from pokerws.storage.errors import StoreUnavailable
from pokerws.storage.postgres import connecting
from pokerws.storage.postgres import preflight as preflight_module
from pokerws.storage.postgres.address import Address, address_of
from pokerws.storage.postgres.connecting import connected, pooling
from pokerws.storage.postgres.connecting.pooling import with_pooler
from pokerws.storage.postgres.migrate import SQL, migrate
from pokerws.storage.postgres.preflight import preflight
from pokerws.storage.postgres.store import PostgresStore
from tests.e2e.database import check_database
from tests.e2e.process import ServerProcess
from tests.e2e.test_kill_and_resume import killed_in_mid_hand, stay_in
from tests.external.debian_postgres import DebianPostgres
from tests.external.pgbouncer import pgbouncer
from tests.simulation.crash import BACKOFF
from tests.storage.changes import change
from tests.vaults import VAULT

MODES = ("session", "transaction")
FILES = sorted(SQL.glob("[0-9]*.sql"))
LEFT_BEHIND = """
SELECT count(*) FROM pg_locks AS held JOIN pg_stat_activity USING (pid)
WHERE datname = '{}' AND held.locktype = 'advisory'
"""


@pytest.fixture
def pools() -> Iterator[ExitStack]:
    """Poolers that a test starts; they are stopped at its end."""
    with ExitStack() as stack:
        yield stack


@pytest.fixture(params=MODES)
def mode(request: pytest.FixtureRequest) -> str:
    chosen: str = request.param
    return chosen


@pytest.fixture
def pooled(postgres: DebianPostgres, owner: str, database: str, mode: str, pools: ExitStack) -> str:
    """The address of an empty database behind a pooler."""
    port = pools.enter_context(pgbouncer(postgres, mode))
    return postgres.url(database, owner, port)


@pytest.fixture
async def server(pooled: str) -> AsyncIterator[ServerProcess]:
    """A server with everything turned on, and four quick bots; not started yet."""
    process = ServerProcess(
        database_url=pooled,
        db_schema="poker",
        use_db_repository=True,
        use_event_persistence=True,
        use_input_validation=True,
        use_durable_acks=True,
        bots=4,
        bot_min_delay_ms=20,
        bot_max_delay_ms=120,
        next_hand_delay_ms=100,
        turn_time_ms=15_000,
        log_level="debug",
    )
    yield process
    if process.running:
        await process.kill()


async def test_a_durable_hand_goes_on_after_kill_9_and_the_commands_find_it(
    server: ServerProcess, pooled: str, mode: str, tmp_path: Path
) -> None:
    await server.start()
    findings = [line["check"] for line in server.log("database_checked")]
    assert findings == (["pooler"] if mode == "transaction" else [])
    async with connect(server.socket_url, name="Hanna", backoff=BACKOFF) as client:
        view = await killed_in_mid_hand(server, client)

        number = view.table.hand_number
        while view.table.hand_number <= number + 1:
            turn = await view.wait_for(
                lambda view: view.turn or view.table.hand_number > number + 1
            )
            if isinstance(turn, Turn):
                await stay_in(client, view, turn)
        game = view.id
    assert (await server.health())["database"] == "up"
    assert await server.stop() == 0
    assert not server.log("read_failed")

    address = await with_pooler(address_of(pooled, "poker"), "test")
    assert address.pooler == mode
    assert list(await check_database(address)) == [game]
    await commands_work(address, game, tmp_path)


async def commands_work(address: Address, game: str, folder: Path) -> None:
    """Run all commands that read or change stored tables."""
    out, bar, before = io.StringIO(), io.StringIO(), datetime(2999, 1, 1, tzinfo=UTC)
    write = HandWriter("phh", None, sections=True)
    assert await verify(address, None, out, bar, vault=VAULT) == 0
    assert await replay_game(address, game, out, hand=1, vault=VAULT) == 0
    assert await export(address, game, out, bar, write=write, hand=1, vault=VAULT) == 0
    show = repair(address, game, "show", out, vault=VAULT, backups=folder, now_ms=1)
    assert await show == 0
    assert await archive(address, before, out, bar, place=folder) == 0
    assert "1 game archived" in out.getvalue()
    close = repair(address, game, "refund", out, vault=VAULT, backups=folder, now_ms=2**42)
    assert await close == 0
    assert await verify(address, None, out, bar, vault=VAULT) == 0


# ---- what is between


@pytest.mark.parametrize("more", ["", "server_round_robin = 1", "default_pool_size = 2"])
async def test_a_pooler_is_found_out(
    postgres: DebianPostgres, mode: str, more: str, pools: ExitStack
) -> None:
    port = pools.enter_context(pgbouncer(postgres, mode, more))

    found = [
        (await with_pooler(address_of(postgres.url(port=at)), "test")).pooler
        for at in (port, port, postgres.port)
    ]

    assert found == [mode, mode, "none"]


@pytest.mark.parametrize("told", ["none", "session", "transaction"])
async def test_what_the_url_says_of_the_pooler_counts(told: str) -> None:
    address = address_of(f"postgres://u@127.0.0.1:1/d?pooler={told}")

    assert (await with_pooler(address, "test")).pooler == told


async def test_a_pool_of_one_connection_is_refused_in_one_line(
    postgres: DebianPostgres,
    owner: str,
    database: str,
    pools: ExitStack,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pooling, "ANSWER_S", 0.5)
    port = pools.enter_context(pgbouncer(postgres, "session", "default_pool_size = 1"))
    address = replace(address_of(postgres.url(database, owner, port)), connect_s=0.5)

    with pytest.raises(StoreUnavailable, match=r"no second connection.*default_pool_size"):
        await with_pooler(address, "test")


@pytest.mark.parametrize(
    "pool", [("session", "default_pool_size = 3"), ("transaction", "max_client_conn = 3")]
)
async def test_a_small_pool_is_made_do_with(
    postgres: DebianPostgres,
    owner: str,
    pools: ExitStack,
    monkeypatch: pytest.MonkeyPatch,
    pool: tuple[str, str],
) -> None:
    # A statement that waits for a backend is never answered, so its connection must be dropped.
    monkeypatch.setattr(preflight_module, "LENT_WITHIN_S", 0.3)
    monkeypatch.setattr(connecting, "CLOSE_S", 0.3)
    port = pools.enter_context(pgbouncer(postgres, *pool))
    url = postgres.url(postgres.database(owner), owner, port)

    report = await preflight(await with_pooler(address_of(url), ""))

    assert report.connections == 3
    (finding,) = (finding for finding in report.findings if finding.check == "connections")
    assert "lends 3 connections at once, and the server uses 6: better: raise" in finding.message


# ---- transactions that share backends


@pytest.fixture
async def shared(postgres: DebianPostgres, owner: str, database: str, pools: ExitStack) -> Address:
    """A migrated database behind a pooler in transaction mode, whose clients share two backends."""
    port = pools.enter_context(pgbouncer(postgres, "transaction", "default_pool_size = 2"))
    address = await with_pooler(address_of(postgres.url(database, owner, port)), "test")
    await migrate(address)
    return address


def apply_with_psql(postgres: DebianPostgres, url: str) -> None:
    # The account of the programs cannot read every checkout.
    for file in FILES:
        postgres.psql(url, file.read_text())


async def test_several_migrations_at_once_apply_each_file_once_and_leave_no_lock_behind(
    shared: Address, postgres: DebianPostgres, owner: str
) -> None:
    empty = postgres.database(owner)
    address = replace(shared, database=empty)
    psql = asyncio.to_thread(apply_with_psql, postgres, postgres.url(empty, owner))

    *applied, _ = await asyncio.gather(*(migrate(address) for _ in range(2)), psql)

    numbers = [migration.version for made in applied for migration in made or []]
    assert len(numbers) == len(set(numbers))
    assert await migrate(address) == []
    assert postgres.psql(postgres.url(), LEFT_BEHIND.format(empty)) == "0"


async def test_nothing_of_a_session_is_left_on_a_backend(
    shared: Address, postgres: DebianPostgres
) -> None:
    store = await PostgresStore.open(shared, statement_timeout_ms=1234)
    await store.save([change()])
    await asyncio.gather(*(store.games() for _ in range(4)))
    await store.close()

    bare = replace(shared, settings={})
    async with connected(bare, "test") as connection, connection.transaction():
        assert await connection.fetchval("SHOW statement_timeout") == "0"
        assert await connection.fetchval("SHOW jit") == "on"
        assert await connection.fetchval("SELECT count(*) FROM pg_prepared_statements") == 0


async def test_settings_hold_in_every_transaction(shared: Address) -> None:
    given = replace(shared, settings={"search_path": "pg_catalog, public", "work_mem": "8MB"})
    wanted = {"statement_timeout": "1234", "default_transaction_read_only": "on"}
    async with connected(given, "test", settings=wanted) as connection:
        for _ in range(2):
            assert await connection.fetchval("SHOW search_path") == "pg_catalog, public"
            assert await connection.fetchval("SHOW work_mem") == "8MB"
            assert await connection.fetchval("SHOW statement_timeout") == "1234ms"
            assert await connection.fetchval("SHOW transaction_read_only") == "on"
        async with connection.transaction():
            await connection.execute("SET TRANSACTION READ WRITE")
            await connection.execute("DELETE FROM games")


async def test_a_store_goes_on_after_its_backends_were_ended(
    shared: Address, postgres: DebianPostgres, database: str
) -> None:
    store = await PostgresStore.open(shared)
    assert await store.save([change()])
    ended = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = '{}'"
    assert postgres.psql(postgres.url(), ended.format(database)) != "0"

    for attempt in (store.games, lambda: store.save([change("t1", 1, 2)])):
        try:
            await attempt()
        except StoreUnavailable:
            await attempt()

    assert store.is_readable
    assert [game.version for game in await store.games()] == [2]
    await store.close()


async def test_a_store_that_took_the_mode_for_another_finds_out_and_goes_on(
    shared: Address,
) -> None:
    store = await PostgresStore.open(replace(shared, pooler="session"))
    assert await store.save([change()])
    # A statement of its own, which is prepared now.
    assert await store.save([change("t1", 1, 2)])

    # A pooler lends the backend that was used last, so the store gets another one now.
    async with connected(shared, "test") as other, other.transaction():
        with pytest.raises(StoreUnavailable, match="add pooler=transaction to DATABASE_URL"):
            await store.save([change("t1", 2, 3)])
        assert await store.save([change("t1", 2, 3)])
        assert [game.version for game in await store.games()] == [3]
    assert await store.save([change("t1", 3, 4)])
    assert [game.version for game in await store.games()] == [4]
    await store.close()
