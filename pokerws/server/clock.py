"""The server's clock: wall time at the start, then the monotonic clock, so that it never jumps."""

import time


class Clock:
    """Milliseconds UTC that go on evenly, whatever happens to the wall clock."""

    def __init__(self) -> None:
        self._offset_ms = time.time_ns() // 1_000_000 - time.monotonic_ns() // 1_000_000

    def now_ms(self) -> int:
        """The time now."""
        return self._offset_ms + time.monotonic_ns() // 1_000_000
