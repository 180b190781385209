"""The tables in memory at which each player sits, found without a search."""

from collections.abc import Sequence

from pokerws.game.state import PlayerId, Table, TableId


class SeatIndex:
    """The players of each table in memory, and the tables of each player."""

    def __init__(self) -> None:
        # Tuples, since they are short and there are many.  Only taken seats are here.
        self._players: dict[TableId, tuple[PlayerId, ...]] = {}
        self._tables: dict[PlayerId, tuple[TableId, ...]] = {}

    @property
    def seated(self) -> int:
        """The number of players who sit at any table."""
        return len(self._tables)

    def players_at(self, table: TableId) -> Sequence[PlayerId]:
        """The players who sit at a table."""
        return self._players.get(table, ())

    def tables_of(self, player: PlayerId) -> Sequence[TableId]:
        """The tables at which a player sits."""
        return self._tables.get(player, ())

    def follow(self, table: Table) -> bool:
        """Note the players of a table; returns whether they have changed."""
        players = tuple([seat.player for seat in table.seats if seat is not None])
        before = self._players.get(table.id, ())
        if players == before:
            return False
        if players:
            self._players[table.id] = players
        else:
            del self._players[table.id]
        for player in before:
            if player not in players:
                self._remove(player, table.id)
        for player in players:
            if player not in before:
                self._tables[player] = (*self._tables.get(player, ()), table.id)
        return True

    def forget(self, table: TableId) -> None:
        """Forget a table that leaves memory."""
        for player in self._players.pop(table, ()):
            self._remove(player, table)

    def _remove(self, player: PlayerId, table: TableId) -> None:
        left = tuple([one for one in self._tables[player] if one != table])
        if left:
            self._tables[player] = left
        else:
            del self._tables[player]
