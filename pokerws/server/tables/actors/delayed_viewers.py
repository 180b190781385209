"""Shows a table late to those without a seat, for tables that are streamed.

Viewers without a seat see a state of the past, which follows the table after `delay_ms`, and when
`delay_hands` more hands have started.  They get nothing newer: no events, snapshot, chat or hand
number, and not why no hand is dealt.  Players with a seat see the table as it is, on all their
connections.

After it was loaded, a table shows its past from that time on, so nobody without a seat sees it
before the delay is over.  Late frames also pass the commit gate, behind all that it holds.
"""

from collections import deque
from collections.abc import Callable, Collection, Sequence
from copy import deepcopy
from typing import NamedTuple

from pokerws.game.apply import apply
from pokerws.game.events import CardsDrawn, HandStarted, HoleCardsDealt, TableEvent
from pokerws.game.illegal import Details
from pokerws.game.redaction import (
    redact,
    redact_all,
    redact_later,
    redact_table,
    redact_table_later,
)
from pokerws.game.seating.waiting_for import waiting_for
from pokerws.game.state import PlayerId, Table
from pokerws.messages import NOTICES, Events, Notice, Refused, ServerMessage, Snapshot, Watch
from pokerws.server.clock import Alarm, Clock
from pokerws.server.tables.commit_gate import CommitGate, Frames
from pokerws.server.tables.interfaces import Viewer
from pokerws.server.tables.recent_events import RecentEvents
from pokerws.server.tables.shown import Shown, ShownAsIs, ShownLater

# More are left out.  Once half of these are shown, a copy of the table takes the place of the rest.
MAX_STEPS = 4096


class Public(NamedTuple):
    """When everybody may see something: from a moment of table time on, and from a hand on."""

    at_ms: int
    hand: int = 0

    def is_by(self, now: "Public") -> bool:
        """Whether that has come."""
        return self.at_ms <= now.at_ms and self.hand <= now.hand


class _Step(NamedTuple):
    """What is shown late: a whole state, or the events up to `seq`, or something said."""

    # Not before this moment, and not before the delay after this hand.
    at_ms: int
    hand: int
    seq: int
    # When the events happened, for the time that remains in their deadlines.
    now_ms: int
    events: Sequence[TableEvent] = ()
    state: Table | None = None
    say: Callable[[Viewer], None] | None = None


class DelayedViewers:
    """The viewers of `table` who have no seat.  `history` has its newest events."""

    __slots__ = (
        *("_alarm", "_branch", "_clock", "_gate", "_hand_seq", "_hidden_hand", "_history"),
        *("_is_full", "_late", "_past", "_prompt", "_reached", "_stopped", "_table"),
        "_waiting",
    )

    def __init__(
        self, table: Table, branch: int, gate: CommitGate, history: RecentEvents, clock: Clock
    ) -> None:
        self._table = table
        self._branch = branch
        self._gate = gate
        self._history = history
        self._clock = clock
        # The table as it is shown late; None until the first delay is over.
        self._past: Table | None = None
        # The seq of the start of the past's hand; 0 if that is not known.
        self._hand_seq = 0
        # A hand that was not over when its cards were dealt here: they stay hidden.
        self._hidden_hand = 0
        self._waiting: deque[_Step] = deque()
        self._prompt: dict[Viewer, None] = {}
        self._late: dict[Viewer, None] = {}
        # The seq up to which a late viewer has seen the present, when the viewer had a seat.
        self._reached: dict[Viewer, int] = {}
        self._alarm: Alarm | None = None
        self._is_full = self._stopped = False
        self._add_state()

    @property
    def _delay_ms(self) -> int:
        return self._table.config.company.delay_ms

    @property
    def _shown_hand(self) -> int:
        """The latest hand that the delay by hands allows to show."""
        return self._table.hand_number - self._table.config.company.delay_hands

    def is_late(self, player: PlayerId) -> bool:
        """Whether a player sees the table late, since the player has no seat."""
        return self._table.seat_of(player) is None

    def knows_more(self, viewer: Viewer) -> bool:
        """Whether a viewer has seen more than late viewers have."""
        return viewer in self._prompt or viewer in self._reached

    # ---- viewers

    def enter(self, viewer: Viewer) -> bool:
        """Add a viewer; returns whether it sees the table late."""
        is_late = self.is_late(viewer.player)
        self.leave(viewer)
        (self._late if is_late else self._prompt)[viewer] = None
        return is_late

    def follow_on(self, viewer: Viewer) -> None:
        """Add a viewer who has seen the table so far; the host has just set a delay."""
        if self.enter(viewer):
            self._reached[viewer] = self._table.seq
            self._send(viewer, Notice("delayed", NOTICES["delayed"], self._table.id))

    def leave(self, viewer: Viewer) -> None:
        """Remove a viewer, if it is one."""
        self._prompt.pop(viewer, None)
        self._late.pop(viewer, None)
        self._reached.pop(viewer, None)

    def catch_up(self, viewer: Viewer, message: Watch) -> None:
        """Send a late viewer the past events that it lacks, or a snapshot of the past."""
        self._send(viewer, Notice("delayed", NOTICES["delayed"], self._table.id))
        past, seq = self._past, message.after_seq
        if past is None or seq is None or message.epoch != self._branch:
            self.show_snapshot(viewer)
        elif seq > past.seq:
            # Nothing tells whether the table has come so far.
            self._reached[viewer] = seq
        elif seq < past.seq:
            missed = None if self._shows_cards else self._history.after(seq)
            if missed is None:
                self.show_snapshot(viewer)
                return
            events = redact_all(missed[: past.seq - seq], None)
            now_ms = self._clock.table_ms()
            self._send(viewer, Events(past.id, self._branch, seq + 1, now_ms, events))

    def show_snapshot(self, viewer: Viewer) -> None:
        """Send a late viewer a snapshot of the past, if there is one yet."""
        past = self._past
        if past is None:
            return
        self._reached.pop(viewer, None)
        number = past.hand_number
        state = redact_table_later(past) if self._reveals(number) else redact_table(past, None)
        now_ms = self._clock.table_ms()
        why = waiting_for(past)
        self._send(
            viewer, Snapshot(past.id, self._branch, past.seq, now_ms, state, waiting_for=why)
        )

    # ---- what happens

    def follow(
        self, events: Sequence[TableEvent], now_ms: int
    ) -> tuple[dict[Viewer, None], list[Viewer]]:
        """Keep new events for later; returns the viewers who see them now, and those who need a
        snapshot.

        A player who has just sat down needs one.  A player who has just stood up sees these events,
        and no later ones before the other late viewers do.
        """
        at_ms = self._clock.table_ms() + self._delay_ms
        table = self._table
        self._add(_Step(at_ms, table.hand_number, table.seq, now_ms, events))
        now = self._prompt.copy()
        for viewer in now:
            if self.is_late(viewer.player):
                del self._prompt[viewer]
                self._late[viewer] = None
                self._reached[viewer] = self._table.seq
        arrived = [viewer for viewer in self._late if not self.is_late(viewer.player)]
        for viewer in arrived:
            self.enter(viewer)
        if self._table.closed:
            # Nothing is played here any more.
            if self._is_full:
                self._add_state()
            while self._waiting:
                self._show(self._waiting.popleft())
        elif self._table.config.company.delay_hands:
            self._show_due()
        return now, arrived

    def say_later(self, say: Callable[[Viewer], None]) -> Public:
        """Call `say` for each late viewer after the delay; returns when that is."""
        now_ms, hand = self._clock.table_ms(), self._table.hand_number
        step = _Step(now_ms + self._delay_ms, hand, self._table.seq, now_ms, say=say)
        self._add(step)
        return Public(step.at_ms, hand + self._table.config.company.delay_hands)

    def stop(self) -> None:
        """Show nothing more."""
        self._stopped = True
        self._waiting.clear()
        if self._alarm is not None:
            self._alarm.cancel()

    # ---- what was

    def check_hand(self, number: int) -> None:
        """Raise Refused for a hand that is not over in the past."""
        past = self._past
        if past is None or (past.hand is not None and past.hand.number == number):
            raise Refused("hand_not_over")
        if not 1 <= number <= past.hand_number:
            played = Details(field="hand", min=1, max=past.hand_number)
            raise Refused("unknown_hand", f"there was no hand {number}", played)

    @property
    def hands_before_seq(self) -> int:
        """The hands that begin before this event are over in the past."""
        if self._past is None:
            return 1
        return self._past.seq + 1 if self._past.hand is None else max(1, self._hand_seq)

    # ---- steps

    def _add(self, step: _Step) -> None:
        if self._stopped or self._is_full:
            return
        self._waiting.append(step)
        self._is_full = len(self._waiting) >= MAX_STEPS
        self._arm()

    def _add_state(self) -> None:
        self._is_full = False
        now_ms = self._clock.table_ms()
        state = deepcopy(self._table)
        at_ms = now_ms + self._delay_ms
        self._waiting.append(_Step(at_ms, state.hand_number, state.seq, now_ms, state=state))
        self._arm()

    def _arm(self) -> None:
        """Set the alarm for the next step, unless that waits for a hand to start."""
        if self._alarm is not None or not self._waiting or self._stopped:
            return
        step = self._waiting[0]
        if step.hand <= self._shown_hand:
            self._alarm = self._clock.call_at_table(step.at_ms, self._ring)

    def _ring(self) -> None:
        self._alarm = None
        self._show_due()

    def _show_due(self) -> None:
        now_ms, hand = self._clock.table_ms(), self._shown_hand
        while self._waiting and self._waiting[0].at_ms <= now_ms and self._waiting[0].hand <= hand:
            self._show(self._waiting.popleft())
        if self._is_full and len(self._waiting) <= MAX_STEPS // 2:
            self._add_state()
        self._arm()

    def _show(self, step: _Step) -> None:
        if step.say is not None:
            heard = [one for one in self._late if self._reached.get(one, 0) <= step.seq]
            self._pass(ShownLater(step.say), heard)
            return
        if step.state is not None:
            self._past, self._hand_seq = step.state, 0
            for viewer in list(self._late):
                if self._is_behind(viewer, step.seq):
                    self.show_snapshot(viewer)
            return
        past = self._past
        if past is None or step.seq <= past.seq:
            return
        first_seq = past.seq + 1
        seen = [self._next(past, event) for event in step.events]
        message = Events(past.id, self._branch, first_seq, step.now_ms, seen)
        self._pass(Shown(message), [one for one in self._late if self._is_behind(one, step.seq)])

    def _next(self, past: Table, event: TableEvent) -> TableEvent:
        """Apply an event to the past; returns it as late viewers see it."""
        apply(past, event)
        if isinstance(event, HandStarted):
            self._hand_seq = past.seq
        if isinstance(event, HoleCardsDealt | CardsDrawn) and not self._reveals(past.hand_number):
            self._hidden_hand = past.hand_number
        return redact_later(event) if self._reveals(past.hand_number) else redact(event, None)

    def _is_behind(self, viewer: Viewer, seq: int) -> bool:
        """Whether a viewer has not seen event `seq`."""
        reached = self._reached.get(viewer, 0)
        if reached <= seq:
            self._reached.pop(viewer, None)
        return reached < seq

    @property
    def _shows_cards(self) -> bool:
        return self._table.config.company.show_cards_later

    def _reveals(self, hand: int) -> bool:
        """Whether late viewers see all hole cards of a hand, which must be over by now."""
        if not self._shows_cards or hand == self._hidden_hand:
            return False
        live = self._table.hand
        return live is None or live.number != hand

    def _send(self, viewer: Viewer, message: ServerMessage) -> None:
        self._pass(ShownAsIs(viewer.wire.encode(message)), [viewer])

    def _pass(self, frames: Frames, viewers: Collection[Viewer]) -> None:
        """Send frames, behind all that the gate holds."""
        if self._gate.holds(self._table.seq):
            self._gate.hold_frames(self._table.seq, frames, dict.fromkeys(viewers))
        else:
            frames.show(viewers)
