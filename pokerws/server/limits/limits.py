"""Rate limits and caps for connections, players and addresses.

A `Meter` counts what one connection does; callers decide what happens above a limit.
"""

import asyncio
from collections.abc import Mapping
from typing import Literal

import msgspec
from msgspec.structs import replace

from pokerws.game.state import PlayerId
from pokerws.messages import Limits, RateLimit
from pokerws.server.limits.rate_limits import Bucket, Kind, Rate, Tallies, Tally, rate_of
from pokerws.settings import Settings

# For whom.  The settings are called like these, in the singular; so are the limits in `welcome`.
# What only players can ask for has none for a connection: the player's is that of each of them.
COUNTED: Mapping[Literal["connection", "player", "address"], tuple[Kind, ...]] = {
    "connection": ("commands",),
    "player": ("commands", "chat", "tables", "reads", "seats"),
    "address": ("commands", "chat", "tables", "reads", "connections", "newcomers"),
}


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
