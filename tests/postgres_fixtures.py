"""A real PostgreSQL for tests: one server for all, and an empty database for each test."""

import itertools
import os
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from pokerws.storage.postgres.embedded import EmbeddedPostgres
from pokerws.storage.postgres.migrate import SQL
from tests.storage.clusters import start

TEMPLATE = "pokerws_template"
# A test's data need not survive the machine.
FAST = {
    "fsync": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "jit": "off",
    "shared_buffers": "16MB",  # Each process maps them anew.
}

# A file system in memory, where there is one: a database is made and dropped there several times as
# fast as on a disk, and outlives every process that a test kills just as well.
MEMORY = Path("/dev/shm")
ROOM_BYTES = 2 << 30

_numbers = itertools.count(1)


def new_directory() -> Path:
    """A new directory that an account without rights can reach, as pytest's own ones cannot be."""
    path = Path(tempfile.mkdtemp(prefix="pokerws-test-", dir=MEMORY if _has_room(MEMORY) else None))
    path.chmod(0o755)
    return path


def _has_room(place: Path) -> bool:
    """Whether databases can be kept there and programs be run from there."""
    if not os.access(place, os.W_OK):
        return False
    system = os.statvfs(place)
    return system.f_bavail * system.f_frsize >= ROOM_BYTES and not system.f_flag & os.ST_NOEXEC


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
    """A new directory of the test's own."""
    path = new_directory()
    yield path
    shutil.rmtree(path)


@pytest.fixture(scope="session")
def databases() -> Iterator[Databases]:
    """A running server with a migrated template."""
    path = new_directory()
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


@pytest.fixture(scope="session")
def cluster_template() -> Iterator[Path]:
    """A directory with a cluster, which takes most of the time of a test to make."""
    path = new_directory()
    EmbeddedPostgres._start(path / "db", {"fsync": "off"})._stop()
    yield path / "db"
    shutil.rmtree(path)


@pytest.fixture
def cluster_copy(cluster_template: Path, place: Path) -> Path:
    """A directory with a cluster of the test's own."""
    subprocess.run(["cp", "-a", cluster_template, place / "db"], check=True)
    return place / "db"


@pytest.fixture
async def made(cluster_copy: Path) -> AsyncIterator[Path]:
    """A directory with a cluster whose server does not run; it is stopped at the end."""
    yield cluster_copy
    if (cluster_copy / "cluster/data/postmaster.pid").exists():
        await (await start(cluster_copy)).stop()


@pytest.fixture
async def fresh(place: Path) -> AsyncIterator[Path]:
    """A directory that is not there yet; its server is stopped at the end whatever happens."""
    yield place / "db"
    if (place / "db").exists():
        await (await start(place / "db")).stop()
