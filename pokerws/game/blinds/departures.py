"""What a player who leaves is held to on coming back: the chips to bring, and the blinds owed.

A player who comes back within an hour brings what they left with, up to the maximum buy-in; the
table's options can change the time.  A player who has played posts both blinds to be dealt in
again, or waits for the big blind, in any seat (Robert's Rules of Poker, section 4).
"""

from pokerws.game.config.stakes import forced_of
from pokerws.game.config.table_config import TableConfig
from pokerws.game.counted import counted
from pokerws.game.events import PlayerStood
from pokerws.game.illegal import Details, Illegal
from pokerws.game.next_hand import games_of, has_bomb_pots
from pokerws.game.state import Departure, Seat, Table
from pokerws.game.variants import VARIANTS, Forced

# How long a departure is remembered where chips need not be brought back.
HELD_MS = 3_600_000
# The most departures that a table remembers.  Those without owed blinds are forgotten first, then
# those with the fewest chips.
MAX_DEPARTED = 64


def stood(table: Table, number: int, seat: Seat, now_ms: int) -> PlayerStood:
    """The event of a player who leaves a seat."""
    stack = seat.stack
    expired = [gone.player for gone in table.departed if gone.until_ms <= now_ms]
    departure = _departure(table, seat, now_ms)
    if departure is None:
        return PlayerStood(number, seat.player, stack, forgotten=expired)
    held = [gone for gone in table.departed if gone.until_ms > now_ms]
    excess = max(0, len(held) + 1 - MAX_DEPARTED)
    dropped = {gone.player for gone in sorted([*held, departure], key=_weight)[:excess]}
    if seat.player in dropped:
        return PlayerStood(number, seat.player, stack, forgotten=expired)
    forgotten = expired + [gone.player for gone in held if gone.player in dropped]
    until_ms, owes = departure.until_ms, departure.owes_blinds
    return PlayerStood(number, seat.player, stack, until_ms, owes, forgotten)


def least_buy_in(table: Table, departure: Departure | None) -> int:
    """The smallest buy-in of a player, who may have left within the hour."""
    config = table.config
    stack = departure.stack if departure is not None and config.seating.stay_ms else 0
    return max(config.min_buy_in, min(stack, config.max_buy_in))


def check_brought_back(table: Table, departure: Departure, buy_in: int, now_ms: int) -> None:
    """Raise Illegal if a player comes back with less than is asked for."""
    least = least_buy_in(table, departure)
    if buy_in < least:
        minutes = -(-(departure.until_ms - now_ms) // 60_000)
        raise Illegal(
            "must_bring_back",
            f"you left with {counted(departure.stack, 'chip')}: bring at least {least}, "
            f"or come back in {minutes} min",
            Details(field="buy_in", min=least, max=table.config.max_buy_in),
            retry_after_ms=departure.until_ms - now_ms,
        )


def _departure(table: Table, seat: Seat, now_ms: int) -> Departure | None:
    """What to remember; None for a player who was not dealt in, or owes nothing."""
    # Seats stored by older versions do not record `played`.
    if not seat.played and seat.owes_blind:
        return None
    owes_blinds = has_blinds(table.config)
    config = table.config
    stay_ms = config.seating.stay_ms
    if not owes_blinds and (not stay_ms or seat.stack <= config.min_buy_in):
        return None
    return Departure(seat.player, seat.stack, now_ms + (stay_ms or HELD_MS), owes_blinds)


def has_blinds(config: TableConfig) -> bool:
    """Whether one of the table's games has a blind that goes around."""
    variants = [VARIANTS[code] for code in games_of(config)]
    if config.house.bomb_pot_every == 1:
        variants = [variant for variant in variants if not has_bomb_pots(variant)]
    forced = {forced_of(config, variant) for variant in variants}
    return bool(forced & {Forced.BLINDS, Forced.BUTTON_BLIND})


def _weight(gone: Departure) -> tuple[bool, int, int]:
    return gone.owes_blinds, gone.stack, gone.until_ms
