"""The journal and PostgreSQL together while connections and servers go away under them."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import asyncpg
import pytest

from pokerws.game.state import TableId
from pokerws.storage.journal.back_off import BackOff
from pokerws.storage.journal.journal import Journal
from pokerws.storage.postgres import store as postgres
from pokerws.storage.postgres.address import address_of
from pokerws.storage.postgres.embedded import EmbeddedPostgres
from pokerws.storage.postgres.migrate import migrate
from pokerws.storage.postgres.store import PostgresStore
from pokerws.storage.store import Position
from tests.storage.changes import change
from tests.storage.clusters import processes_of, start
from tests.storage.conftest import SOON_S, Heard, Logged, OpenJournal

T1 = TableId("t1")
PATIENT = BackOff(first_s=0.01, most_s=0.05)


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[PostgresStore]:
    store = await PostgresStore.open(address_of(database_url))
    yield store
    await store.close()


@pytest.fixture
async def operator(database_url: str) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    connection = await asyncpg.connect(database_url)
    yield connection
    await connection.close()


async def waiting(operator: "asyncpg.Connection[asyncpg.Record]", kind: str) -> int | None:
    """The server process of the save that waits for something of this kind, if there is one."""
    await operator.execute("SELECT pg_stat_clear_snapshot()")
    pid: int | None = await operator.fetchval(
        "SELECT pid FROM pg_stat_activity WHERE datname = current_database() "
        "AND application_name = 'pokerws' AND $1 IN (wait_event_type, wait_event)",
        kind,
    )
    return pid


async def put_until_a_commit_hangs(
    journal: Journal, operator: "asyncpg.Connection[asyncpg.Record]"
) -> tuple[int, int]:
    """Put changes until one waits for a replica: the server process, and the last version put.

    When a setting has reached the process that answers for this cannot be seen from outside.
    """
    version = 0
    while True:
        journal.put(change(expected=version, version=version + 2))
        version += 2
        while journal.waiting:
            pid = await waiting(operator, "SyncRep")
            if pid is not None:
                return pid, version


async def until_unhealthy(journal: Journal) -> None:
    while journal.healthy:  # noqa: ASYNC110  there is no event for that, nor need of one
        await asyncio.sleep(0.001)


async def seqs(store: PostgresStore) -> list[int]:
    return [row.seq for row in await store.events(T1, 0, 1000)]


async def test_a_save_whose_connection_is_killed_before_the_commit_is_done_again(
    store: PostgresStore,
    operator: "asyncpg.Connection[asyncpg.Record]",
    journal_on: OpenJournal,
    logged: Logged,
) -> None:
    journal = journal_on(store)
    journal.put(change(version=2))
    await journal.flush(SOON_S)
    async with operator.transaction():
        await operator.execute("SELECT FROM games FOR UPDATE")
        journal.put(change(expected=2, version=5))
        while (pid := await waiting(operator, "Lock")) is None:
            pass
        journal.put(change(expected=5, version=6))
        await operator.execute("SELECT pg_terminate_backend($1, 5000)", pid)

    await journal.flush(SOON_S)

    assert await store.position(T1) == Position(version=6, epoch=1)
    assert await seqs(store) == [1, 2, 3, 4, 5, 6]
    assert len(logged.all("save_game", outcome="DB_FAILED")) == 1
    assert not logged.all("save_game", outcome="DB_CONFLICT")


async def test_a_save_whose_connection_is_killed_after_the_commit_is_not_done_twice(
    database_url: str,
    operator: "asyncpg.Connection[asyncpg.Record]",
    journal_on: OpenJournal,
    heard: Heard,
    logged: Logged,
) -> None:
    """A commit that waits for a replica which does not exist is in, and nobody is told."""
    name = await operator.fetchval("SELECT current_database()")
    await operator.execute(f"ALTER DATABASE {name} SET synchronous_commit = on")
    store = await PostgresStore.open(address_of(database_url))
    await operator.execute("ALTER SYSTEM SET synchronous_standby_names = 'nobody'")
    try:
        await operator.execute("SELECT pg_reload_conf()")
        journal = journal_on(store)
        pid, version = await put_until_a_commit_hangs(journal, operator)
        await operator.execute("SELECT pg_terminate_backend($1, 5000)", pid)
        await journal.flush(SOON_S)
    finally:
        await operator.execute("ALTER SYSTEM RESET synchronous_standby_names")
        await operator.execute("SELECT pg_reload_conf()")

    assert await store.position(T1) == Position(version, epoch=1)
    assert await seqs(store) == list(range(1, version + 1))
    assert heard.versions_written[-1] == (T1, version)
    assert len(logged.all("save_game", outcome="DB_FAILED")) == 1
    assert not logged.all("save_game", outcome="DB_CONFLICT")
    assert len(logged.all("create_game", outcome="DB_SUCCESS")) == 1
    await store.close()


async def test_a_table_taken_over_by_another_server_is_fenced(
    store: PostgresStore, database_url: str, journal_on: OpenJournal, heard: Heard
) -> None:
    journal = journal_on(store)
    journal.put(change())
    await journal.flush(SOON_S)
    other = await PostgresStore.open(address_of(database_url))
    await other.claim(T1)

    journal.put(change(expected=1))
    await journal.flush(SOON_S)

    assert heard.tables_fenced == [T1]
    assert await seqs(store) == [1]
    await other.close()


async def test_rows_edited_by_hand_are_brought_up_to_date(
    store: PostgresStore,
    operator: "asyncpg.Connection[asyncpg.Record]",
    journal_on: OpenJournal,
    logged: Logged,
) -> None:
    journal = journal_on(store)
    tables = ("t1", "t2")
    for table in tables:
        journal.put(change(table, version=4))
    await journal.flush(SOON_S)
    await operator.execute("UPDATE games SET version = 9 WHERE id = 't1'")
    await operator.execute(
        "INSERT INTO game_events SELECT game_id, seq + 4, 9, 'theirs', '{}', at FROM game_events "
        "WHERE game_id = 't2'"
    )

    for table in tables:
        journal.put(change(table, 4, 6))
    await journal.flush(SOON_S)

    for table in tables:
        assert await store.position(TableId(table)) == Position(version=6, epoch=1)
    assert await seqs(store) == [1, 2, 3, 4, 5, 6]
    theirs = "SELECT count(*) FROM game_events WHERE type = 'theirs' AND seq <= 6"
    assert await operator.fetchval(theirs) == 0
    conflicts = logged.all("save_game", outcome="DB_CONFLICT")
    assert {line["table"]: line["stored_version"] for line in conflicts} == {"t1": 9}


async def test_a_bad_table_does_not_keep_the_others_from_being_written(
    store: PostgresStore, journal_on: OpenJournal, heard: Heard
) -> None:
    journal = journal_on(store)
    bad = {3: {"total_pot": -1}, 50: {"name": "nul \x00"}, 51: {"snapshot": b"\xff"}}

    for number in range(100):
        journal.put(change(f"t{number}", **bad.get(number, {})))  # type: ignore[arg-type]
    await journal.flush(SOON_S)

    assert sorted(heard.tables_rejected) == ["t3", "t50", "t51"]
    assert len(await store.games()) == 97


async def test_after_postgres_was_killed_and_started_again_everything_is_written(
    made: Path, journal_on: OpenJournal, logged: Logged
) -> None:
    server = await start(made)
    await migrate(address_of(server.dsn))
    store = await PostgresStore.open(address_of(server.dsn))
    journal = journal_on(store, back_off=PATIENT)
    journal.put(change(version=2))
    await journal.flush(SOON_S)

    for pid in processes_of(server):
        os.kill(pid, signal.SIGKILL)
    os.close(server._lock)
    journal.put(change(expected=2, version=4))
    await until_unhealthy(journal)
    journal.put(change(expected=4, version=7))
    again = await EmbeddedPostgres.start(made, {"fsync": "off"})
    await journal.flush(SOON_S)

    assert await store.position(T1) == Position(version=7, epoch=1)
    assert await seqs(store) == [1, 2, 3, 4, 5, 6, 7]
    assert len(logged.all("save_game", outcome="DB_FAILED")) == 1
    assert len(logged.all("save_resumed")) == 1
    await store.close()
    await again.stop()


async def test_while_postgres_hangs_play_is_not_held_up_and_all_is_written_after_it(
    made: Path, journal_on: OpenJournal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "PATIENCE_S", 0.05)
    server = await start(made)
    address = replace(address_of(server.dsn), connect_s=1.0)
    await migrate(address)
    store = await PostgresStore.open(address, statement_timeout_ms=500)
    journal = journal_on(store, back_off=PATIENT)
    journal.put(change(version=2))
    await journal.flush(SOON_S)

    stopped = processes_of(server)
    for pid in stopped:
        os.kill(pid, signal.SIGSTOP)
    try:
        journal.put(change(expected=2, version=4))
        await until_unhealthy(journal)
        journal.put(change(expected=4, version=7))
        assert (journal.waiting, journal.waiting_events) == (2, 5)
    finally:
        for pid in stopped:
            os.kill(pid, signal.SIGCONT)
    await journal.flush(SOON_S)

    assert await store.position(T1) == Position(version=7, epoch=1)
    assert await seqs(store) == [1, 2, 3, 4, 5, 6, 7]
    await store.close()
    await server.stop()


async def test_closing_does_not_wait_for_a_server_that_hangs(
    made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "CLOSE_S", 0.05)
    server = await start(made)
    await migrate(address_of(server.dsn))
    store = await PostgresStore.open(address_of(server.dsn))
    stopped = processes_of(server)
    for pid in stopped:
        os.kill(pid, signal.SIGSTOP)
    try:
        async with asyncio.timeout(60):
            await store.close()
    finally:
        for pid in stopped:
            os.kill(pid, signal.SIGCONT)
    await server.stop()
