"""The clock of one table: rings at its deadline, waits for late actions, and stops for a pause.

The rules say what the deadline is and what follows it.  This module knows what the rules cannot:
the time, whether the player to act has a connection, and its measured delay.
"""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Protocol

from pokerws.game.clocks.turn_clock import lag_allowance_ms
from pokerws.game.commands import Command, ConnectionChanged, TimeUp
from pokerws.game.state import PlayerId, Table, Turn
from pokerws.messages import RejectCode
from pokerws.server.clock import Clock
from pokerws.server.tables.actors.alarm import TableAlarm
from pokerws.server.tables.actors.held_cards import HeldCards
from pokerws.server.tables.actors.pre_actions import PreActions
from pokerws.server.tables.interfaces import TableJournal, Viewer

# How long an overloaded table waits before it retries a time-out.
OVERLOAD_RETRY_MS = 250

# Carries out a command of the clock.  It is passed in with each call, since the table's actor and
# its clock would refer to each other.
CarryOut = Callable[[Command], None]


class Connections(Protocol):
    """Tells which players are connected to this server."""

    def is_connected(self, player: PlayerId) -> bool:
        """Whether the player has a connection now."""


class AllConnected:
    """The `Connections` where they are not followed."""

    def is_connected(self, player: PlayerId) -> bool:
        """Part of `Connections`."""
        return True


ALL_CONNECTED = AllConnected()


class TableClock:
    """The clock of `table`, whose `watchers` include the connections of its players."""

    __slots__ = (
        *("_alarm", "_cards", "_clock", "_connections", "_is_halted", "_journal", "_paused_ms"),
        *("_pre_actions", "_still_ms", "_table", "_watchers", "deals"),
    )

    def __init__(
        self,
        table: Table,
        watchers: Iterable[Viewer],
        connections: Connections,
        pre_actions: PreActions,
        *,
        clock: Clock,
        journal: TableJournal,
        cards: HeldCards,
    ) -> None:
        self._table = table
        self._watchers = watchers
        self._connections = connections
        self._pre_actions = pre_actions
        self._clock = clock
        self._journal = journal
        self._cards = cards
        self._alarm = TableAlarm(clock)
        self._paused_ms: int | None = None
        self._still_ms: int | None = None
        self._is_halted = False
        # Whether another hand may begin.
        self.deals = True

    @property
    def refusal(self) -> RejectCode | None:
        """Why no commands are taken, if so."""
        if self._runs:
            return None
        if self._is_halted:
            return "restarting"
        return "paused" if self._still_ms is None else "table_unavailable"

    @property
    def is_paused(self) -> bool:
        """Whether the clock is stopped until `go_on`."""
        return self._paused_ms is not None

    @property
    def _runs(self) -> bool:
        return not self._is_halted and self._paused_ms is None and self._still_ms is None

    @property
    def _due_ms(self) -> int | None:
        """When a held pre-action is played, or else the table's deadline."""
        return self._pre_actions.at_ms or self._table.deadline_ms

    def arm(self, carry_out: CarryOut) -> None:
        """Set the alarm to what is due next."""
        deadline_ms = self._due_ms
        if deadline_ms is not None and deadline_ms < self._alarm.at_ms and self._runs:
            self._alarm.set(deadline_ms, partial(self._ring, carry_out))

    def _ring(self, carry_out: CarryOut) -> None:
        deadline_ms, now_ms = self._due_ms, self._clock.table_ms()
        if self._is_halted or deadline_ms is None:
            return
        turn = None if self._table.hand is None else self._table.hand.turn
        if now_ms < deadline_ms:
            at_ms = deadline_ms
        elif self._journal.over_high_water or self._cards.since_ms is not None:
            at_ms = now_ms + OVERLOAD_RETRY_MS
        elif self._table.hand is None and not self.deals:
            return
        elif turn is None:
            carry_out(TimeUp())
            return
        elif (held := self._pre_actions.command) is not None:
            carry_out(held)
            return
        elif now_ms < (last_ms := deadline_ms + self._lag_ms(turn)):
            at_ms = last_ms
        else:
            carry_out(TimeUp(connected=self._is_there(turn)))
            return
        self._alarm.set(at_ms, partial(self._ring, carry_out))

    # ---- connections

    def _player_of(self, turn: Turn) -> PlayerId | None:
        seat = self._table.seats[turn.seat]
        return None if seat is None else seat.player

    def _lines_of(self, player: PlayerId | None) -> list[Viewer]:
        return [viewer for viewer in self._watchers if viewer.player == player]

    def _lag_ms(self, turn: Turn) -> int:
        """How late an action may be.  The fastest connection counts: another may be slow on
        purpose.
        """
        if self._table.config.clocks.lag is None:
            return 0
        measured = [viewer.line.latency_ms for viewer in self._lines_of(self._player_of(turn))]
        return lag_allowance_ms(self._table, turn, min(measured, default=0))

    def _is_connected(self, player: PlayerId) -> bool:
        """Whether a player has a connection that answers."""
        if not self._connections.is_connected(player):
            return False
        lines = self._lines_of(player)
        return not lines or not all(viewer.line.is_silent for viewer in lines)

    def _is_there(self, turn: Turn) -> bool:
        """Whether the player to act is connected, if the table's clocks need it."""
        seat = self._table.seats[turn.seat]
        return seat is None or seat.clock is None or self._is_connected(seat.player)

    def changed_connection(self, player: PlayerId, *, connected: bool) -> Command | None:
        """The command for the rules about a connection that is lost or back, if they need one."""
        turn = None if self._table.hand is None else self._table.hand.turn
        if turn is None or turn.time == "turn" or not self._runs:
            return None
        return ConnectionChanged(player, connected) if self._player_of(turn) == player else None

    def returned(self) -> Command | None:
        """The command for the rules if a protected player came back unnoticed, as in a pause."""
        turn = None if self._table.hand is None else self._table.hand.turn
        player = None if turn is None else self._player_of(turn)
        if turn is None or turn.time != "protection" or player is None:
            return None
        back = self._is_connected(player)
        return self.changed_connection(player, connected=True) if back else None

    # ---- stopping

    def pause(self) -> None:
        """Stop until `go_on`."""
        if self._paused_ms is None:
            self._paused_ms = self._clock.table_ms()
            self._alarm.cancel()

    def go_on(self) -> int | None:
        """End a pause; returns since when the clock stood, if the table must `Resume`."""
        since_ms, self._paused_ms = self._paused_ms, None
        # A closed table has no clock: it only waits until the close is stored.
        return None if since_ms is None else self._reset(since_ms)

    def stand_still(self, *, still: bool) -> int | None:
        """Stop while the table is given away, or go on, whether or not there is a pause.

        Returns since when the clock stood, if the table must `Resume`.
        """
        if still:
            self._still_ms = self._clock.table_ms()
            self._alarm.cancel()
            return None
        since_ms, self._still_ms = self._still_ms, None
        return None if since_ms is None else self._reset(since_ms)

    def put_forward(self, by_ms: int) -> int | None:
        """Table time was put forward; returns since when, if the table must `Resume`."""
        return self._reset(self._clock.table_ms() - by_ms)

    def released(self) -> int | None:
        """To be called when frames with cards may be sent; returns since when they waited, if the
        table must `Resume`.
        """
        since_ms = self._cards.released()
        return None if since_ms is None else self._reset(since_ms)

    def _reset(self, since_ms: int) -> int | None:
        if not self._runs or self._table.closed:
            return None
        self._alarm.cancel()
        return since_ms

    def halt(self) -> None:
        """Never ring again."""
        self._is_halted = True
        self._alarm.cancel()
