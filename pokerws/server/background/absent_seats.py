"""Frees the seats of players who have lost their connection and do not come back.

So it does with their places on waiting lists.

Such a seat could block its table for ever.  Where too few others play, no hand starts, so the rule
that stands up a player after missed hands never applies.
"""

import asyncio
from functools import partial

import structlog

from pokerws.game.commands import Stand
from pokerws.game.config.table_config import TableConfig
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
    """Stands up players of `lobby` without a connection for `absent_ms`; 0 is never.

    A table may have a shorter time of its own, or one where the server has none.

    Only tables in memory are checked.  At a table that was just loaded everybody has that time to
    come back, whether the server was restarted or another server had the table.
    """

    def __init__(self, lobby: Lobby, presence: Presence, clock: Clock, absent_ms: int) -> None:
        self._lobby = lobby
        self._presence = presence
        self._clock = clock
        self.absent_ms = absent_ms
        # The longest time that seats are kept at any table.
        self._longest_ms = absent_ms

    async def free(self) -> None:
        """Stand up all players absent for too long; during a hand, the seat is freed at its end."""
        self._longest_ms = self.absent_ms
        await self._free()
        if self.absent_ms:
            self._lobby.seating.finder.forget(lambda player: self._is_gone(player, 0))
        self._lobby.seating.chips.look_again()
        self._presence.forget(self._clock.now_ms() - self._longest_ms)

    async def _free(self) -> None:
        actors = self._lobby.actors()
        for start in range(0, len(actors), SLICE):
            if start:
                await asyncio.sleep(0)
            each(actors[start : start + SLICE], self._free_at)

    def _time_at(self, config: TableConfig) -> int:
        """How long the table's seats are kept; 0 is for ever."""
        times_ms = (self.absent_ms, config.presence.absent_seat_ms)
        return min((time_ms for time_ms in times_ms if time_ms), default=0)

    def _is_gone(self, player: PlayerId, since_ms: int) -> bool:
        return self._presence.absent_ms(player, since_ms) >= self.absent_ms

    def _free_at(self, actor: TableActor) -> None:
        time_ms = self._time_at(actor.table.config)
        if not time_ms:
            return
        self._longest_ms = max(self._longest_ms, time_ms)
        if actor.table.waiting:
            gone = partial(self._is_gone, since_ms=actor.loaded_ms)
            self._lobby.seating.forget_absent(actor, gone)
        for seat in actor.table.seats:
            if seat is None or seat.leaving:
                continue
            absent_ms = self._presence.absent_ms(seat.player, actor.loaded_ms)
            if absent_ms >= time_ms and actor.carry_out(Stand(seat.player)):
                log.info(
                    "seat_freed",
                    table=actor.table.id,
                    player=seat.player,
                    chips=seat.stack,
                    absent_ms=absent_ms,
                )
