"""A TCP proxy of the rig: a network that can be cut without a word, or a load balancer."""

import asyncio
from contextlib import suppress
from typing import Literal, Self

# From who connects to the server behind the proxy, and back.
Direction = Literal["there", "back"]
BOTH: tuple[Direction, ...] = ("there", "back")


class Proxy:
    """Forwards connections to a port of this machine.

    What is sent through a cut waits in it, as it does in TCP: it arrives after `mend`, late and
    whole.
    """

    def __init__(self, to_port: int) -> None:
        self.to_port = to_port
        self.port = 0
        self._is_open = {direction: asyncio.Event() for direction in BOTH}
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._pumps: set[asyncio.Task[None]] = set()
        self.mend()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *error: object) -> None:
        assert self._server is not None
        self._server.close()
        for writer in self._writers:
            writer.transport.abort()
        for pump in self._pumps:
            pump.cancel()

    def cut(self, *directions: Direction) -> None:
        """From now on nothing arrives in these directions, and nobody is told."""
        for direction in directions:
            self._is_open[direction].clear()

    def mend(self) -> None:
        """The end of a cut."""
        for is_open in self._is_open.values():
            is_open.set()

    def go_elsewhere(self, to_port: int) -> None:
        """Send new connections to another server, as when one is found to be dead."""
        self.to_port = to_port

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        try:
            there, back = await asyncio.open_connection("127.0.0.1", self.to_port)
        except OSError:
            writer.transport.abort()
            return
        self._writers.add(back)
        for source, sink, direction in ((reader, back, BOTH[0]), (there, writer, BOTH[1])):
            pump = asyncio.create_task(self._pump(source, sink, self._is_open[direction]))
            self._pumps.add(pump)
            pump.add_done_callback(self._pumps.discard)

    async def _pump(
        self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, is_open: asyncio.Event
    ) -> None:
        with suppress(OSError):
            while data := await source.read(65_536):
                await is_open.wait()
                sink.write(data)
                await sink.drain()
        await is_open.wait()
        sink.close()
