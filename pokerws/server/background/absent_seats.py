"""Frees the seats of players who have lost their connection and do not come back.

So it does with their places on waiting lists.

Such a seat could block its table for ever.  Where too few others play, no hand starts, so the rule
that stands up a player after missed hands never applies.
"""

import asyncio
from functools import partial

import structlog

from pokerws.game.commands import Stand
from pokerws.game.state import PlayerId
from pokerws.server.clock import Clock
from pokerws.server.isolation import each
from pokerws.server.tables.actor import TableActor
from pokerws.server.tables.lobby import Lobby
from pokerws.server.tables.presence import Presence

# Tables checked before other tasks get a turn.
SLICE = 100

log = structlog.get_logger("pokerws.absent_seats")


class AbsentSeats:
    """Stands up players of `lobby` without a connection for `absent_ms`; 0 turns it off.

    Only tables in memory are checked.  At a table that was just loaded everybody has that time to
    come back, whether the server was restarted or another server had the table.
    """

    def __init__(self, lobby: Lobby, presence: Presence, clock: Clock, absent_ms: int) -> None:
        self._lobby = lobby
        self._presence = presence
        self._clock = clock
        self.absent_ms = absent_ms

    async def free(self) -> None:
        """Stand up all players absent for too long; during a hand, the seat is freed at its end."""
        if self.absent_ms:
            await self._free()
            self._lobby.seating.finder.forget(lambda player: self._is_gone(player, 0))
        self._lobby.seating.chips.look_again()
        self._presence.forget(self._clock.now_ms() - self.absent_ms)

    async def _free(self) -> None:
        actors = self._lobby.actors()
        for start in range(0, len(actors), SLICE):
            if start:
                await asyncio.sleep(0)
            each(actors[start : start + SLICE], self._free_at)

    def _is_gone(self, player: PlayerId, since_ms: int) -> bool:
        return self._presence.absent_ms(player, since_ms) >= self.absent_ms

    def _free_at(self, actor: TableActor) -> None:
        if actor.table.waiting:
            gone = partial(self._is_gone, since_ms=actor.loaded_ms)
            self._lobby.seating.forget_absent(actor, gone)
        for seat in actor.table.seats:
            if seat is None or seat.leaving:
                continue
            absent_ms = self._presence.absent_ms(seat.player, actor.loaded_ms)
            if absent_ms >= self.absent_ms and actor.carry_out(Stand(seat.player)):
                log.info(
                    "seat_freed",
                    table=actor.table.id,
                    player=seat.player,
                    chips=seat.stack,
                    absent_ms=absent_ms,
                )
