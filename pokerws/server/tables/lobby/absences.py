"""Tells the viewers of a table when a seated player's connection is lost, and when it is back.

These messages are no events: they have no number and are not stored.  They pass the table's commit
gate all the same, so that none comes before the event that seats its player.  Only for tables with
absent players it keeps what viewers were told last.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from pokerws.game.state import PlayerId, Table, TableId
from pokerws.messages import Broadcast, PlayerDisconnected, PlayerReconnected
from pokerws.server.isolation import attempt, each
from pokerws.server.tables.actor import TableActor
from pokerws.server.tables.actors.table_clock import ALL_CONNECTED, Connections
from pokerws.server.tables.lobby.seat_index import SeatIndex
from pokerws.server.tables.presence import Presence


def _nobody(player: PlayerId) -> bool:
    """Whether a player is absent, where connections are not followed."""
    return False


class Absences:
    """The absent players of the tables in memory, whose `actors` are only read.

    `seats` has the players of each table.
    """

    def __init__(self, actors: Mapping[TableId, TableActor]) -> None:
        self.seats = SeatIndex()
        self._actors = actors
        self._is_absent: Callable[[PlayerId], bool] = _nobody
        self._connections: Connections = ALL_CONNECTED
        # The absent players of each table that has any, as its viewers were told.
        self._told: dict[TableId, tuple[PlayerId, ...]] = {}
        # The event after which a table's viewers are told what has changed since.
        self._due: dict[TableId, int] = {}

    def follow(self, presence: Presence) -> None:
        """Follow the connections of players from now on."""
        self._is_absent = presence.is_absent
        self._connections = presence
        presence.subscribe(self._player_changed)
        presence.subscribe_connections(self._connection_changed)

    def is_connected(self, player: PlayerId) -> bool:
        """Part of `Connections`."""
        return self._connections.is_connected(player)

    def told(self, table: TableId) -> Sequence[PlayerId]:
        """The absent players of a table, as its viewers know them."""
        return self._told.get(table, ())

    # ---- tables

    def entered(self, table: Table) -> None:
        """Note a table that has come into memory, without viewers."""
        self.seats.follow(table)
        self._note(table.id, self._absent_at(table.id))

    def left(self, table: TableId) -> None:
        """Forget a table that has left memory.  Frames held for its viewers were dropped."""
        self.seats.forget(table)
        self._told.pop(table, None)
        self._due.pop(table, None)

    def seats_changed(self, table: Table) -> None:
        """Players of a table may have sat down or stood up.

        A player who stands up is not absent any more; viewers know that from the event.
        """
        actor = self._actors.get(table.id)
        if actor is None or not self.seats.follow(table):
            return
        seated = self.seats.players_at(table.id)
        self._note(table.id, tuple([one for one in self.told(table.id) if one in seated]))
        if any(map(self._is_absent, seated)):
            self._tell_later(actor)

    def _note(self, table: TableId, absent: tuple[PlayerId, ...]) -> None:
        if absent:
            self._told[table] = absent
        else:
            self._told.pop(table, None)

    def _absent_at(self, table: TableId) -> tuple[PlayerId, ...]:
        return tuple(filter(self._is_absent, self.seats.players_at(table)))

    # ---- players

    def _player_changed(self, player: PlayerId) -> None:
        for table in self.seats.tables_of(player):
            if (actor := self._actors.get(table)) is not None:
                attempt(actor, self._tell_later, actor)

    def _connection_changed(self, player: PlayerId, connected: bool) -> None:  # noqa: FBT001
        for table in self.seats.tables_of(player):
            if (actor := self._actors.get(table)) is not None:
                change = partial(actor.connection_changed, player, connected=connected)
                attempt(actor, change)

    def _tell_later(self, actor: TableActor) -> None:
        """Tell the viewers once they have seen all events so far, possibly at once."""
        table, seq = actor.table.id, actor.table.seq
        if self._due.get(table) != seq and not actor.stopped:
            self._due[table] = seq
            actor.gate.send(seq, partial(self._tell, actor, seq))

    def _tell(self, actor: TableActor, seq: int) -> None:
        table = actor.table
        # After a later event, viewers may not know yet who sits now: the later call tells them.
        if self._due.get(table.id) != seq or self._actors.get(table.id) is not actor:
            return
        del self._due[table.id]
        before, absent = self.told(table.id), self._absent_at(table.id)
        self._note(table.id, absent)
        for number, seat in enumerate(table.seats):
            if seat is not None and (is_absent := seat.player in absent) != (seat.player in before):
                kind = PlayerDisconnected if is_absent else PlayerReconnected
                _send(actor, Broadcast(kind(table.id, number, seat.player)))


def _send(actor: TableActor, message: Broadcast) -> None:
    hearing = [viewer for viewer in actor.viewers.prompt_listeners if viewer.hears_presence]
    each(hearing, lambda viewer: viewer.send_table_frame(message.on(viewer.wire)))
