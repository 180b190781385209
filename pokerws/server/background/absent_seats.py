"""Frees the seats of players who have lost their connection and do not come back.

Such a seat could block its table for ever.  Where too few others play, no hand starts, so the rule
that stands up a player after missed hands never applies.
"""

import asyncio

import structlog

from pokerws.server.clock import Clock
from pokerws.server.tables.lobby import Lobby
from pokerws.server.tables.presence import Presence

# Tables checked before other tasks get a turn.
SLICE = 100

log = structlog.get_logger("pokerws.absent_seats")


class AbsentSeats:
    """Stands up players of `lobby` without a connection for `absent_ms`; 0 turns it off.

    Only tables in memory are checked; the others are checked after they are loaded.
    """

    def __init__(self, lobby: Lobby, presence: Presence, clock: Clock, absent_ms: int) -> None:
        self._lobby = lobby
        self._presence = presence
        self._clock = clock
        self.absent_ms = absent_ms

    async def free(self) -> None:
        """Stand up all players absent for too long; during a hand, the seat is freed at its end."""
        if not self.absent_ms:
            return
        for number, actor in enumerate(self._lobby.actors(), start=1):
            for seat in actor.table.seats:
                if seat is None or seat.leaving:
                    continue
                absent_ms = self._presence.absent_ms(seat.player)
                if absent_ms >= self.absent_ms and actor.stand_up(seat.player):
                    log.info(
                        "seat_freed",
                        table=actor.table.id,
                        player=seat.player,
                        chips=seat.stack,
                        absent_ms=absent_ms,
                    )
            if number % SLICE == 0:
                await asyncio.sleep(0)
        self._presence.forget(self._clock.now_ms() - self.absent_ms)
