"""A connection without a socket: tests feed it bytes, and look at what it writes.

Its session watches a table where a hand is being played.
"""

import asyncio
import json
import random
from types import SimpleNamespace
from typing import Any, cast
from unittest.mock import patch

from msgspec.structs import replace
from websockets.asyncio.server import Server
from websockets.frames import Frame, Opcode

from pokerws.game import commands
from pokerws.game.config.table_config import TableConfig
from pokerws.game.state import PlayerId
from pokerws.messages import ClientMessage, ListTables, Ping, Watch
from pokerws.metrics import Metrics
from pokerws.server.auth.identity import Identity
from pokerws.server.limits.limits import Meter, Quotas, Rates
from pokerws.server.limits.rate_limits import Rate
from pokerws.server.net.bounded_protocol import Bounds, Protocol
from pokerws.server.net.client_address import TrustedProxies
from pokerws.server.net.connection import Connection, Work, frame_caches
from pokerws.server.net.connection_counts import ConnectionCounts
from pokerws.server.sessions.handlers import dispatch
from pokerws.server.sessions.session import Session
from pokerws.server.tables.interfaces import Viewer
from tests.server.fakes import FakeViewer, ManualClock
from tests.server.in_process import carried_out, open_context
from tests.server.random_action import random_action

HEAD = (
    b"GET /ws HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)
TABLE = "0" * 12
CONFIG = TableConfig(seats=3, next_hand_delay_ms=0)
# In so many turns of the event loop everything is done that nobody waits for.
TURNS = 12
# Against hanging only.
MOST_S = 60
MASK = b"mask"
PING, LISTING = b'{"type":"ping","id":"p"}', b'{"type":"list_tables","id":"l"}'


def masked(data: bytes, mask: bytes = MASK) -> bytes:
    return bytes(byte ^ mask[at % 4] for at, byte in enumerate(data))


def frame(data: bytes, opcode: int = Opcode.TEXT, *, fin: bool = True) -> bytes:
    """A frame of a client, masked in the same way each time."""
    first, second, *_ = Frame(Opcode(opcode), data, fin).serialize(mask=False)
    in_bytes = {126: 2, 127: 8}.get(second, 0)
    length = len(data).to_bytes(in_bytes) if in_bytes else b""
    return bytes([first, second | 0x80]) + length + MASK + masked(data)


def written_long(data: bytes) -> bytes:
    """A frame whose length takes more bytes than it needs."""
    return b"\x81\xff" + len(data).to_bytes(8) + MASK + masked(data)


def told(kind: str, **fields: object) -> bytes:
    """A message about the table; its id is its kind, unless it is given."""
    return json.dumps({"type": kind, "id": kind, "table": TABLE, **fields}).encode()


def frames_in(data: bytes) -> list[Frame]:
    """The frames of a server, all of them whole."""
    found = []
    while data:
        length, head = data[1], 2
        if length >= 126:
            head += 2 if length == 126 else 8
            length = int.from_bytes(data[2:head])
        assert len(data) >= head + length, "half a frame"
        found.append(
            Frame(Opcode(data[0] & 15), data[head : head + length], fin=bool(data[0] & 128))
        )
        data = data[head + length :]
    return found


def answers(fed: "Fed") -> list[str]:
    """The ids of Ann's messages in the order in which they were answered."""
    messages = [
        json.loads(bytes(one.data))
        for one in frames_in(fed.transport.written)
        if one.opcode is Opcode.TEXT
    ]
    return [message["id"] for message in messages if "id" in message]


class HandFed(asyncio.Transport):
    """A transport that keeps what is written, call by call."""

    def __init__(self) -> None:
        super().__init__()
        self.writes: list[bytes] = []
        self.has_ended = False
        self.is_aborted = False
        self.is_paused = False

    @property
    def written(self) -> bytes:
        return b"".join(self.writes)

    def write(self, data: Any) -> None:
        assert not self.has_ended, "nothing may be written behind the end"
        self.writes.append(bytes(data))

    def write_eof(self) -> None:
        self.has_ended = True

    def can_write_eof(self) -> bool:
        return True

    def is_closing(self) -> bool:
        return self.is_aborted

    def close(self) -> None:
        self.is_aborted = True

    def abort(self) -> None:
        self.is_aborted = True

    def get_write_buffer_size(self) -> int:
        return 0

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        """There is no buffer."""

    def pause_reading(self) -> None:
        # A test goes on feeding all the same.
        self.is_paused = True

    def resume_reading(self) -> None:
        self.is_paused = False


class Fed:
    """Ann's connection, and the table where she plays with Ben, who acts when it is his turn.

    Her messages `ping` and `list_tables` have to wait until `let_on`.  With `by_library` everything
    goes through the library's parser and queue, as it does behind a message that waits.
    """

    def __init__(
        self,
        *,
        by_library: bool = False,
        frames: Rate | None = None,
        rates: Rates | None = None,
        outbox_frames: int = 1024,
    ) -> None:
        self.clock, rng = ManualClock(), random.Random(1)
        self.context = open_context(self.clock, rng)
        self.context = replace(self.context, outbox_frames=outbox_frames)
        self._rng = random.Random(2)
        self._let_on = asyncio.Event()
        self.ben = FakeViewer("ben")
        with patch("secrets.token_hex", return_value=TABLE):
            self.actor = self.context.lobby.create("One", CONFIG)
        self.transport = HandFed()
        self.ended: BaseException | None = None
        self._open(frames, Quotas(rates), by_library=by_library)

    def _open(self, frames: Rate | None, quotas: Quotas, *, by_library: bool) -> None:
        bounds = Bounds(
            message_bytes=4096,
            header_bytes=1024,
            headers=64,
            unread_bytes=1 << 20,
            write_timeout_ms=1000,
            frames=frames,
        )
        self.protocol = Protocol(bounds, {}, {}, self.clock.now_ms)
        self._tasks: set[asyncio.Task[None]] = set()
        server = SimpleNamespace(handler=self._serve, handler_tasks=self._tasks)
        counts = ConnectionCounts(quotas, TrustedProxies(), self.clock, Metrics())
        self.connection = Connection(
            self.protocol, cast("Server", server), counts, bounds, frame_caches(), kept=set()
        )
        self.connection.connection_made(self.transport)
        self.connection.data_received(HEAD)
        assert self.connection.request is not None
        self.protocol.send_response(self.protocol.accept(self.connection.request))
        self.connection.send_data()
        self.connection.forget_handshake()
        self.session = Session(self.connection, self.context, self._dispatch, Meter(quotas))
        if by_library:
            self.connection._queued = 1

    async def _serve(self, connection: Connection) -> None:
        assert connection is self.connection
        try:
            await self.session.run()
        except Exception as error:  # noqa: BLE001  The library logs it, and closes with 1011.
            self.ended = error

    def _dispatch(self, session: Session, message: ClientMessage) -> Work | None:
        if isinstance(message, Ping | ListTables):
            return self._later(session, message)
        return dispatch(session, message)

    async def _later(self, session: Session, message: ClientMessage) -> None:
        await self._let_on.wait()
        await carried_out(session, message)

    async def start(self) -> None:
        """Have Ann and Ben play a hand, which Ann watches."""
        assert self.session.join(Identity(PlayerId("ann"), "Ann"))
        viewers: tuple[Viewer, ...] = (self.session, self.ben)
        for seat, viewer in enumerate(viewers):
            sit = commands.Sit(viewer.player, viewer.player, seat, 10_000, 10**6)
            self.actor.handle(viewer, f"sit {seat}", sit)
        self.clock.advance(0)
        await carried_out(self.session, Watch("w", self.actor.table.id))
        await self.settle()
        self.transport.writes.clear()

    async def feed(self, *segments: bytes) -> None:
        """Have these segments come one after the other, each when the one before is done with."""
        for data in segments:
            if not self.transport.is_aborted:
                self.connection.data_received(data)
                await self.settle()

    async def settle(self) -> None:
        """Let everything be done that nobody waits for."""
        for _ in range(TURNS):
            await asyncio.sleep(0)
        hand = self.actor.table.hand
        if hand is None:
            self.clock.advance(1)
        elif hand.turn is not None and hand.turn.seat == 1:
            act = random_action(self._rng, self.actor.table)
            self.actor.handle(self.ben, f"{self.actor.table.seq}", act)
        await asyncio.sleep(0)
        await asyncio.sleep(0)

    async def let_on(self) -> None:
        """Answer what was waited for."""
        self._let_on.set()
        await self.settle()
        self._let_on.clear()

    async def end(self) -> None:
        """The client has gone."""
        self._let_on.set()
        self.connection.connection_lost(None)
        async with asyncio.timeout(MOST_S):
            await asyncio.gather(*self._tasks)
        if (closing := self.session._closing) is not None:
            await closing
        self.context.lobby.stop()

    @property
    def close_code(self) -> int | None:
        """What the server has closed with."""
        return None if self.protocol.close_sent is None else self.protocol.close_sent.code
