"""How long the smallest commit takes: one row, one client, the processors of a server's round."""

import asyncio
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg

from bench.live.database import Database
from bench.live.latencies import summed_up
from bench.live.load import Latencies
from bench.live.servers import SERVER_CPU, pin

SECONDS = 2.0
# A row like that of a table with six players.
SNAPSHOT = "x" * 2400
MAKE = """
CREATE TABLE bench_commit (id integer PRIMARY KEY, version bigint NOT NULL, snapshot text NOT NULL)
WITH (fillfactor = 50)
"""
INSERT = "INSERT INTO bench_commit VALUES (1, 0, $1)"
UPDATE = "UPDATE bench_commit SET version = version + 1, snapshot = $1 WHERE id = 1"


def commits(postgres: Database, seconds: float = SECONDS) -> Latencies:
    """Commit one change after the other.  What is stored is gone afterwards."""
    postgres.empty()
    with pinned(SERVER_CPU):
        latencies = asyncio.run(_commits(postgres.dsn, seconds))
    postgres.empty()
    return latencies


@contextmanager
def pinned(cpu: int) -> Iterator[None]:
    """This process on one processor."""
    before = os.sched_getaffinity(0)
    pin(0, cpu)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


async def _commits(dsn: str, seconds: float) -> Latencies:
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(MAKE)
        await connection.execute(INSERT, SNAPSHOT)
        update = await connection.prepare(UPDATE)
        took: list[tuple[int, int]] = []
        end_s = time.perf_counter() + seconds
        while (began_s := time.perf_counter()) < end_s:
            await update.fetch(SNAPSHOT)
            took.append((int(1e6 * (time.perf_counter() - began_s)), 1))
        return summed_up(took)
    finally:
        await connection.close()
