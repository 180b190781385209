"""Reserved player names and ended sessions: the interface of both stores, and the one in memory.

A name is identified by its skeleton (`server/auth/confusables.py`), an opaque string here.  Times
are in milliseconds UTC.
"""

from collections import OrderedDict
from heapq import heappop, heappush
from typing import NamedTuple, Protocol

from pokerws.game.state import PlayerId

# A guest costs some 300 bytes here, and only a newcomer's name can be new.
MAX_NAMES = 100_000
# At most so many expired entries are removed per insertion, so that no call takes long.
SWEEP = 10
# About 150 MB; only an attack creates so many.
MAX_ENDED = 500_000


class Names(Protocol):
    """Names and ended sessions.  Methods raise StoreUnavailable if the database is unreachable.

    An expired entry counts as absent.  A few are removed at each insertion.
    """

    async def claim(
        self, skeleton: str, player: PlayerId, name: str, *, now_ms: int, until_ms: int
    ) -> bool:
        """Reserve a name for a player until a time, and release the player's other names.

        Returns False, with nothing changed, if another player holds it.  Of several concurrent
        claims of a free name, exactly one succeeds.
        """

    async def end_session(self, sid: str, *, now_ms: int, until_ms: int) -> None:
        """Keep a session in mind as ended until a time, or longer where it is so already."""

    async def ended_sessions(self, now_ms: int) -> dict[str, int]:
        """The sessions that are ended, each with the time until which it is to be kept in mind."""


class EndedSessions:
    """Sessions that were ended, each with the time until which it is to be kept in mind.

    To add one costs as good as nothing, however many there are.  None is forgotten before its
    time, or its tokens would be good again: when it is full, no further session can be ended.
    """

    def __init__(self) -> None:
        self._until_ms: dict[str, int] = {}
        # By when they expire; what was prolonged is in it again.
        self._queue: list[tuple[int, str]] = []

    def __len__(self) -> int:
        return len(self._queue)

    def add(self, sid: str, *, now_ms: int, until_ms: int) -> None:
        """Keep a session in mind until a time, or longer where it is so already."""
        self._sweep(now_ms)
        if until_ms > self._until_ms.get(sid, 0):
            self._until_ms[sid] = until_ms
            heappush(self._queue, (until_ms, sid))

    @property
    def is_full(self) -> bool:
        """Whether no other one should be added."""
        return len(self._queue) >= MAX_ENDED

    def has(self, sid: str, now_ms: int) -> bool:
        """Whether a session is to be kept in mind."""
        return self._until_ms.get(sid, 0) > now_ms

    def all(self, now_ms: int) -> dict[str, int]:
        """Those that are to be kept in mind."""
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
    """`Names` in dicts.  When it is full, the name that was not renewed for longest is free."""

    def __init__(self) -> None:
        # Finding the first key of a plain dict gets slower with each deletion.
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
        """Those at the front: a claim that is renewed goes to the back, so the oldest are there."""
        while self._claims:
            oldest = next(iter(self._claims))
            if self._claims[oldest].until_ms > now_ms and len(self._claims) < MAX_NAMES:
                return
            self._release(oldest)

    def _release(self, skeleton: str) -> None:
        del self._skeletons[self._claims.pop(skeleton).player]
