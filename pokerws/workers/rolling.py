"""Replaces the workers one by one, while they serve: new processes, with the code on the disk.

A new worker accepts at the same sockets.  When it is ready the old one drains: its tables go to the
others, and its clients come back to them.  So there are never fewer workers than usual.
"""

import signal
from collections.abc import Callable

import structlog

from pokerws.workers.kept import Kept
from pokerws.workers.processes import Processes

# Like the time that systemd gives a start: it may migrate the database.  The old ones serve.
READY_S = 900.0
# Beyond the time that the settings give a worker to drain and to stop.
OVER_S = 10.0

log = structlog.get_logger("pokerws.workers")


class Rolling:
    """Replaces each of `workers`, in place, by what `new` makes for its number.

    `leave_s` is the longest that a worker takes to drain and to stop.  `say` is told how far it is.
    """

    def __init__(
        self,
        workers: list[Kept],
        new: Callable[[int], Kept],
        processes: Processes,
        *,
        leave_s: float,
        say: Callable[[str], None],
    ) -> None:
        self._workers, self._new, self._processes = workers, new, processes
        self._leave_s, self._say = leave_s, say

    async def run(self) -> None:
        """Replace all, or those up to the first that fails; cancelled if all stop."""
        count = len(self._workers)
        log.info("roll_began", workers=count)
        for number in range(1, count + 1):
            self._say(f"Worker {number} of {count} is being replaced")
            try:
                error = await self._replaced(number)
            except Exception as bug:
                error = repr(bug)
                log.exception("worker_not_replaced", number=number)
            if error is not None:
                log.error("roll_failed", number=number, error=error)
                self._say(f"{count} workers serve; the last reload failed at worker {number}")
                return
        log.info("roll_ended", workers=count)
        self._say(f"{count} workers serve")

    async def _replaced(self, number: int) -> str | None:
        """Replace one worker; returns why that failed."""
        new = self._new(number)
        if not await self._processes.begun(new, READY_S):
            return await self._given_up(new)
        old = self._workers[number - 1]
        self._workers[number - 1] = new
        # One that has just crashed has nothing left to give.
        old_pid = old.pid
        old.end()
        await self._processes.ended([old], signal.SIGTERM, self._leave_s + OVER_S)
        self._processes.forget(old)
        if old_pid is not None and not old.has_ended_well:
            return f"the old one ended with exit code {old.code}; the new one serves"
        log.info("worker_replaced", number=number, old_pid=old_pid, new_pid=new.pid)
        return None

    async def _given_up(self, new: Kept) -> str:
        """End a worker that does not become ready; returns why."""
        why = f"the new one was not ready within {READY_S:.0f} s; the old one serves"
        if self._processes.is_over(new):
            why = f"the new one did not start, exit code {new.code}; the old one serves"
        new.end()
        await self._processes.ended([new], signal.SIGTERM, OVER_S)
        self._processes.forget(new)
        return why
