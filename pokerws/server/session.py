"""One connection: reading, answering, and the bounded outbox.

A session decodes once at the edge and hands typed messages to `dispatch`.  It knows nothing of
rules, nor of what the messages do.
"""

import asyncio
from collections.abc import Awaitable, Callable

import structlog
from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

from pokerws.game.illegal import Illegal
from pokerws.game.state import PlayerId, TableId
from pokerws.messages import (
    JSON,
    WIRES,
    Accepted,
    Account,
    ClientMessage,
    CloseCode,
    Pong,
    Rejected,
    Tables,
    Welcome,
)
from pokerws.metrics import ACCEPTED, UNREADABLE
from pokerws.server.auth import Identity
from pokerws.server.decoding import decode, id_of
from pokerws.server.desk import Desk
from pokerws.server.outbox import Outbox
from pokerws.server.table_actor import TableActor, reject

# More than this waiting for one client is too much, however few frames it is.
MAX_OUTBOX_BYTES = 1 << 20
# So many messages in a row that make no sense end the connection.
MAX_BAD_MESSAGES = 20
# A client that does not answer the closing handshake for this long is cut off.
CLOSE_TIMEOUT_S = 1.0

log = structlog.get_logger("pokerws.session")

# Each message of a client gets one of these.
Answer = Accepted | Rejected | Pong | Tables | Account | Welcome
Dispatch = Callable[["Session", ClientMessage], Awaitable[None]]


class Session:
    """One connection.  It is a `table_actor.Viewer`."""

    def __init__(self, connection: ServerConnection, desk: Desk, dispatch: Dispatch) -> None:
        self.desk = desk
        self.wire = WIRES.get(connection.subprotocol or "", JSON)
        self.identity: Identity | None = None
        self.watched: dict[TableId, TableActor] = {}
        self.hears_chat = True
        self._connection = connection
        self._decoder = desk.decoders[self.wire]
        self._dispatch = dispatch
        self._outbox = Outbox(desk.outbox_frames, MAX_OUTBOX_BYTES)
        self._resynced = False
        self._closing: asyncio.Task[None] | None = None
        self._bad_messages = 0
        # The kinds of the messages that have no answer yet, to count the answer by: with durable
        # acks the answer may wait for its commit.
        self._asked: dict[str, str] = {}

    @property
    def player(self) -> PlayerId:
        """The player's id; there is none before hello."""
        assert self.identity is not None, "commands come after hello"
        return self.identity.player

    async def run(self) -> None:
        """Serve the connection until it ends."""
        writer = asyncio.create_task(self._write())
        try:
            await self._read()
        except ConnectionClosed:
            pass  # How the connection ended is logged below.
        finally:
            writer.cancel()
            for actor in self.watched.values():
                actor.unwatch(self)
            self.desk.lobby.forget(self)
            code = self._connection.close_code
            self.desk.metrics.session_closed(code)
            log.info(
                "session_ended",
                player=None if self.identity is None else self.identity.player,
                code=None if code is None else int(code),
            )

    # ---- in

    async def _read(self) -> None:
        try:
            async with asyncio.timeout(self.desk.hello_timeout_s):
                while self.identity is None:
                    await self._take(await self._connection.recv())
        except TimeoutError:
            await self._connection.close(CloseCode.HELLO_TIMEOUT, "say hello first")
            return
        async for frame in self._connection:
            await self._take(frame)

    async def _take(self, frame: str | bytes) -> None:
        """Answer one frame."""
        try:
            message = decode(self.wire, self._decoder, frame)
        except Illegal as refusal:
            self._bad_messages += 1
            self.send(reject(id_of(frame), refusal.code, refusal.detail))
            if self._bad_messages >= MAX_BAD_MESSAGES:
                self._close(CloseCode.BAD_MESSAGES, "too many messages that make no sense")
            return
        self._bad_messages = 0
        self._asked[message.id] = str(message.__struct_config__.tag)
        try:
            await self._dispatch(self, message)
        except Illegal as refusal:
            self.send(reject(message.id, refusal.code, refusal.detail))

    # ---- out

    def answer(self, message: Accepted | Rejected) -> None:
        """Part of `table_actor.Viewer`."""
        self.send(message)

    def tell(self, frame: bytes) -> None:
        """Part of `table_actor.Viewer`."""
        self._put(frame, of_table=False)

    def show(self, table: TableActor, frame: bytes) -> None:
        """Part of `table_actor.Viewer`."""
        self._put(frame, of_table=True)

    def hear(self, frame: bytes) -> None:
        """Part of `table_actor.Viewer`.

        Chat never costs a client its place at the table: the slow one misses it.
        """
        if self.hears_chat and not self._outbox.is_half_full:
            self._put(frame, of_table=False)

    def moved(self, table: TableId) -> None:
        """Part of `table_actor.Viewer`."""
        self._close(CloseCode.MOVED, f"table {table} is owned by another server now")

    def send(self, message: Answer) -> None:
        """Answer a message."""
        command = self._asked.pop(message.id, UNREADABLE)
        answer = message.code if isinstance(message, Rejected) else ACCEPTED
        self.desk.metrics.command(command, answer)
        self._put(self.wire.encode(message), of_table=False)

    def _put(self, frame: bytes, *, of_table: bool) -> None:
        """Queue a frame.

        Overflow policy: once, the frames of all tables give way to one fresh snapshot each; a
        client that has not caught up when the outbox overflows again is cut off.
        """
        if self._closing is not None or self._outbox.put(frame, of_table=of_table):
            return
        if self._resynced:
            self._outbox.clear()
            self._close(CloseCode.TOO_SLOW, "too slow to be kept up to date")
            return
        self._resynced = True
        self._outbox.drop_tables()
        for actor in self.watched.values():
            actor.show_snapshot(self)
        if not of_table:
            self._put(frame, of_table=False)

    async def _write(self) -> None:
        """Send what is queued, as fast as the client takes it."""
        try:
            while True:
                await self._connection.send(await self._outbox.get(), text=self.wire.is_text)
                if not self._outbox:
                    self._resynced = False
        except ConnectionClosed:
            return  # The reader sees it too, and ends the session.

    def _close(self, code: CloseCode, reason: str) -> None:
        """Close without waiting for a client that may not be reading."""
        if self._closing is None:
            log.info("session_closed", code=int(code), reason=reason)
            self._closing = asyncio.create_task(self._end(code, reason))

    async def _end(self, code: CloseCode, reason: str) -> None:
        try:
            async with asyncio.timeout(CLOSE_TIMEOUT_S):
                await self._connection.close(code, reason)
        except TimeoutError:
            # The close frame is stuck behind what the client does not read.
            self._connection.transport.abort()
