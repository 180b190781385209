"""What the library leaves unbounded on a connection, bounded; and the headers of every response.

`Protocol` is the part without I/O, `Connection` the part with it.  Neither knows of sessions.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec
from websockets import http11
from websockets.asyncio import messages
from websockets.asyncio.server import Server, ServerConnection
from websockets.exceptions import NegotiationError
from websockets.frames import Frame
from websockets.http11 import Request, Response
from websockets.protocol import CONNECTING
from websockets.server import ServerProtocol
from websockets.typing import Subprotocol

from pokerws.messages import WIRES, CloseCode
from pokerws.server.door import Door, Visit
from pokerws.server.limits import Bucket, Rate

# What a request ends with; nobody may send it a body.
_HEAD_END = b"\r\n\r\n"
# No message is so long that a client had a reason to send it in more pieces.
MAX_FRAGMENTS = 64


class Bounds(msgspec.Struct, frozen=True, kw_only=True):
    """How much a connection may have of what.

    `frames` counts all frames, also those that no session hears of: pings, pongs and pieces.
    `write_timeout_ms` is for a client that does not read what was sent to it.
    """

    message_bytes: int
    header_bytes: int
    headers: int
    unread_bytes: int
    write_timeout_ms: int
    frames: Rate | None = None

    def bind_library(self) -> None:
        """Set the limits that the library has for the whole process, for server and clients."""
        http11.MAX_NUM_HEADERS = self.headers
        # Bounded by all that the client sends before it has its answer, see below.
        http11.MAX_LINE_LENGTH = self.header_bytes
        messages.MAX_FRAGMENTS = MAX_FRAGMENTS


class Protocol(ServerProtocol):
    """Counts the bytes before the handshake and the frames after it.

    `headers` are added to every response, also to those that the library makes.
    """

    def __init__(
        self, bounds: Bounds, headers: Mapping[str, str], now_ms: Callable[[], int]
    ) -> None:
        super().__init__(
            select_subprotocol=_choose_subprotocol,
            # Each frame is small: compressing costs 64 KiB a connection and invites bombs.
            extensions=None,
            max_size=bounds.message_bytes,
        )
        self._bounds = bounds
        self._headers = headers
        self._now_ms = now_ms
        self._request_bytes = 0
        # The last bytes of the request so far, to find its end in; None once it has ended.
        self._tail: bytes | None = b""
        self._is_hasty = False
        self._frames = None if bounds.frames is None else Bucket(bounds.frames)

    def receive_data(self, data: bytes | bytearray) -> None:
        """Part of the library's protocol.

        It bounds a header, but not all of them together.  What comes between a request and its
        answer it would read as frames, close for that, and then fail to answer.
        """
        if self.state is CONNECTING and not self.eof_sent:
            data = self._of_request(data)
            self._request_bytes += len(data)
            if self._request_bytes > self._bounds.header_bytes:
                text = "The request is too long.\n"
                self.send_response(self.reject(431, text))
        super().receive_data(data)

    def _of_request(self, data: bytes | bytearray) -> bytes | bytearray:
        """What of `data` belongs to the request; the rest is for nobody."""
        if self._tail is None:
            self._is_hasty = self._is_hasty or bool(data)
            return b""
        known = len(self._tail)
        text = self._tail + data
        end = text.find(_HEAD_END)
        if end < 0:
            self._tail = text[1 - len(_HEAD_END) :]
            return data
        length = end + len(_HEAD_END) - known
        self._tail = None
        self._is_hasty = length < len(data)
        return data[:length]

    def accept(self, request: Request) -> Response:
        """Part of the library's protocol.  Frames have to wait until the handshake is done."""
        if self._is_hasty:
            return self.reject(400, "Wait for the answer before you send more.\n")
        return super().accept(request)

    def recv_frame(self, frame: Frame) -> None:
        """Part of the library's protocol.  What it costs to read and answer it is not free."""
        if self._frames is not None and self._frames.take(self._now_ms()):
            self.fail(CloseCode.TOO_FAST, "too many frames")
            return
        super().recv_frame(frame)

    def send_response(self, response: Response) -> None:
        """Part of the library's protocol."""
        for name, value in self._headers.items():
            if name not in response.headers:
                response.headers[name] = value
        super().send_response(response)


class Connection(ServerConnection):
    """Is counted at the door, and cut off when the client does not read.

    The library waits for ever to write what is not read, and answers pings in any number meanwhile.
    """

    def __init__(
        self, protocol: Protocol, server: Server, door: Door, bounds: Bounds, **options: Any
    ) -> None:
        super().__init__(protocol, server, **options)
        self.visit: Visit | None = None
        self._door = door
        self._bounds = bounds
        self._unread: asyncio.TimerHandle | None = None

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
        self._read_again()
        if self.visit is not None:
            self._door.leave(self.visit)

    def data_received(self, data: bytes) -> None:
        """Part of asyncio.Protocol.  What it writes by itself are pongs."""
        unread = self.transport.get_write_buffer_size()
        super().data_received(data)
        if unread < self.transport.get_write_buffer_size() > self._bounds.unread_bytes:
            self.transport.abort()

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


def _choose_subprotocol(
    protocol: ServerProtocol, offered: Sequence[Subprotocol]
) -> Subprotocol | None:
    """The first way of writing that the client offers and the server knows; none is JSON.

    Raises NegotiationError for a client that offers others only: it would not understand.
    """
    chosen = next((name for name in offered if name in WIRES), None)
    if offered and chosen is None:
        raise NegotiationError(f"unknown subprotocols; offer one of {', '.join(WIRES)}, or none")
    return chosen
