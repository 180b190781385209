"""Runs a session for each connection of the port, and ends them all when the server stops."""

import ssl

from pokerws.messages import Broadcast, CloseCode, Notice
from pokerws.server.isolation import each
from pokerws.server.limits.limits import Meter, Quotas
from pokerws.server.net.client_address import TrustedProxies
from pokerws.server.net.connection import Connection
from pokerws.server.net.connection_counts import ConnectionCounts
from pokerws.server.net.http import Pages
from pokerws.server.net.port import Port
from pokerws.server.sessions.context import SessionContext
from pokerws.server.sessions.handlers import dispatch
from pokerws.server.sessions.session import UNKNOWN_ADDRESS, Session
from pokerws.settings import Settings
from pokerws.settings.network import dial_host, is_address, netloc


class Listener:
    """Serves `pages` to browsers, and a session to each WebSocket client.

    All sessions share `context`; `quotas` has the limits.
    """

    def __init__(
        self,
        settings: Settings,
        context: SessionContext,
        pages: Pages,
        quotas: Quotas,
        tls: ssl.SSLContext | None,
    ) -> None:
        self._network = settings.network
        self._tls_suffix = "" if tls is None else "s"
        self._context = context
        self._quotas = quotas
        self._sessions: set[Session] = set()
        proxies = TrustedProxies(settings.network.trusted_proxies)
        self._counts = ConnectionCounts(quotas, proxies, context.clock, context.metrics)
        self._port = Port(
            settings,
            self._serve,
            pages,
            counts=self._counts,
            clock=context.clock,
            tls=tls,
        )

    async def start(self) -> None:
        """Listen.  Raises ListenError."""
        await self._port.open()

    async def stop(self) -> None:
        """Notify every client, close all connections and stop listening."""
        stopping = Notice("restarting", "the server stops; play goes on when it is back")
        notice = Broadcast(stopping)
        each(self._sessions, lambda session: session.send(notice.on(session.wire)))
        await self._port.close(CloseCode.RESTARTING, "restarting")

    @property
    def connections(self) -> int:
        """The number of connected clients."""
        return len(self._sessions)

    @property
    def compressed_bytes(self) -> tuple[int, int]:
        """Bytes of messages that were sent compressed: before, and as sent."""
        return self._port.compressed_bytes

    @property
    def port(self) -> int:
        """The port, which is the same for all addresses."""
        return self._dialled[1]

    @property
    def page_url(self) -> str:
        """The address of the page, for a browser on this machine."""
        named, (host, port) = self._network.host[0], self._dialled
        where = netloc(host if is_address(named) else named, port)
        return f"http{self._tls_suffix}://{where}{self._network.base}"

    @property
    def socket_url(self) -> str:
        """The WebSocket address for a client on this machine."""
        return f"ws{self._tls_suffix}://{netloc(*self._dialled)}{self._network.base}ws"

    @property
    def _dialled(self) -> tuple[str, int]:
        """Address and port to dial on this machine: of the first address that listens.

        A link-local one is dialled only if there is no other, since browsers cannot.
        """
        addresses = self._port.addresses
        host, port = next((one for one in addresses if "%" not in one[0]), addresses[0])
        return dial_host(host), port

    async def _serve(self, connection: Connection) -> None:
        counted = connection.counted
        meter = Meter(self._quotas, None if counted is None else counted.tally)
        address = UNKNOWN_ADDRESS if counted is None else counted.key
        session = Session(connection, self._context, dispatch, meter, address)
        self._sessions.add(session)
        try:
            await session.run()
        finally:
            self._sessions.discard(session)
