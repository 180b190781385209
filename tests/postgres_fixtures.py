"""A real PostgreSQL for tests: one server for all, and an empty database for each test."""

import itertools
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from pokerws.storage.embedded import EmbeddedPostgres
from pokerws.storage.migrate import SQL

TEMPLATE = "pokerws_template"
# A test's data need not survive the machine.
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off"}

_numbers = itertools.count(1)


class Databases:
    """The databases of one server, made and dropped with PostgreSQL's own programs."""

    def __init__(self, server: EmbeddedPostgres) -> None:
        self.server = server

    def url(self, name: str) -> str:
        return self.server.dsn.replace("/postgres?", f"/{name}?")

    def run(self, program: str, *arguments: str) -> str:
        """Run a program of PostgreSQL's; the last argument may be a database or its address."""
        command: list[str | Path] = [self.server.programs / program, *arguments]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{program} {arguments}: {done.stdout}{done.stderr}"
        return done.stdout

    def psql(self, url: str, *arguments: str) -> str:
        return self.run("psql", "-XAtq", *arguments, url)

    def create(self, template: str) -> str:
        name = f"test_{next(_numbers)}"
        # Copying files is three times as fast here as copying pages through the log.
        copy = f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY"
        self.psql(self.server.dsn, "-c", copy)
        return name

    def drop(self, name: str) -> None:
        self.psql(self.server.dsn, "-c", f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def place() -> Iterator[Path]:
    """A new directory that an account without rights can reach, as pytest's own ones cannot be."""
    path = Path(tempfile.mkdtemp(prefix="pokerws-test-"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path)


@pytest.fixture(scope="session")
def databases() -> Iterator[Databases]:
    """A running server with a migrated template."""
    path = Path(tempfile.mkdtemp(prefix="pokerws-tests-"))
    path.chmod(0o755)
    server = EmbeddedPostgres._start(path / "postgres", FAST)
    try:
        databases = Databases(server)
        databases.psql(server.dsn, "-c", f"CREATE DATABASE {TEMPLATE}")
        for file in sorted(SQL.glob("[0-9]*.sql")):
            databases.psql(databases.url(TEMPLATE), "-f", str(file))
        yield databases
    finally:
        server._stop()
        shutil.rmtree(path)


@pytest.fixture
def database_url(databases: Databases) -> Iterator[str]:
    """The address of a database that is migrated and empty."""
    name = databases.create(TEMPLATE)
    yield databases.url(name)
    databases.drop(name)


@pytest.fixture
def bare_database_url(databases: Databases) -> Iterator[str]:
    """The address of a database with nothing in it."""
    name = databases.create("template0")
    yield databases.url(name)
    databases.drop(name)
