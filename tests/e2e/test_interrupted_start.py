"""SIGTERM and Ctrl-C during a start, and during a stop that hangs: the server ends at once.

No test measures how long that takes.  What the server waits for here would never come.
"""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import asyncpg
import pytest

from pokerws.client import connect
from pokerws.game.config.table_config import TableConfig
from pokerws.storage.postgres.embedded import EmbeddedPostgres
from tests.e2e.faults import Cluster, a_cluster, server_on
from tests.e2e.process import ServerProcess
from tests.storage.clusters import on_linux, serving

cluster = pytest.fixture(scope="module")(a_cluster)
# Nobody's patience, so that a server that waited would be seen to hang.
FOR_EVER_MS = 600_000
# Gets the signal of its first argument in the middle of its imports.
IMPORTS = """
import os, sys
class Finder:
    def find_spec(self, name, *_):
        if name == "pokerws.cli":
            os.kill(os.getpid(), int(sys.argv[1]))
sys.meta_path.insert(0, Finder())
from pokerws.main import main
main(sys.argv[2:])
"""


@contextmanager
def black_hole() -> Iterator[str]:
    """The address of a database that takes connections and never answers."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        yield f"postgres://poker:hidden@127.0.0.1:{listening.getsockname()[1]}/poker"


@asynccontextmanager
async def locked(url: str, statement: str) -> AsyncIterator[str]:
    """The address, while another session is in the middle of a transaction."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("BEGIN")
        await connection.execute(statement)
        yield url
    finally:
        await connection.close()


async def interrupted(url: str, waits_for: str, number: signal.Signals) -> ServerProcess:
    """A server that was interrupted while it waited for something."""
    server = server_on(url, durable=False)
    await server.launch()
    try:
        await server.logged("start_waits", lambda line: line["waits_for"] == waits_for)
        assert await server.end(number) == 0
    finally:
        if server.running:
            await server.kill()
    (line,) = server.log("start_interrupted")
    assert line["waited_for"] == waits_for
    assert not server.log("server_started")
    assert not any("Traceback" in line for line in server.output)
    return server


def processes_in(directory: Path) -> list[int]:
    """All processes that work below a directory, frozen or not."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if (process / "cwd").readlink().is_relative_to(directory):
                found.append(int(process.name))
        except OSError:
            continue
    return found


async def nothing_runs_in(directory: Path) -> None:
    """Wait for the end of processes that were killed."""
    while processes_in(directory):  # noqa: ASYNC110  other processes
        await asyncio.sleep(0.01)


@pytest.mark.parametrize(
    ("command", "number", "code"),
    [
        ([], signal.SIGINT, 0),
        (["--env-file", "poker.env", "serve"], signal.SIGTERM, 0),
        (["verify"], signal.SIGTERM, 130),
    ],
)
def test_a_start_is_interrupted_while_the_program_is_being_imported(
    command: list[str], number: signal.Signals, code: int
) -> None:
    arguments = ["-c", IMPORTS, str(number.value), *command]
    done = subprocess.run([sys.executable, *arguments], capture_output=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (code, b"", b"")


async def test_a_start_is_interrupted_while_the_database_does_not_answer() -> None:
    with black_hole() as url:
        await interrupted(url, "a connection to the database", signal.SIGINT)


@pytest.mark.parametrize(
    ("statement", "waits_for"),
    [
        ("SELECT pg_advisory_lock(5052081501)", "the migration lock, which another process holds"),
        ("CREATE TABLE games (id text)", "the migration 0001_games.sql"),
    ],
)
async def test_a_start_is_interrupted_while_the_migration_waits(
    bare_database_url: str, statement: str, waits_for: str
) -> None:
    async with locked(bare_database_url, statement) as url:
        await interrupted(url, waits_for, signal.SIGTERM)
        connection = await asyncpg.connect(url)
        # Its statement does not go on without it.
        while await connection.fetchval(  # noqa: ASYNC110  another process
            "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'pokerws migrate'"
        ):
            await asyncio.sleep(0.01)
        await connection.close()


@on_linux
async def test_an_interrupted_start_leaves_no_frozen_postgres_behind(cluster_copy: Path) -> None:
    with serving(cluster_copy) as (pid, _):
        # Its PostgreSQL goes on, and the next server finds it.
        os.kill(pid, signal.SIGKILL)
    for frozen in processes_in(cluster_copy):
        os.kill(frozen, signal.SIGSTOP)
    url = f"embedded:{cluster_copy}"

    await interrupted(url, "a connection to the database", signal.SIGTERM)

    await nothing_runs_in(cluster_copy)
    server = await EmbeddedPostgres.start(cluster_copy)
    await server.stop()
    assert not server.was_killed


@on_linux
async def test_a_database_that_was_half_made_is_made_at_the_next_start(place: Path) -> None:
    directory = place / "postgres"
    server = server_on(f"embedded:{directory}", durable=False)
    await server.launch()
    made = [directory / "cluster" / name for name in ("data.new", "data")]
    # A slow look comes when it is made; then the start is interrupted a little later.
    while not any(path.exists() for path in made):  # noqa: ASYNC110  another process
        await asyncio.sleep(0.001)

    assert await server.end(signal.SIGTERM) == 0

    await nothing_runs_in(place)
    await server.start()
    assert await server.stop() == 0
    await nothing_runs_in(place)


async def test_a_second_signal_ends_a_stop_that_waits_for_the_database(cluster: Cluster) -> None:
    server = server_on(await cluster.database(), durable=False, stop_timeout_ms=FOR_EVER_MS)
    await server.start()
    async with connect(server.socket_url, name="Ann") as ann:
        cluster.hang()
        await ann.create_table("Unwritten", TableConfig())
    try:
        ending = asyncio.create_task(server.ended())
        while not ending.done():
            server.send(signal.SIGTERM)
            await asyncio.wait([ending], timeout=0.2)
        assert await ending == 1
    finally:
        cluster.go_on()
    assert server.log("stop_hurried")
    (stopped,) = server.log("server_stopped")
    assert not stopped["all_stored"]
