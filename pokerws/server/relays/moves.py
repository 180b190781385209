"""Moves tables between servers while they are in play, with all who watch them.

The giver tells the next owner what is stored nowhere, and the gateways where to go on.  Its own
clients become relays.  All that is a shortcut: whoever is not told asks Postgres.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine
from typing import Any, Protocol

import structlog

from pokerws.game.illegal import Illegal
from pokerws.game.state import PlayerId, TableId
from pokerws.server.background.supervisor import cancel
from pokerws.server.cluster.packets import Incarnation, Peer
from pokerws.server.relays import frames
from pokerws.server.relays.gateway import Gateway
from pokerws.server.relays.owner import Owner
from pokerws.server.relays.relayed_session import RelayedSession
from pokerws.server.sessions.context import SessionContext
from pokerws.server.sessions.session import Session
from pokerws.server.tables.actor import TableActor
from pokerws.server.tables.interfaces import TableJournal
from pokerws.server.tables.lobby.moving.handing_over import Given, Giving, HandingOver
from pokerws.storage.errors import StoreUnavailable
from pokerws.storage.postgres.owners import Node as NodeRow

# How long a drain waits for the first server that takes tables, and how often it asks.
WILLING_S, TELL_S = 1.0, 0.25
# The first answer is not alone for longer than this.
TOGETHER_S = 0.02
# Tables that are given at the same time.
AT_ONCE = 8
# Between two attempts with tables that could not be given.
RETRY_S = 0.2
# Servers that are known to drain.
MOST_DRAINING = 1_000

log = structlog.get_logger("pokerws.moves")

Send = Callable[[Peer, bytes], bool]


class Nodes(Giving, Protocol):
    """A store that also knows all servers."""

    async def nodes(self) -> list[NodeRow]:
        """All servers that have not ended.  Raises StoreUnavailable."""


class Moves:
    """Gives tables to other servers, and takes those that they give."""

    def __init__(
        self,
        context: SessionContext,
        journal: TableJournal,
        store: Nodes,
        gateway: Gateway,
        owner: Owner,
        *,
        send: Send,
        tell_draining: Callable[[], None],
        forget: Callable[[Peer], None],
    ) -> None:
        self._lobby, self._presence = context.lobby, context.presence
        self._store, self._gateway, self._owner = store, gateway, owner
        self._send, self._tell_draining, self._forget = send, tell_draining, forget
        self._handing_over = HandingOver(context.lobby, journal, store, self._given)
        gateway.given_of = owner.given_of = self._handing_over.of
        self.is_draining = False
        # Others that drain, and those that have said that they take tables.
        self._draining: dict[Incarnation, None] = {}
        self._willing: dict[str, Peer] = {}
        self._has_answered = asyncio.Event()
        # By incarnation, all that tables were given to.
        self._takers: dict[str, Peer] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def stop(self) -> None:
        """End what goes on.  A table that is being given is given all the same."""
        for task in self._tasks:
            task.cancel()

    def _do(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work, name="moves")
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("move_failed", exc_info=error)

    # ---- one table

    async def give(self, table: TableId, taker: Peer) -> None:
        """Give a table to another server.  Raises Illegal if it stays here."""
        await self._lobby.find(table)
        self._takers[taker.incarnation] = taker
        await self._handing_over.give(table, taker.incarnation)

    def _given(self, given: Given, incarnation: str) -> None:
        """Send all who watch the table to its next owner, which is told first."""
        taker, table = self._takers[incarnation], given.table
        expected: list[str] = [one for one in given.seated if self._presence.is_connected(one)]
        self._send(taker, frames.encode(frames.Given(table, given.wishes, expected)))
        self._owner.given(table, taker)
        here = {
            viewer: watch
            for viewer, watch in given.watches.items()
            if isinstance(viewer, Session) and not isinstance(viewer, RelayedSession)
        }
        self._gateway.adopt(table, taker, here)

    async def _take(self, given: frames.Given) -> None:
        self._presence.expect([PlayerId(one) for one in given.expected])
        try:
            actor = await self._lobby.find(TableId(given.table))
        except Illegal as refusal:
            # `Orphans` tries again.
            log.info("given_table_not_loaded", table=given.table, code=refusal.code)
            return
        if given.wishes:
            actor.pre_actions.take_over(given.wishes)
            actor.arm()

    async def _move(self, operator: Peer, move: frames.Move, own: Peer) -> None:
        refusal = None
        if move.to.incarnation == own.incarnation:
            refusal = "the table is there already"
        elif self.is_draining:
            refusal = f"{own.name} is draining: it gives all its tables to others"
        elif move.to.incarnation in self._draining:
            refusal = f"{move.to.name} is draining: it takes no tables"
        else:
            try:
                await self.give(TableId(move.table), move.to)
            except Illegal as error:
                refusal = str(error)
        self._send(operator, frames.encode(frames.MoveDone(move.table, refusal)))
        # It had one question.
        self._forget(operator)

    # ---- from the others

    def received(self, peer: Peer, frame: frames.OfMoves, own: Peer) -> None:
        """A frame of another server, or of an operator."""
        match frame:
            case frames.Given():
                self._do(self._take(frame))
            case frames.Move():
                self._do(self._move(peer, frame, own))
            case frames.Willing():
                self._willing[peer.incarnation] = peer
                self._has_answered.set()
            case frames.MoveDone():
                pass

    def heard_draining(self, peer: Peer) -> None:
        """Another server drains."""
        self._willing.pop(peer.incarnation, None)
        if len(self._draining) >= MOST_DRAINING:
            self._draining.clear()
        self._draining[peer.incarnation] = None
        if not self.is_draining:
            self._send(peer, frames.encode(frames.Willing()))

    # ---- all tables

    async def drain(self, own: Peer, avoid: str) -> None:
        """Give all tables where somebody is to other servers, those with a hand in play first.

        Servers whose names begin with `avoid` get none.  Returns early if nobody takes them.  A
        table that cannot be given now is tried again, until the caller has had enough.
        """
        self._lobby.is_leaving = self.is_draining = True
        telling = asyncio.create_task(self._tell(), name="tell draining")
        try:
            waiting = self._wanted()
            before = len(waiting)
            while waiting and (taken := await self._takers_now(own, avoid)):
                queue = deque(waiting)
                await asyncio.gather(*[self._give_from(queue, taken) for _ in range(AT_ONCE)])
                waiting = self._wanted()
                if waiting:
                    await asyncio.sleep(RETRY_S)
            log.info("tables_given", tables=before - len(waiting), stay=len(waiting))
        finally:
            await cancel(telling)

    async def _tell(self) -> None:
        while True:
            self._tell_draining()
            await asyncio.sleep(TELL_S)

    def _wanted(self) -> list[TableId]:
        """The tables where somebody is, in the order in which they are to be given."""
        tables = [one for one in self._lobby.actors() if _has_somebody(one)]
        tables.sort(key=lambda one: (one.table.hand is None, one.table.next_hand_at_ms is None))
        return [one.table.id for one in tables]

    async def _takers_now(self, own: Peer, avoid: str) -> dict[Peer, int]:
        """The servers that take tables, with the number that each has."""
        try:
            nodes = await self._store.nodes()
            alive = {
                one.incarnation: one.tables
                for one in nodes
                if one.lease_left_s > 0
                and one.incarnation != own.incarnation
                and not (avoid and one.node.startswith(avoid))
            }
            if not alive:
                return {}
            async with asyncio.timeout(WILLING_S):
                # One that does not answer now may in the next round.
                while not self._willing.keys() & alive.keys():
                    self._has_answered.clear()
                    await self._has_answered.wait()
            await asyncio.sleep(TOGETHER_S)
        except (StoreUnavailable, TimeoutError) as error:
            log.warning("tables_not_given", error=str(error) or "no other server answers")
            return {}
        willing = self._willing.keys() & alive.keys()
        return {self._willing[one]: alive[one] for one in willing}

    async def _give_from(self, queue: deque[TableId], taken: dict[Peer, int]) -> None:
        while queue and taken:
            table = queue.popleft()
            taker = min(taken, key=taken.__getitem__)
            taken[taker] += 1
            try:
                await self.give(table, taker)
            except Illegal as refusal:
                taken[taker] -= 1
                log.info("table_not_given", table=table, to=taker.name, error=str(refusal))


def _has_somebody(actor: TableActor) -> bool:
    table = actor.table
    return not table.closed and (table.players > 0 or bool(actor.watchers))
