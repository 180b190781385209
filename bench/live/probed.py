"""Our server with a probe of its event loop, which is started like `server.py`.

It shows for how long the loop did nothing else: a timer that is due every millisecond, and by how
much it was late at most. At SIGUSR1 it begins again, at SIGUSR2 it prints what it has found. It
works with servers of every version, and runs in the folder of the checkout to measure.
"""

import asyncio
import os
import signal
import sys
import time
from collections.abc import Callable, Coroutine
from importlib import import_module
from typing import Any

INTERVAL_S = 0.001
SAID = "longest turn, us:"


class Probe:
    """The timer."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._due_s = self._longest_s = 0.0
        self._arm()

    def reset(self) -> None:
        """Begin again."""
        self._longest_s = 0.0

    def say(self) -> None:
        """Print the longest delay."""
        print(SAID, round(1e6 * self._longest_s), flush=True)

    def _arm(self) -> None:
        self._due_s = time.monotonic() + INTERVAL_S
        self._loop.call_later(INTERVAL_S, self._ring)

    def _ring(self) -> None:
        self._longest_s = max(self._longest_s, time.monotonic() - self._due_s)
        self._arm()


def probed(
    serve: Callable[..., Coroutine[Any, Any, int]],
) -> Callable[..., Coroutine[Any, Any, int]]:
    """The function that serves, with a probe beside it."""

    async def serve_probed(*arguments: Any) -> int:
        loop = asyncio.get_running_loop()
        probe = Probe(loop)
        loop.add_signal_handler(signal.SIGUSR1, probe.reset)
        loop.add_signal_handler(signal.SIGUSR2, probe.say)
        return await serve(*arguments)

    return serve_probed


if __name__ == "__main__":
    # This file may be of another checkout than the server.
    sys.path[0] = os.getcwd()  # noqa: PTH109  a string is needed
    serving = import_module("pokerws.serve")
    setattr(serving, "serve", probed(serving.serve))  # noqa: B010  unknown to mypy
    sys.exit(import_module("pokerws.main").main())
