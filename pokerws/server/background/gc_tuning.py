"""Python's collector of garbage in cycles, so that it never holds up play for long.

Reference counts free nearly everything at once; the collector is for objects that refer to each
other in a circle.  To find them it looks at all that has lived for a while, which takes 100 ms for
a million objects, and a server with 15,000 connections has that many.  So what has survived two
looks is frozen: it is not looked at any more, and a look takes a few milliseconds, however much
there is.

What is frozen is freed by its reference counts as ever.  A circle of frozen objects is not, so what
comes and goes must not make any: connections and tables do not, and a test says so.  If something
does all the same, memory grows; once there is twice as much as after the last time, everything is
looked at, which takes as long as it takes.
"""

import gc
import sys
import time
from typing import Literal

import structlog

from pokerws.server.clock import Alarm, Clock

# Objects more than before, for a look at those; so many of these looks, for one at all that came
# since the last time.
YOUNG = 2_000
YOUNG_LOOKS = 5
# How often it is seen how much there is; and so many blocks of memory are no reason to worry.
CHECK_INTERVAL_MS = 60_000
LEAST_BLOCKS = 1_000_000

log = structlog.get_logger("pokerws.collector")


class Collector:
    """Has the process's garbage collected in this way, from `start` to `stop`."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._alarm: Alarm | None = None
        self._thresholds = gc.get_threshold()
        # From so many blocks on everything is looked at.
        self._enough = LEAST_BLOCKS

    def start(self) -> None:
        """Begin, when all that lives as long as the process is there."""
        self._thresholds = gc.get_threshold()
        gc.set_threshold(YOUNG, YOUNG_LOOKS)
        gc.callbacks.append(self._looked)
        self._look_at_all()
        self._arm()

    def stop(self) -> None:
        """Leave it to Python again."""
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
            gc.callbacks.remove(self._looked)
            gc.set_threshold(*self._thresholds)
            gc.unfreeze()

    def _looked(self, phase: Literal["start", "stop"], about: dict[str, int]) -> None:
        """Part of `gc`: freeze what has been looked at twice."""
        if phase == "stop" and about["generation"]:
            gc.freeze()

    def _arm(self) -> None:
        self._alarm = self._clock.call_at(self._clock.now_ms() + CHECK_INTERVAL_MS, self._check)

    def _check(self) -> None:
        self._arm()
        if sys.getallocatedblocks() >= self._enough:
            self._look_at_all()

    def _look_at_all(self) -> None:
        started_s = time.perf_counter()
        gc.unfreeze()
        found = gc.collect()
        ms = round((time.perf_counter() - started_s) * 1000)
        blocks = sys.getallocatedblocks()
        self._enough = max(LEAST_BLOCKS, 2 * blocks)
        log.info("garbage_collected", ms=ms, found=found, blocks=blocks)
