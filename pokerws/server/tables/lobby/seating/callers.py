"""Tells players their places on waiting lists, on all their connections."""

from collections.abc import Callable, Sequence
from typing import Protocol

from pokerws.game.state import PlayerId, TableId
from pokerws.messages import Notice, Waiting
from pokerws.server.groups import Groups


class Connected(Protocol):
    """One connection of a player."""

    def warn(self, notice: Notice | Waiting) -> None:
        """Send a message that is not about play."""


def _nobody(player: PlayerId) -> Sequence[Connected]:
    """The connections of a player, where none are known."""
    return ()


class Callers:
    """The place that each player was told last, by table; None stands for waiting with a filter."""

    def __init__(self) -> None:
        self.connections: Callable[[PlayerId], Sequence[Connected]] = _nobody
        self._told: dict[PlayerId, dict[TableId | None, Waiting]] = {}
        self._of_table = Groups[TableId | None, PlayerId]()

    def tell(self, player: PlayerId, place: Waiting) -> None:
        """Tell a player a place, if it has changed.

        A player who was never told a place is not told that the wait is over.
        """
        told, table = self._told.get(player, {}), place.table
        before = told.get(table)
        if before == place or (before is None and not place.place):
            return
        if place.place:
            self._told[player] = {**told, table: place}
            self._of_table.add(table, player)
        else:
            self._forget(player, table)
        self.warn(player, place)

    def told_of(self, table: TableId | None) -> list[PlayerId]:
        """The players who were told a place on a list."""
        return self._of_table.of(table)

    def greet(self, player: PlayerId, connection: Connected) -> None:
        """Tell a new connection of a player all places."""
        for place in self._told.get(player, {}).values():
            connection.warn(place)

    def warn(self, player: PlayerId, notice: Notice | Waiting) -> None:
        """Send a player a message, on all connections."""
        for connection in self.connections(player):
            connection.warn(notice)

    def _forget(self, player: PlayerId, table: TableId | None) -> None:
        self._of_table.remove(table, player)
        told = self._told[player]
        del told[table]
        if not told:
            del self._told[player]
