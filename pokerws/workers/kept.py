"""A process that is started again whenever it ends, later each time while it does not last."""

import asyncio
import signal
import socket
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import NamedTuple

import structlog

FAILED = 1
# Between an end and the next start, doubled up to the second.
FIRST_S, LAST_S = 0.25, 15.0
# One that has lasted this long begins with the first again.
STEADY_S = 60.0

log = structlog.get_logger("pokerws.workers")


class Started(NamedTuple):
    """A process, what it says when it is ready, and a link that ends with it."""

    process: asyncio.subprocess.Process
    says: Awaitable[bytes]
    link: socket.socket | None = None


class Kept:
    """The process that `start` starts, and the next one where it ends before `stopping` is set.

    `is_ready` is set when it has `said` that it is.  If it ends before that, it is not
    started again: its settings are wrong, or its database is away, and it has said so.
    """

    def __init__(
        self, name: str, start: Callable[[], Awaitable[Started]], stopping: asyncio.Event
    ) -> None:
        self.name = name
        self.stopping = stopping
        self._start = start
        self._process: asyncio.subprocess.Process | None = None
        self._link: socket.socket | None = None
        self.is_ready = asyncio.Event()
        self.said = b""
        # Of the latest process.
        self.code: int | None = None
        self.has_served = False
        self._pause_s = FIRST_S

    async def run(self) -> None:
        """Keep it running until it has ended for good."""
        loop = asyncio.get_running_loop()
        while not self.stopping.is_set():
            began_s = loop.time()
            await self._run_once()
            if self.stopping.is_set() or not self.is_ready.is_set():
                return
            if loop.time() - began_s >= STEADY_S:
                self._pause_s = FIRST_S
            ended = {"process": self.name, "exit_code": self.code, "again_in_s": self._pause_s}
            if self.code:
                log.error("process_ended", **ended)
            else:
                # An operator has told it to end.
                log.info("process_ended", **ended)
            await _passed(self._pause_s, self.stopping)
            self._pause_s = min(2 * self._pause_s, LAST_S)

    def end(self, word: bytes = b"") -> None:
        """Have it end for good, after a word over the link; a second call says only the word."""
        if word and self._link is not None:
            with suppress(OSError):
                self._link.send(word)
        if not self.stopping.is_set():
            self.stopping.set()
            self.tell(signal.SIGTERM)

    def tell(self, number: signal.Signals, *, only_served: bool = False) -> None:
        """Send the process a signal, if there is one; or only if it has been ready."""
        if self._process is not None and (self.has_served or not only_served):
            with suppress(ProcessLookupError):
                self._process.send_signal(number)

    @property
    def pid(self) -> int | None:
        """The process id; None while there is no process."""
        return None if self._process is None else self._process.pid

    @property
    def has_ended_well(self) -> bool:
        """Whether the last process has stored all, or has had nothing to store."""
        return not self.code or (not self.has_served and self.code == -signal.SIGTERM)

    async def _run_once(self) -> None:
        self.has_served = False
        try:
            self._process, says, self._link = await self._start()
        except OSError as error:
            log.error("process_not_started", process=self.name, error=error.strerror)  # noqa: TRY400  it says all
            self.code = FAILED
            return
        if self.stopping.is_set():
            # It was not there yet when all were told.
            self.tell(signal.SIGTERM)
        if said := await says:
            self.said, self.has_served = said, True
            self.is_ready.set()
        self.code = await self._process.wait()
        self._process = None
        if self._link is not None:
            self._link.close()
            self._link = None


async def _passed(seconds: float, event: asyncio.Event) -> None:
    """Wait so long, or until the event is set."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
