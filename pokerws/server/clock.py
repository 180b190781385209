"""The server's clock: wall time at the start, then the monotonic clock, so that it never jumps."""

import asyncio
import time
from collections.abc import Callable
from typing import Protocol


class Alarm(Protocol):
    """A call that is due."""

    def cancel(self) -> None:
        """Call it off."""


class Clock:
    """Milliseconds UTC that go on evenly, whatever happens to the wall clock."""

    def __init__(self) -> None:
        self._offset_ms = time.time_ns() // 1_000_000 - time.monotonic_ns() // 1_000_000

    def now_ms(self) -> int:
        """The time now."""
        return self._offset_ms + time.monotonic_ns() // 1_000_000

    def call_at(self, at_ms: int, callback: Callable[[], None]) -> Alarm:
        """Have the event loop call at a time; it may do so a little early."""
        delay_ms = max(0, at_ms - self.now_ms())
        return asyncio.get_running_loop().call_later(delay_ms / 1000, callback)
