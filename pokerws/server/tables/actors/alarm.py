"""Rings at a table's deadline, in table time."""

from collections.abc import Callable

from pokerws.server.clock import Alarm, Clock


class TableAlarm:
    """Calls `ring` at a time that is set.  A table has one, which rings once each time.

    An alarm that is too early is set again when it rings.  This sets few alarms: most turns end
    before the alarm of an earlier turn.
    """

    __slots__ = ("_alarm", "_at_ms", "_clock", "_ring")

    def __init__(self, clock: Clock, ring: Callable[[], None]) -> None:
        self._clock = clock
        self._ring = ring
        self._alarm: Alarm | None = None
        self._at_ms = 0

    def set(self, at_ms: int) -> None:
        """Ring at that time; an earlier alarm is kept."""
        if self._alarm is not None:
            if self._at_ms <= at_ms:
                return
            self._alarm.cancel()
        self._at_ms = at_ms
        self._alarm = self._clock.call_at_table(at_ms, self._rings)

    def cancel(self) -> None:
        """Do not ring."""
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None

    def _rings(self) -> None:
        self._alarm = None
        self._ring()
