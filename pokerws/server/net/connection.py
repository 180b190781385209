"""A WebSocket connection that hands messages over in the read callback and coalesces its writes.

The library costs a turn of the event loop for each message in each direction: a message waits in a
queue until a task is scheduled, and each outgoing message is encoded into a frame per client.
Here the receiver gets a message in the very call in which the event loop delivers its bytes, and
`write` puts one prepared frame into the transports of all clients that it concerns.

Messages are carried out strictly in order.  When the receiver returns an awaitable, `serve_next`
awaits it, and the messages behind it wait in the library's queue.  That queue is bounded: above its
limit the transport stops reading.  Fragments, long frames, control frames, limits and the closing
handshake are left to the library.  This module does not know sessions.
"""

import asyncio
from collections.abc import Awaitable, Callable, Container, Mapping
from math import ceil
from typing import Any, Final

import structlog
from websockets.asyncio.server import Server, ServerConnection
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.frames import CloseCode, Frame, Opcode
from websockets.http11 import Request, Response
from websockets.protocol import CLOSED

from pokerws.server.net import deflate
from pokerws.server.net.bounded_protocol import Bounds, Protocol
from pokerws.server.net.connection_counts import ConnectionCounts, CountedSocket
from pokerws.server.net.frames import frame_of, message_of, read
from pokerws.server.net.shared_context import NOTHING, SharedContext

# The code that a connection is closed with after a fault of ours, by the library as well.
INTERNAL_ERROR: Final = int(CloseCode.INTERNAL_ERROR)
# A client that has not answered a ping for so long may have lost its line.
SILENT_S = 3.0
# Bytes of frames that wait for the end of a turn; beyond that they are written at once.
MAX_UNWRITTEN = 1 << 14

_FORGOTTEN = Request("", Headers())

# The rest of a message's work, where it cannot be done at once.
Work = Awaitable[None]
# Carries out a message, at a time in ms; what it returns is awaited before the next message is
# handed over.
Receiver = Callable[[str | bytes, int], Work | None]


log = structlog.get_logger("pokerws.connection")


class ConnectionEnded(Exception):
    """The connection is closed.  `code` is that of the close frame; 1006 if there was none."""

    def __init__(self, closed: ConnectionClosed) -> None:
        super().__init__(str(closed))
        # A close frame that the client did not answer was sent all the same.
        goodbye = closed.rcvd or closed.sent
        self.code = int(CloseCode.ABNORMAL_CLOSURE if goodbye is None else goodbye.code)


class PendingWrites:
    """Connections with unwritten frames, all written at the end of the event loop's turn.

    The system call that wakes a client is the largest cost of a message.  So all frames that one
    turn has for a client are written in one call.
    """

    __slots__ = ("connections",)

    def __init__(self) -> None:
        self.connections: list[Connection] = []

    def schedule(self) -> None:
        """Write them at the end of this turn: call it before the first one is added."""
        asyncio.get_running_loop().call_soon(self._flush)

    def _flush(self) -> None:
        connections, self.connections = self.connections, []
        for connection in connections:
            data, transport = connection.unwritten, connection.transport
            connection.unwritten = b""
            try:
                if data and not transport.is_closing():
                    connection.sent_bytes += len(data)
                    transport.write(data)
            except Exception:
                # An exception from one connection must not delay the others.
                log.exception("connection_failed")
                transport.abort()


class FrameCache:
    """Encodes messages into frames, and caches the latest: `frame` is that of `message`.

    `plain_bytes` and `compressed_bytes` count what was sent compressed instead, before and after.
    """

    __slots__ = ("compressed_bytes", "frame", "is_text", "message", "plain_bytes", "writes")

    def __init__(self, writes: PendingWrites, *, is_text: bool) -> None:
        self.writes = writes
        self.is_text = is_text
        self.message: bytes | None = None
        self.frame = b""
        self.plain_bytes = self.compressed_bytes = 0

    def encode(self, message: bytes) -> bytes:
        """The message's frame."""
        frame = self.frame = frame_of(message, self.is_text)
        self.message = message
        return frame


def frame_caches() -> dict[bool, FrameCache]:
    """The caches that all connections of a server share, by `is_text`."""
    writes = PendingWrites()
    return {is_text: FrameCache(writes, is_text=is_text) for is_text in (True, False)}


class Connection(ServerConnection):
    """A connection that is counted from its first byte on, and closed if the client stops reading.

    The library would wait without limit for a client that does not read, and meanwhile answer any
    number of its pings.
    """

    # The library's attributes fit into a dict that shares its keys between connections.  With ours
    # there would be too many, and each connection would have a dict of 1.6 kB.
    __slots__ = (
        "_bounds",
        "_caches",
        "_counts",
        "_early",
        "_frames",
        "_kept",
        "_last",
        "_protocol",
        "_queued",
        "_receiver",
        "_unread",
        "_wakeup",
        "_work",
        "counted",
        "received_bytes",
        "sent_bytes",
        "unwritten",
    )

    def __init__(
        self,
        protocol: Protocol,
        server: Server,
        counts: ConnectionCounts,
        bounds: Bounds,
        caches: Mapping[bool, FrameCache],
        *,
        kept: set["Connection"],
        **options: Any,
    ) -> None:
        super().__init__(protocol, server, **options)
        # All connections between two plain requests.
        self._kept = kept
        # A request that came before the one in front of it was done with.
        self._early: Request | None = None
        # None for a socket that was refused because of the connection limits.
        self.counted: CountedSocket | None = None
        self._receiver: Receiver | None = None
        # Unfinished messages: the one that is awaited, and those behind it in the queue.
        self._queued = 0
        self._work: Work | None = None
        # Set while `serve_next` has nothing to do.
        self._wakeup: asyncio.Future[None] | None = None
        # Frames to write at the end of this turn of the event loop; usually a single one.
        self.unwritten = b""
        self._frames: FrameCache | None = None
        # The number of the last frame of a shared context.
        self._last = NOTHING
        self._caches = caches
        self._protocol = protocol
        self._counts = counts
        self._bounds = bounds
        self._unread: asyncio.TimerHandle | None = None
        # Of everything that came, and of the frames that were written.
        self.received_bytes = self.sent_bytes = 0

    def start_serving(self, receiver: Receiver, *, is_text: bool) -> None:
        """Hand each message to `receiver` from now on; `write` sends frames of the given kind."""
        self._receiver, self._frames = receiver, self._caches[is_text]

    def stop_serving(self) -> None:
        """Hand over no more messages."""
        # The receiver and the connection refer to each other.
        self._receiver = None

    def allow_compression(self, wires: Container[bool]) -> None:
        """Negotiate compression on these wires, by `is_text`; call it before the handshake ends."""
        self._protocol.compressible = wires

    def forget_handshake(self) -> None:
        """Release the headers of both sides, which take 5 kB or more."""
        # For the library, a request means that the handshake is over; so there must be one.
        self.request, self.response = _FORGOTTEN, None

    # ---- plain requests

    async def handshake(self, *options: Any) -> None:
        """Part of the library's connection: a handshake may follow some plain requests."""
        until_s = self.loop.time() + self._bounds.keep_alive_ms / 1000
        await super().handshake(*options)
        while self._protocol.is_kept:
            self._protocol.is_kept = False
            self.request, self._early = self._early, None
            if self.request is None and not await self._next_request(until_s):
                # What is written already is still sent.
                self.transport.close()
                await asyncio.shield(self.connection_lost_waiter)
                return
            await super().handshake(*options)

    async def _next_request(self, until_s: float) -> bool:
        """Wait for a request; returns False if none has come by then."""
        self.request_rcvd = self.loop.create_future()
        self._kept.add(self)
        try:
            await asyncio.wait(
                [self.request_rcvd, self.connection_lost_waiter],
                timeout=until_s - self.loop.time(),
                return_when=asyncio.FIRST_COMPLETED,
            )
        finally:
            self._kept.discard(self)
        return self.request is not None

    # ---- in

    def data_received(self, data: bytes) -> None:
        """Part of asyncio.Protocol.

        A single short frame, which is the usual case, is parsed here: the library's parser, which
        handles everything else, takes five times as long.
        """
        self.received_bytes += len(data)
        protocol, receiver = self._protocol, self._receiver
        if not self._queued and receiver is not None and protocol.is_between_frames:
            message = message_of(data)
            if message is None and protocol.deflate is not None:
                message = deflate.message_of(data, self._bounds.message_bytes)
            if message is not None:
                now_ms = protocol.now_ms()
                if protocol.count_frame(now_ms):
                    self._hand_over(message, receiver, now_ms)
                else:
                    self.send_data()
                return
        # The library answers pings by itself: a client that does not read its pongs is cut off.
        unread = self.transport.get_write_buffer_size()
        super().data_received(data)
        if unread < self.transport.get_write_buffer_size() > self._bounds.unread_bytes:
            self.transport.abort()

    def process_event(self, event: Frame | Request | Response) -> None:
        """Part of the library's connection: its parser has read and counted a frame or request."""
        if isinstance(event, Request) and self.request is not None:
            self._early = event
            return
        # The first frame of a message has one of these opcodes; later fragments have CONT.
        if isinstance(event, Frame) and event.opcode in (Opcode.TEXT, Opcode.BINARY):
            if not self._queued and event.fin and self._receiver is not None:
                message = read(event.data, is_text=event.opcode is Opcode.TEXT)
                if message is not None:
                    self._hand_over(message, self._receiver, self._protocol.now_ms())
                    return
            self._queued += 1
            self._wake()
        super().process_event(event)

    def _hand_over(self, message: str | bytes, receiver: Receiver, now_ms: int) -> None:
        """Carry out a message that has none in front of it."""
        work = receiver(message, now_ms)
        if work is not None:
            self._work = work
            self._queued = 1
            self._wake()

    async def serve_next(self) -> None:
        """Carry out the next message that has to wait.  Raises ConnectionEnded at the end.

        Call it in a loop from one task: the work of messages is awaited here.  Cancelling it loses
        only the message that is being carried out.
        """
        if not self._queued and self._protocol.state is not CLOSED:
            self._wakeup = self.loop.create_future()
            await self._wakeup
        if self._work is None:
            try:
                message = await self.recv()
            except ConnectionClosed as closed:
                raise ConnectionEnded(closed) from closed
            if self._receiver is not None:
                self._work = self._receiver(message, self._protocol.now_ms())
        work, self._work = self._work, None
        try:
            if work is not None:
                await work
        finally:
            self._queued -= 1

    def _wake(self) -> None:
        if self._wakeup is not None and not self._wakeup.done():
            self._wakeup.set_result(None)

    # ---- out

    def write(self, message: bytes, shared: SharedContext | None = None) -> bool:
        """Send a message without waiting; returns False, with nothing sent, if it has to wait.

        With `shared` it may be compressed: only for what everybody may see.  It must not be called
        while a `wait_and_write` is running, or it would overtake that one.
        """
        frames, protocol = self._frames, self._protocol
        if frames is None or self.paused or not protocol.is_open:
            return False
        if shared is None or protocol.deflate is None:
            # Usually the message was just encoded for another client.
            frame = frames.frame if message is frames.message else frames.encode(message)
        else:
            frame = self._compressed(message, shared, frames)
        if self.unwritten:
            self.unwritten += frame
            if len(self.unwritten) > MAX_UNWRITTEN:
                # So that `paused` is set in time for a client that has fallen behind.
                self.flush()
            return True
        # A first frame is not measured: whatever its length, the next one is.
        self.unwritten = frame
        waiting = frames.writes.connections
        if not waiting:
            frames.writes.schedule()
        waiting.append(self)
        return True

    def _compressed(self, message: bytes, shared: SharedContext, frames: FrameCache) -> bytes:
        """The compressed frame of a message, or the usual one if the client cannot inflate it."""
        found = shared.frame(message, self._last, is_text=frames.is_text)
        if found is None:
            return frames.frame if message is frames.message else frames.encode(message)
        frame, number = found
        if self._protocol.keeps_context:
            self._last = number
        frames.plain_bytes += len(message)
        frames.compressed_bytes += len(frame)
        return frame

    async def wait_and_write(self, message: bytes, *, is_text: bool) -> None:
        """Send a message once the client has read enough.  Raises ConnectionEnded."""
        self.sent_bytes += len(message)
        try:
            await self.send(message, text=is_text)
        except ConnectionClosed as closed:
            raise ConnectionEnded(closed) from closed

    def flush(self) -> None:
        """Pass the frames of `write` on to the transport."""
        data, self.unwritten = self.unwritten, b""
        if data and not self.transport.is_closing():
            self.sent_bytes += len(data)
            self.transport.write(data)

    def send_data(self) -> None:
        """Part of the library's connection: its own frames go behind those of `write`."""
        self.flush()
        super().send_data()

    # ---- the line

    @property
    def latency_ms(self) -> int:
        """The delay of the latest answered ping, there and back; 0 before the first."""
        return ceil(self.latency * 1000)

    @property
    def is_silent(self) -> bool:
        """Whether a ping has waited for its answer for longer than a slow line needs."""
        for _, sent_s in self.pending_pings.values():
            return self.loop.time() - sent_s > SILENT_S
        return False

    # ---- limits on the client

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Part of asyncio.Protocol."""
        super().connection_made(transport)
        address = self.remote_address
        # A socket that has closed already has no address.
        self.counted = self._counts.open(address[0] if address else "")
        if self.counted is None:
            self.transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """Part of asyncio.Protocol."""
        super().connection_lost(exc)
        self._wake()
        # These form reference cycles, which would wait for the garbage collector.
        self.protocol.parser.close()
        if self.protocol.parser_exc is not None:
            self.protocol.parser_exc.__traceback__ = None
        self._cancel_timeout()
        if self.counted is not None:
            self._counts.close(self.counted)

    def pause_writing(self) -> None:
        """Part of asyncio.Protocol: the client has fallen behind with reading."""
        super().pause_writing()
        timeout_s = self._bounds.write_timeout_ms / 1000
        self._unread = self.loop.call_later(timeout_s, self.transport.abort)

    def resume_writing(self) -> None:
        """Part of asyncio.Protocol: it has caught up."""
        super().resume_writing()
        self._cancel_timeout()

    def _cancel_timeout(self) -> None:
        if self._unread is not None:
            self._unread.cancel()
            self._unread = None
