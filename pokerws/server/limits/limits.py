"""Rate limits and caps for connections, players and addresses.

This module counts, and says how long to wait; callers decide what happens above a limit.  Time is
an argument everywhere.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Hashable, Mapping
from functools import cache
from typing import Generic, Literal, NamedTuple, TypeVar

import msgspec
from msgspec.structs import replace

from pokerws.game.state import PlayerId
from pokerws.messages import Limits, RateLimit, Refused
from pokerws.settings import Settings

# What is counted: all messages, those that cost more, new connections, and new guests.
Kind = Literal["commands", "chat", "tables", "reads", "seats", "connections", "newcomers"]
# For whom.  The settings are called like these, in the singular; so are the limits in `welcome`.
# What only players can ask for has none for a connection: the player's is that of each of them.
COUNTED: Mapping[Literal["connection", "player", "address"], tuple[Kind, ...]] = {
    "connection": ("commands",),
    "player": ("commands", "chat", "tables", "reads", "seats"),
    "address": ("commands", "chat", "tables", "reads", "connections", "newcomers"),
}

# Players or addresses without connections that are remembered until their buckets are full.
# Above this number the oldest are forgotten, which bounds the memory.
MAX_GONE = 10_000

Key = TypeVar("Key", bound=Hashable)


class Rate(NamedTuple):
    """`burst` at once; what was taken comes back evenly, all of it within `over_ms`."""

    burst: int
    over_ms: int


def rate_of(text: str) -> Rate | None:
    """Parses a setting like `60/3s`; None for `0`, which is no limit."""
    count, _, over = text.removesuffix("s").partition("/")
    return Rate(int(count), int(over) * 1000) if int(count) else None


def check_rate(wait_ms: int) -> None:
    """Raise Refused("too_fast") where a limit says to wait; 0 is no wait."""
    if wait_ms:
        raise Refused("too_fast", retry_after_ms=wait_ms)


class Rates(msgspec.Struct, frozen=True, kw_only=True):
    """Rate limits by kind; a kind that is missing has no limit.

    `refusals` limits how often a connection may exceed them before it is closed.
    """

    connection: Mapping[Kind, Rate] = {}
    player: Mapping[Kind, Rate] = {}
    address: Mapping[Kind, Rate] = {}
    refusals: Rate | None = None


class Caps(msgspec.Struct, frozen=True, kw_only=True):
    """Limits on how many there are at a time; 0 is no limit."""

    connections: int = 0
    address_connections: int = 0
    player_connections: int = 0
    player_tables: int = 0
    watched_tables: int = 0
    watchers: int = 0


class Bucket:
    """A token bucket, stored as the time when it is full again (GCRA, ITU-T I.371)."""

    __slots__ = ("_depth_us", "_full_at_us", "_step_us")

    def __init__(self, rate: Rate) -> None:
        self._depth_us, self._step_us = _measures_of(rate)
        self._full_at_us = 0

    def take(self, now_ms: int) -> int:
        """Take one; returns 0, or, with nothing taken, the ms until one is available."""
        now_us = now_ms * 1000
        full_at_us = self._full_at_us
        if full_at_us <= now_us:
            self._full_at_us = now_us + self._step_us
            return 0
        full_at_us += self._step_us
        over_us = full_at_us - now_us - self._depth_us
        if over_us > 0:
            return -(-over_us // 1000)
        self._full_at_us = full_at_us
        return 0

    def is_full(self, now_ms: int) -> bool:
        """Whether it is equal to a new one."""
        return self._full_at_us <= now_ms * 1000


@cache
def _measures_of(rate: Rate) -> tuple[int, int]:
    """Depth and step of a bucket, in us; cached so that buckets share the numbers."""
    depth_us = rate.over_ms * 1000
    # Rounded down, so that `burst` at once always fit.
    return depth_us, depth_us // rate.burst


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
        # Sockets that are no connection (yet): an unfinished handshake, or plain HTTP.
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
    def is_gone(self) -> bool:
        """Whether it has no sockets any more."""
        return not self.connections and not self.opening

    def is_full(self, now_ms: int) -> bool:
        """Whether it is equal to a new one, so that it can be forgotten."""
        return all(bucket.is_full(now_ms) for bucket in self._buckets.values())


class Tallies(Generic[Key]):
    """Tallies with the same `rates`, by player or address.

    Without sockets, a tally is kept until its buckets are full.  Memory is bounded by the open
    sockets and MAX_GONE.
    """

    def __init__(self, rates: Mapping[Kind, Rate]) -> None:
        self._rates = rates
        self._here: dict[Key, Tally] = {}
        # In the order in which they left.  Finding the first key of a plain dict slows down as keys
        # are deleted before it.
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
        """A socket of `key` has closed; forgets tallies that are not needed any more."""
        tally = self._here.get(key)
        if tally is not None and tally.is_gone:
            del self._here[key]
            self._gone[key] = tally
        while self._gone:
            oldest = next(iter(self._gone))
            if len(self._gone) <= MAX_GONE and not self._gone[oldest].is_full(now_ms):
                return
            del self._gone[oldest]


class Quotas:
    """The limits of a server, and all tallies."""

    def __init__(self, rates: Rates | None = None, caps: Caps | None = None) -> None:
        self.rates = rates = rates or Rates()
        self.caps = caps or Caps()
        self.addresses: Tallies[str] = Tallies(rates.address)
        self.players: Tallies[PlayerId] = Tallies(rates.player)


class Meter:
    """Applies the limits of one connection, its player and its address.

    `address` is the tally of its address; the player is known after `join`.  Without `quotas`
    there are no limits.
    """

    __slots__ = ("_address", "_commands", "_name", "_own", "_player", "_quotas", "_refusals")

    def __init__(self, quotas: Quotas | None = None, address: Tally | None = None) -> None:
        self._quotas = quotas = quotas or Quotas()
        self._address = address or Tally()
        # Without limits, until the player is known.
        self._player = Tally()
        self._name: PlayerId | None = None
        rate = quotas.rates.connection.get("commands")
        self._own = None if rate is None else Bucket(rate)
        self._refusals: Bucket | None = None
        self._commands = self._of_commands()

    def _of_commands(self) -> tuple[Bucket, ...]:
        """The buckets that every message is taken from, looked up once."""
        shared = self._player.bucket("commands"), self._address.bucket("commands")
        return tuple(bucket for bucket in (self._own, *shared) if bucket is not None)

    @property
    def reading(self) -> asyncio.Lock:
        """Held while a long answer is read, so that a player's connections take turns."""
        return self._player.reading

    def join(self, player: PlayerId) -> bool:
        """Count as a connection of `player`; returns False if the player has too many."""
        if self._name is not None:
            return True
        players, cap = self._quotas.players, self._quotas.caps.player_connections
        tally = players.of(player)
        if cap and tally.connections >= cap:
            return False
        tally.connections += 1
        self._name, self._player = player, tally
        self._commands = self._of_commands()
        return True

    def leave(self, now_ms: int) -> None:
        """The connection has ended."""
        if self._name is not None:
            self._player.connections -= 1
            self._quotas.players.left(self._name, now_ms)
            self._name = None

    def command(self, now_ms: int) -> int:
        """Count a message; returns 0, or the ms to wait before it is allowed."""
        for bucket in self._commands:
            wait_ms = bucket.take(now_ms)
            if wait_ms:
                return wait_ms
        return 0

    def count(self, kind: Kind, now_ms: int) -> int:
        """Count a message against the limit of its kind; returns the same as `command`."""
        return self._player.take(kind, now_ms) or self._address.take(kind, now_ms)

    def is_flooded(self, now_ms: int) -> bool:
        """Count a refusal; returns whether there are too many, so that the client is closed."""
        if self._refusals is None:
            rate = self._quotas.rates.refusals
            if rate is None:
                return False
            self._refusals = Bucket(rate)
        return self._refusals.take(now_ms) > 0


def quotas_of(settings: Settings) -> Quotas:
    """The limits that the settings define."""
    rates: dict[str, dict[Kind, Rate]] = {}
    for whose, kinds in COUNTED.items():
        chosen = {
            kind: rate_of(getattr(settings, f"{whose}_{kind.removesuffix('s')}_rate"))
            for kind in kinds
        }
        rates[whose] = {kind: rate for kind, rate in chosen.items() if rate is not None}
    caps = Caps(
        connections=settings.max_connections,
        address_connections=settings.max_connections_per_address,
        player_connections=settings.max_connections_per_player,
        player_tables=settings.max_tables_per_player,
        watched_tables=settings.max_watched_tables,
        watchers=settings.max_watchers_per_table,
    )
    return Quotas(Rates(**rates, refusals=rate_of(settings.refusal_rate)), caps)


def limits_of(settings: Settings, quotas: Quotas) -> Limits:
    """The limits as `welcome` reports them."""
    rates, caps = quotas.rates, quotas.caps
    limits = Limits(
        max_message_bytes=settings.max_message_bytes,
        max_violations=settings.max_violations,
        max_connections_per_player=caps.player_connections or None,
        max_tables_per_player=caps.player_tables or None,
        max_watched_tables=caps.watched_tables or None,
        max_watchers_per_table=caps.watchers or None,
        max_tables_opened_per_player=settings.max_tables_opened_per_player or None,
    )
    told = {"connection": rates.connection, "player": rates.player}
    return replace(
        limits,
        **{
            f"{whose}_{kind}": RateLimit(*rate)
            for whose, of_kind in told.items()
            for kind, rate in of_kind.items()
        },
    )
