"""Raw client connections by the thousand, in one event loop: opened, listened to, and hung up.

What is said on them is the caller's matter.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import cast

from bench.live.frames import PING, TEXT, pong_frame, span, text_frame
from bench.live.joining import CONNECTIONS_AN_ADDRESS

# So many connections are opened at a time: the queue of a server that listens is short, and what
# finds no place in it tries again a second later, which would be all that one sees.
OPENING = 64
TIMEOUT_S = 60.0
REQUEST = (
    b"GET /ws HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)


class CallFailed(Exception):
    """A connection could not be had, was lost, or was told something else than expected."""


class Ending:
    """When a number of calls is over: `done` is to be set by who has heard enough, or `fail`."""

    def __init__(self) -> None:
        self._future: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def done(self) -> None:
        if not self._future.done():
            self._future.set_result(None)

    def fail(self, error: str) -> None:
        if not self._future.done():
            self._future.set_exception(CallFailed(error))

    async def wait(self) -> None:
        """Raises CallFailed."""
        await self._future


class Call(asyncio.Protocol):
    """A connection that says `first` when it is open, and passes on what it is told.

    When it is over before its time, `on_error` gets to know.
    """

    def __init__(
        self, first: bytes, on_message: Callable[[bytes], None], on_error: Callable[[str], None]
    ) -> None:
        self._first = first
        self._on_message = on_message
        self._on_error = on_error
        self._rest = b""
        self._transport: asyncio.Transport | None = None
        # Set too when it will never be open.
        self.opened = asyncio.Event()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._write(REQUEST)

    def connection_lost(self, exc: Exception | None) -> None:
        self.opened.set()
        self._on_error(f"the server closed a connection: {exc}")

    def data_received(self, data: bytes) -> None:
        self._rest += data
        if not self.opened.is_set():
            head, end, rest = self._rest.partition(b"\r\n\r\n")
            if not end:
                return
            self._rest = rest
            self.opened.set()
            if not head.startswith(b"HTTP/1.1 101 "):
                self._on_error(f"the server answered {head!r}")
                return
            self.send(self._first)
        while (found := span(self._rest, 0, len(self._rest))) is not None:
            opcode, payload = self._rest[0], self._rest[slice(*found)]
            self._rest = self._rest[found[1] :]
            if opcode == TEXT:
                self._on_message(payload)
            elif opcode == PING:
                self._write(pong_frame(payload))
            else:
                self._on_error(f"a frame {opcode:#x} came: {payload!r}")

    def send(self, payload: bytes) -> None:
        """Send a message."""
        self._write(text_frame(payload))

    def leave(self) -> None:
        """Hang up."""
        self._on_error = _unheard
        if self._transport is not None:
            self._transport.abort()

    def _write(self, frame: bytes) -> None:
        assert self._transport is not None
        self._transport.write(frame)


def _itself(call: Call) -> Call:
    return call


def _unheard(error: str) -> None:
    """It was meant to end."""


async def hold(
    port: int, calls: Sequence[Call], ending: Ending, timeout_s: float | None = TIMEOUT_S
) -> None:
    """Open all connections, wait for the ending, and hang up.  Raises CallFailed, TimeoutError."""
    waiting = iter(enumerate(calls))
    loop = asyncio.get_running_loop()

    async def open_some() -> None:
        for number, call in waiting:
            address = f"127.0.0.{1 + number // CONNECTIONS_AN_ADDRESS}"
            try:
                await loop.create_connection(
                    partial(_itself, call), "127.0.0.1", port, local_addr=(address, 0)
                )
            except OSError as error:
                ending.fail(f"no connection: {error}")
                return
            await call.opened.wait()

    try:
        async with asyncio.timeout(timeout_s):
            await asyncio.gather(*(open_some() for _ in range(min(OPENING, len(calls)))))
            await ending.wait()
    finally:
        for call in calls:
            call.leave()


async def shake_hands(port: int, messages: Sequence[bytes]) -> list[float]:
    """Open as many connections as there are messages, and send one on each.

    Returns the seconds until each was answered.  Raises CallFailed.
    """
    ending = Ending()
    began_s, answered_s = time.perf_counter(), list[float]()

    def answered(payload: bytes) -> None:
        answered_s.append(time.perf_counter() - began_s)
        if len(answered_s) == len(messages):
            ending.done()

    calls = [Call(message, answered, ending.fail) for message in messages]
    try:
        await hold(port, calls, ending)
    except TimeoutError as error:
        raise CallFailed(f"{len(answered_s)} of {len(messages)} were answered") from error
    return answered_s
