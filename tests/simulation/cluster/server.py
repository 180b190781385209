"""One server of a simulated cluster: the real tables, sessions and relays, without sockets."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import TYPE_CHECKING, Any, cast

from msgspec.structs import replace

from pokerws.game.deal import shuffler
from pokerws.game.illegal import Illegal
from pokerws.game.state import PlayerId, TableId
from pokerws.messages import JSON, WIRES, ChatSaid, Limits, client_decoder
from pokerws.server.auth.guests import Guests
from pokerws.server.auth.identity import Identity
from pokerws.server.auth.player_names import PlayerNames
from pokerws.server.auth.revocations import Revocations
from pokerws.server.background.orphans import Orphans
from pokerws.server.background.supervisor import Supervisor
from pokerws.server.cluster.packets import Incarnation, Peer
from pokerws.server.company.chat_lines import ChatLines
from pokerws.server.limits.limits import Rates
from pokerws.server.moderation.moderation import Moderation
from pokerws.server.net.connection import Connection
from pokerws.server.net.shared_context import SharedContext
from pokerws.server.relays.node import Node
from pokerws.server.sessions.context import SessionContext
from pokerws.server.sessions.session import Session
from pokerws.server.tables.actors.delayed_viewers import Public
from pokerws.server.tables.cashier import Cashier, Terms
from pokerws.server.tables.hands.past_hands import PastHands
from pokerws.server.tables.lobby import Lobby
from pokerws.server.tables.presence import Presence
from pokerws.storage.journal.journal import Journal
from pokerws.storage.names import MemoryNames
from pokerws.storage.sanctions import Sanction
from tests.simulation.cluster.database import NodeStore, SimulatedLease
from tests.simulation.cluster.processes import OUTSIDE, Process
from tests.simulation.hostile import LoopClock, SeededBackOff
from tests.vaults import VAULT

if TYPE_CHECKING:
    from tests.simulation.cluster.world import World

STOP_S = 5.0
_DECODERS = {wire: client_decoder(strict=True, wire=wire) for wire in WIRES.values()}


class NotedChat(ChatLines):
    """Notes in the world who has said what at which server."""

    def __init__(self, server: "Server") -> None:
        super().__init__()
        self._server = server

    def add(self, said: ChatSaid, public: Public) -> None:
        self._server.world.said(said.text, self._server)
        super().add(said, public)


class Server:
    """A process of the cluster, from `start` on, until it is killed or stopped."""

    def __init__(self, world: "World", name: str) -> None:
        self.world, self.name = world, name
        self.process = Process(name)
        world.processes.append(self.process)
        self.is_ready = False
        self.ever_frozen_s: float | None = None
        self.lines: dict[Line, None] = {}
        self.tasks: set[asyncio.Task[Any]] = set()
        self.task = self.run(self._serve())

    def run(self, work: Any) -> "asyncio.Task[Any]":
        """Start a task of this process."""
        return self.world.loop.create_task(work, context=self.process.context.copy())

    def begin(self, work: Coroutine[Any, Any, None]) -> None:
        """Start a task that nobody waits for."""
        self.tasks.add(task := self.run(work))
        task.add_done_callback(self.tasks.discard)

    def _build(self) -> None:
        world = self.world
        clock = LoopClock(world.loop)
        self.store = NodeStore(world.database)
        self.lease = SimulatedLease(self.store, self.name, self._lease_lost)
        self.journal = Journal(
            self.store,
            overwrite_edits=False,
            back_off=SeededBackOff(),
            clock=world.loop.time,
        )
        cashier = Cashier(self.store.accounts, clock, Terms(grant=10**12))
        self.lobby = Lobby(
            store=self.store,
            journal=self.journal,
            vault=VAULT,
            keep_events=True,
            clock=clock,
            shuffle=shuffler(world.rng.randbytes),
            cashier=cashier,
            max_tables=20,
            durable=True,
            lease=self.lease,
        )
        presence = Presence(clock, 2_000)
        self.lobby.follow(presence)
        self.chat = NotedChat(self)
        context = SessionContext(
            lobby=self.lobby,
            cashier=cashier,
            past_hands=PastHands(self.lobby, self.store, self.journal),
            admission=Guests("k" * 32, clock, names=PlayerNames(MemoryNames(), clock, renew_ms=0)),
            clock=clock,
            revocations=Revocations(world.names, clock),
            # Nothing is read again and again: there is only the news.
            moderation=Moderation(world.sanctions, clock),
            presence=presence,
            decoders=_DECODERS,
            flags={},
            limits=Limits(max_message_bytes=4096),
            outbox_frames=1024,
            hello_timeout_s=60,
            strict=True,
            chat_lines=self.chat,
            caps=world.caps,
        )
        supervisor = Supervisor(lambda: world.broken.append(f"{self.name}: a task has failed"))
        self.node = Node(
            *(context, Rates(), supervisor),
            own=lambda: self.peer,
            new_bus=world.network.bus,
            owners=self.store,
            journal=self.journal,
        )
        self.context = replace(context, elsewhere=self.node.gateway)
        self.orphans = Orphans(self.lobby, self.store)
        self.supervisor = supervisor

    async def _serve(self) -> None:
        self._build()
        while True:
            with suppress(Exception):
                if await self.lease.renew():
                    break
            await asyncio.sleep(0.1)
        await self.context.revocations.load()
        await self.context.moderation.load()
        self.journal.start()
        while True:
            with suppress(Exception):
                await self.lobby.start()
                break
            await asyncio.sleep(0.1)
        self.renewing = asyncio.create_task(self.lease.run())
        await self.node.start()
        self.orphans.start(self.supervisor.watch)
        self.is_ready = True

    def _lease_lost(self) -> None:
        self.lobby.outcomes.fenced_all()
        self.node.lease_lost()

    @property
    def peer(self) -> Peer:
        """What it is to the others."""
        return Peer(self.name, Incarnation(self.lease.incarnation))

    async def moderate(self) -> None:
        """Mute somebody, or end that."""
        rng, moderation = self.world.rng, self.context.moderation
        target, now_ms = f"stranger {rng.randrange(5)}", self.context.clock.wall_ms()
        if rng.random() < 0.3:
            await moderation.lift(("mute", target, ""), self.lobby)
        else:
            mute = Sanction("mute", target, now_ms + 10**7, now_ms, "operator")
            await moderation.impose(mute, self.lobby)

    async def end_session(self) -> None:
        """Log somebody out."""
        sid = f"{self.world.rng.getrandbits(32):08x}"
        await self.context.revocations.end(Identity(PlayerId("stranger"), "stranger", sid=sid))

    async def give(self, table: TableId, taker: Peer) -> None:
        """Give a table to another server, if that is possible now."""
        with suppress(Illegal):
            await self.node.moves.give(table, taker)
            self.world.events["given"] += 1

    # ---- what befalls it

    @property
    def bus(self) -> Any:
        """Its present bus."""
        return self.node._links._bus

    def kill(self) -> None:
        """Lose everything, without another word."""
        self.process.kill()
        self.is_ready = False
        if hasattr(self, "node"):
            self.bus.crash()
        self._hang_up()

    def freeze(self, for_s: float) -> None:
        self.process.freeze()
        self.ever_frozen_s = self.world.loop.time() + for_s
        self.world.loop.call_later(for_s, self.process.thaw, context=OUTSIDE)

    def stop(self) -> "asyncio.Task[Any]":
        """Stop in peace."""
        self.is_ready = False
        return self.run(self._stop())

    async def _stop(self) -> None:
        await self.orphans.stop()
        if self.world.rng.random() < DRAINS:
            with suppress(TimeoutError):
                async with asyncio.timeout(STOP_S):
                    await self.node.drain()
            self.world.events["drained"] += 1
        for line in list(self.lines):
            line.end(1012)
        await self.node.stop()
        self.lobby.stop()
        await self.journal.stop(STOP_S)
        with suppress(Exception):
            await self.store.give_up()
        self.process.kill()
        self._hang_up()

    def _hang_up(self) -> None:
        for line in list(self.lines):
            line.cut()
        self.lines.clear()


# How many of those that stop give their tables to others first.
DRAINS = 0.7


class Line:
    """A connection between a client and a server.  It is a `Connection`, as far as sessions see.

    Both directions keep their order, and lose nothing until it ends.
    """

    latency_ms = 0
    is_silent = False
    subprotocol = JSON.subprotocol
    close_code = None

    def __init__(
        self,
        server: Server,
        player: PlayerId,
        deliver: Callable[[bytes], None],
        ended: Callable[[], None],
    ) -> None:
        self.server, self.is_open = server, True
        self._deliver, self._ended = deliver, ended
        self._loop, self._rng = server.world.loop, server.world.rng
        self._last_s = {True: 0.0, False: 0.0}
        self._queue: asyncio.Queue[bytes | None] = asyncio.Queue()
        server.lines[self] = None
        self._task = server.run(self._serve(player))

    # ---- the client's end

    def say(self, frame: bytes) -> None:
        self._later(self._queue.put_nowait, frame, to_server=True)

    def leave(self) -> None:
        """The client goes, and reads nothing more."""
        if self.is_open:
            self.is_open = False
            self._later(self._queue.put_nowait, None, to_server=True)

    def cut(self) -> None:
        """The server is gone: the client learns of it a little later."""
        if self.is_open:
            self._later(self._end, to_server=False)

    def _end(self) -> None:
        if self.is_open:
            self.is_open = False
            self._ended()

    def _receive(self, frame: bytes) -> None:
        if self.is_open:
            self._deliver(frame)

    def _later(self, call: Callable[..., None], *args: Any, to_server: bool) -> None:
        at_s = self._loop.time() + self._rng.expovariate(1 / 0.003)
        at_s = self._last_s[to_server] = max(at_s, self._last_s[to_server] + 1e-6)
        context = self.server.process.context.copy() if to_server else OUTSIDE
        self._loop.call_at(at_s, call, *args, context=context)

    # ---- the server's end

    async def _serve(self, player: PlayerId) -> None:
        server = self.server
        session = Session(cast("Connection", self), server.context, server.node.gateway.dispatch)
        assert session.join(Identity(player, player))
        while (frame := await self._queue.get()) is not None:
            work = session.receive(frame.decode(), server.context.clock.now_ms())
            if work is not None:
                await work
        session._leave()
        server.lines.pop(self, None)

    def write(self, message: bytes, shared: SharedContext | None = None) -> bool:
        self._later(self._receive, message, to_server=False)
        return True

    async def close(self, code: int, reason: str) -> None:
        self.server.world.closes[code] += 1
        self.end(code)

    def end(self, code: int) -> None:
        """Close the connection after what was sent."""
        self._later(self._end, to_server=False)
        self._queue.put_nowait(None)

    def start_serving(self, receive: object, *, is_text: bool) -> None:
        """Part of `Connection`."""

    def stop_serving(self) -> None:
        """Part of `Connection`."""
