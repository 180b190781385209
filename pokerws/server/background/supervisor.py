"""Supervises the background tasks of a server, so that none of them dies unnoticed.

A task that fails is logged as an error, and the server stops with a non-zero exit code.  Errors
that a task can recover from are handled in the task.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Protocol

import structlog

log = structlog.get_logger("pokerws.supervisor")

Watch = Callable[[asyncio.Task[None]], None]


class BackgroundTask(Protocol):
    """A part that works in a task of its own, from `start` to `stop`."""

    def start(self, watch: Watch) -> None:
        """Start the task, and have it watched."""

    def stop(self) -> Awaitable[object] | None:
        """Stop the task."""


def unwatched(task: asyncio.Task[None]) -> None:
    """A `Watch` for a part that runs without a supervisor, as in tests."""


class Supervisor:
    """Watches tasks.  `on_failure` is called once, when the first of them fails."""

    def __init__(self, on_failure: Callable[[], None]) -> None:
        self._on_failure = on_failure
        self.has_failed = False

    def watch(self, task: asyncio.Task[None], *, may_end: bool = False) -> None:
        """Report a task that raises, or that returns before it is cancelled.

        `may_end` allows it to return, for a task with a limited amount of work.
        """
        task.add_done_callback(lambda ended: self._ended(ended, may_end=may_end))

    def _ended(self, task: asyncio.Task[None], *, may_end: bool) -> None:
        if task.cancelled() or (may_end and task.exception() is None):
            return
        error = task.exception()
        log.error(
            "background_task_failed",
            task=task.get_name(),
            error="it returned" if error is None else repr(error),
            action="the server stops; start it again, and report this",
            exc_info=error,
        )
        if not self.has_failed:
            self.has_failed = True
            self._on_failure()


async def cancel(task: asyncio.Task[None]) -> None:
    """Cancel a task and wait until it has ended; its exception is ignored."""
    task.cancel()
    await asyncio.wait([task])
