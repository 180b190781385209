"""Locks that serialise what each player waits for."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from weakref import WeakValueDictionary

from pokerws.game.state import PlayerId

# How long to wait for the player's earlier request.
PATIENCE_S = 5.0


class PlayerLocks:
    """A lock for each player, which is forgotten when nobody holds it or waits for it.

    `busy` makes the exception for those who have waited too long.
    """

    def __init__(self, busy: Callable[[], Exception]) -> None:
        self._busy = busy
        self._locks: WeakValueDictionary[PlayerId, asyncio.Lock] = WeakValueDictionary()

    @asynccontextmanager
    async def of(self, player: PlayerId) -> AsyncIterator[None]:
        """Hold a player's lock."""
        lock = self._locks.setdefault(player, asyncio.Lock())
        try:
            async with asyncio.timeout(PATIENCE_S):
                await lock.acquire()
        except TimeoutError as error:
            raise self._busy() from error
        try:
            yield
        finally:
            lock.release()
