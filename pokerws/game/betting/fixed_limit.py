"""Fixed-limit betting: the size and number of bets and raises.

A street has a bet and three raises; the big blind is the first bet.  If only two players with chips
are left, there is no limit, unless it was reached before (Robert's Rules of Poker, section 3).  An
all-in of half a bet or more counts as a full one, and the next raise is one bet more; a smaller one
does not count, and the next player completes it (Robert's Rules, section 3; TDA rule 47).
Completing a bring-in is the street's first bet (Robert's Rules, section 8).  On fourth street of
seven card stud, an open pair lets each player bet or raise by the larger amount, until somebody
does (Robert's Rules, section 8).
"""

from pokerws.game.config.stakes import stakes_of
from pokerws.game.state import FixedLimit, Hand, Table
from pokerws.game.variants import VARIANTS, Betting, Variant


def street_limit(table: Table, hand: Hand, street: int) -> FixedLimit | None:
    """The limit of a later street at its start; None if the variant has no fixed limit."""
    variant = VARIANTS[hand.variant]
    if variant.betting is not Betting.FIXED_LIMIT:
        return None
    stakes = stakes_of(table.config, variant)
    size = stakes.big_bet if variant.streets[street].big_bet else stakes.min_bet
    return FixedLimit(0, 0, size)


def raise_sizes(
    table: Table, hand: Hand, limit: FixedLimit, acted_to: int | None, owned: int
) -> tuple[int, int, list[int]]:
    """The smallest and largest total of a bet or raise, and the only legal totals if they are few.

    `owned` is the most that the player could have bet on this street.
    """
    is_open = acted_to is None or acted_to < limit.full_bet
    if not limit.size or not is_open:
        return 0, 0, []
    to = limit.full_bet + limit.size
    double = limit.full_bet + _double_bet(table, hand, limit)
    if double <= to or owned <= to:
        return min(owned, to), min(owned, to), []
    return to, min(owned, double), [to, min(owned, double)]


def _double_bet(table: Table, hand: Hand, limit: FixedLimit) -> int:
    """The larger bet, if an open pair allows it; otherwise 0."""
    variant = VARIANTS[hand.variant]
    if not variant.streets[hand.street].open_pair:
        return 0
    big_bet = stakes_of(table.config, variant).big_bet
    pair = any(
        part is not None and not part.folded and len({card[0] for card in part.up}) < len(part.up)
        for part in hand.seats
    )
    return big_bet if pair and limit.size < big_bet else 0


def after_wager(table: Table, hand: Hand, limit: FixedLimit, to: int) -> FixedLimit:
    """The limit after a bet or raise to `to`."""
    added = to - limit.full_bet
    if 2 * added < limit.size:
        return limit
    variant = VARIANTS[hand.variant]
    size = max(limit.size, _double_bet(table, hand, limit)) if added > limit.size else limit.size
    able = sum(
        part is not None and not part.folded and seat is not None and seat.stack > 0
        for part, seat in zip(hand.seats, table.seats, strict=True)
    )
    return capped(table, variant, FixedLimit(limit.bets + 1, to, size), able)


def capped(table: Table, variant: Variant, limit: FixedLimit, able: int) -> FixedLimit:
    """The limit, without a next bet if the cap is reached; `able` counts players with chips."""
    most = table.config.house.max_bets
    if not most or variant.max_bets_always:
        most = variant.max_bets
    if limit.bets < most or (able <= 2 and not variant.max_bets_always):
        return limit
    return FixedLimit(limit.bets, limit.full_bet, 0)
