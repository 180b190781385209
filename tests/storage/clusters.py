"""Clusters for the tests of the embedded PostgreSQL, and a look at their processes."""

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from pokerws.storage.postgres.embedded import EmbeddedPostgres

ROOT = Path(__file__).parents[2]
# Runs a server until it is told to stop, as ours does, and says where and as what.
SERVE = """
import asyncio, sys
from pathlib import Path
from pokerws.storage.postgres.embedded import EmbeddedPostgres

async def main():
    server = await EmbeddedPostgres.start(Path(sys.argv[1]))
    print(server.dsn, flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    await server.stop()

asyncio.run(main())
"""
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="is about running as root")
on_linux = pytest.mark.skipif(not Path("/proc/self").exists(), reason="reads /proc")


async def start(directory: Path) -> EmbeddedPostgres:
    """Start a server without waiting for the disk, which is what takes most of the time."""
    return await EmbeddedPostgres.start(directory, {"fsync": "off"})


@contextlib.contextmanager
def serving(
    directory: Path, python: str = sys.executable, **how: object
) -> Iterator[tuple[int, str]]:
    """Another process of ours that runs a server in `directory`; its id and the address."""
    command = [python, "-c", SERVE, str(directory)]
    process = subprocess.Popen(  # type: ignore[call-overload]
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT, **how
    )
    with process:
        try:
            yield process.pid, process.stdout.readline().strip()
        except BaseException:
            process.kill()
            raise
        if process.poll() is None:
            process.stdin.close()


def postmaster(server: EmbeddedPostgres) -> int:
    return int((server.cluster / "data" / "postmaster.pid").read_text().split()[0])


def processes_of(server: EmbeddedPostgres) -> list[int]:
    """All living processes that work in the data directory, as those of a server do."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if (process / "cwd").readlink() == server.cluster / "data":
                found.append(int(process.name))
    return found


async def ask(dsn: str, query: str) -> object:
    connection = await asyncpg.connect(dsn)
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()
