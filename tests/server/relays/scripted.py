"""Three servers in virtual time without faults, and clients that follow a script."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from pokerws.game.config.hosting import HostingRules
from pokerws.game.config.table_config import TableConfig
from pokerws.game.state import PlayerId, TableId
from pokerws.messages import (
    JSON,
    Accepted,
    ClientMessage,
    Rejected,
    ServerMessage,
    Watch,
    server_decoder,
)
from pokerws.server.limits.limits import Caps
from tests.simulation.cluster.processes import ProcessLoop
from tests.simulation.cluster.server import Line, Server
from tests.simulation.cluster.world import NAMES, World

ONE, TWO = TableId("one"), TableId("two")
CONFIG = TableConfig(seats=3)
UNLISTED = TableConfig(seats=3, hosting=HostingRules(unlisted=True))
Message = TypeVar("Message", bound=ServerMessage)
_decode = server_decoder().decode


class Client:
    """A client of one server, and all that it was sent."""

    def __init__(self, server: Server, name: str) -> None:
        self.messages: list[ServerMessage] = []
        self.is_lost = False
        self.line = Line(server, PlayerId(name), self._receive, self._lost)

    def _receive(self, frame: bytes) -> None:
        self.messages.append(_decode(frame))

    def _lost(self) -> None:
        self.is_lost = True

    def say(self, message: ClientMessage) -> None:
        self.line.say(JSON.encode(message))

    async def ask(self, message: ClientMessage) -> Accepted | Rejected:
        """The answer to a message, which comes within ten seconds."""
        self.say(message)
        for _ in range(1_000):
            await asyncio.sleep(0.01)
            if answers := self.answers(message.id):
                return answers[-1]
        raise AssertionError(f"{message} has no answer")

    def answers(self, name: str) -> list[Accepted | Rejected]:
        answers: list[Accepted | Rejected] = [*self.got(Accepted), *self.got(Rejected)]
        return [one for one in answers if one.id == name]

    def got(self, kind: type[Message]) -> list[Message]:
        """All messages of a kind."""
        return [one for one in self.messages if isinstance(one, kind)]


class Cluster(World):
    """Servers ann, ben and cat; ann has the table `one`."""

    @property
    def ann(self) -> Server:
        return self.servers["ann"]

    @property
    def ben(self) -> Server:
        return self.servers["ben"]

    @property
    def cat(self) -> Server:
        return self.servers["cat"]

    async def begin(self) -> None:
        for name in NAMES:
            self.servers[name] = Server(self, name)
        await asyncio.sleep(2.0)
        await self.opens(self.ann, ONE)

    async def opens(self, server: Server, table: TableId, config: TableConfig = CONFIG) -> None:
        def create() -> None:
            server.lobby.create(table, config, PlayerId("host"), table_id=table)

        self.loop.call_soon(create, context=server.process.context.copy())
        await asyncio.sleep(1.0)

    async def watching(self, server: Server, name: str, table: TableId = ONE) -> Client:
        client = Client(server, name)
        assert isinstance(await client.ask(Watch("w", table)), Accepted)
        return client


def in_cluster(script: Callable[[Cluster], Awaitable[None]], caps: Caps | None = None) -> None:
    """Run a script in virtual time."""
    loop = ProcessLoop()
    cluster = Cluster(1, loop)
    cluster.caps = caps or Caps()

    async def work() -> None:
        await cluster.begin()
        await script(cluster)

    cluster.play(work())
    assert cluster.broken == []
