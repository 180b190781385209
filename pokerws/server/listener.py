"""The port: accepts connections, and runs a session for each.

What the library does by default and should not is set here, each with its reason.
"""

from collections.abc import Sequence

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.typing import Subprotocol

from pokerws.messages import WIRES, Broadcast, CloseCode, Notice
from pokerws.server.desk import Desk
from pokerws.server.dispatch import dispatch
from pokerws.server.http import Pages
from pokerws.server.session import Session
from pokerws.settings import Settings


class Listener:
    """Serves `pages` to browsers, and to each client a session at `desk`."""

    def __init__(self, settings: Settings, desk: Desk, pages: Pages) -> None:
        self._settings = settings
        self._desk = desk
        self._pages = pages
        self._sessions: set[Session] = set()
        self._server: Server | None = None

    async def start(self) -> None:
        """Listen.  Raises OSError."""
        settings = self._settings
        self._server = await serve(
            self._serve,
            settings.host,
            settings.port,
            process_request=self._pages,
            # Each frame is small: compressing costs 64 KiB a connection and invites bombs.
            compression=None,
            select_subprotocol=_choose_subprotocol,
            max_size=settings.max_message_bytes,
            # A client that sends faster than it is served waits in its own socket.
            max_queue=16,
            open_timeout=5,
            ping_interval=settings.ping_interval_ms / 1000,
            ping_timeout=settings.ping_interval_ms / 1000,
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

    async def _serve(self, connection: ServerConnection) -> None:
        session = Session(connection, self._desk, dispatch)
        self._sessions.add(session)
        try:
            await session.run()
        finally:
            self._sessions.discard(session)


def _choose_subprotocol(
    connection: ServerConnection, offered: Sequence[Subprotocol]
) -> Subprotocol | None:
    """The first way of writing that the client offers and the server knows; none is JSON."""
    return next((name for name in offered if name in WIRES), None)
