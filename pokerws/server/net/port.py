"""The port: accepts connections with the limits of the settings.

Library defaults that do not fit are overridden here, each with its reason.  This module does not
know what is done with a connection.
"""

import asyncio
import ssl
from collections.abc import Awaitable, Callable, Container
from http import HTTPStatus
from socket import socket
from typing import Any, cast

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.http11 import Request, Response
from websockets.server import ServerProtocol

from pokerws.server.clock import Clock
from pokerws.server.limits.rate_limits import rate_of
from pokerws.server.net.addresses import listen, places_of
from pokerws.server.net.bounded_protocol import Bounds, Protocol
from pokerws.server.net.connection import Connection, frame_caches
from pokerws.server.net.connection_counts import ConnectionCounts, CountedSocket
from pokerws.server.net.http import OVER_TLS, SECURITY_HEADERS, Pages
from pokerws.server.net.inherited import NOTHING, Inherited
from pokerws.server.net.responses import close, respond
from pokerws.settings import Settings

# Serves one connection; the connection is closed when it returns.
Handler = Callable[[Connection], Awaitable[None]]


class Port:
    """Answers plain HTTP with `pages`, and hands each WebSocket connection to `handler`.

    `counts` enforces the connection limits.  With `tls` everything goes over TLS.
    `inherited` sockets are in place of the addresses of the settings.
    """

    def __init__(
        self,
        settings: Settings,
        handler: Handler,
        pages: Pages,
        *,
        counts: ConnectionCounts,
        clock: Clock,
        tls: ssl.SSLContext | None,
        inherited: Inherited = NOTHING,
    ) -> None:
        self._settings = settings
        self._handler = handler
        self._pages = pages
        self._counts = counts
        self._clock = clock
        self._tls = tls
        self._inherited = inherited
        self._bounds = bounds_of(settings)
        self._caches = frame_caches()
        self._headers = OVER_TLS if tls is not None else {}
        self._kept: set[Connection] = set()
        # One for each address.
        self._servers: list[Server] = []
        self._own: Server | None = None

    async def open(self) -> None:
        """Listen on all addresses.  Raises ListenError."""
        network = self._settings.network
        self._bounds.bind_library()
        passed = self._inherited.sockets
        for one in passed or listen(await places_of(network.host), network.port):
            self._servers.append(await self._serve_on(one))
        if self._inherited.own is not None:
            self._own = await self._serve_on(self._inherited.own)

    async def _serve_on(self, listening: socket) -> Server:
        network = self._settings.network
        return await serve(
            self._serve,
            sock=listening,
            ssl=self._tls,
            process_request=self._answer,
            # It makes the protocol too, so the arguments that serve() would pass are set there.
            create_connection=cast("type[ServerConnection]", self._connect),
            # Messages queued behind one that waits; above that the transport stops reading.
            max_queue=16,
            write_limit=network.write_buffer_bytes,
            open_timeout=network.open_timeout_ms / 1000,
            ping_interval=network.ping_interval_ms / 1000,
            ping_timeout=network.ping_interval_ms / 1000,
            close_timeout=2,
            server_header=None,
        )

    def stop_accepting(self) -> None:
        """Stop listening, and keep the connections that there are."""
        for server in self._all_servers:
            server.server.close()

    @property
    def _all_servers(self) -> list[Server]:
        return [*self._servers, *([] if self._own is None else [self._own])]

    async def close(self, code: int, reason: str) -> None:
        """Stop listening, and close all connections with this code."""
        servers = self._all_servers
        for server in servers:
            server.close(code=code, reason=reason)
        for connection in tuple(self._kept):
            connection.transport.close()
        await asyncio.gather(*(server.wait_closed() for server in servers))

    @property
    def addresses(self) -> list[tuple[str, int]]:
        """Where it listens: addresses with their port, in the order of HOST."""
        return [_address(one) for server in self._servers for one in server.sockets]

    @property
    def own_addresses(self) -> list[tuple[str, int]]:
        """Where connections come to this process for sure."""
        return self.addresses if self._own is None else [_address(*self._own.sockets)]

    @property
    def compressed_bytes(self) -> tuple[int, int]:
        """Bytes of messages that were sent compressed: before, and as sent."""
        caches = self._caches.values()
        return sum(one.plain_bytes for one in caches), sum(one.compressed_bytes for one in caches)

    def _connect(self, _: ServerProtocol, server: Server, **options: Any) -> Connection:
        protocol = Protocol(self._bounds, self._headers, SECURITY_HEADERS, self._clock.now_ms)
        shared = (self._counts, self._bounds, self._caches)
        return Connection(protocol, server, *shared, kept=self._kept, **options)

    def _answer(self, connection: ServerConnection, request: Request) -> Response | None:
        """A response, or None to go on with the WebSocket handshake."""
        own = _own(connection)
        response = self._pages(connection, request)
        if response is not None:
            if not own.server.is_serving() or not self._counts.has_room(own.counted):
                close(response)
            return response
        if own.counted is None:
            return respond(HTTPStatus.SERVICE_UNAVAILABLE, b"The server is full.\n")
        response = self._counts.admit(own.counted, request)
        own.allow_compression(self._compressible(own.counted))
        return response

    def _compressible(self, counted: CountedSocket) -> Container[bool]:
        """The wires, by `is_text`, on which compression is negotiated with a client."""
        match self._settings.network.compression:
            case "on":
                return (True, False)
            case "auto" if not counted.is_local:
                return (True,)
            case _:
                return ()

    async def _serve(self, connection: ServerConnection) -> None:
        own = _own(connection)
        own.forget_handshake()
        await self._handler(own)


def _address(listening: socket) -> tuple[str, int]:
    host, port, *rest = listening.getsockname()
    return _with_scope(host, *rest), port


def _with_scope(host: str, flow: int = 0, scope: int = 0) -> str:
    """An address with its zone, which a link-local one needs."""
    return f"{host}%{scope}" if scope else host


def _own(connection: ServerConnection) -> Connection:
    """The library passes on the connections that `_connect` made."""
    return cast("Connection", connection)


def bounds_of(settings: Settings) -> Bounds:
    """The limits of each connection."""
    return Bounds(
        message_bytes=settings.limits.max_message_bytes,
        header_bytes=settings.limits.max_header_bytes,
        headers=settings.limits.max_headers,
        unread_bytes=settings.limits.outbox_bytes,
        write_timeout_ms=settings.network.write_timeout_ms,
        # The library aborts a connection at the time-out, whatever it has not sent yet.
        keep_alive_ms=settings.network.open_timeout_ms * 2 // 5,
        frames=rate_of(settings.limits.frame_rate),
    )
