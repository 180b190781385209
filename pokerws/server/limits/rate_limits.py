"""Token buckets, and the tallies of players and addresses that hold them.

This module counts, and returns how long to wait.  Time is always an argument.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Hashable, Iterable, Mapping
from functools import cache
from math import ceil
from typing import Generic, Literal, NamedTuple, TypeVar

from pokerws.game.illegal import Counts, Details, Scope
from pokerws.messages import Refused

# The kinds of limits: all messages, messages that cost more, new connections and new guests.
Kind = Literal["commands", "chat", "tables", "reads", "seats", "connections", "newcomers"]

# Tallies without sockets that are kept until their buckets are full.  Above this number the oldest
# are dropped, which bounds the memory.
MAX_GONE = 10_000

Key = TypeVar("Key", bound=Hashable)


class Rate(NamedTuple):
    """A bucket of `burst` tokens, replenished evenly; an empty one is full after `over_ms`."""

    burst: int
    over_ms: int


def rate_of(text: str) -> Rate | None:
    """Parses a setting like `60/3s`; None for `0`, which is no limit."""
    count, _, over = text.removesuffix("s").partition("/")
    return Rate(int(count), int(over) * 1000) if int(count) else None


def too_fast(wait_ms: int, rate: Rate | None, counts: Counts, scope: Scope) -> Refused:
    """The refusal of a message over a rate limit."""
    if rate is None:
        return Refused("too_fast", retry_after_ms=wait_ms)
    details = Details(limit=rate.burst, over_ms=rate.over_ms, scope=scope, counts=counts)
    return Refused("too_fast", details=details, retry_after_ms=wait_ms)


class Bucket:
    """A token bucket, stored as the time when it is full again (GCRA, ITU-T I.371).

    Times in us are whole numbers in floats, which are exact to the year 2255, and cost a third of
    such long integers.
    """

    __slots__ = ("depth_us", "full_at_us", "step_us")

    def __init__(self, rate: Rate) -> None:
        self.depth_us, self.step_us = _measures_of(rate)
        self.full_at_us = 0.0

    def take(self, now_ms: int) -> int:
        """Take a token; returns 0, or, with nothing taken, the ms until one is available."""
        return take_each((self,), now_ms)

    def left(self, now_ms: int) -> int:
        """The tokens that can be taken now."""
        used_us = max(0.0, self.full_at_us - now_ms * 1000.0)
        return int((self.depth_us - used_us) // self.step_us)

    def is_full(self, now_ms: int) -> bool:
        """Whether it is full, like a new one."""
        return self.full_at_us <= now_ms * 1000.0


def take_each(buckets: Iterable[Bucket], now_ms: int) -> int:
    """Take a token of each, in order, up to the first that has none; returns as `take` does.

    Every message passes here with three buckets, so there is no call for each.
    """
    now_us = now_ms * 1000.0
    for bucket in buckets:
        full_at_us = bucket.full_at_us
        if full_at_us <= now_us:
            bucket.full_at_us = now_us + bucket.step_us
            continue
        full_at_us += bucket.step_us
        over_us = full_at_us - now_us - bucket.depth_us
        if over_us > 0:
            return ceil(over_us / 1000)
        bucket.full_at_us = full_at_us
    return 0


@cache
def _measures_of(rate: Rate) -> tuple[float, float]:
    """Depth and step of a bucket, in us; cached so that buckets share the numbers."""
    depth_us = rate.over_ms * 1000
    # Rounded down, so that a full bucket always has `burst` tokens.
    return float(depth_us), float(depth_us // rate.burst)


class Tally:
    """The buckets and open connections of one player or address.

    There are many tallies, so each bucket is created on first use.
    """

    __slots__ = ("_buckets", "_rates", "_reading", "connections", "opening")

    def __init__(self, rates: Mapping[Kind, Rate] | None = None) -> None:
        self._rates = {} if rates is None else rates
        self._buckets: dict[Kind, Bucket] = {}
        self._reading: asyncio.Lock | None = None
        self.connections = 0
        # Sockets that are not connections (yet): unfinished handshakes, and plain HTTP.
        self.opening = 0

    def bucket(self, kind: Kind) -> Bucket | None:
        """The bucket of a kind; None where there is no limit."""
        bucket = self._buckets.get(kind)
        if bucket is None and (rate := self._rates.get(kind)) is not None:
            bucket = self._buckets[kind] = Bucket(rate)
        return bucket

    def take(self, kind: Kind, now_ms: int) -> int:
        """Count one; returns 0, or the ms to wait before it is allowed."""
        bucket = self.bucket(kind)
        return 0 if bucket is None else bucket.take(now_ms)

    @property
    def reading(self) -> asyncio.Lock:
        """Held while a long answer is read."""
        if self._reading is None:
            self._reading = asyncio.Lock()
        return self._reading

    @property
    def has_no_sockets(self) -> bool:
        """Whether all sockets of this tally are closed."""
        return not self.connections and not self.opening

    def is_full(self, now_ms: int) -> bool:
        """Whether all buckets are full, so that the tally can be dropped."""
        return all(bucket.is_full(now_ms) for bucket in self._buckets.values())


class Tallies(Generic[Key]):
    """Tallies with the same `rates`, by player or address.

    A tally without sockets is kept until its buckets are full.  So the memory is bounded by the
    number of open sockets and MAX_GONE.
    """

    def __init__(self, rates: Mapping[Kind, Rate]) -> None:
        self._rates = rates
        self._here: dict[Key, Tally] = {}
        # Tallies without sockets, oldest first.  An OrderedDict, since finding the first key of a
        # dict is slow after deletions.
        self._gone: OrderedDict[Key, Tally] = OrderedDict()

    def __len__(self) -> int:
        return len(self._here) + len(self._gone)

    def of(self, key: Key) -> Tally:
        """The tally of `key`, for a new socket; call `left` when that has closed."""
        tally = self._here.get(key)
        if tally is None:
            tally = self._gone.pop(key, None) or Tally(self._rates)
            self._here[key] = tally
        return tally

    def left(self, key: Key, now_ms: int) -> None:
        """A socket of `key` has closed; drops tallies that are not needed any more."""
        tally = self._here.get(key)
        if tally is not None and tally.has_no_sockets:
            del self._here[key]
            self._gone[key] = tally
        while self._gone:
            oldest = next(iter(self._gone))
            if len(self._gone) <= MAX_GONE and not self._gone[oldest].is_full(now_ms):
                return
            del self._gone[oldest]
