"""`doctor` on set-ups that work and on broken ones: the line that says what is wrong."""

import asyncio
import io
import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from typing import NamedTuple

import pytest

from pokerws.doctor.command import doctor, wall_ms
from pokerws.settings import load
from pokerws.storage.postgres.address import address_of
from pokerws.storage.postgres.connecting import connected
from pokerws.storage.postgres.migrate import migrate
from pokerws.storage.postgres.preflight import LEAST_CONNECTIONS
from pokerws.storage.vault.keys import new_key, written
from tests.certificates import self_signed
from tests.e2e.process import REPOSITORY
from tests.external.debian_postgres import DebianPostgres
from tests.external.pgbouncer import pgbouncer
from tests.postgres_fixtures import Databases
from tests.vaults import KEY, VAULT_KEYS

CHECKS = [
    *("settings", "open files", "TLS", "auth", "database", "pooler", "parameters", "server"),
    *("writes", "clock", "connections", "role", "migrations", "row security", "vault", "tables"),
]
# The roles of an API gateway, which other tests of the cluster may have made.
GATEWAY = """
DO $$ BEGIN
    CREATE ROLE anon; CREATE ROLE authenticated; CREATE ROLE service_role BYPASSRLS;
EXCEPTION WHEN duplicate_object THEN NULL; END $$
"""
GAME = """
INSERT INTO games (id, name, status, variant, players, hand_number, total_pot, version, epoch,
    config, created_at, updated_at, chips, balance, key_id)
VALUES ('g1', 'One', 'active', 'NT', 2, 1, 0, 1, 1, '{{}}', now(), now(), 0, 0, '{key_id}')
"""


class Report:
    """What doctor printed."""

    def __init__(self, code: int, text: str) -> None:
        self.code = code
        self.lines = text.splitlines()
        rows = [line.split(maxsplit=1) for line in self.lines]
        self.results = [
            (next(check for check in [*CHECKS, "disk"] if rest.startswith(check)), result, rest)
            for result, rest in rows
        ]

    def __getitem__(self, check: str) -> str:
        """The only line of a check, with the spaces in it joined."""
        (found,) = (f"{result} {rest}" for name, result, rest in self.results if name == check)
        return " ".join(found.split())

    def of(self, result: str) -> list[str]:
        """The checks with this result."""
        return [name for name, found, _ in self.results if found == result]


async def examine(clock: Callable[[], int] = wall_ms, /, **environ: str) -> Report:
    out = io.StringIO()
    given: Mapping[str, str] = {"VAULT_KEYS": VAULT_KEYS, **environ}
    code = await doctor(lambda: load(given), given, out, as_json=False, now_ms=clock)
    assert "horse" not in out.getvalue(), "a password is shown"
    return Report(code, out.getvalue())


class Migrated(NamedTuple):
    """A migrated database, and the role that owns its tables."""

    url: str
    name: str
    owner: str


@pytest.fixture(scope="module")
def template(postgres: DebianPostgres) -> Migrated:
    """A database that nobody connects to, to be copied."""
    owner = postgres.role()
    name = postgres.database(owner)
    url = postgres.url(name, owner)
    asyncio.run(migrate(address_of(url)))
    return Migrated(url, name, owner)


@pytest.fixture
def migrated(postgres: DebianPostgres, template: Migrated) -> Iterator[Migrated]:
    """A copy of it; what a test changes of the role is undone."""
    name = postgres.database(template.owner, f"TEMPLATE {template.name} STRATEGY FILE_COPY")
    yield Migrated(postgres.url(name, template.owner), name, template.owner)
    postgres.psql(
        postgres.url(),
        f"ALTER ROLE {template.owner} RESET ALL",
        f"ALTER ROLE {template.owner} CONNECTION LIMIT -1",
    )


async def test_nothing_is_wrong_with_a_new_database(migrated: Migrated) -> None:
    found = await examine(DATABASE_URL=migrated.url, USE_DB_REPOSITORY="1")
    assert found.code == 0, found.lines
    assert [name for name, *_ in found.results] == CHECKS
    # But for what makes the tests' PostgreSQL fast.
    assert found.of("ok") == [check for check in CHECKS if check != "writes"]
    assert found["writes"].startswith("warn writes fsync is off, so a crash of the machine may")
    assert found["pooler"] == "ok pooler none: a direct connection"
    assert "PostgreSQL 15" in found["server"]
    assert "owns the tables" in found["role"]
    assert found["vault"].endswith(f"VAULT_KEYS decrypts all hands in play; {KEY.id} encrypts")


async def test_tables_that_a_start_would_ask_about_are_told(
    postgres: DebianPostgres, migrated: Migrated
) -> None:
    database = postgres.url(migrated.name)
    postgres.psql(database, GAME.format(key_id=KEY.id))
    found = await examine(DATABASE_URL=migrated.url)
    assert found["tables"].startswith("warn tables 1 in play and USE_DB_REPOSITORY is off: ")
    assert (await examine(DATABASE_URL=migrated.url, OVERTAKE="1"))["tables"].startswith("ok ")
    stored = {"DATABASE_URL": migrated.url, "USE_DB_REPOSITORY": "1"}
    assert (await examine(**stored))["tables"] == "ok tables 1 in play"
    postgres.psql(database, "INSERT INTO memory_play (began_at) VALUES (now() + interval '1 s')")
    assert (await examine(**stored))["tables"].startswith("warn tables 1 left behind by play in ")
    chosen = await examine(**stored, OVERTAKEN_TABLES="resume")
    assert (chosen.code, chosen["tables"]) == (0, "ok tables 0 in play")


async def test_before_the_first_start_it_says_what_the_start_will_do(
    postgres: DebianPostgres, owner: str, database: str
) -> None:
    found = await examine(DATABASE_URL=postgres.url(database, owner))
    assert found.code == 0, found.lines
    assert f"{owner} may create the tables in public" in found["role"]
    assert "missing: the server applies them at its start" in found["migrations"]
    assert postgres.psql(postgres.url(database), "SELECT to_regclass('games')") == ""


async def test_nothing_is_written_so_a_read_only_database_fails_by_that_alone(
    postgres: DebianPostgres, migrated: Migrated
) -> None:
    postgres.psql(
        postgres.url(), f"ALTER ROLE {migrated.owner} SET default_transaction_read_only = on"
    )
    found = await examine(DATABASE_URL=migrated.url)
    assert (found.code, found.of("FAIL")) == (1, ["writes"])
    assert "default_transaction_read_only" in found["writes"]


async def test_a_database_that_is_down_fails_and_what_needs_it_is_skipped() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        found = await examine(DATABASE_URL=f"postgres://poker:horse@127.0.0.1:{port}/poker")
    assert (found.code, found.of("FAIL")) == (1, ["database"])
    assert f"nothing listens at 127.0.0.1:{port}: start the database" in found["database"]
    assert found.of("skipped") == CHECKS[CHECKS.index("pooler") :]


async def test_a_wrong_password_is_told_and_not_shown(
    postgres: DebianPostgres, owner: str, database: str
) -> None:
    url = f"postgres://{owner}:deadhorse@127.0.0.1:{postgres.port}/{database}"
    found = await examine(DATABASE_URL=url)
    assert (found.code, found.of("FAIL")) == (1, ["database"])
    assert f"refuses user '{owner}' or its password" in found["database"]


async def test_an_address_that_is_none_is_told() -> None:
    found = await examine(DATABASE_URL="postgres://poker:ho#rse@db/poker")
    assert (found.code, found.of("FAIL")) == (1, ["database"])
    assert "percent-encoded" in found["database"]


async def test_another_encoding_cannot_hold_all_names(postgres: DebianPostgres, owner: str) -> None:
    database = postgres.database(owner, "ENCODING 'LATIN1' TEMPLATE template0")
    found = await examine(DATABASE_URL=postgres.url(database, owner))
    assert (found.code, found.of("FAIL")) == (1, ["server"])
    assert "has the encoding LATIN1, and names need UTF8" in found["server"]


@pytest.mark.parametrize(
    ("limit", "result"), [(LEAST_CONNECTIONS - 1, "FAIL"), (LEAST_CONNECTIONS, "warn")]
)
async def test_too_few_connections_are_told_before_they_run_out(
    limit: int, result: str, postgres: DebianPostgres, migrated: Migrated
) -> None:
    postgres.psql(postgres.url(), f"ALTER ROLE {migrated.owner} CONNECTION LIMIT {limit}")
    found = await examine(DATABASE_URL=migrated.url)
    assert found.code == (result == "FAIL")
    assert found["connections"].startswith(f"{result} connections ")
    assert f"may have only {limit} connections" in found["connections"]


async def test_connections_that_others_have_are_not_left_for_the_server(
    postgres: DebianPostgres, migrated: Migrated
) -> None:
    postgres.psql(postgres.url(), f"ALTER ROLE {migrated.owner} CONNECTION LIMIT 6")
    async with AsyncExitStack() as others:
        for _ in range(5):
            await others.enter_async_context(connected(address_of(migrated.url), "another program"))
        found = await examine(DATABASE_URL=migrated.url)
    assert (found.code, found.of("FAIL")) == (1, ["connections"])
    assert "the role's limit of 6 leaves 1: raise it (ALTER ROLE" in found["connections"]


async def test_a_role_that_may_not_make_tables_is_told(
    postgres: DebianPostgres, database: str
) -> None:
    stranger = postgres.role()
    found = await examine(DATABASE_URL=postgres.url(database, stranger))
    assert (found.code, found.of("FAIL")) == (1, ["role", "migrations"])
    assert f'GRANT CREATE ON SCHEMA "public" TO "{stranger}"' in found["role"]


async def test_a_schema_that_is_not_there_yet_may_be_made_by_the_databases_owner(
    postgres: DebianPostgres, owner: str, database: str
) -> None:
    found = await examine(DATABASE_URL=postgres.url(database, owner), DB_SCHEMA="poker")
    assert found.code == 0, found.lines
    assert found["role"] == f"ok role {owner} may create the tables in a new schema"
    stranger = postgres.role()
    found = await examine(DATABASE_URL=postgres.url(database, stranger), DB_SCHEMA="poker")
    assert (found.code, found.of("FAIL")) == (1, ["role", "migrations"])
    assert f"run CREATE SCHEMA poker AUTHORIZATION {stranger}" in found["role"]


async def test_a_role_without_rights_on_the_tables_is_told(
    postgres: DebianPostgres, migrated: Migrated
) -> None:
    stranger = postgres.role()
    found = await examine(DATABASE_URL=postgres.url(migrated.name, stranger))
    assert found.code == 1
    assert f"hides the tables from the role {stranger}: " in found["role"]


async def test_a_newer_database_is_told(postgres: DebianPostgres, migrated: Migrated) -> None:
    postgres.psql(migrated.url, "INSERT INTO schema_migrations VALUES (9999, 'tomorrow')")
    found = await examine(DATABASE_URL=migrated.url)
    assert (found.code, found.of("FAIL")) == (1, ["migrations"])
    assert "the database is newer than this code: it has migration 9999" in found["migrations"]


async def test_another_programs_migrations_are_told(
    postgres: DebianPostgres, owner: str, database: str
) -> None:
    url = postgres.url(database, owner)
    postgres.psql(url, "CREATE TABLE schema_migrations (version varchar PRIMARY KEY)")
    found = await examine(DATABASE_URL=url)
    assert found.code == 1
    assert found.of("FAIL") == ["migrations"]
    assert "DB_SCHEMA" in found["migrations"]


async def test_a_key_that_is_gone_is_told(postgres: DebianPostgres, migrated: Migrated) -> None:
    postgres.psql(migrated.url, GAME.format(key_id="old"))
    found = await examine(DATABASE_URL=migrated.url)
    assert (found.code, found.of("FAIL")) == (1, ["vault"])
    assert "sealed by keys that VAULT_KEYS does not have: old (1 table)" in found["vault"]


async def test_a_rotated_key_is_shown_while_tables_need_it(
    postgres: DebianPostgres, migrated: Migrated
) -> None:
    new = new_key()
    postgres.psql(migrated.url, GAME.format(key_id=KEY.id))
    found = await examine(DATABASE_URL=migrated.url, VAULT_KEYS=f"{written(new)},{VAULT_KEYS}")
    assert found.code == 0, found.lines
    assert f"{new.id} encrypts; tables still under older keys: {KEY.id} (1)" in found["vault"]


async def test_no_key_yet_is_no_fault_and_makes_none(migrated: Migrated, tmp_path: Path) -> None:
    file = tmp_path / "vault.key"
    found = await examine(DATABASE_URL=migrated.url, VAULT_KEYS="", VAULT_KEY_FILE=str(file))
    assert found.code == 0, found.lines
    assert f"no key yet: the server creates {file}" in found["vault"]
    assert not file.exists()


async def test_row_security_that_is_off_is_told(
    postgres: DebianPostgres, migrated: Migrated
) -> None:
    postgres.psql(migrated.url, "ALTER TABLE server_keys DISABLE ROW LEVEL SECURITY")
    found = await examine(DATABASE_URL=migrated.url)
    assert (found.code, found.of("FAIL")) == (1, ["row security"])
    assert "off on server_keys: " in found["row security"]


async def test_a_table_that_anybody_reads_is_told(
    postgres: DebianPostgres, migrated: Migrated
) -> None:
    postgres.psql(postgres.url(), GATEWAY)
    postgres.psql(
        migrated.url,
        "GRANT SELECT ON games TO anon; CREATE POLICY everybody ON games USING (true)",
        "GRANT SELECT ON server_keys TO PUBLIC; ALTER TABLE server_keys DISABLE ROW LEVEL SECURITY",
    )
    found = await examine(DATABASE_URL=migrated.url)
    assert (found.code, found.of("FAIL")) == (1, ["row security"])
    assert "PUBLIC can read server_keys; anon can read games, server_keys" in found["row security"]


async def test_rights_that_row_security_does_not_cover_are_told(
    postgres: DebianPostgres, migrated: Migrated
) -> None:
    postgres.psql(migrated.url, "GRANT TRUNCATE ON games TO PUBLIC")
    found = await examine(DATABASE_URL=migrated.url)
    assert (found.code, found.of("FAIL")) == (1, ["row security"])
    assert "to truncate, on games: run" in found["row security"]


async def test_what_does_not_keep_a_server_from_starting_is_a_warning(migrated: Migrated) -> None:
    url = f"{migrated.url}?options=-csynchronous_commit%3Doff"
    found = await examine(lambda: wall_ms() - 3_600_000, DATABASE_URL=url, DATABSE_URL=url)
    assert (found.code, found.of("warn")) == (0, ["settings", "writes", "clock"])
    assert found["settings"].endswith("DATABSE_URL is not a setting; did you mean DATABASE_URL?")
    assert "synchronous_commit is off, so a crash of PostgreSQL may lose" in found["writes"]
    assert "ahead of this machine's: set both by NTP" in found["clock"]


async def test_a_pooler_is_named_with_its_mode(
    postgres: DebianPostgres, migrated: Migrated
) -> None:
    for mode, result in (("transaction", "warn"), ("session", "ok")):
        with pgbouncer(postgres, mode) as port:
            found = await examine(DATABASE_URL=postgres.url(migrated.name, migrated.owner, port))
        assert found.code == 0, found.lines
        assert found["pooler"].startswith(f"{result} pooler ")
        assert f"in {mode} mode" in found["pooler"]


@pytest.mark.parametrize(
    ("valid_hours", "result", "said"),
    [
        (-1, "FAIL", "expired on"),
        (50, "warn", "expires in 2 days: renew it"),
        (1000, "ok", "and its key match; it expires in 41 days"),
    ],
)
async def test_a_certificate_is_judged_by_its_end(
    valid_hours: int, result: str, said: str, tmp_path: Path
) -> None:
    pair = self_signed(tmp_path, "poker.example", valid_hours)
    found = await examine(**{name.upper(): value for name, value in pair.items()})
    assert found.code == (result == "FAIL")
    assert found["TLS"].startswith(f"{result} TLS ")
    assert said in found["TLS"]


async def test_a_key_of_another_certificate_is_told(tmp_path: Path) -> None:
    pair = self_signed(tmp_path, "poker.example")
    (tmp_path / "server.key").rename(tmp_path / "kept.key")
    self_signed(tmp_path, "other.example")
    (tmp_path / "kept.key").rename(tmp_path / "server.key")
    found = await examine(**{name.upper(): value for name, value in pair.items()})
    assert (found.code, found.of("FAIL")) == (1, ["TLS"])
    assert "is not the key of the certificate" in found["TLS"]


async def test_keys_of_tokens_that_cannot_be_read_are_told() -> None:
    found = await examine(USE_AUTH_MIDDLEWARE="1", AUTH_JWKS="/nowhere/keys.json")
    assert (found.code, found.of("FAIL")) == (1, ["auth"])
    assert "AUTH_JWKS" in found["auth"]


async def test_invalid_settings_are_a_failure_of_their_own() -> None:
    found = await examine(METRICS_TOKEN_FILE="/nowhere", DATABASE_URL="postgres://db/poker")
    assert (found.code, found.of("FAIL")) == (1, ["settings"])
    assert "METRICS_TOKEN_FILE cannot be read: '/nowhere'" in found["settings"]
    assert found.of("skipped") == CHECKS[1:]


async def test_an_embedded_database_is_asked_where_it_runs(
    databases: Databases, place: Path, tmp_path: Path
) -> None:
    directory = databases.server.cluster.parent
    running = await examine(DATABASE_URL=f"embedded:{directory}", USE_DB_REPOSITORY="1")
    assert running.code == 0, running.lines
    assert "MB are free" in running["disk"]
    assert "missing: the server applies them" in running["migrations"]

    absent = await examine(DATABASE_URL=f"embedded:{place / 'db'}", USE_DB_REPOSITORY="1")
    assert absent.code == 0, absent.lines
    assert "the server creates" in absent["database"]
    assert not (place / "db").exists()

    (place / "db" / "cluster").mkdir(parents=True)
    stopped = await examine(DATABASE_URL=f"embedded:{place / 'db'}", USE_DB_REPOSITORY="1")
    assert "not running: run this beside the server" in stopped["database"]
    assert stopped.code == 0

    off = await examine(DATABASE_URL=f"embedded:{place / 'db'}")
    assert "off: USE_DB_REPOSITORY is not set" in off["database"]


def test_the_command_warns_of_few_open_files_and_the_server_does_too(tmp_path: Path) -> None:
    few = ["bash", "-c", 'ulimit -n 256; exec "$@"', "bash"]
    command = [*few, sys.executable, str(REPOSITORY / "server.py")]
    environ = {"PATH": os.environ["PATH"], "PORT": "0", "LOG_FORMAT": "json"}

    def run(*arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*command, *arguments],
            cwd=tmp_path,
            env={**environ, **more},
            capture_output=True,
            text=True,
            check=False,
            timeout=170,
        )

    done = run("doctor", "--json")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["healthy"] is True
    (files,) = (one for one in report["checks"] if one["check"] == "open files")
    assert files["result"] == "warn"
    assert files["text"].startswith("256 may be open and MAX_CONNECTIONS needs 10100: raise")
    # The start goes no further than to a host that is nobody's.
    started = run("serve", HOST="203.0.113.1")
    (line,) = (line for line in started.stdout.splitlines() if "open_files_low" in line)
    assert json.loads(line)["needed"] == 10_100
    assert json.loads(line)["level"] == "warning"
