"""Offers free seats to the first connected players on the waiting lists of tables.

Lists and reserved seats are parts of the tables' states, so they survive a crash.  This module has
only the alarms at which reservations end, and the places that players were told.
"""

from collections.abc import Callable, Mapping
from functools import partial

import structlog

from pokerws.game.commands import Command, DropWaiters, ReserveSeat
from pokerws.game.hosting.admission import may_sit
from pokerws.game.illegal import Illegal
from pokerws.game.seating.waiting_list import free_seat
from pokerws.game.state import PlayerId, Table, TableId, Waiter
from pokerws.messages import Waiting
from pokerws.server.clock import Clock
from pokerws.server.isolation import attempt
from pokerws.server.tables.actor import TableActor
from pokerws.server.tables.actors.alarm import TableAlarm
from pokerws.server.tables.lobby.seating.callers import Callers

log = structlog.get_logger("pokerws.seat_offers")

# A table that can take no commands is looked at again after this time.
LOOK_AGAIN_MS = 1_000


def tried(actor: TableActor, command: Command) -> bool:
    """Carry out a command of the server; returns whether it was legal, and could be done."""
    try:
        return actor.carry_out(command)
    except Illegal as refusal:
        log.debug("not_carried_out", table=actor.table.id, error=str(refusal))
        return False


class SeatOffers:
    """The waiting lists of the tables in memory, whose `actors` are only read."""

    def __init__(
        self, actors: Mapping[TableId, TableActor], clock: Clock, callers: Callers
    ) -> None:
        self.is_absent: Callable[[PlayerId], bool] = lambda _: False
        self._actors = actors
        self._clock = clock
        self._callers = callers
        # The lists as they were looked at last, of tables that have any.
        self._lists: dict[TableId, list[Waiter]] = {}
        self._tables_of: dict[PlayerId, set[TableId]] = {}
        self._alarms: dict[TableId, TableAlarm] = {}

    def look(self, actor: TableActor) -> None:
        """Offer a seat or end a reservation, if one is due.

        Either is a change of the table, after which this is called again.
        """
        table = actor.table
        if not table.waiting and table.id not in self._lists:
            return
        self._follow(table)
        now_ms = self._clock.table_ms()
        held = [one.until_ms for one in table.waiting if one.seat is not None]
        if held and min(held) <= now_ms and tried(actor, DropWaiters()):
            return
        if table.waiting and free_seat(table) is not None:
            first = self._first(table)
            if first and tried(actor, ReserveSeat(first.player, first.name)):
                return
        self._set_alarm(actor, min(held, default=None), now_ms)
        actor.gate.send(table.seq, partial(self._tell, table, table.waiting))

    def changed(self, player: PlayerId) -> None:
        """Look for seats again, since a player is connected again."""
        for table in list(self._tables_of.get(player, ())):
            if (actor := self._actors.get(table)) is not None:
                attempt(actor, self.look, actor)

    def drop(self, actor: TableActor, absent: tuple[PlayerId, ...]) -> None:
        """Drop players from a table's list who are absent for too long."""
        if absent:
            tried(actor, DropWaiters(absent))

    def left(self, table: TableId) -> None:
        """Forget a table that has left memory."""
        if (alarm := self._alarms.pop(table, None)) is not None:
            alarm.cancel()
        self._follow_list(table, [])

    def reserved(self, player: PlayerId) -> TableActor | None:
        """A table in memory where a seat is reserved for a player."""
        for table in self._tables_of.get(player, ()):
            actor = self._actors.get(table)
            waiter = None if actor is None else actor.table.waiter(player)
            if actor is not None and waiter is not None and waiter.seat is not None:
                return actor
        return None

    def _first(self, table: Table) -> Waiter | None:
        waiting = (one for one in table.waiting if one.seat is None and may_sit(table, one.player))
        return next((one for one in waiting if not self.is_absent(one.player)), None)

    def _follow(self, table: Table) -> None:
        if self._lists.get(table.id) is not table.waiting:
            self._follow_list(table.id, table.waiting)

    def _follow_list(self, table: TableId, waiting: list[Waiter]) -> None:
        for one in self._lists.pop(table, ()):
            tables = self._tables_of[one.player]
            tables.discard(table)
            if not tables:
                del self._tables_of[one.player]
        for one in waiting:
            self._tables_of.setdefault(one.player, set()).add(table)
        if waiting:
            self._lists[table] = waiting

    def _set_alarm(self, actor: TableActor, at_ms: int | None, now_ms: int) -> None:
        table = actor.table.id
        if at_ms is None:
            if (alarm := self._alarms.pop(table, None)) is not None:
                alarm.cancel()
            return
        alarm = self._alarms.setdefault(table, TableAlarm(self._clock))
        # A table that could not be changed is looked at again.
        due_ms = at_ms if at_ms > now_ms else now_ms + LOOK_AGAIN_MS
        alarm.set(due_ms, partial(self._ring, table))

    def _ring(self, table: TableId) -> None:
        if (actor := self._actors.get(table)) is not None:
            attempt(actor, self.look, actor)

    def _tell(self, table: Table, waiting: list[Waiter]) -> None:
        """Tell the players on the list their places, and those who left it that they did."""
        if table.waiting is not waiting:
            return  # A later call tells them.
        length = len(waiting)
        for place, one in enumerate(waiting, start=1):
            held = (None, None) if one.seat is None else (one.seat, one.until_ms)
            self._callers.tell(one.player, Waiting(place, table.id, length, *held))
        there = {one.player for one in waiting}
        for player in self._callers.told_of(table.id):
            if player not in there:
                self._callers.tell(player, Waiting(0, table.id, length))
