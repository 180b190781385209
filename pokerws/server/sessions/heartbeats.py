"""Sends heartbeats, by which a browser notices that its connection has died.

A browser's scripts see no pings of the WebSocket protocol.  Timers of hidden tabs may run once a
minute, so it is the server that sends.  One task serves all connections: a timer for each would
cost more than the frames.
"""

import asyncio
from collections.abc import Callable
from typing import Protocol

from pokerws.messages import Broadcast, Heartbeat, HeartbeatTimes, Wire
from pokerws.server.isolation import Isolated, each

# The connections are divided by hash, so that not all frames are sent at once; a prime number
# divides them evenly.
SLICES = 97
# A client that hears nothing for so many intervals connects again.
TIMEOUT_INTERVALS = 2


class Connected(Isolated, Protocol):
    """A connection, as heartbeats need it."""

    @property
    def wire(self) -> Wire:
        """The encoding of its frames."""

    def send_heartbeat(self, frame: bytes) -> None:
        """Send a frame, unless others are on their way."""


class Heartbeats:
    """The connections whose clients want heartbeats, one every `interval_ms`."""

    def __init__(self, interval_ms: int = 10_000) -> None:
        self.times = HeartbeatTimes(interval_ms, interval_ms * TIMEOUT_INTERVALS)
        self._slices: list[dict[Connected, None]] = [{} for _ in range(SLICES)]
        self._message = Broadcast(Heartbeat())
        self._task: asyncio.Task[None] | None = None

    def __len__(self) -> int:
        return sum(map(len, self._slices))

    def enter(self, connection: Connected) -> None:
        """Send heartbeats from now on; pair it with `leave`."""
        self._slices[hash(connection) % SLICES][connection] = None

    def leave(self, connection: Connected) -> None:
        """Send no more, if any were sent."""
        self._slices[hash(connection) % SLICES].pop(connection, None)

    def start(self, watch: Callable[[asyncio.Task[None]], None]) -> None:
        """Begin to send."""
        self._task = asyncio.create_task(self._run(), name="heartbeats")
        watch(self._task)

    async def stop(self) -> None:
        """Send no more."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    async def _run(self) -> None:
        """Send to each slice once an interval, however late the event loop wakes this task.

        Pauses that are added up would make the interval many times as long on a busy server; then
        all clients would connect again, and it would be busier still.
        """
        loop, interval_s = asyncio.get_running_loop(), self.times.interval_ms / 1000
        due_s = loop.time()
        while True:
            # Even where sending takes the whole interval, others get their turn.
            await asyncio.sleep(0)
            for connections in self._slices:
                # After a long halt, what was missed is not sent several times.
                due_s = max(due_s + interval_s / SLICES, loop.time() - interval_s)
                if (wait_s := due_s - loop.time()) > 0:
                    await asyncio.sleep(wait_s)
                each(connections, self._send)

    def _send(self, connection: Connected) -> None:
        connection.send_heartbeat(self._message.on(connection.wire))
