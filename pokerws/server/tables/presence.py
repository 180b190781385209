"""Tracks which players are connected to this server, and since when the others are absent."""

from collections.abc import Callable, Iterable
from functools import partial

from pokerws.game.state import PlayerId
from pokerws.server.clock import Alarm, Clock

# Called with a player who became absent, or is back.
Changed = Callable[[PlayerId], None]
# Called at once with a player, and whether the player is connected: it does not wait for the grace.
ConnectionChanged = Callable[[PlayerId, bool], None]


class Presence:
    """Counts the connections of each player, and keeps the address of the latest one.

    A player without a connection is absent after `grace_ms`, which is longer than a page reloads.
    """

    def __init__(self, clock: Clock, grace_ms: int = 0) -> None:
        self._clock = clock
        self._grace_ms = grace_ms
        self._connections: dict[PlayerId, int] = {}
        self._left_ms: dict[PlayerId, int] = {}
        self._addresses: dict[PlayerId, str] = {}
        # The alarms of players who lost their last connection and are not absent yet.
        self._leaving: dict[PlayerId, Alarm] = {}
        self._subscribers: list[Changed] = []
        self._connection_subscribers: list[ConnectionChanged] = []

    def subscribe(self, changed: Changed) -> None:
        """Call `changed` whenever a player becomes absent, or is back."""
        self._subscribers.append(changed)

    def subscribe_connections(self, changed: ConnectionChanged) -> None:
        """Call `changed` whenever a player loses the last connection or opens the first one."""
        self._connection_subscribers.append(changed)

    def enter(self, player: PlayerId, address: str | None = None) -> None:
        """Count a new connection of the player; `leave` ends it.

        `address` is the client's, as limits count it.
        """
        if address is not None:
            self._addresses[player] = address
        others = self._connections.get(player, 0)
        self._connections[player] = others + 1
        self._left_ms.pop(player, None)
        if (alarm := self._leaving.pop(player, None)) is not None:
            alarm.cancel()
        elif not others:
            self._notify(player)
        if not others:
            self._notify_connection(player, connected=True)

    def leave(self, player: PlayerId) -> None:
        """Count the end of one of the player's connections."""
        left = self._connections[player] - 1
        if left:
            self._connections[player] = left
            return
        del self._connections[player]
        self._addresses.pop(player, None)
        now_ms = self._left_ms[player] = self._clock.now_ms()
        if self._grace_ms:
            gone = partial(self._gone, player)
            self._leaving[player] = self._clock.call_at(now_ms + self._grace_ms, gone)
        else:
            self._notify(player)
        self._notify_connection(player, connected=False)

    def expect(self, players: Iterable[PlayerId]) -> None:
        """Count these as connected until just now, since they are about to come."""
        for player in players:
            if player not in self._connections and player not in self._leaving and self._grace_ms:
                now_ms = self._left_ms[player] = self._clock.now_ms()
                gone = partial(self._gone, player)
                self._leaving[player] = self._clock.call_at(now_ms + self._grace_ms, gone)

    def _gone(self, player: PlayerId) -> None:
        del self._leaving[player]
        self._notify(player)

    def _notify(self, player: PlayerId) -> None:
        for changed in self._subscribers:
            changed(player)

    def _notify_connection(self, player: PlayerId, *, connected: bool) -> None:
        for changed in self._connection_subscribers:
            changed(player, connected)

    @property
    def connected(self) -> int:
        """The number of players with a connection."""
        return len(self._connections)

    def is_connected(self, player: PlayerId) -> bool:
        """Whether the player has a connection now."""
        return player in self._connections

    def is_absent(self, player: PlayerId) -> bool:
        """Whether the player has had no connection for longer than the grace."""
        return player not in self._connections and player not in self._leaving

    def address(self, player: PlayerId) -> str | None:
        """The address of the player's latest connection; None if there is no connection."""
        return self._addresses.get(player)

    def absent_ms(self, player: PlayerId, since_ms: int) -> int:
        """How long the player has had no connection, in ms; 0 while connected.

        The time before `since_ms` does not count.  A player who has never connected counts from
        `since_ms`.
        """
        if player in self._connections:
            return 0
        return self._clock.now_ms() - max(since_ms, self._left_ms.get(player, since_ms))

    def forget(self, before_ms: int) -> None:
        """Forget when players left before `before_ms`, to free memory."""
        self._left_ms = {p: at_ms for p, at_ms in self._left_ms.items() if at_ms >= before_ms}
