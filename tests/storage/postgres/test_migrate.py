"""The migrations: however and however often they are applied, the result is the same."""

import asyncio
import re
import shutil
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
import structlog

from pokerws.storage.errors import MigrationError, StoreUnavailable
from pokerws.storage.postgres import migrate as migrating_module
from pokerws.storage.postgres.address import address_of
from pokerws.storage.postgres.connecting import Connection, connected
from pokerws.storage.postgres.database import migrate as run_migrations
from pokerws.storage.postgres.migrate import SQL, migrate, status
from pokerws.storage.postgres.store import PostgresStore
from tests.postgres_fixtures import TEMPLATE, Databases
from tests.storage.changes import change
from tests.storage.conftest import Logged

ROOT = Path(__file__).parents[3]
FILES = sorted(SQL.glob("[0-9]*.sql"))
VERSIONS = [int(file.name[:4]) for file in FILES]


def schema(databases: Databases, url: str) -> str:
    """Everything that defines the database, and what it says about its migrations."""
    dump = databases.run("pg_dump", "--schema-only", f"--dbname={url}")
    # The dump is protected by a word that is drawn anew each time.
    dump = re.sub(r"(?m)^\\(un)?restrict .*$", "", dump)
    history = databases.psql(url, "-c", "SELECT version, name FROM schema_migrations ORDER BY 1")
    return dump + history


def apply_with_psql(databases: Databases, url: str) -> None:
    for file in FILES:
        databases.psql(url, "-f", str(file))


async def test_psql_and_migrate_make_the_same_database(
    databases: Databases, bare_database_url: str
) -> None:
    applied = await migrate(address_of(bare_database_url))

    assert [migration.version for migration in applied] == VERSIONS
    assert schema(databases, bare_database_url) == schema(databases, databases.url(TEMPLATE))


async def test_migrating_over_an_open_connection_makes_the_same_database(
    databases: Databases, bare_database_url: str
) -> None:
    async with connected(address_of(bare_database_url), "test") as connection:
        await migrate(connection)

    assert schema(databases, bare_database_url) == schema(databases, databases.url(TEMPLATE))


async def test_a_schema_of_its_own_is_made_and_has_all_the_tables(
    databases: Databases, bare_database_url: str
) -> None:
    address = address_of(bare_database_url, "poker")

    assert [migration.version for migration in await migrate(address)] == VERSIONS
    assert await migrate(address) == []

    where = "SELECT DISTINCT schemaname FROM pg_tables WHERE schemaname !~ '^(pg_|information)'"
    assert databases.psql(bare_database_url, "-c", where) == "poker\n"
    store = await PostgresStore.open(address)
    assert await store.save([change()])
    assert [game.table for game in await store.games()] == ["t1"]
    await store.close()


async def test_what_psql_began_migrate_finishes(
    databases: Databases, bare_database_url: str
) -> None:
    databases.psql(bare_database_url, "-f", str(FILES[0]))

    applied = await migrate(address_of(bare_database_url))

    assert [migration.version for migration in applied] == VERSIONS[1:]
    assert schema(databases, bare_database_url) == schema(databases, databases.url(TEMPLATE))


async def test_applying_everything_again_changes_nothing(
    databases: Databases, database_url: str
) -> None:
    key = "INSERT INTO server_keys VALUES ('session', repeat('k', 32))"
    databases.psql(database_url, "-c", key)
    history = databases.psql(database_url, "-c", "TABLE schema_migrations")

    assert await migrate(address_of(database_url)) == []
    apply_with_psql(databases, database_url)

    assert databases.psql(database_url, "-c", "TABLE schema_migrations") == history
    assert databases.psql(database_url, "-c", "SELECT name FROM server_keys") == "session\n"
    assert schema(databases, database_url) == schema(databases, databases.url(TEMPLATE))


def test_each_file_can_be_applied_again_by_itself(databases: Databases, database_url: str) -> None:
    for file in FILES:
        databases.psql(database_url, "-v", "ON_ERROR_STOP=1", "-f", str(file))

    assert schema(databases, database_url) == schema(databases, databases.url(TEMPLATE))


async def test_any_number_of_servers_may_migrate_at_once(
    databases: Databases, bare_database_url: str
) -> None:
    psql = asyncio.to_thread(apply_with_psql, databases, bare_database_url)
    migrating = [migrate(address_of(bare_database_url)) for _ in range(3)]

    results = await asyncio.gather(*migrating, psql)

    applied = [migration.version for result in results[:3] for migration in result or []]
    assert len(applied) == len(set(applied))
    assert schema(databases, bare_database_url) == schema(databases, databases.url(TEMPLATE))


@pytest.fixture
async def other(
    bare_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Connection]:
    """Another program's session, which has the lock; a wait for it is logged at once."""
    monkeypatch.setattr(migrating_module, "LOCK_QUIET_S", 0)
    address = replace(address_of(bare_database_url), application="deploy.sh")
    async with connected(address, "test") as connection:
        await connection.execute("SELECT pg_advisory_lock(5052081501)")
        yield connection


async def test_migrating_waits_for_whoever_migrates_and_says_for_whom(
    bare_database_url: str, other: Connection
) -> None:
    with structlog.testing.capture_logs() as lines:
        migrating = asyncio.create_task(migrate(address_of(bare_database_url)))
        while not lines:  # noqa: ASYNC110  the log has no event to wait for
            await asyncio.sleep(0)
    holder = f"process {other.get_server_pid()}, deploy.sh"
    assert [(line["event"], line["holder"]) for line in lines] == [("migration_waits", holder)]
    assert not await other.fetchval("SELECT to_regclass('games')")
    await other.execute("SELECT pg_advisory_unlock(5052081501)")

    assert len(await migrating) == len(FILES)


# Instead of closing the tables, and of admitting a role.
NEEDS_LOCK = """
CREATE OR REPLACE FUNCTION {} RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM pg_locks
        WHERE locktype = 'advisory' AND pid = pg_backend_pid() AND granted
          AND (classid::bigint << 32) + objid::bigint = 5052081501
    ) THEN
        RAISE 'another process may be migrating';
    END IF;
END $$
"""


async def test_tables_are_closed_and_roles_admitted_under_the_lock_of_migrations(
    databases: Databases, database_url: str, logged: Logged
) -> None:
    """With psql older files are applied again: `balances` is open for a moment."""
    for function in ("pokerws_close()", "pokerws_grant_server(role name)"):
        databases.psql(database_url, "-c", NEEDS_LOCK.format(function))
    databases.psql(database_url, "-c", "ALTER VIEW balances RESET (security_invoker)")

    lines = await run_migrations(
        address_of(database_url), only_status=False, server_role="pg_monitor"
    )

    assert ["balances" in line["names"] for line in logged.all("tables_closed")] == [True]
    assert lines[-1] == "the role pg_monitor can serve with these tables"


async def test_the_wait_for_another_migration_can_be_cancelled(
    bare_database_url: str, other: Connection
) -> None:
    with structlog.testing.capture_logs() as lines:
        migrating = asyncio.create_task(migrate(address_of(bare_database_url)))
        while not lines:  # noqa: ASYNC110  the log has no event to wait for
            await asyncio.sleep(0)
    migrating.cancel()
    await asyncio.wait([migrating])

    assert migrating.cancelled()
    mine = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'pokerws migrate'"
    while await other.fetchval(mine):
        pass


async def test_a_lock_that_is_never_released_is_an_error_that_names_its_holder(
    bare_database_url: str, other: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrating_module, "LOCK_WAIT_S", 0)

    with pytest.raises(MigrationError, match=rf"process {other.get_server_pid()}, deploy\.sh"):
        await migrate(address_of(bare_database_url))


async def test_the_status_tells_what_is_applied_and_what_is_pending(
    databases: Databases, bare_database_url: str
) -> None:
    before = await status(address_of(bare_database_url))
    databases.psql(bare_database_url, "-f", str(FILES[0]))
    after = await status(address_of(bare_database_url))

    assert [migration.version for migration in before] == VERSIONS
    assert [migration.applied_at for migration in before] == [None] * len(FILES)
    assert [migration.applied_at is not None for migration in after] == [
        True,
        *([False] * (len(FILES) - 1)),
    ]


async def test_a_database_that_is_newer_than_the_code_is_refused(
    databases: Databases, database_url: str
) -> None:
    databases.psql(database_url, "-c", "INSERT INTO schema_migrations VALUES (99, 'chips')")

    with pytest.raises(MigrationError, match=r"99 \(chips\).*run a newer pokerws"):
        await migrate(address_of(database_url))


async def test_a_database_of_another_program_is_refused(
    databases: Databases, database_url: str
) -> None:
    databases.psql(database_url, "-c", "UPDATE schema_migrations SET name = 'x' WHERE version = 1")

    with pytest.raises(MigrationError, match="another program's database"):
        await migrate(address_of(database_url))


@pytest.mark.parametrize("way", ["migrate", "psql"])
async def test_of_a_file_that_fails_nothing_is_applied(
    databases: Databases, database_url: str, tmp_path: Path, way: str
) -> None:
    for file in FILES:
        shutil.copy(file, tmp_path)
    number = len(FILES) + 1
    bad = tmp_path / f"{number:04}_bad.sql"
    bad.write_text(
        "BEGIN; CREATE TABLE half (a int); SELECT no_such_function();"
        f"INSERT INTO schema_migrations (version, name) VALUES ({number}, 'bad'); COMMIT;"
    )

    if way == "migrate":
        with pytest.raises(MigrationError, match=r"_bad\.sql failed.*no_such_function.*exist$"):
            await migrate(address_of(database_url), tmp_path)
    else:
        # Told nothing else, psql goes on after an error and ends well.
        databases.psql(database_url, "-f", str(bad))

    assert schema(databases, database_url) == schema(databases, databases.url(TEMPLATE))
    assert len(await status(address_of(database_url))) == len(FILES)


async def test_a_missing_number_is_noticed(bare_database_url: str, tmp_path: Path) -> None:
    shutil.copy(FILES[1], tmp_path)

    with pytest.raises(MigrationError, match="migrations are missing"):
        await migrate(address_of(bare_database_url), tmp_path)


async def test_a_server_that_is_not_there_is_an_error_in_one_line() -> None:
    with pytest.raises(StoreUnavailable, match="cannot be used") as caught:
        await migrate(address_of("postgresql://nobody@/x?host=/no/such/directory"))

    assert "\n" not in str(caught.value)


def test_every_file_is_one_transaction_that_takes_the_lock_and_records_itself() -> None:
    for file in FILES:
        text = file.read_text()
        lines = [line for line in text.splitlines() if line and not line.startswith("--")]
        version, name = int(file.name[:4]), file.stem[5:]
        assert lines[0] == "BEGIN;"
        assert "pg_advisory_xact_lock(5052081501)" in lines[2]
        assert f"VALUES ({version}, '{name}') ON CONFLICT DO NOTHING;" in lines[-2]
        assert lines[-1] == "COMMIT;"


def test_every_table_and_column_of_a_game_is_explained(databases: Databases) -> None:
    unexplained = databases.psql(
        databases.url(TEMPLATE),
        "-c",
        "SELECT attname FROM pg_attribute "
        "WHERE attrelid IN ('games'::regclass, 'game_snapshots'::regclass) AND attnum > 0 "
        "AND NOT attisdropped AND col_description(attrelid, attnum) IS NULL",
    )
    assert unexplained == ""


def test_the_operators_queries_run(databases: Databases, database_url: str) -> None:
    out = databases.psql(database_url, "-v", "ON_ERROR_STOP=1", "-f", str(SQL / "monitoring.sql"))

    assert "Tables by status" in out
