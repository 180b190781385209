"""Notices when the wall clock is changed, and lets table time follow it."""

import asyncio
from collections.abc import Callable

import structlog

from pokerws.server.background.supervisor import Watch, cancel, unwatched
from pokerws.server.clock import JUMP_MS, Clock

INTERVAL_S = 1.0

log = structlog.get_logger("pokerws.clock")


class ClockWatch:
    """Compares the wall clock with steady time, from `start` to `stop`.

    `put_forward` is called with the ms that table time is behind after a jump.
    """

    def __init__(self, clock: Clock, put_forward: Callable[[int], None]) -> None:
        self._clock = clock
        self._put_forward = put_forward
        self._ahead_ms = self._measure()
        self._task: asyncio.Task[None] | None = None

    def start(self, watch: Watch = unwatched) -> None:
        """Start the task.  `watch` is given the task, which runs until `stop`."""
        self._task = asyncio.create_task(self._run(), name="clock_watch")
        watch(self._task)

    async def stop(self) -> None:
        """Stop the task."""
        if self._task is not None:
            await cancel(self._task)

    def look(self) -> None:
        """Compare once.  A jump is logged once."""
        ahead_ms = self._measure()
        by_ms = ahead_ms - self._ahead_ms
        if abs(by_ms) <= JUMP_MS:
            return
        self._ahead_ms = ahead_ms
        behind_ms = self._clock.behind_ms(self._clock.wall_ms())
        log.warning("clock_jumped", by_ms=by_ms, tables_put_forward_ms=behind_ms)
        if behind_ms:
            self._put_forward(behind_ms)

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(INTERVAL_S)
            self.look()

    def _measure(self) -> int:
        return self._clock.wall_ms() - self._clock.now_ms()
