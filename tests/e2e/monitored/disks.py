"""A small disk of its own, for a database that fills it."""

import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path

import pytest

from tests.e2e.faults import Cluster


@contextmanager
def a_disk(size_mib: int) -> Iterator[Path]:
    """The directory where a disk is mounted; the test is skipped where that is not allowed."""
    path = Path(tempfile.mkdtemp(prefix="pokerws-disk-"))
    mounting = ["mount", "-t", "tmpfs", "-o", f"size={size_mib}m,mode=0755", "pokerws", str(path)]
    done = subprocess.run(mounting, capture_output=True, text=True, check=False)
    if done.returncode:
        path.rmdir()
        pytest.skip(f"no small disk can be mounted here: {done.stderr.strip()}")
    try:
        yield path
    finally:
        subprocess.run(["umount", str(path)], check=True)
        path.rmdir()


@asynccontextmanager
async def database_on(cluster: Cluster, disk: Path) -> AsyncIterator[str]:
    """The address of a database on another disk."""
    place = disk / "space"
    place.mkdir()
    cluster.postgres._account.own(place)
    await cluster.ask(cluster.postgres.dsn, f"CREATE TABLESPACE small LOCATION '{place}'")
    dsn = await cluster.database("TABLESPACE small")
    yield dsn
    name = dsn.partition("?")[0].rpartition("/")[2]
    await cluster.ask(cluster.postgres.dsn, f"DROP DATABASE {name} WITH (FORCE)")
    await cluster.ask(cluster.postgres.dsn, "DROP TABLESPACE small")


@contextmanager
def filled(disk: Path) -> Iterator[None]:
    """No byte more fits on the disk."""
    ballast = disk / "ballast"
    with suppress(OSError), ballast.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))
    yield
    ballast.unlink()
