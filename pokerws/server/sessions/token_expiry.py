"""Timers for the expiry of a connection's token and for the warning before it."""

from collections.abc import Callable

from pokerws.server.clock import Alarm, Clock

# The wall clock may be put forward meanwhile, so it is looked at this often.
LOOK_MS = 60_000


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
        # What is waited for, by the wall clock: first the warning, then the expiry.
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
        left_ms = min(at_ms - self._clock.wall_ms(), LOOK_MS)
        self._alarm = self._clock.call_at(self._clock.now_ms() + left_ms, self._ring)

    def _ring(self) -> None:
        if self._clock.wall_ms() < self._at_ms:
            # Timers may fire slightly early, and the wall clock may have been put back.
            self._wait(self._at_ms)
        elif self._at_ms < self._expires_ms:
            self._wait(self._expires_ms)
            self._warn()
        else:
            self._alarm = None
            self._expire()


def _nothing() -> None:
    """Replaces the callbacks after `cancel`."""
