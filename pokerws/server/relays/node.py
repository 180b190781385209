"""This server as a node of a cluster: its links, and the two sides of its relays."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Protocol

import structlog

from pokerws.game.state import TableId
from pokerws.metrics.cluster import ClusterReading
from pokerws.server.background.supervisor import Supervisor, cancel
from pokerws.server.clock import Clock
from pokerws.server.cluster.bus import Bus, BusError
from pokerws.server.cluster.links import Link, Links, Why
from pokerws.server.cluster.packets import Incarnation, Peer, name_of
from pokerws.server.limits.limits import Rates
from pokerws.server.relays import frames
from pokerws.server.relays.gateway import Gateway
from pokerws.server.relays.moves import Moves, Nodes
from pokerws.server.relays.news import News
from pokerws.server.relays.owner import Owner
from pokerws.server.sessions.context import SessionContext
from pokerws.server.tables.interfaces import TableJournal
from pokerws.settings import SettingsError
from pokerws.storage.errors import StoreUnavailable
from pokerws.storage.postgres.claiming.giving import Holder, Listed

# Within the time in which a link keeps its beats, and so often that a silence is noticed soon.
ALIVE_S = 1.0
ALIVE = frames.encode(frames.Alive())
# How often links of processes that have ended are dropped, if nothing says that one may have.
FORGET_S = 30.0

log = structlog.get_logger("pokerws.node")


class Owners(Nodes, Protocol):
    """What the database says of the servers.  Its methods raise StoreUnavailable."""

    async def holder(self, table: TableId) -> Holder | None:
        """Who holds an open table; None if nobody does."""

    async def listed(self, tables: Sequence[TableId]) -> dict[TableId, Listed]:
        """Those of these tables that are open."""

    async def ended(self, incarnations: Sequence[str]) -> list[str]:
        """Those of these servers that have ended for certain, and all others that did lately."""


class Node:
    """A node of the cluster.  It is a `links.LinkUser`.

    `own` is what this server is to the others; each time it joins it has a bus of its own.
    """

    def __init__(
        self,
        context: SessionContext,
        rates: Rates,
        supervisor: Supervisor,
        *,
        own: Callable[[], Peer],
        new_bus: Callable[[], Bus],
        owners: Owners,
        journal: TableJournal,
    ) -> None:
        self._own, self._new_bus, self._owners = own, new_bus, owners
        self._supervisor = supervisor
        self._clock: Clock = context.clock
        self._links = self._new_links()
        self.gateway = Gateway(context.lobby, context.clock, self._holder, self._send)
        # One that has just died, or was told by another server, may never say a word.
        self.gateway.expect = lambda owner: self._links.expect(owner)  # noqa: PLW0108  as below
        self._owner = Owner(context, rates, self._send)
        self._news = News(context, self._send_all, owners.listed)
        self.moves = Moves(
            *(context, journal, owners, self.gateway, self._owner),
            send=self._send,
            tell_draining=lambda: self._news.drain(self._own()),
            forget=lambda peer: self._links.end(peer),  # noqa: PLW0108  they are others later
        )
        self._news.on_draining = self.moves.heard_draining
        self._tasks: list[asyncio.Task[None]] = []
        self._renewing: asyncio.Task[None] | None = None
        self._may_have_ended = asyncio.Event()

    def _new_links(self) -> Links:
        """The links of the present incarnation."""
        return Links(self._new_bus(), self._own(), self._clock, self)

    async def start(self) -> None:
        """Join the cluster.  Raises SettingsError if the bus cannot be reached."""
        try:
            await self._links.start()
        except BusError as error:
            raise SettingsError(f"CLUSTER_URL: {error}") from error
        self._tasks = [
            asyncio.create_task(self._stay_alive(), name="alive"),
            asyncio.create_task(self._forget_ended(), name="ended servers"),
        ]
        for task in self._tasks:
            self._supervisor.watch(task)
        self._news.start(self._supervisor.watch)

    async def drain(self, avoid: str = "") -> None:
        """Give the tables to other servers, and take none any more: see `Moves.drain`."""
        await self.moves.drain(self._own(), avoid)

    async def stop(self) -> None:
        """Leave the cluster."""
        self.moves.stop()
        for task in (*self._tasks, *([] if self._renewing is None else [self._renewing])):
            await cancel(task)
        await self._news.stop()
        self.gateway.stop()
        self._owner.stop()
        await self._links.stop()

    def why_not_ready(self) -> str | None:
        """Why no client should come here now: tables of other servers cannot be reached."""
        return None if self._links.is_connected else "NATS is away"

    def reading(self) -> ClusterReading:
        """The links and relays now."""
        counts, gateway, owner = self._links.counts, self.gateway, self._owner
        return ClusterReading(
            servers=len(gateway.owners | owner.gateways),
            relays_out=len(gateway.relays),
            relays_in=owner.relays,
            frames_sent=counts.frames_sent,
            frames_received=counts.frames_received,
            packets_unsent=counts.packets_unsent,
            breaks=counts.breaks,
            forwarded=gateway.forwarded,
            unanswered=gateway.unanswered,
        )

    def lease_lost(self) -> None:
        """Another server has ended this incarnation: join again as the next one."""
        if self._renewing is None or self._renewing.done():
            self._renewing = asyncio.create_task(self._join_again(), name="join again")
            self._supervisor.watch(self._renewing, may_end=True)

    async def _join_again(self) -> None:
        self._owner.stop()
        own = None
        # The next incarnation may be ended while this one joins.
        while own != self._own():
            await self._links.stop()
            own, self._links = self._own(), self._new_links()
            try:
                await self._links.start()
            except BusError as error:
                log.warning("cluster_not_joined", error=str(error))
                own = None
                await asyncio.sleep(ALIVE_S)
        self.gateway.begin_again()

    async def _stay_alive(self) -> None:
        while True:
            await asyncio.sleep(ALIVE_S)
            for peer in self.gateway.owners | self._owner.gateways:
                self._send(peer, ALIVE)

    async def _forget_ended(self) -> None:
        """Drop the links of servers that have ended, and refuse what they still send.

        Whatever they said last may be lost, even if this server never heard of them.
        """
        known: set[str] = set()
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._may_have_ended.wait(), FORGET_S)
            self._may_have_ended.clear()
            peers = {peer.incarnation: peer for peer in self._links.peers}
            try:
                ended = set(await self._owners.ended(list(peers)))
            except StoreUnavailable as error:
                log.info("ended_not_read", error=str(error))
                # It may be away for so long that some of them are not told later.
                self._news.broken()
                continue
            for peer in [peers[one] for one in peers.keys() & ended]:
                self._links.end(peer)
                self._owner.broken(peer)
                self.gateway.ended(peer)
            if ended - known:
                self._news.broken()
            known = ended

    def _send(self, peer: Peer, frame: bytes) -> bool:
        return self._links.send(peer, frame)

    def _send_all(self, frame: bytes) -> bool:
        return self._links.send_all(frame)

    async def _holder(self, table: TableId) -> Peer | None:
        """The living server that holds a table, for the gateway."""
        try:
            holder = await self._owners.holder(table)
        except StoreUnavailable as error:
            log.info("owner_not_read", table=table, error=str(error))
            return None
        if holder is None or not holder.is_alive:
            return None
        return Peer(name_of(holder.node), Incarnation(holder.incarnation))

    # ---- what the links deliver

    def received(self, link: Link, frame: bytes) -> None:
        """Part of `LinkUser`."""
        if link.to_all:
            self._news.received(frame)
            return
        said = frames.decode(frame)
        match said:
            case frames.Open() | frames.Forward() | frames.Rewatch() | frames.Close():
                self._owner.received(link.peer, said)
            case frames.Given() | frames.Willing() | frames.Move() | frames.MoveDone():
                self.moves.received(link.peer, said, self._own())
            case _:
                self.gateway.received(link.peer, said)

    def link_broken(self, link: Link, why: Why) -> None:
        """Part of `LinkUser`."""
        if link.to_all:
            self._news.broken()
            return
        if why == "replaced":
            # Two servers of one name may both be alive.
            self._may_have_ended.set()
            return
        self._owner.broken(link.peer)
        if why != "disconnected":
            self.gateway.broken(link.peer, is_gone=why == "silent")
