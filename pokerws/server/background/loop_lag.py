"""Measures how late the event loop is: an alarm that is due at an interval, and when it rings.

While the loop is busy with something, everybody waits for the rest of it, and so does the alarm.
A turn of the loop that takes longer than the interval is seen with that precision.  Shorter ones
are met by chance, as clients meet them, so those that recur are seen too.
"""

from collections.abc import Callable

from pokerws.server.clock import Alarm, Clock

# An alarm of an idle process takes up to 50 us, so 20 a second are at most 0.1 % of a processor.
INTERVAL_MS = 50
# The longest delay of this window and the one before is kept.  It is as long as the interval of
# `games_report`, so that none is missed there.
WINDOW_MS = 60_000


class LoopLag:
    """Measures from `start` to `stop`; `observe` is given each delay in ms."""

    def __init__(self, clock: Clock, observe: Callable[[int], None]) -> None:
        self._clock = clock
        self._observe = observe
        self._alarm: Alarm | None = None
        self._due_ms = self._window_ends_ms = 0
        self._longest_ms = self._longest_before_ms = 0

    @property
    def longest_ms(self) -> int:
        """The longest delay of the last one to two minutes."""
        return max(self._longest_ms, self._longest_before_ms)

    def start(self) -> None:
        """Start."""
        now_ms = self._clock.now_ms()
        self._window_ends_ms = now_ms + WINDOW_MS
        self._arm(now_ms)

    def stop(self) -> None:
        """Stop."""
        if self._alarm is not None:
            self._alarm.cancel()

    def _arm(self, now_ms: int) -> None:
        self._due_ms = now_ms + INTERVAL_MS
        self._alarm = self._clock.call_at(self._due_ms, self._ring)

    def _ring(self) -> None:
        now_ms = self._clock.now_ms()
        # It may ring up to a millisecond early.
        late_ms = max(0, now_ms - self._due_ms)
        self._arm(now_ms)
        if now_ms >= self._window_ends_ms:
            self._longest_before_ms, self._longest_ms = self._longest_ms, 0
            self._window_ends_ms = now_ms + WINDOW_MS
        self._longest_ms = max(self._longest_ms, late_ms)
        self._observe(late_ms)
