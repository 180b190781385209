"""Holds frames and answers back until the change that caused them is committed.

With durable acks everything waits here, in order, until the journal reports the commit; play goes
on meanwhile.  Without durable acks the gate is open.  A player's command that moves chips between
accounts and the table closes it until that change is stored.  So does a change that reveals cards;
but in an outage the gate opens for cards, and they are shown ahead of the database.

Answers that need no commit wait here as well, if earlier answers to the same viewer do.
"""

from collections import deque
from collections.abc import Callable, Collection
from typing import Any, Protocol

import structlog
from msgspec import Struct

from pokerws.game.state import TableId
from pokerws.messages import Accepted, HandEvents, Ledger, Rejected, reject
from pokerws.server.isolation import Isolated, attempt, fail

Send = Callable[[], None]
# The answer of a table to a message.
TableAnswer = Accepted | HandEvents | Ledger | Rejected

log = structlog.get_logger("pokerws.commit_gate")


class Receiver(Isolated, Protocol):
    """A viewer for whom the gate holds answers or frames."""

    def answer(self, message: TableAnswer) -> None:
        """Send the answer to a command."""

    def close_moved(self, table: TableId) -> None:
        """Close the connection: another process owns the table now."""


class Frames(Protocol):
    """The frames of some events, as one object for all viewers."""

    def show(self, viewers: Collection[Any]) -> None:
        """Send each of these viewers its frame.  A failure of one must not stop the others."""


class _Answer(Struct):
    """An answer, held until event `seq` is stored."""

    seq: int
    viewer: Receiver
    message: TableAnswer

    def release(self) -> None:
        try:
            self.viewer.answer(self.message)
        except Exception as error:  # noqa: BLE001  `fail` reports it
            fail(self.viewer, error)

    def refuse(self) -> None:
        refusal = reject(self.message.id, "table_unavailable")
        attempt(self.viewer, self.viewer.answer, refusal)


class _Call(Struct):
    """A held call, on behalf of a viewer or of the server itself."""

    seq: int
    viewer: Receiver | None
    send: Send
    refused: Send | None

    def release(self) -> None:
        _call(self.viewer, self.send)

    def refuse(self) -> None:
        if self.refused is not None:
            _call(self.viewer, self.refused)


class _Frames(Struct):
    """The frames of the events from `first` to `seq`, or of a snapshot if `first` is 0.

    `viewers` are the viewers at that time, without those that have left since.
    """

    seq: int
    first: int
    frames: Frames
    viewers: dict[Any, None]
    viewer: None = None

    def release(self) -> None:
        self.frames.show(self.viewers)

    def refuse(self) -> None:
        """Nobody sees events that are not stored."""


_Held = _Answer | _Call | _Frames


class CommitGate:
    """Holds back frames and answers.  `written` is the seq up to which everything is stored.

    On a hot path, check `is_open` first and send directly.
    """

    __slots__ = (
        *("_ahead", "_answers", "_cards_until", "_closed_until", "_held", "_written"),
        *("is_durable", "is_open"),
    )

    def __init__(self, *, durable: bool, written: int) -> None:
        self.is_durable = durable
        self._written = written
        # Without durable acks: the seq that must be stored before the gate opens again.
        self._closed_until = 0
        # The same for cards, and the latest seq up to which cards were shown without being stored.
        self._cards_until = self._ahead = 0
        # Created when needed: an empty deque takes 600 bytes, and each table has a gate.
        self._held: deque[_Held] | None = None
        # How many answers to each viewer are held.
        self._answers: dict[Receiver, int] = {}
        # Whether nothing is held back; a plain attribute, since every action reads it.
        self.is_open = not durable

    def __len__(self) -> int:
        return 0 if self._held is None else len(self._held)

    @property
    def written(self) -> int:
        """The seq up to which everything is stored."""
        return self._written

    @property
    def is_closed(self) -> bool:
        """Whether new frames are held back until their event is stored."""
        # Without another property, since every change passes here.
        written = self._written
        return self.is_durable or self._closed_until > written or self._cards_until > written

    @property
    def holds_chips(self) -> bool:
        """Whether new frames are held back whatever happens: by durable acks, or moving chips."""
        return self.is_durable or self._closed_until > self._written

    @property
    def holds_cards(self) -> bool:
        """Whether frames are held back only because they reveal cards."""
        return not self.holds_chips and self._cards_until > self._written

    @property
    def shown_seq(self) -> int:
        """A seq up to which cards may have been shown, stored or not; cards after it were not."""
        return max(self._written, self._ahead)

    def close(self, seq: int) -> None:
        """Hold everything back until event `seq` is stored, durable acks or not."""
        self._closed_until = max(self._closed_until, seq)
        self.is_open = False

    def close_for_cards(self, seq: int) -> None:
        """Hold everything back until event `seq` is stored, or cards are shown ahead."""
        self._cards_until = max(self._cards_until, seq)
        self.is_open = False

    def show_ahead(self, seq: int) -> None:
        """Cards are shown up to event `seq`, which is not stored: release what waits for that.

        What moving chips hold is still held.
        """
        self._cards_until = 0
        self._ahead = max(self._ahead, seq)
        self._release()

    def holds(self, seq: int) -> bool:
        """Whether frames of event `seq` must be held.

        They are also held while earlier ones are being released, so that the order stays.
        """
        return self._held is not None or (self.is_closed and seq > self._written)

    def send(self, seq: int, send: Send) -> None:
        """Call `send` once everything up to event `seq` is stored, possibly at once."""
        if self.holds(seq):
            self.hold(seq, send)
        else:
            send()

    def hold(
        self, seq: int, send: Send, refuse: Send | None = None, viewer: Receiver | None = None
    ) -> None:
        """Call `send`, on behalf of `viewer`, once everything up to event `seq` is stored.

        `refuse` is called instead if that event will never be stored.
        """
        if viewer is not None:
            self._answers[viewer] = self._answers.get(viewer, 0) + 1
        self._hold(_Call(seq, viewer, send, refuse))

    def hold_answer(self, seq: int, viewer: Receiver, message: TableAnswer) -> None:
        """Send an answer once everything up to event `seq` is stored; refuse it otherwise."""
        answers = self._answers
        answers[viewer] = answers.get(viewer, 0) + 1
        self._hold(_Answer(seq, viewer, message))

    def hold_frames(
        self, seq: int, frames: Frames, viewers: dict[Any, None], first: int = 0
    ) -> None:
        """The same for frames of viewers, which `forget_frames` can drop.

        They have the events from `first` to `seq`; it is 0 for snapshots.  `viewers` is kept.
        """
        self._hold(_Frames(seq, first, frames, viewers))

    def hold_behind(self, viewer: Receiver, send: Send) -> None:
        """Call `send` after all that is held now, whether that is stored or refused."""
        self.hold(0, send, send, viewer)

    def _hold(self, held: _Held) -> None:
        if self._held is None:
            self._held = deque()
        self._held.append(held)
        self.is_open = False

    # ---- what is held for one viewer

    @property
    def waiting(self) -> list[Receiver]:
        """The viewers to whom answers are held."""
        return list(self._answers)

    def answers_to(self, viewer: Receiver) -> int:
        """How many answers to a viewer are held."""
        return self._answers.get(viewer, 0)

    def has_frames(self, viewer: Receiver) -> bool:
        """Whether frames of a viewer are held."""
        return bool(self._frames_of(viewer))

    def reached(self, viewer: Receiver, seq: int) -> int:
        """The seq that a viewer with the events up to `seq` has reached after its held frames."""
        frames = self._frames_of(viewer)
        # Otherwise it lacks events before those that are held.
        if not frames or frames[0].first > seq + 1:
            return seq
        return max(seq, *(held.seq for held in frames))

    def _frames_of(self, viewer: Receiver) -> list[_Frames]:
        return [h for h in self._held or () if isinstance(h, _Frames) and viewer in h.viewers]

    def advance(self, seq: int) -> None:
        """Everything up to `seq` is stored: release what was held for it."""
        if seq > self._written:  # noqa: PLR1730  every change passes here
            self._written = seq
        if self._held is not None:
            self._release()
        elif not self.is_open:
            self.is_open = not self.is_closed

    def _release(self) -> None:
        # What is released may change everything here.
        while self._held:
            held = self._held[0]
            if held.seq > self._written and self.is_closed:
                return
            self._held.popleft()
            viewer = held.viewer
            # Nearly always a viewer's only answer.
            if viewer is not None and (count := self._answers.pop(viewer, 0)) > 1:
                self._answers[viewer] = count - 1
            held.release()
        self._held = None
        self.is_open = not self.is_closed

    def go_back(self, seq: int) -> None:
        """The database has gone back to event `seq`: only up to that is everything stored."""
        self._ahead = self.shown_seq
        if self._cards_until <= self._written:
            self._cards_until = 0
        self._written = min(self._written, seq)

    def forget_frames(self, viewer: Receiver) -> None:
        """Drop the held frames of a viewer that does not want them any more."""
        for held in self._frames_of(viewer):
            del held.viewers[viewer]
            if not held.viewers:
                self._held = deque(one for one in self._held or () if one is not held)

    def forget(self, viewer: Receiver) -> None:
        """Drop all that is held for a viewer that has left."""
        if self._answers.pop(viewer, 0) and self._held is not None:
            self._held = deque(held for held in self._held if held.viewer is not viewer)
        self.forget_frames(viewer)

    def refuse(self) -> None:
        """The held events will never be stored: refuse their commands, and drop the frames."""
        held = self._held or ()
        self.discard()
        for one in held:
            one.refuse()

    def discard(self) -> None:
        """Drop everything that is held."""
        self._held = None
        self._answers.clear()


def _call(viewer: Receiver | None, send: Send) -> None:
    if viewer is not None:
        attempt(viewer, send)
        return
    try:
        send()
    except Exception:
        # What is held behind it must be released all the same.
        log.exception("held_call_failed")
