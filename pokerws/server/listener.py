"""Runs a session for each connection of the port, and ends them all when the server stops."""

import asyncio
import ssl
from collections.abc import Collection, Sequence
from itertools import islice

from pokerws.messages import CloseCode, Notice
from pokerws.server.away import STOPPED, Away
from pokerws.server.isolation import each
from pokerws.server.limits.limits import Meter, Quotas
from pokerws.server.net.client_address import TrustedProxies
from pokerws.server.net.connection import Connection
from pokerws.server.net.connection_counts import ConnectionCounts
from pokerws.server.net.http import Pages
from pokerws.server.net.inherited import NOTHING, Inherited
from pokerws.server.net.port import Port
from pokerws.server.sessions.context import SessionContext
from pokerws.server.sessions.handlers import dispatch
from pokerws.server.sessions.session import UNKNOWN_ADDRESS, Dispatch, Session
from pokerws.settings import Settings
from pokerws.settings.network import dial_host, is_address, netloc

# Connections are closed in parts of this length, and so many are told at once that it will happen.
AWAY_EVERY_S, TOLD_AT_ONCE = 0.02, 100
STOPS = "the server stops; play goes on when it is back"


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
        *,
        dispatch: Dispatch = dispatch,
        inherited: Inherited = NOTHING,
    ) -> None:
        self._network = settings.network
        self._tls_suffix = "" if tls is None else "s"
        self._context = context
        self._dispatch = dispatch
        self._quotas = quotas
        self._sessions: set[Session] = set()
        # Of these, those that know that the server stops, and those that are being closed.
        self._told: set[Session] = set()
        self._leaving: set[Session] = set()
        self._has_less = asyncio.Event()
        proxies = TrustedProxies(settings.network.trusted_proxies)
        self._counts = ConnectionCounts(quotas, proxies, context.clock, context.metrics)
        self._port = Port(
            settings,
            self._serve,
            pages,
            counts=self._counts,
            clock=context.clock,
            tls=tls,
            inherited=inherited,
        )

    async def start(self) -> None:
        """Listen.  Raises ListenError."""
        await self._port.open()

    async def stop(self) -> None:
        """Notify every client, close all connections and stop listening."""
        await self.send_away(STOPPED)
        await self._port.close(CloseCode.RESTARTING, "restarting")

    async def announce(self) -> None:
        """Tell every client that the server is about to stop, without a long turn of the loop."""
        clients = len(self._sessions)
        while untold := {one for one in self._sessions - self._told if one.identity is not None}:
            self._tell(list(islice(untold, TOLD_AT_ONCE)), STOPPED, clients)
            await asyncio.sleep(0)

    def _tell(self, sessions: Collection[Session], away: Away, clients: int) -> None:
        """Tell these of so many clients that the server stops, and each when it may come back.

        Before the answer to its hello, a client understands nothing else.
        """

        def tell(session: Session) -> None:
            retry_after_ms = away.retry_after_ms(clients)
            session.warn(Notice("restarting", STOPS, retry_after_ms=retry_after_ms))

        untold = (one for one in sessions if one.identity is not None and one not in self._told)
        each(untold, tell)
        self._told.update(sessions)

    async def send_away(self, away: Away) -> None:
        """Accept no more connections, and begin to close all of them, at an even pace.

        They come back all at once otherwise, and that costs more than they did before.
        """
        self._port.stop_accepting()
        clients = len(self._sessions)
        while staying := self._sessions - self._leaving:
            part = list(islice(staying, round(away.a_second * AWAY_EVERY_S)))
            self._tell(part, away, clients)
            each(part, lambda session: session.end(CloseCode.RESTARTING, "restarting"))
            self._leaving.update(part)
            if len(staying) > len(part):
                await asyncio.sleep(AWAY_EVERY_S)

    async def emptied(self) -> None:
        """Wait until all connections are closed, by force after a second."""
        while self._sessions:
            self._has_less.clear()
            await self._has_less.wait()

    @property
    def connections(self) -> int:
        """The number of connected clients."""
        return len(self._sessions)

    @property
    def waiting_frames(self) -> int:
        """The number of frames that wait for clients who have fallen behind."""
        return sum([session.waiting_frames for session in self._sessions])

    @property
    def compressed_bytes(self) -> tuple[int, int]:
        """Bytes of messages that were sent compressed: before, and as sent."""
        return self._port.compressed_bytes

    @property
    def port(self) -> int:
        """The port, which is the same for all addresses."""
        return _dialled(self._port.addresses)[1]

    @property
    def page_url(self) -> str:
        """The address of the page, for a browser on this machine."""
        named, (host, port) = self._network.host[0], _dialled(self._port.addresses)
        where = netloc(host if is_address(named) else named, port)
        return f"http{self._tls_suffix}://{where}{self._network.base}"

    @property
    def socket_url(self) -> str:
        """The WebSocket address for a client on this machine that wants this very process."""
        where = netloc(*_dialled(self._port.own_addresses))
        return f"ws{self._tls_suffix}://{where}{self._network.base}ws"

    async def _serve(self, connection: Connection) -> None:
        counted = connection.counted
        meter = Meter(self._quotas, None if counted is None else counted.tally)
        address = UNKNOWN_ADDRESS if counted is None else counted.key
        session = Session(connection, self._context, self._dispatch, meter, address)
        self._sessions.add(session)
        try:
            await session.run()
        finally:
            for ones in (self._sessions, self._told, self._leaving):
                ones.discard(session)
            self._has_less.set()


def _dialled(addresses: Sequence[tuple[str, int]]) -> tuple[str, int]:
    """Address and port to dial on this machine: of the first address that listens.

    A link-local one is dialled only if there is no other, since browsers cannot.
    """
    host, port = next((one for one in addresses if "%" not in one[0]), addresses[0])
    return dial_host(host), port
