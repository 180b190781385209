"""Limits how often a log line is written that outsiders can cause, and counts what is left out."""

from pokerws.server.limits.rate_limits import Bucket, Rate

# Enough to see who and what; a flood does not fill the log, and the metrics count all.
LOG_RATE = Rate(10, 60_000)


class LogLimit:
    """Allows ten lines a minute."""

    def __init__(self) -> None:
        self._lines = Bucket(LOG_RATE)
        self._suppressed = 0

    def take(self, now_ms: int) -> dict[str, int] | None:
        """The fields to add to a line, or None if it is not to be written.

        `suppressed` is how many lines were left out since the last one.
        """
        if self._lines.take(now_ms):
            self._suppressed += 1
            return None
        suppressed, self._suppressed = self._suppressed, 0
        return {"suppressed": suppressed} if suppressed else {}
