"""How much one connection, player or address may do, and how much of it at once.

This module counts and says how long to wait; what becomes of who asks too much is decided by who
counts.  Time is an argument everywhere.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Hashable, Mapping
from functools import cache
from typing import Generic, Literal, NamedTuple, TypeVar

import msgspec

from pokerws.game.state import PlayerId
from pokerws.messages import Limits, RateLimit
from pokerws.settings import Settings

# What is counted: messages and those that cost more, sockets that become connections, and guests
# who have never been here.
Kind = Literal["commands", "chat", "tables", "reads", "seats", "connections", "newcomers"]
# So many players or addresses that have gone are remembered until their buckets are full again.
# Above that the one that left first is forgotten, which costs less than being made to remember.
MAX_GONE = 10_000

Key = TypeVar("Key", bound=Hashable)


class Rate(NamedTuple):
    """`burst` at once; what has been used comes back evenly, all of it within `over_ms`."""

    burst: int
    over_ms: int


def rate_of(text: str) -> Rate | None:
    """The rate that a setting like `60/3s` means; None for `0`, which is no limit."""
    count, _, over = text.removesuffix("s").partition("/")
    return Rate(int(count), int(over) * 1000) if int(count) else None


class Rates(msgspec.Struct, frozen=True, kw_only=True):
    """How often what may be done; what is not in here has no limit.

    `refusals` is how often a connection may be told that it is too fast, before it is closed.
    """

    connection: Mapping[Kind, Rate] = {}
    player: Mapping[Kind, Rate] = {}
    address: Mapping[Kind, Rate] = {}
    refusals: Rate | None = None


class Caps(msgspec.Struct, frozen=True, kw_only=True):
    """How many there may be at a time; 0 is no limit."""

    connections: int = 0
    address_connections: int = 0
    player_connections: int = 0
    player_tables: int = 0
    watched_tables: int = 0
    watchers: int = 0


class Bucket:
    """A token bucket, kept as one number: when it will be full again (GCRA, ITU-T I.371)."""

    __slots__ = ("_depth_us", "_full_at_us", "_step_us")

    def __init__(self, rate: Rate) -> None:
        self._depth_us, self._step_us = _measures_of(rate)
        self._full_at_us = 0

    def take(self, now_ms: int) -> int:
        """Take one; returns 0, or in how many ms there will be one, with nothing taken."""
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
        """Whether it is as good as a new one."""
        return self._full_at_us <= now_ms * 1000


@cache
def _measures_of(rate: Rate) -> tuple[int, int]:
    """Depth and step of a bucket, in us; those of one rate share the numbers."""
    depth_us = rate.over_ms * 1000
    # Rounded down, so that `burst` at once always fit.
    return depth_us, depth_us // rate.burst


class Tally:
    """What one player or address has used, and how many of its connections are open.

    There are many of them, so that a bucket is made when something is taken from it.
    """

    __slots__ = ("_buckets", "_rates", "_reading", "connections", "opening")

    def __init__(self, rates: Mapping[Kind, Rate] | None = None) -> None:
        self._rates = {} if rates is None else rates
        self._buckets: dict[Kind, Bucket] = {}
        self._reading: asyncio.Lock | None = None
        self.connections = 0
        # Sockets that have not become a connection: half a handshake, or a page.
        self.opening = 0

    def bucket(self, kind: Kind) -> Bucket | None:
        """What is there to take from; None where there is no limit."""
        bucket = self._buckets.get(kind)
        if bucket is None and (rate := self._rates.get(kind)) is not None:
            bucket = self._buckets[kind] = Bucket(rate)
        return bucket

    def take(self, kind: Kind, now_ms: int) -> int:
        """Count one; returns 0, or in how many ms it would not be too fast."""
        bucket = self.bucket(kind)
        return 0 if bucket is None else bucket.take(now_ms)

    @property
    def reading(self) -> asyncio.Lock:
        """Held while something is read for it that may take long."""
        if self._reading is None:
            self._reading = asyncio.Lock()
        return self._reading

    @property
    def is_gone(self) -> bool:
        """Whether nothing of it is there any more."""
        return not self.connections and not self.opening

    def is_full(self, now_ms: int) -> bool:
        """Whether forgetting it would make no difference."""
        return all(bucket.is_full(now_ms) for bucket in self._buckets.values())


class Tallies(Generic[Key]):
    """The tallies of those who are here, and for a while of those who have gone.

    Each has `rates`.  Memory is bounded by the connections that there are and MAX_GONE.
    """

    def __init__(self, rates: Mapping[Kind, Rate]) -> None:
        self._rates = rates
        self._here: dict[Key, Tally] = {}
        # In the order in which they left.  A plain dict takes ever longer to find its first.
        self._gone: OrderedDict[Key, Tally] = OrderedDict()

    def __len__(self) -> int:
        return len(self._here) + len(self._gone)

    def of(self, key: Key) -> Tally:
        """The tally of `key`, which is to come: hand it to `left` when it has gone again."""
        tally = self._here.get(key)
        if tally is None:
            tally = self._gone.pop(key, None) or Tally(self._rates)
            self._here[key] = tally
        return tally

    def left(self, key: Key, now_ms: int) -> None:
        """Something of `key` has gone; forgets what need not be remembered."""
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
    """The limits of a server, and what everybody has used of them."""

    def __init__(self, rates: Rates | None = None, caps: Caps | None = None) -> None:
        self.rates = rates = rates or Rates()
        self.caps = caps or Caps()
        self.addresses: Tallies[str] = Tallies(rates.address)
        self.players: Tallies[PlayerId] = Tallies(rates.player)


class Meter:
    """What one connection has used, with what it shares with others.

    `address` is the tally of the address that it comes from; its player is known after `join`.
    Without `quotas` nothing is too fast.
    """

    __slots__ = ("_address", "_commands", "_name", "_own", "_player", "_quotas", "_refusals")

    def __init__(self, quotas: Quotas | None = None, address: Tally | None = None) -> None:
        self._quotas = quotas = quotas or Quotas()
        self._address = address or Tally()
        # Of nobody yet, so that there are no limits.
        self._player = Tally()
        self._name: PlayerId | None = None
        rate = quotas.rates.connection.get("commands")
        self._own = None if rate is None else Bucket(rate)
        self._refusals: Bucket | None = None
        self._commands = self._of_commands()

    def _of_commands(self) -> tuple[Bucket, ...]:
        """What a message is taken from; it is looked up once, as there are many messages."""
        shared = self._player.bucket("commands"), self._address.bucket("commands")
        return tuple(bucket for bucket in (self._own, *shared) if bucket is not None)

    @property
    def reading(self) -> asyncio.Lock:
        """Held while something is read that may take long, by one of a player's connections."""
        return self._player.reading

    def join(self, player: PlayerId) -> bool:
        """Count as a connection of `player`; returns False if that would be one too many."""
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
        """Count a message; returns 0, or in how many ms it would not be too fast."""
        for bucket in self._commands:
            wait_ms = bucket.take(now_ms)
            if wait_ms:
                return wait_ms
        return 0

    def chat(self, now_ms: int) -> int:
        """Count a line of chat, like `command`."""
        return self._count("chat", now_ms)

    def table(self, now_ms: int) -> int:
        """Count a table that is opened, like `command`."""
        return self._count("tables", now_ms)

    def read(self, now_ms: int) -> int:
        """Count a question with a long answer, like `command`."""
        return self._count("reads", now_ms)

    def seat(self, now_ms: int) -> int:
        """Count what is done with a seat beside playing, like `command`."""
        return self._count("seats", now_ms)

    def newcomer(self, now_ms: int) -> int:
        """Count a guest who has never been here, like `command`."""
        return self._count("newcomers", now_ms)

    def _count(self, kind: Kind, now_ms: int) -> int:
        return self._player.take(kind, now_ms) or self._address.take(kind, now_ms)

    def is_flooded(self, now_ms: int) -> bool:
        """Count a refusal; returns whether there have been so many that the client must go."""
        if self._refusals is None:
            rate = self._quotas.rates.refusals
            if rate is None:
                return False
            self._refusals = Bucket(rate)
        return self._refusals.take(now_ms) > 0


def quotas_of(settings: Settings) -> Quotas:
    """The limits that the operator chose."""
    limits = settings.limits
    rates = Rates(
        connection=_rates({"commands": limits.connection_command_rate}),
        player=_rates(
            {
                "commands": limits.player_command_rate,
                "chat": limits.player_chat_rate,
                "tables": limits.player_table_rate,
                "reads": limits.player_read_rate,
                "seats": limits.player_seat_rate,
            }
        ),
        address=_rates(
            {
                "commands": limits.address_command_rate,
                "chat": limits.address_chat_rate,
                "tables": limits.address_table_rate,
                "reads": limits.address_read_rate,
                "connections": limits.address_connection_rate,
                "newcomers": limits.address_newcomer_rate,
            }
        ),
        refusals=rate_of(limits.refusal_rate),
    )
    caps = Caps(
        connections=limits.max_connections,
        address_connections=limits.max_connections_per_address,
        player_connections=limits.max_connections_per_player,
        player_tables=limits.max_tables_per_player,
        watched_tables=limits.max_watched_tables,
        watchers=limits.max_watchers_per_table,
    )
    return Quotas(rates, caps)


def _rates(texts: Mapping[Kind, str]) -> Mapping[Kind, Rate]:
    """The rates of settings by what they count, without those that are no limit."""
    return {kind: rate for kind, text in texts.items() if (rate := rate_of(text)) is not None}


def limits_of(settings: Settings, quotas: Quotas) -> Limits:
    """What a client is told of them."""
    rates, caps = quotas.rates, quotas.caps
    return Limits(
        max_message_bytes=settings.limits.max_message_bytes,
        max_violations=settings.limits.max_violations,
        max_connections_per_player=caps.player_connections or None,
        max_tables_per_player=caps.player_tables or None,
        max_watched_tables=caps.watched_tables or None,
        max_watchers_per_table=caps.watchers or None,
        max_tables_opened_per_player=settings.limits.max_tables_opened_per_player or None,
        connection_commands=_told(rates.connection.get("commands")),
        player_commands=_told(rates.player.get("commands")),
        player_chat=_told(rates.player.get("chat")),
        player_tables=_told(rates.player.get("tables")),
        player_reads=_told(rates.player.get("reads")),
        player_seats=_told(rates.player.get("seats")),
    )


def _told(rate: Rate | None) -> RateLimit | None:
    return RateLimit(*rate) if rate is not None else None
