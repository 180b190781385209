"""A server in play with all that watches it, for one fault."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from contextlib import AsyncExitStack, asynccontextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any

import structlog

from tests.e2e.faults import (
    Cluster,
    TablesInPlay,
    Witness,
    guest,
    new_cluster,
    serving,
    tables_in_play,
)
from tests.e2e.monitored.disks import a_disk, database_on
from tests.e2e.monitored.timeline import Drill, Timeline
from tests.e2e.monitored.watch import Watch
from tests.e2e.process import ServerProcess
from tests.external.prometheus import TOKEN, prometheus

TABLES = 8
# Players take their time, so that the machine has some for all that watches.
THINK_S = 0.3
# What rises without a fault is found out first.
CALM_S = 20
# An alert may come this long after a fault: the longest window of a quantile, and some.
LATE_S = 330.0
# The end, whatever fires: some alerts look back a quarter of an hour.
MOST_S = 420.0
DISK_MIB = 400
# The longest that a scrape may take is the same, and a busy machine may need more than a moment.
SCRAPE = "1s"

_timeline: ContextVar[Timeline] = ContextVar("timeline")


class Stage:
    """What a fault may touch."""

    def __init__(
        self,
        cluster: Cluster,
        server: ServerProcess,
        played: TablesInPlay,
        timeline: Timeline,
        disk: Path,
    ) -> None:
        self.cluster = cluster
        self.server = server
        self.played = played
        self.disk = disk
        self._timeline = timeline

    def tell(self, what: str) -> None:
        """Note what is done to the server."""
        self._timeline.note("fault", what)


Fault = Callable[[Stage], Awaitable[None]]


def hear_clients(_: Any, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Keep what a client says about its lost connection; for structlog."""
    reason = str(line.get("reason", ""))
    if line.get("event") == "connection_broken" and reason.startswith("closed with"):
        _timeline.get().note("players", reason)
    raise structlog.DropEvent


@asynccontextmanager
async def _watching(watch: Watch) -> AsyncIterator[None]:
    task = asyncio.create_task(watch.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])
        if not task.cancelled():
            task.result()


async def drill(fault: Fault) -> Drill:
    """Everything of its own, some calm, the fault, and all until the last alert is over."""
    Witness.think_s = THINK_S
    timeline = Timeline()
    _timeline.set(timeline)
    async with AsyncExitStack() as stack:
        disk = stack.enter_context(a_disk(DISK_MIB))
        cluster = stack.enter_context(new_cluster())
        dsn = await stack.enter_async_context(database_on(cluster, disk))
        server = await stack.enter_async_context(
            serving(dsn, durable=True, metrics_token=TOKEN, next_hand_delay_ms=0)
        )
        monitor = stack.enter_context(prometheus(server.port, SCRAPE))
        watch = Watch(server, monitor, timeline)
        async with tables_in_play(server, dsn, tables=TABLES) as played:
            onlooker = await stack.enter_async_context(guest(server, "Onlooker", played.tables[0]))
            async with _watching(watch):
                await asyncio.sleep(CALM_S)
                watch.is_calm = False
                for players in played.players.values():
                    for player in players:
                        player.longest_s = 0
                timeline.begin()
                hearing = asyncio.create_task(_hear(onlooker.notices, timeline))
                await fault(Stage(cluster, server, played, timeline, disk))
                await _all_quiet(watch, timeline)
                hearing.cancel()
                rows, ended_s = timeline.rows, round(timeline.now_s)
        longest_s = round(played.longest_s, 1)
        assert await server.stop() == 0
        checked = await played.everything_shown_is_stored()
    return Drill(rows, longest_s, checked, ended_s)


async def _hear(notices: list[str], timeline: Timeline) -> None:
    told = len(notices)
    while True:
        for code in notices[told:]:
            timeline.note("players", f"notice `{code}`")
        told = len(notices)
        await asyncio.sleep(0.05)


async def _all_quiet(watch: Watch, timeline: Timeline) -> None:
    """Wait until the server is ready, and no alert is there that could still come."""
    while timeline.now_s < MOST_S:
        await asyncio.sleep(1)
        if watch.is_ready and not watch.alerts and timeline.now_s > LATE_S:
            return
