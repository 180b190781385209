"""How the parts of a server are stopped: in reverse order, each of them whatever another raises."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack

import structlog

log = structlog.get_logger("pokerws.app")


class Stops:
    """The parts that have started, and how to stop them.

    `is_hurried` lets a stop be cut short by a cancellation.  `is_complete` says whether every part
    could be stopped.
    """

    def __init__(self) -> None:
        self._parts = AsyncExitStack()
        self.is_complete = True
        self.is_hurried = False

    def add(self, part: str, stop: Callable[[], Awaitable[object] | None]) -> None:
        """Register how to stop a part; parts that were registered later are stopped before it."""
        self._parts.push_async_callback(self._stop, part, stop)

    async def run(self) -> None:
        """Stop all parts.  A second call does nothing."""
        await self._parts.aclose()

    async def _stop(self, part: str, stop: Callable[[], Awaitable[object] | None]) -> None:
        try:
            stopping = stop()
            if stopping is not None:
                await stopping
        except asyncio.CancelledError:
            self.is_complete = False
            if not self.is_hurried:
                raise
        except Exception:
            # The other parts must still be stopped; above all, the journal must be flushed.
            self.is_complete = False
            log.exception("part_not_stopped", part=part)
