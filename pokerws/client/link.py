"""The line to the server: connects, says hello, connects again, and repeats what is unanswered.

A command stays in flight until it is answered.  One that is in flight when the connection breaks
is sent again with the same id on the next one; the server gives a repeated command the first
answer and does not play it twice.  This module knows nothing of tables.
"""

import asyncio
import secrets
from collections.abc import Callable
from contextlib import suppress
from typing import NoReturn

import msgspec
import structlog
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from pokerws.client.errors import ClientError, CommandRejected, ConnectionEnded
from pokerws.client.reconnect import RECONNECT_CODES, Backoff, may_pass
from pokerws.messages import (
    PROTOCOL,
    Accepted,
    Account,
    ClientMessage,
    Hello,
    Pong,
    Rejected,
    ServerMessage,
    Tables,
    Welcome,
    encode,
    server_decoder,
)

# How long the server may take to answer a hello, and to answer a close.
WELCOME_TIMEOUT_S = 10
CLOSE_TIMEOUT_S = 2
# The longest message is a list of tables, of some 350 bytes each.
MAX_MESSAGE_BYTES = 2**24

Answer = Accepted | Pong | Tables | Account

log = structlog.get_logger("pokerws.client")


class _InFlight:
    """A command that has no answer yet."""

    def __init__(self, frame: bytes) -> None:
        self.frame = frame
        self.answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()


class Link:
    """One player's line to a server, over as many connections as it takes.

    `connected` is called at the start of each connection; what it tells is sent before the
    commands in flight.  `receive` is called with every message that answers no command.  `ended`
    is called once, with the reason for which there will be no further connection.  What these
    three raise ends the line.
    """

    def __init__(
        self,
        url: str,
        *,
        name: str | None,
        token: str | None,
        backoff: Backoff,
        connected: Callable[[], None],
        receive: Callable[[ServerMessage], None],
        ended: Callable[[Exception], None],
    ) -> None:
        self.welcome: Welcome | None = None
        self._url = url
        self._name = name
        self._token = token
        self._backoff = backoff
        self._connected = connected
        self._receive = receive
        self._ended = ended
        self._decode = server_decoder().decode
        self._in_flight: dict[str, _InFlight] = {}
        # It holds no more than the commands that callers wait for and a watch a table.
        self._outgoing: asyncio.Queue[bytes] = asyncio.Queue()
        self._id_prefix = secrets.token_hex(4)
        self._ids = 0
        self._error: Exception | None = None
        self._task: asyncio.Task[None] | None = None

    def new_id(self) -> str:
        """An id for a command that no other one has."""
        self._ids += 1
        return f"{self._id_prefix}-{self._ids}"

    async def open(self) -> None:
        """Connect and wait for the first welcome.  Raises ClientError."""
        opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._task = asyncio.create_task(self._keep_connected(opened))
        try:
            await opened
        except BaseException:
            await self.close()
            raise

    async def close(self) -> None:
        """Close the connection.  Commands in flight raise ConnectionEnded."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])
        self._end(ConnectionEnded(1000, "closed by this client"))

    def check(self) -> None:
        """Raise what has ended the line, if anything has."""
        if self._error is not None:
            raise self._error

    async def ask(self, message: ClientMessage) -> Answer:
        """Send a command and wait for its answer, over reconnects if need be.

        Raises CommandRejected, or what has ended the line.
        """
        self.check()
        command = self._in_flight[message.id] = _InFlight(encode(message))
        self._outgoing.put_nowait(command.frame)
        try:
            return await command.answer
        finally:
            del self._in_flight[message.id]

    def tell(self, message: ClientMessage) -> None:
        """Send a message on this connection only; its answer goes to `receive`."""
        self._outgoing.put_nowait(encode(message))

    # ---- connecting

    async def _keep_connected(self, opened: "asyncio.Future[None]") -> None:
        loop = asyncio.get_running_loop()
        failures = 0
        try:
            while True:
                started_s = loop.time()
                reason = await self._connect_once(opened)
                if (loop.time() - started_s) * 1000 > self._backoff.longest_ms:
                    failures = 0
                delay_ms = self._backoff.delay_ms(failures)
                failures += 1
                log.info("connection_broken", reason=reason, retry_in_ms=delay_ms)
                await asyncio.sleep(delay_ms / 1000)
        except Exception as error:  # noqa: BLE001  Whatever ended the line is raised by its users.
            self._end(error)
            if not opened.done():
                opened.set_exception(error)

    async def _connect_once(self, opened: "asyncio.Future[None]") -> str:
        """Stay connected for as long as it lasts.

        Returns the reason why it broke; raises when there is no use in trying again.
        """
        try:
            connection = await connect(
                self._url,
                compression=None,  # Messages are short, and it takes 64 KiB a connection.
                proxy=None,  # Proxies cut long silences short; whoever needs one tunnels.
                close_timeout=CLOSE_TIMEOUT_S,
                max_size=MAX_MESSAGE_BYTES,
            )
        except Exception as error:
            if not may_pass(error):
                raise ConnectionEnded(None, f"cannot connect to {self._url}: {error}") from error
            return f"{type(error).__name__}: {error}"
        try:
            self.welcome = await self._greet(connection)
            if not opened.done():
                opened.set_result(None)
            await self._exchange(connection)
        except ConnectionClosed as closed:
            code, reason = (closed.rcvd.code, closed.rcvd.reason) if closed.rcvd else (1006, "")
            if code not in RECONNECT_CODES:
                raise ConnectionEnded(code, reason) from closed
            return f"closed with {code}"
        except CommandRejected as refused:
            if not refused.retryable:
                raise
            return str(refused)
        finally:
            await connection.close()

    async def _greet(self, connection: ClientConnection) -> Welcome:
        """Say hello.  Raises CommandRejected, ConnectionClosed, ConnectionEnded."""
        hello = Hello(self.new_id(), self._token, self._name)
        try:
            async with asyncio.timeout(WELCOME_TIMEOUT_S):
                await connection.send(encode(hello), text=True)
                answer = self._decode(await connection.recv(decode=False))
        except TimeoutError:
            raise CommandRejected("no_welcome", "no answer to hello", retryable=True) from None
        except msgspec.DecodeError as error:
            raise ConnectionEnded(None, f"{self._url} is no poker server: {error}") from error
        match answer:
            case Welcome(protocol=protocol) if protocol == PROTOCOL:
                self._token = answer.session or self._token
                return answer
            case Rejected():
                raise rejection(answer)
            case _:
                raise ConnectionEnded(None, f"{self._url} does not speak protocol {PROTOCOL}")

    # ---- talking

    async def _exchange(self, connection: ClientConnection) -> NoReturn:
        self._outgoing = asyncio.Queue()
        self._connected()
        for command in self._in_flight.values():
            if not command.answer.done():
                self._outgoing.put_nowait(command.frame)
        writer = asyncio.create_task(self._write(connection, self._outgoing))
        try:
            while True:
                self._take(await connection.recv(decode=False))
        finally:
            writer.cancel()
            await asyncio.wait([writer])

    async def _write(self, connection: ClientConnection, outgoing: "asyncio.Queue[bytes]") -> None:
        # The reader hears of a close too, and what was not answered is sent again.
        with suppress(ConnectionClosed):
            while True:
                await connection.send(await outgoing.get(), text=True)

    def _take(self, frame: bytes) -> None:
        try:
            message = self._decode(frame)
        except msgspec.DecodeError as error:
            # A newer server may say things that this client does not know.
            log.warning("message_not_understood", reason=str(error))
            return
        if isinstance(message, Answer | Rejected) and message.id in self._in_flight:
            answer = self._in_flight[message.id].answer
            if answer.done():
                return
            if isinstance(message, Rejected):
                answer.set_exception(rejection(message))
            else:
                answer.set_result(message)
        else:
            self._receive(message)

    def _end(self, error: Exception) -> None:
        if self._error is not None:
            return
        self._error = error
        if not isinstance(error, ClientError):
            log.error("client_failed", exc_info=error)
        for command in self._in_flight.values():
            if not command.answer.done():
                command.answer.set_exception(error)
        self._ended(error)


def rejection(message: Rejected) -> CommandRejected:
    """A refusal as an exception."""
    return CommandRejected(message.code, message.message, retryable=message.retryable)
