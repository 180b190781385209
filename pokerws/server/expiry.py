"""The end of a connection's right to be here: a warning before it, and the moment itself."""

from collections.abc import Callable

from pokerws.server.clock import Alarm, Clock


class Expiry:
    """Calls `warn` when `warning_ms` are left and `expire` at the end; 0 gives no warning."""

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
        self._alarm: Alarm | None = None

    def set(self, expires_ms: int | None) -> None:
        """Move the end, to a time in ms UTC or to never; what was set before counts no more."""
        self.cancel()
        if expires_ms is None:
            return

        def warn() -> None:
            self._wait(expires_ms, self._expire)
            self._warn()

        if self._warning_ms:
            self._wait(expires_ms - self._warning_ms, warn)
        else:
            self._wait(expires_ms, self._expire)

    def cancel(self) -> None:
        """Call both off."""
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None

    def _wait(self, at_ms: int, act: Callable[[], None]) -> None:
        def ring() -> None:
            # The loop may be early by a little.
            if self._clock.now_ms() < at_ms:
                self._wait(at_ms, act)
            else:
                self._alarm = None
                act()

        self._alarm = self._clock.call_at(at_ms, ring)
