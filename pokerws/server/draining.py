"""How a server comes to have nothing to do, before it stops.

In a cluster its tables go to other servers.  A server that is alone lets hands in play end, if it
is given the time.  Either way the clients are sent away, and whatever is left is stored as it is.
"""

import asyncio

import structlog

from pokerws.server.background.readiness import Readiness
from pokerws.server.front import Front
from pokerws.server.isolation import each
from pokerws.server.tables.lobby import Lobby
from pokerws.settings import Settings

# How often a server that is alone looks whether all hands are over.
LOOK_S = 0.02

log = structlog.get_logger("pokerws.draining")


class Draining:
    """Drains a server, once."""

    def __init__(self, settings: Settings, readiness: Readiness, front: Front) -> None:
        self._settings, self._readiness, self._front = settings, readiness, front
        self._task: asyncio.Task[None] | None = None

    async def run(self, lobby: Lobby, avoid: str) -> None:
        """Take no new traffic, let go of the tables and send the clients away.

        Servers whose names begin with `avoid` get no tables.  Ends within STOP_TIMEOUT_MS and
        DRAIN_MS.  Another call waits for the first one.  Cancelling any ends it.
        """
        if self._task is None:
            self._readiness.add("server", lambda: "draining")
            self._task = asyncio.create_task(self._drain(lobby, avoid), name="drain")
        try:
            await asyncio.wait([self._task])
        except asyncio.CancelledError:
            self._task.cancel()
            raise
        if not self._task.cancelled():
            self._task.result()

    async def _drain(self, lobby: Lobby, avoid: str) -> None:
        network = self._settings.network
        log.info("server_drains", tables=lobby.tables_in_memory)
        lobby.is_leaving = True
        try:
            async with asyncio.timeout(network.stop_timeout_ms / 1000):
                await self._front.give_tables(avoid)
        except TimeoutError:
            log.warning("tables_not_given", error="STOP_TIMEOUT_MS is over")
        if self._front.is_in_cluster:
            # As long as this server is in it, they miss nothing.
            await self._front.send_away()
        elif network.drain_ms:
            await self._let_hands_end(lobby, network.drain_ms / 1000)

    async def _let_hands_end(self, lobby: Lobby, most_s: float) -> None:
        actors = lobby.actors()
        if not actors:
            return
        each(actors, lambda actor: actor.deal_no_more())
        try:
            async with asyncio.timeout(most_s):
                await self._front.announce()
                while any(actor.table.hand is not None for actor in lobby.actors()):  # noqa: ASYNC110  no table tells
                    await asyncio.sleep(LOOK_S)
        except TimeoutError:
            in_play = sum(actor.table.hand is not None for actor in lobby.actors())
            log.info("hands_not_over", tables=in_play)
