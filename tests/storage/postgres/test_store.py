"""What is particular to the store in Postgres: its statements, columns, constraints, and faults."""

import asyncio
import os
import signal
from datetime import UTC, datetime
from itertools import chain
from typing import TypeAlias

import asyncpg
import pytest
from msgspec.structs import replace

from pokerws.game.state import PlayerId, TableId
from pokerws.storage.errors import StoreRejected, StoreUnavailable
from pokerws.storage.log_events import row_of
from pokerws.storage.postgres import accounts as postgres_accounts
from pokerws.storage.postgres import hand_index, marks, owners, pruning, save_statement
from pokerws.storage.postgres import names as postgres_names
from pokerws.storage.postgres import store as postgres
from pokerws.storage.postgres.address import address_of
from pokerws.storage.postgres.claiming import claims, giving, states
from pokerws.storage.postgres.moderation import admin_log, sanctions
from pokerws.storage.postgres.players import chat, connections, links, notes
from pokerws.storage.postgres.store import PostgresStore
from tests.storage.changes import START_MS, brings, change, event
from tests.storage.conftest import SOON_S

T1, T2 = TableId("t1"), TableId("t2")
Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"


def moment(at_ms: int) -> datetime:
    return datetime.fromtimestamp(at_ms // 1000, UTC).replace(microsecond=at_ms % 1000 * 1000)


async def pid_of(operator: Connection, *, writer: bool) -> int:
    """The server process that the store writes with, or the one that it reads with."""
    pid: int = await operator.fetchval(
        "SELECT pid FROM pg_stat_activity WHERE datname = current_database() "
        "AND application_name = 'pokerws' AND (query LIKE '%unnest%') = $1",
        writer,
    )
    return pid


async def until_blocked(operator: Connection) -> None:
    """Wait until a statement of the store waits for a lock."""
    blocked = (
        "SELECT count(*) > 0 FROM pg_stat_activity WHERE datname = current_database() "
        "AND application_name = 'pokerws' AND wait_event_type = 'Lock'"
    )
    while not await operator.fetchval(blocked):
        await operator.execute("SELECT pg_stat_clear_snapshot()")


async def test_each_statement_is_valid_in_a_migrated_database(operator: Connection) -> None:
    for statement in postgres.STATEMENTS:
        prepared = await operator.prepare(statement)
        assert prepared.get_query() == statement


def test_the_list_of_statements_is_complete() -> None:
    verbs = ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")
    modules = (
        *(
            claims,
            giving,
            hand_index,
            marks,
            owners,
            postgres,
            postgres_accounts,
            postgres_names,
            pruning,
            sanctions,
            admin_log,
            links,
            notes,
            chat,
            connections,
            states,
        ),
        save_statement,
    )
    found = {
        value
        for name, value in chain.from_iterable(vars(module).items() for module in modules)
        if name.isupper() and not name.startswith("_") and isinstance(value, str)
        if value.lstrip().startswith(verbs)
    }
    assert found | set(save_statement.SAVES.values()) == set(postgres.STATEMENTS)
    assert len(save_statement.SAVES) == 12


async def test_an_operators_columns_say_what_is_at_the_table(
    store: PostgresStore, operator: Connection
) -> None:
    await store.save([change(hand_number=1, total_pot=150, players=3, status="waiting")])
    later_ms = START_MS + 90_001
    await store.save([change("t1", 1, 6, hand_number=2, total_pot=4200, players=4, at_ms=later_ms)])

    row = await operator.fetchrow(
        "SELECT name, status, players, hand_number, total_pot, created_at, updated_at FROM games"
    )

    assert row is not None
    assert tuple(row) == (
        *("Main table", "active", 4, 2, 4200),
        moment(START_MS),
        moment(later_ms),
    )


async def test_the_log_has_a_row_an_event(store: PostgresStore, operator: Connection) -> None:
    await store.save([change(version=2)])

    rows = await operator.fetch(
        "SELECT game_id, seq, hand_number, type, payload, at FROM game_events ORDER BY seq"
    )

    assert [tuple(row) for row in rows] == [
        ("t1", seq, 1, "checked", event(seq).payload.decode(), moment(START_MS)) for seq in (1, 2)
    ]
    assert await operator.fetchval("SELECT payload::jsonb ->> 'seat' FROM game_events LIMIT 1")


async def test_a_save_is_a_hot_update(store: PostgresStore, operator: Connection) -> None:
    """HOT updates need that no index has a column that a save changes, and room on the page."""
    snapshot = b'{"cards":"%s"}' % (b"Ah" * 1200)
    for version in range(20):
        await store.save([change(expected=version, snapshot=snapshot)])
    await store._writer.fetch("SELECT pg_stat_force_next_flush()")
    await store._writer.fetch("SELECT 1")

    rows = await operator.fetch(
        "SELECT relname, n_tup_upd, n_tup_hot_upd FROM pg_stat_user_tables "
        "WHERE relname IN ('games', 'game_snapshots')"
    )

    assert {tuple(row) for row in rows} == {("games", 19, 19), ("game_snapshots", 19, 19)}


async def test_a_constraint_repeats_each_invariant_of_a_game(
    store: PostgresStore, operator: Connection
) -> None:
    await store.save([change(events=False)])
    for column, value in (
        ("id", "''"),
        ("id", "repeat('x', 257)"),
        ("name", "''"),
        ("status", "'asleep'"),
        ("variant", "''"),
        ("players", "-1"),
        ("hand_number", "-1"),
        ("total_pot", "-1"),
        ("version", "-1"),
        ("epoch", "-1"),
        ("config", "''"),
    ):
        with pytest.raises(asyncpg.CheckViolationError, match="games_"):
            await operator.execute(f"UPDATE games SET {column} = {value}")
    for change_ in ("version = -1", "snapshot = 'x'", "snapshot = repeat('x', 1048577)"):
        with pytest.raises(asyncpg.CheckViolationError, match="game_snapshots_"):
            await operator.execute(f"UPDATE game_snapshots SET {change_}")


async def test_there_are_no_events_without_their_game(
    store: PostgresStore, operator: Connection
) -> None:
    await store.save([change()])

    with pytest.raises(asyncpg.ForeignKeyViolationError):
        await operator.execute("DELETE FROM games")


@pytest.mark.parametrize("status", ["closed", "quarantined"])
async def test_a_table_that_an_operator_took_out_is_not_loaded(
    store: PostgresStore, operator: Connection, status: str
) -> None:
    await store.save([change()])
    await operator.execute("UPDATE games SET status = $1", status)

    assert await store.games() == []
    assert await store.claim(T1) is None


async def test_events_after_the_snapshot_are_loaded_with_it(
    store: PostgresStore, operator: Connection
) -> None:
    await store.save([change(version=2)])
    await operator.execute(
        "INSERT INTO game_events SELECT game_id, 3, hand_number, type, payload, at "
        "FROM game_events WHERE seq = 2"
    )

    loaded = await store.claim(T1)

    assert loaded is not None
    assert (loaded.version, loaded.log_seq) == (2, 3)
    assert loaded.later_rows == [row_of(replace(event(2), seq=3))]


async def test_loading_waits_for_a_save_under_way_and_sees_all_of_it(
    store: PostgresStore, operator: Connection, database_url: str
) -> None:
    await store.save([change(version=2)])
    saving = await asyncpg.connect(database_url)
    transaction = saving.transaction()
    await transaction.start()
    await saving.execute("UPDATE games SET version = 3")
    await saving.execute(
        "INSERT INTO game_events SELECT game_id, 3, hand_number, type, payload, at "
        "FROM game_events WHERE seq = 2"
    )

    loading = asyncio.create_task(store.claim(T1))
    await until_blocked(operator)
    await transaction.commit()
    await saving.close()

    loaded = await loading
    assert loaded is not None
    assert (loaded.version, loaded.log_seq, loaded.epoch) == (3, 3, 2)


async def test_a_game_whose_config_cannot_be_read_is_listed_without_it(
    store: PostgresStore, operator: Connection
) -> None:
    await store.save([change("t1"), change("t2")])
    await operator.execute("UPDATE games SET config = '{broken' WHERE id = 't1'")

    unreadable, readable = await store.games()
    assert (unreadable.table, unreadable.config) == ("t1", None)
    assert (readable.table, readable.config) == (T2, change("t2").config)


@pytest.mark.parametrize(
    "bad",
    [
        {"name": "nul \x00"},
        {"name": "\ud800"},
        {"name": "two \x1e texts"},
        {"snapshot": b"\xff\xff"},
        {"total_pot": 2**63},
    ],
    ids=["nul", "surrogate", "separator", "not_utf8", "too_large"],
)
async def test_what_cannot_be_encoded_is_the_datas_fault(
    store: PostgresStore, bad: dict[str, object]
) -> None:
    with pytest.raises(StoreRejected):
        await store.save([replace(change(), **bad)])

    assert await store.save([change()]) == {T1}


async def test_a_save_after_the_connection_was_killed_takes_a_new_one(
    store: PostgresStore, operator: Connection
) -> None:
    await store.save([change()])
    await operator.execute(
        "SELECT pg_terminate_backend($1, 5000)", await pid_of(operator, writer=True)
    )

    try:
        assert await store.save([change(expected=1)]) == {T1}
    except StoreUnavailable:
        # Whether the end was seen before the statement was sent is a matter of luck.
        assert await store.save([change(expected=1)]) == {T1}


async def unfinished(operator: Connection) -> list[asyncpg.Record]:
    """The store's connections on which a transaction is open, each with its last statement."""
    return await operator.fetch(
        "SELECT state, query FROM pg_stat_activity WHERE datname = current_database() "
        "AND application_name = 'pokerws' AND (state <> 'idle' OR xact_start IS NOT NULL)"
    )


async def test_no_statement_is_under_way_when_the_store_is_open(
    store: PostgresStore, operator: Connection
) -> None:
    """A statement that is prepared and not executed keeps its transaction and its timer."""
    assert await unfinished(operator) == []
    await store.save([change()])
    assert await unfinished(operator) == []


@pytest.mark.parametrize(("name", "amount"), [("\ud800", 100), ("Main table", 2**63)])
async def test_no_statement_is_under_way_after_data_that_cannot_be_encoded(
    store: PostgresStore, operator: Connection, name: str, amount: int
) -> None:
    """asyncpg prepares the statement, and then refuses the arguments by itself."""
    await store.accounts.open(PlayerId("ada"), 1_000, START_MS)
    await store.save([change(chips=100, transfers=(brings("ada", 100, 1),))])
    # Goes back, so that it takes a statement that was not used before.
    bad = change("t2", 0, 0, name=name, transfers=(brings("ada", amount, 1),))
    with pytest.raises(StoreRejected):
        await store.save([bad])

    assert await unfinished(operator) == []


async def test_a_save_that_takes_too_long_is_given_up_and_the_next_one_works(
    database_url: str, operator: Connection
) -> None:
    store = await PostgresStore.open(address_of(database_url), statement_timeout_ms=2_000)
    await store.save([change()])
    async with operator.transaction():
        await operator.execute("SELECT FROM games FOR UPDATE")
        with pytest.raises(StoreUnavailable, match="statement timeout"):
            await store.save([change(expected=1)])

    assert await store.save([change(expected=1)]) == {T1}
    await store.close()


async def test_a_server_that_hangs_is_left_and_not_waited_for(
    database_url: str, operator: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "PATIENCE_S", 0.05)
    store = await PostgresStore.open(address_of(database_url), statement_timeout_ms=2_000)
    await store.save([change()])
    pid = await pid_of(operator, writer=True)
    os.kill(pid, signal.SIGSTOP)
    try:
        with pytest.raises(StoreUnavailable, match="no answer in time"):
            await store.save([change(expected=1)])
        assert await store.save([change("t2")]) == {T2}
    finally:
        os.kill(pid, signal.SIGCONT)
    await store.close()


async def test_a_read_does_not_wait_for_a_server_that_hangs(
    database_url: str, operator: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "PATIENCE_S", 0.05)
    store = await PostgresStore.open(address_of(database_url), statement_timeout_ms=2_000)
    await store.save([change()])
    pid = await pid_of(operator, writer=False)
    os.kill(pid, signal.SIGSTOP)
    try:
        async with asyncio.timeout(SOON_S):
            with pytest.raises(StoreUnavailable, match="no answer in time"):
                await store.position(T1)
            assert await store.position(T1) is not None
            await store.close()
    finally:
        os.kill(pid, signal.SIGCONT)


async def test_each_read_that_fails_is_counted(database_url: str, operator: Connection) -> None:
    store = await PostgresStore.open(address_of(database_url), statement_timeout_ms=1_000)
    assert (store.read_failures, store.is_readable) == (0, True)
    async with operator.transaction():
        await operator.execute("LOCK TABLE games IN ACCESS EXCLUSIVE MODE")
        with pytest.raises(StoreUnavailable, match="statement timeout"):
            await store.look(T1)
    assert (store.read_failures, store.is_readable) == (1, False)
    await store.look(T1)
    assert (store.read_failures, store.is_readable) == (1, True)
    await store.close()


async def test_a_database_that_is_not_there_is_unavailable(database_url: str) -> None:
    with pytest.raises(StoreUnavailable, match="does not exist"):
        await PostgresStore.open(address_of(database_url.replace("/test_", "/no_such_")))


async def test_an_address_that_makes_no_sense_is_unavailable() -> None:
    with pytest.raises(StoreUnavailable):
        await PostgresStore.open(address_of("postgresql://nobody@/x?host=/no/such/directory"))


async def test_a_database_without_tables_asks_for_the_migrations(bare_database_url: str) -> None:
    with pytest.raises(StoreUnavailable, match="apply the migrations"):
        await PostgresStore.open(address_of(bare_database_url))


async def test_the_store_tells_which_server_it_is_on(store: PostgresStore) -> None:
    assert int(store.version.split(".")[0]) >= 14


async def test_a_store_that_is_closed_opens_no_connection_again(
    store: PostgresStore, operator: Connection
) -> None:
    await store.close()
    with pytest.raises(StoreUnavailable, match="the store is closed"):
        await store.save([change("t1")])
    own = (
        "datname = current_database() AND pid <> pg_backend_pid() AND application_name = 'pokerws'"
    )
    async with asyncio.timeout(60):
        while await operator.fetchval(f"SELECT count(*) FROM pg_stat_activity WHERE {own}"):
            await operator.execute("SELECT pg_stat_clear_snapshot()")
