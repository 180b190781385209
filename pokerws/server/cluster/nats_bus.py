"""The bus over NATS.  Only this module knows the library, and only a cluster imports this module.

Each connection is a client of its own, and reconnecting is done here.  The library's own keeps
what could not be sent and sends it late, ends for good at some errors of the server, and does not
see whether the subscriptions work.
"""

import asyncio
import secrets
from collections.abc import Callable, Sequence
from contextlib import suppress
from itertools import cycle

import nats.errors
import structlog
from nats.aio.client import Client
from nats.aio.msg import Msg

from pokerws.server.cluster.bus import BusError, BusListener, BusRefused, BusUnavailable
from pokerws.server.cluster.nats_address import NatsAddress
from pokerws.server.cluster.packets import MOST_PACKET_BYTES

# For one connection, until messages have been seen to arrive; and for the first one, in all.
CONNECT_S, OPEN_S = 3.0, 10.0
# Between two attempts, doubled up to the second.
FIRST_RETRY_S, LAST_RETRY_S = 0.1, 1.0
# A server that has stopped, or is cut off, is noticed after both.
PING_EVERY_S, PONG_WITHIN_S = 0.75, 1.5
# Of messages that wait for the socket.  More are refused: a server that is slow is as good as gone.
MOST_UNSENT_BYTES = 8_388_608
# Of messages that have arrived, and wait for the listener.  More are dropped, and so noticed.
MOST_UNREAD, MOST_UNREAD_BYTES = 65_536, 33_554_432
# Then a task is cancelled again: see `_end`.
CANCEL_AGAIN_S = 0.1
# A server that carries less cannot carry a node's packets.
LEAST_PAYLOAD_BYTES = 4_096
# No packet begins like this, so such messages are of no interest to the listeners of other nodes.
_BARRIER = b"\0"

log = structlog.get_logger("pokerws.nats")

Watch = Callable[[asyncio.Task[None]], None]


def unwatched(task: asyncio.Task[None]) -> None:
    """A `Watch` for a bus that runs without a supervisor, as in tests."""


class NatsBus:
    """A `Bus` over one NATS server or cluster.

    `name` is shown in the server's list of connections.  `watch` is given the task that keeps the
    connection.
    """

    def __init__(self, address: NatsAddress, name: str, watch: Watch = unwatched) -> None:
        self._address, self._name, self._watch = address, name, watch
        self._servers = cycle(address.servers)
        self._subjects: Sequence[str] = ()
        self._listener: BusListener | None = None
        self._connection: _Connection | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def most_bytes(self) -> int:
        """The server's limit or a packet's, whichever is smaller."""
        return MOST_PACKET_BYTES if self._connection is None else self._connection.most_bytes

    async def open(self, subjects: Sequence[str], listener: BusListener) -> None:
        """Connect within ten seconds.  Raises BusError."""
        self._subjects, self._listener = subjects, listener
        loop = asyncio.get_running_loop()
        give_up_s, retry_s = loop.time() + OPEN_S, FIRST_RETRY_S
        while True:
            try:
                await self._connect()
                break
            except BusUnavailable:
                if loop.time() + retry_s > give_up_s:
                    raise
            await asyncio.sleep(retry_s)
            retry_s = min(2 * retry_s, LAST_RETRY_S)
        self._task = asyncio.create_task(self._keep_connected(), name="nats")
        self._watch(self._task)

    def send(self, subject: str, message: bytes) -> bool:
        """Send now, or return False."""
        return self._connection is not None and self._connection.send(subject, message)

    async def close(self) -> None:
        """Disconnect."""
        self._listener = None
        if self._task is not None:
            await _end(self._task)
            self._task = None
        if self._connection is not None:
            connection, self._connection = self._connection, None
            await connection.end()

    async def _connect(self) -> None:
        """Have a connection to the next server.  Raises BusError."""
        connection = _Connection(self._address, next(self._servers), self._name, self._message)
        try:
            await connection.begin(self._subjects)
        except BaseException:
            await connection.discard()
            raise
        self._connection = connection
        log.info("nats_connected", server=connection.server)
        if self._listener is not None:
            self._listener.connected()

    def _message(self, subject: str, message: bytes) -> None:
        if self._listener is not None:
            self._listener.message(subject, message)

    async def _keep_connected(self) -> None:
        while True:
            if self._connection is not None:
                await self._connection.until_lost()
                reason = self._connection.reason
                log.warning("nats_lost", server=self._connection.server, reason=reason)
                if self._listener is not None:
                    self._listener.disconnected()
                await self._connection.discard()
                self._connection = None
            await self._reconnect()

    async def _reconnect(self) -> None:
        reason, retry_s = "", FIRST_RETRY_S
        while True:
            try:
                await self._connect()
                return
            except BusError as error:
                if str(error) != reason:
                    reason = str(error)
                    log.warning("nats_unavailable", reason=reason, action="tried again until it is")
            await asyncio.sleep(retry_s)
            retry_s = min(2 * retry_s, LAST_RETRY_S)


class _Connection:
    """One connection to one server, from `begin` until it is lost."""

    def __init__(
        self,
        address: NatsAddress,
        server: str,
        name: str,
        listen: Callable[[str, bytes], None],
    ) -> None:
        self.server = server
        self.reason = "closed by the server"
        self._address, self._name, self._listen = address, name, listen
        self._client = Client()
        self._lost = asyncio.Event()
        # Until the subscriptions have been seen to work: what comes back on which subject.
        self._nonce = _BARRIER + secrets.token_bytes(16)
        self._echoes: dict[str, asyncio.Future[None]] = {}

    @property
    def most_bytes(self) -> int:
        """The longest message that this server takes, and we make."""
        return min(self._client.max_payload, MOST_PACKET_BYTES)

    async def begin(self, subjects: Sequence[str]) -> None:
        """Connect, subscribe, and see a message arrive on each subject.  Raises BusError."""
        try:
            async with asyncio.timeout(CONNECT_S):
                await self._log_in()
                await self._subscribe(subjects)
        except TimeoutError:
            waited_for = [subject for subject, echo in self._echoes.items() if echo.cancelled()]
            what = f"nothing arrives on {', '.join(waited_for)}" if waited_for else "no answer"
            raise BusUnavailable(f"{self.server}: {what} within {CONNECT_S:g} s") from None
        except nats.errors.NoServersError:
            raise BusUnavailable(f"{self.server}: {self.reason}") from None
        except (nats.errors.Error, OSError) as error:
            raise _translated(self.server, error) from None

    async def _log_in(self) -> None:
        address, user, password, token = self._address, None, None, None
        if address.login is not None:
            login = address.login
            user, password = (lambda: self._encrypted(login[0])), (lambda: login[1])
        elif address.token is not None:
            secret = address.token
            token = lambda: self._encrypted(secret)  # noqa: E731  like the two above
        await self._client.connect(
            # The name of the scheme tells the library nothing.
            servers=[self.server],
            name=self._name,
            tls=address.tls,
            user=user,
            password=password,
            token=token,
            error_cb=self._error,
            closed_cb=self._closed,
            allow_reconnect=False,
            max_reconnect_attempts=1,
            reconnect_time_wait=FIRST_RETRY_S,  # type: ignore[arg-type]  # It is slept for.
            connect_timeout=CONNECT_S,  # type: ignore[arg-type]  # Likewise.
            # `_ping` does it, and can tell.
            ping_interval=86_400,
            # Nothing is kept for a later connection, and `publish` never waits.
            pending_size=-1,
            skip_subject_validation=True,
        )
        self._encrypted("")
        if self._client.max_payload < LEAST_PAYLOAD_BYTES:
            raise BusRefused(f"{self.server}: max_payload is under {LEAST_PAYLOAD_BYTES} bytes")

    def _encrypted(self, secret: str) -> str:
        """The secret, unless it would be sent in plain text against the operator's will."""
        if self._address.is_tls_required and not self._client._server_info.get("tls_required"):  # noqa: SLF001
            raise BusRefused(f"{self.server}: it speaks no TLS, which its URL asks for")
        return secret

    async def _subscribe(self, subjects: Sequence[str]) -> None:
        for subject in subjects:
            self._echoes[subject] = asyncio.get_running_loop().create_future()
            await self._client.subscribe(
                subject,
                cb=self._received,
                pending_msgs_limit=MOST_UNREAD,
                pending_bytes_limit=MOST_UNREAD_BYTES,
            )
        # The library's `flush` may overtake a subscription.  A message to oneself cannot, and
        # shows that both directions are allowed.
        for subject in subjects:
            await self._client.publish(subject, self._nonce)
        await asyncio.gather(*self._echoes.values())

    async def _received(self, message: Msg) -> None:
        if not message.data.startswith(_BARRIER):
            self._listen(message.subject, message.data)
        elif message.data == self._nonce and not self._echoes[message.subject].done():
            self._echoes[message.subject].set_result(None)

    async def _error(self, error: Exception) -> None:
        """The library's report of an error, at any time."""
        self.reason = str(error) or type(error).__name__
        if isinstance(error, nats.errors.UnexpectedEOF):
            await self._closed()
        elif isinstance(error, nats.errors.SlowConsumerError):
            # Each message that is dropped is reported.
            log.debug("nats_message_dropped", subject=error.subject)
        elif "permissions violation" in self.reason.lower():
            log.error("nats_forbidden", reason=self.reason, action="give the node this permission")
            self._fail_start(BusRefused(f"{self.server}: {self.reason}"))
        elif not isinstance(error, nats.errors.Error | OSError):
            # The listener has raised it.
            log.error("nats_message_failed", exc_info=error)

    async def _closed(self) -> None:
        self._lost.set()
        self._fail_start(BusUnavailable(f"{self.server}: {self.reason}"))

    def _fail_start(self, error: BusError) -> None:
        for echo in self._echoes.values():
            if not echo.done():
                echo.set_exception(error)

    def send(self, subject: str, message: bytes) -> bool:
        client = self._client
        if (
            self._lost.is_set()
            or not client.is_connected
            or client.pending_data_size + len(message) > MOST_UNSENT_BYTES
        ):
            return False
        publishing = client.publish(subject, message)
        try:
            # It does not wait for anything, so it needs no task; see `pending_size`.
            publishing.send(None)
        except StopIteration:
            return True
        except nats.errors.Error:
            return False
        publishing.close()
        raise AssertionError("the library's publish waits")

    async def until_lost(self) -> None:
        """Return when the connection cannot be relied on any more; `reason` says why."""
        pings = asyncio.create_task(self._ping(), name="nats_pings")
        try:
            await self._lost.wait()
        finally:
            await _end(pings)

    async def _ping(self) -> None:
        try:
            while True:
                await asyncio.sleep(PING_EVERY_S)
                # Its `flush` says that all is well when the library has stopped reading.
                await self._client.rtt(timeout=PONG_WITHIN_S)  # type: ignore[arg-type]  # Likewise.
        except (nats.errors.Error, OSError, RuntimeError) as error:
            if isinstance(error, TimeoutError | nats.errors.TimeoutError):
                self.reason = f"no answer within {PONG_WITHIN_S:g} s"
            self._lost.set()

    async def end(self) -> None:
        """Send what waits, then end the connection."""
        with suppress(nats.errors.Error, OSError, TimeoutError):
            await self._client.flush(timeout=1)
        await self.discard()

    async def discard(self) -> None:
        """End the connection at once; what waits in it is never sent.  Safe to call twice."""
        client = self._client
        # The library would write it on closing, and wait for a server that may have stopped.
        client._pending.clear()  # noqa: SLF001
        client._pending_data_size = 0  # noqa: SLF001
        writer = getattr(client._transport, "_io_writer", None)  # noqa: SLF001
        if writer is not None:
            writer.transport.abort()
        with suppress(nats.errors.Error, OSError, TimeoutError):
            async with asyncio.timeout(1):
                await client.close()
                if writer is not None:
                    await writer.wait_closed()


async def _end(task: asyncio.Task[None]) -> None:
    """Cancel a task that uses the library, and wait for its end.

    The library waits with `asyncio.wait_for`.  Before Python 3.12 that loses a cancellation which
    comes in the same moment as the answer, for example after the process was asleep.
    """
    while not task.done():
        task.cancel()
        await asyncio.wait([task], timeout=CANCEL_AGAIN_S)


def _translated(server: str, error: Exception) -> BusError:
    """What an error in connecting means."""
    text = str(error) or type(error).__name__
    is_refused = "authorization" in text.lower() or "CERTIFICATE" in text
    return (BusRefused if is_refused else BusUnavailable)(f"{server}: {text}")
