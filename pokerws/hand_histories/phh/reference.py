"""The bets and raises that the reference implementation of the hand history standard allows.

Card rooms differ from our rules in a few points, and records come from any of them.  So a record
may also follow the standard's reference implementation (PokerKit 0.7.7, `pokerkit.state`).  It
differs from our rules in these points:

* The last bet or raise sets the minimum for the next one, even if it was an all-in of less than the
  smallest bet.  Such an all-in reopens the betting.  In fixed-limit games the next raise adds a
  whole bet to it, rather than completing it.
* A raise over a straddle is at least a big blind.
* In fixed-limit games a street has four raises, without the blinds and straddles.

This module owns this second version of the betting rules, and changes no table.
"""

from pokerws.game.betting.actions import hand_seat, live_seats, stack_of
from pokerws.game.config.stakes import stakes_of
from pokerws.game.state import Hand, Table
from pokerws.game.variants import VARIANTS, Betting, Forced

_MAX_RAISES = 4


class ReferenceStreet:
    """The state of a betting round, as the reference implementation keeps it."""

    def __init__(self) -> None:
        self._last = 0
        self._raises = 0
        self._short_all_ins: list[int] = []
        self._acted: set[int] = set()

    def acted(self, seat: int) -> None:
        """Record a fold, check, call or bring-in."""
        self._acted.add(seat)

    def raised(self, seat: int, by: int, *, all_in: bool) -> None:
        """Record a bet or raise of `by` over the previous bet."""
        self._acted.add(seat)
        if by >= self._last:
            self._acted = {seat}
        self._last = max(self._last, by)
        self._raises += 1
        if all_in:
            self._short_all_ins.append(by)
        if not all_in or sum(self._short_all_ins) >= self._last:
            self._short_all_ins.clear()

    def bounds(self, table: Table, hand: Hand, seat: int) -> tuple[int, int]:
        """The minimum and maximum that a seat may bet or raise to; zeros if it may not."""
        part = hand_seat(hand, seat)
        owned = part.bet + stack_of(table, seat)
        variant = VARIANTS[hand.variant]
        fixed = variant.betting is Betting.FIXED_LIMIT
        # PokerKit plays fixed-limit Omaha with eight or better as pot limit, with any number of
        # raises.  It has no other fixed-limit Omaha.
        as_pot_limit = fixed and variant.standard and variant.from_hole > 0
        if hand.bet >= min(owned, reach_of_others(table, hand, seat)):
            return 0, 0
        if self._is_closed(seat, hand.bet - part.bet):
            return 0, 0
        if fixed and not as_pot_limit and self._raises >= _MAX_RAISES:
            return 0, 0
        least = max(self._last, self._smallest_bet(table, hand))
        if not self._waits_for_completion(hand):
            least += hand.bet
        if variant.betting is Betting.NO_LIMIT:
            most = owned
        elif fixed and not as_pot_limit:
            most = least
        else:
            most = max(least, table.total_pot + 2 * hand.bet - part.bet)
        return min(owned, least), min(owned, most)

    def _is_closed(self, seat: int, call: int) -> bool:
        """Whether only short all-ins came since the seat acted, so that it may not raise."""
        short = sum(self._short_all_ins)
        return call < self._last or (0 < short < self._last and seat in self._acted)

    def _waits_for_completion(self, hand: Hand) -> bool:
        is_first = hand.street == 0 and not self._raises
        return is_first and VARIANTS[hand.variant].forced is Forced.BRING_IN

    @staticmethod
    def _smallest_bet(table: Table, hand: Hand) -> int:
        variant = VARIANTS[hand.variant]
        if variant.streets[hand.street].big_bet and variant.betting is Betting.FIXED_LIMIT:
            return stakes_of(table.config, variant).big_bet
        return hand.min_bet


def reach_of_others(table: Table, hand: Hand, number: int) -> int:
    """The most that any other player in the hand could bet in total on this street.

    Nobody has to call more, and the part of a raise above it would be returned.
    """
    return max(
        hand_seat(hand, other).bet + stack_of(table, other)
        for other in live_seats(hand)
        if other != number
    )
