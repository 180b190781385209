"""Plays the bots that hosts want at their tables, as ordinary clients of this server.

The wishes are a part of each table, so that the bots come back after a restart.  They are connected
only while people are at the table.  When the last one has gone, they stand up.
"""

import asyncio
from collections.abc import Callable, Collection
from functools import partial
from ssl import SSLContext
from typing import NamedTuple

import structlog

from pokerws.client.bots import STYLES, BotSeat, run_bots
from pokerws.game.commands import Stand
from pokerws.game.hosting.bots import BOT_NAMES
from pokerws.game.state import PlayerId, TableId, WantedBot
from pokerws.server.clock import Clock
from pokerws.server.isolation import attempt, each
from pokerws.server.keyed_tasks import KeyedTasks
from pokerws.server.tables.actor import TableActor
from pokerws.server.tables.company import has_people
from pokerws.server.tables.lobby.lobby import Lobby
from pokerws.server.tables.presence import Presence

# How often it is seen who has come or gone.
CHECK_MS = 1_000
# How long bots stay after the last person has gone: reloading a page takes less.
LINGER_MS = 30_000

log = structlog.get_logger("pokerws.table_bots")


class Play(NamedTuple):
    """How bots connect to this server: its address, tokens by name, and their pauses."""

    url: str
    token_for: Callable[[str], str]
    delay_ms: tuple[int, int]
    tls: SSLContext | None = None


class TableBots:
    """The running bots of the tables of `lobby`; `run` plays them until it is cancelled."""

    def __init__(
        self,
        lobby: Lobby,
        presence: Presence,
        clock: Clock,
        play: Play,
        *,
        check_ms: int = CHECK_MS,
        linger_ms: int = LINGER_MS,
    ) -> None:
        self._lobby = lobby
        self._presence = presence
        self._clock = clock
        self._play = play
        self._check_ms = check_ms
        self._linger_ms = linger_ms
        self._tasks = KeyedTasks[tuple[TableId, PlayerId], None]()
        # When people were last seen at a table with running bots.
        self._seen_ms: dict[TableId, int] = {}

    async def run(self) -> None:
        """Play until cancelled; then all bots disconnect and leave their seats as they are."""
        # No player may take the name of a bot.
        for name in BOT_NAMES:
            self._play.token_for(name)
        self._lobby.bots.subscribe(self._changed)
        try:
            while True:
                self.look()
                await asyncio.sleep(self._check_ms / 1000)
        finally:
            tasks = [task for key in self._tasks if (task := self._tasks.get(key)) is not None]
            self._tasks.cancel_all()
            await asyncio.gather(*tasks, return_exceptions=True)

    @property
    def running(self) -> int:
        """The number of bots that are connected or about to be."""
        return len(self._tasks)

    def look(self) -> None:
        """See who is at the tables, and start or stop bots."""
        each(self._lobby.bots.actors, self._look_at)

    def _changed(self, table: TableId) -> None:
        """Stop bots at once, so that one that is not wanted any more does not sit down again."""
        actor = self._lobby.live(table)
        self._keep(table, {bot.player for bot in actor.table.bots} if actor is not None else ())
        # The table is in the middle of a change, so the rest is done after it.
        asyncio.get_running_loop().call_soon(self._look_soon, table)

    def _look_soon(self, table: TableId) -> None:
        if (actor := self._lobby.live(table)) is not None:
            attempt(actor, self._look_at, actor)
        else:
            self._seen_ms.pop(table, None)

    def _look_at(self, actor: TableActor) -> None:
        table, now_ms = actor.table, self._clock.now_ms()
        wanted = {bot.player: bot for bot in table.bots}
        if has_people(actor, self._presence):
            self._seen_ms[table.id] = now_ms
        elif table.id in self._seen_ms and now_ms - self._seen_ms[table.id] >= self._linger_ms:
            del self._seen_ms[table.id]
        if table.id in self._seen_ms and not table.closed:
            self._keep(table.id, wanted)
            for bot in wanted.values():
                self._start(table.id, bot)
        elif not _is_playing(actor):
            self._keep(table.id, ())
            wanted = {}
        for seat in table.seats:
            # A bot that was wanted when the server was killed, or sat down as it was removed.
            if seat is not None and seat.bot and not seat.leaving and seat.player not in wanted:
                actor.carry_out(Stand(seat.player))

    def _start(self, table: TableId, bot: WantedBot) -> None:
        key, style = (table, bot.player), STYLES.get(bot.style)
        if key in self._tasks or len(self._tasks) >= self._lobby.bots.limits.per_server:
            return
        if style is None:
            log.warning("bot_style_unknown", table=table, bot=bot.name, style=bot.style)
            return
        seat = BotSeat(
            *(style, table, bot.name, self._play.token_for(bot.name)),
            delay_ms=self._play.delay_ms,
            needs_people=True,
        )
        # It retries whatever fails, and logs it.
        work = run_bots(self._play.url, [seat], tls=self._play.tls)
        task = self._tasks.start_task(key, work, f"bot {bot.name}")
        task.add_done_callback(partial(self._ended, key))

    def _ended(self, key: tuple[TableId, PlayerId], task: "asyncio.Task[None]") -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("bot_ended", table=key[0], player=key[1], exc_info=error)

    def _keep(self, table: TableId, wanted: Collection[PlayerId]) -> None:
        """Stop a table's bots, except those that are wanted."""
        for key in [key for key in self._tasks if key[0] == table and key[1] not in wanted]:
            self._tasks.cancel(key)


def _is_playing(actor: TableActor) -> bool:
    """Whether a hand is in play or scheduled, so that bots have to act."""
    return actor.table.hand is not None or actor.table.next_hand_at_ms is not None
