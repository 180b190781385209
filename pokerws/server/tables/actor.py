"""One table: owns its state, carries out commands and publishes events.

There is no mailbox: a command is carried out in the call that passes it in.  Nothing that changes
the table awaits, so commands never interleave and run in the order of the event loop.  A time-out
is a command like any other (`TimeUp`).  This module must not know about sockets or SQL.
"""

from collections.abc import Callable, Sequence
from copy import deepcopy

from msgspec.structs import replace

from pokerws.game.apply import apply
from pokerws.game.commands import Close, Command, Resume
from pokerws.game.deal import Shuffle
from pokerws.game.events import LogRestarted, TableEvent
from pokerws.game.illegal import Illegal
from pokerws.game.secret_cards import reveal_cards
from pokerws.game.state import CloseReason, PlayerId
from pokerws.game.table import play
from pokerws.messages import (
    Accepted,
    GetHand,
    Refused,
    Watch,
    reject,
    rejection,
)
from pokerws.server.clock import JUMP_MS, Clock
from pokerws.server.tables.actors import failures
from pokerws.server.tables.actors.banned_viewers import show_out
from pokerws.server.tables.actors.cards_ahead import NO_HOLD, CardHold
from pokerws.server.tables.actors.chip_commands import MOVE_CHIPS
from pokerws.server.tables.actors.held_cards import HeldCards
from pokerws.server.tables.actors.lobby_news import LobbyNews
from pokerws.server.tables.actors.pre_actions import PreActions
from pokerws.server.tables.actors.recorder import Recorder
from pokerws.server.tables.actors.refunds import Refunds
from pokerws.server.tables.actors.standstill import Standstill
from pokerws.server.tables.actors.table_clock import ALL_CONNECTED, Connections, TableClock
from pokerws.server.tables.commit_gate import CommitGate
from pokerws.server.tables.event_log import NO_EVENT_LOG, PastEvents
from pokerws.server.tables.hand_pace import UNLIMITED, HandPace, PaceLimits
from pokerws.server.tables.interfaces import Owner, TableJournal, Viewer
from pokerws.server.tables.receipts import Receipts
from pokerws.server.tables.recent_events import RecentEvents
from pokerws.server.tables.recent_moves import RecentMoves
from pokerws.server.tables.viewers import Viewers
from pokerws.storage.accounts import Transfer, are_moving, transfers_of
from pokerws.storage.journal.change_builder import ChangeBuilder
from pokerws.storage.store import LoggedReceipt, TableSnapshot
from pokerws.storage.vault.vault import Vault


class TableActor:
    """Owns one table.

    `epoch` is the fencing token of the claimed row; only `catch_up` changes it.  `branch` is what
    viewers compare; by default, that of a new table.  The table is
    stored up to event `stored_seq`.  With `durable`, nothing is sent before it is stored.  `vault`
    encrypts what is put into `journal`; `event_log` reads stored events back.  `tail` is the number
    of events after the stored snapshot; None if the next change must store a snapshot.
    """

    def __init__(
        self,
        snapshot: TableSnapshot,
        epoch: int,
        *,
        branch: int = 1,
        clock: Clock,
        shuffle: Shuffle,
        journal: TableJournal,
        vault: Vault,
        keep_events: bool,
        owner: Owner,
        event_log: PastEvents = NO_EVENT_LOG,
        durable: bool = False,
        stored_seq: int = 0,
        pace: PaceLimits = UNLIMITED,
        cards: CardHold = NO_HOLD,
        tail: int | None = None,
        connections: Connections = ALL_CONNECTED,
    ) -> None:
        self.table = table = snapshot.table
        self.epoch, self.branch = epoch, branch
        self.stopped, self.is_unlisted = False, table.config.hosting.unlisted
        self.moves = RecentMoves(stored_seq)
        # Cleared when changes are not stored any more: no chips can move then.
        self.is_stored = True
        self.loaded_ms = clock.now_ms()  # When it came into memory.
        self.changed_ms, self._at_ms = self.loaded_ms, clock.table_ms()  # Of the latest event.
        self._refunds = Refunds()  # Noted without a database only.
        self._receipts = Receipts(
            table.id, snapshot.receipts, vault.receipt_digests, is_stored=journal.keeps
        )
        self._clock, self._shuffle = clock, shuffle
        self._journal, self.keeps = journal, journal.keeps
        self._changes = ChangeBuilder(
            snapshot, epoch, vault, keep_events=keep_events, stores=journal.keeps, tail=tail
        )
        self._owner, self.recorder = owner, Recorder(snapshot, self._changes, journal)
        gate = self.gate = CommitGate(durable=durable, written=stored_seq)
        self.history = RecentEvents(table.id, table.seq, event_log)
        self.viewers = Viewers(table, branch, gate, self.history, clock, absent=owner.absent_at)
        self.watchers = self.viewers.viewers
        self._pace = HandPace(pace, table.hand_number)
        self._news = LobbyNews(table, owner, self.gate, self._pace, self.viewers)
        self._cards = HeldCards(table, self.gate, cards, clock)
        self.pre_actions = PreActions(table, self.viewers, clock, pace)
        waited_for = (table, self.watchers, connections, self.pre_actions)
        self._table_clock = TableClock(*waited_for, clock=clock, journal=journal, cards=self._cards)
        self.standstill = Standstill(self._table_clock, self._news, self.viewers)

    # ---- commands

    def handle(self, viewer: Viewer, command_id: str, command: Command) -> None:
        """Carry out a player's command and answer it.  The answer precedes the events."""
        player, seq = viewer.player, self.table.seq + 1
        try:
            receipt = self._receipts.find(player, command_id, command)
            if receipt is not None:
                self.viewers.answer(viewer, Accepted(command_id, receipt.seq))
                return
            if (code := self._table_clock.refusal) is not None:
                self.viewers.answer_in_turn(viewer, reject(command_id, code))
                return
            if self._journal.over_high_water:
                raise Refused("overloaded")
            moves_chips = type(command) in MOVE_CHIPS
            if moves_chips and not self._can_move_chips:
                raise Refused("bank_unavailable")
            events = self._play(command)
        except Illegal as refusal:
            self.viewers.answer(viewer, rejection(command_id, refusal))
            return
        if events is None:
            self.viewers.answer_in_turn(viewer, reject(command_id, "table_unavailable"))
            return
        moving = events if are_moving(events) else ()
        transfers = transfers_of(self.table, moving, self._at_ms) if moving else ()
        if moves_chips:
            self._hold(transfers)
        receipt = self._receipts.receipt_of(player, command_id, command, seq)
        self._receipts.add(player, receipt, moving, table=self.table)
        self.viewers.answer(viewer, Accepted(command_id, seq))
        logged = LoggedReceipt(player, receipt.digest, seq, receipt.id) if self.keeps else None
        self._changed(events, moving, transfers, logged)

    @property
    def stored_seq(self) -> int:
        """The seq up to which everything is known to be stored."""
        return self.gate.written

    def catch_up(self, stored_seq: int, epoch: int) -> None:
        """Store the whole state under a new epoch, over a row of event `stored_seq`.

        The database has gone back to that row.  All later transfers are booked again, so nothing is
        shown before that commit.  Viewers keep their place: they have seen what memory has.
        """
        moves = self.moves.after(stored_seq) or ()
        self.epoch, self._at_ms = epoch, max(self._at_ms, self._clock.table_ms())
        self._changes.begin_again(epoch)
        self.gate.go_back(stored_seq)
        events: list[TableEvent] = []
        if self._changes.keep_events:
            events.append(LogRestarted(deepcopy(self.table)))
            apply(self.table, events[0])
        self._hold(moves)
        if moves:
            self._owner.chips_moved(self.table.id, moves)
        change = self._changes.next(events, moves, self._at_ms)
        self._journal.put(replace(change, expected=stored_seq))
        self.viewers.publish(events, self.table.seq, self._at_ms)

    def has_answered(self, viewer: Viewer, command_id: str, command: Command) -> bool:
        """Whether the command was accepted before; if so, answer it again.

        Raises Refused if another command had its id.
        """
        return self._receipts.find(viewer.player, command_id, command) is not None

    def opened(self, events: list[TableEvent]) -> None:
        """Publish and store the events of a new table."""
        self._changed(events)

    @property
    def seen_seq(self) -> int:
        """The seq up to which viewers may have seen events, stored or not."""
        return self.gate.written if self.gate.is_durable else self.table.seq

    @property
    def is_held(self) -> bool:
        """Whether new events are sent only after they are stored."""
        return self.gate.is_closed

    @property
    def is_ahead(self) -> bool:
        """Whether cards may have been shown that are not stored."""
        return not self.is_stored or self.gate.shown_seq > self.gate.written

    def run_ahead(self) -> None:
        """Show what is held for cards, although it is not stored."""
        self.gate.show_ahead(self.table.seq)
        self._give_time_back()

    @property
    def is_paused(self) -> bool:
        """Whether the table waits for the database: nothing is sent, and its clock is stopped."""
        return self.standstill.is_paused

    @property
    def _can_move_chips(self) -> bool:
        return self.is_stored and self._journal.healthy

    def pack(self) -> bool:
        """Compress a quiet table: a part of it, of about 1 ms.  Returns whether there is more."""
        self._refunds.clear()
        return self.viewers.pack()

    def close(self, reason: CloseReason) -> None:
        """Close the table for good; the players get their chips back.  Raises Illegal."""
        self._carry_out(Close(reason))

    def carry_out(self, command: Command, shown: Callable[[int], None] | None = None) -> bool:
        """Carry out a command of the server; `shown` is called with its seq before it is shown.

        Returns False, with nothing changed, while the table can take no such command.  May raise.
        """
        busy = not self.standstill.takes_commands or self._journal.over_high_water
        if busy or (type(command) in MOVE_CHIPS and not self._can_move_chips):
            return False
        before = self.table.seq
        if events := self._play(command):
            moving = events if are_moving(events) else ()
            transfers = transfers_of(self.table, moving, self._at_ms) if moving else ()
            self._hold(transfers)
            if shown is not None:
                shown(before + 1)
            self._changed(events, moving, transfers)
        return bool(events)

    def pause(self) -> None:
        """Stop the clock and refuse commands, while the database is away."""
        self.standstill.pause()

    def go_on(self) -> None:
        """End a pause: the clock goes on with the time that remained."""
        self.standstill.go_on(self._go_on_from)

    def freeze(self, *, on: bool) -> None:
        """Stop between two actions, with the clock and commands, or go on."""
        self.standstill.freeze() if on else self.standstill.thaw(self._go_on_from)

    def _go_on_from(self, since_ms: int | None) -> None:
        if since_ms is not None:
            self.resume(since_ms, 0, restart_log=False)

    def resume(
        self, saved_ms: int, grace_ms: int, *, restart_log: bool, cancel_hand: bool = False
    ) -> None:
        """Resume play after the table was out of memory or paused.

        With `cancel_hand` the hand in play is cancelled, and viewers are told so for a while.
        """
        now_ms, hand = self._clock.table_ms(), self.table.hand
        self._at_ms = max(self._at_ms, min(saved_ms, now_ms + JUMP_MS))
        if cancel_hand and hand is not None:
            self.viewers.note_cancelled(hand.number)
        self._carry_out(Resume(saved_ms, grace_ms, restart_log, cancel_hand))
        if command := self._table_clock.returned():
            self._carry_out(command)
        self.arm()
        self._owner.seats_changed(self.table)

    def clock_put_forward(self, by_ms: int) -> None:
        """Go on with the time that remained; a paused table remembers when that began."""
        self._go_on_from(self._table_clock.put_forward(by_ms))

    def connection_changed(self, player: PlayerId, *, connected: bool) -> None:
        """Tell the clock that a seated player's connection is lost, or is back."""
        if command := self._table_clock.changed_connection(player, connected=connected):
            self._carry_out(command)

    def store_snapshot(self, *, only_for_tail: bool = True) -> None:
        """Store the whole state: if events would have to be replayed, or always."""
        self.recorder.add_snapshot(self._at_ms, only_for_tail=only_for_tail)

    def refund(self) -> None:
        """Return the chips that players had before the latest command, since the table is lost."""
        if transfers := self._refunds.transfers:
            self.recorder.add((), transfers, self._at_ms)

    def stop(self) -> None:
        """Stop at once: no more commands and time-outs, and held frames are dropped."""
        self._halt()
        self.gate.discard()

    def roll_back(self) -> None:
        """Stop, and refuse the commands whose events will never be stored."""
        self._halt()
        self.gate.refuse()
        self.pre_actions.roll_back()

    def stand_still(self, *, still: bool) -> None:
        """Take no commands, or go on with the time that remained; what is stored is still sent."""
        self.stopped = still
        self._go_on_from(self._table_clock.stand_still(still=still))

    def deal_no_more(self) -> None:
        """Begin no other hand."""
        self._table_clock.deals = False

    def _halt(self) -> None:
        self.stopped = True
        self._table_clock.halt()
        self.viewers.stop()

    # ---- viewers

    def watch(self, viewer: Viewer, message: Watch, older: Sequence[TableEvent] = ()) -> None:
        """Add a viewer, and send the events that it missed, or a snapshot.

        `older` are events that were read back.  During a pause nothing is sent; one snapshot for
        each viewer is held, since a pause may be long.  Raises Illegal.
        """
        if self.is_paused:
            self.viewers.wait(viewer, message)
        else:
            self.viewers.join(viewer, message, older)
            self.standstill.tell(viewer, self.table.id)
        self.pre_actions.tell(viewer)

    def unwatch(self, viewer: Viewer) -> None:
        """Remove a viewer, if it is one.  During a pause its held frames are dropped."""
        self.viewers.leave(viewer)
        if self.is_paused:
            self.gate.forget_frames(viewer)

    def forget(self, viewer: Viewer) -> None:
        """Remove a viewer whose connection has ended, with all that is held for it."""
        self.viewers.leave(viewer)
        self.gate.forget(viewer)

    def notify(self, code: str, message: str) -> None:
        """Send all viewers a notice about the table."""
        self.viewers.notify(code, message)

    def show_snapshot(self, viewer: Viewer) -> None:
        """Send a viewer the redacted table, in place of frames that are held for it."""
        self.gate.forget_frames(viewer)
        self.viewers.show_snapshot(viewer)
        self.pre_actions.tell(viewer)

    async def send_hand(self, viewer: Viewer, message: GetHand) -> None:
        """Answer with the events of a finished hand.  Raises Illegal."""
        if self.is_paused:
            raise Refused("paused")
        await self.viewers.send_hand(viewer, message)

    def written(self, seq: int) -> None:
        """Everything up to event `seq` is stored: release the frames held for it."""
        self.gate.advance(seq)
        if self._cards.since_ms is not None:
            self._give_time_back()

    # ---- changes

    def _play(self, command: Command) -> list[TableEvent] | None:
        """Carry out a command; returns its events, or None if a bug stopped the table."""
        now_ms = self._clock.table_ms()
        if not self.keeps:
            self._refunds.note(self.table, now_ms)
        try:
            events = play(self.table, command, now_ms, self._shuffle, self._pace.from_ms(now_ms))
        except Illegal:
            raise
        except Exception as error:  # noqa: BLE001  `fail` reports it
            self.fail(error, type(command).__name__)
            return None
        self.changed_ms = now_ms - self._clock.ahead_ms
        self._at_ms = max(self._at_ms, now_ms)
        if self._cards.holds and reveal_cards(events):
            self._cards.reveal(is_stored=self.is_stored)
        return events

    def _carry_out(self, command: Command) -> None:
        """Carry out a command of the clock or of the server."""
        if events := self._play(command):
            self._changed(events)

    def fail(self, error: Exception, command: str = "") -> None:
        """Part of `Isolated`: stop after a bug, which may have left the table half changed.

        The table is loaded again from what is stored.
        """
        failures.report(self.table, error, command, self.viewers.latest_events(10))
        if not self.stopped:
            # Earlier changes are valid, and are sent when they are stored.
            self._changes.mark_inconsistent()
            self._halt()
            self._owner.table_failed(self.table.id)

    def _give_time_back(self) -> None:
        """Put the clock forward by the time that frames waited, once they are sent."""
        self._go_on_from(self._table_clock.released())
        self.arm()  # A time-out may have waited for the cards.

    def _hold(self, transfers: tuple[Transfer, ...]) -> None:
        """Hold what a change that moves chips shows until it is stored."""
        if transfers and self.keeps:
            self.gate.close(self.table.seq)

    def _changed(
        self,
        events: list[TableEvent],
        moving: Sequence[TableEvent] | None = None,
        transfers: tuple[Transfer, ...] = (),
        receipt: LoggedReceipt | None = None,
    ) -> None:
        """Store and publish events, and set the clock; a bug here stops the table, too.

        `moving` are the events again if they are moving, with their `transfers`; None if neither
        is known.
        """
        try:
            if moving is None:
                moving = events if are_moving(events) else ()
                transfers = transfers_of(self.table, moving, self._at_ms)
            if transfers:
                self._refunds.renew()
                self.moves.add(transfers)
                self._owner.chips_moved(self.table.id, transfers)
            self.recorder.add(events, transfers, self._at_ms, receipt)
            self.viewers.publish(events, self.table.seq - len(events) + 1, self._at_ms)
            if moving and self.is_unlisted and self.table.hosting.banned:
                show_out(self.table, self.watchers, self.unwatch)
            if self.pre_actions.held:
                self.pre_actions.follow()
            self.arm()
            self._news.follow(events, self.changed_ms, has_stays=bool(moving))
        except Exception as error:  # noqa: BLE001  `fail` reports it
            self.fail(error)

    def arm(self) -> None:
        """Set the alarm to the table's deadline."""
        self._table_clock.arm(self._carry_out)
