"""From where players were connected, and when: the contract of the store."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from pokerws.game.state import PlayerId


class StoredConnection(NamedTuple):
    """A connection of a player.  Times are ms UTC; the end is None while it lasts."""

    id: str
    player: PlayerId
    address: str
    began_ms: int
    ended_ms: int | None = None


class StoredConnections(Protocol):
    """Keeps connections.  Every method raises StoreUnavailable if the store is out of reach."""

    async def put(self, connections: Sequence[StoredConnection]) -> None:
        """Add connections; of those that are there, the end is set."""

    async def sweep(self, before_ms: int, limit: int) -> int:
        """Delete up to `limit` of those that began before a time; returns how many there were."""
