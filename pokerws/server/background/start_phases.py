"""Tells in the log what a start waits for, so that a slow one is no silence."""

import asyncio

import structlog

# A phase that takes longer is logged, and logged again in the second interval.
FIRST_S, AGAIN_S = 1.0, 15.0

log = structlog.get_logger("pokerws.start")


class StartPhases:
    """The phases of a start: `enter` one after the other, then `end`."""

    def __init__(self) -> None:
        self.current = "the settings"
        self._began_s = 0.0
        self._alarm: asyncio.TimerHandle | None = None

    def enter(self, phase: str) -> None:
        """Begin to wait for something; `phase` names it."""
        self.end()
        self.current = phase
        loop = asyncio.get_running_loop()
        self._began_s = loop.time()
        self._alarm = loop.call_later(FIRST_S, self._tell)

    def end(self) -> None:
        """The last phase is over."""
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None

    def _tell(self) -> None:
        loop = asyncio.get_running_loop()
        log.info("start_waits", waits_for=self.current, for_s=round(loop.time() - self._began_s))
        self._alarm = loop.call_later(AGAIN_S, self._tell)
