"""Servers for the part `lobby`: ours with listed tables that change, and a bare broadcast.

With `FIRST_BYTES` in the environment it is the ceiling: the `websockets` library sends each client
as many bytes as ours did, as often.  Otherwise it is ours.  Its tables are summaries alone, noted
as a table's actor would note them; nobody plays.
"""

import asyncio
import os
import random
import signal
from collections.abc import Coroutine
from typing import Any

import uvloop
from msgspec.structs import replace
from websockets.asyncio.server import ServerConnection, broadcast, serve

from bench.live.servers import UNLIMITED
from pokerws.game.state import TableConfig, TableId
from pokerws.logs import configure
from pokerws.messages import TableSummary
from pokerws.server.app import App
from pokerws.server.background.gc_tuning import Collector
from pokerws.server.clock import Clock
from pokerws.settings import load

SEATS = 6
# One change of this many is a player who comes or goes; the others are hands.
SEAT_CHANGES = 10
# What the ceiling answers first.  Its clients come back with a session, like ours.
WELCOME = '{"type":"welcome","session":"a"}'


async def ours(tables: int, changes_per_s: float) -> None:
    """Our server.  Its tables begin to change when somebody watches them."""
    app = App(load({**UNLIMITED, "PORT": os.environ["PORT"]}))
    await app.start()
    config = TableConfig(seats=SEATS)
    listed = [
        TableSummary(TableId(f"{number:012x}"), f"Table {number}", "active", 3, number, config)
        for number in range(tables)
    ]
    for summary in listed:
        app.lobby.table_changed(summary)
    collector = Collector(Clock(), asyncio.get_running_loop().call_soon_threadsafe)
    collector.start()
    rng, due_s = random.Random(1), asyncio.get_running_loop().time()
    while True:
        due_s += 1 / changes_per_s
        await asyncio.sleep(due_s - asyncio.get_running_loop().time())
        number = rng.randrange(tables)
        listed[number] = changed(listed[number], rng)
        app.lobby.table_changed(listed[number])


def changed(summary: TableSummary, rng: random.Random) -> TableSummary:
    """The table after its next hand, or after a player came or went."""
    if rng.randrange(SEAT_CHANGES):
        return replace(summary, hand_number=summary.hand_number + 1)
    return replace(summary, players=rng.randint(0, SEATS))


async def ceiling(first: int, length: int, per_s: float) -> None:
    """A server that sends a first message and then broadcasts others."""
    clients: set[ServerConnection] = set()

    async def welcome(client: ServerConnection) -> None:
        for answer in (WELCOME, "x" * first):
            await client.recv()
            await client.send(answer)
        clients.add(client)
        await client.wait_closed()
        clients.discard(client)

    async with serve(welcome, "127.0.0.1", int(os.environ["PORT"]), compression=None):
        while True:
            await asyncio.sleep(1 / per_s)
            broadcast(clients, "x" * length)


async def until_stopped(running: Coroutine[Any, Any, None]) -> None:
    """Run until SIGTERM."""
    task = asyncio.create_task(running)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    await asyncio.wait([task])
    if not task.cancelled():
        task.result()


if __name__ == "__main__":
    given = os.environ
    if "FIRST_BYTES" in given:
        runs = ceiling(int(given["FIRST_BYTES"]), int(given["BYTES"]), float(given["PER_S"]))
    else:
        configure("json", "warning")
        runs = ours(int(given["TABLES"]), float(given["CHANGES_PER_S"]))
    uvloop.run(until_stopped(runs))
