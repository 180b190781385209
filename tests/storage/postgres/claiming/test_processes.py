"""Owners whose processes are gone are ended at once."""

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from pokerws.storage.postgres import processes
from tests.storage.clusters import on_linux
from tests.storage.postgres.conftest import Connection, Server, a_server


@pytest.fixture
def process() -> Iterator[subprocess.Popen[bytes]]:
    """Another process, which does nothing."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        yield process
        process.kill()


def kill_without_reaping(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)


@on_linux
async def test_the_owner_of_a_process_that_is_gone_is_ended(
    database_url: str, second: Server, operator: Connection, process: subprocess.Popen[bytes]
) -> None:
    identity = f"{processes._machine()}/{process.pid}/{processes._started(process.pid)}"
    await operator.execute(
        "UPDATE owners SET process = $2, lease_until = 'infinity' WHERE incarnation = $1",
        second.tenure.id,
        identity,
    )
    ended = "SELECT ended_why FROM owners WHERE incarnation = $1"
    async with a_server(database_url, "poker-3"):
        assert await operator.fetchval(ended, second.tenure.id) is None
        kill_without_reaping(process)
        assert processes.is_gone(identity), "it only waits to be reaped"
        process.poll()
        assert processes.is_gone(identity)
    async with a_server(database_url, "poker-4") as last:
        assert await operator.fetchval(ended, second.tenure.id) == "process gone"
        assert last.lease.found_dead == 1


@on_linux
def test_only_what_is_known_counts_as_gone() -> None:
    own = processes.own_identity()
    machine = processes._machine()
    process = own.removeprefix(f"{machine}/")
    assert not processes.is_gone(own)
    for unknown in ("", "x", f"another-boot/{process}", f"{machine}/x/1", f"/{process}"):
        assert not processes.is_gone(unknown)
    # The number was given to another process since.
    assert processes.is_gone(f"{machine}/{os.getpid()}/1")
