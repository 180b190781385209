"""Who reaches the tables: their owner, admitted roles, and nobody else."""

import io
import itertools
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import chain
from pathlib import Path
from typing import TypeAlias

import asyncpg
import pytest

from pokerws.game.state import PlayerId, TableId
from pokerws.maintenance.verify import verify
from pokerws.storage.errors import DatabaseError, RightsMissing
from pokerws.storage.postgres import overtaken
from pokerws.storage.postgres.address import Address, address_of
from pokerws.storage.postgres.migrate import SQL, migrate, status
from pokerws.storage.postgres.rights import STATEMENTS, check_rights, grant_server
from pokerws.storage.postgres.store import PostgresStore
from tests.postgres_fixtures import Databases
from tests.storage.changes import change
from tests.storage.conftest import Logged
from tests.storage.played import play_a_game
from tests.vaults import VAULT

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

# The last version without row level security.
OPEN = 6
# What an API gateway does to a schema, as Supabase sets it up.
GATEWAY = """
DO $$ BEGIN
    CREATE ROLE anon; CREATE ROLE authenticated; CREATE ROLE service_role BYPASSRLS;
EXCEPTION WHEN duplicate_object THEN NULL; END $$;
GRANT USAGE ON SCHEMA {schema} TO anon, authenticated, service_role;
ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA {schema}
    GRANT ALL ON TABLES TO anon, authenticated, service_role;
ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA {schema}
    GRANT ALL ON FUNCTIONS TO anon, authenticated, service_role;
ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA {schema}
    GRANT ALL ON SEQUENCES TO anon, authenticated, service_role;
"""
ATTEMPTS = (
    "SELECT value FROM server_keys",
    "UPDATE accounts SET balance = 1",
    "INSERT INTO player_names VALUES ('a', 'b', 'c', now())",
    "DELETE FROM revoked_sessions",
    "TRUNCATE accounts",
    "SELECT count(*) FROM game_log_p00",
    "SELECT count(*) FROM balances",
    "SELECT setval('transfers_id_seq', 1)",
    "SELECT claim_name('a', 'b', 'c', now(), now())",
    "CREATE TRIGGER mine BEFORE UPDATE ON accounts EXECUTE FUNCTION games_keep_their_events()",
)
# Whatever in the schema is not closed, and is not of another program.
HOLES = """
SELECT 'no row level security on ' || relname FROM pg_class
WHERE relnamespace = quote_ident(current_schema())::regnamespace AND relkind IN ('r', 'p')
  AND NOT relrowsecurity
UNION ALL
SELECT 'no invoker''s rights in ' || relname FROM pg_class
WHERE relnamespace = quote_ident(current_schema())::regnamespace AND relkind = 'v'
  AND NOT coalesce(reloptions @> '{security_invoker=true}', false)
UNION ALL
SELECT 'not known as ours: ' || relname FROM pg_class
WHERE relnamespace = quote_ident(current_schema())::regnamespace AND relkind IN ('r', 'p', 'v')
  AND NOT relispartition AND oid NOT IN (SELECT pokerws_relations())
UNION ALL
SELECT 'rights of ' || grantee::regrole || ' on ' || relname FROM pg_class, aclexplode(relacl)
WHERE relnamespace = quote_ident(current_schema())::regnamespace AND relkind IN ('r', 'p', 'v', 'S')
  AND (grantee = 0 OR grantee::regrole::text IN ('anon', 'authenticated')
       OR privilege_type IN ('TRUNCATE', 'TRIGGER', 'REFERENCES') AND grantee <> relowner)
UNION ALL
SELECT proname || ' can be called by all, or looks for tables anywhere' FROM pg_proc
WHERE pronamespace = quote_ident(current_schema())::regnamespace AND (
    proacl IS NULL OR EXISTS (
        SELECT FROM aclexplode(proacl)
        WHERE grantee = 0 OR grantee::regrole::text IN ('anon', 'authenticated'))
    OR proconfig IS DISTINCT FROM
       ARRAY['search_path=' || quote_ident(current_schema()) || ', pg_temp']
    OR obj_description(oid, 'pg_proc') NOT LIKE 'pokerws: %')
"""

_numbers = itertools.count(1)


def new_role(databases: Databases) -> str:
    """A role that may log in and nothing else."""
    name = f"Role-{next(_numbers)}"
    databases.psql(databases.server.dsn, "-c", f'CREATE ROLE "{name}" LOGIN')
    return name


def as_role(url: str, role: str, schema: str | None = None) -> Address:
    """The address for another role."""
    return address_of(url_for(url, role), schema)


def url_for(url: str, role: str) -> str:
    return url.replace("postgres@", f"{role}@")


@asynccontextmanager
async def connection_to(url: str, role: str = "postgres") -> AsyncIterator[Connection]:
    connection = await asyncpg.connect(url_for(url, role))
    try:
        yield connection
    finally:
        await connection.close()


@pytest.fixture
def role(databases: Databases) -> str:
    return new_role(databases)


@pytest.fixture
def server_url(databases: Databases, database_url: str, role: str) -> str:
    """The address for a role that was admitted as a server's."""
    databases.psql(database_url, "-c", f"SELECT pokerws_grant_server('{role}')")
    return url_for(database_url, role)


def files(place: Path, last: int, *more: str) -> Path:
    """A directory with the migrations up to `last` and `more` ones."""
    for file in SQL.glob("[0-9]*.sql"):
        if int(file.name[:4]) <= last:
            shutil.copy(file, place)
    for number, text in enumerate(more, last + 1):
        record = f"INSERT INTO schema_migrations (version, name) VALUES ({number}, 'later');"
        (place / f"{number:04}_later.sql").write_text(f"BEGIN; {text} {record} COMMIT;")
    return place


@pytest.mark.parametrize("schema", ["public", "Poker room"])
async def test_what_default_privileges_gave_to_everybody_is_taken_away_again(
    databases: Databases, bare_database_url: str, role: str, tmp_path: Path, schema: str
) -> None:
    quoted = {"owner": f'"{role}"', "schema": f'"{schema}"'}
    async with connection_to(bare_database_url) as admin:
        await admin.execute(
            f"CREATE SCHEMA IF NOT EXISTS {quoted['schema']};"
            f"GRANT CREATE, USAGE ON SCHEMA {quoted['schema']} TO {quoted['owner']}"
        )
        await admin.execute(GATEWAY.format(**quoted))
        async with connection_to(bare_database_url, role) as owner:
            for connection in (admin, owner):
                await connection.execute(f"SET search_path = {quoted['schema']}")
            await migrate(owner, files(tmp_path, OPEN))
            await owner.execute("CREATE TABLE of_others AS SELECT 1 AS one")
            await admin.execute("SET ROLE anon")
            await admin.execute("UPDATE accounts SET balance = 7")
            await admin.execute("RESET ROLE")

            await migrate(owner)

            # Two complaints show that the query finds holes: another program's table has them all.
            holes = [row[0] for row in await owner.fetch(HOLES)]
            assert [hole for hole in holes if "of_others" not in hole] == []
            assert "no row level security on of_others" in holes
            assert "rights of anon on of_others" in holes
            assert await owner.fetchval("SELECT balance FROM accounts") == 7
        for outsider in ("anon", "authenticated"):
            await admin.execute(f"SET ROLE {outsider}")
            assert await admin.fetchval("SELECT one FROM of_others") == 1
            for attempt in ATTEMPTS:
                with pytest.raises(asyncpg.InsufficientPrivilegeError):
                    await admin.execute(attempt)
            await admin.execute("RESET ROLE")


async def test_rights_alone_show_nobody_a_row(
    databases: Databases, database_url: str, role: str
) -> None:
    async with connection_to(database_url) as admin:
        await admin.execute(f'GRANT ALL ON ALL TABLES IN SCHEMA public TO "{role}"')
    async with connection_to(database_url, role) as stranger:
        tables = [row[0] for row in await stranger.fetch(RELATIONS)]
        assert len(tables) > 20
        for table in tables:
            assert await stranger.fetchval(f"SELECT count(*) FROM {table}") == 0
        assert await stranger.execute("UPDATE accounts SET balance = 1") == "UPDATE 0"
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
            await stranger.execute("INSERT INTO server_keys VALUES ('session', repeat('k', 32))")


RELATIONS = """
SELECT oid::regclass::text FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v')
"""


async def test_a_role_that_sees_no_rows_is_told_and_does_not_find_an_empty_database(
    databases: Databases, database_url: str, role: str
) -> None:
    hidden = (
        f"row level security hides the tables from the role {role}: .*; run .* migrate "
        f"--server-role {role} with the DATABASE_URL of their owner, postgres"
    )
    await play_a_game(database_url, hands=0)
    databases.psql(database_url, "-c", f'GRANT ALL ON ALL TABLES IN SCHEMA public TO "{role}"')
    url = as_role(database_url, role)

    for refused in (migrate(url), status(url), overtaken.note(url, 1)):
        with pytest.raises(RightsMissing, match=hidden):
            await refused
    with pytest.raises(DatabaseError, match=hidden):
        await verify(url, None, io.StringIO(), io.StringIO(), vault=VAULT)

    # A policy on some tables is not enough.
    databases.psql(
        database_url, "-c", f'CREATE POLICY mine ON schema_migrations TO "{role}" USING (true)'
    )
    assert all(migration.applied_at for migration in await status(url))
    with pytest.raises(RightsMissing, match=r"hides the tables .*: accounts, .*, transfers; run"):
        await migrate(url)


async def test_a_role_without_rights_is_told_which_it_lacks(
    databases: Databases, server_url: str, database_url: str, role: str
) -> None:
    databases.psql(database_url, "-c", f'REVOKE INSERT ON transfers, games FROM "{role}"')
    with pytest.raises(RightsMissing, match=f"{role} has no rights on the tables: games, transf"):
        await migrate(address_of(server_url))


async def test_a_server_that_owns_no_table_plays_loads_and_verifies(
    databases: Databases, server_url: str, database_url: str, role: str
) -> None:
    assert await migrate(address_of(server_url)) == []
    await play_a_game(server_url, hands=2)
    store = await PostgresStore.open(address_of(server_url))
    try:
        claimed = await store.claim(TableId("t1"))
        assert claimed is not None
        assert claimed.epoch == 2
        assert await store.names.claim("ann", PlayerId("ann"), "Ann", now_ms=0, until_ms=1)
    finally:
        await store.close()
    out = io.StringIO()
    assert await verify(address_of(server_url), None, out, io.StringIO(), vault=VAULT) == 0
    assert out.getvalue().startswith("1 game verified, 0 mismatches")
    await overtaken.note(address_of(server_url), 1)
    assert await overtaken.overtaken(address_of(server_url)) == (1, 0)
    await overtaken.settle(address_of(server_url))
    databases.psql(server_url, "-v", "ON_ERROR_STOP=1", "-f", str(SQL / "monitoring.sql"))
    async with connection_to(database_url, role) as server:
        for attempt in (
            "TRUNCATE accounts",
            "ALTER TABLE games DISABLE ROW LEVEL SECURITY",
            "DELETE FROM schema_migrations",
            f"SELECT pokerws_grant_server('{role}')",
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await server.execute(attempt)


async def test_a_server_that_owns_no_table_cannot_migrate_and_says_who_can(
    databases: Databases, bare_database_url: str, role: str, tmp_path: Path
) -> None:
    url = as_role(bare_database_url, role)
    with pytest.raises(RightsMissing, match=r"0001_games is missing.*a role that may create tab"):
        await migrate(url)
    await migrate(address_of(bare_database_url))
    async with connection_to(bare_database_url) as owner:
        await grant_server(owner, role)
    last = max(int(file.name[:4]) for file in SQL.glob("[0-9]*.sql"))
    later = files(tmp_path, last, "ALTER TABLE games ADD COLUMN more text;")

    with pytest.raises(
        RightsMissing,
        match=f"{last + 1:04}_later is missing, and the role {role} has no right to apply it "
        f".*must be owner of table games.*: run .* migrate --server-role {role} with .* postgres$",
    ):
        await migrate(url, later)


async def test_later_tables_and_functions_are_opened_to_those_who_were_admitted(
    databases: Databases, bare_database_url: str, role: str, tmp_path: Path
) -> None:
    owner, other = new_role(databases), new_role(databases)
    async with connection_to(bare_database_url) as admin:
        await admin.execute(f'GRANT CREATE ON SCHEMA public TO "{owner}"')
        async with connection_to(bare_database_url, owner) as owning:
            await migrate(owning)
            await grant_server(owning, role)
            await grant_server(owning, other)
        last = max(int(file.name[:4]) for file in SQL.glob("[0-9]*.sql"))
        # Applied by somebody else than the owner of the other tables.
        later = files(
            tmp_path,
            last,
            "CREATE TABLE later (id int); SELECT pokerws_secure('later');"
            "CREATE FUNCTION later_one() RETURNS bigint LANGUAGE sql "
            "AS 'SELECT count(*) FROM later';"
            "SELECT pokerws_secure_function('later_one()', 'counts');",
        )
        await migrate(admin, later)
        assert [row[0] for row in await admin.fetch(HOLES)] == []

    for admitted in (owner, role, other):
        async with connection_to(bare_database_url, admitted) as server:
            await check_rights(server, "write")
            await server.execute("INSERT INTO later VALUES (1)")
    async with connection_to(bare_database_url, role) as server:
        assert await server.fetchval("SELECT later_one()") == 3


async def test_a_reader_sees_what_the_operators_queries_ask_for_and_no_secret(
    databases: Databases, database_url: str, role: str
) -> None:
    await play_a_game(database_url, hands=0)
    databases.psql(
        database_url,
        "-c",
        f'GRANT SELECT ON ALL TABLES IN SCHEMA public TO "{role}"',
        "-c",
        f"SELECT pokerws_grant_reader('{role}')",
    )
    url = url_for(database_url, role)
    out = databases.psql(url, "-v", "ON_ERROR_STOP=1", "-f", str(SQL / "monitoring.sql"))
    assert "active|1|" in out
    async with connection_to(database_url, role) as reader:
        assert await reader.fetchval("SELECT count(*) FROM transfers") > 0
        for attempt in (
            "SELECT snapshot FROM game_snapshots",
            "SELECT payload FROM game_log",
            "SELECT receipt FROM game_log",
            "SELECT seq FROM game_events",
            "SELECT value FROM server_keys",
            "SELECT * FROM player_names",
            "SELECT * FROM revoked_sessions",
            "SELECT * FROM session_links",
            "SELECT * FROM player_notes",
            "SELECT * FROM chat_lines",
            "SELECT * FROM admin_log",
            "SELECT * FROM connections",
            "UPDATE accounts SET balance = 1",
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await reader.execute(attempt)
    with pytest.raises(RightsMissing, match="row level security hides the tables"):
        await migrate(address_of(url))


def test_a_reader_of_before_there_were_owners_sees_them_too(
    databases: Databases, bare_database_url: str, role: str
) -> None:
    files = [("-f", str(file)) for file in sorted(SQL.glob("[0-9]*.sql"))]
    older, later = files[:8], files[8:]
    admit = ("-c", f"SELECT pokerws_grant_reader('{role}')")
    databases.psql(bare_database_url, *chain(*older, admit, *later))

    url = url_for(bare_database_url, role)
    databases.psql(url, "-v", "ON_ERROR_STOP=1", "-f", str(SQL / "monitoring.sql"))


@pytest.mark.parametrize("outsider", ["anon", "no_such_role"])
async def test_roles_that_cannot_be_admitted_are_refused(
    databases: Databases, database_url: str, server_url: str, role: str, outsider: str
) -> None:
    async with connection_to(database_url) as owner:
        with pytest.raises(RightsMissing, match=outsider) as caught:
            await grant_server(owner, outsider)
        assert "\n" not in str(caught.value)
        with pytest.raises(asyncpg.InvalidGrantOperationError, match="make another one for read"):
            await owner.execute("SELECT pokerws_grant_reader($1)", role)
    async with connection_to(database_url, role) as server:
        with pytest.raises(RightsMissing, match="run this as their owner"):
            await grant_server(server, role)


async def test_the_statements_are_valid_in_a_migrated_database(database_url: str) -> None:
    async with connection_to(database_url) as connection:
        for statement in STATEMENTS:
            await connection.prepare(statement)


async def test_a_schema_of_its_own_is_made_by_who_may_and_used_by_who_is_admitted(
    databases: Databases, bare_database_url: str, role: str
) -> None:
    url = as_role(bare_database_url, role, "room")
    with pytest.raises(RightsMissing, match=f"CREATE SCHEMA room AUTHORIZATION {role} as the data"):
        await migrate(url)
    owning = address_of(bare_database_url, "room")
    await migrate(owning)
    with pytest.raises(RightsMissing, match=f"the role {role} has no right to use the schema room"):
        await migrate(url)
    async with connection_to(bare_database_url) as owner:
        await owner.execute("SET search_path = room")
        await grant_server(owner, role)
        assert [row[0] for row in await owner.fetch(HOLES)] == []
        assert await owner.fetchval("SELECT to_regclass('public.games')") is None

    assert await migrate(url) == []
    store = await PostgresStore.open(url)
    try:
        assert await store.save([change(), change("t2")]) == {"t1", "t2"}
        assert await store.names.claim("ann", PlayerId("ann"), "Ann", now_ms=0, until_ms=1)
    finally:
        await store.close()
    out = databases.psql(
        f"{bare_database_url}&options=-csearch_path%3Droom",
        *("-v", "ON_ERROR_STOP=1", "-f", str(SQL / "monitoring.sql")),
    )
    assert "active|2|" in out


async def test_what_a_restore_or_a_grant_opens_is_closed_at_the_next_start(
    databases: Databases, database_url: str, server_url: str, role: str, logged: Logged
) -> None:
    databases.psql(
        database_url,
        "-c",
        "GRANT ALL ON ALL TABLES IN SCHEMA public TO PUBLIC",
        "-c",
        "GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO PUBLIC",
        "-c",
        "GRANT ALL ON ALL FUNCTIONS IN SCHEMA public TO PUBLIC",
        "-c",
        f'REVOKE ALL ON games FROM "{role}"',
        "-c",
        "ALTER TABLE accounts DISABLE ROW LEVEL SECURITY",
    )
    await migrate(address_of(server_url))
    (line,) = logged.all("tables_exposed")
    assert {"accounts", "balances", "claim_name", "game_log_p00", "transfers_id_seq"} <= {
        *line["names"]
    }

    await migrate(address_of(database_url))
    await migrate(address_of(database_url))

    assert len(logged.all("tables_closed")) == 1
    async with connection_to(database_url) as owner:
        assert [row[0] for row in await owner.fetch(HOLES)] == []
    # The server's own rights are back too.
    await migrate(address_of(server_url))
    assert len(logged.all("tables_exposed")) == 1
