"""A server in memory with one table; the test controls cards, opponents and clock."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec

import pokerws
from pokerws.game import commands
from pokerws.game.cards import Card, parse_cards
from pokerws.game.commands import Action, Command
from pokerws.game.config.table_config import TableConfig
from pokerws.game.state import PlayerId, Table, TableId
from pokerws.messages import (
    JSON,
    Accepted,
    CloseCode,
    Limits,
    Notice,
    Rejected,
    ServerMessage,
    client_decoder,
    encode,
)
from pokerws.metrics import Metrics
from pokerws.server.auth.guests import Guests
from pokerws.server.auth.identity import Admission
from pokerws.server.auth.links import Links
from pokerws.server.auth.player_names import PlayerNames
from pokerws.server.auth.revocations import Revocations
from pokerws.server.clock import Clock
from pokerws.server.limits.limits import Quotas
from pokerws.server.moderation.moderation import Moderation
from pokerws.server.net.client_address import TrustedProxies
from pokerws.server.net.connection import Connection, Work
from pokerws.server.net.connection_counts import ConnectionCounts
from pokerws.server.net.host_policy import HostPolicy
from pokerws.server.net.http import Pages
from pokerws.server.net.port import Port
from pokerws.server.net.shared_context import SharedContext
from pokerws.server.sessions.context import SessionContext
from pokerws.server.sessions.handlers import dispatch
from pokerws.server.sessions.heartbeats import Heartbeats
from pokerws.server.sessions.session import UNKNOWN_ADDRESS, Session
from pokerws.server.tables.commit_gate import CommitGate, TableAnswer
from pokerws.server.tables.lobby.list_watchers import GATHER_MS
from pokerws.server.tables.presence import Presence
from pokerws.storage.links import MemoryLinks
from pokerws.storage.names import MemoryNames
from tests.server.fakes import FakeLine, ManualClock, memory_hands, open_memory_lobby
from tests.settings import settings_of
from tests.unlimited import NO_LIMITS

WEB_ROOT = Path(pokerws.__file__).parent / "web"
CONFIG = TableConfig(next_hand_delay_ms=4_000, turn_time_ms=60_000)


def guests_with(key: str) -> Guests:
    """Guests whose names are forgotten at a restart."""
    return Guests(key, Clock(), names=PlayerNames(MemoryNames(), Clock(), renew_ms=0))


class Opponent:
    """A player who counts as connected and has no socket.  It is a `interfaces.Viewer`."""

    hears_presence = hears_waiting = False

    def __init__(self, name: str, player: PlayerId) -> None:
        self.name = name
        self.player = player
        self.wire = JSON
        self.sent = 0
        self.line = FakeLine()

    def answer(self, message: TableAnswer) -> None:
        assert isinstance(message, Accepted), message

    def held_by(self, gate: CommitGate, table: TableId) -> None:
        """Likewise."""

    def send_table_frame(self, frame: bytes, shared: SharedContext | None = None) -> None:
        """It knows everything from the table itself."""

    def send(self, frame: bytes) -> None:
        """Likewise."""

    def send_droppable(self, frame: bytes) -> None:
        """Likewise."""

    def fail(self, error: Exception) -> None:
        raise error

    def lose_table(self, notice: Notice) -> None:
        raise AssertionError("nothing fails here")

    def close_moved(self, table: TableId) -> None:
        raise AssertionError("no other process is about")


class Room:
    """A server with one table.

    `decks` has the first cards of the next hands, in dealing order; the other cards follow in the
    usual order.
    """

    def __init__(self, config: TableConfig, name: str) -> None:
        self.decks: deque[str] = deque()
        self.received: list[dict[str, object]] = []
        self.clock = ManualClock()
        self.guests = guests_with("a key for tests, long enough to sign")
        # Replaces the authentication of guests.
        self.admission: Admission | None = None
        self.address_of_guests: str | None = None
        self.moderation = Moderation()
        self.presence = Presence(self.clock)
        self.heartbeats = Heartbeats()
        self.too_fast = 0
        # So many times a `watch` is refused, since another server has the table.
        self.elsewhere = 0
        # Replaces the number of tables that a page asks for.
        self.lobby_limit: int | None = None
        self._sessions: set[Session] = set()
        self._opponents: dict[str, Opponent] = {}
        self._port: Port | None = None
        self.port = 0
        # Where the page connects, if not to the server itself.
        self.page_port = 0
        self.is_deaf = False
        self._heard = asyncio.Event()
        # Called with each message before it is handled.
        self.on_message: Callable[[dict[str, object]], None] = lambda message: None
        self._open_lobby(config, name)

    def _open_lobby(self, config: TableConfig, name: str) -> None:
        self.lobby, self.bank = open_memory_lobby(self.clock, self._shuffle, max_tables=200)
        self.lobby.follow(self.presence)
        self.lobby.seating.callers.connections = self.moderation.roster.of
        self.actor = self.lobby.create(name, config)

    @property
    def table(self) -> Table:
        """The current state of the table."""
        return self.actor.table

    @property
    def address(self) -> str:
        """The URL of the page."""
        return f"http://127.0.0.1:{self.page_port or self.port}/"

    @property
    def connected(self) -> int:
        """The number of connections."""
        return len(self._sessions)

    # ---- play

    def seat(
        self, name: str, number: int, buy_in: int = 10_000, player: PlayerId | None = None
    ) -> None:
        """Seat an opponent, or `player`."""
        opponent = Opponent(name, player or PlayerId(f"opponent_{name}"))
        self._opponents[name] = opponent
        self.presence.enter(opponent.player)
        self._command(opponent, commands.Sit(opponent.player, name, number, buy_in))

    def act(
        self, name: str, action: Action, amount: int | None = None, cards: str | None = None
    ) -> None:
        """Act for an opponent whose turn it is; `cards` are the discards."""
        hand, opponent = self.table.hand, self._opponents[name]
        assert hand is not None, "no hand is being played"
        assert hand.turn is not None, "nobody is to act"
        discarded = None if cards is None else parse_cards("".join(cards.split()))
        self._command(
            opponent, commands.Act(opponent.player, hand.turn.number, action, amount, discarded)
        )

    def show(self, name: str) -> None:
        """Show an opponent's cards of the last hand."""
        opponent = self._opponents[name]
        self._command(opponent, commands.Show(opponent.player, self.table.hand_number))

    def disconnect(self, name: str) -> None:
        """End an opponent's connection."""
        self.presence.leave(self._opponents[name].player)

    def reconnect(self, name: str) -> None:
        """Let an opponent connect again."""
        self.presence.enter(self._opponents[name].player)

    def stand(self, name: str) -> None:
        """Stand an opponent up."""
        opponent = self._opponents[name]
        self._command(opponent, commands.Stand(opponent.player))

    def close_table(self) -> None:
        """Close the table, as the operator."""
        self._command(Opponent("operator", PlayerId("operator")), commands.Close("operator"))

    def publish_lobby(self) -> None:
        """Advance the clock until the gathered changes of the lobby are sent."""
        self.clock.advance(GATHER_MS)

    def next_hand(self, deck: str = "") -> None:
        """Advance the clock until the next hand starts; `deck` has its first cards."""
        self.decks.append(deck)
        number = self.table.hand_number
        self.clock.advance(self.table.config.next_hand_delay_ms)
        assert self.table.hand_number == number + 1, "a hand is due"

    def seat_of(self, name: str) -> int:
        """The seat number of a player."""
        return next(
            number
            for number, seat in enumerate(self.table.seats)
            if seat is not None and seat.name == name
        )

    def _command(self, opponent: Opponent, command: Command) -> None:
        opponent.sent += 1
        self.actor.handle(opponent, str(opponent.sent), command)

    def _shuffle(self, cards: Sequence[Card]) -> list[Card]:
        first = parse_cards("".join(self.decks.popleft().split())) if self.decks else []
        return [*first, *(card for card in cards if card not in first)]

    # ---- the wire

    @asynccontextmanager
    async def deaf(self) -> AsyncIterator[None]:
        """Record messages without handling them."""
        self.is_deaf = True
        yield
        self.is_deaf = False

    def hear(self, message: dict[str, object]) -> None:
        """Record a message from a client."""
        self.received.append(message)
        self._heard.set()
        self.on_message(message)

    async def wait_for(self, condition: Callable[[], bool]) -> None:
        """Wait until a condition on the received messages holds."""
        async with asyncio.timeout(60):
            while not condition():
                self._heard.clear()
                await self._heard.wait()

    def send(self, message: ServerMessage) -> None:
        """Send a message to every connection."""
        self.send_raw(encode(message))

    def send_raw(self, frame: bytes) -> None:
        """Send a frame to every connection."""
        for session in self._sessions:
            session.send(frame)

    def close_all(self, code: CloseCode) -> None:
        """Close every connection."""
        for session in self._sessions:
            session._close(code, "as the test wants")

    def sent_of(self, kind: str) -> list[dict[str, object]]:
        """The received messages of one type."""
        return [message for message in self.received if message["type"] == kind]

    async def start(self) -> None:
        """Listen, on the previous port if there was one."""
        context = SessionContext(
            lobby=self.lobby,
            cashier=self.bank,
            past_hands=memory_hands(self.lobby),
            admission=self.admission or self.guests,
            clock=self.clock,
            revocations=Revocations(MemoryNames(), Clock()),
            presence=self.presence,
            heartbeats=self.heartbeats,
            moderation=self.moderation,
            links=Links(
                MemoryLinks(), self.guests, Revocations(MemoryNames(), Clock()), self.clock
            ),
            decoders={JSON: client_decoder(strict=True)},
            flags={},
            limits=Limits(max_message_bytes=4096),
            outbox_frames=256,
            hello_timeout_s=10,
        )

        async def serve_session(connection: Connection) -> None:
            session = RecordingSession(connection, context, self)
            self._sessions.add(session)
            try:
                await session.run()
            finally:
                self._sessions.discard(session)

        settings = settings_of(host=("127.0.0.1",), port=self.port, **NO_LIMITS)
        self._port = Port(
            settings,
            serve_session,
            Pages(WEB_ROOT, HostPolicy(), dict),
            counts=ConnectionCounts(Quotas(), TrustedProxies(), self.clock, Metrics()),
            clock=self.clock,
            tls=None,
        )
        await self._port.open()
        [(_, self.port)] = self._port.addresses

    async def stop(self) -> None:
        """Close the port and every connection; keep the table."""
        if self._port is not None:
            await self._port.close(CloseCode.RESTARTING, "restarting")
            self._port = None

    async def forget_everything(self) -> None:
        """Restart without any data, like a server without a database."""
        await self.stop()
        self.guests = guests_with("another key, as after a restart of the server")
        self._open_lobby(self.table.config, self.table.name)
        await self.start()


class RecordingSession(Session):
    """A session that records its client's messages."""

    def __init__(self, connection: Connection, context: SessionContext, room: Room) -> None:
        address = room.address_of_guests or UNKNOWN_ADDRESS
        super().__init__(connection, context, dispatch, address=address)
        self._room = room

    def receive(self, frame: str | bytes, now_ms: int) -> Work | None:
        message = msgspec.json.decode(frame, type=dict[str, object])
        self._room.hear(message)
        if self._room.is_deaf:
            return None
        if self._room.too_fast and message["type"] != "hello":
            self._room.too_fast -= 1
            self.answer(Rejected(str(message["id"]), "too_fast", "wait", True, 20))
            return None
        if self._room.elsewhere and message["type"] == "watch":
            self._room.elsewhere -= 1
            self.answer(Rejected(str(message["id"]), "owned_elsewhere", "poker-2 has it", True))
            return None
        if self._room.lobby_limit and message["type"] == "watch_lobby":
            frame = msgspec.json.encode({**message, "limit": self._room.lobby_limit}).decode()
        return super().receive(frame, self.context.clock.now_ms())


@asynccontextmanager
async def open_room(config: TableConfig = CONFIG, name: str = "Test table") -> AsyncIterator[Room]:
    """A room that is listening."""
    room = Room(config, name)
    await room.start()
    try:
        yield room
    finally:
        room.lobby.stop()
        await room.stop()
