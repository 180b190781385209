"""The faults of the drill."""

import asyncio

from tests.e2e.monitored.disks import filled
from tests.e2e.monitored.stage import Fault, Stage

OUTAGE_S = 20
DEPLOYS = 10
# What an operator, or the service manager, takes to start it again.
AWAY_S = 2


async def database_stops(stage: Stage) -> None:
    """PostgreSQL ends at once, and is started again."""
    stage.tell("PostgreSQL is stopped")
    stage.cluster.quit()
    await asyncio.sleep(OUTAGE_S)
    stage.tell("PostgreSQL is started")
    await stage.cluster.start_again()


async def disk_fills(stage: Stage) -> None:
    """No byte fits on the database's disk."""
    stage.tell("the disk is full")
    with filled(stage.disk):
        await stage.server.logged("tables_paused")
        await asyncio.sleep(OUTAGE_S)
        stage.tell("there is room again")


async def server_is_killed(stage: Stage) -> None:
    """`kill -9`, and a start."""
    stage.tell("the server is killed")
    await stage.server.kill()
    await asyncio.sleep(AWAY_S)
    stage.tell("the server is started")
    await stage.server.start()


async def deploys(stage: Stage) -> None:
    """SIGTERM and a start, again and again."""
    for _ in range(DEPLOYS):
        stage.tell("SIGTERM, and a start when it has ended")
        assert await stage.server.stop() == 0
        await stage.server.start()
        await stage.played.more(20)


FAULTS: dict[str, Fault] = {
    "database": database_stops,
    "disk": disk_fills,
    "kill": server_is_killed,
    "deploys": deploys,
}
