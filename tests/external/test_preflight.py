"""A database is looked at before anything is changed in it; what does not fit is one line."""

import shutil
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace

import pytest

from pokerws.client import CommandRejected, connect
from pokerws.game.config.table_config import TableConfig
from pokerws.storage.errors import DatabaseError
from pokerws.storage.postgres import preflight as preflight_module
from pokerws.storage.postgres.address import address_of
from pokerws.storage.postgres.connecting import Connection, connected
from pokerws.storage.postgres.database import migrate
from pokerws.storage.postgres.migrate import Migration, status
from pokerws.storage.postgres.migrate import migrate as apply_files
from pokerws.storage.postgres.preflight import STATEMENTS, preflight
from tests.e2e.process import ServerProcess, reserve_port
from tests.external.debian_postgres import FAST, DebianPostgres, serving

TABLES = "SELECT count(*) FROM pg_tables WHERE schemaname !~ '^(pg_|information_schema)'"


async def refusal(url: str, schema: str = "") -> str:
    """What the first start or `migrate` says, which has changed nothing."""
    with pytest.raises(DatabaseError) as caught:
        await migrate(address_of(url, schema), only_status=False)
    message = str(caught.value)
    assert "\n" not in message
    return message


async def test_a_database_that_fits_has_no_findings_until_another_program_comes(
    postgres: DebianPostgres, owner: str, database: str
) -> None:
    url = postgres.url(database, owner)
    for _ in range(2):
        report = await preflight(address_of(f"{url}?pooler=none"))
        assert report == ([], 6)
        await migrate(address_of(url), only_status=False)
    # A later version makes a table of a name that another program has taken meanwhile.
    history = "DELETE FROM schema_migrations WHERE version > 8"
    postgres.psql(url, f"{history}; DROP TABLE owners; CREATE TABLE owners (id integer)")
    assert "the table owners in this database belongs to another program: rename" in await refusal(
        url
    )


async def test_its_statements_are_valid(postgres: DebianPostgres) -> None:
    async with connected(address_of(postgres.url()), "test") as connection:
        for statement in STATEMENTS:
            await connection.prepare(statement)


@pytest.mark.parametrize("encoding", ["LATIN1", "SQL_ASCII"])
async def test_another_encoding_is_refused(
    postgres: DebianPostgres, owner: str, encoding: str
) -> None:
    name = postgres.database(owner, f"ENCODING '{encoding}' TEMPLATE template0")

    message = await refusal(postgres.url(name, owner))

    assert f"has the encoding {encoding}, and names need UTF8: create one with" in message
    assert postgres.psql(postgres.url(name, owner), TABLES) == "0"


async def test_a_database_that_is_read_only_by_default_is_refused(
    postgres: DebianPostgres, owner: str, database: str
) -> None:
    sql = f"ALTER DATABASE {database} SET default_transaction_read_only = on"
    postgres.psql(postgres.url(), sql)

    assert "default_transaction_read_only is on: reset it" in await refusal(
        postgres.url(database, owner)
    )


@pytest.fixture
def standby(postgres: DebianPostgres) -> Iterator[str]:
    """The address of a hot standby."""
    copy = postgres.directory / "standby"
    postgres.run("pg_basebackup", "--checkpoint=fast", "-D", copy, "-d", postgres.url())
    (copy / "standby.signal").touch()
    with reserve_port() as reserved:
        port = reserved.getsockname()[1]
        server = DebianPostgres(copy, postgres.account, postgres.programs, port)
        server.data = copy
        with serving(server, *FAST):
            yield server.url()
    shutil.rmtree(copy)


async def test_a_standby_is_refused(standby: str) -> None:
    assert "is a read-only standby: put the primary's address into" in await refusal(standby)


@pytest.mark.parametrize(
    ("table", "other"),
    [
        ("schema_migrations (version varchar PRIMARY KEY)", "schema_migrations"),
        ("schema_migrations (version bigint PRIMARY KEY, dirty boolean)", "schema_migrations"),
        ("schema_migrations (version bigint, inserted_at timestamp(0))", "schema_migrations"),
        ("accounts (id integer)", "accounts"),
        ("balances (id integer)", "balances"),
    ],
)
async def test_tables_of_another_program_are_refused_and_a_schema_of_its_own_is_the_way_out(
    postgres: DebianPostgres, owner: str, database: str, table: str, other: str
) -> None:
    url = postgres.url(database, owner)
    postgres.psql(url, f"CREATE TABLE {table}")

    message = await refusal(url)

    assert (
        f"the table {other} in this database belongs to another program: set DB_SCHEMA" in message
    )
    assert postgres.psql(url, TABLES) == "1"
    for line in await migrate(address_of(url, "poker"), only_status=False):
        assert "applied now" in line


async def test_what_another_server_makes_at_this_moment_is_no_other_programs(
    postgres: DebianPostgres, owner: str, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = address_of(postgres.url(database, owner))

    async def overtaken(connection: Connection) -> list[Migration]:
        files = await status(connection)
        await apply_files(address)
        return files

    monkeypatch.setattr(preflight_module, "status", overtaken)

    assert (await preflight(replace(address, pooler="none"))).findings == []


async def test_a_role_without_rights_is_told_which_ones_it_needs(postgres: DebianPostgres) -> None:
    role = postgres.role()
    name = postgres.database("postgres")
    url, admin = postgres.url(name, role), postgres.url(name)

    assert f'run GRANT CREATE ON SCHEMA "public" TO "{role}"' in await refusal(url)
    assert f"run CREATE SCHEMA poker AUTHORIZATION {role}" in await refusal(url, "poker")
    await migrate(address_of(admin), only_status=False)
    assert f"migrate --server-role {role} with the DATABASE_URL" in await refusal(url)
    await migrate(address_of(admin), only_status=False, server_role=role)
    assert (await preflight(address_of(url))).findings == []
    postgres.psql(admin, "DELETE FROM schema_migrations WHERE version > 7")
    said = await refusal(url)
    assert "migrations are missing, and the tables belong to another role" in said
    assert f"migrate --server-role {role} with the DATABASE_URL of their owner, postgres" in said

    postgres.psql(admin, f"CREATE SCHEMA poker AUTHORIZATION {role}")
    assert await migrate(address_of(url, "poker"), only_status=False)


async def test_too_few_connections_are_refused(postgres: DebianPostgres, owner: str) -> None:
    name = postgres.database(owner, "CONNECTION LIMIT 1")

    assert f'ALTER DATABASE "{name}" CONNECTION LIMIT 20' in await refusal(
        postgres.url(name, owner)
    )


@pytest.fixture
async def server(postgres: DebianPostgres) -> AsyncIterator[ServerProcess]:
    """A server whose role may have three connections."""
    role = postgres.role("CONNECTION LIMIT 3")
    process = ServerProcess(
        database_url=postgres.url(postgres.database(role), role),
        use_db_repository=True,
        use_durable_acks=True,
        use_input_validation=True,
        compare_interval_ms=0,
    )
    yield process
    if process.running:
        await process.kill()


async def test_with_three_connections_it_plays_and_says_when_they_are_taken(
    server: ServerProcess, postgres: DebianPostgres
) -> None:
    await server.start()
    (finding,) = server.log("database_checked")
    assert finding["check"] == "connections"
    assert "may have only 3 connections, and the server uses 6" in finding["finding"]
    async with connect(server.socket_url, name="Ann") as ann:
        table = await ann.create_table("Small", TableConfig())
        await ann.sit(table, 5_000)
        role = address_of(server.settings["DATABASE_URL"]).user
        postgres.psql(
            postgres.url(),
            f"ALTER ROLE {role} CONNECTION LIMIT 0",
            f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '{role}'",
        )
        # The first may only notice that its connection is gone.
        for _ in range(2):
            with pytest.raises(CommandRejected):
                await ann.account()
        advice = "close other programs' connections, or raise the limit"
        await server.logged("read_failed", lambda line: advice in line["error"])
        assert (await server.health())["database"] == "down"

        postgres.psql(postgres.url(), f"ALTER ROLE {role} CONNECTION LIMIT 3")
        await ann.account()
        await server.logged("reads_resumed")
        assert (await server.health())["database"] == "up"
    assert await server.stop() == 0
