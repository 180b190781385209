"""How much one connection, player or address may do, and how much of it at once.

This module counts and says how long to wait; what becomes of who asks too much is decided by who
counts.  Time is an argument everywhere.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Hashable, Iterable
from typing import Generic, NamedTuple, TypeVar

import msgspec

from pokerws.game.state import PlayerId
from pokerws.messages import Limits, RateLimit
from pokerws.settings import Settings

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
    """What may be done how often; None is no limit.

    Chat, tables, reads and seats are asked for by players, so that the player's limit is also the
    one of each of its connections.
    """

    connection_commands: Rate | None = None
    player_commands: Rate | None = None
    address_commands: Rate | None = None
    player_chat: Rate | None = None
    address_chat: Rate | None = None
    player_tables: Rate | None = None
    address_tables: Rate | None = None
    player_reads: Rate | None = None
    address_reads: Rate | None = None
    player_seats: Rate | None = None
    address_connections: Rate | None = None
    address_newcomers: Rate | None = None
    # How often a connection may be told that it is too fast, before it is closed.
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
        self._depth_us = rate.over_ms * 1000
        # Rounded down, so that `burst` at once always fit.
        self._step_us = self._depth_us // rate.burst
        self._full_at_us = 0

    def take(self, now_ms: int) -> int:
        """Take one; returns 0, or in how many ms there will be one, with nothing taken."""
        now_us = now_ms * 1000
        full_at_us = self._full_at_us
        full_at_us = max(full_at_us, now_us)
        full_at_us += self._step_us
        over_us = full_at_us - now_us - self._depth_us
        if over_us > 0:
            return -(-over_us // 1000)
        self._full_at_us = full_at_us
        return 0

    def is_full(self, now_ms: int) -> bool:
        """Whether it is as good as a new one."""
        return self._full_at_us <= now_ms * 1000


def _bucket(rate: Rate | None) -> tuple[Bucket, ...]:
    return () if rate is None else (Bucket(rate),)


Buckets = tuple[Bucket, ...]


class Tally:
    """What one player or address has used, and how many of its connections are open."""

    __slots__ = (
        "arrivals",
        "chat",
        "commands",
        "connections",
        "newcomers",
        "opening",
        "reading",
        "reads",
        "seats",
        "tables",
    )

    def __init__(
        self,
        *,
        commands: Rate | None = None,
        chat: Rate | None = None,
        tables: Rate | None = None,
        reads: Rate | None = None,
        seats: Rate | None = None,
        arrivals: Rate | None = None,
        newcomers: Rate | None = None,
    ) -> None:
        self.commands: Buckets = _bucket(commands)
        self.chat: Buckets = _bucket(chat)
        self.tables: Buckets = _bucket(tables)
        self.reads: Buckets = _bucket(reads)
        self.seats: Buckets = _bucket(seats)
        self.arrivals: Buckets = _bucket(arrivals)
        self.newcomers: Buckets = _bucket(newcomers)
        # Held while something is read for it that may take long.
        self.reading = asyncio.Lock()
        self.connections = 0
        # Sockets that have not become a connection: half a handshake, or a page.
        self.opening = 0

    @property
    def is_gone(self) -> bool:
        """Whether nothing of it is there any more."""
        return not self.connections and not self.opening

    def is_full(self, now_ms: int) -> bool:
        """Whether forgetting it would make no difference."""
        often = (self.commands, self.chat, self.reads, self.seats)
        of_all = (*often, self.tables, self.arrivals, self.newcomers)
        return all(bucket.is_full(now_ms) for buckets in of_all for bucket in buckets)


class Tallies(Generic[Key]):
    """The tallies of those who are here, and for a while of those who have gone.

    Each has `rates`, those of a `Tally`.  Memory is bounded by the connections that there are and
    MAX_GONE.
    """

    def __init__(self, **rates: Rate | None) -> None:
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
            tally = self._gone.pop(key, None) or Tally(**self._rates)
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
        self.addresses: Tallies[str] = Tallies(
            commands=rates.address_commands,
            chat=rates.address_chat,
            tables=rates.address_tables,
            reads=rates.address_reads,
            arrivals=rates.address_connections,
            newcomers=rates.address_newcomers,
        )
        self.players: Tallies[PlayerId] = Tallies(
            commands=rates.player_commands,
            chat=rates.player_chat,
            tables=rates.player_tables,
            reads=rates.player_reads,
            seats=rates.player_seats,
        )


class Meter:
    """What one connection has used, with what it shares with others.

    `address` is the tally of the address that it comes from; its player is known after `join`.
    Without `quotas` nothing is too fast.
    """

    __slots__ = (
        "_chat",
        "_commands",
        "_from",
        "_own",
        "_player",
        "_quotas",
        "_reads",
        "_refusals",
        "_seats",
        "_tables",
        "reading",
    )

    def __init__(self, quotas: Quotas | None = None, address: Tally | None = None) -> None:
        self._quotas = quotas = quotas or Quotas()
        address = address or Tally()
        self._own = _bucket(quotas.rates.connection_commands)
        self._from = address
        self._player: PlayerId | None = None
        self._commands = (*self._own, *address.commands)
        self._chat, self._tables = address.chat, address.tables
        self._reads, self._seats = address.reads, address.seats
        # Shared by all connections of a player: who holds it reads what may take long.
        self.reading = asyncio.Lock()
        self._refusals = _bucket(quotas.rates.refusals)

    def join(self, player: PlayerId) -> bool:
        """Count as a connection of `player`; returns False if that would be one too many."""
        if self._player is not None:
            return True
        players, cap = self._quotas.players, self._quotas.caps.player_connections
        tally = players.of(player)
        if cap and tally.connections >= cap:
            return False
        tally.connections += 1
        self._player = player
        self._commands = (*self._own, *tally.commands, *self._from.commands)
        self._chat = (*tally.chat, *self._chat)
        self._tables = (*tally.tables, *self._tables)
        self._reads = (*tally.reads, *self._reads)
        self._seats = (*tally.seats, *self._seats)
        self.reading = tally.reading
        return True

    def leave(self, now_ms: int) -> None:
        """The connection has ended."""
        if self._player is not None:
            self._quotas.players.of(self._player).connections -= 1
            self._quotas.players.left(self._player, now_ms)
            self._player = None

    def command(self, now_ms: int) -> int:
        """Count a message; returns 0, or in how many ms it would not be too fast."""
        return _take(self._commands, now_ms)

    def chat(self, now_ms: int) -> int:
        """Count a line of chat, like `command`."""
        return _take(self._chat, now_ms)

    def table(self, now_ms: int) -> int:
        """Count a table that is opened, like `command`."""
        return _take(self._tables, now_ms)

    def read(self, now_ms: int) -> int:
        """Count a question with a long answer, like `command`."""
        return _take(self._reads, now_ms)

    def seat(self, now_ms: int) -> int:
        """Count what is done with a seat beside playing, like `command`."""
        return _take(self._seats, now_ms)

    def newcomer(self, now_ms: int) -> int:
        """Count a guest who has never been here, like `command`."""
        return _take(self._from.newcomers, now_ms)

    def is_flooded(self, now_ms: int) -> bool:
        """Count a refusal; returns whether there have been so many that the client must go."""
        return _take(self._refusals, now_ms) > 0


def quotas_of(settings: Settings) -> Quotas:
    """The limits that the operator chose."""
    rates = Rates(
        connection_commands=rate_of(settings.connection_command_rate),
        player_commands=rate_of(settings.player_command_rate),
        address_commands=rate_of(settings.address_command_rate),
        player_chat=rate_of(settings.player_chat_rate),
        address_chat=rate_of(settings.address_chat_rate),
        player_tables=rate_of(settings.player_table_rate),
        address_tables=rate_of(settings.address_table_rate),
        player_reads=rate_of(settings.player_read_rate),
        address_reads=rate_of(settings.address_read_rate),
        player_seats=rate_of(settings.player_seat_rate),
        address_connections=rate_of(settings.address_connection_rate),
        address_newcomers=rate_of(settings.address_newcomer_rate),
        refusals=rate_of(settings.refusal_rate),
    )
    caps = Caps(
        connections=settings.max_connections,
        address_connections=settings.max_connections_per_address,
        player_connections=settings.max_connections_per_player,
        player_tables=settings.max_tables_per_player,
        watched_tables=settings.max_watched_tables,
        watchers=settings.max_watchers_per_table,
    )
    return Quotas(rates, caps)


def limits_of(settings: Settings, quotas: Quotas) -> Limits:
    """What a client is told of them."""

    def shown(rate: Rate | None) -> RateLimit | None:
        return None if rate is None else RateLimit(*rate)

    rates, caps = quotas.rates, quotas.caps
    return Limits(
        max_message_bytes=settings.max_message_bytes,
        max_violations=settings.max_violations,
        max_connections_per_player=caps.player_connections or None,
        max_tables_per_player=caps.player_tables or None,
        max_watched_tables=caps.watched_tables or None,
        max_watchers_per_table=caps.watchers or None,
        connection_commands=shown(rates.connection_commands),
        player_commands=shown(rates.player_commands),
        player_chat=shown(rates.player_chat),
        player_tables=shown(rates.player_tables),
        player_reads=shown(rates.player_reads),
        player_seats=shown(rates.player_seats),
        max_tables_opened_per_player=settings.max_tables_opened_per_player or None,
    )


def _take(buckets: Iterable[Bucket], now_ms: int) -> int:
    for bucket in buckets:
        wait_ms = bucket.take(now_ms)
        if wait_ms:
            return wait_ms
    return 0
