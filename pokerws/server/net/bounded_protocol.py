"""What the library leaves unbounded in what it reads, bounded; and the headers of every response.

This is the part of a connection without I/O; `connection` has the other one.
"""

from collections.abc import Callable, Mapping, Sequence

import msgspec
from websockets import http11
from websockets.asyncio import messages
from websockets.exceptions import NegotiationError
from websockets.frames import Frame
from websockets.http11 import Request, Response
from websockets.protocol import CONNECTING, OPEN, State
from websockets.server import ServerProtocol
from websockets.typing import Subprotocol

from pokerws.messages import WIRES, CloseCode
from pokerws.server.limits.limits import Bucket, Rate

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

    # As for `Connection`: with ours in its dict each protocol had one of 1.6 kB.
    __slots__ = (
        "_bounds",
        "_frames",
        "_headers",
        "_is_hasty",
        "_now_ms",
        "_request_bytes",
        "_tail",
        "_unframed",
        "is_open",
    )

    def __init__(
        self, bounds: Bounds, headers: Mapping[str, str], now_ms: Callable[[], int]
    ) -> None:
        super().__init__(
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
        # Bytes of frames that are not whole yet, since the handshake.
        self._unframed = 0
        self._frames = None if bounds.frames is None else Bucket(bounds.frames)

    def select_subprotocol(self, subprotocols: Sequence[Subprotocol]) -> Subprotocol | None:
        """Part of the library's protocol.  Given to it as a function it would refer to itself.

        The first way of writing that the client offers and the server knows; none is JSON.  Raises
        NegotiationError for a client that offers others only: it would not understand.
        """
        chosen = next((name for name in subprotocols if name in WIRES), None)
        if subprotocols and chosen is None:
            known = ", ".join(WIRES)
            raise NegotiationError(f"unknown subprotocols; offer one of {known}, or none")
        return chosen

    def receive_data(self, data: bytes | bytearray) -> None:
        """Part of the library's protocol.

        It bounds a header, but not all of them together.  What comes between a request and its
        answer it would read as frames, close for that, and then fail to answer.
        """
        if self.state is not CONNECTING:
            self._unframed += len(data)
        elif not self.eof_sent:
            data = self._of_request(data)
            self._request_bytes += len(data)
            if self._request_bytes > self._bounds.header_bytes:
                text = "The request is too long.\n"
                self.send_response(self.reject(431, text))
        super().receive_data(data)

    @property
    def state(self) -> State:
        """Part of the library's protocol."""
        return self._state

    @state.setter
    def state(self, state: State) -> None:
        self._state = state
        self.is_open = state is OPEN

    @property
    def is_between_frames(self) -> bool:
        """Whether what comes next is the beginning of a frame."""
        return self._unframed == 0 and self.is_open

    def count_frame(self) -> bool:
        """Count a frame that was read elsewhere; returns False if it ended the connection."""
        if self._frames is not None and self._frames.take(self._now_ms()):
            self.fail(CloseCode.TOO_FAST, "too many frames")
            return False
        return True

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
        # Never more than it took: who writes lengths in more bytes is between frames no more.
        self._unframed -= _shortest_length(len(frame.data))
        if self.count_frame():
            super().recv_frame(frame)

    def send_response(self, response: Response) -> None:
        """Part of the library's protocol."""
        for name, value in self._headers.items():
            if name not in response.headers:
                response.headers[name] = value
        super().send_response(response)


def _shortest_length(data: int) -> int:
    """The bytes that a client's frame takes, with so many bytes of data (RFC 6455, 5.2)."""
    if data < 126:
        return data + 6
    return data + (8 if data < 1 << 16 else 14)
