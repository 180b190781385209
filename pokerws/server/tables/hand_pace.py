"""How soon a table may start its next hand: a minimum pause, and a budget of hands an hour.

A table without pauses, played by programs, would fill a disk.  This module only says when the next
hand may start; the rules schedule it.  A restart forgets how much of a budget was used.
"""

from typing import NamedTuple

from pokerws.game.state import Table

HOUR_MS = 3_600_000
# What viewers are told when the budget begins to delay hands.
DELAYED = "so many hands were played here within an hour that the next ones start later"


class PaceLimits(NamedTuple):
    """The least pause between two hands, and the hands an hour of a table; 0 is no limit.

    A pre-action is carried out after `pre_act_delay_ms` and up to `pre_act_spread_ms` more.
    """

    min_pause_ms: int = 0
    hands_an_hour: int = 0
    pre_act_delay_ms: int = 300
    pre_act_spread_ms: int = 900


UNLIMITED = PaceLimits()


class HandPace:
    """The pace of one table.

    The budget is a token bucket: an hour's hands may be played at once, and it is replenished
    evenly.  It is stored as the time when it is full again (GCRA, ITU-T I.371).
    """

    __slots__ = ("_budget_ms", "_full_at_ms", "_hand", "_is_delayed", "_pause_ms", "_step_ms")

    def __init__(self, limits: PaceLimits, hand: int) -> None:
        """`hand` is the number of the table's latest hand."""
        self._pause_ms, hands_an_hour = limits[:2]
        self._step_ms = HOUR_MS // hands_an_hour if hands_an_hour else 0
        self._full_at_ms = 0
        # When the budget has a hand left again.
        self._budget_ms = 0
        self._hand = hand
        self._is_delayed = False

    def from_ms(self, now_ms: int) -> int:
        """The earliest time at which a hand may start that is scheduled now."""
        at_ms, budget_ms = now_ms + self._pause_ms, self._budget_ms
        return at_ms if at_ms > budget_ms else budget_ms  # noqa: FURB136  every command passes here

    def begins_to_delay(self, table: Table, now_ms: int) -> bool:
        """Whether the budget delays the next hand, and did not delay the one before.

        To be called when a hand has started or ended: each is counted here, once.
        """
        if table.hand_number != self._hand:
            self._hand = table.hand_number
            if self._step_ms:
                self._full_at_ms = max(self._full_at_ms, now_ms) + self._step_ms
                self._budget_ms = self._full_at_ms + self._step_ms - HOUR_MS
        if table.next_hand_at_ms is None:
            return False
        was_delayed = self._is_delayed
        self._is_delayed = table.next_hand_at_ms <= self._budget_ms
        return self._is_delayed and not was_delayed
