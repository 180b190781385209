"""What a table's latest hands were like, for the lobby: the pots, and how fast they follow."""

from collections import deque
from collections.abc import Sequence

from pokerws.game.events import HandEnded, PotAwarded, TableEvent
from pokerws.server.tables.hand_pace import HOUR_MS

MOST_HANDS = 20
# A longer time between two ends was a pause.
LONGEST_HAND_MS = 600_000


class LatestHands:
    """The pots of the latest hands of one table, and when they ended.

    A table that comes into memory knows none.
    """

    __slots__ = ("_ends_ms", "_pots")

    def __init__(self) -> None:
        self._pots: deque[int] = deque(maxlen=MOST_HANDS)
        # Of hands without a pause in between.
        self._ends_ms: deque[int] = deque(maxlen=MOST_HANDS)

    def follow(self, events: Sequence[TableEvent], now_ms: int) -> None:
        """Note the hand that ended in `events`, if one did."""
        if not any(isinstance(event, HandEnded) for event in events):
            return
        awarded = (event for event in events if isinstance(event, PotAwarded))
        self._pots.append(sum(share.amount for pot in awarded for share in pot.shares))
        if self._ends_ms and now_ms - self._ends_ms[-1] > LONGEST_HAND_MS:
            self._ends_ms.clear()
        self._ends_ms.append(now_ms)

    @property
    def average_pot(self) -> int:
        """Of the chips won in a hand; 0 without one."""
        return sum(self._pots) // len(self._pots) if self._pots else 0

    @property
    def hands_an_hour(self) -> int:
        """0 before the second hand."""
        ends_ms = self._ends_ms
        if len(ends_ms) < 2 or ends_ms[-1] <= ends_ms[0]:
            return 0
        return round((len(ends_ms) - 1) * HOUR_MS / (ends_ms[-1] - ends_ms[0]))
