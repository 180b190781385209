"""A cluster of three servers with one database, its clients, and what befalls them by a seed.

Nothing waits for real, and a seed that fails fails again.  Messages between servers are delayed,
dropped, doubled and reordered; servers are cut off, freeze, die, stop and come back.
"""

import asyncio
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Coroutine
from contextlib import suppress
from functools import partial
from typing import Any, NamedTuple, TypeVar

from pokerws.game.config.table_config import TableConfig
from pokerws.game.illegal import Illegal
from pokerws.game.state import TableId
from pokerws.server.limits.limits import Caps
from pokerws.storage.errors import StorageError
from pokerws.storage.names import MemoryNames
from pokerws.storage.sanctions import MemorySanctions
from tests.server.cluster.memory_bus import CALM, Faults, MemoryNetwork
from tests.simulation.cluster.checks import check
from tests.simulation.cluster.database import Database
from tests.simulation.cluster.person import Person
from tests.simulation.cluster.processes import Process, ProcessLoop
from tests.simulation.cluster.server import Server

Result = TypeVar("Result")

NAMES = ("ann", "ben", "cat")
# Virtual seconds: of faults, of calm, and of calm in which nobody does anything any more.
FAULTS_S, CALM_S, QUIET_S = 20.0, 10.0, 22.0
# What is stored reaches every client of a calm cluster within this time.
SHOWN_S = 2.0
TABLES = (TableId("one"), TableId("two"))
CONFIG = TableConfig(seats=3, turn_time_ms=2_000, next_hand_delay_ms=100)


class World:
    """All of it."""

    def __init__(self, seed: int, loop: ProcessLoop) -> None:
        self.rng = random.Random(seed)
        self.loop = loop
        self.processes: list[Process] = []
        self.network = MemoryNetwork(self.rng.getrandbits(32))
        self.database = Database(self.rng, loop)
        self.broken = self.database.broken
        # What operators have imposed, and the sessions that have ended.
        self.sanctions, self.names = MemorySanctions(), MemoryNames()
        # Limits of each server.
        self.caps = Caps()
        # From the end of the faults on, clients stay where they are, which shows what is lost.
        self.is_calm = self.is_quiet = False
        # Every fourth seed closes a table.
        self.closes_table = seed % 4 == 0
        self.servers: dict[str, Server] = {}
        self.people: list[Person] = []
        # Lines of chat, and the servers that sent them to the viewers.
        self.lines: dict[str, list[Server]] = defaultdict(list)
        self.closes = Counter[int]()
        self.events = Counter[str]()

    def said(self, text: str, server: Server) -> None:
        if self.lines[text]:
            self.broken.append(f"{server.name} says {text} again")
        self.lines[text].append(server)

    def play(self, work: Coroutine[Any, Any, Result]) -> Result:
        """Run the loop until something is done; then end all processes."""
        loop, kept = self.loop, set[asyncio.Task[Any]]()
        problems: list[dict[str, Any]] = []

        def keep(_: asyncio.AbstractEventLoop, work: Any, **options: Any) -> "asyncio.Task[Any]":
            # Nobody else keeps the tasks of a process that is dead.
            task = asyncio.Task(work, loop=loop, **options)
            kept.add(task)
            task.add_done_callback(kept.discard)
            return task

        loop.set_task_factory(keep)
        loop.set_exception_handler(lambda _, context: problems.append(context))
        try:
            result = loop.run_until_complete(work)
        finally:
            loop.set_exception_handler(lambda _, context: None)
            for process in self.processes:
                process.end()
            while kept:
                for task in list(kept):
                    task.cancel()
                loop.run_until_complete(asyncio.sleep(0))
            loop.close()
        serious = [one for one in problems if not isinstance(one.get("exception"), StorageError)]
        assert not serious, serious
        return result

    # ---- the history

    async def run(self) -> int:
        """Play through faults, then in calm; returns how many events are stored at the end."""
        for name in NAMES:
            self.servers[name] = Server(self, name)
        await asyncio.sleep(2.0)
        assert all(server.is_ready for server in self.servers.values())
        for table in TABLES:
            self._open(table)
        await asyncio.sleep(0.5)
        self.people = [
            Person(self, "p1", list(TABLES), plays=True),
            Person(self, "p2", list(TABLES), plays=True),
            Person(self, "p3", [TABLES[0]], plays=True),
            Person(self, "spectator", list(TABLES), plays=False),
        ]
        lives = [self.loop.create_task(one.live()) for one in self.people]
        await self._trouble()
        calm_from = self._stored()
        await asyncio.sleep(CALM_S)
        played = self._stored() - calm_from
        self.is_quiet = True
        await asyncio.sleep(QUIET_S)
        versions = {table: self.database.version(table) for table in TABLES}
        await asyncio.sleep(SHOWN_S)
        for one, life in zip(self.people, lives, strict=True):
            await one.stop(life)
        check(self, versions, played)
        return self._stored()

    def _open(self, table: TableId) -> None:
        server = self.servers[self.rng.choice(NAMES)]
        self._in(server, partial(server.lobby.create, table, CONFIG, table_id=table))

    def _in(self, server: Server, call: Callable[..., object], *args: object) -> None:
        """Make a call in a server."""
        self.loop.call_soon(call, *args, context=server.process.context.copy())

    def _stored(self) -> int:
        return sum(self.database.version(table) for table in TABLES)

    async def _trouble(self) -> None:
        rng = self.rng
        self.network.faults = Faults(
            drop=rng.choice((0.0, 0.0, 0.02, 0.2)),
            double=rng.choice((0.0, 0.1)),
            reorder=rng.choice((0.0, 0.0, 0.05)),
            delay_s=rng.choice((0.001, 0.02)),
        )
        self.database.trouble = rng.choice((0.0, 0.0, 0.02))
        # In some histories only messages are lost.
        kinds = rng.choice((NEWS, KINDS, KINDS, KINDS))
        until_s = self.loop.time() + FAULTS_S
        while self.loop.time() < until_s:
            await asyncio.sleep(rng.expovariate(1 / 1.5))
            self._strike(rng.choice(kinds))
        await self._heal()

    def _strike(self, kind: str) -> None:
        rng = self.rng
        server = self.servers[rng.choice(NAMES)]
        if not server.is_ready or server.process.state != "runs":
            return
        self.events[kind] += 1
        match kind:
            case "kill":
                server.kill()
                self._restart_later(server.name)
            case "freeze":
                server.freeze(rng.expovariate(1 / rng.choice((0.5, 4.0))))
            case "cut":
                if server.bus.is_connected:
                    self._in(server, server.bus.cut, rng.random() * 4)
            case "part":
                one, other = rng.sample([self.servers[name].name for name in NAMES], 2)
                self.part(one, other, rng.random() * 4)
            case "stop":
                task = server.stop()
                task.add_done_callback(lambda _: self._restart_later(server.name))
            case "give":
                table, taker = rng.choice(TABLES), self.servers[rng.choice(NAMES)]
                if server.lobby.in_memory(table) and taker is not server and taker.is_ready:
                    server.begin(server.give(table, taker.peer))
            case "sanction":
                server.begin(server.moderate())
            case "logout":
                server.begin(server.end_session())
            case "close" if self.closes_table:
                self._close(server)
            case _:
                pass

    def _restart_later(self, name: str) -> None:
        self.loop.call_later(self.rng.expovariate(1.0), self.restart, name)

    def restart(self, name: str) -> None:
        self.servers[name] = Server(self, name)

    def part(self, one: str, other: str, for_s: float) -> None:
        """Let two servers lose what they send to each other."""
        if not all(self.servers[name].is_ready for name in (one, other)):
            return
        pair = frozenset((self.servers[one].bus, self.servers[other].bus))
        self.network.cuts.add(pair)
        self.loop.call_later(for_s, self.network.cuts.discard, pair)

    def _close(self, server: Server) -> None:
        """Close a table, and perhaps kill its server at once, so that nobody is told."""
        table = TABLES[1]
        if not server.lobby.in_memory(table):
            return
        server.begin(_closed(server, table))
        if self.rng.random() < 0.7:
            after_s = self.rng.random() * 0.03
            self.loop.call_later(after_s, self._kill_if_ready, server)

    def _kill_if_ready(self, server: Server) -> None:
        if server.is_ready and self.servers[server.name] is server:
            server.kill()
            self._restart_later(server.name)

    async def _heal(self) -> None:
        """End all faults."""
        self.is_calm = True
        self.network.faults, self.database.trouble = CALM, 0.0
        self.network.cuts.clear()
        await asyncio.sleep(5.0)
        for server in self.servers.values():
            server.process.thaw()
        await asyncio.sleep(5.0)
        assert all(server.is_ready for server in self.servers.values())


NEWS = ("nothing", "sanction", "logout")
KINDS = (*NEWS, "kill", "freeze", "cut", "part", "stop", "close", "give", "give")


async def _closed(server: Server, table: TableId) -> None:
    with suppress(Illegal):
        await server.lobby.close(table, "operator")


class Outcome(NamedTuple):
    """How many events were stored, what happened, and how many messages were sent."""

    stored: int
    events: Counter[str]
    sent: int


def run(seed: int) -> Outcome:
    """Run one seed.

    Raises AssertionError when anything that must hold does not.
    """
    world = World(seed, ProcessLoop())
    stored = world.play(world.run())
    world.events["dropped"] = world.network.dropped
    return Outcome(stored, world.events, world.network.sent)
