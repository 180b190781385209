"""Tunes Python's cyclic garbage collector, so that it never holds up play for long.

Reference counts free nearly everything at once; the collector is for objects that refer to each
other in a cycle.  A full collection looks at every object: 100 ms for a million of them, and a
server with 15,000 connections has that many.  So objects are frozen once they have survived two
looks: one with the young objects, and one of everything not frozen yet.  The second is made between
two callbacks of the event loop, when no command holds objects that are about to go.  The collector
never looks at frozen objects again, and a look takes a few milliseconds, however many there are.

Frozen objects are still freed by their reference counts.  A cycle of them is not, so connections
and tables must not leave any behind when they go; a test checks that.  If something does all the
same, memory grows.  At twice the memory of the last time there is a full collection, which takes as
long as it takes.
"""

import gc
import sys
import time
from collections.abc import Callable
from typing import Literal

import structlog

from pokerws.server.clock import Alarm, Clock

# New objects before a look at those; so many of these looks before one of all that came since.
YOUNG = 2_000
YOUNG_LOOKS = 5
# The older generations are never collected by Python itself: this threshold is not reached.
NEVER = 1_000_000_000
# How often memory is measured, and the memory blocks below which there is no full collection.
CHECK_INTERVAL_MS = 60_000
LEAST_BLOCKS = 1_000_000

log = structlog.get_logger("pokerws.collector")


class Collector:
    """Collects the garbage of the process in this way, from `start` to `stop`.

    `call_soon` has a function called by the event loop; it must be safe to use in any thread, as
    the collector runs in the one that happens to allocate.
    """

    def __init__(self, clock: Clock, call_soon: Callable[[Callable[[], None]], object]) -> None:
        self._clock = clock
        self._call_soon = call_soon
        self._alarm: Alarm | None = None
        self._thresholds = gc.get_threshold()
        self._young_looks = 0
        # The number of blocks from which on there is a full collection.
        self._enough = LEAST_BLOCKS

    def start(self) -> None:
        """Begin.  Everything that lives as long as the process should exist by now."""
        self._thresholds = gc.get_threshold()
        gc.set_threshold(YOUNG, NEVER)
        gc.callbacks.append(self._looked)
        self._look_at_all()
        self._arm()

    def stop(self) -> None:
        """Return to Python's own ways."""
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
            gc.callbacks.remove(self._looked)
            gc.set_threshold(*self._thresholds)
            gc.unfreeze()

    def _looked(self, phase: Literal["start", "stop"], about: dict[str, int]) -> None:
        """Part of `gc`: count a look, which is one at young objects unless it is ours."""
        if phase == "stop":
            self._young_looks += 1
            if self._young_looks == YOUNG_LOOKS:
                self._call_soon(self._look_again)

    def _look_again(self) -> None:
        """Look at everything that is not frozen, and freeze what survives."""
        if self._alarm is not None:
            gc.collect(1)
            gc.freeze()
            self._young_looks = 0

    def _arm(self) -> None:
        self._alarm = self._clock.call_at(self._clock.now_ms() + CHECK_INTERVAL_MS, self._check)

    def _check(self) -> None:
        # Armed first, so that a fault now does not end the checks.
        self._arm()
        if sys.getallocatedblocks() >= self._enough:
            self._look_at_all()

    def _look_at_all(self) -> None:
        started_s = time.perf_counter()
        gc.unfreeze()
        found = gc.collect()
        gc.freeze()
        self._young_looks = 0
        ms = round((time.perf_counter() - started_s) * 1000)
        blocks = sys.getallocatedblocks()
        self._enough = max(LEAST_BLOCKS, 2 * blocks)
        log.info("garbage_collected", ms=ms, found=found, blocks=blocks)
