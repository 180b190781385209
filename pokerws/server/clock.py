"""The server's clocks: steady time for waits, table time for play, and the wall clock for tokens.

Steady time decides how long something takes.  It never jumps, and does not go on while the machine
is suspended, so nobody's time is up for that.

Table time is in events, in frames and in the database, and the deadlines of tables are in it.  It
runs as fast as steady time.  It starts at the wall clock.  When the wall clock is put right, it is
put forward with it, and the tables keep the time that was left.  It never goes back: if the wall
clock is put back, or a stored table is from a clock that was ahead, table time stays ahead.

Tokens and reservations follow the wall clock as it is now, since others have made them.
"""

import asyncio
import time
from collections.abc import Callable
from typing import Protocol

import structlog

# A stored time that is further ahead of the wall clock is a mistake, and not followed.
MOST_AHEAD_MS = 24 * 3_600_000
# A smaller difference of two clocks is no jump.
JUMP_MS = 1000


log = structlog.get_logger("pokerws.clock")


class Alarm(Protocol):
    """A scheduled call."""

    def cancel(self) -> None:
        """Cancel the call."""


class Clock:
    """All times in ms; those of tables and of the wall clock are UTC."""

    # Table time minus steady time.
    ahead_ms = 0

    def __init__(self) -> None:
        # So that steady time looks like a time in logs and tests.
        self._offset_ms = self.wall_ms() - time.monotonic_ns() // 1_000_000

    def now_ms(self) -> int:
        """Steady time."""
        return self._offset_ms + time.monotonic_ns() // 1_000_000

    def wall_ms(self) -> int:
        """The wall clock, which may jump."""
        return time.time_ns() // 1_000_000

    def table_ms(self) -> int:
        """Table time."""
        return self.now_ms() + self.ahead_ms

    def behind_ms(self, at_ms: int) -> int:
        """How far table time must be put forward to reach a time; 0 if that is not worth it."""
        by_ms = at_ms - self.table_ms()
        return by_ms if by_ms > JUMP_MS and at_ms - self.wall_ms() <= MOST_AHEAD_MS else 0

    def put_forward(self, by_ms: int) -> None:
        """Put table time forward; the tables must move their deadlines."""
        self.ahead_ms += by_ms

    def call_at(self, at_ms: int, callback: Callable[[], None]) -> Alarm:
        """Schedule a call in steady time, which may be made up to a millisecond early."""
        delay_ms = max(0, at_ms - self.now_ms())
        return asyncio.get_running_loop().call_later(delay_ms / 1000, _ring, callback)

    def call_at_table(self, at_ms: int, callback: Callable[[], None]) -> Alarm:
        """Likewise in table time."""
        return self.call_at(at_ms - self.ahead_ms, callback)


def _ring(callback: Callable[[], None]) -> None:
    """Make a scheduled call.  Periodic ones schedule the next before they do anything else."""
    try:
        callback()
    except Exception:
        name = getattr(callback, "__qualname__", type(callback).__name__)
        log.exception("alarm_failed", alarm=name)
