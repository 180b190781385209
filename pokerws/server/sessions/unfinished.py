"""The rest of a message's work, which may be dropped before it begins.

Python reports a coroutine that nobody awaits, which is no fault where the client has gone.
"""

from collections.abc import Callable, Coroutine, Generator
from typing import Any

from pokerws.server.net.connection import Work


class Unfinished:
    """Work that `finish` does.  It is awaited or dropped, once."""

    __slots__ = ("_finish", "_work")

    def __init__(self, finish: Callable[[Work], Work], work: Work) -> None:
        self._finish, self._work = finish, work

    def __await__(self) -> Generator[Any, Any, None]:
        return self._finish(self._work).__await__()

    def close(self) -> None:
        """Drop it."""
        drop(self._work)


def drop(work: Work) -> None:
    """Let go of work; what has begun must have ended."""
    if isinstance(work, Coroutine | Unfinished):
        work.close()
