"""Connections whose operator is not known yet: few, for a short time, and never in the way.

The limits are counted as those of the game's port.  But where that refuses the next one, here the
next one takes the place of the oldest: an operator needs a place for a moment, a flood for long.
"""

from collections import Counter
from typing import Any

from websockets.asyncio.server import ServerConnection

from pokerws.metrics import Metrics
from pokerws.server.clock import Clock
from pokerws.server.limits.limits import Caps, Quotas
from pokerws.server.net.client_address import TrustedProxies, counted_as, parse
from pokerws.server.net.connection_counts import ConnectionCounts, CountedSocket

# In all, and of one address.
MOST, MOST_OF_ADDRESS = 64, 16


class WaitingRoom:
    """The connections that wait, oldest first."""

    def __init__(self, clock: Clock, metrics: Metrics) -> None:
        quotas = Quotas(caps=Caps(connections=MOST, address_connections=MOST_OF_ADDRESS))
        self._counts = ConnectionCounts(quotas, TrustedProxies(()), clock, metrics)
        self._waiting: dict[AdminConnection, CountedSocket] = {}

    def connection(self, *arguments: Any, **options: Any) -> "AdminConnection":
        """A connection that enters when it is made."""
        return AdminConnection(self, *arguments, **options)

    def enter(self, one: "AdminConnection", peer: str) -> None:
        """A connection has come; another one goes if there is no room."""
        counted = self._counts.open(peer)
        if counted is None:
            oldest = self._in_the_way(counted_as(parse(peer)))
            self.leave(oldest)
            oldest.transport.abort()
            counted = self._counts.open(peer)
        if counted is not None:
            self._waiting[one] = counted

    def leave(self, one: "AdminConnection") -> None:
        """It is known who it is, or it has ended."""
        if (counted := self._waiting.pop(one, None)) is not None:
            self._counts.close(counted)

    def _in_the_way(self, key: str) -> "AdminConnection":
        """The oldest of an address that has too many, or of the one that has the most."""
        of_keys = Counter(counted.key for counted in self._waiting.values())
        if of_keys[key] < MOST_OF_ADDRESS:
            key = of_keys.most_common(1)[0][0]
        return next(one for one, counted in self._waiting.items() if counted.key == key)


class AdminConnection(ServerConnection):
    """A connection that waits until its operator is known."""

    def __init__(self, room: WaitingRoom, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.room = room

    def connection_made(self, transport: Any) -> None:
        """Part of `asyncio.Protocol`."""
        super().connection_made(transport)
        peer = transport.get_extra_info("peername")
        self.room.enter(self, str(peer[0]) if peer else "")

    def connection_lost(self, exc: Exception | None) -> None:
        """Part of `asyncio.Protocol`."""
        self.room.leave(self)
        super().connection_lost(exc)
