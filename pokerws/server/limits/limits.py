"""Rate limits and caps for connections, players and addresses.

A `Meter` counts what one connection does; callers decide what happens above a limit.
"""

import asyncio
from collections.abc import Mapping

import msgspec

from pokerws.game.illegal import Scope
from pokerws.game.state import PlayerId
from pokerws.messages import Limits, RateLimit, Refused
from pokerws.server.limits.rate_limits import (
    Bucket,
    Kind,
    Rate,
    Tallies,
    Tally,
    rate_of,
    take_each,
    too_fast,
)
from pokerws.settings import Settings


class Rates(msgspec.Struct, frozen=True, kw_only=True):
    """Rate limits by kind; a kind that is missing has no limit.

    `refusals` limits how often a connection may exceed its other limits before it is closed.
    """

    connection: Mapping[Kind, Rate] = {}
    player: Mapping[Kind, Rate] = {}
    address: Mapping[Kind, Rate] = {}
    refusals: Rate | None = None


class Caps(msgspec.Struct, frozen=True, kw_only=True):
    """Limits on concurrent connections, seats and viewers; 0 is no limit."""

    connections: int = 0
    address_connections: int = 0
    player_connections: int = 0
    player_tables: int = 0
    watched_tables: int = 0
    watchers: int = 0


class Quotas:
    """The limits of a server, and the tallies of its players and addresses."""

    def __init__(self, rates: Rates | None = None, caps: Caps | None = None) -> None:
        self.rates = rates = rates or Rates()
        self.caps = caps or Caps()
        self.addresses: Tallies[str] = Tallies(rates.address)
        self.players: Tallies[PlayerId] = Tallies(rates.player)


class Meter:
    """Applies the limits of one connection, its player and its address.

    `address` is the tally of its address; the player is known after `join`.  Without `quotas` there
    are no limits.
    """

    __slots__ = ("_address", "_commands", "_name", "_own", "_player", "_quotas", "_refusals")

    def __init__(self, quotas: Quotas | None = None, address: Tally | None = None) -> None:
        self._quotas = quotas = quotas or Quotas()
        self._address = address or Tally()
        # An empty tally, without limits, until the player is known.
        self._player = Tally()
        self._name: PlayerId | None = None
        rate = quotas.rates.connection.get("commands")
        self._own = None if rate is None else Bucket(rate)
        self._refusals: Bucket | None = None
        self._commands = self._of_commands()

    def _of_commands(self) -> tuple[Bucket, ...]:
        """The buckets that every message takes a token from, looked up once."""
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
        return take_each(self._commands, now_ms)

    def count(self, kind: Kind, now_ms: int) -> int:
        """Count a message against the limit of its kind; returns the same as `command`."""
        return self._player.take(kind, now_ms) or self._address.take(kind, now_ms)

    def check(self, kind: Kind, now_ms: int) -> None:
        """Count a message against the limit of its kind.  Raises Refused("too_fast")."""
        wait_ms = self.count(kind, now_ms)
        if wait_ms:
            raise self.too_fast(wait_ms, kind, now_ms)

    def too_fast(self, wait_ms: int, kind: Kind, now_ms: int) -> Refused:
        """The refusal of a message that has to wait, which names the limit that is reached."""
        rates = self._quotas.rates
        limits: tuple[tuple[Bucket | None, Mapping[Kind, Rate], Scope], ...] = (
            (self._address.bucket(kind), rates.address, "address"),
            (self._player.bucket(kind), rates.player, "player"),
            (self._own if kind == "commands" else None, rates.connection, "connection"),
        )
        for bucket, by_kind, scope in limits:
            if bucket is not None and bucket.left(now_ms) < 1:
                return too_fast(wait_ms, by_kind.get(kind), kind, scope)
        return too_fast(wait_ms, None, kind, "connection")

    def is_flooded(self, now_ms: int) -> bool:
        """Count a refusal; returns whether there are too many: close the connection then."""
        if self._refusals is None:
            rate = self._quotas.rates.refusals
            if rate is None:
                return False
            self._refusals = Bucket(rate)
        return self._refusals.take(now_ms) > 0

    def refusals_left(self, now_ms: int) -> int | None:
        """How many more refusals the connection may get now; None without a limit."""
        return None if self._refusals is None else self._refusals.left(now_ms)


def quotas_of(settings: Settings) -> Quotas:
    """The limits that the settings define."""
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
    """The rates by kind, without those that are unlimited."""
    return {kind: rate for kind, text in texts.items() if (rate := rate_of(text)) is not None}


def limits_of(settings: Settings, quotas: Quotas) -> Limits:
    """The limits as `welcome` reports them."""
    rates, caps = quotas.rates, quotas.caps
    return Limits(
        max_message_bytes=settings.limits.max_message_bytes,
        max_violations=settings.limits.max_violations,
        max_connections_per_player=caps.player_connections or None,
        max_tables_per_player=caps.player_tables or None,
        max_watched_tables=caps.watched_tables or None,
        max_watchers_per_table=caps.watchers or None,
        max_tables_opened_per_player=settings.limits.max_tables_opened_per_player or None,
        max_tables_opened_per_address=settings.limits.max_tables_opened_per_address or None,
        connection_commands=_rate_limit(rates.connection.get("commands")),
        player_commands=_rate_limit(rates.player.get("commands")),
        player_chat=_rate_limit(rates.player.get("chat")),
        player_tables=_rate_limit(rates.player.get("tables")),
        player_reads=_rate_limit(rates.player.get("reads")),
        player_seats=_rate_limit(rates.player.get("seats")),
        min_hand_pause_ms=settings.tables.min_hand_pause_ms,
        table_hands_per_hour=hands_an_hour(settings) or None,
    )


def hands_an_hour(settings: Settings) -> int:
    """The hands an hour of a table; 0 is no limit, as where only known players are admitted."""
    features, tables = settings.features, settings.tables
    return 0 if features.use_auth_middleware else tables.guest_table_hands_an_hour


def _rate_limit(rate: Rate | None) -> RateLimit | None:
    return RateLimit(*rate) if rate is not None else None
