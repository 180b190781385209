"""A network path whose connections can die without being closed, as when a cable is pulled."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Path:
    """Forwards connections to a port.  Those of before a `freeze` stay open and carry nothing."""

    def __init__(self, to_port: int) -> None:
        self._to_port = to_port
        # Cleared for the connections that are frozen.
        self._flows = asyncio.Event()
        self._flows.set()
        self._tasks: set[asyncio.Task[None]] = set()
        self.port = 0
        self.accepted = 0

    def freeze(self) -> None:
        """Forward nothing more on the connections that are open now."""
        self._flows.clear()
        self._flows = asyncio.Event()
        self._flows.set()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.accepted += 1
        flows = self._flows
        near, far = (reader, writer), await asyncio.open_connection("127.0.0.1", self._to_port)
        both = [
            asyncio.create_task(_forward(near[0], far[1], flows)),
            asyncio.create_task(_forward(far[0], near[1], flows)),
        ]
        self._tasks.update(both)
        await asyncio.wait(both)

    async def close(self) -> None:
        """End all connections."""
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)


async def _forward(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, flows: asyncio.Event
) -> None:
    try:
        while data := await reader.read(1 << 16):
            await flows.wait()
            writer.write(data)
            await writer.drain()
        await flows.wait()
    except ConnectionError:
        pass  # The other end sees it, too.
    finally:
        writer.close()


@asynccontextmanager
async def path_to(port: int) -> AsyncIterator[Path]:
    """A path to a port of this machine; `port` is where it begins."""
    path = Path(port)
    server = await asyncio.start_server(path._serve, "127.0.0.1", 0)
    path.port = server.sockets[0].getsockname()[1]
    try:
        yield path
    finally:
        server.close()
        await path.close()
