"""The processes that the supervisor keeps: their begin, and their end within a time."""

import asyncio
import signal
from collections.abc import Sequence
from contextlib import suppress

from pokerws.serve import StopSignals, first_of
from pokerws.workers.kept import Kept

# A hurried process that still runs is told again after the first, and killed after the second.
AGAIN_S, KILL_S = 0.5, 3.0


class Processes:
    """Each process that has begun and has not been forgotten."""

    def __init__(self, signals: StopSignals) -> None:
        self._signals = signals
        self._tasks: dict[Kept, asyncio.Task[None]] = {}

    async def begun(self, kept: Kept, most_s: float | None = None) -> bool:
        """Start it, and wait until it is ready, has ended, or a stop is asked for."""
        self._tasks[kept] = task = asyncio.create_task(kept.run(), name=kept.name)
        ready = asyncio.create_task(kept.is_ready.wait())
        asked = asyncio.create_task(self._signals.asked.wait())
        try:
            await asyncio.wait(
                [task, ready, asked], timeout=most_s, return_when=asyncio.FIRST_COMPLETED
            )
        finally:
            ready.cancel()
            asked.cancel()
        return kept.is_ready.is_set() and not self._signals.asked.is_set()

    async def ended(
        self, processes: Sequence[Kept], number: signal.Signals, most_s: float | None = None
    ) -> None:
        """Wait until they have ended.

        In a hurry, or after `most_s`, they are told by this signal again and again, then killed.
        """
        tasks = [self._tasks[kept] for kept in processes if kept in self._tasks]
        if not tasks:
            return
        ending = asyncio.ensure_future(asyncio.wait(tasks))
        with suppress(TimeoutError):
            async with asyncio.timeout(most_s):
                await first_of(ending, self._signals.hurry)
        waited_s = 0.0
        while not ending.done():
            for kept in processes:
                kept.tell(signal.SIGKILL if waited_s >= KILL_S else number)
            await asyncio.wait([ending], timeout=AGAIN_S)
            waited_s += AGAIN_S

    def is_over(self, kept: Kept) -> bool:
        """Whether it has ended for good."""
        return kept in self._tasks and self._tasks[kept].done()

    def forget(self, kept: Kept) -> None:
        """It has ended, and its exit code is nothing to the end of all."""
        self._tasks.pop(kept, None)

    @property
    def all(self) -> list[Kept]:
        """Those that have begun."""
        return list(self._tasks)
