"""Rings at a table's deadline, in table time."""

from collections.abc import Callable
from functools import partial
from math import inf
from typing import Final

from pokerws.server.clock import Alarm, Clock

# The time of an alarm that is not set.
NEVER: Final = inf


class TableAlarm:
    """Calls a function at a set time.  A table has one, which rings once each time.

    An alarm that is too early is set again when it rings.  This sets few alarms: most turns end
    before the alarm of an earlier turn.  The callback is kept only while it waits, since actor and
    alarm would refer to each other.
    """

    __slots__ = ("_alarm", "_clock", "at_ms")

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._alarm: Alarm | None = None
        # When it rings; a plain attribute, since every command reads it.
        self.at_ms: float = NEVER

    def set(self, at_ms: int, ring: Callable[[], None]) -> None:
        """Call `ring` at that time; an earlier alarm is kept."""
        if self.at_ms <= at_ms:
            return
        self.cancel()
        self.at_ms = at_ms
        self._alarm = self._clock.call_at_table(at_ms, partial(self._rings, ring))

    def cancel(self) -> None:
        """Do not ring."""
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm, self.at_ms = None, NEVER

    def _rings(self, ring: Callable[[], None]) -> None:
        self._alarm, self.at_ms = None, NEVER
        ring()
