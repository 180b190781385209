"""Keeps seats for people at tables that bots have filled.

A person who comes to a full table, or asks for a seat there, claims one: a bot stands up, during a
hand at its end, and the seat is reserved for that person for a short time.  Claims are not stored:
after a restart the person asks again.
"""

from collections.abc import Mapping
from weakref import WeakKeyDictionary

from pokerws.game.commands import Stand
from pokerws.game.seating.waiting_list import free_seats
from pokerws.game.state import PlayerId, Table, TableId
from pokerws.messages import Refused
from pokerws.server.auth.bot_tokens import is_bot
from pokerws.server.clock import Clock
from pokerws.server.tables.actor import TableActor

# How long a free seat is reserved.
RESERVED_MS = 30_000
# When to ask again while a bot is in a hand.
ASK_AGAIN_MS = 1_000


class SeatClaims:
    """The claims at the tables in memory, whose `actors` are only read.

    A claim has the time until which a free seat is reserved, or None before the seat is free.
    """

    def __init__(self, actors: Mapping[TableId, TableActor], clock: Clock) -> None:
        self._actors = actors
        self._clock = clock
        self._claims: WeakKeyDictionary[TableActor, dict[PlayerId, int | None]] = (
            WeakKeyDictionary()
        )

    def claim(self, actor: TableActor, player: PlayerId) -> None:
        """Let a bot make room for a person, unless a seat is free or no bot can stand up."""
        table = actor.table
        if table.closed or is_bot(player) or _has_seat(table, player):
            return
        claims, free = self._claims_at(actor), free_seats(table)
        if free >= (needed := len({*claims, player})):
            return
        leaving = sum(seat is not None and seat.bot and seat.leaving for seat in table.seats)
        if free + leaving < needed and not _stand_up_bot(actor):
            if not free:
                claims.pop(player, None)
            return
        if player not in claims or not free:
            # If no seat is free, the seat of an earlier claim went to the waiting list.
            claims[player] = None
        self._claims[actor] = claims
        self.seats_changed(table)

    def check(self, actor: TableActor, player: PlayerId) -> None:
        """Raise Refused if a player who sends `sit` has to wait for a seat."""
        if not actor.standstill.takes_commands or _has_seat(actor.table, player):
            return
        self.claim(actor, player)
        claims, free = self._claims_at(actor), free_seats(actor.table)
        if player in claims:
            if not free:
                raise Refused("seat_soon", retry_after_ms=ASK_AGAIN_MS)
        elif claims and free <= len(claims) and (free or is_bot(player)):
            until_ms = [at_ms for at_ms in claims.values() if at_ms is not None]
            wait_ms = min(until_ms) - self._clock.now_ms() if until_ms else ASK_AGAIN_MS
            raise Refused("seat_reserved", retry_after_ms=wait_ms)

    def seats_changed(self, table: Table) -> None:
        """Begin or end the time of claims, since players may have sat down or stood up."""
        actor = self._actors.get(table.id)
        if actor is None or not (claims := self._claims_at(actor)):
            return
        for player in [one for one in claims if table.seat_of(one) is not None]:
            del claims[player]
        timed = sum(until_ms is not None for until_ms in claims.values())
        until_ms = self._clock.now_ms() + RESERVED_MS
        waiting = [player for player, until in claims.items() if until is None]
        for player in waiting[: max(0, free_seats(table) - timed)]:
            claims[player] = until_ms

    def _claims_at(self, actor: TableActor) -> dict[PlayerId, int | None]:
        """The claims that hold, as a dict that can be changed."""
        claims = self._claims.get(actor, {})
        now_ms = self._clock.now_ms()
        for player in [
            one for one, until in claims.items() if until is not None and until <= now_ms
        ]:
            del claims[player]
        return claims


def _has_seat(table: Table, player: PlayerId) -> bool:
    """Whether a seat is the player's, or reserved for the player."""
    waiter = table.waiter(player)
    return table.seat_of(player) is not None or (waiter is not None and waiter.seat is not None)


def _stand_up_bot(actor: TableActor) -> bool:
    """Have a bot stand up: one that is in no hand if possible, else the one with fewest chips."""
    table, hand = actor.table, actor.table.hand
    bots = []
    for number, seat in enumerate(table.seats):
        if seat is not None and seat.bot and not seat.leaving:
            part = None if hand is None else hand.seats[number]
            rank = 0 if part is None else 1 if part.folded else 2
            bots.append((rank, seat.stack, seat.player))
    return any(actor.carry_out(Stand(player)) for _, _, player in sorted(bots))
