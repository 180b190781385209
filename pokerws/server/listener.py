"""The port: accepts connections, and runs a session for each.

What the library does by default and should not is set here, each with its reason.
"""

import ssl
from http import HTTPStatus
from typing import Any, cast

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.http11 import Request, Response
from websockets.server import ServerProtocol

from pokerws.messages import WIRES, Broadcast, CloseCode, Notice, Wire
from pokerws.server.limits.limits import Meter, Quotas, rate_of
from pokerws.server.net.bounded_protocol import Bounds, Protocol
from pokerws.server.net.client_address import TrustedProxies
from pokerws.server.net.connection import Connection, Departures, Framing
from pokerws.server.net.connection_counts import Door
from pokerws.server.net.http import OVER_TLS, SECURITY_HEADERS, Pages
from pokerws.server.sessions.context import Desk
from pokerws.server.sessions.handlers import dispatch, find_play
from pokerws.server.sessions.session import Session
from pokerws.settings import Settings


class Listener:
    """Serves `pages` to browsers, and to each client a session at `desk`.

    `quotas` says who may come in; with `tls` it all goes over TLS.
    """

    def __init__(
        self,
        settings: Settings,
        desk: Desk,
        pages: Pages,
        quotas: Quotas | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._settings = settings
        self._desk = desk
        self._pages = pages
        self._quotas = quotas or Quotas()
        self._tls = tls
        proxies = TrustedProxies(settings.network.trusted_proxies)
        self._door = Door(self._quotas, proxies, desk.clock, desk.metrics)
        self._bounds = bounds_of(settings)
        self._framings = framings() if settings.network.fast_path else {}
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
            # Makes the protocol too, so that what serve() would give to one is given there.
            create_connection=cast("type[ServerConnection]", self._connect),
            # A client that sends faster than it is served waits in its own socket.
            max_queue=16,
            write_limit=settings.network.write_buffer_bytes,
            open_timeout=settings.network.open_timeout_ms / 1000,
            ping_interval=settings.network.ping_interval_ms / 1000,
            ping_timeout=settings.network.ping_interval_ms / 1000,
            close_timeout=2,
            server_header=None,
        )

    async def stop(self) -> None:
        """Say goodbye to everybody, and listen no more."""
        if self._server is None:
            return
        stopping = Notice("restarting", "the server stops; play goes on when it is back")
        notice = Broadcast(stopping)
        for session in self._sessions:
            session.tell(notice.on(session.wire))
        self._server.close(code=CloseCode.RESTARTING, reason="restarting")
        await self._server.wait_closed()

    @property
    def connections(self) -> int:
        """How many clients are connected."""
        return len(self._sessions)

    @property
    def port(self) -> int:
        """The port that is listened on."""
        assert self._server is not None, "not started"
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    def _connect(self, _: ServerProtocol, server: Server, **options: Any) -> Connection:
        protocol = Protocol(self._bounds, self._headers, self._desk.clock.now_ms)
        return Connection(protocol, server, self._door, self._bounds, **options)

    def _answer(self, connection: ServerConnection, request: Request) -> Response | None:
        """A response, or None to go on with the WebSocket handshake."""
        response = self._pages(connection, request)
        if response is None:
            assert isinstance(connection, Connection)
            assert connection.visit is not None, "it was heard"
            return self._door.admit(connection.visit, request)
        if response.status_code == HTTPStatus.FORBIDDEN:
            self._desk.metrics.connection_refused("origin")
        return response

    async def _serve(self, connection: ServerConnection) -> None:
        assert isinstance(connection, Connection)
        assert connection.visit is not None, "it was let in"
        connection.forget_handshake()
        meter = Meter(self._quotas, connection.visit.tally)
        session = Session(connection, self._desk, dispatch, meter)
        framing = self._framings.get(session.wire)
        if framing is not None:
            session.serve_at_once(find_play, framing)
        self._sessions.add(session)
        try:
            await session.run()
        finally:
            self._sessions.discard(session)


def framings() -> dict[Wire, Framing]:
    """What makes the messages of each way of writing into frames."""
    departures = Departures()
    return {wire: Framing(departures, is_text=wire.is_text) for wire in WIRES.values()}


def bounds_of(settings: Settings) -> Bounds:
    """How much a connection may have of what."""
    return Bounds(
        message_bytes=settings.limits.max_message_bytes,
        header_bytes=settings.limits.max_header_bytes,
        headers=settings.limits.max_headers,
        unread_bytes=settings.limits.outbox_bytes,
        write_timeout_ms=settings.network.write_timeout_ms,
        frames=rate_of(settings.limits.frame_rate),
    )
