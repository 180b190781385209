"""The server's clock: it starts at the wall time and advances monotonically, so it never jumps."""

import asyncio
import time
from collections.abc import Callable
from typing import Protocol


class Alarm(Protocol):
    """A scheduled call."""

    def cancel(self) -> None:
        """Cancel the call."""


class Clock:
    """The time in ms UTC, unaffected by later changes of the wall clock."""

    def __init__(self) -> None:
        self._offset_ms = time.time_ns() // 1_000_000 - time.monotonic_ns() // 1_000_000

    def now_ms(self) -> int:
        """The current time."""
        return self._offset_ms + time.monotonic_ns() // 1_000_000

    def call_at(self, at_ms: int, callback: Callable[[], None]) -> Alarm:
        """Schedule a call by the event loop, which may make it up to a millisecond early."""
        delay_ms = max(0, at_ms - self.now_ms())
        return asyncio.get_running_loop().call_later(delay_ms / 1000, callback)
