"""How long a table is silent when it is moved to another server while it is in play.

A part of `cluster`.  Its two players are connected to one server each, and act as soon as they may.
The operator is a process of its own, so that players do not wait for it.
"""

import asyncio
import time
from bisect import bisect
from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import AsyncExitStack
from io import StringIO
from itertools import pairwise
from multiprocessing import get_context

from bench.figures import number
from bench.live.database import Database
from bench.live.nodes import cluster
from pokerws import logs
from pokerws.client import CommandRejected, TableView, connect
from pokerws.client.client import Client
from pokerws.game.commands import Action
from pokerws.game.config.table_config import TableConfig
from pokerws.load.load import percentile_us
from pokerws.nodes.command import move_table
from pokerws.settings import Settings
from pokerws.settings.cluster import Cluster
from pokerws.storage.postgres.address import address_of

MOVES = 100
# From one move to the next.  A silence is looked for in the first half of it, and for comparison in
# as much time before.
EVERY_S = 0.5
WINDOW_S = EVERY_S / 2
CONFIG = TableConfig(seats=2, turn_time_ms=600_000, next_hand_delay_ms=0)


def moved(postgres: Database, moves: int = MOVES) -> str:
    """Move a table to and fro while it is played; a note."""
    with cluster(postgres, 2, {"USE_AUTH_MIDDLEWARE": "false"}) as found:
        found.unpin()
        urls = [f"ws://127.0.0.1:{node.port}/ws" for node in found.nodes]
        asked_s, seen_s = asyncio.run(_play(urls, found.bus.url, postgres.dsn, moves))
    before_s = [at_s - WINDOW_S for at_s in asked_s]
    return (
        f"A table in play, moved {moves} times between two servers: the longest silence of its "
        f"events in the {number(1e3 * WINDOW_S)} ms after the order was "
        f"{_silences(seen_s, asked_s)}; in the same time before it, {_silences(seen_s, before_s)}."
    )


async def _play(
    urls: Sequence[str], bus: str, dsn: str, moves: int
) -> tuple[list[float], list[float]]:
    """When the table was to move, and when each player saw its events."""
    seen_s: list[float] = []
    async with AsyncExitStack() as stack:
        operator = stack.enter_context(ProcessPoolExecutor(1, mp_context=get_context("spawn")))
        clients = [
            await stack.enter_async_context(connect(url, name=f"Player {place}"))
            for place, url in enumerate(urls)
        ]
        table = await clients[0].create_table("Moved", CONFIG)
        playing = await stack.enter_async_context(asyncio.TaskGroup())
        for client in clients:
            view = await client.watch(table, lambda _, event: seen_s.append(time.perf_counter()))
            await client.sit(table, buy_in=view.table.config.max_buy_in)
        tasks = [playing.create_task(_act(client, client.views[table])) for client in clients]
        loop = asyncio.get_running_loop()
        asked_s = await loop.run_in_executor(operator, _operate, bus, dsn, table, moves)
        for task in tasks:
            task.cancel()
    return asked_s, seen_s


async def _act(client: Client, view: TableView) -> None:
    while True:
        turn = await view.wait_for(lambda view: view.turn)
        action: Action = "check" if "check" in turn.actions else "call"
        try:
            await client.act(view.id, turn.number, action)
        except CommandRejected as refused:
            # The table may just be moving.
            if not refused.retryable:
                raise
            await asyncio.sleep((refused.retry_after_ms or 0) / 1000)


def _operate(bus: str, dsn: str, table: str, moves: int) -> list[float]:
    """Have the table moved to the other server as often; returns when that was asked for."""
    logs.configure("console", "warning")
    settings, address = Settings(cluster=Cluster(cluster_url=bus)), address_of(dsn)
    asked_s = []
    for turn in range(moves):
        time.sleep(EVERY_S)
        asked_s.append(time.perf_counter())
        asyncio.run(move_table(settings, address, table, f"node-{1 - turn % 2}", StringIO()))
    time.sleep(WINDOW_S)
    return asked_s


def _silences(seen_s: Sequence[float], began_s: Iterable[float]) -> str:
    """The longest silence in each window that began then, at two percentiles."""
    longest_us = Counter(
        round(1e6 * _longest_gap(seen_s, since_s, since_s + WINDOW_S)) for since_s in began_s
    )
    middle_ms, most_ms = (number(percentile_us(longest_us, of) / 1000) for of in (50, 99))
    return f"p50 {middle_ms} ms and p99 {most_ms} ms"


def _longest_gap(seen_s: Sequence[float], since_s: float, until_s: float) -> float:
    """The longest time between two events, of those that end in a window or after it."""
    first, end = bisect(seen_s, since_s), bisect(seen_s, until_s)
    return max(later - before for before, later in pairwise(seen_s[first - 1 : end + 1]))
