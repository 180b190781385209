"""One connection: reading, answering, and the bounded outbox.

A session decodes once at the edge and hands typed messages to `dispatch`.  It knows nothing of
rules, nor of what the messages do.
"""

import asyncio
from collections.abc import Awaitable, Callable
from functools import cache
from typing import NoReturn

import structlog
from msgspec.structs import replace
from websockets.exceptions import ConnectionClosed
from websockets.frames import CloseCode as LibraryCloseCode

from pokerws.game.illegal import Illegal
from pokerws.game.state import PlayerId, TableId
from pokerws.messages import (
    JSON,
    NOTICES,
    WIRES,
    Accepted,
    Account,
    ClientMessage,
    CloseCode,
    HandEvents,
    Notice,
    Pong,
    Rejected,
    Tables,
    Welcome,
)
from pokerws.metrics import ACCEPTED, UNREADABLE, VIOLATIONS
from pokerws.server.auth.identity import Identity, TooFast
from pokerws.server.limits.limits import Meter
from pokerws.server.net.connection import Connection, Framing
from pokerws.server.sessions.context import Desk
from pokerws.server.sessions.decoding import decode, id_of
from pokerws.server.sessions.outbox import Outbox
from pokerws.server.sessions.token_expiry import Expiry
from pokerws.server.sessions.violations import Violations
from pokerws.server.tables.actor import TableActor
from pokerws.server.tables.interfaces import TableAnswer
from pokerws.server.tables.viewers import reject

# A client that does not answer the closing handshake for this long is cut off.
CLOSE_TIMEOUT_S = 1.0
# What the library closes with when a message fails that `recv` has given out.
INTERNAL_ERROR = LibraryCloseCode.INTERNAL_ERROR

log = structlog.get_logger("pokerws.session")

# Each message of a client gets one of these.
Answer = Accepted | Rejected | Pong | Tables | Account | HandEvents | Welcome
Dispatch = Callable[["Session", ClientMessage], Awaitable[None]]
# How to carry a message out without waiting for anything, or None where that cannot be.
FindPlay = Callable[["Session", ClientMessage], Callable[[], None] | None]


class Session:
    """One connection.  It is a `table_actor.Viewer`."""

    __slots__ = (
        "__weakref__",
        "_asked",
        "_closing",
        "_connection",
        "_decoder",
        "_dispatch",
        "_expiry",
        "_find_play",
        "_is_text",
        "_outbox",
        "_resynced",
        "_violations",
        "_writer",
        "desk",
        "hears_chat",
        "identity",
        "meter",
        "watched",
        "wire",
    )

    def __init__(
        self,
        connection: Connection,
        desk: Desk,
        dispatch: Dispatch,
        meter: Meter | None = None,
    ) -> None:
        self.desk = desk
        self.meter = meter or Meter()
        self.wire = WIRES.get(connection.subprotocol or "", JSON)
        self.identity: Identity | None = None
        self.watched: dict[TableId, TableActor] = {}
        self.hears_chat = True
        self._connection = connection
        self._is_text = self.wire.is_text
        self._decoder = desk.decoders[self.wire]
        self._dispatch = dispatch
        self._find_play: FindPlay | None = None
        self._outbox = Outbox(desk.outbox_frames, desk.outbox_bytes)
        # Sends what waits, while something does.
        self._writer: asyncio.Task[None] | None = None
        self._resynced = False
        self._closing: asyncio.Task[None] | None = None
        self._violations = Violations(desk.limits.max_violations, desk.clock.now_ms())
        self._expiry = Expiry(
            desk.clock, desk.token_warning_ms, warn=self._warn_of_expiry, expire=self._expire
        )
        # The kinds of the messages that have no answer yet, to count the answer by: with durable
        # acks the answer may wait for its commit.
        self._asked: dict[str, str] = {}

    @property
    def player(self) -> PlayerId:
        """The player's id; there is none before hello."""
        assert self.identity is not None, "commands come after hello"
        return self.identity.player

    def serve_at_once(self, find_play: FindPlay, framing: Framing) -> None:
        """Serve without a turn of the event loop what nothing has to be waited for."""
        self._find_play = find_play
        self._connection.serve_at_once(self._take_at_once, framing)

    async def run(self) -> None:
        """Serve the connection until it ends."""
        code: int | None = None
        try:
            await self._read()
        except ConnectionClosed as ended:
            # Whoever does not answer the goodbye was told it all the same.
            goodbye = ended.rcvd or ended.sent
            code = 1006 if goodbye is None else goodbye.code
        finally:
            if self._writer is not None:
                self._writer.cancel()
            self._expiry.cancel()
            self.meter.leave(self.desk.clock.now_ms())
            for actor in self.watched.values():
                actor.unwatch(self)
            self.desk.lobby.forget(self)
            if self.identity is not None:
                self.desk.revocations.leave(self.identity, self)
                self.desk.presence.leave(self.identity.player)
            self.desk.metrics.session_closed(code)
            log.info(
                "session_ended",
                player=None if self.identity is None else self.identity.player,
                code=None if code is None else int(code),
            )
            if self._violations.codes:
                log.warning(
                    "session_violations",
                    player=None if self.identity is None else self.identity.player,
                    count=self._violations.codes.total(),
                    codes=dict(self._violations.codes),
                )

    # ---- in

    async def _read(self) -> NoReturn:
        try:
            async with asyncio.timeout(self.desk.hello_timeout_s):
                while self.identity is None and self._closing is None:
                    await self._take_next()
        except TimeoutError:
            self._close(CloseCode.HELLO_TIMEOUT, "say hello first")
        while True:
            # Also while it is being closed: its own goodbye is behind what it has sent before.
            await self._take_next()

    async def _take_next(self) -> None:
        """Answer the next message, whatever has to be waited for."""
        frame = await self._connection.recv()
        await self._take(frame)
        self._connection.done()

    async def _take(self, frame: str | bytes) -> None:
        if self._closing is not None:
            return  # Who is being shown out has no say any more.
        if self._is_too_fast(frame):
            return
        try:
            message = decode(self.wire, self._decoder, frame)
        except Illegal as refusal:
            self.send(reject(id_of(frame), refusal.code, refusal.detail))
            self._note_violation(refusal.code)
            return
        self._note_asked(message)
        try:
            await self._dispatch(self, message)
        except TooFast as refusal:
            self._refuse_too_fast(message.id, refusal.wait_ms)
        except Illegal as refusal:
            self._refuse(message, refusal)

    def _take_at_once(self, frame: str | bytes) -> bool:
        """Part of `connection.Receiver`: answers what nothing has to be waited for.

        What there is to say of any other message is said when it has its turn.
        """
        try:
            message = decode(self.wire, self._decoder, frame)
        except Illegal:
            return False
        if self._closing is not None or self._find_play is None:
            return False
        play = self._find_play(self, message)
        if play is None:
            return False
        if self._is_too_fast(frame):
            return True
        self._note_asked(message)
        try:
            play()
        except TooFast as refusal:
            self._refuse_too_fast(message.id, refusal.wait_ms)
        except Illegal as refusal:
            self._refuse(message, refusal)
        except Exception:
            # As with any other message: the connection is lost, and nothing else.
            log.exception("session_failed", player=self.player)
            self._close(INTERNAL_ERROR, "internal error")
        return True

    def _is_too_fast(self, frame: str | bytes) -> bool:
        wait_ms = self.meter.command(self.desk.clock.now_ms())
        if wait_ms:
            self._refuse_too_fast(id_of(frame), wait_ms)
        return wait_ms > 0

    def _note_asked(self, message: ClientMessage) -> None:
        self._asked[message.id] = _tag(type(message))

    def _refuse(self, message: ClientMessage, refusal: Illegal) -> None:
        self.send(reject(message.id, refusal.code, refusal.detail))
        self._note_violation(refusal.code)

    def _note_violation(self, code: str) -> None:
        """Count a refusal, if it is for a violation of the protocol; too many end the session."""
        if code not in VIOLATIONS:
            return
        self.desk.metrics.violation(code)
        if self._violations.add(code, self.desk.clock.now_ms()):
            self._close(CloseCode.BAD_MESSAGES, "too many messages that make no sense")

    # ---- out

    def answer(self, message: TableAnswer) -> None:
        """Part of `table_actor.Viewer`."""
        self.send(message)

    def tell(self, frame: bytes) -> None:
        """Part of `table_actor.Viewer`."""
        self._put(frame, of_table=False)

    def show(self, frame: bytes) -> None:
        """Part of `table_actor.Viewer`."""
        # What most frames take, without another call.
        if self._writer is None and self._closing is None and self._connection.write(frame):
            return
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

    def join(self, identity: Identity) -> bool:
        """Speak for a player, or go on with a newer token.

        Closes, and returns False, if the player has too many connections.
        """
        if self.identity is None and not self.meter.join(identity.player):
            self.desk.metrics.connection_refused("player")
            self._close(CloseCode.TOO_MANY_CONNECTIONS, "the player has too many connections")
            return False
        if self.identity is None:
            self.desk.presence.enter(identity.player)
        else:
            self.desk.revocations.leave(self.identity, self)
        self.identity = identity
        self.desk.revocations.enter(identity, self)
        self._expiry.set(identity.expires_ms)
        return True

    def log_out(self) -> None:
        """Part of `revocations.Connected`."""
        self._close(CloseCode.LOGGED_OUT, "logged out")

    def _refuse_too_fast(self, message_id: str, wait_ms: int) -> None:
        """Answer a message that is not carried out; who goes on and on like that is closed."""
        self.send(replace(reject(message_id, "too_fast"), retry_after_ms=wait_ms))
        if self.meter.is_flooded(self.desk.clock.now_ms()):
            self._close(CloseCode.TOO_FAST, "too many messages, too fast")

    def _put(self, frame: bytes, *, of_table: bool) -> None:
        """Send a frame, or queue it behind others and for a client that has fallen behind.

        Overflow policy: once, the frames of all tables give way to one fresh snapshot each; a
        client that has not caught up when the outbox overflows again is cut off.
        """
        if self._closing is not None:
            return
        if self._writer is None and self._connection.write(frame):
            return
        if self._outbox.put(frame, of_table=of_table):
            if self._writer is None:
                self._writer = asyncio.create_task(self._write())
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
            while self._outbox:
                await self._connection.send(self._outbox.take(), text=self._is_text)
        except ConnectionClosed:
            return  # The reader sees it too, and ends the session.
        self._writer = None
        self._resynced = False

    def _warn_of_expiry(self) -> None:
        self.tell(self.wire.encode(Notice("token_expiring", NOTICES["token_expiring"])))

    def _expire(self) -> None:
        self._close(CloseCode.TOKEN_EXPIRED, "the token has expired")

    def _close(self, code: int, reason: str) -> None:
        """Close without waiting for a client that may not be reading."""
        if self._closing is None:
            log.info("session_closed", code=int(code), reason=reason)
            self._closing = asyncio.create_task(self._end(code, reason))

    async def _end(self, code: int, reason: str) -> None:
        try:
            async with asyncio.timeout(CLOSE_TIMEOUT_S):
                # The answer that says why goes first.
                if self._writer is not None:
                    await asyncio.wait([self._writer])
                await self._connection.close(code, reason)
        except TimeoutError:
            # The close frame is stuck behind what the client does not read.
            self._connection.transport.abort()


@cache
def _tag(kind: type[ClientMessage]) -> str:
    """What a kind of message is called on the wire: to ask msgspec takes longer than to decode."""
    return str(kind.__struct_config__.tag)
