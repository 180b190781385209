"""Notices that a connection has died without being closed, because nothing is received."""

import asyncio
from collections.abc import Callable

# The time is divided into so many parts.  The connection is lost when it was silent in all of them
# but one, so never later than the time that the server tells.
PARTS = 5


class Silence:
    """Calls `lost` when `heard` was not called for most of `timeout_s`.

    It counts parts of that time and reads no clock.  So a program that was busy or suspended takes
    in what has arrived meanwhile, before it is counted as silence.
    """

    def __init__(self, timeout_s: float, lost: Callable[[], None]) -> None:
        self._part_s = timeout_s / PARTS
        self._lost = lost
        self._silent = 0
        self._timer = self._next()

    def heard(self) -> None:
        """Something was received."""
        self._silent = -1

    def cancel(self) -> None:
        """Stop listening."""
        self._timer.cancel()

    def _next(self) -> asyncio.TimerHandle:
        return asyncio.get_running_loop().call_later(self._part_s, self._part_over)

    def _part_over(self) -> None:
        self._silent += 1
        if self._silent < PARTS - 1:
            self._timer = self._next()
        else:
            self._lost()
