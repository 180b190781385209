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
from pokerws.logs import shows_debug
from pokerws.messages import Accepted, GetHand, TableSummary, Watch
from pokerws.server.clock import Alarm, Clock
from pokerws.server.tables.commit_gate import Gate
from pokerws.server.tables.event_log import EventLog
from pokerws.server.tables.interfaces import Owner, Sink, Viewer
from pokerws.server.tables.receipts import Receipts, digest_of
from pokerws.server.tables.recent_events import History
from pokerws.server.tables.viewers import Audience, reject
from pokerws.storage.accounts import Transfer, refunds_of, transfers_of
from pokerws.storage.journal.change_builder import TableRows
from pokerws.storage.store import Receipt, TableSnapshot, canonical_digest
from pokerws.storage.vault.vault import Vault

# The commands that bring chips to a table or take them from it.
_MOVE_CHIPS = (Sit, AddChips, Stand, Close)
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
        self.stopped = False
        # Cleared where what happens here is not stored any more, so that no chips can move.
        self.is_stored = True
        # When something last happened here.
        self.changed_ms = clock.now_ms()
        # Where nothing is stored: whose the chips here were, before the latest command.
        self.refunds: tuple[Transfer, ...] = ()
        self._refunds_hand: int | None = None
        # The digests of what is put to be stored, by seq, while somebody samples them.
        self.sample: dict[int, bytes] | None = None
        self._receipts = Receipts(receipts)
        self._clock = clock
        self._shuffle = shuffle
        self._sink = sink
        self._state = TableSnapshot(table, self._receipts.kept)
        self._rows = None if vault is None else TableRows(self._state, epoch, vault)
        self._keep_events = keep_events
        self._owner = owner
        self._on_outcome = on_outcome
        self._gate = Gate(durable=durable, written=stored_seq)
        history = History(table.id, table.seq, event_log)
        self._audience = Audience(table, epoch, self._gate, history, clock)
        self.watchers = self._audience.viewers
        self._alarm: Alarm | None = None
        self._armed_ms = 0
        self._paused_ms: int | None = None
        # The hand, and the empty seats, of which the lobby was told last.
        self._listed = (-1, 0)

    # ---- commands

    def handle(self, viewer: Viewer, command_id: str, command: Command) -> None:
        """Carry out a player's command and answer it; the answer precedes the events."""
        player, digest = viewer.player, digest_of(command_id, command)
        receipt = self._receipts.find(player, digest)
        if receipt is not None:
            self._audience.answer(viewer, Accepted(command_id, receipt.seq))
            return
        if self.stopped:
            viewer.answer(reject(command_id, "restarting"))
            return
        if self._paused_ms is not None:
            viewer.answer(reject(command_id, "paused"))
            return
        if self._sink is not None and self._sink.over_high_water:
            self._audience.answer(viewer, reject(command_id, "overloaded"))
            return
        moves_chips = isinstance(command, _MOVE_CHIPS)
        if moves_chips and not self._has_bank:
            self._audience.answer(viewer, reject(command_id, "bank_unavailable"))
            return
        before = self.table.seq
        try:
            events = self._play(command)
        except Illegal as refusal:
            self._audience.answer(viewer, reject(command_id, refusal.code, refusal.detail))
            return
        if events is None:
            viewer.answer(reject(command_id, "table_unavailable"))
            return
        transfers = self._transfers(events)
        if transfers and moves_chips and self._sink is not None:
            self._gate.close(self.table.seq)
        self._receipts.add(player, Receipt(digest, before + 1), events, table=self.table)
        self._audience.answer(viewer, Accepted(command_id, before + 1))
        self._changed(events, transfers)

    def has_answered(self, viewer: Viewer, command_id: str, command: Command) -> bool:
        """Whether the command was accepted before, so that it will get its first answer."""
        return self._receipts.find(viewer.player, digest_of(command_id, command)) is not None

    def opened(self, events: list[TableEvent]) -> None:
        """Publish and store the events that made the table."""
        self._changed(events)

    def answer_opened(self, viewer: Viewer, command_id: str) -> None:
        """Tell who asked for the table that it is there."""
        self._audience.answer(viewer, Accepted(command_id, self.table.seq, self.table.id))

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
        self.sample = {self.table.seq: canonical_digest(self._state)}
        return self.sample

    def pack(self) -> bool:
        """Keep in little space what is not needed while nothing happens here.

        It is done in pieces of about a millisecond; returns whether there is more to do.
        """
        # The next command makes both anew.
        self.refunds, self._refunds_hand = (), None
        if self._rows is not None:
            self._rows.pack()
        return self._audience.pack()

    def close(self, reason: CloseReason) -> None:
        """Close the table for good; everybody goes home with the chips.  Raises Illegal."""
        events = self._play(Close(reason))
        if events:
            self._changed(events)

    def stand_up(self, player: PlayerId) -> bool:
        """Free a player's seat without being asked by the player; in a hand, when it ends.

        Returns False, with nothing changed, while the table cannot take commands or pay out.
        """
        if self.stopped or self.is_paused or not self._has_bank:
            return False
        events = self._play(Stand(player))
        if events:
            self._changed(events)
        return bool(events)

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
        return await self._audience.read_back(message)

    def watch(self, viewer: Viewer, message: Watch, older: Sequence[TableEvent] = ()) -> None:
        """Add a viewer, and send what it has missed, or a snapshot; `older` was read back.

        While the clock stands still nobody can be shown anything, for who knows how long: one
        snapshot waits for each viewer, and no more.  Raises Illegal.
        """
        if self._paused_ms is not None:
            self._audience.wait(viewer, message)
        else:
            self._audience.join(viewer, message, older)

    def unwatch(self, viewer: Viewer) -> None:
        """Forget a viewer, if it was one."""
        self._audience.leave(viewer)
        if self._paused_ms is not None:
            self._gate.forget(viewer)

    def show_snapshot(self, viewer: Viewer) -> None:
        """Send a viewer the table as it may see it."""
        self._audience.show_snapshot(viewer)

    async def tell_hand(self, viewer: Viewer, message: GetHand) -> None:
        """Answer with what happened in a hand.  Raises Illegal."""
        if self._paused_ms is not None:
            raise Illegal("paused", "")
        await self._audience.tell_hand(viewer, message)

    def written(self, seq: int) -> None:
        """Everything up to event `seq` is stored."""
        self._gate.advance(seq)

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
            self._note_refunds()
        now_ms = self._clock.now_ms()
        try:
            events = play(self.table, command, now_ms, self._shuffle)
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
                last_events=[type(event).__name__ for event in self._audience.latest_events(10)],
            )
            # What was decided before that is valid, and is shown when it is stored.
            if self._rows is not None:
                self._rows.doubt()
            self._halt()
            self._owner.table_failed(self)
            return None
        self.changed_ms = now_ms
        return events

    def _note_refunds(self) -> None:
        """A bug may leave a command half done, so that whose the chips were before it counts.

        While a hand is played that is the same after each action.
        """
        hand = None if self.table.hand is None else self.table.hand.number
        if hand is None or hand != self._refunds_hand:
            self.refunds = refunds_of(self.table, self._clock.now_ms())
            self._refunds_hand = hand

    def _transfers(self, events: list[TableEvent]) -> tuple[Transfer, ...]:
        """The chips that came to the table or left it."""
        first_seq = self.table.seq - len(events) + 1
        return transfers_of(self.table, events, first_seq, self.changed_ms)

    def _changed(
        self, events: list[TableEvent], transfers: tuple[Transfer, ...] | None = None
    ) -> None:
        """Store, publish and time what has happened."""
        first_seq = self.table.seq - len(events) + 1
        if transfers is None:
            transfers = self._transfers(events)
        if transfers:
            self._refunds_hand = None
            self._owner.chips_moved(self.table.id, transfers)
        self._store(events, first_seq, transfers)
        self._audience.publish(events, first_seq, self.changed_ms)
        self._arm()
        self._list()

    def _list(self) -> None:
        """Have the lobby show what of the table it shows, where that can be another now."""
        table = self.table
        listed = table.hand_number, table.seats.count(None)
        if table.hand is None or listed != self._listed:
            self._listed = listed
            self._gate.send(table.seq, partial(self._owner.table_changed, self.summary()))

    def _store(
        self, events: list[TableEvent], first_seq: int, transfers: tuple[Transfer, ...]
    ) -> None:
        if self._sink is None or self._rows is None:
            self._on_outcome("save_game", "IN_MEMORY")
            if shows_debug():
                log.debug("save_game", outcome="IN_MEMORY", table=self.table.id, seq=self.table.seq)
            return
        if self.sample is not None:
            self.sample[self.table.seq] = canonical_digest(self._state)
        at_ms = self.changed_ms
        self._sink.put(self._rows.next(events, transfers, at_ms, keep_events=self._keep_events))

    # ---- the clock

    def _arm(self) -> None:
        """Have the clock call at the table's deadline, or before: a call too early is put off.

        So a timer is set for each hand, and not for each turn.
        """
        deadline_ms = self.table.deadline_ms
        if deadline_ms is None or self.stopped or self._paused_ms is not None:
            return
        if self._alarm is not None:
            if self._armed_ms <= deadline_ms:
                return
            self._alarm.cancel()
        self._set_alarm(deadline_ms)

    def _set_alarm(self, at_ms: int) -> None:
        self._armed_ms = at_ms
        self._alarm = self._clock.call_at(at_ms, self._time_up)

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
            self._set_alarm(deadline_ms)
        elif self._sink is not None and self._sink.over_high_water:
            self._set_alarm(now_ms + OVERLOAD_RETRY_MS)
        elif events := self._play(TimeUp()):
            self._changed(events)
