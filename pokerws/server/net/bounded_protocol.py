"""Limits what the library would read without limit, and adds headers to responses.

This is the part of a connection without I/O; the part with I/O is in `connection`.
"""

from collections.abc import Callable, Container, Mapping, Sequence

import msgspec
from websockets import http11
from websockets.asyncio import messages
from websockets.datastructures import Headers
from websockets.exceptions import NegotiationError
from websockets.extensions import Extension
from websockets.frames import Frame
from websockets.http11 import Request, Response
from websockets.protocol import CONNECTING, OPEN, State
from websockets.server import ServerProtocol
from websockets.typing import Subprotocol

from pokerws.messages import JSON, WIRES, CloseCode
from pokerws.server.limits.rate_limits import Bucket, Rate
from pokerws.server.net.deflate import OFFERS, Deflate
from pokerws.server.net.responses import add_missing, add_page_headers

# The end of a request, which may not have a body.
_HEAD_END = b"\r\n\r\n"
SWITCHING_PROTOCOLS = 101
# No valid message is so long that a client needs more fragments.
MAX_FRAGMENTS = 64


class Bounds(msgspec.Struct, frozen=True, kw_only=True):
    """Limits of one connection.

    `frames` limits all frames, including those that no session sees: pings, pongs and fragments.
    `write_timeout_ms` is how long a client may leave a full transport buffer unread.  Within
    `keep_alive_ms` of its start, a connection may send further requests after a plain one.
    """

    message_bytes: int
    header_bytes: int
    headers: int
    unread_bytes: int
    write_timeout_ms: int
    keep_alive_ms: int = 0
    frames: Rate | None = None

    def bind_library(self) -> None:
        """Set the limits that the library has as globals; they apply to the whole process."""
        http11.MAX_NUM_HEADERS = self.headers
        # The request as a whole is bounded by `Protocol.receive_data`.
        http11.MAX_LINE_LENGTH = self.header_bytes
        messages.MAX_FRAGMENTS = MAX_FRAGMENTS


class Protocol(ServerProtocol):
    """Limits the bytes before the handshake and the frames after it.

    `headers` are added to every response, including those that the library makes; `page_headers`
    to all but an accepted handshake, since they say what a browser may do with a page.
    """

    # As in `Connection`: with more attributes in its dict, each protocol would have one of 1.6 kB.
    __slots__ = (
        "_bounds",
        "_frames",
        "_headers",
        "_is_hasty",
        "_page_headers",
        "_request_bytes",
        "_tail",
        "_unframed",
        "compressible",
        "deflate",
        "is_kept",
        "is_open",
        "now_ms",
    )

    def __init__(
        self,
        bounds: Bounds,
        headers: Mapping[str, str],
        page_headers: Mapping[str, str],
        now_ms: Callable[[], int],
    ) -> None:
        super().__init__(
            extensions=OFFERS,
            max_size=bounds.message_bytes,
        )
        self._bounds = bounds
        self._headers = headers
        self._page_headers = page_headers
        self.now_ms = now_ms
        self._request_bytes = 0
        # The last bytes of the request, in case its end marker is split; None after its end.
        self._tail: bytes | None = b""
        # Whether the client has sent bytes after its request, before the response.
        self._is_hasty = False
        # Whether the latest response lets the client send another request.
        self.is_kept = False
        # Bytes since the handshake that belong to no complete frame yet.
        self._unframed = 0
        self._frames = None if bounds.frames is None else Bucket(bounds.frames)
        # The wires, by `is_text`, on which compression is negotiated; set before `accept`.
        self.compressible: Container[bool] = ()
        # The extension, if it was negotiated.
        self.deflate: Deflate | None = None

    def select_subprotocol(self, subprotocols: Sequence[Subprotocol]) -> Subprotocol | None:
        """Part of the library's protocol; overridden, since an argument would create a cycle.

        Returns the client's first subprotocol that is known; without any, JSON is used.  Raises
        NegotiationError if only unknown ones are offered.
        """
        chosen = next((name for name in subprotocols if name in WIRES), None)
        if subprotocols and chosen is None:
            known = ", ".join(WIRES)
            raise NegotiationError(f"unknown subprotocols; offer one of {known}, or none")
        return chosen

    def process_extensions(self, headers: Headers) -> tuple[str | None, list[Extension]]:
        """Part of the library's protocol: accept an offer of compression, if it is wanted."""
        wire = WIRES.get(self.process_subprotocol(headers) or "", JSON)
        if wire.is_text not in self.compressible:
            return None, []
        response, extensions = super().process_extensions(headers)
        self.deflate = next((one for one in extensions if isinstance(one, Deflate)), None)
        return response, extensions

    def receive_data(self, data: bytes | bytearray) -> None:
        """Part of the library's protocol.

        The library limits each header, but not their total.  It would parse bytes between a request
        and its response as frames, close the connection, and then fail to respond.
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
    def keeps_context(self) -> bool:
        """Whether compressed frames may refer to earlier ones."""
        return self.deflate is not None and self.deflate.keeps_context

    @property
    def is_between_frames(self) -> bool:
        """Whether the next byte is the first one of a frame."""
        return self._unframed == 0 and self.is_open

    def count_frame(self, now_ms: int) -> bool:
        """Count a frame; returns False, after failing the connection, above the limit."""
        if self._frames is not None and self._frames.take(now_ms):
            self.fail(CloseCode.TOO_FAST, "too many frames")
            return False
        return True

    def _of_request(self, data: bytes | bytearray) -> bytes | bytearray:
        """The part of `data` that belongs to the request; the rest is dropped."""
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
        """Part of the library's protocol.  Frames are not allowed before the response."""
        if self._is_hasty:
            return self.reject(400, "Wait for the answer before you send more.\n")
        return super().accept(request)

    def recv_frame(self, frame: Frame) -> None:
        """Part of the library's protocol.  Every frame counts, as each one costs time."""
        # This assumes the shortest encoding.  After a longer one, `is_between_frames` stays False,
        # so the client's frames are always read by the library's parser.
        received = len(frame.data) if self.deflate is None else self.deflate.received
        self._unframed -= _shortest_length(received)
        if self.count_frame(self.now_ms()):
            super().recv_frame(frame)

    def send_response(self, response: Response) -> None:
        """Part of the library's protocol."""
        add_missing(self._headers, response)
        if response.status_code != SWITCHING_PROTOCOLS:
            add_page_headers(self._page_headers, response)
            if "Connection" not in response.headers:
                self._keep(response)
                return
        super().send_response(response)

    def _keep(self, response: Response) -> None:
        """Send a response and expect another request, which the library would not."""
        self.is_kept = not self._is_hasty
        if not self.is_kept:
            response.headers["Connection"] = "close"
            super().send_response(response)
            return
        self.writes.append(response.serialize())
        self._tail, self._request_bytes = b"", 0
        self.parser.close()
        self.parser = self.parse()
        next(self.parser)


def _shortest_length(data: int) -> int:
    """The smallest size of a client's frame with `data` bytes of payload (RFC 6455, 5.2)."""
    if data < 126:
        return data + 6
    return data + (8 if data < 1 << 16 else 14)
