"""Tracks which players are connected to this server, and for how long the others have not been."""

from pokerws.game.state import PlayerId
from pokerws.server.clock import Clock


class Presence:
    """Counts the connections of each player, and knows where the latest came from."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._connections: dict[PlayerId, int] = {}
        self._left_ms: dict[PlayerId, int] = {}
        self._addresses: dict[PlayerId, str] = {}

    def enter(self, player: PlayerId, address: str | None = None) -> None:
        """A connection of the player has opened; pair it with `leave`.

        `address` is the client's, as limits count it.
        """
        if address is not None:
            self._addresses[player] = address
        self._connections[player] = self._connections.get(player, 0) + 1
        self._left_ms.pop(player, None)

    def leave(self, player: PlayerId) -> None:
        """One of the player's connections has ended."""
        left = self._connections[player] - 1
        if left:
            self._connections[player] = left
        else:
            del self._connections[player]
            self._addresses.pop(player, None)
            self._left_ms[player] = self._clock.now_ms()

    def address(self, player: PlayerId) -> str | None:
        """The address of the player's latest connection; None if there is no connection."""
        return self._addresses.get(player)

    def absent_ms(self, player: PlayerId, since_ms: int) -> int:
        """How long the player has had no connection, in ms; 0 while connected.

        It counts from `since_ms` at the earliest, also for a player who has never connected.
        """
        if player in self._connections:
            return 0
        return self._clock.now_ms() - max(since_ms, self._left_ms.get(player, since_ms))

    def forget(self, before_ms: int) -> None:
        """Forget players who left before a time, to free memory: they were absent even longer."""
        self._left_ms = {p: at_ms for p, at_ms in self._left_ms.items() if at_ms >= before_ms}
