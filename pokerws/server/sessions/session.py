"""One connection: takes messages in, answers them, and bounds what waits to be sent.

A message passes the rate limiter, is decoded once, and goes to `dispatch`, which carries it out at
once or returns a coroutine that the messages behind it wait for.  This module does not know the
rules of play, nor what the messages do.
"""

import asyncio
from collections.abc import Callable
from functools import cache, partial
from time import perf_counter
from typing import NoReturn

import structlog

from pokerws.game.illegal import Illegal
from pokerws.game.state import PlayerId, TableId
from pokerws.messages import (
    JSON,
    NOTICES,
    WIRES,
    ClientMessage,
    CloseCode,
    Notice,
    Refused,
    Rejected,
    Waiting,
)
from pokerws.messages.answers import Answer
from pokerws.metrics import ACCEPTED, UNREADABLE, VIOLATIONS
from pokerws.server.auth.guests import GUEST_PREFIX
from pokerws.server.auth.identity import Identity
from pokerws.server.isolation import each
from pokerws.server.limits.limits import Meter
from pokerws.server.net.connection import INTERNAL_ERROR, Connection, ConnectionEnded, Work
from pokerws.server.net.shared_context import SharedContext
from pokerws.server.sessions.context import SessionContext
from pokerws.server.sessions.decoding import decode, id_of, named_table, table_of
from pokerws.server.sessions.elsewhere import Watched
from pokerws.server.sessions.held_answers import MAX_HELD_ANSWERS, HeldAnswers
from pokerws.server.sessions.outbox import Outbox
from pokerws.server.sessions.session_tally import SessionTally
from pokerws.server.sessions.token_expiry import Expiry
from pokerws.server.sessions.unfinished import Unfinished
from pokerws.server.sessions.violations import BANNED, Violations, refuse
from pokerws.server.tables.commit_gate import CommitGate, Send

# A client that does not answer the closing handshake within this time is disconnected.
CLOSE_TIMEOUT_S = 1.0
# The address of a connection that has none.
UNKNOWN_ADDRESS = "unknown"
_UNASKED = (UNREADABLE, 0.0)

log = structlog.get_logger("pokerws.session")

# Carries out a message; returns the rest of the work where it has to wait for something.
Dispatch = Callable[["Session", ClientMessage], Work | None]


class Session:
    """One connection.  It is an `interfaces.Viewer`."""

    __slots__ = (
        "__weakref__",
        *("_asked", "_closing", "_connection", "_decoder", "_dispatch", "_expiry", "_held"),
        *("_outbox", "_resynced", "_tally", "_violations", "_writer"),
        "address",
        "context",
        *("hears_chat", "hears_presence", "hears_waiting"),
        *("identity", "line", "meter"),
        "watched",
        "wire",
    )

    def __init__(
        self,
        connection: Connection,
        context: SessionContext,
        dispatch: Dispatch,
        meter: Meter | None = None,
        address: str = UNKNOWN_ADDRESS,
    ) -> None:
        self.context = context
        self.address = address
        self.meter = meter or Meter()
        self.wire = WIRES.get(connection.subprotocol or "", JSON)
        self.identity: Identity | None = None
        self.watched: dict[TableId, Watched] = {}
        self.hears_chat, self.hears_presence, self.hears_waiting = True, True, False
        self._connection = self.line = connection
        self._decoder = context.decoders[self.wire]
        self._dispatch = dispatch
        self._outbox = Outbox(context.outbox_frames, context.outbox_bytes)
        # The task that sends queued frames, while there are any.
        self._writer: asyncio.Task[None] | None = None
        self._resynced = False
        self._closing: asyncio.Task[None] | None = None
        now_ms = context.clock.now_ms()
        self._violations = Violations(context.limits.max_violations, now_ms)
        self._tally = SessionTally(now_ms)
        self._expiry = Expiry(
            context.clock,
            context.token_warning_ms,
            warn=lambda: self.warn(Notice("token_expiring", NOTICES["token_expiring"])),
            expire=self._expire,
        )
        # The types of unanswered messages by id, and when they came, for the metrics of answers.
        # With durable acks an answer may wait for its commit.
        self._asked: dict[str, tuple[str, float]] = {}
        self._held = HeldAnswers()

    @property
    def player(self) -> PlayerId:
        """The player's id.  Raises Refused before hello."""
        if self.identity is None:
            raise Refused("hello_first")
        return self.identity.player

    @property
    def admitted(self) -> Identity:
        """The identity that hello brought.  Raises Refused before hello."""
        if self.identity is None:
            raise Refused("hello_first")
        return self.identity

    @property
    def counted_address(self) -> str | None:
        """The address as limits count it; None for a connection that has none."""
        return None if self.address == UNKNOWN_ADDRESS else self.address

    @property
    def guest_address(self) -> str | None:
        """The counted address of a guest; None for players known by a login or key."""
        return self.counted_address if self.player.startswith(GUEST_PREFIX) else None

    @property
    def shown(self) -> Identity:
        """The identity with the player's latest name, which another connection may have changed."""
        identity = self.admitted
        name = self.context.admission.names.shown(identity.player, identity.name)
        return identity if name == identity.name else identity._replace(name=name)

    @property
    def _known_player(self) -> PlayerId | None:
        return None if self.identity is None else self.identity.player

    @property
    def waiting_frames(self) -> int:
        """The number of frames that wait until the client has read earlier ones."""
        return len(self._outbox)

    async def run(self) -> None:
        """Serve the connection until it ends."""
        code: int | None = None
        try:
            self._connection.start_serving(self.receive, is_text=self.wire.is_text)
            await self._serve()
        except ConnectionEnded as ended:
            code = ended.code
        finally:
            self._leave()
            self._report_end(code)

    async def _serve(self) -> NoReturn:
        try:
            async with asyncio.timeout(self.context.hello_timeout_s):
                while self.identity is None and self._closing is None:
                    await self._connection.serve_next()
        except TimeoutError:
            self._close(CloseCode.HELLO_TIMEOUT, "say hello first")
        while True:
            # Also while closing: the client's close frame comes after its earlier messages.
            await self._connection.serve_next()

    def _leave(self) -> None:
        """Unregister the connection everywhere."""
        self._connection.stop_serving()
        if self._writer is not None:
            self._writer.cancel()
        self._expiry.cancel()
        self.meter.leave(self.context.clock.now_ms())
        self.leave_tables()
        self.context.elsewhere.forget(self)
        self.context.lobby.list_watchers.forget(self)
        self.context.heartbeats.leave(self)
        if self.identity is not None:
            self.context.revocations.leave(self.identity, self)
            self.context.presence.leave(self.identity.player)
            self.context.moderation.roster.leave(self.identity.player, self)

    def leave_tables(self) -> None:
        """Leave all tables, with what they hold for this connection."""
        each(self.watched.values(), lambda table: table.forget(self))
        self._held.forget(self)

    def _report_end(self, code: int | None) -> None:
        self.context.metrics.session_closed(code)
        now_ms, codes = self.context.clock.now_ms(), self._violations.codes
        self._tally.report(self._connection, self._known_player, code, now_ms, codes)

    # ---- in

    def receive(self, frame: str | bytes, now_ms: int) -> Work | None:
        """Part of `connection.Receiver`: count, decode and carry out a message.

        Every message gets one answer, except while closing, when messages are ignored.
        """
        if self._closing is not None:
            return None
        self._tally.messages += 1
        wait_ms = self.meter.command(now_ms)
        if wait_ms:
            refusal = self.meter.too_fast(wait_ms, "commands", now_ms)
            self._refuse_unread(frame, refusal)
            return None
        try:
            message = decode(self.wire, self._decoder, frame)
        except Refused as refusal:
            self._refuse_unread(frame, refusal)
            return None
        return self.carry_out(message)

    def carry_out(self, message: ClientMessage) -> Work | None:
        """Carry out a message that is decoded, as in `receive`."""
        self._asked[message.id] = _tag(type(message)), perf_counter()
        try:
            work = self._dispatch(self, message)
        except Illegal as refusal:
            self._refuse(message.id, refusal, table_of(message))
            return None
        except Exception as error:  # noqa: BLE001  `fail` reports it
            self.fail(error)
            return None
        return None if work is None else Unfinished(partial(self._finish, message), work)

    async def _finish(self, message: ClientMessage, work: Work) -> None:
        """Do the rest of a message's work, with the same outcomes as in `receive`."""
        try:
            await work
        except Illegal as refusal:
            self._refuse(message.id, refusal, table_of(message))
        except Exception as error:  # noqa: BLE001  `fail` reports it
            self.fail(error)

    def _refuse_unread(self, frame: str | bytes, refusal: Refused) -> None:
        """Refuse a message that was not decoded."""
        self._refuse(id_of(frame), refusal, named_table(frame) if self._held else None)

    def _refuse(self, message_id: str, refusal: Illegal, table: TableId | None) -> None:
        if refusal.code in VIOLATIONS:
            self.context.metrics.violation(refusal.code)
        self._tally.refused += 1
        now_ms = self.context.clock.now_ms()
        refused = refuse(message_id, refusal, self._violations, self.meter, now_ms)
        self.answer_in_turn(table, refused.answer)
        if refused.closing is not None:
            self._close(*refused.closing)

    # ---- out

    def send(self, frame: bytes) -> None:
        """Part of `interfaces.Viewer`."""
        self._put(frame, of_table=False)

    def send_table_frame(self, frame: bytes, shared: SharedContext | None = None) -> None:
        """Part of `interfaces.Viewer`."""
        # The usual case, without another call.
        if self._writer is None and self._closing is None and self._connection.write(frame, shared):
            return
        self._put(frame, of_table=True)

    def send_droppable(self, frame: bytes) -> None:
        """Part of `interfaces.Viewer`.

        A slow client misses it, rather than being disconnected because of it.
        """
        if not self.hears_chat:
            return
        if self._outbox.is_half_full:
            self.context.metrics.dropped("chat")
        else:
            self._put(frame, of_table=False)

    def send_heartbeat(self, frame: bytes) -> None:
        """Part of `heartbeats.Connected`: a client with other frames on their way needs none."""
        if self._writer is None:
            self._put(frame, of_table=False)

    def lose_table(self, notice: Notice) -> None:
        """Part of `interfaces.Viewer`."""
        self.send_table_frame(self.wire.encode(notice))

    def close_moved(self, table: TableId) -> None:
        """Part of `interfaces.Viewer`."""
        self._close(CloseCode.MOVED, f"table {table} is owned by another server now")

    def end(self, code: int, reason: str) -> None:
        """Close the connection, as the server that owns a table wants."""
        self._close(code, reason)

    def fail(self, error: Exception) -> None:
        """Part of `interfaces.Viewer`: a bug concerns this client, which is disconnected."""
        if self._closing is None:
            log.error("session_failed", player=self._known_player, exc_info=error)
            self._close(INTERNAL_ERROR, "internal error")

    def answer(self, message: Answer) -> None:
        """Part of `interfaces.Viewer`, and of all handlers: send the answer to a message."""
        # Quicker than `isinstance`, which is slow for these types.
        answer = message.code if type(message) is Rejected else ACCEPTED
        self.pass_on(message.id, answer, self.wire.encode(message))

    def pass_on(self, message_id: str, answer: str, frame: bytes) -> None:
        """Send an answer that is encoded; `answer` is its reject code, or `metrics.ACCEPTED`."""
        command, came_s = self._asked.pop(message_id, _UNASKED)
        metrics = self.context.metrics
        metrics.command(command, answer)
        if command == "act" and answer == ACCEPTED:
            metrics.action_s.append(perf_counter() - came_s)
        self._put(frame, of_table=False)

    def answer_in_turn(
        self, table: TableId | None, message: Answer, leaving: CommitGate | None = None
    ) -> None:
        """Send an answer in its turn: see `HeldAnswers.gate_before`."""
        self.call_in_turn(table, partial(self.answer, message), leaving)

    def call_in_turn(
        self, table: TableId | None, send: Send, leaving: CommitGate | None = None
    ) -> None:
        """Call `send`, which sends an answer, in its turn."""
        gate = self._held.gate_before(self, table, leaving)
        if gate is None or table is None:
            send()
        else:
            gate.hold_behind(self, send)
            self.held_by(gate, table)

    def held_by(self, gate: CommitGate, table: TableId) -> None:
        """Part of `interfaces.Viewer`: a client with too many unanswered commands is closed."""
        self._held.add(self, gate, table)
        if gate.answers_to(self) > MAX_HELD_ANSWERS:
            self._close(CloseCode.TOO_FAST, "too many commands to a table wait for their answers")

    def join(self, identity: Identity) -> bool:
        """Bind the connection to an admitted player, or to the player's newer token.

        Closes it, and returns False, if the player has too many connections.
        """
        if self.identity is None and not self.meter.join(identity.player):
            self.context.metrics.connection_refused("player")
            self._close(CloseCode.TOO_MANY_CONNECTIONS, "the player has too many connections")
            return False
        if self.identity is None:
            self.context.presence.enter(identity.player, self.counted_address)
            self.context.moderation.roster.enter(identity.player, self)
        else:
            self.context.revocations.leave(self.identity, self)
        self.identity = identity
        self.context.revocations.enter(identity, self)
        self._expiry.set(identity.expires_ms)
        return True

    def log_out(self) -> None:
        """Part of `revocations.Connected` and of `roster.Connected`."""
        self._close(CloseCode.LOGGED_OUT, "logged out")

    def close_banned(self) -> None:
        """Part of `roster.Connected`."""
        self._close(*BANNED)

    def warn(self, notice: Notice | Waiting) -> None:
        """Part of `roster.Connected`: send a notice, or a place on a waiting list."""
        self.send(self.wire.encode(notice))

    def _put(self, frame: bytes, *, of_table: bool) -> None:
        """Send a frame, or queue it behind others if the client has fallen behind.

        Overflow policy: at the first overflow, all frames about tables are replaced by one fresh
        snapshot of each table, and the list of tables if the client watches it.  If the outbox
        overflows again before the client has caught up, the client is disconnected.
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
            self.context.metrics.dropped("connection")
            self._close(CloseCode.TOO_SLOW, "too slow to be kept up to date")
            return
        self._resynced = True
        self.context.metrics.dropped("tables")
        self._outbox.drop_tables()
        for table in list(self.watched.values()):
            table.show_snapshot(self)
        self.context.lobby.list_watchers.resend(self)
        if not of_table:
            self._put(frame, of_table=False)

    async def _write(self) -> None:
        """Send the queued frames, as fast as the client reads them."""
        try:
            while self._outbox:
                frame = self._outbox.take()
                await self._connection.wait_and_write(frame, is_text=self.wire.is_text)
        except ConnectionEnded:
            return  # `run` sees it too, and ends the session.
        except Exception as error:  # noqa: BLE001  `fail` reports it
            self._outbox.clear()
            self.fail(error)
            return
        self._writer = None
        self._resynced = False

    def _expire(self) -> None:
        self._close(CloseCode.TOKEN_EXPIRED, "the token has expired")

    def _close(self, code: int, reason: str) -> None:
        """Begin to close, without waiting for a client that may not be reading."""
        if self._closing is None:
            self._tally.reason = reason
            self._closing = asyncio.create_task(self._end(code, reason))

    async def _end(self, code: int, reason: str) -> None:
        try:
            async with asyncio.timeout(CLOSE_TIMEOUT_S):
                # Queued answers, which say why, go first.
                if self._writer is not None:
                    await asyncio.wait([self._writer])
                await self._connection.close(code, reason)
        except TimeoutError:
            # The close frame is stuck behind frames that the client does not read.
            self._connection.transport.abort()


@cache
def _tag(kind: type[ClientMessage]) -> str:
    """The `type` of a message on the wire; cached, since msgspec's look-up is slow."""
    return str(kind.__struct_config__.tag)
