"""The end of a connection's right to be here: a warning before it, and the moment itself."""

from collections.abc import Callable

from pokerws.server.clock import Alarm, Clock


class Expiry:
    """Calls `warn` when `warning_ms` are left and `expire` at the end; 0 gives no warning.

    After `cancel` it knows nobody to call any more, so that who has it does not keep itself alive.
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
        # When the alarm is due: at the warning, then at the end.
        self._at_ms = 0
        self._alarm: Alarm | None = None

    def set(self, expires_ms: int | None) -> None:
        """Move the end, to a time in ms UTC or to never; what was set before counts no more."""
        self._call_off()
        if expires_ms is None:
            return
        self._expires_ms = expires_ms
        self._wait(expires_ms - self._warning_ms)

    def cancel(self) -> None:
        """Call both off, for good."""
        self._call_off()
        self._warn = self._expire = _nobody

    def _call_off(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None

    def _wait(self, at_ms: int) -> None:
        self._at_ms = at_ms
        self._alarm = self._clock.call_at(at_ms, self._ring)

    def _ring(self) -> None:
        if self._clock.now_ms() < self._at_ms:
            # The loop may be early by a little.
            self._wait(self._at_ms)
        elif self._at_ms < self._expires_ms:
            self._wait(self._expires_ms)
            self._warn()
        else:
            self._alarm = None
            self._expire()


def _nobody() -> None:
    """Who is called after the end of all."""
