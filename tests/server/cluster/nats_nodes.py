"""Who listens to a bus over NATS, in tests: a bare listener, and processes with links."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from pokerws.server.clock import Clock
from pokerws.server.cluster.links import Link, Links, Why
from pokerws.server.cluster.nats_address import TlsFiles, nats_address
from pokerws.server.cluster.nats_bus import NatsBus
from pokerws.server.cluster.packets import Incarnation, Peer
from tests.server.cluster.nats_server import NatsServer

# Against hanging only.
MOST_S = 60.0
NO_FILES = TlsFiles()


async def until(holds: Callable[[], bool], within_s: float = MOST_S) -> float:
    """Wait for something to hold; returns how long it took, in seconds."""
    loop = asyncio.get_running_loop()
    began_s = loop.time()
    async with asyncio.timeout(within_s):
        while not holds():  # noqa: ASYNC110  the library has no event for it
            await asyncio.sleep(0.005)
    return loop.time() - began_s


class Listener:
    """Whoever listens to a bus, and remembers all."""

    def __init__(self) -> None:
        self.messages: list[tuple[str, bytes]] = []
        self.changes: list[str] = []

    def message(self, subject: str, message: bytes) -> None:
        self.messages.append((subject, message))

    def connected(self) -> None:
        self.changes.append("connected")

    def disconnected(self) -> None:
        self.changes.append("disconnected")


@asynccontextmanager
async def opened(
    url: str, *subjects: str, files: TlsFiles = NO_FILES
) -> AsyncIterator[tuple[NatsBus, Listener]]:
    """A bus that listens to these subjects."""
    bus, listener = NatsBus(nats_address(url, files), "test"), Listener()
    try:
        await bus.open(subjects, listener)
        yield bus, listener
    finally:
        await bus.close()


class Node:
    """A process with links over NATS, as far as the cluster sees it."""

    def __init__(self, url: str, name: str) -> None:
        self.peer = Peer(name, Incarnation(f"{name}1"))
        self.bus = NatsBus(nats_address(url), name)
        self.links = Links(self.bus, self.peer, Clock(), self)
        self.frames: list[bytes] = []
        self.whys: list[Why] = []

    def received(self, link: Link, frame: bytes) -> None:
        self.frames.append(frame)

    def link_broken(self, link: Link, why: Why) -> None:
        self.whys.append(why)


@asynccontextmanager
async def two_nodes(nats: NatsServer) -> AsyncIterator[tuple[Node, Node]]:
    await nats.start()
    ann, ben = Node(nats.url, "ann"), Node(nats.url, "ben")
    try:
        await ann.links.start()
        await ben.links.start()
        yield ann, ben
    finally:
        await ann.links.stop()
        await ben.links.stop()
