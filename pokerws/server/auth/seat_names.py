"""Keeps a name from others while a seat shows it, also after its player has changed it.

A seat's name is noted in the store before the player sits down.  A claim of a noted name is refused
as long as the stored table shows it.  Between the note and the commit only the server that has the
table in memory knows; so it is asked first.
"""

from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

from pokerws.game.state import PlayerId, Seat, TableId
from pokerws.messages import Refused
from pokerws.server.auth.confusables import skeleton
from pokerws.server.clock import Clock
from pokerws.storage.errors import StoreUnavailable
from pokerws.storage.names import Names, SeatName

# A sit that is not stored after this time never will be.
SITTING_MS = 300_000
# Seats per statement when skeletons are computed after an upgrade.
CHUNK = 1_000

# The seats of a table that is in memory here, or None for another one.
SeatsAt = Callable[[TableId], Sequence[Seat | None] | None]


def _nowhere(table: TableId) -> None:
    """No table is in memory."""


class SeatNames:
    """The names that seats show, noted in `names`; `seats_at` knows the tables in memory."""

    def __init__(self, names: Names, clock: Clock, seats_at: SeatsAt = _nowhere) -> None:
        self._names = names
        self._clock = clock
        self._seats_at = seats_at
        # Players who are about to sit down.
        self._sitting: Counter[SeatName] = Counter()

    @asynccontextmanager
    async def sitting(
        self, table: TableId, player: PlayerId, name: str, *, given: bool
    ) -> AsyncIterator[None]:
        """Note a seat's name while a player sits down.

        Raises Refused if it is another player's by now and was not `given` by the login service.
        """
        seat, now_ms = SeatName(table, player, name), self._clock.wall_ms()
        self._sitting[seat] += 1
        try:
            try:
                is_free = await self._names.hold(
                    skeleton(name), seat, now_ms=now_ms, until_ms=now_ms + SITTING_MS, given=given
                )
            except StoreUnavailable as error:
                raise Refused("names_unavailable") from error
            if not is_free:
                raise Refused("name_taken", "the name is another player's by now: choose another")
            yield
        finally:
            self._sitting[seat] -= 1
            if not self._sitting[seat]:
                del self._sitting[seat]

    async def settle(self, alike: str) -> bool:
        """Let the stored tables decide about seats whose players are not about to sit.

        Returns whether there are any.  Raises StoreUnavailable.
        """
        noted = await self._names.seats(alike)
        settled = [seat for seat in noted if self._is_settled(seat)]
        if settled:
            await self._names.settle(settled)
        return bool(settled)

    def _is_settled(self, seat: SeatName) -> bool:
        """Whether the table is in memory here, without a seat that shows the name."""
        seats = self._seats_at(seat.table)
        return seats is not None and seat not in self._sitting and not shows(seats, seat)

    async def complete(self) -> None:
        """Compute the skeletons of seats that were taken before names of seats were noted."""
        while unread := await self._names.unread_seats(CHUNK):
            await self._names.set_skeletons([(seat, skeleton(seat.name)) for seat in unread])


def shows(seats: Sequence[Seat | None], noted: SeatName) -> bool:
    """Whether one of a table's seats shows the name for the player."""
    return any(s is not None and (s.player, s.name) == noted[1:] for s in seats)


def check_unlike(seats: Sequence[Seat | None], player: PlayerId, name: str) -> None:
    """Raise Refused if another player's seat shows a name that looks like this one."""
    alike = skeleton(name)
    if any(s is not None and s.player != player and skeleton(s.name) == alike for s in seats):
        raise Refused("name_taken", "a player at this table has this name, or one that looks alike")
