"""Tells once a minute how many log lines were left out, also when no such line follows."""

from pokerws.logs import tell_suppressed
from pokerws.server.clock import Alarm, Clock

INTERVAL_MS = 60_000


class SuppressedLines:
    """Calls `tell_suppressed` every minute, from `start` to `stop`."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._alarm: Alarm | None = None

    def start(self) -> None:
        """Begin."""
        self._alarm = self._clock.call_at(self._clock.now_ms() + INTERVAL_MS, self._due)

    def stop(self) -> None:
        """End."""
        if self._alarm is not None:
            self._alarm.cancel()

    def _due(self) -> None:
        self.start()
        tell_suppressed()
