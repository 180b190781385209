"""Timers for the expiry of a connection's token and for the warning before it."""

from collections.abc import Callable

from pokerws.server.clock import Alarm, Clock


class Expiry:
    """Calls `warn` when `warning_ms` are left, and `expire` at the end; 0 gives no warning.

    `cancel` drops both callbacks, so that the owner and this object form no reference cycle.
    """

    __slots__ = ("_alarm", "_at_ms", "_clock", "_expire", "_expires_ms", "_warn", "_warning_ms")

    def __init__(
        self,
        clock: Clock,
        warning_ms: int,
        *,
        warn: Callable[[], None],
        expire: Callable[[], None],
    ) -> None:
        self._clock = clock
        self._warning_ms = warning_ms
        self._warn = warn
        self._expire = expire
        self._expires_ms = 0
        # The time of the alarm: first that of the warning, then that of the expiry.
        self._at_ms = 0
        self._alarm: Alarm | None = None

    def set(self, expires_ms: int | None) -> None:
        """Set the expiry to a time in ms UTC, or to never; replaces an earlier one."""
        self._stop_alarm()
        if expires_ms is None:
            return
        self._expires_ms = expires_ms
        self._wait(expires_ms - self._warning_ms)

    def cancel(self) -> None:
        """Cancel both calls and drop the callbacks."""
        self._stop_alarm()
        self._warn = self._expire = _nothing

    def _stop_alarm(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None

    def _wait(self, at_ms: int) -> None:
        self._at_ms = at_ms
        self._alarm = self._clock.call_at(at_ms, self._ring)

    def _ring(self) -> None:
        if self._clock.now_ms() < self._at_ms:
            # Timers of the event loop may fire slightly early.
            self._wait(self._at_ms)
        elif self._at_ms < self._expires_ms:
            self._wait(self._expires_ms)
            self._warn()
        else:
            self._alarm = None
            self._expire()


def _nothing() -> None:
    """Replaces the callbacks after `cancel`."""
