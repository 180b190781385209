"""`server.py db`: PostgreSQL's own programs on the server's database, whichever it is."""

from collections.abc import Callable
from pathlib import Path

import pytest

from pokerws.cli import main
from pokerws.maintenance.client_program import variables
from pokerws.storage.postgres.address import address_of
from tests.postgres_fixtures import Databases

Said = pytest.CaptureFixture[str]
# The exit code of one call, for an address and a command.
Db = Callable[..., int]


@pytest.fixture
def db(monkeypatch: pytest.MonkeyPatch) -> Db:
    def call(url: str, *command: str) -> int:
        monkeypatch.setenv("DATABASE_URL", url)
        return main(["db", *command])

    return call


def test_the_address_and_the_exit_code_are_passed_on(
    database_url: str, db: Db, monkeypatch: pytest.MonkeyPatch, capfd: Said
) -> None:
    # On a machine without other PostgreSQL programs than ours.
    monkeypatch.setenv("PATH", "/nowhere")

    assert db(database_url, "psql", "-XAtc", "SELECT count(*) FROM games") == 0
    assert capfd.readouterr() == ("0\n", "")
    assert db(database_url, "psql", "-Xc", "SELECT nothing") == 1
    assert "nothing" in capfd.readouterr().err


def test_the_embedded_postgres_is_started_for_it_and_stopped_again(
    made: Path, db: Db, capfd: Said
) -> None:
    assert db(f"embedded:{made}", "pg_dump", "--schema-only") == 0
    said = capfd.readouterr()

    assert said.err == ""
    assert "PostgreSQL database dump complete" in said.out
    assert not (made / "cluster/data/postmaster.pid").exists()


@pytest.mark.parametrize(
    ("command", "why"),
    [
        (["embedded:{place}/typo", "psql"], "there is no database in"),
        (["postgres://u:hidden@127.0.0.1:1/n", "nothing"], "there is no program 'nothing'"),
    ],
)
def test_what_cannot_be_run_is_one_line_and_leaves_nothing(
    place: Path, command: list[str], why: str, db: Db, capfd: Said
) -> None:
    assert db(*(word.format(place=place) for word in command)) == 1
    said = capfd.readouterr()

    assert (said.out, said.err.count("\n")) == ("", 1)
    assert why in said.err
    assert "hidden" not in said.err
    assert list(place.iterdir()) == []


def test_an_address_with_everything_becomes_variables(place: Path) -> None:
    (place / "ca.crt").touch()
    url = (
        "postgres://us%40er:p%3Aw%40@db1:6000,[::1],db2/a%20b?sslmode=verify-full"
        f"&sslrootcert={place}/ca.crt&target_session_attrs=read-write&pooler=none"
        "&options=-c%20work_mem%3D3MB"
    )
    assert variables(address_of(url, "poker")) == {
        "PGUSER": "us@er",
        "PGPASSWORD": "p:w@",
        "PGHOST": "db1,::1,db2",
        "PGPORT": "6000,5432,5432",
        "PGDATABASE": "a b",
        "PGSSLMODE": "verify-full",
        "PGSSLROOTCERT": f"{place}/ca.crt",
        "PGTARGETSESSIONATTRS": "read-write",
        "PGOPTIONS": '-c work_mem=3MB -c search_path="poker"',
    }


def test_behind_a_pooler_there_are_no_options() -> None:
    address = address_of("postgres://user@pooler:6543/name?options=-c%20work_mem%3D3MB", "poker")

    assert "PGOPTIONS" not in variables(address)


def test_the_sockets_directory_of_an_address_is_understood(databases: Databases) -> None:
    found = variables(address_of(databases.server.dsn))

    assert found["PGHOST"].startswith("/")
    assert (found["PGPORT"], found["PGUSER"], found["PGDATABASE"]) == (
        *("5432", "postgres", "postgres"),
    )
