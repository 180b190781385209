"""Follows the tables in memory, and lets free seats be offered and automatic chips be added."""

from collections.abc import Callable, Iterable, Mapping

from pokerws.game.state import PlayerId, Table, TableId
from pokerws.server.clock import Clock
from pokerws.server.tables.actor import TableActor
from pokerws.server.tables.cashier import Cashier
from pokerws.server.tables.lobby.list_rows import TableRow
from pokerws.server.tables.lobby.seating.callers import Callers
from pokerws.server.tables.lobby.seating.chip_bringer import ChipBringer
from pokerws.server.tables.lobby.seating.finder import SeatFinder
from pokerws.server.tables.lobby.seating.offers import SeatOffers
from pokerws.server.tables.presence import Presence


class SeatDesk:
    """Follows the tables in memory, whose `actors` are only read, and the listed `rows`."""

    def __init__(
        self,
        actors: Mapping[TableId, TableActor],
        rows: Iterable[TableRow],
        clock: Clock,
        cashier: Cashier,
    ) -> None:
        self._actors = actors
        self.callers = Callers()
        self.offers = SeatOffers(actors, clock, self.callers)
        self.finder = SeatFinder(actors, rows, self.callers)
        self.chips = ChipBringer(actors, cashier, self.callers)

    def follow(self, presence: Presence) -> None:
        """Follow the connections of players from now on."""
        self.offers.is_absent = self.finder.is_absent = presence.is_absent
        self.chips.address_of = presence.address
        presence.subscribe(self.offers.changed)

    def changed(self, table: Table) -> None:
        """The seats, stacks or waiting list of a table may have changed, or it was loaded."""
        actor = self._actors.get(table.id)
        if actor is not None and not actor.stopped:
            self.offers.look(actor)
            self.chips.look(actor)

    def left(self, table: TableId) -> None:
        """Forget a table that has left memory."""
        self.offers.left(table)
        self.chips.left(table)

    def forget_absent(self, actor: TableActor, is_gone: Callable[[PlayerId], bool]) -> None:
        """Drop players from a table's waiting list who are absent for too long."""
        gone = tuple(one.player for one in actor.table.waiting if is_gone(one.player))
        self.offers.drop(actor, gone)
