"""Tunes Python's cyclic garbage collector, so that it never holds up play for long.

Reference counts free nearly everything at once; the collector is only for reference cycles.  A full
collection examines every object: 100 ms for a million, which is what 15,000 connections have.  So
objects are frozen (`gc.freeze`) once they have survived two collections: one of the young objects,
and one of all objects that are not frozen.  Only the newest, made since the former, have survived
just the latter.  It runs between two callbacks of the event loop, when no command holds temporary
objects.  The collector ignores frozen objects, so a collection takes a few milliseconds, however
many there are.

Frozen objects are still freed by their reference counts, but frozen cycles are not.  So closed
connections and tables must leave no cycles behind, which a test checks.  Where they do, memory
grows; when it has doubled since the last full collection, there is another one.
"""

import gc
import sys
import time
from collections.abc import Callable
from typing import Literal

import structlog

from pokerws.server.clock import Alarm, Clock

# New objects before a collection of the young ones, and the number of these collections before one
# of all objects that are not frozen.
YOUNG = 2_000
YOUNG_COLLECTIONS = 5
# A threshold that is not reached: Python itself never collects the older generations.
NEVER = 1_000_000_000
# How often memory is measured, and the memory blocks below which there is no full collection.
CHECK_INTERVAL_MS = 60_000
LEAST_BLOCKS = 1_000_000

log = structlog.get_logger("pokerws.gc_tuning")


class Collector:
    """Collects the garbage of the process as described above, from `start` to `stop`.

    `call_soon` schedules a callback on the event loop.  It must be thread-safe, since Python
    collects in whichever thread allocates.
    """

    def __init__(self, clock: Clock, call_soon: Callable[[Callable[[], None]], object]) -> None:
        self._clock = clock
        self._call_soon = call_soon
        self._alarm: Alarm | None = None
        self._thresholds = gc.get_threshold()
        self._young_collections = 0
        # A full collection is due at this number of memory blocks.
        self._full_at_blocks = LEAST_BLOCKS

    def start(self) -> None:
        """Start.  Call it when all objects exist that live as long as the process."""
        self._thresholds = gc.get_threshold()
        gc.set_threshold(YOUNG, NEVER)
        gc.callbacks.append(self._collected)
        self._collect_all()
        self._arm()

    def stop(self) -> None:
        """Restore Python's defaults."""
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
            gc.callbacks.remove(self._collected)
            gc.set_threshold(*self._thresholds)
            gc.unfreeze()

    def _collected(self, phase: Literal["start", "stop"], about: dict[str, int]) -> None:
        """A callback of `gc`: count a collection of the young objects."""
        if phase == "stop":
            self._young_collections += 1
            if self._young_collections == YOUNG_COLLECTIONS:
                self._call_soon(self._collect_unfrozen)

    def _collect_unfrozen(self) -> None:
        """Collect all objects that are not frozen, and freeze the survivors."""
        if self._alarm is not None:
            gc.collect(1)
            gc.freeze()
            self._young_collections = 0

    def _arm(self) -> None:
        self._alarm = self._clock.call_at(self._clock.now_ms() + CHECK_INTERVAL_MS, self._check)

    def _check(self) -> None:
        # Armed first, so that an exception below does not end the checks.
        self._arm()
        if sys.getallocatedblocks() >= self._full_at_blocks:
            self._collect_all()

    def _collect_all(self) -> None:
        started_s = time.perf_counter()
        gc.unfreeze()
        found = gc.collect()
        gc.freeze()
        self._young_collections = 0
        ms = round((time.perf_counter() - started_s) * 1000)
        blocks = sys.getallocatedblocks()
        self._full_at_blocks = max(LEAST_BLOCKS, 2 * blocks)
        log.info("garbage_collected", ms=ms, found=found, blocks=blocks)
