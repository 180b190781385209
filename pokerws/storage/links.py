"""Links that bring guests to another device: the contract of their store, and one in memory.

A link is found by the digest of its code, once.  Times are milliseconds UTC.
"""

from collections import OrderedDict
from typing import NamedTuple, Protocol

from pokerws.game.state import PlayerId

# In memory, the oldest of more links is dropped.
MAX_LINKS = 10_000


class StoredLink(NamedTuple):
    """A link that brings `player`, made by the session `sid`, which goes on if `keep`."""

    player: PlayerId
    name: str
    sid: str
    keep: bool
    made_ms: int
    until_ms: int


class StoredLinks(Protocol):
    """Keeps links.  Every method raises StoreUnavailable if the store is out of reach."""

    async def put(self, digest: str, link: StoredLink) -> None:
        """Keep a link, in place of the player's earlier one; removes a few expired ones."""

    async def take(self, digest: str, now_ms: int) -> StoredLink | None:
        """Remove a link and return it; None if there is none, or it has expired.

        Of several calls, also on several servers, only one gets it.
        """


class MemoryLinks:
    """`StoredLinks` in dicts."""

    def __init__(self) -> None:
        self._links: OrderedDict[str, StoredLink] = OrderedDict()
        self._digests: dict[PlayerId, str] = {}

    async def put(self, digest: str, link: StoredLink) -> None:
        """Part of `StoredLinks`."""
        self._remove(self._digests.get(link.player, ""))
        while self._links:
            oldest = next(iter(self._links))
            if self._links[oldest].until_ms > link.made_ms and len(self._links) < MAX_LINKS:
                break
            self._remove(oldest)
        self._links[digest] = link
        self._digests[link.player] = digest

    async def take(self, digest: str, now_ms: int) -> StoredLink | None:
        """Part of `StoredLinks`."""
        link = self._remove(digest)
        return link if link is not None and link.until_ms > now_ms else None

    def _remove(self, digest: str) -> StoredLink | None:
        link = self._links.pop(digest, None)
        if link is not None:
            del self._digests[link.player]
        return link
