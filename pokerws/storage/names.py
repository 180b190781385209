"""Reserved player names and ended sessions: the contract, and its implementation in memory.

A name is identified by its skeleton (see `server/auth/confusables.py`), which is opaque here.
Times are milliseconds UTC.
"""

from collections import OrderedDict
from heapq import heappop, heappush
from typing import NamedTuple, Protocol

from pokerws.game.state import PlayerId

# One costs about 300 bytes, and each guest has one at most.
MAX_NAMES = 100_000
# Expired entries removed per call, so that no call has to remove them all.
SWEEP = 10
# About 150 MB.  Only abuse ends so many sessions.
MAX_ENDED = 500_000


class Names(Protocol):
    """Keeps names and ended sessions.  Every method raises StoreUnavailable if it is out of reach.

    Expired entries do not count.  They are removed a few at a time, as new ones come.
    """

    async def claim(
        self, skeleton: str, player: PlayerId, name: str, *, now_ms: int, until_ms: int
    ) -> bool:
        """Reserve a name for a player until a time, and release the player's other names.

        Returns whether the player holds it now.  If it is another player's, nothing changes.  Of
        several concurrent claims of a free name exactly one succeeds.
        """

    async def end_session(self, sid: str, *, now_ms: int, until_ms: int) -> None:
        """Record a session as ended until a time; a later time that is recorded stays."""

    async def ended_sessions(self, now_ms: int) -> dict[str, int]:
        """The ended sessions, each with the time until which it is recorded."""


class EndedSessions:
    """Ended sessions, each with the time until which it is recorded.

    Adding one is cheap, however many there are.  None is dropped early, since its tokens would be
    valid again: when it is full, no more sessions can be ended.
    """

    def __init__(self) -> None:
        self._until_ms: dict[str, int] = {}
        # Ordered by expiry; a prolonged session is in it twice.
        self._queue: list[tuple[int, str]] = []

    def __len__(self) -> int:
        return len(self._queue)

    def add(self, sid: str, *, now_ms: int, until_ms: int) -> None:
        """Record a session until a time; a later time that is recorded stays."""
        self._sweep(now_ms)
        if until_ms > self._until_ms.get(sid, 0):
            self._until_ms[sid] = until_ms
            heappush(self._queue, (until_ms, sid))

    @property
    def is_full(self) -> bool:
        """Whether no more should be added."""
        return len(self._queue) >= MAX_ENDED

    def has(self, sid: str, now_ms: int) -> bool:
        """Whether a session is recorded as ended."""
        return self._until_ms.get(sid, 0) > now_ms

    def all(self, now_ms: int) -> dict[str, int]:
        """The recorded sessions."""
        return {sid: until_ms for sid, until_ms in self._until_ms.items() if until_ms > now_ms}

    def _sweep(self, now_ms: int) -> None:
        for _ in range(SWEEP):
            if not self._queue or self._queue[0][0] > now_ms:
                return
            until_ms, sid = heappop(self._queue)
            if self._until_ms[sid] == until_ms:
                del self._until_ms[sid]


class _Claim(NamedTuple):
    player: PlayerId
    until_ms: int


class MemoryNames:
    """`Names` in dicts.  When it is full, the least recently renewed name is released."""

    def __init__(self) -> None:
        # In a plain dict, finding the first entry becomes slower with each deletion.
        self._claims: OrderedDict[str, _Claim] = OrderedDict()
        self._skeletons: dict[PlayerId, str] = {}
        self._ended = EndedSessions()

    async def claim(
        self, skeleton: str, player: PlayerId, name: str, *, now_ms: int, until_ms: int
    ) -> bool:
        """Part of `Names`."""
        self._drop_expired(now_ms)
        held = self._claims.get(skeleton)
        if held is not None and held.player != player and held.until_ms > now_ms:
            return False
        if held is not None:
            self._release(skeleton)
        if player in self._skeletons:
            self._release(self._skeletons[player])
        self._claims[skeleton] = _Claim(player, until_ms)
        self._skeletons[player] = skeleton
        return True

    async def end_session(self, sid: str, *, now_ms: int, until_ms: int) -> None:
        """Part of `Names`."""
        self._ended.add(sid, now_ms=now_ms, until_ms=until_ms)

    async def ended_sessions(self, now_ms: int) -> dict[str, int]:
        """Part of `Names`."""
        return self._ended.all(now_ms)

    def _drop_expired(self, now_ms: int) -> None:
        """Release expired names at the front: a renewed claim moves to the back."""
        while self._claims:
            oldest = next(iter(self._claims))
            if self._claims[oldest].until_ms > now_ms and len(self._claims) < MAX_NAMES:
                return
            self._release(oldest)

    def _release(self, skeleton: str) -> None:
        del self._skeletons[self._claims.pop(skeleton).player]
