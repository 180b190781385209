"""Adds automatic chips from the players' accounts between hands.

The settings are in the tables' states.  Chips move in the same write as the table's change, as when
a player adds them.
"""

import asyncio
from collections.abc import Callable, Mapping
from functools import partial

import structlog

from pokerws.game.commands import BringChips
from pokerws.game.illegal import Illegal
from pokerws.game.seating.auto_chips import players_due
from pokerws.game.state import AutoBuy, PlayerId, TableId
from pokerws.messages import NOTICES, Notice
from pokerws.server.auth.guests import GUEST_PREFIX
from pokerws.server.keyed_tasks import KeyedTasks
from pokerws.server.tables.actor import TableActor
from pokerws.server.tables.cashier import Cashier
from pokerws.server.tables.lobby.seating.callers import Callers

_Seat = tuple[TableId, PlayerId]

log = structlog.get_logger("pokerws.chip_bringer")


class ChipBringer:
    """Pays for players at the tables in memory, whose `actors` are only read."""

    def __init__(
        self, actors: Mapping[TableId, TableActor], cashier: Cashier, callers: Callers
    ) -> None:
        self.address_of: Callable[[PlayerId], str | None] = lambda _: None
        self._actors = actors
        self._cashier = cashier
        self._callers = callers
        self._running = KeyedTasks[_Seat, None]()
        # The players with too few chips, and the setting that they were told about.
        self._told: dict[_Seat, AutoBuy | None] = {}
        self._put_off: set[TableId] = set()

    def look(self, actor: TableActor) -> None:
        """Begin to pay the chips that are due at a table."""
        for player in players_due(actor.table):
            seat = (actor.table.id, player)
            if seat not in self._running and actor.standstill.takes_commands:
                task = self._running.start_task(seat, self._bring(*seat), "bring chips")
                task.add_done_callback(partial(self._done, seat))

    def look_again(self) -> None:
        """Try again at tables for which accounts were not available."""
        tables, self._put_off = self._put_off, set()
        for table in tables:
            if (actor := self._actors.get(table)) is not None:
                self.look(actor)

    def left(self, table: TableId) -> None:
        """Forget a table that has left memory."""
        self._told = {seat: told for seat, told in self._told.items() if seat[0] != table}

    def stop(self) -> None:
        """Pay nothing more."""
        self._running.cancel_all()

    async def _bring(self, table: TableId, player: PlayerId) -> None:
        address = self.address_of(player) if player.startswith(GUEST_PREFIX) else None
        try:
            async with self._cashier.paying(player, address) as purse:
                actor = self._actors.get(table)
                if actor is None:
                    return
                if not actor.carry_out(BringChips(player, purse.available)):
                    self._put_off.add(table)
                    return
        except Illegal as refusal:
            if refusal.code == "insufficient_chips":
                self._tell(table, player)
            elif refusal.code == "bank_unavailable":
                self._put_off.add(table)
            # Otherwise a hand has started, or the player has changed something: no chips are due.
            return
        number = actor.table.seat_of(player)
        seat = None if number is None else actor.table.seats[number]
        if seat is not None and not seat.stack:
            self._tell(table, player)  # The account had too few to buy in again.
        else:
            self._told.pop((table, player), None)

    def _tell(self, table: TableId, player: PlayerId) -> None:
        """Tell a player that the account has too few chips, once for each setting."""
        actor = self._actors.get(table)
        number = None if actor is None else actor.table.seat_of(player)
        seat = None if actor is None or number is None else actor.table.seats[number]
        auto = None if seat is None else seat.auto
        if self._told.get((table, player)) == auto:
            return
        self._told[table, player] = auto
        self._callers.warn(player, Notice("auto_chips_failed", NOTICES["auto_chips_failed"], table))

    def _done(self, seat: _Seat, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("chips_not_brought", table=seat[0], player=seat[1], exc_info=error)
