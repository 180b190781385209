"""`server.py db`: PostgreSQL's own programs on the server's database, whichever it is."""

import asyncio
import os
import sys
from pathlib import Path

import pytest

from pokerws.maintenance.client_program import variables
from tests.e2e.process import REPOSITORY
from tests.postgres_fixtures import Databases

CLIENT = [sys.executable, str(REPOSITORY / "server.py"), "db"]


async def db(url: str, *command: str, given: str = "", path: str = "") -> tuple[int, str, str]:
    """Exit code, output and errors of one call."""
    process = await asyncio.create_subprocess_exec(
        *(*CLIENT, *command),
        env={"PATH": path or os.environ["PATH"], "DATABASE_URL": url},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    output, errors = await process.communicate(given.encode())
    assert process.returncode is not None
    return process.returncode, output.decode(), errors.decode()


async def test_psql_reads_what_it_is_given_and_its_exit_code_is_ours(
    database_url: str, databases: Databases
) -> None:
    asked = await db(database_url, given="SELECT count(*) FROM games;\n", path="/nowhere")
    wrong = await db(database_url, "psql", "-c", "SELECT nothing", path="/nowhere")

    assert (asked[0], asked[1].split()[2]) == (0, "0"), asked
    assert (wrong[0], wrong[1]) == (1, "")
    assert "nothing" in wrong[2]


async def test_the_embedded_postgres_is_started_for_it_and_stopped_again(made: Path) -> None:
    code, dumped, errors = await db(f"embedded:{made}", "pg_dump", "--schema-only")

    assert (code, errors) == (0, "")
    assert "PostgreSQL database dump complete" in dumped
    assert not (made / "cluster/data/postmaster.pid").exists()


@pytest.mark.parametrize(
    ("url", "command", "why"),
    [
        ("embedded:{place}/typo", ["psql"], "there is no database in"),
        ("postgres://u:hidden@127.0.0.1:1/n", ["nothing"], "there is no program 'nothing'"),
    ],
)
def test_what_cannot_be_run_is_one_line_and_leaves_nothing(
    place: Path, url: str, command: list[str], why: str
) -> None:
    code, output, errors = asyncio.run(db(url.format(place=place), *command))

    assert (code, output, errors.count("\n")) == (1, "", 1)
    assert why in errors
    assert "hidden" not in errors
    assert list(place.iterdir()) == []


def test_an_address_with_everything_becomes_variables() -> None:
    url = (
        "postgres://us%40er:p%3Aw%40@db1:6543,[::1],db2/a%20b?sslmode=verify-full&sslrootcert=ca.crt"
        "&target_session_attrs=read-write&search_path=a,%20b"
    )
    assert variables(url) == {
        "PGUSER": "us@er",
        "PGPASSWORD": "p:w@",
        "PGHOST": "db1,::1,db2",
        "PGPORT": "6543,,",
        "PGDATABASE": "a b",
        "PGSSLMODE": "verify-full",
        "PGSSLROOTCERT": "ca.crt",
        "PGTARGETSESSIONATTRS": "read-write",
        "PGOPTIONS": r"-c search_path=a,\ b",
    }


def test_the_sockets_directory_of_an_address_is_understood(databases: Databases) -> None:
    found = variables(databases.server.dsn)

    assert found["PGHOST"].startswith("/")
    assert (found["PGPORT"], found["PGUSER"], found["PGDATABASE"]) == (
        *("5432", "postgres", "postgres"),
    )
