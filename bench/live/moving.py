"""How long a table is silent when it is moved to another server while it is in play.

A part of `cluster`.  Its two players are connected to one server each, and act as soon as they may.
The operator is a process of its own, so that players do not wait for it.
"""

import asyncio
import multiprocessing
import time
from bisect import bisect
from collections.abc import Sequence
from contextlib import AsyncExitStack
from itertools import pairwise
from multiprocessing.connection import Connection
from statistics import median

from bench.figures import number
from bench.live.database import Database
from bench.live.nodes import cluster
from pokerws import logs
from pokerws.client import CommandRejected, TableView, connect
from pokerws.client.client import Client
from pokerws.game.commands import Action
from pokerws.game.config.table_config import TableConfig
from pokerws.nodes.asking import move
from pokerws.server.cluster.packets import Incarnation, Peer, name_of
from pokerws.settings import Settings
from pokerws.settings.cluster import Cluster

MOVES = 100
# From one move to the next.  A silence is looked for in the first half of it, and for comparison in
# as much time before.
EVERY_S = 0.5
WINDOW_S = EVERY_S / 2
INCARNATION = "SELECT incarnation FROM owners WHERE node = $1 AND ended_at IS NULL"
CONFIG = TableConfig(seats=2, turn_time_ms=600_000, next_hand_delay_ms=0)


def moved(postgres: Database, moves: int = MOVES) -> str:
    """Move a table to and fro while it is played; a note."""
    with cluster(postgres, 2, {"USE_AUTH_MIDDLEWARE": "false"}) as found:
        found.unpin()
        names = [f"node-{place}" for place in range(len(found.nodes))]
        peers = [
            Peer(name_of(name), Incarnation(postgres.ask(INCARNATION, name))) for name in names
        ]
        urls = [f"ws://127.0.0.1:{node.port}/ws" for node in found.nodes]
        asked_s, seen_s = asyncio.run(_play(urls, found.bus.url, peers, moves))
    with_move, without = (
        sorted(1e3 * _longest_gap(seen_s, since_s, since_s + WINDOW_S) for since_s in began_s)
        for began_s in (asked_s, [at_s - WINDOW_S for at_s in asked_s])
    )
    return (
        f"A table in play, moved {moves} times between two servers: the longest silence of its "
        f"events in the {number(1e3 * WINDOW_S)} ms after the order was {_percentiles(with_move)}; "
        f"in the same time before it, {_percentiles(without)}."
    )


async def _play(
    urls: Sequence[str], bus: str, peers: Sequence[Peer], moves: int
) -> tuple[list[float], list[float]]:
    """When the table was asked to move, and when its events were seen at the second server."""
    seen_s: list[float] = []
    async with AsyncExitStack() as stack:
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
        asked_s = await asyncio.to_thread(_orders, bus, table, peers, moves)
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


def _orders(bus: str, table: str, peers: Sequence[Peer], moves: int) -> list[float]:
    spawning = multiprocessing.get_context("spawn")
    ours, theirs = spawning.Pipe()
    operator = spawning.Process(target=_operate, args=(theirs, bus, table, peers, moves))
    operator.start()
    theirs.close()
    try:
        asked_s: list[float] = ours.recv()
    finally:
        operator.join()
    return asked_s


def _operate(pipe: Connection, bus: str, table: str, peers: Sequence[Peer], moves: int) -> None:
    """Have the table moved to the other server as often; sends when it was asked for."""
    logs.configure("console", "warning")
    settings, asked_s = Settings(cluster=Cluster(cluster_url=bus)), []
    for turn in range(moves):
        time.sleep(EVERY_S)
        holder, taker = peers[turn % 2], peers[1 - turn % 2]
        asked_s.append(time.perf_counter())
        if refusal := asyncio.run(move(settings, holder, table, taker)):
            raise SystemExit(refusal)
    time.sleep(WINDOW_S)
    pipe.send(asked_s)


def _longest_gap(seen_s: Sequence[float], since_s: float, until_s: float) -> float:
    """The longest time between two events, of those that end in a window or after it."""
    first, end = bisect(seen_s, since_s), bisect(seen_s, until_s)
    return max(later - before for before, later in pairwise(seen_s[first - 1 : end + 1]))


def _percentiles(values_ms: Sequence[float]) -> str:
    most = values_ms[len(values_ms) * 99 // 100]
    return f"p50 {number(median(values_ms))} ms and p99 {number(most)} ms"
