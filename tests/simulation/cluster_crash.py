"""One seeded crash run of a cluster: servers, NATS and Postgres are killed and frozen under play.

Each server opens a table, whose players are connected to all of them.  What must hold at the end is
the same as with one server (see `crash`): what anybody was shown is stored, each command that was
accepted stands there once, and the chips add up.  After each fault every table must go on.
"""

import asyncio
import random
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NamedTuple

from pokerws.client import connect
from pokerws.game.state import TableId
from tests.e2e.database import check_database
from tests.e2e.faults import Cluster as Postgres
from tests.e2e.faults import Witness, server_on
from tests.e2e.process import ServerProcess
from tests.server.cluster.nats_server import NatsServer, nats_server
from tests.simulation.crash import (
    CONFIG,
    LEAVES,
    STALL_S,
    Progress,
    Recorder,
    check_ledgers,
    check_moved,
    check_shown,
)

NODES, PLAYERS, FAULTS = 3, 4, 5
# How long a fault lasts.  After 3 s a lease is over.
LENGTHS_S = (0.0, 0.5, 2.0, 4.0)
# How often something else fails at the same time.
SECOND = 0.4
# Events between two faults, at each table.
MOST_EVENTS = 200


class Player(Witness):
    """A witness that comes and goes."""

    leaves = LEAVES


class Fault(NamedTuple):
    """Something that fails, and how it is mended."""

    part: str
    name: str
    begin: Callable[[], object]
    end: Callable[[], object]


class Servers:
    """All processes of a cluster."""

    def __init__(self, postgres: Postgres, dsn: str, nats: NatsServer) -> None:
        self.postgres, self.dsn, self.nats = postgres, dsn, nats
        self.nodes = [
            server_on(
                dsn,
                durable=True,
                cluster_url=nats.url,
                node_name=f"poker-{number}",
                # Whoever has lost it all buys in again.
                grant_chips=10**9,
            )
            for number in range(1, NODES + 1)
        ]

    def faults(self) -> list[Fault]:
        """All that may fail; what others need to start is mended first."""
        postgres, nats = self.postgres, self.nats
        found = [
            Fault("postgres", "kill Postgres", postgres.kill, postgres.start_again),
            Fault("postgres", "freeze Postgres", postgres.hang, postgres.go_on),
            Fault("nats", "kill NATS", nats.kill, nats.start),
            Fault("nats", "freeze NATS", nats.freeze, nats.thaw),
        ]
        for number, node in enumerate(self.nodes, start=1):
            name = f"node {number}"
            found += [
                Fault(name, f"kill {name}", node.kill, node.start),
                Fault(name, f"freeze {name}", _sends(node, "SIGSTOP"), _sends(node, "SIGCONT")),
            ]
        return found


def _sends(node: ServerProcess, name: str) -> Callable[[], None]:
    return lambda: node.send(signal.Signals[name])


async def _do(step: Callable[[], object]) -> None:
    done = step()
    if asyncio.iscoroutine(done):
        await done


class Play:
    """Tables in play at all servers, and what was shown."""

    def __init__(self, servers: Servers, rng: random.Random) -> None:
        self.servers, self.rng = servers, rng
        self.progress = Progress()
        self.players: dict[TableId, list[Recorder]] = {}

    async def open(self) -> None:
        """Open a table at each server; the players are about to come."""
        for number, node in enumerate(self.servers.nodes):
            async with connect(node.socket_url, name=f"Opener {number}") as opener:
                table = await opener.create_table(f"Table {number}", CONFIG)
            self.players[table] = [
                Player(f"P{number}{seat}", random.Random(self.rng.random()), self.progress)
                for seat in range(PLAYERS)
            ]

    @asynccontextmanager
    async def playing(self) -> AsyncIterator[None]:
        """Play goes on while this is entered."""
        urls = [node.socket_url for node in self.servers.nodes]
        async with asyncio.TaskGroup() as group:
            tasks = [
                group.create_task(player.play(urls[seat % len(urls)], table))
                for table, players in self.players.items()
                for seat, player in enumerate(players)
            ]
            while not all(one.shown for those in self.players.values() for one in those):
                await self.progress.more(1)
            yield
            for task in tasks:
                task.cancel()

    async def more(self, count: int) -> None:
        """Wait for so many more events at each table."""
        wanted = {table: self._highest(table) + count for table in self.players}
        try:
            async with asyncio.timeout(STALL_S):
                while any(self._highest(table) < seq for table, seq in wanted.items()):
                    await self.progress.more(1)
        except TimeoutError:
            late = {table: seq for table, seq in wanted.items() if self._highest(table) < seq}
            raise AssertionError(f"tables that do not go on: {late}") from None

    def _highest(self, table: TableId) -> int:
        return max((max(one.shown, default=0) for one in self.players[table]), default=0)

    async def fail(self) -> str:
        """Let something fail for a while, and perhaps something else meanwhile."""
        rng, faults = self.rng, self.servers.faults()
        chosen = [rng.choice(faults)]
        if rng.random() < SECOND:
            chosen.append(rng.choice([one for one in faults if one.part != chosen[0].part]))
        for fault in chosen:
            await _do(fault.begin)
            # The fault's length, which nothing else waits for.
            await asyncio.sleep(rng.choice(LENGTHS_S))
        for fault in sorted(chosen, key=faults.index):
            await _do(fault.end)
        return " and ".join(fault.name for fault in chosen)


async def run_cluster(seed: int, directory: Path, *, faults: int = FAULTS) -> int:
    """Run one seed in an empty directory; returns how many events were checked.

    Raises AssertionError, or ExceptionGroup, when anything that must hold does not.
    """
    postgres = Postgres(directory / "postgres")
    done: list[str] = []
    try:
        with nats_server(directory) as nats:
            dsn = await postgres.database()
            await nats.start()
            servers = Servers(postgres, dsn, nats)
            try:
                play = Play(servers, random.Random(seed))
                await asyncio.gather(*(node.start() for node in servers.nodes))
                await play.open()
                async with play.playing():
                    for _ in range(faults):
                        await play.more(play.rng.randint(1, MOST_EVENTS))
                        done.append(await play.fail())
                    await play.more(20)
                assert [await node.stop() for node in servers.nodes] == [0] * NODES
            finally:
                await _end(servers)
        await check_database(dsn)
        await check_ledgers(dsn, play.players)
        await check_moved(dsn, play.players)
        return await check_shown(dsn, play.players)
    except Exception as error:
        error.add_note(f"what had failed: {'; '.join(done)}")
        raise
    finally:
        postgres.stop()


async def _end(servers: Servers) -> None:
    for node in servers.nodes:
        if node.running:
            node.send(signal.SIGCONT)
            await node.kill()
