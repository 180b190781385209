"""Asks a server of the cluster, over the bus, to give a table to another one."""

import asyncio
import secrets

from pokerws.nodes.errors import NotMoved
from pokerws.server.clock import Clock
from pokerws.server.cluster.bus import BusError
from pokerws.server.cluster.links import Link, Links, Why
from pokerws.server.cluster.packets import Incarnation, Peer
from pokerws.server.relays import frames
from pokerws.server.relays.bus_of import bus_of
from pokerws.settings import Settings

# The holder stores the table first, and may wait for the database some times.
ANSWER_S = 10.0


async def move(settings: Settings, holder: Peer, table: str, to: Peer) -> str | None:
    """Have a table moved; returns why it was not.  Raises NotMoved without an answer."""
    asking = _Asking(settings)
    try:
        await asking.links.start()
    except BusError as error:
        raise NotMoved(f"CLUSTER_URL: {error}") from error
    try:
        return await asking.ask(holder, frames.Move(table, to))
    finally:
        await asking.links.stop()


class _Asking:
    """Somebody on the bus who has one question.  It is a `links.LinkUser`."""

    def __init__(self, settings: Settings) -> None:
        own = Peer("operator", Incarnation(secrets.token_hex(8)))
        self.links = Links(bus_of(settings, "pokerws move"), own, Clock(), self)
        self._answer: asyncio.Future[str | None] = asyncio.get_running_loop().create_future()

    async def ask(self, holder: Peer, move: frames.Move) -> str | None:
        """The answer.  Raises NotMoved without one."""
        self.links.send(holder, frames.encode(move))
        try:
            async with asyncio.timeout(ANSWER_S):
                return await self._answer
        except TimeoutError:
            raise NotMoved(
                f"{holder.name} does not answer within {ANSWER_S:.0f} s; `nodes` says whether it "
                "runs, and whether it has the table yet"
            ) from None

    def received(self, link: Link, frame: bytes) -> None:
        """Part of `LinkUser`."""
        if link.to_all:
            return
        said = frames.decode(frame)
        if isinstance(said, frames.MoveDone) and not self._answer.done():
            self._answer.set_result(said.refusal)

    def link_broken(self, link: Link, why: Why) -> None:
        """Part of `LinkUser`."""
