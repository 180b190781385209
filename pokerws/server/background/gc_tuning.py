"""Tunes Python's cyclic garbage collector, so that it never holds up play for long.

Reference counts free nearly everything at once; the collector is only for reference cycles.  A full
collection examines every object: 100 ms for a million, which is what 15,000 connections have.  So
after every few milliseconds of work the new objects are collected, and the survivors are frozen
(`gc.freeze`).  This is done between two callbacks of the event loop, when no command holds
temporary objects.  The collector ignores frozen objects, so a collection takes a fraction of a
millisecond, however many there are.

Python's own count of new objects cannot decide when: it subtracts every object that is freed, young
or old.  Where play replaces old objects with new ones, it stays low for hours, and the next wave of
connections would have everything examined that was replaced meanwhile.

Frozen objects are still freed by their reference counts, but frozen cycles are not.  So closed
connections and tables must leave no cycles behind, which a test checks.  Where they do, memory
grows; when it has doubled since the last full collection, there is another one.
"""

import gc
import sys
import time
from collections.abc import Callable

import structlog

from pokerws.server.clock import Alarm, Clock

# How often new objects are collected, if the process has worked for so long since the last time.
# An alarm of an idle process takes up to 50 us, so these are at most 0.1 % of a processor.
INTERVAL_MS = 50
WORK_S = 0.01
# New objects before Python collects the young ones by itself, within one interval.
YOUNG = 2_000
# A threshold that is not reached: Python itself never collects the older generations.
NEVER = 1_000_000_000
# How often memory is measured, and the memory blocks below which there is no full collection.
CHECK_INTERVAL_MS = 60_000
LEAST_BLOCKS = 1_000_000

log = structlog.get_logger("pokerws.gc_tuning")


class Collector:
    """Collects the garbage of the process as described above, from `start` to `stop`.

    `worked_s` is the processor time that the process has used.
    """

    def __init__(self, clock: Clock, worked_s: Callable[[], float] = time.process_time) -> None:
        self._clock = clock
        self._worked_s = worked_s
        self._collect_alarm: Alarm | None = None
        self._check_alarm: Alarm | None = None
        self._thresholds = gc.get_threshold()
        self._collected_s = 0.0
        # A full collection is due at this number of memory blocks.
        self._full_at_blocks = LEAST_BLOCKS

    def start(self) -> None:
        """Start.  Call it when all objects exist that live as long as the process."""
        self._thresholds = gc.get_threshold()
        gc.set_threshold(YOUNG, NEVER)
        self._collect_all()
        self._arm_collect()
        self._arm_check()

    def stop(self) -> None:
        """Restore Python's defaults."""
        if self._collect_alarm is not None and self._check_alarm is not None:
            self._collect_alarm.cancel()
            self._check_alarm.cancel()
            self._collect_alarm = self._check_alarm = None
            gc.set_threshold(*self._thresholds)
            gc.unfreeze()

    def _arm_collect(self) -> None:
        at_ms = self._clock.now_ms() + INTERVAL_MS
        self._collect_alarm = self._clock.call_at(at_ms, self._collect_new)

    def _arm_check(self) -> None:
        at_ms = self._clock.now_ms() + CHECK_INTERVAL_MS
        self._check_alarm = self._clock.call_at(at_ms, self._check)

    def _collect_new(self) -> None:
        """Collect all objects that are not frozen, and freeze the survivors."""
        self._arm_collect()
        worked_s = self._worked_s()
        if worked_s - self._collected_s >= WORK_S:
            gc.collect(1)
            gc.freeze()
            self._collected_s = worked_s

    def _check(self) -> None:
        # Armed first, so that an exception below does not end the checks.
        self._arm_check()
        if sys.getallocatedblocks() >= self._full_at_blocks:
            self._collect_all()

    def _collect_all(self) -> None:
        started_s = time.perf_counter()
        gc.unfreeze()
        found = gc.collect()
        gc.freeze()
        ms = round((time.perf_counter() - started_s) * 1000)
        blocks = sys.getallocatedblocks()
        self._full_at_blocks = max(LEAST_BLOCKS, 2 * blocks)
        log.info("garbage_collected", ms=ms, found=found, blocks=blocks)
