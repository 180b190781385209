"""Finds a seat at any table that meets a filter, at once or as soon as one is free.

These waits are in memory only: a restart forgets them, and the client asks again.  The seat that is
reserved in the end is a state of its table.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from msgspec.structs import replace

from pokerws.game.commands import ReserveSeat
from pokerws.game.hosting.admission import may_sit
from pokerws.game.illegal import Details
from pokerws.game.seating.waiting_list import free_seat
from pokerws.game.state import PlayerId, Table, TableId
from pokerws.messages import Refused, TableFilter, Waiting
from pokerws.server.isolation import attempt
from pokerws.server.tables.actor import TableActor
from pokerws.server.tables.lobby.list_rows import NO_FILTER, Selection, TableRow
from pokerws.server.tables.lobby.seating.callers import Callers
from pokerws.server.tables.lobby.seating.offers import tried

# The most players who may wait with a filter.
MOST_WAITING = 1_000


class _Wish(NamedTuple):
    name: str
    selection: Selection


class SeatFinder:
    """Players who wait with a filter, in order; `rows` are the listed tables."""

    def __init__(
        self,
        actors: Mapping[TableId, TableActor],
        rows: Iterable[TableRow],
        callers: Callers,
    ) -> None:
        self.is_absent: Callable[[PlayerId], bool] = lambda _: False
        # Whether a player may take a seat at a table.
        self.may_sit: Callable[[PlayerId, TableId], bool] = lambda _player, _table: True
        self._actors = actors
        self._rows = rows
        self._callers = callers
        self._wishes: dict[PlayerId, _Wish] = {}

    def candidates(self, wanted: TableFilter | None) -> list[TableId]:
        """The tables that meet a filter and may have a free seat, those with most players first."""
        selection = _selection(wanted)
        found = [row for row in self._rows if selection.has(row)]
        found.sort(key=lambda row: (-row.summary.players, row.number))
        return [row.summary.table for row in found]

    def suits(self, table: Table, player: PlayerId) -> bool:
        """Whether a player could get a seat at a table now."""
        waiter = table.waiter(player)
        return (
            not table.closed
            and (waiter is None or waiter.seat is None)
            and table.seat_of(player) is None
            and free_seat(table) is not None
            and may_sit(table, player)
            and self.may_sit(player, table.id)
        )

    def wait(self, player: PlayerId, name: str, wanted: TableFilter | None) -> None:
        """Wait with a filter, in place of an earlier one; `look_for` follows.  Raises Refused."""
        if player not in self._wishes and len(self._wishes) >= MOST_WAITING:
            details = Details(limit=MOST_WAITING, scope="server")
            raise Refused("waiting_list_full", "too many players wait", details)
        self._wishes[player] = _Wish(name, _selection(wanted))

    def leave(self, player: PlayerId) -> bool:
        """End a player's wait; returns whether there was one.  `tell` follows."""
        return self._wishes.pop(player, None) is not None

    def forget(self, gone: Callable[[PlayerId], bool]) -> None:
        """Forget the players who are gone."""
        for player in list(filter(gone, self._wishes)):
            self.leave(player)
        self.tell()

    def look_for(self, player: PlayerId) -> None:
        """Reserve a seat that is free already for a player who has begun to wait."""
        rows = sorted(self._rows, key=lambda row: (-row.summary.players, row.number))
        for row in rows:
            if player in self._wishes:
                self.look(row)
        self.tell()

    def look(self, row: TableRow | None) -> None:
        """Reserve free seats of a table that was listed for players whose filter it meets."""
        if not self._wishes or row is None:
            return
        actor = self._actors.get(row.summary.table)
        if actor is not None:
            attempt(actor, self._offer, actor, row)

    def _offer(self, actor: TableActor, row: TableRow) -> None:
        for player, wish in list(self._wishes.items()):
            if free_seat(actor.table) is None:
                return
            suits = wish.selection.has(row) and self.suits(actor.table, player)
            if suits and not self.is_absent(player):
                # Left first, since what follows may look again.
                del self._wishes[player]
                if not tried(actor, ReserveSeat(player, wish.name)):
                    self._wishes = {player: wish, **self._wishes}
                    return
                self.tell()

    def tell(self) -> None:
        """Tell the players their places, and those who left that their wait is over."""
        for player in self._callers.told_of(None):
            if player not in self._wishes:
                self._callers.tell(player, Waiting(0))
        for place, player in enumerate(self._wishes, start=1):
            self._callers.tell(player, Waiting(place))


def _selection(wanted: TableFilter | None) -> Selection:
    """Tables with a free seat that meet a filter."""
    wanted = wanted or NO_FILTER
    return Selection(replace(wanted, free_seats=max(1, wanted.free_seats)))
