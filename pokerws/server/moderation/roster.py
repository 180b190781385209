"""The connected players with their addresses, and those who left lately, for operators."""

from collections import OrderedDict
from collections.abc import Iterator
from typing import NamedTuple, Protocol

from pokerws.game.state import PlayerId
from pokerws.messages import Notice, Waiting
from pokerws.server.auth.identity import Identity
from pokerws.server.clock import Clock
from pokerws.server.groups import Groups
from pokerws.server.isolation import Isolated

# Players who left are remembered for this long, and at most so many of them: the latest.
LEFT_MS = 3_600_000
MOST_LEFT = 1_000


class Connected(Isolated, Protocol):
    """One connection of a player."""

    address: str

    @property
    def admitted(self) -> Identity:
        """The player's identity."""

    def warn(self, notice: Notice | Waiting) -> None:
        """Send a notice, or a place on a waiting list."""

    def log_out(self) -> None:
        """Close the connection, because its session was ended."""

    def close_banned(self) -> None:
        """Close the connection, because its player or address is banned."""


class Register(Protocol):
    """Hears of each connection of a player."""

    def entered(self, player: PlayerId, connection: Connected) -> None:
        """A player's connection has opened."""

    def left(self, connection: Connected) -> None:
        """A connection has ended."""


class NoRegister:
    """`Register` that keeps nothing."""

    def entered(self, player: PlayerId, connection: Connected) -> None:
        """Part of `Register`."""

    def left(self, connection: Connected) -> None:
        """Part of `Register`."""


class Left(NamedTuple):
    """A player who left, and the address of the last connection; `at_ms` is ms UTC."""

    name: str
    address: str
    at_ms: int


class Roster:
    """The connections of all players, and the latest who left."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._connected = Groups[PlayerId, Connected]()
        self._left: OrderedDict[PlayerId, Left] = OrderedDict()
        self.register: Register = NoRegister()

    def enter(self, player: PlayerId, connection: Connected) -> None:
        """A player's connection has opened; pair it with `leave`."""
        self._connected.add(player, connection)
        self.register.entered(player, connection)
        self._left.pop(player, None)

    def leave(self, player: PlayerId, connection: Connected) -> None:
        """A player's connection has ended."""
        if not self._connected.remove(player, connection):
            return
        self.register.left(connection)
        name, now_ms = connection.admitted.name, self._clock.wall_ms()
        self._left[player] = Left(name, connection.address, now_ms)
        if len(self._left) > MOST_LEFT:
            self._left.popitem(last=False)

    def of(self, player: PlayerId) -> list[Connected]:
        """The connections of a player."""
        return self._connected.of(player)

    def connections(self) -> Iterator[tuple[PlayerId, list[Connected]]]:
        """All players with their connections.  They may be closed meanwhile."""
        for player in list(self._connected):
            yield player, self.of(player)

    def left(self) -> dict[PlayerId, Left]:
        """The players who left within the last hour, without those who came back."""
        since_ms = self._clock.wall_ms() - LEFT_MS
        while self._left and next(iter(self._left.values())).at_ms < since_ms:
            self._left.popitem(last=False)
        return dict(self._left)

    def knows(self, player: PlayerId) -> bool:
        """Whether the player is connected, or left a short time ago."""
        return player in self._connected or player in self._left
