"""Servers that were not heard, and for how long that is a reason to ask nothing of them."""

from pokerws.server.clock import Clock
from pokerws.server.cluster.packets import Peer

# An owner that was not heard for two seconds is not asked for so long, unless it is heard.  Its
# lease is over by then, if it is dead.
SILENT_MS = 2_500


class Silences:
    """The servers that are silent now."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._until_ms: dict[Peer, int] = {}

    def __contains__(self, peer: Peer) -> bool:
        until_ms = self._until_ms.get(peer, 0)
        if until_ms and until_ms < self._clock.now_ms():
            # Whoever has renewed a lease since is alive.
            del self._until_ms[peer]
        return peer in self._until_ms

    def begin(self, peer: Peer) -> None:
        """A server is not heard any more."""
        self._until_ms[peer] = self._clock.now_ms() + SILENT_MS

    def end(self, peer: Peer) -> None:
        """A server was heard, or has ended for certain."""
        self._until_ms.pop(peer, None)

    def clear(self) -> None:
        """Know nothing of anybody."""
        self._until_ms.clear()
