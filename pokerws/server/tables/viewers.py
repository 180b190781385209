"""Sends each viewer of a table its view of the events.

Visibility is decided in `game/redaction` alone.  Everything passes the table's commit gate: with
durable acks nothing is sent before it is stored.
"""

from collections.abc import Callable, Sequence
from functools import partial

from pokerws.game.events import HandCancelled, HandEnded, PlayerStood, TableEvent
from pokerws.game.illegal import Details
from pokerws.game.redaction import (
    are_public,
    deal_in,
    insiders,
    redact_all,
    redact_for_each,
    redact_table,
)
from pokerws.game.seating.waiting_for import WaitingFor, waiting_for
from pokerws.game.state import PlayerId, Table, TableId
from pokerws.messages import (
    Accepted,
    Broadcast,
    Events,
    GetHand,
    Notice,
    PresenceState,
    Refused,
    ServerMessage,
    Snapshot,
    TableWaiting,
    Watch,
    reject,
)
from pokerws.messages.state_hash import state_hash, state_hashes
from pokerws.server.clock import Clock
from pokerws.server.isolation import each
from pokerws.server.net.shared_context import SharedContext
from pokerws.server.tables.actors.delayed_viewers import DelayedViewers
from pokerws.server.tables.commit_gate import CommitGate, TableAnswer
from pokerws.server.tables.event_log import LogUnavailable
from pokerws.server.tables.hands.hand_answer import hand_answer
from pokerws.server.tables.interfaces import Viewer
from pokerws.server.tables.recent_events import HandPart, RecentEvents
from pokerws.server.tables.shown import Shown, ShownAsIs, ShownDeal, ShownLater, shown_notice

# Events that pass a multiple of this number carry a hash of the state.  Hashes for six players cost
# three quarters of an action: 0.8 % of the actions in between.
HASH_EVERY = 256
# Missed events are sent in messages of so many, so that none is longer than clients expect.
MISSED_EVENTS = 256
# How long new viewers of a table are told that a hand was cancelled.
TELL_CANCELLED_MS = 60_000
CANCELLED = (
    "hand {} was cancelled after a fault, since players may have seen more of its cards than is "
    "stored; everybody has the chips from before it"
)


class Viewers:
    """The viewers of `table`, whose log is on `branch`.

    `absent` returns the seated players without a connection, as viewers know them.
    """

    __slots__ = (
        *("_absent", "_cancelled", "_clock", "_compression", "_config", "_branch", "_gate"),
        *("_history", "_joining", "_table", "delayed", "viewers"),
    )

    def __init__(
        self,
        table: Table,
        branch: int,
        gate: CommitGate,
        history: RecentEvents,
        clock: Clock,
        *,
        absent: Callable[[TableId], Sequence[PlayerId]],
    ) -> None:
        self.viewers: dict[Viewer, None] = {}
        self._table = table
        self._branch = branch
        self._gate = gate
        self._history = history
        self._clock = clock
        self._absent = absent
        # Only of messages that are the same for everybody.
        self._compression = SharedContext()
        # A hand that was cancelled, and until when new viewers are told.
        self._cancelled = (0, 0)
        # Viewers whose answer to `watch` is still held.
        self._joining: dict[Viewer, Watch] = {}
        # Set if viewers without a seat see the table late.
        self.delayed: DelayedViewers | None = None
        self._look_at_config()

    # ---- joining and leaving

    async def read_back(self, message: Watch) -> list[TableEvent]:
        """Events that a viewer missed and memory has dropped, to be passed to `join`."""
        if message.after_seq is None or message.epoch != self._branch:
            return []
        return await self._history.read_back(message.after_seq)

    def join(self, viewer: Viewer, message: Watch, older: Sequence[TableEvent]) -> None:
        """Add a viewer, and send the events that it missed, or a snapshot.

        A `watch` of several tables was answered before.
        """
        self._enter(viewer, message, is_held=self._holds, refuse=self._kept_out)
        if self.delayed is not None and self.delayed.is_late(viewer.player):
            self.delayed.catch_up(viewer, message)
            return
        missed = None
        if message.after_seq is not None and message.epoch == self._branch:
            missed = self._missed(viewer, message.after_seq, older)
        if missed is None:
            self.show_snapshot(viewer)
        else:
            if missed:
                self._show_missed(viewer, redact_all(missed, viewer.player))
            if viewer.hears_waiting and (why := waiting_for(self._table)):
                self.send_to(viewer, TableWaiting(self._table.id, why))
            self._show_absent(viewer)
        self._tell_cancelled(viewer)

    def _missed(
        self, viewer: Viewer, after_seq: int, older: Sequence[TableEvent]
    ) -> list[TableEvent] | None:
        """The events that a viewer lacks, without those that are held for it; None if unknown."""
        reached = self._gate.reached(viewer, after_seq)
        return self._history.after(reached, older if reached == after_seq else ())

    def _show_missed(self, viewer: Viewer, missed: Sequence[TableEvent]) -> None:
        seq, now_ms = self._table.seq - len(missed) + 1, self._clock.table_ms()
        own_hash = state_hash(self._table, viewer.player)
        for first in range(0, len(missed), MISSED_EVENTS):
            events = list(missed[first : first + MISSED_EVENTS])
            is_last = first + len(events) == len(missed)
            part = self._events(seq + first, events, now_ms, own_hash if is_last else None)
            # One at a time, since a viewer has only one frame in each entry of the gate.
            self._show_one(viewer, part, part.seq)

    def wait(self, viewer: Viewer, message: Watch) -> None:
        """Add a viewer during a pause; its snapshot is sent when play goes on.  Raises Illegal."""
        if viewer in self.viewers:
            raise Refused("paused")
        self._enter(viewer, message, is_held=bool(self._gate.answers_to(viewer)))
        self.show_snapshot(viewer)

    def _enter(
        self,
        viewer: Viewer,
        message: Watch,
        *,
        is_held: bool,
        refuse: Callable[[Viewer, Watch], None] | None = None,
    ) -> None:
        """Add a viewer and answer its `watch`, at once or when what is held has been sent."""
        is_new = viewer not in self.viewers
        self.viewers[viewer] = None
        if self.delayed is not None:
            self.delayed.enter(viewer)
        if message.tables is not None:
            return
        if not is_held:
            viewer.answer(Accepted(message.id, table=self._table.id))
            return
        if is_new:
            self._joining[viewer] = message
        enter = partial(self._entered, viewer, message)
        refused = enter if refuse is None else partial(refuse, viewer, message)
        seq = 0 if refuse is None else self._table.seq
        self._gate.hold(seq, enter, refused, viewer)
        viewer.held_by(self._gate, self._table.id)

    def _entered(self, viewer: Viewer, message: Watch) -> None:
        if self._joining.get(viewer) is message:
            del self._joining[viewer]
        viewer.answer(Accepted(message.id, table=self._table.id))

    def _kept_out(self, viewer: Viewer, message: Watch) -> None:
        if self._joining.get(viewer) is message:
            self.leave(viewer)
        viewer.answer(reject(message.id, "table_unavailable"))

    def leave(self, viewer: Viewer) -> None:
        """Remove a viewer, if it is one; frames that are held for it are sent."""
        self.viewers.pop(viewer, None)
        self._joining.pop(viewer, None)
        if self.delayed is not None:
            self.delayed.leave(viewer)
        if not self.viewers:
            self._compression.forget()

    @property
    def listeners(self) -> list[Viewer]:
        """The viewers whose `watch` is answered."""
        return [viewer for viewer in self.viewers if viewer not in self._joining]

    @property
    def prompt_listeners(self) -> list[Viewer]:
        """Those of them who see the table as it is."""
        delayed = self.delayed
        return [one for one in self.listeners if delayed is None or not delayed.is_late(one.player)]

    def stop(self) -> None:
        """Show nothing more to late viewers."""
        if self.delayed is not None:
            self.delayed.stop()

    # ---- sending to all

    def publish(self, events: list[TableEvent], first_seq: int, now_ms: int) -> None:
        """Send new events to all viewers; `first_seq` is the seq of the first one."""
        table, seq = self._table, self._table.seq
        self._history.add(events, seq)
        if table.hand is None and not self._history.has_log:
            self._note_end(events, first_seq, now_ms)
        viewers, arrived = self.viewers, list[Viewer]()
        if self.delayed is not None:
            viewers, arrived = self.delayed.follow(events, now_ms)
        if viewers:
            self._show_all(events, first_seq, now_ms, viewers)
        each(arrived, self.show_snapshot)
        if self._config is not table.config:
            self._look_at_config()

    def _look_at_config(self) -> None:
        """Show the table late from now on, if its config says so, and did not before."""
        self._config, parts = self._table.config, (self._gate, self._history, self._clock)
        if self.delayed is None and self._config.company.is_delayed:
            self.delayed = DelayedViewers(self._table, self._branch, *parts)
            each(list(self.viewers), self.delayed.follow_on)

    def _show_all(
        self, events: list[TableEvent], first_seq: int, now_ms: int, viewers: dict[Viewer, None]
    ) -> None:
        table, seq = self._table, self._table.seq
        if seq // HASH_EVERY != (first_seq - 1) // HASH_EVERY:
            shown = self._hashed(events, first_seq, now_ms)
        elif are_public(events):
            message = Events(table.id, self._branch, first_seq, now_ms, events)
            shown = Shown(message, self._compression)
        else:
            shown = self._redacted(events, first_seq, now_ms)
        if self._gate.is_open or not self._gate.holds(seq):
            shown.show(viewers)
        else:
            self._gate.hold_frames(seq, shown, viewers.copy(), first_seq)

    def _redacted(self, events: list[TableEvent], first_seq: int, now_ms: int) -> Shown:
        """Events of which some players see more than others."""
        deal = deal_in(events)
        if deal is not None:
            # Cards dealt face up are the same for everybody.
            shared = None if deal.own else self._compression
            return ShownDeal(self._events(first_seq, deal.events, now_ms), shared, deal=deal)
        seen_by = redact_for_each(events, insiders(events))
        hidden = seen_by[None]
        for_others = self._events(first_seq, hidden, now_ms)
        own = {
            player: self._events(first_seq, seen, now_ms)
            for player, seen in seen_by.items()
            if player is not None and seen != hidden
        }
        shared = None if own else self._compression
        return Shown(for_others, shared, own)

    def _note_end(self, events: list[TableEvent], first_seq: int, now_ms: int) -> None:
        """Note the end of a hand for the list of hands."""
        for seq, event in enumerate(events, start=first_seq):
            if type(event) in (HandEnded, HandCancelled):
                stood = {event.player for event in events if isinstance(event, PlayerStood)}
                seated = {seat.player for seat in self._table.seats if seat is not None}
                self._history.note_end(seq, now_ms, stood | seated)

    def _hashed(self, events: list[TableEvent], first_seq: int, now_ms: int) -> Shown:
        """Events with the hash of the state, which players with hidden cards have each."""
        hashes = state_hashes(self._table)
        seen = redact_for_each(events, insiders(events))
        for_all, hidden = hashes[None], seen[None]
        own = {
            player: self._events(
                first_seq, seen.get(player, hidden), now_ms, hashes.get(player, for_all)
            )
            for player in seen.keys() | hashes.keys()
            if player is not None
        }
        return Shown(self._events(first_seq, hidden, now_ms, for_all), None, own)

    def notify(self, code: str, message: str) -> None:
        """Send all viewers a notice.

        It bypasses the gate, since it is about no event; but it is not sent before the answer to
        the viewer's `watch`.
        """
        notice = shown_notice(Notice(code, message, self._table.id), self._compression)
        notice.show(self.listeners)
        if self._joining:
            self._gate.hold_frames(0, notice, dict.fromkeys(self._joining), self._table.seq + 1)

    def tell_waiting(self, why: WaitingFor | None) -> None:
        """Tell all viewers why no hand is dealt, or that one is; late ones later."""
        message = Broadcast(TableWaiting(self._table.id, why))

        def tell(viewer: Viewer) -> None:
            if viewer.hears_waiting:
                viewer.send_table_frame(message.on(viewer.wire))

        each(self.prompt_listeners, tell)
        if self.delayed is not None:
            self.delayed.say_later(tell)

    def latest_events(self, count: int) -> list[TableEvent]:
        """Up to `count` newest events in memory."""
        return self._history.latest(count)

    def pack(self) -> bool:
        """Compress a part of the history; returns whether there is more to do."""
        self._compression.forget()
        return self._history.pack()

    # ---- sending to one

    def show_snapshot(self, viewer: Viewer) -> None:
        """Send a viewer the redacted table, and the absent players."""
        if self.delayed is not None and self.delayed.is_late(viewer.player):
            self.delayed.show_snapshot(viewer)
            return
        table, player = self._table, viewer.player
        state, now_ms = redact_table(table, player), self._clock.table_ms()
        own_seat = table.seat_of(player)
        own_hash = state_hash(table, player)
        snapshot = Snapshot(
            *(table.id, self._branch, table.seq, now_ms, state, own_seat, own_hash),
            waiting_for(table),
        )
        self._show_one(viewer, snapshot, 0)
        self._show_absent(viewer)

    def _show_absent(self, viewer: Viewer) -> None:
        """Tell a viewer which seated players have no connection, if any."""
        if not viewer.hears_presence:
            return
        seq = self._table.seq
        if self._gate.holds(seq):
            later = ShownLater(self._send_absent)
            self._gate.hold_frames(seq, later, {viewer: None}, seq + 1)
        else:
            self._send_absent(viewer)

    def _send_absent(self, viewer: Viewer) -> None:
        # Read when it is sent: until then, other viewers may be told of changes.
        if absent := self._absent(self._table.id):
            message = PresenceState(self._table.id, list(absent))
            viewer.send_table_frame(viewer.wire.encode(message))

    def note_cancelled(self, hand: int) -> None:
        """Tell the next viewers that a hand was cancelled when the table was loaded."""
        self._cancelled = hand, self._clock.table_ms() + TELL_CANCELLED_MS

    def _tell_cancelled(self, viewer: Viewer) -> None:
        """Tell a viewer, after its snapshot, if a hand was cancelled lately."""
        if self.delayed is not None and self.delayed.is_late(viewer.player):
            return
        hand, until_ms = self._cancelled
        if not until_ms or self._clock.table_ms() >= until_ms:
            return
        notice = Notice("hand_cancelled", CANCELLED.format(hand), self._table.id)
        self.send_to(viewer, notice)

    async def send_hand(self, viewer: Viewer, message: GetHand) -> None:
        """Answer with the events of a finished hand.  Raises Illegal."""
        table, number = self._table, message.hand
        if self.delayed is not None and self.delayed.is_late(viewer.player):
            self.delayed.check_hand(number)
        if table.hand is not None and table.hand.number == number:
            raise Refused("hand_not_over")
        if not 1 <= number <= table.hand_number:
            played = Details(field="hand", min=1, max=table.hand_number)
            raise Refused("unknown_hand", f"there was no hand {number}", played)
        answer: Callable[[TableAnswer], None] = partial(self.answer, viewer)
        found = self._history.hand(number)
        if found is None:
            # Events of the log are stored, so they need not pass the gate.
            found, answer = await self._read_hand(number), partial(self.answer_in_turn, viewer)
        answer(hand_answer(message, table, self._branch, found, viewer.player))

    async def _read_hand(self, number: int) -> HandPart:
        """A hand read from the log.  Raises Illegal."""
        try:
            found = await self._history.read_hand(number)
        except LogUnavailable as error:
            raise Refused("log_unavailable") from error
        if found is None:
            raise Refused("unknown_hand", f"what happened in hand {number} was not kept")
        return found

    # ---- through the gate

    @property
    def _holds(self) -> bool:
        """Whether frames about the latest event have to wait."""
        return not self._gate.is_open and self._gate.holds(self._table.seq)

    def answer(self, viewer: Viewer, message: TableAnswer) -> None:
        """Answer a viewer's message, once all events so far are stored."""
        gate, seq = self._gate, self._table.seq
        if gate.is_open or not gate.holds(seq):
            viewer.answer(message)
        else:
            gate.hold_answer(seq, viewer, message)
            viewer.held_by(gate, self._table.id)

    def answer_in_turn(self, viewer: Viewer, message: TableAnswer) -> None:
        """Answer a viewer's message after its earlier ones, even if these are refused."""
        if self._gate.answers_to(viewer):
            self._gate.hold_behind(viewer, partial(viewer.answer, message))
            viewer.held_by(self._gate, self._table.id)
        else:
            viewer.answer(message)

    def of_player(self, player: PlayerId) -> list[Viewer]:
        """The connections of a player that watch the table."""
        return [viewer for viewer in self.viewers if viewer.player == player]

    def send_own(self, player: PlayerId, message: ServerMessage) -> None:
        """Send the connections of one player a message about the table as it is now."""
        for viewer in self.of_player(player):
            self.send_to(viewer, message)

    def send_to(self, viewer: Viewer, message: ServerMessage) -> None:
        """Send a viewer a message about the table as it is now, after what it has been sent."""
        self._show_one(viewer, message, self._table.seq + 1)

    def _show_one(self, viewer: Viewer, message: ServerMessage, first_seq: int) -> None:
        """Send a viewer the events from `first_seq`, or a snapshot if that is 0."""
        frame = ShownAsIs(viewer.wire.encode(message))
        if self._holds:
            self._gate.hold_frames(self._table.seq, frame, {viewer: None}, first_seq)
        else:
            frame.show((viewer,))

    def _events(
        self, first_seq: int, events: list[TableEvent], now_ms: int, own_hash: str | None = None
    ) -> Events:
        return Events(self._table.id, self._branch, first_seq, now_ms, events, own_hash)
