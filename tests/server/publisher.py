"""A web server with one page, for those who fetch keys."""

import asyncio
import ssl
from collections.abc import Callable


class Publisher:
    """A web server with one page, which a test changes; it counts who asks."""

    def __init__(self) -> None:
        self.body = b""
        self.answer: Callable[[], bytes] | None = None
        self.asked = 0
        self.requests: list[bytes] = []
        self._heard = asyncio.Condition()
        self.held = asyncio.Event()
        self.held.set()
        self._server: asyncio.Server | None = None

    async def start(self, tls: ssl.SSLContext | None = None) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=tls)

    async def stop(self) -> None:
        assert self._server is not None
        self.held.set()
        self._server.close()
        await self._server.wait_closed()

    @property
    def url(self) -> str:
        assert self._server is not None
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}/jwks.json"

    async def was_asked(self, times: int) -> None:
        """Wait until so many requests are there."""
        async with self._heard:
            await self._heard.wait_for(lambda: self.asked >= times)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async with self._heard:
            self.asked += 1
            self._heard.notify_all()
        self.requests.append(await reader.readuntil(b"\r\n\r\n"))
        await self.held.wait()
        head = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(self.body)
        writer.write(self.answer() if self.answer else head + self.body)
        writer.close()
