"""Reserved player names and ended sessions: the contract, and its implementation in memory.

A name is identified by its skeleton (see `server/auth/confusables.py`), which is opaque here.
Times are milliseconds UTC.
"""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from heapq import heappop, heappush
from typing import NamedTuple, Protocol

from pokerws.game.state import PlayerId, TableId

# One costs about 300 bytes, and each guest has one at most.
MAX_NAMES = 100_000
# Expired entries removed per call, so that no call has to remove them all.
SWEEP = 10
# About 150 MB.  Only abuse ends so many sessions.
MAX_ENDED = 500_000


class SeatName(NamedTuple):
    """A name that a seat shows."""

    table: TableId
    player: PlayerId
    name: str


class Names(Protocol):
    """Keeps names and ended sessions.  Every method raises StoreUnavailable if it is out of reach.

    Expired entries do not count.  They are removed a few at a time, as new ones come.
    """

    async def claim(
        self, skeleton: str, player: PlayerId, name: str, *, now_ms: int, until_ms: int
    ) -> bool:
        """Reserve a name for a player until a time, and release the player's other names.

        Returns whether the player holds it now.  If it is another player's, or another player's
        seat shows it, nothing changes.  Of several concurrent claims of a free name exactly one
        succeeds.
        """

    async def name_of(self, player: PlayerId, now_ms: int) -> str | None:
        """The name that is reserved for a player, as the player writes it, or None."""

    async def give(self, skeleton: str, player: PlayerId, name: str, *, until_ms: int) -> None:
        """Reserve a name for a player, whoever holds it; release the player's other names."""

    async def hold(
        self, skeleton: str, seat: SeatName, *, now_ms: int, until_ms: int, given: bool = False
    ) -> bool:
        """Note that a seat is about to show a name, by `until_ms` at the latest.

        From then on the stored table says whether it does.  Returns False, with nothing noted, if
        the name is reserved for another player, unless it was `given`.
        """

    async def seats(self, skeleton: str) -> list[SeatName]:
        """The noted seats with that name; some may not show it any more."""

    async def settle(self, seats: Sequence[SeatName]) -> None:
        """From now on the stored tables say whether these seats show their names."""

    async def unread_seats(self, limit: int) -> list[SeatName]:
        """Up to `limit` seats whose names have no skeleton yet."""

    async def set_skeletons(self, skeletons: Sequence[tuple[SeatName, str]]) -> None:
        """Set the skeletons of noted seats."""

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
    name: str
    until_ms: int


class _Seats:
    """Noted seats, each with its skeleton and until when its player may be about to sit."""

    def __init__(self) -> None:
        self._noted: OrderedDict[SeatName, tuple[str, int]] = OrderedDict()
        self._by_skeleton: dict[str, set[SeatName]] = {}

    def add(self, skeleton: str, seat: SeatName, until_ms: int) -> None:
        """Note a seat, as the newest one."""
        if seat in self._noted:
            self.remove(seat)
        self._noted[seat] = skeleton, until_ms
        self._by_skeleton.setdefault(skeleton, set()).add(seat)

    def remove(self, seat: SeatName) -> None:
        """Forget a seat."""
        skeleton, _ = self._noted.pop(seat)
        named = self._by_skeleton[skeleton]
        named.discard(seat)
        if not named:
            del self._by_skeleton[skeleton]

    def named(self, skeleton: str) -> list[SeatName]:
        """The seats with that name."""
        return list(self._by_skeleton.get(skeleton, ()))

    def oldest(self, count: int) -> list[SeatName]:
        """Up to `count` seats, of which those that stay become the newest ones."""
        oldest = [seat for seat, _ in zip(self._noted, range(count), strict=False)]
        for seat in oldest:
            self._noted.move_to_end(seat)
        return oldest

    def until_ms(self, seat: SeatName) -> int:
        """Until when the player may be about to sit."""
        return self._noted[seat][1]

    def settle(self, seat: SeatName) -> None:
        """The player is not about to sit."""
        if seat in self._noted:
            self._noted[seat] = self._noted[seat][0], 0


class MemoryNames:
    """`Names` in dicts.  When it is full, the least recently renewed name is released.

    `shows` says whether a seat shows its name.
    """

    def __init__(self, shows: Callable[[SeatName], bool] = lambda seat: True) -> None:
        self.shows = shows
        self._seats = _Seats()
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
        if held is None or held.player != player:
            for seat in self._seats.named(skeleton):
                if seat.player != player and self._is_shown(seat, now_ms):
                    return False
        self._set(skeleton, _Claim(player, name, until_ms))
        return True

    async def name_of(self, player: PlayerId, now_ms: int) -> str | None:
        """Part of `Names`."""
        claim = self._claims.get(self._skeletons.get(player, ""))
        return claim.name if claim is not None and claim.until_ms > now_ms else None

    async def give(self, skeleton: str, player: PlayerId, name: str, *, until_ms: int) -> None:
        """Part of `Names`."""
        self._set(skeleton, _Claim(player, name, until_ms))

    async def hold(
        self, skeleton: str, seat: SeatName, *, now_ms: int, until_ms: int, given: bool = False
    ) -> bool:
        """Part of `Names`."""
        held = self._claims.get(skeleton)
        is_others = held is not None and held.player != seat.player and held.until_ms > now_ms
        if is_others and not given:
            return False
        self._seats.add(skeleton, seat, until_ms)
        for old in self._seats.oldest(SWEEP):
            if old != seat and not self._is_shown(old, now_ms):
                self._seats.remove(old)
        return True

    async def seats(self, skeleton: str) -> list[SeatName]:
        """Part of `Names`."""
        return self._seats.named(skeleton)

    async def settle(self, seats: Sequence[SeatName]) -> None:
        """Part of `Names`."""
        for seat in seats:
            self._seats.settle(seat)

    async def unread_seats(self, limit: int) -> list[SeatName]:
        """Part of `Names`: there are none, since `hold` is told the skeleton."""
        return []

    async def set_skeletons(self, skeletons: Sequence[tuple[SeatName, str]]) -> None:
        """Part of `Names`."""

    async def end_session(self, sid: str, *, now_ms: int, until_ms: int) -> None:
        """Part of `Names`."""
        self._ended.add(sid, now_ms=now_ms, until_ms=until_ms)

    async def ended_sessions(self, now_ms: int) -> dict[str, int]:
        """Part of `Names`."""
        return self._ended.all(now_ms)

    def _is_shown(self, seat: SeatName, now_ms: int) -> bool:
        return self._seats.until_ms(seat) > now_ms or self.shows(seat)

    def _set(self, skeleton: str, claim: _Claim) -> None:
        if skeleton in self._claims:
            self._release(skeleton)
        if claim.player in self._skeletons:
            self._release(self._skeletons[claim.player])
        self._claims[skeleton] = claim
        self._skeletons[claim.player] = skeleton

    def _drop_expired(self, now_ms: int) -> None:
        """Release expired names at the front: a renewed claim moves to the back."""
        while self._claims:
            oldest = next(iter(self._claims))
            if self._claims[oldest].until_ms > now_ms and len(self._claims) < MAX_NAMES:
                return
            self._release(oldest)

    def _release(self, skeleton: str) -> None:
        del self._skeletons[self._claims.pop(skeleton).player]
