"""One seeded storm: three servers in full play, and faults of all kinds at random, some at once.

Afterwards everything that anybody was shown is stored, nobody was shown an event twice, too early
or not at all, and all tables play on.
"""

import asyncio
import random
import signal
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import NamedTuple

from tests.e2e.cluster.proxy import BOTH, Proxy
from tests.e2e.cluster.rig import Place, Play, nodes, play, ready, stop_all
from tests.e2e.faults import Cluster
from tests.e2e.process import ServerProcess
from tests.server.cluster.nats_server import NatsServer, nats_server

SERVERS, FAULTS = 3, 6
# Around what is noticed: a silence of two seconds, NATS after 2.25, a lease of three.
LONGEST_S = 4.5


class Parts(NamedTuple):
    """What can fail.  Each server has a way to NATS, and a way for its clients."""

    postgres: Cluster
    nats: NatsServer
    servers: list[ServerProcess]
    networks: list[Proxy]
    balancers: list[Proxy]


class Storm:
    """The faults that can be made in a cluster."""

    def __init__(self, rng: random.Random, parts: Parts) -> None:
        self._rng = rng
        self._postgres, self._nats, self._servers, self._networks, self._balancers = parts
        self._kinds: list[Callable[[], Awaitable[None]]] = [
            self._kill_server,
            self._kill_server,
            self._stop_server,
            self._suspend_server,
            self._restart_nats,
            self._freeze_nats,
            self._cut_off,
            self._restart_postgres,
            self._hang_postgres,
        ]
        self.log: list[str] = []

    async def blow(self, played: Play) -> None:
        """Make faults, one or two at a time, each time until all is well again."""
        for _ in range(FAULTS):
            kinds = self._rng.sample(self._kinds, self._rng.choice([1, 1, 2]))
            names = " and ".join(kind.__name__ for kind in kinds)
            self.log.append(names)
            await asyncio.gather(*(kind() for kind in kinds))
            for server in self._servers:
                await ready(server)
            await played.more(20)

    async def _while_it_lasts(self) -> None:
        await asyncio.sleep(self._rng.uniform(0.2, LONGEST_S))

    async def _kill_server(self) -> None:
        await self._end_server(signal.SIGKILL)

    async def _stop_server(self) -> None:
        await self._end_server(signal.SIGTERM)

    async def _end_server(self, number: signal.Signals) -> None:
        index = self._rng.randrange(SERVERS)
        server, balancer = self._servers[index], self._balancers[index]
        if not server.running:
            return
        balancer.go_elsewhere(self._rng.choice(self._servers).port)
        await server.end(number)
        await self._while_it_lasts()
        while not server.running:
            try:
                await server.start()
            except AssertionError:
                # The other fault was still there when it started.
                await server.ended()
        balancer.go_elsewhere(server.port)

    async def _suspend_server(self) -> None:
        server = self._rng.choice(self._servers)
        if server.running:
            server.send(signal.SIGSTOP)
            await self._while_it_lasts()
            if server.running:
                server.send(signal.SIGCONT)

    async def _restart_nats(self) -> None:
        self._nats.kill()
        await self._while_it_lasts()
        await self._nats.start()

    async def _freeze_nats(self) -> None:
        self._nats.freeze()
        await self._while_it_lasts()
        self._nats.thaw()

    async def _cut_off(self) -> None:
        network = self._rng.choice(self._networks)
        network.cut(*self._rng.choice([BOTH, BOTH[:1], BOTH[1:]]))
        await self._while_it_lasts()
        network.mend()

    async def _restart_postgres(self) -> None:
        self._postgres.quit()
        await self._while_it_lasts()
        await self._postgres.start_again()

    async def _hang_postgres(self) -> None:
        self._postgres.hang()
        await self._while_it_lasts()
        self._postgres.go_on()


async def run_storm(seed: int, directory: Path) -> int:
    """Run one seed in an empty directory; returns how many events were shown and checked."""
    rng = random.Random(seed)
    postgres = Cluster(directory / "postgres")
    try:
        (directory / "nats").mkdir()
        with nats_server(directory / "nats") as nats:
            return await _storm(rng, postgres, nats)
    finally:
        postgres.stop()


async def _storm(rng: random.Random, postgres: Cluster, nats: NatsServer) -> int:
    dsn = await postgres.database()
    async with AsyncExitStack() as stack:
        networks = [await stack.enter_async_context(Proxy(nats.port)) for _ in range(SERVERS)]
        own = [{"cluster_url": f"nats://127.0.0.1:{one.port}"} for one in networks]
        servers = await stack.enter_async_context(nodes(nats, dsn, SERVERS, *own))
        balancers = [await stack.enter_async_context(Proxy(one.port)) for one in servers]
        urls = [f"ws://127.0.0.1:{one.port}/ws" for one in balancers]
        storm = Storm(rng, Parts(postgres, nats, servers, networks, balancers))
        try:
            async with play(dsn, *(Place(one, urls) for one in servers)) as played:
                await storm.blow(played)
            await stop_all(*servers)
            await played.everything_shown_is_stored()
        except BaseException as error:
            error.add_note(f"after the faults {storm.log}")
            raise
    return sum(len(one.shown) for one in played.guarded)
