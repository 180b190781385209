"""Tracks which players are connected to this server, and for how long the others have not been."""

from pokerws.game.state import PlayerId
from pokerws.server.clock import Clock


class Presence:
    """Counts the connections of each player.

    A player who has not connected yet counts as absent since the server started, so that after a
    restart everybody has the same time to come back.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._started_ms = clock.now_ms()
        self._connections: dict[PlayerId, int] = {}
        self._left_ms: dict[PlayerId, int] = {}

    def enter(self, player: PlayerId) -> None:
        """A connection of the player has opened; pair it with `leave`."""
        self._connections[player] = self._connections.get(player, 0) + 1
        self._left_ms.pop(player, None)

    def leave(self, player: PlayerId) -> None:
        """One of the player's connections has ended."""
        left = self._connections[player] - 1
        if left:
            self._connections[player] = left
        else:
            del self._connections[player]
            self._left_ms[player] = self._clock.now_ms()

    def absent_ms(self, player: PlayerId) -> int:
        """How long the player has had no connection, in ms; 0 while connected."""
        if player in self._connections:
            return 0
        return self._clock.now_ms() - self._left_ms.get(player, self._started_ms)

    def forget(self, before_ms: int) -> None:
        """Forget players who left before a time, to free memory.

        Their absence then counts from the start of the server, which was earlier.
        """
        self._left_ms = {p: at_ms for p, at_ms in self._left_ms.items() if at_ms >= before_ms}
