"""One table: it owns the state, takes commands in, and lets events out.

There is no mailbox: a command is carried out in the call that brings it, and nothing that changes
the table awaits, so the event loop's order is the order of the commands and they never interleave.
The clock's `TimeUp` is a command like any other.  This module must not know about sockets or SQL.
"""

from collections.abc import Callable, Sequence
from functools import partial

import structlog

from pokerws.game.commands import AddChips, Close, Command, Resume, Sit, Stand, TimeUp
from pokerws.game.deal import Shuffle
from pokerws.game.events import TableEvent
from pokerws.game.illegal import Illegal
from pokerws.game.state import CloseReason, PlayerId, Table
from pokerws.game.table import play
from pokerws.messages import (
    REJECT_CODES,
    Accepted,
    Broadcast,
    Events,
    GetHand,
    HandEvents,
    Rejected,
    Snapshot,
    TableSummary,
    Watch,
)
from pokerws.server.clock import Alarm, Clock
from pokerws.server.event_log import EventLog, LogUnavailable
from pokerws.server.gate import Gate
from pokerws.server.hand_texts import text_for
from pokerws.server.history import HandPart, History
from pokerws.server.parties import Owner, Sink, TableAnswer, Viewer
from pokerws.server.receipts import Receipts
from pokerws.server.views import insiders, redact, redact_table
from pokerws.storage.accounts import Transfer, refunds_of, transfers_of
from pokerws.storage.sealed_change import sealed_change
from pokerws.storage.store import Receipt, TableSnapshot, canonical_digest
from pokerws.storage.vault import HandSeal, Vault

# How long an overloaded table waits before it tries again.
OVERLOAD_RETRY_MS = 250

log = structlog.get_logger("pokerws.table")


class TableActor:
    """Owns one table.

    `epoch` is the stored table's, and this actor's as long as it lives; `stored_seq` is how far the
    table is stored already.  With `durable`, nothing is shown before it is stored.  `vault` seals
    what is put into `sink`; `event_log` is where events end up that are kept, and None without.
    """

    def __init__(
        self,
        table: Table,
        epoch: int,
        receipts: dict[PlayerId, list[Receipt]],
        *,
        clock: Clock,
        shuffle: Shuffle,
        sink: Sink | None,
        keep_events: bool,
        owner: Owner,
        durable: bool = False,
        stored_seq: int = 0,
        on_outcome: Callable[[str, str], None] = lambda operation, outcome: None,
        vault: Vault | None = None,
        event_log: EventLog | None = None,
    ) -> None:
        assert sink is None or vault is not None, "what is stored is sealed"
        self.table = table
        self.epoch = epoch
        self.watchers: dict[Viewer, None] = {}
        self.stopped = False
        # Cleared where what happens here is not stored any more, so that no chips can move.
        self.is_stored = True
        # When something last happened here.
        self.changed_ms = clock.now_ms()
        # Where nothing is stored: whose the chips here were, before the latest command.
        self.refunds: tuple[Transfer, ...] = ()
        # The digests of what is put to be stored, by seq, while somebody samples them.
        self.sample: dict[int, bytes] | None = None
        self._receipts = Receipts(receipts)
        self._clock = clock
        self._shuffle = shuffle
        self._sink = sink
        self._vault = vault
        self._seal = HandSeal()
        self._keep_events = keep_events
        self._owner = owner
        self._on_outcome = on_outcome
        self._gate = Gate(durable=durable, written=stored_seq)
        self._history = History(table.id, table.seq, event_log)
        self._alarm: Alarm | None = None
        self._armed_ms: int | None = None
        self._paused_ms: int | None = None

    # ---- commands

    def handle(self, viewer: Viewer, command_id: str, command: Command) -> None:
        """Carry out a player's command and answer it; the answer precedes the events."""
        receipt = self._receipts.find(viewer.player, command_id, command)
        if receipt is not None:
            self._answer(viewer, Accepted(command_id, receipt.seq))
            return
        if self.stopped:
            viewer.answer(reject(command_id, "restarting"))
            return
        if self._paused_ms is not None:
            viewer.answer(reject(command_id, "paused"))
            return
        if self._sink is not None and self._sink.over_high_water:
            self._answer(viewer, reject(command_id, "overloaded"))
            return
        moves_chips = isinstance(command, Sit | AddChips | Stand | Close)
        if moves_chips and not self._has_bank:
            self._answer(viewer, reject(command_id, "bank_unavailable"))
            return
        before = self.table.seq
        try:
            events = self._play(command)
        except Illegal as refusal:
            self._answer(viewer, reject(command_id, refusal.code, refusal.detail))
            return
        if events is None:
            viewer.answer(reject(command_id, "table_unavailable"))
            return
        transfers = self._transfers(events)
        if transfers and moves_chips and self._sink is not None:
            self._gate.close(self.table.seq)
        self._receipts.add(viewer.player, command_id, command, before + 1, events, table=self.table)
        self._answer(viewer, Accepted(command_id, before + 1))
        self._changed(events, transfers)

    def has_answered(self, viewer: Viewer, command_id: str, command: Command) -> bool:
        """Whether the command was accepted before, so that it will get its first answer."""
        return self._receipts.find(viewer.player, command_id, command) is not None

    def opened(self, events: list[TableEvent]) -> None:
        """Publish and store the events that made the table."""
        self._changed(events)

    def answer_opened(self, viewer: Viewer, command_id: str) -> None:
        """Tell who asked for the table that it is there."""
        self._answer(viewer, Accepted(command_id, self.table.seq, self.table.id))

    @property
    def is_held(self) -> bool:
        """Whether what happens here is not shown before something is stored."""
        return self._gate.is_closed

    @property
    def is_paused(self) -> bool:
        """Whether the clock stands still."""
        return self._paused_ms is not None

    @property
    def _has_bank(self) -> bool:
        return self._sink is None or (self.is_stored and self._sink.healthy)

    def is_idle_since(self, before_ms: int) -> bool:
        """Whether the table can leave memory: stored, unwatched, and with nothing due."""
        return (
            not self.watchers
            and self.table.deadline_ms is None
            and self.changed_ms < before_ms
            and self._gate.written == self.table.seq
        )

    def take_sample(self) -> dict[int, bytes]:
        """Begin to keep the digests of all states, from this one on, until `sample` is cleared."""
        state = TableSnapshot(self.table, self._receipts.kept)
        self.sample = {self.table.seq: canonical_digest(state)}
        return self.sample

    def close(self, reason: CloseReason) -> None:
        """Close the table for good; everybody goes home with the chips.  Raises Illegal."""
        events = self._play(Close(reason))
        if events:
            self._changed(events)

    def pause(self) -> None:
        """Stop the clock and take no commands, while the database is away."""
        if self._paused_ms is None:
            self._paused_ms = self._clock.now_ms()
            self._disarm()

    def go_on(self) -> None:
        """The end of a pause: the clock goes on with what was left."""
        if self._paused_ms is not None:
            paused_ms, self._paused_ms = self._paused_ms, None
            self.resume(paused_ms, 0, restart_log=False)

    def resume(self, saved_ms: int, grace_ms: int, *, restart_log: bool) -> None:
        """Go on after a time out of memory."""
        events = self._play(Resume(saved_ms, grace_ms, restart_log))
        if events:
            self._changed(events)
        self._arm()

    def stop(self) -> None:
        """Carry out nothing more, no command and no time-out, and say nothing more."""
        self._halt()
        self._gate.discard()

    def take_back(self) -> None:
        """Stop; what is not stored will never be, and the commands that caused it are refused."""
        self._halt()
        self._gate.refuse()

    def _halt(self) -> None:
        self.stopped = True
        self._disarm()

    # ---- viewers

    async def read_back(self, message: Watch) -> list[TableEvent]:
        """What a viewer asks for that memory has no more, to be handed to `watch`."""
        if message.after_seq is None or message.epoch != self.epoch:
            return []
        return await self._history.read_back(message.after_seq)

    def watch(self, viewer: Viewer, message: Watch, older: Sequence[TableEvent] = ()) -> None:
        """Add a viewer, and send what it has missed, or a snapshot; `older` was read back.

        While the clock stands still nobody can be shown anything, for who knows how long: one
        snapshot waits for each viewer, and no more.  Raises Illegal.
        """
        if self._paused_ms is not None:
            self._watch_paused(viewer, message)
            return
        self.watchers[viewer] = None
        self._answer(viewer, Accepted(message.id, table=self.table.id))
        missed = None
        if message.after_seq is not None and message.epoch == self.epoch:
            missed = self._history.after(message.after_seq, older)
        if missed is None:
            self.show_snapshot(viewer)
        elif missed:
            seq = self.table.seq - len(missed) + 1
            shown = [redact(event, viewer.player) for event in missed]
            self._show(viewer, viewer.wire.encode(self._events(seq, shown)))

    def _watch_paused(self, viewer: Viewer, message: Watch) -> None:
        if viewer in self.watchers:
            raise Illegal("paused", "")
        self.watchers[viewer] = None
        viewer.answer(Accepted(message.id, table=self.table.id))
        self.show_snapshot(viewer)

    def unwatch(self, viewer: Viewer) -> None:
        """Forget a viewer, if it was one."""
        self.watchers.pop(viewer, None)
        if self._paused_ms is not None:
            self._gate.forget(viewer)

    def show_snapshot(self, viewer: Viewer) -> None:
        """Send a viewer the table as it may see it."""
        table, player = self.table, viewer.player
        state, now_ms = redact_table(table, player), self._clock.now_ms()
        own_seat = table.seat_of(player)
        snapshot = Snapshot(table.id, self.epoch, table.seq, now_ms, state, own_seat)
        self._show(viewer, viewer.wire.encode(snapshot))

    async def tell_hand(self, viewer: Viewer, message: GetHand) -> None:
        """Answer with what happened in a hand.  Raises Illegal."""
        if self._paused_ms is not None:
            raise Illegal("paused", "")
        number, hand = message.hand, self.table.hand
        if hand is not None and hand.number == number:
            raise Illegal("hand_not_over", "")
        if not 1 <= number <= self.table.hand_number:
            raise Illegal("unknown_hand", f"there was no hand {number}")
        answer: Callable[[TableAnswer], None] = partial(self._answer, viewer)
        found = self._history.hand(number)
        if found is None:
            # What is in the log is stored, and needs no gate.
            found, answer = await self._read_hand(number), viewer.answer
        shown = [redact(event, viewer.player) for event in found.events]
        text = text_for(message, self.table, shown)
        events = shown if text is None else []
        answer(HandEvents(message.id, self.table.id, number, self.epoch, found.seq, events, text))

    async def _read_hand(self, number: int) -> HandPart:
        """A hand from the log.  Raises Illegal."""
        try:
            found = await self._history.read_hand(number)
        except LogUnavailable as error:
            raise Illegal("log_unavailable", "") from error
        if found is None:
            raise Illegal("unknown_hand", f"what happened in hand {number} was not kept")
        return found

    def written(self, seq: int) -> None:
        """Everything up to event `seq` is stored."""
        self._gate.advance(seq)

    def _answer(self, viewer: Viewer, message: TableAnswer) -> None:
        def refuse() -> None:
            viewer.answer(reject(message.id, "table_unavailable"))

        self._gate.send(self.table.seq, partial(viewer.answer, message), refuse)

    def _show(self, viewer: Viewer, frame: bytes) -> None:
        self._gate.send(self.table.seq, partial(viewer.show, self, frame), viewer=viewer)

    def summary(self) -> TableSummary:
        """The table as the lobby lists it."""
        table = self.table
        return TableSummary(
            table.id, table.name, table.status, table.players, table.hand_number, table.config
        )

    # ---- changes

    def _play(self, command: Command) -> list[TableEvent] | None:
        """The events of a command, applied.  None when a bug stopped the table."""
        if self._sink is None:
            # A bug may leave a command half done, so what was before counts.
            self.refunds = refunds_of(self.table, self._clock.now_ms())
        try:
            return play(self.table, command, self._clock.now_ms(), self._shuffle)
        except Illegal:
            raise
        except Exception:
            # A bug in the rules stops this table and no other one.
            log.exception(
                "table_failed",
                table=self.table.id,
                seq=self.table.seq,
                hand=self.table.hand_number,
                command=type(command).__name__,
                last_events=[type(event).__name__ for event in self._history.latest(10)],
            )
            # What was decided before that is valid, and is shown when it is stored.
            self._halt()
            self._owner.table_failed(self)
            return None

    def _transfers(self, events: list[TableEvent]) -> tuple[Transfer, ...]:
        """The chips that came to the table or left it."""
        first_seq = self.table.seq - len(events) + 1
        return transfers_of(self.table, events, first_seq, self._clock.now_ms())

    def _changed(
        self, events: list[TableEvent], transfers: tuple[Transfer, ...] | None = None
    ) -> None:
        """Store, publish and time what has happened."""
        self.changed_ms = self._clock.now_ms()
        first_seq = self.table.seq - len(events) + 1
        if transfers is None:
            transfers = self._transfers(events)
        if transfers:
            self._owner.chips_moved(self.table.id, transfers)
        self._store(events, first_seq, transfers)
        self._publish(events, first_seq)
        self._arm()
        self._gate.send(self.table.seq, partial(self._owner.table_changed, self.summary()))

    def _store(
        self, events: list[TableEvent], first_seq: int, transfers: tuple[Transfer, ...]
    ) -> None:
        if self._sink is None or self._vault is None:
            log.debug("save_game", outcome="IN_MEMORY", table=self.table.id, seq=self.table.seq)
            self._on_outcome("save_game", "IN_MEMORY")
            return
        state = TableSnapshot(self.table, self._receipts.kept)
        if self.sample is not None:
            self.sample[self.table.seq] = canonical_digest(state)
        self._sink.put(
            sealed_change(
                state,
                events,
                transfers,
                expected=first_seq - 1,
                epoch=self.epoch,
                at_ms=self._clock.now_ms(),
                keep_events=self._keep_events,
                vault=self._vault,
                seal=self._seal,
            )
        )

    def _publish(self, events: list[TableEvent], first_seq: int) -> None:
        self._history.add(events, self.table.seq)
        concerned = insiders(events)
        seen: dict[PlayerId | None, Broadcast] = {}
        for viewer in list(self.watchers):
            player = viewer.player if viewer.player in concerned else None
            if player not in seen:
                shown = [redact(event, player) for event in events]
                seen[player] = Broadcast(self._events(first_seq, shown))
            self._show(viewer, seen[player].on(viewer.wire))

    def _events(self, first_seq: int, events: list[TableEvent]) -> Events:
        return Events(self.table.id, self.epoch, first_seq, self._clock.now_ms(), events)

    # ---- the clock

    def _arm(self) -> None:
        """Have the clock call at the table's deadline."""
        deadline_ms = self.table.deadline_ms
        if self._alarm is not None:
            if deadline_ms == self._armed_ms:
                return
            self._disarm()
        if deadline_ms is not None and not self.stopped and self._paused_ms is None:
            self._armed_ms = deadline_ms
            self._alarm = self._clock.call_at(deadline_ms, self._time_up)

    def _disarm(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None

    def _time_up(self) -> None:
        self._alarm = None
        deadline_ms, now_ms = self.table.deadline_ms, self._clock.now_ms()
        if self.stopped or deadline_ms is None:
            return
        if now_ms < deadline_ms:
            self._alarm = self._clock.call_at(deadline_ms, self._time_up)
        elif self._sink is not None and self._sink.over_high_water:
            self._alarm = self._clock.call_at(now_ms + OVERLOAD_RETRY_MS, self._time_up)
        elif events := self._play(TimeUp()):
            self._changed(events)


def reject(command_id: str, code: str, detail: str = "") -> Rejected:
    """A refusal with a code of the protocol."""
    reason = REJECT_CODES[code]
    return Rejected(command_id, code, detail or reason.meaning, reason.retryable)
