"""A client's connection at another server, as the owner of a table sees it.

It is a `Session` like all others, with the same handlers.  Only what it sends goes to the gateway,
which has admitted the player, and counts messages and connections.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Any, Protocol

import structlog

from pokerws.game.illegal import Illegal
from pokerws.game.state import PlayerId, TableId
from pokerws.messages import JSON, MSGPACK, NOTICES, Notice, Rejected, Watch, rejection
from pokerws.messages.answers import Answer
from pokerws.metrics import ACCEPTED
from pokerws.server.auth.identity import Identity
from pokerws.server.cluster.packets import Peer
from pokerws.server.limits.limits import Meter
from pokerws.server.net.connection import Work
from pokerws.server.net.shared_context import SharedContext
from pokerws.server.relays import frames
from pokerws.server.sessions.context import SessionContext
from pokerws.server.sessions.handlers.watching import rewatch
from pokerws.server.sessions.session import Dispatch, Session
from pokerws.server.sessions.unfinished import drop

# Messages that wait for the one before them.  A gateway has fewer that are unanswered.
MOST_QUEUED = 256
# Refusals that say no more than that this server does not have the table, or soon will not.
ELSEWHERE = frozenset({"owned_elsewhere", "restarting"})
# Refusals after which nobody has the table.
GONE = frozenset({"unknown_table", "table_quarantined"})

log = structlog.get_logger("pokerws.relays")


# What messages about a table wait for, while it is given away.
GivenOf = Callable[[TableId], "asyncio.Future[Any] | None"]


class Back(Protocol):
    """The way back to a gateway, for all of its relays."""

    given_of: GivenOf

    def show(self, no: int, frame: bytes, how: frames.How) -> None:
        """Send a client's frame, which others may get, too."""

    def send(self, frame: frames.ToGateway) -> None:
        """Send anything else, after what was shown."""

    def drop(self, no: int) -> None:
        """The relay is over."""

    def has_said(self, message_no: int) -> bool:
        """Whether the line of chat with this number was said."""

    def note_said(self, message_no: int) -> None:
        """Remember that it was."""


class Line:
    """Takes the place of a session's `Connection`; `latency_ms` is what the gateway measures."""

    is_silent = False

    def __init__(self, subprotocol: str) -> None:
        self.subprotocol = subprotocol
        self.latency_ms = 0


class RelayedSession(Session):
    """A session whose client is connected to another server."""

    __slots__ = (
        *(
            "_back",
            "_line",
            "_message_no",
            "_messages",
            "_no",
            "_work",
            "is_over",
            "table",
        ),
    )

    def __init__(
        self,
        back: Back,
        opened: frames.Open,
        *,
        context: SessionContext,
        dispatch: Dispatch,
        meter: Meter,
    ) -> None:
        self._line = line = Line((JSON if opened.is_text else MSGPACK).subprotocol)
        connection: Any = line
        super().__init__(connection, context, dispatch, meter, opened.address)
        self._back, self._no = back, opened.no
        self.table, player = TableId(opened.table), PlayerId(opened.player)
        self.identity = Identity(player, opened.name, opened.role, sid=opened.sid)
        self.hears_chat = opened.hears_chat
        self.hears_presence = opened.hears_presence
        self.hears_waiting = opened.hears_waiting
        # The player is present here, too, as long as the relay is open.
        context.presence.enter(player, self.counted_address)
        self.is_over = False
        self._messages: deque[frames.Forward | frames.Rewatch] = deque()
        # The gateway's number of the message that is carried out.
        self._message_no = 0
        self._work: asyncio.Task[None] | None = None

    def take(self, frame: frames.Forward | frames.Rewatch) -> None:
        """Carry out what the gateway wants, after all before it."""
        if self._work is not None:
            if len(self._messages) < MOST_QUEUED:
                self._messages.append(frame)
            else:
                self.close_moved(self.table)
        elif (work := self._carry_out(frame)) is not None:
            self._begin(work)

    def _begin(self, work: Work) -> None:
        self._work = asyncio.create_task(self._go_on(work), name="relayed messages")
        # It may be cancelled before it begins.
        self._work.add_done_callback(lambda _: drop(work))

    def _carry_out(self, wanted: frames.Forward | frames.Rewatch) -> Work | None:
        if (given := self._back.given_of(self.table)) is not None:
            return self._after(given, wanted)
        if isinstance(wanted, frames.Rewatch):
            return self._rewatch(wanted)
        self._line.latency_ms, message = wanted.latency_ms, wanted.message
        self._message_no = wanted.message_no
        frame: str | bytes = message.decode() if self.wire.is_text else message
        return self.receive(frame, self.context.clock.now_ms())

    async def _after(
        self, given: "asyncio.Future[Any]", wanted: frames.Forward | frames.Rewatch
    ) -> None:
        """Go on when the table stays here; if it is given away, the relay ends."""
        await asyncio.wait([given])
        if not self.is_over and (work := self._carry_out(wanted)) is not None:
            await work

    @property
    def has_said(self) -> bool:
        """Whether the message that is carried out is a line of chat that was said before."""
        return self._back.has_said(self._message_no)

    def note_said(self) -> None:
        """It is said now."""
        self._back.note_said(self._message_no)

    async def _rewatch(self, place: frames.Rewatch) -> None:
        """Go on to show the table to a client that watched it elsewhere, or lost frames."""
        table = self.table
        try:
            await rewatch(self, Watch("", table, place.after_seq, place.branch, key=place.key))
        except Illegal as refusal:
            if refusal.code in ELSEWHERE | GONE or rejection("", refusal).retryable:
                # The gateway asks the database what has become of the table, and may come again.
                self.close_moved(table)
            else:
                log.info("rewatch_refused", table=table, code=refusal.code)
                self.warn(Notice("table_failed", NOTICES["table_failed"], table))

    async def _go_on(self, work: Work | None) -> None:
        try:
            while True:
                if work is not None:
                    await work
                if self.is_over or not self._messages:
                    return
                work = self._carry_out(self._messages.popleft())
        except Exception as error:  # noqa: BLE001  `fail` reports it
            self.fail(error)
        finally:
            self._work = None
            if self.is_over:
                self.leave_tables()

    def leave(self) -> None:
        """The relay is over."""
        if not self.is_over:
            self.is_over = True
            work = self._work
            if work is not None and work is not asyncio.current_task():
                work.cancel()
            self.leave_tables()
            self.meter.leave(self.context.clock.now_ms())
            self.context.presence.leave(self.player)

    # ---- out

    def answer(self, message: Answer) -> None:
        """Part of `Session`."""
        if self.is_over:
            return
        code = message.code if isinstance(message, Rejected) else ACCEPTED
        self._asked.pop(message.id, None)
        if code in ELSEWHERE:
            self.close_moved(self.table)
        else:
            frame = self.wire.encode(message)
            self._back.send(frames.Answered(self._no, message.id, code, frame))

    def send_table_frame(self, frame: bytes, shared: SharedContext | None = None) -> None:
        """Part of `Session`."""
        if not self.is_over:
            self._back.show(self._no, frame, "own" if shared is None else "public")

    def send(self, frame: bytes) -> None:
        """Part of `Session`."""
        if not self.is_over:
            self._back.send(frames.Told(self._no, frame))

    def send_droppable(self, frame: bytes) -> None:
        """Part of `Session`."""
        if not self.is_over and self.hears_chat:
            self._back.show(self._no, frame, "droppable")

    def lose_table(self, notice: Notice) -> None:
        """Part of `Session`: the client notices nothing, its server asks for the table again."""
        self.close_moved(self.table)

    def close_moved(self, table: TableId, to: Peer | None = None) -> None:
        """Part of `Session`: only the relay is over, not the connection."""
        if not self.is_over:
            self._back.send(frames.Moved(self._no, to))
            self._back.drop(self._no)

    def _close(self, code: int, reason: str) -> None:
        if not self.is_over:
            self._back.send(frames.Ended(self._no, int(code), reason))
            self._back.drop(self._no)
