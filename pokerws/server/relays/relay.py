"""One relay at its gateway: what a connection of this server has to do with a table elsewhere.

It remembers what was not answered and how far the client is, so that another owner can go on.
"""

import asyncio
from collections.abc import Iterable
from typing import NamedTuple, Protocol

from pokerws.game.state import TableId
from pokerws.messages import Chat, ClientMessage, React, Unwatch, Watch, WatchOutcome, reject
from pokerws.metrics import ACCEPTED
from pokerws.server.cluster.packets import Peer
from pokerws.server.net.shared_context import SharedContext
from pokerws.server.relays import frames
from pokerws.server.sessions.handlers.watching import outcome_of
from pokerws.server.sessions.session import Session

# Messages to one table that may be unanswered.
MOST_PENDING = 200


class Pending(NamedTuple):
    """A message that is not answered, with its number; `since_ms` is steady time."""

    no: int
    message: ClientMessage
    since_ms: int
    # Where its answer goes, if not to the client.
    outcome: "asyncio.Future[WatchOutcome | None] | None" = None

    def settle(self, outcome: WatchOutcome | None) -> bool:
        """Give one of several tables its outcome; False for a message of its own."""
        if self.outcome is not None and not self.outcome.done():
            self.outcome.set_result(outcome)
        return self.outcome is not None


def needs_watching(message: ClientMessage) -> bool:
    """Whether what the client watches must be known before a message is carried out."""
    return isinstance(message, Watch | Unwatch | Chat | React)


class Gate(Protocol):
    """What relays need of the gateway."""

    def resync(self, relay: "Relay") -> None:
        """Open the relay again, with a snapshot."""

    def tell_place(self, relay: "Relay") -> None:
        """Tell the owner where the client is."""

    def close(self, relay: "Relay") -> None:
        """The relay is over."""


class Relay:
    """A relay of `session` to `table`.  It is a `sessions.elsewhere.Watched`."""

    __slots__ = (
        *(
            "_gate",
            "_last",
            "_seen",
            "_sent_before",
            "held",
            "identity",
            "is_watching",
            "key",
            "no",
            "pending",
        ),
        *("released", "session", "table"),
    )

    def __init__(self, gate: Gate, session: Session, table: TableId) -> None:
        self._gate = gate
        self.session, self.table = session, table
        self.identity = session.admitted
        # Its number at the owner; 0 while it is not open.
        self.no = 0
        self.pending: dict[str, Pending] = {}
        # Those that came with the opening.
        self._sent_before: set[str] = set()
        # Whether the client watches the table, with the key of the link, and how far it is:
        # branch and seq, or the latest frame that says so.
        self.is_watching = False
        self.key: str | None = None
        self._seen: tuple[int, int] | None = None
        self._last: bytes | None = None
        # Frames that wait for the answer to a `watch` of several tables, which sets `released`.
        self.held: list[bytes] | None = None
        self.released = asyncio.Event()

    def open_frame(self) -> frames.Open:
        """What the owner has to know."""
        session = self.session
        self.identity = session.admitted
        shown = session.shown
        return frames.Open(
            *(self.no, self.table, shown.player, shown.name, shown.role, shown.sid),
            address=session.address,
            is_text=session.wire.is_text,
            hears_chat=session.hears_chat,
            hears_presence=session.hears_presence,
            hears_waiting=session.hears_waiting,
        )

    def forward_frame(self, pending: Pending) -> frames.Forward:
        """A message, encoded again: so it is as strict as this server's decoder."""
        session, encoded = self.session, self.session.wire.encode(pending.message)
        return frames.Forward(self.no, pending.no, session.line.latency_ms, encoded)

    def rewatch_frame(self) -> frames.Rewatch:
        """Where the client is."""
        watch = self.rewatch()
        return frames.Rewatch(self.no, watch.after_seq, watch.epoch, watch.key)

    def reopening_frames(self) -> list[frames.ToOwner]:
        """All that a new owner needs: the connection, what was not answered, and the place.

        What was carried out is answered before the events that it caused, so the place comes last;
        but before messages of those who watch.  A `watch` tells the place itself.
        """
        if self.held is not None:
            self.hold()
        self._sent_before = set(self.pending)
        told: list[frames.ToOwner] = [self.open_frame()]
        knows_place = not self.is_watching
        for pending in self.pending.values():
            if not knows_place and needs_watching(pending.message):
                if not isinstance(pending.message, Watch):
                    told.append(self.rewatch_frame())
                knows_place = True
            told.append(self.forward_frame(pending))
        if not knows_place:
            told.append(self.rewatch_frame())
        return told

    def rewatch(self) -> Watch:
        """The same as the message of a client that comes back."""
        branch, seq = self._reached() or (None, None)
        return Watch("", self.table, seq, branch, key=self.key)

    def _reached(self) -> tuple[int, int] | None:
        """The branch and the seq that the client has; None if it needs a snapshot."""
        if self._last is not None:
            self._seen = frames.reached(self._last, is_text=self.session.wire.is_text)
            self._last = None
        return self._seen

    def lines(self, *, is_answered: bool) -> list[str]:
        """The ids of what another owner must not say, since one may have said it.

        If this one has answered all that it got, those are lines that were sent before it.
        """
        lines = [key for key, one in self.pending.items() if isinstance(one.message, Chat | React)]
        return [key for key in lines if not is_answered or key in self._sent_before]

    def refuse(self, late: Iterable[str]) -> None:
        """Refuse messages that have no answer."""
        for key in late:
            pending, refusal = self.pending.pop(key), reject(key, "table_unavailable")
            if not pending.settle(outcome_of(self.table, refusal)):
                self.session.pass_on(key, refusal.code, self.session.wire.encode(refusal))

    # ---- from the owner

    def answered(self, frame: frames.Answered) -> None:
        """Answer the client."""
        pending = self.pending.pop(frame.id, None)
        if pending is not None:
            if frame.code == ACCEPTED:
                self._follow(pending.message)
            elif isinstance(pending.message, Watch) and self.is_watching:
                # A new owner may not know that the client watches.
                self._gate.tell_place(self)
            if pending.outcome is not None:
                pending.settle(self._outcome(frame))
                return
        self.session.pass_on(frame.id, frame.code, frame.frame)

    def _outcome(self, frame: frames.Answered) -> WatchOutcome:
        if frame.code == ACCEPTED:
            return WatchOutcome(self.table)
        return outcome_of(
            self.table, frames.rejected(frame.frame, is_text=self.session.wire.is_text)
        )

    @property
    def asks_to_watch(self) -> bool:
        """Whether it may be watched soon, and is not yet."""
        if self.is_watching:
            return False
        return any(isinstance(one.message, Watch) for one in self.pending.values())

    def _follow(self, message: ClientMessage) -> None:
        if isinstance(message, Watch):
            self.begin_to_watch(message)
        elif isinstance(message, Unwatch):
            self.end_watching()

    def begin_to_watch(self, message: Watch) -> None:
        """A `watch` was accepted: its frames follow."""
        asked = None
        if message.after_seq is not None and message.epoch is not None:
            asked = (message.epoch, message.after_seq)
            before = self._reached() if self.is_watching else None
            if before is not None and before[0] == message.epoch:
                # It was shown more while its message was on the way.
                asked = max(asked, before)
        self.is_watching, self.key = True, message.key
        self._seen, self._last = asked, None
        self.session.watched[self.table] = self

    def end_watching(self) -> None:
        """An `unwatch` was accepted."""
        self.is_watching, self._seen, self._last = False, None, None
        if self.session.watched.get(self.table) is self:
            del self.session.watched[self.table]

    def shown(self, frame: bytes, shared: SharedContext | None) -> None:
        """Show the client a frame about the table."""
        if self.held is not None:
            self.held.append(frame)
            return
        if frames.shows_state(frame):
            self._last = frame
        self.session.send_table_frame(frame, shared)

    def hold(self) -> None:
        """Hold what is shown, from now on or again from the client's place."""
        self.held = []
        self.released.clear()

    def release(self) -> None:
        """Send what was held."""
        held, self.held = self.held, None
        for frame in held or ():
            self.shown(frame, None)
        self.released.set()

    # ---- from the session

    def forget(self, viewer: Session) -> None:
        """Part of `Watched`."""
        self._gate.close(self)

    def show_snapshot(self, viewer: Session) -> None:
        """Part of `Watched`."""
        self._seen, self._last = None, None
        self._gate.resync(self)

    def fail(self, error: Exception) -> None:
        """Part of `Isolated`."""
        self.session.fail(error)


class TableElsewhere:
    """A table of another server, with the relays to it."""

    def __init__(self) -> None:
        self.owner: Peer | None = None
        self.relays: dict[Session, Relay] = {}
        # The latest owner, which has lost the table or was not heard.
        self.former: Peer | None = None
        self.shared = SharedContext()
        # Looks for the owner, while it is not known.
        self.looking: asyncio.Task[None] | None = None
