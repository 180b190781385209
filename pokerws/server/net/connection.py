"""A connection that serves its client without a task switch, and cuts off one that does not read.

The library's way costs a turn of the event loop for each message in each direction: a message that
has come waits in a queue until the session's task is scheduled, and each message that goes out is
made into a frame anew for each client.  After `serve_at_once` a whole message is handed over in the
very call in which the event loop brings its bytes; and `write` puts one prepared frame into the
transports of all whom it concerns.

Everything that is not that simple takes the library's way, by `recv` and `send`: what comes in
pieces, what the receiver does not want at once, what comes behind either of them, and what goes to
a client that has fallen behind.  Handshakes, pings, limits and the end of a connection are the
library's.  This module knows nothing of sessions.
"""

import asyncio
from collections.abc import Callable
from struct import Struct
from typing import Any

from websockets.asyncio.server import Server, ServerConnection
from websockets.datastructures import Headers
from websockets.frames import Frame, Opcode
from websockets.http11 import Request, Response
from websockets.typing import BytesLike

from pokerws.server.net.bounded_protocol import Bounds, Protocol
from pokerws.server.net.connection_counts import Door, Visit

try:
    from websockets.speedups import apply_mask
except ImportError:
    # The library's own way to do without a compiler.
    from websockets.utils import apply_mask

# RFC 6455, 5.2: a frame's first byte when it is a whole message, and the lengths that have no room
# in the second.
_WHOLE_TEXT, _WHOLE_BINARY = 0x80 | Opcode.TEXT, 0x80 | Opcode.BINARY
_IN_TWO_BYTES, _IN_EIGHT_BYTES = 126, 127
# What clients send is masked: a bit in the second byte says so, and four bytes follow it.
_MASKED, _MASKED_HEAD = 0x80, 6
_short, _medium, _long = Struct("!BB").pack, Struct("!BBH").pack, Struct("!BBQ").pack

# So many messages wait for the end of a turn; few turns have as many for one client.
MAX_LEAVING = 32

_FORGOTTEN = Request("", Headers())

# Takes a whole message, or leaves it for `recv`: then it returns False and has done nothing.
Receiver = Callable[[str | bytes], bool]


def frame_of(message: bytes, *, is_text: bool) -> bytes:
    """The frame of a whole message, from a server, without extensions."""
    first, length = _WHOLE_TEXT if is_text else _WHOLE_BINARY, len(message)
    if length < _IN_TWO_BYTES:
        return _short(first, length) + message
    if length < 1 << 16:
        return _medium(first, _IN_TWO_BYTES, length) + message
    return _long(first, _IN_EIGHT_BYTES, length) + message


def message_of(data: bytes) -> str | bytes | None:
    """The message of one whole, short frame from a client; None for anything else."""
    if len(data) < _MASKED_HEAD:
        return None
    length = data[1] - _MASKED
    if not 0 <= length < _IN_TWO_BYTES or len(data) != length + _MASKED_HEAD:
        return None
    if data[0] == _WHOLE_TEXT:
        return _read(apply_mask(data[_MASKED_HEAD:], data[2:_MASKED_HEAD]), is_text=True)
    if data[0] == _WHOLE_BINARY:
        return apply_mask(data[_MASKED_HEAD:], data[2:_MASKED_HEAD])
    return None


class Departures:
    """The connections with something to send, which all leaves at the end of the event loop's turn.

    To write is to call the system, and to wake a client: together they cost more than all else that
    is done for a message.  So a client gets all that one turn has for it in one piece, and the
    system is called for one client after the other while what that takes is at hand.
    """

    __slots__ = ("_connections",)

    def __init__(self) -> None:
        self._connections: list[Connection] = []

    def add(self, connection: "Connection") -> None:
        """Have a connection depart."""
        if not self._connections:
            asyncio.get_running_loop().call_soon(self._depart)
        self._connections.append(connection)

    def _depart(self) -> None:
        connections, self._connections = self._connections, []
        connections.reverse()
        try:
            while connections:
                connections.pop().depart()
        finally:
            # One that fails must not hold up the others.
            for connection in connections:
                self.add(connection)


class Framing:
    """Makes messages into frames, and keeps the latest: `frame` is that of `message`."""

    __slots__ = ("_is_text", "departures", "frame", "message")

    def __init__(self, departures: Departures, *, is_text: bool) -> None:
        self.departures = departures
        self._is_text = is_text
        self.message: bytes | None = None
        self.frame = b""

    def make(self, message: bytes) -> bytes:
        """The message's frame."""
        self.frame = frame_of(message, is_text=self._is_text)
        self.message = message
        return self.frame


class Connection(ServerConnection):
    """Is counted at the door, and cut off when the client does not read.

    The library waits for ever to write what is not read, and answers pings in any number meanwhile.
    Until `serve_at_once`, everything takes the library's way.
    """

    # The library's attributes have room in a dict that connections share the keys of; with ours
    # there would be too many, and each connection had a dict of 1.6 kB.
    __slots__ = (
        "_behind",
        "_bounds",
        "_door",
        "_framing",
        "_leaving",
        "_protocol",
        "_receiver",
        "_unread",
        "visit",
    )

    def __init__(
        self, protocol: Protocol, server: Server, door: Door, bounds: Bounds, **options: Any
    ) -> None:
        super().__init__(protocol, server, **options)
        self.visit: Visit | None = None
        self._receiver: Receiver | None = None
        self._framing: Framing | None = None
        # Messages that wait for `recv`, or that it has given out and that are not done.
        self._behind = 0
        # The frames that leave at the end of this turn of the event loop.
        self._leaving: list[bytes] = []
        self._protocol = protocol
        self._door = door
        self._bounds = bounds
        self._unread: asyncio.TimerHandle | None = None

    def serve_at_once(self, receiver: Receiver, framing: Framing) -> None:
        """From now on offer each message to `receiver` as soon as it is there, and let `write`
        send what `framing` makes."""
        self._receiver, self._framing = receiver, framing

    def forget_handshake(self) -> None:
        """Let go of the headers of both sides, 5 kB and more that nobody asks for again."""
        # That there is a request is how the library knows that the handshake is over.
        self.request, self.response = _FORGOTTEN, None

    # ---- in

    def data_received(self, data: bytes) -> None:
        """Part of asyncio.Protocol: bytes have come, mostly one short frame and no more.

        The library's parser, which takes whatever there can be, costs five times as much as all
        that is done here.  What it writes by itself are pongs.
        """
        if self._receiver is not None and not self._behind and self._protocol.is_between_frames:
            message = message_of(data)
            if message is not None and self._receiver(message):
                if not self._protocol.count_frame():
                    self.send_data()
                return
        unread = self.transport.get_write_buffer_size()
        super().data_received(data)
        if unread < self.transport.get_write_buffer_size() > self._bounds.unread_bytes:
            self.transport.abort()

    def process_event(self, event: Frame | Request | Response) -> None:
        """Part of the library's connection: something has come, by the library's parser."""
        # A message begins with one of these; what goes on with one has the opcode CONT.
        if isinstance(event, Frame) and event.opcode in (Opcode.TEXT, Opcode.BINARY):
            if self._receiver is not None and not self._behind and event.fin:
                is_text = event.opcode is Opcode.TEXT
                message = _read(event.data, is_text=is_text)
                if message is not None and self._receiver(message):
                    return
            self._behind += 1
        super().process_event(event)

    def done(self) -> None:
        """A message from `recv` is dealt with, and does not stand in the way of the next ones."""
        self._behind -= 1

    # ---- out

    def write(self, message: bytes) -> bool:
        """Send a message without waiting; returns False, with nothing sent, if it has to wait.

        It must not overtake what `send` has not sent yet.
        """
        framing = self._framing
        if framing is None or self.paused or not self._protocol.is_open:
            return False
        # Mostly the message was just made into a frame for another client.
        frame = framing.frame if message is framing.message else framing.make(message)
        if not self._leaving:
            framing.departures.add(self)
        self._leaving.append(frame)
        if len(self._leaving) == MAX_LEAVING:
            # So that it is seen in time whether the client has fallen behind.
            self.depart()
        return True

    def depart(self) -> None:
        """Give to the system what `write` has taken."""
        frames, self._leaving = self._leaving, []
        if frames and not self.transport.is_closing():
            self.transport.write(frames[0] if len(frames) == 1 else b"".join(frames))

    def send_data(self) -> None:
        """Part of the library's connection: it writes, behind what has been written here."""
        self.depart()
        super().send_data()

    # ---- the client that does not read

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Part of asyncio.Protocol."""
        super().connection_made(transport)
        address = self.remote_address
        # There is none for a socket that has gone already.
        self.visit = self._door.arrive(address[0] if address else "")
        if self.visit is None:
            self.transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """Part of asyncio.Protocol."""
        super().connection_lost(exc)
        # These refer to each other in circles, which would wait for the collector of garbage.
        self._receiver = None
        self.protocol.parser.close()
        if self.protocol.parser_exc is not None:
            self.protocol.parser_exc.__traceback__ = None
        self._read_again()
        if self.visit is not None:
            self._door.leave(self.visit)

    def pause_writing(self) -> None:
        """Part of asyncio.Protocol: the client has fallen behind with reading."""
        super().pause_writing()
        timeout_s = self._bounds.write_timeout_ms / 1000
        self._unread = self.loop.call_later(timeout_s, self.transport.abort)

    def resume_writing(self) -> None:
        """Part of asyncio.Protocol: it has caught up."""
        super().resume_writing()
        self._read_again()

    def _read_again(self) -> None:
        if self._unread is not None:
            self._unread.cancel()
            self._unread = None


def _read(data: BytesLike, *, is_text: bool) -> str | bytes | None:
    """A message; None for a text that is none, which the library answers."""
    if not is_text:
        return bytes(data)
    try:
        return str(data, "utf-8")
    except UnicodeDecodeError:
        return None
