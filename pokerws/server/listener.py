"""The port: accepts connections, and runs a session for each.

The library's defaults that do not fit are overridden here, each with its reason.
"""

import ssl
from http import HTTPStatus
from typing import Any, cast

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.http11 import Request, Response
from websockets.server import ServerProtocol

from pokerws.messages import Broadcast, CloseCode, Notice
from pokerws.server.limits.limits import Meter, Quotas
from pokerws.server.limits.rate_limits import rate_of
from pokerws.server.net.bounded_protocol import Bounds, Protocol
from pokerws.server.net.client_address import TrustedProxies
from pokerws.server.net.connection import Connection, frame_caches
from pokerws.server.net.connection_counts import ConnectionCounts
from pokerws.server.net.http import OVER_TLS, SECURITY_HEADERS, Pages, respond
from pokerws.server.sessions.context import SessionContext
from pokerws.server.sessions.handlers import dispatch
from pokerws.server.sessions.session import Session
from pokerws.settings import Settings


class Listener:
    """Serves `pages` to browsers, and a session to each WebSocket client.

    `context` is what the sessions share, `quotas` the limits.  With `tls` it all goes over TLS.
    """

    def __init__(
        self,
        settings: Settings,
        context: SessionContext,
        pages: Pages,
        quotas: Quotas | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._settings = settings
        self._context = context
        self._pages = pages
        self._quotas = quotas or Quotas()
        self._tls = tls
        proxies = TrustedProxies(settings.network.trusted_proxies)
        self._counts = ConnectionCounts(self._quotas, proxies, context.clock, context.metrics)
        self._bounds = bounds_of(settings)
        self._caches = frame_caches()
        self._headers = {**SECURITY_HEADERS, **(OVER_TLS if tls is not None else {})}
        self._sessions: set[Session] = set()
        self._server: Server | None = None

    async def start(self) -> None:
        """Listen.  Raises OSError."""
        settings = self._settings
        self._bounds.bind_library()
        self._server = await serve(
            self._serve,
            settings.network.host,
            settings.network.port,
            ssl=self._tls,
            process_request=self._answer,
            # It makes the protocol too, so the arguments that serve() would pass are set there.
            create_connection=cast("type[ServerConnection]", self._connect),
            # Messages queued behind one that waits; above that the transport stops reading.
            max_queue=16,
            write_limit=settings.network.write_buffer_bytes,
            open_timeout=settings.network.open_timeout_ms / 1000,
            ping_interval=settings.network.ping_interval_ms / 1000,
            ping_timeout=settings.network.ping_interval_ms / 1000,
            close_timeout=2,
            server_header=None,
        )

    async def stop(self) -> None:
        """Tell every client, close all connections and stop listening."""
        if self._server is None:
            return
        stopping = Notice("restarting", "the server stops; play goes on when it is back")
        notice = Broadcast(stopping)
        for session in self._sessions:
            session.send(notice.on(session.wire))
        self._server.close(code=CloseCode.RESTARTING, reason="restarting")
        await self._server.wait_closed()

    @property
    def connections(self) -> int:
        """How many clients are connected."""
        return len(self._sessions)

    @property
    def port(self) -> int:
        """The port, which the system chooses for 0.  Raises RuntimeError before `start`."""
        if self._server is None:
            raise RuntimeError("the listener has not started")
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    def _connect(self, _: ServerProtocol, server: Server, **options: Any) -> Connection:
        protocol = Protocol(self._bounds, self._headers, self._context.clock.now_ms)
        return Connection(protocol, server, self._counts, self._bounds, self._caches, **options)

    def _answer(self, connection: ServerConnection, request: Request) -> Response | None:
        """A response, or None to go on with the WebSocket handshake."""
        response = self._pages(connection, request)
        if response is None:
            counted = _own(connection).counted
            if counted is None:
                return respond(HTTPStatus.SERVICE_UNAVAILABLE, b"The server is full.\n")
            return self._counts.admit(counted, request)
        if response.status_code == HTTPStatus.FORBIDDEN:
            self._context.metrics.connection_refused("origin")
        return response

    async def _serve(self, connection: ServerConnection) -> None:
        own = _own(connection)
        own.forget_handshake()
        meter = Meter(self._quotas, None if own.counted is None else own.counted.tally)
        session = Session(own, self._context, dispatch, meter)
        self._sessions.add(session)
        try:
            await session.run()
        finally:
            self._sessions.discard(session)


def _own(connection: ServerConnection) -> Connection:
    """The library hands back the connections that `_connect` made."""
    return cast("Connection", connection)


def bounds_of(settings: Settings) -> Bounds:
    """The limits of each connection."""
    return Bounds(
        message_bytes=settings.limits.max_message_bytes,
        header_bytes=settings.limits.max_header_bytes,
        headers=settings.limits.max_headers,
        unread_bytes=settings.limits.outbox_bytes,
        write_timeout_ms=settings.network.write_timeout_ms,
        frames=rate_of(settings.limits.frame_rate),
    )
