"""The link to the server: connects, sends hello, reconnects, and repeats unanswered commands.

A command stays in flight until it is answered.  If the connection breaks, it is sent again with the
same id on the next one; the server deduplicates repeated commands by their id.  When the token is
about to expire, hello is sent again with a newer one on the same connection.  This module does not
know about tables.
"""

import asyncio
import secrets
import ssl
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, Literal, NamedTuple, NoReturn, TypeVar

import msgspec
import structlog
from msgspec.structs import replace
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Subprotocol

from pokerws.client.credentials import Credentials
from pokerws.client.errors import ClientError, CommandRejected, ConnectionEnded, NotUnderstood
from pokerws.client.reconnect import RECONNECT_CODES, Backoff, Retries, may_pass
from pokerws.client.silence import Silence
from pokerws.messages import (
    JSON,
    MSGPACK,
    PROTOCOL,
    ClientMessage,
    CloseCode,
    Decoder,
    Heartbeat,
    Hello,
    Notice,
    Rejected,
    ServerMessage,
    Welcome,
    server_decoder,
)
from pokerws.messages.answers import Answer
from pokerws.messages.capabilities import HEARTBEAT

# How long the server may take to answer a hello, and to answer a close.
WELCOME_TIMEOUT_S = 10
CLOSE_TIMEOUT_S = 2
# Shortest interval of renewals, for tokens that expire sooner than the server's warning time.
RENEW_EVERY_S = 1
# The longest message is a list of tables, of some 350 bytes each.
MAX_MESSAGE_BYTES = 2**24

AnyAnswer = TypeVar("AnyAnswer", bound=Answer)
WireName = Literal["json", "msgpack"]

_WIRES = {"json": JSON, "msgpack": MSGPACK}
_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError)

log = structlog.get_logger("pokerws.client")


class Unknown(msgspec.Struct, frozen=True):
    """A message of a type that this client does not know, with the fields that it can read."""

    type: str = ""
    id: str = ""
    table: str | None = None


class LinkOptions(NamedTuple):
    """What a link asks of the server; `connect` explains it."""

    wire: WireName
    capabilities: Sequence[str] | None
    tls: ssl.SSLContext | None
    compression: bool


class _Broken(NamedTuple):
    """Why a connection broke, and the shortest time to wait before the next one."""

    reason: str
    wait_ms: int = 0
    answered: bool = True
    restarting: bool = False


class _InFlight:
    """A command without an answer yet."""

    def __init__(self, frame: bytes) -> None:
        self.frame = frame
        self.answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()


class Link:
    """One player's link to a server, across reconnects.

    `connected` is called at the start of each connection; messages that it sends precede the
    commands in flight.  `receive` is called with every message that is not an answer to a command,
    including unknown ones.  `ended` is called once, with the exception that ended the link.  An
    exception from any of the three callbacks ends the link.
    """

    def __init__(
        self,
        url: str,
        *,
        credentials: Credentials,
        options: LinkOptions,
        backoff: Backoff,
        connected: Callable[[], None],
        receive: Callable[[ServerMessage | Unknown], None],
        ended: Callable[[Exception], None],
    ) -> None:
        self.welcome: Welcome | None = None
        self._url = url
        # `websockets` does not accept None for `wss`.  Without a context it verifies certificates.
        self._tls: dict[str, Any] = {} if options.tls is None else {"ssl": options.tls}
        self._compression = "deflate" if options.compression else None
        self._credentials = credentials
        self._wire = _WIRES[options.wire]
        wanted = options.capabilities
        self._capabilities = None if wanted is None else list(wanted)
        self._retries = Retries(backoff)
        self._connected = connected
        self._receive = receive
        self._ended = ended
        self._decode = server_decoder(self._wire).decode
        decoder: Decoder[Unknown] = self._wire.make_decoder(Unknown)
        self._decode_unknown = decoder.decode
        self._in_flight: dict[str, _InFlight] = {}
        # Bounded by the number of pending commands, and one watch per table.
        self._outgoing: asyncio.Queue[bytes] = asyncio.Queue()
        self._id_prefix = secrets.token_hex(4)
        self._ids = 0
        # The latest welcome with games, which the server need not send again.
        self._games: Welcome | None = None
        self._hello_token: str | None = None  # The token of the latest hello.
        self._hello_s = 0.0
        self._renewal: str | None = None  # The id of the hello that renews the token.
        self._error: Exception | None = None
        self._task: asyncio.Task[None] | None = None

    def new_id(self) -> str:
        """A unique id for a command."""
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
        """Raise the exception that has ended the link, if any."""
        if self._error is not None:
            raise self._error

    async def ask(self, message: ClientMessage, kind: type[AnyAnswer]) -> AnyAnswer:
        """Send a command and wait for its answer, of type `kind`, across reconnects.

        Raises CommandRejected, NotUnderstood, or the exception that ended the link.
        """
        self.check()
        command = self._in_flight[message.id] = _InFlight(self._wire.encode(message))
        self._outgoing.put_nowait(command.frame)
        try:
            answer = await command.answer
        finally:
            del self._in_flight[message.id]
        if not isinstance(answer, kind):
            raise NotUnderstood(
                f"expected {kind.__name__} as the answer to {type(message).__name__}, "
                f"got {type(answer).__name__}"
            )
        return answer

    def tell(self, message: ClientMessage) -> None:
        """Send a message on this connection only; its answer goes to `receive`."""
        self._outgoing.put_nowait(self._wire.encode(message))

    # ---- connecting

    async def _keep_connected(self, opened: "asyncio.Future[None]") -> None:
        loop = asyncio.get_running_loop()
        try:
            while True:
                started_s = loop.time()
                broken = await self._connect_once(opened)
                pause_ms = self._retries.delay_ms(
                    started_s,
                    loop.time(),
                    answered=broken.answered,
                    restarting=broken.restarting,
                )
                delay_ms = max(pause_ms, broken.wait_ms)
                log.info("connection_broken", reason=broken.reason, retry_in_ms=delay_ms)
                await asyncio.sleep(delay_ms / 1000)
        except Exception as error:  # noqa: BLE001  It is raised again to all callers.
            self._end(error)
            if not opened.done():
                opened.set_exception(error)

    async def _connect_once(self, opened: "asyncio.Future[None]") -> _Broken:
        """Connect, and stay connected until the connection breaks.

        Returns why it broke.  Raises ClientError if reconnecting cannot succeed.
        """
        try:
            # Get the token before connecting: the server closes connections without a hello soon.
            token = await self._credentials.token()
        except OSError as error:
            return _Broken(f"no token: {type(error).__name__}: {error}", answered=False)
        try:
            connection = await connect(
                self._url,
                subprotocols=[Subprotocol(self._wire.subprotocol)],
                compression=self._compression,
                proxy=None,  # Proxies may cut idle connections.
                close_timeout=CLOSE_TIMEOUT_S,
                max_size=MAX_MESSAGE_BYTES,
                **self._tls,
            )
        except Exception as error:
            if not may_pass(error):
                raise ConnectionEnded(None, f"cannot connect to {self._url}: {error}") from error
            answered = isinstance(error, InvalidStatus)
            return _Broken(f"{type(error).__name__}: {error}", answered=answered)
        try:
            await self._greet(connection, token)
            if not opened.done():
                opened.set_result(None)
            await self._exchange(connection)
        except ConnectionClosed as closed:
            return self._after_close(closed)
        except CommandRejected as refused:
            if not refused.retryable and not self._credentials.should_retry(refused.code):
                raise
            return _Broken(str(refused), refused.retry_after_ms or 0)
        finally:
            await connection.close()

    def _after_close(self, closed: ConnectionClosed) -> _Broken:
        """Why the connection broke.  Raises ConnectionEnded if reconnecting cannot succeed."""
        code, reason = (closed.rcvd.code, closed.rcvd.reason) if closed.rcvd else (1006, "")
        if code == CloseCode.TOKEN_EXPIRED:
            if self._credentials.is_renewable:
                return _Broken("the token has expired")
            reason = "the token has expired, and no token provider is set"
        elif code in RECONNECT_CODES:
            restarting = code == CloseCode.RESTARTING
            return _Broken(
                f"closed with {code}", answered=closed.rcvd is not None, restarting=restarting
            )
        raise ConnectionEnded(code, reason) from closed

    async def _greet(self, connection: ClientConnection, token: str | None) -> None:
        """Send hello.  Raises CommandRejected, ConnectionClosed, ConnectionEnded."""
        if connection.subprotocol is None and self._wire is not JSON:
            raise ConnectionEnded(None, f"{self._url} does not support {self._wire.subprotocol}")
        hello = self._wire.encode(self._hello(token))
        try:
            async with asyncio.timeout(WELCOME_TIMEOUT_S):
                await connection.send(hello, text=self._wire.is_text)
                while isinstance(
                    answer := self._decode(await connection.recv(decode=False)), Notice
                ):
                    # A server that stops may say so before it has answered.
                    self._take(answer)
        except TimeoutError:
            raise CommandRejected("no_welcome", "no answer to hello", retryable=True) from None
        except _UNREADABLE as error:
            raise ConnectionEnded(None, f"{self._url} is not a poker server: {error}") from error
        match answer:
            case Welcome(protocol=protocol) if protocol == PROTOCOL:
                self._learn(answer)
            case Rejected(code="unknown_field") if self._games is not None:
                # An older server has taken the place of the one whose games are known.
                self._games = None
                await self._greet(connection, token)
            case Rejected():
                raise rejection(answer)
            case _:
                raise ConnectionEnded(None, f"{self._url} does not support version {PROTOCOL}")

    def _hello(self, token: str | None) -> Hello:
        self._hello_token, self._hello_s = token, asyncio.get_running_loop().time()
        name = self._credentials.name
        etag = None if self._games is None else self._games.games_etag
        if (code := self._credentials.code) is not None:
            return Hello(self.new_id(), capabilities=self._capabilities, code=code)
        return Hello(self.new_id(), token, name, capabilities=self._capabilities, games_etag=etag)

    def _learn(self, welcome: Welcome) -> None:
        known = self._games
        if known is not None and not welcome.variants and welcome.games_etag == known.games_etag:
            welcome = replace(welcome, variants=known.variants, mixes=known.mixes)
        self._games = welcome if welcome.games_etag is not None else None
        self.welcome = welcome
        self._credentials.learn(welcome)

    async def _renew(self) -> None:
        """Send hello again, with a newer token.

        If that fails, the server closes the connection when the token expires, and the link
        reconnects.
        """
        await asyncio.sleep(self._hello_s + RENEW_EVERY_S - asyncio.get_running_loop().time())
        try:
            token = await self._credentials.token()
        except Exception as error:  # noqa: BLE001  Play goes on if the provider fails.
            log.warning("token_not_renewed", reason=f"{type(error).__name__}: {error}")
            return
        if token == self._hello_token:
            log.warning("token_not_renewed", reason="the token provider returned the same token")
            return
        hello = self._hello(token)
        self._renewal = hello.id
        self.tell(hello)

    # ---- sending and receiving

    async def _exchange(self, connection: ClientConnection) -> NoReturn:
        self._outgoing = asyncio.Queue()
        self._connected()
        for command in self._in_flight.values():
            if not command.answer.done():
                self._outgoing.put_nowait(command.frame)
        tasks = [asyncio.create_task(self._write(connection, self._outgoing))]
        silence = self._listen(connection)
        try:
            while True:
                message = self._read(await connection.recv(decode=False))
                if silence is not None:
                    silence.heard()
                if self._should_renew(message) and all(task.done() for task in tasks[1:]):
                    tasks[1:] = [asyncio.create_task(self._renew())]
                self._take(message)
        finally:
            if silence is not None:
                silence.cancel()
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)

    def _listen(self, connection: ClientConnection) -> Silence | None:
        """Abort the connection when it is silent for too long; None without heartbeats.

        Then the library's own pings notice a dead connection, though later.
        """
        times = None if self.welcome is None else self.welcome.heartbeat
        if times is None or (
            self._capabilities is not None and HEARTBEAT not in self._capabilities
        ):
            return None

        def lost() -> None:
            log.info("connection_silent", timeout_ms=times.timeout_ms)
            connection.transport.abort()

        return Silence(times.timeout_ms / 1000, lost)

    def _should_renew(self, message: ServerMessage | Unknown) -> bool:
        expiring = isinstance(message, Notice) and message.code == "token_expiring"
        return expiring and self._credentials.can_renew

    async def _write(self, connection: ClientConnection, outgoing: "asyncio.Queue[bytes]") -> None:
        # The reader handles the close, and unanswered commands are sent again.
        with suppress(ConnectionClosed):
            while True:
                await connection.send(await outgoing.get(), text=self._wire.is_text)

    def _read(self, frame: bytes) -> ServerMessage | Unknown:
        """Decode a message; a newer server may send unknown ones."""
        try:
            return self._decode(frame)
        except _UNREADABLE as error:
            log.warning("message_not_understood", reason=str(error))
        try:
            return self._decode_unknown(frame)
        except _UNREADABLE:
            return Unknown()

    def _take(self, message: ServerMessage | Unknown) -> None:
        match message:
            case Welcome(id=id) if id == self._renewal:
                self._learn(message)
            case Rejected(id=id) if id == self._renewal:
                log.warning("token_not_renewed", code=message.code, reason=message.message)
            case _ if isinstance(message, Answer | Unknown) and message.id in self._in_flight:
                self._answer(self._in_flight[message.id].answer, message)
            case Heartbeat():
                pass
            case _:
                if isinstance(message, Notice) and message.code == "restarting":
                    self._retries.told(message.retry_after_ms)
                self._receive(message)

    def _answer(
        self, future: "asyncio.Future[Answer]", answer: Answer | Rejected | Unknown
    ) -> None:
        if future.done():
            return
        match answer:
            case Rejected():
                future.set_exception(rejection(answer))
            case Unknown():
                future.set_exception(NotUnderstood(f"unknown type of answer: {answer.type!r}"))
            case _:
                future.set_result(answer)

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
    return CommandRejected(
        message.code,
        message.message,
        retryable=message.retryable,
        retry_after_ms=message.retry_after_ms,
        category=message.category,
        details=message.details,
    )
