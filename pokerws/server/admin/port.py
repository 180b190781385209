"""Where operators come in: the Unix socket, and the port for those with a token.

Both speak JSON over a WebSocket: a command in a text frame, its answer in another.  Commands of a
connection are carried out in order.  One that has begun is carried out to its end, even if its
connection is gone.
"""

import asyncio
import socket
import ssl
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path
from typing import Any, cast

import msgspec
import structlog
from websockets.asyncio.server import Server, ServerConnection, serve, unix_serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from pokerws.messages import CloseCode, Refused, rejection
from pokerws.server.admin.caller import Caller, Desk, caller_at_socket, caller_with_token
from pokerws.server.admin.commands import COMMANDS, may, name_of
from pokerws.server.admin.hello import Hello, read_hello
from pokerws.server.admin.pages import page
from pokerws.server.admin.results import Welcome
from pokerws.server.admin.service import answer
from pokerws.server.admin.socket_file import SocketFile, open_socket_file
from pokerws.server.admin.waiting_room import AdminConnection, WaitingRoom
from pokerws.server.auth.operator_tokens import OperatorTokens
from pokerws.server.net.addresses import listen, places_of

# Of one command, and of all operators.
MAX_BYTES = 16_384
MAX_CONNECTIONS = 64
HELLO_S = 10.0
# Until a refused hello is answered.  Meanwhile it keeps its place in the waiting room.
REFUSED_S = 1.0
PING_S = 20.0
# How long a stop waits for commands that have begun.
STOP_S = 5.0

log = structlog.get_logger("pokerws.admin")


class AdminPort:
    """Serves `desk` at the Unix socket and at the port, as far as either is opened."""

    def __init__(self, desk: Desk, tokens: OperatorTokens) -> None:
        self._desk, self._tokens = desk, tokens
        self._servers: list[Server] = []
        self._work: set[asyncio.Task[bytes]] = set()
        self._connections = 0
        self._file: SocketFile | None = None

    async def open_socket(self, file: Path) -> None:
        """Listen at a Unix socket, unless another server does; logs why not."""
        if (opened := open_socket_file(file)) is not None:
            self._file = opened
            await self.serve_socket(opened.listening)

    async def serve_socket(self, listening: socket.socket) -> None:
        """Serve at a Unix socket that listens."""
        self._servers.append(await unix_serve(self._at_socket, sock=listening, **_LIMITS))

    async def open_port(self, host: str, port: int, tls: ssl.SSLContext | None) -> None:
        """Listen on the network, for operators with a token.  Raises ListenError."""
        await self.serve_port(listen(await places_of((host,)), port, "ADMIN_PORT")[0], tls)

    async def serve_port(self, listening: socket.socket, tls: ssl.SSLContext | None) -> None:
        """Serve operators with a token at a socket that listens."""
        context = self._desk.context
        room = WaitingRoom(context.clock, context.metrics)
        serving = await serve(
            self._with_token,
            sock=listening,
            ssl=tls,
            ssl_handshake_timeout=None if tls is None else HELLO_S,
            process_request=self._answer,
            create_connection=cast("type[ServerConnection]", room.connection),
            **_LIMITS,
        )
        self._servers.append(serving)
        host, port = listening.getsockname()[:2]
        log.info("admin_port_open", host=host, port=port, tls=tls is not None)

    async def stop(self) -> None:
        """Take no more commands, and wait for those that have begun."""
        for server in self._servers:
            server.close(code=CloseCode.RESTARTING, reason="restarting")
        if self._file is not None:
            self._file.remove()
        if self._work:
            await asyncio.wait(self._work, timeout=STOP_S)
        await asyncio.gather(*(server.wait_closed() for server in self._servers))

    # ---- connections

    def _answer(self, connection: ServerConnection, request: Request) -> Response | None:
        """A page, a refusal of a foreign page, or None for a WebSocket."""
        origin = request.headers.get("Origin")
        if origin is not None and origin.partition("://")[2] != request.headers.get("Host"):
            return connection.respond(HTTPStatus.FORBIDDEN, "a page of another site\n")
        return page(request)

    async def _at_socket(self, connection: ServerConnection) -> None:
        own: socket.socket = connection.transport.get_extra_info("socket")
        await self._serve(connection, lambda hello: caller_at_socket(hello, own))

    async def _with_token(self, connection: ServerConnection) -> None:
        peer = connection.remote_address
        address = str(peer[0]) if peer else ""
        await self._serve(connection, lambda hello: caller_with_token(hello, self._tokens, address))

    async def _serve(self, connection: ServerConnection, admit: Callable[[Hello], Caller]) -> None:
        try:
            if (caller := await self._greet(connection, admit)) is not None:
                await self._obey(connection, caller)
        except ConnectionClosed:
            pass

    async def _obey(self, connection: ServerConnection, caller: Caller) -> None:
        """Carry out the commands of a connection."""
        self._connections += 1
        try:
            async for frame in connection:
                try:
                    await connection.send(await self._carry_out(caller, frame), text=True)
                finally:
                    self._desk.leaving.begin()
        finally:
            self._connections -= 1

    async def _greet(
        self, connection: ServerConnection, admit: Callable[[Hello], Caller]
    ) -> Caller | None:
        """Who it is; None, with the connection closed, for nobody."""
        hello = Hello()
        try:
            async with asyncio.timeout(HELLO_S):
                frame = await connection.recv()
            hello = read_hello(frame)
            caller = admit(hello)
        except TimeoutError:
            await connection.close(CloseCode.HELLO_TIMEOUT, "say hello first")
            return None
        except Refused as refusal:
            await self._slow_down(connection, refusal.code)
            await connection.send(msgspec.json.encode(rejection(hello.id, refusal)), text=True)
            await connection.close(CloseCode.BAD_MESSAGES, refusal.code)
            return None
        if self._connections >= MAX_CONNECTIONS:
            await connection.close(CloseCode.TOO_MANY_CONNECTIONS, "too many connections")
            return None
        if isinstance(connection, AdminConnection):
            connection.room.leave(connection)
        allowed = [name_of(one) for one in COMMANDS if may(caller.role, one)]
        welcome = Welcome(hello.id, caller.who, caller.role, self._desk.node, allowed)
        await connection.send(msgspec.json.encode(welcome), text=True)
        return caller

    async def _slow_down(self, connection: ServerConnection, code: str) -> None:
        """Count a refused hello of the port; who tries many tokens waits for each answer."""
        if isinstance(connection, AdminConnection):
            self._desk.context.metrics.connection_refused("operator")
            log.warning("admin_hello_refused", address=connection.remote_address[0], code=code)
            await asyncio.sleep(REFUSED_S)

    async def _carry_out(self, caller: Caller, frame: str | bytes) -> bytes:
        work = asyncio.create_task(answer(self._desk, caller, frame), name="admin command")
        self._work.add(work)
        work.add_done_callback(self._work.discard)
        return await asyncio.shield(work)


_LIMITS: dict[str, Any] = {
    "max_size": MAX_BYTES,
    "max_queue": 4,
    "compression": None,
    "open_timeout": HELLO_S,
    "ping_interval": PING_S,
    "ping_timeout": PING_S,
    "close_timeout": 2,
    "server_header": None,
}
