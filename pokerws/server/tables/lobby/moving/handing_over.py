"""Gives tables in memory to another server, between two actions.

The table stands still while its last changes are stored.  Then one statement gives the row away.
Until that is sent, a failure costs nothing: the table goes on where it stood.  After it, only the
row knows who holds the table.  The taker replays what is newer than the snapshot: that is sooner
done than to store another one.
"""

import asyncio
from collections.abc import Callable
from typing import NamedTuple, Protocol

import structlog

from pokerws.game.betting.pre_actions import PreAction
from pokerws.game.illegal import Illegal
from pokerws.game.state import PlayerId, TableId
from pokerws.messages import Refused, Watch
from pokerws.server.keyed_tasks import KeyedTasks
from pokerws.server.tables.actor import TableActor
from pokerws.server.tables.interfaces import TableJournal, Viewer
from pokerws.server.tables.lobby.lobby import Lobby
from pokerws.storage.errors import OwnedElsewhere, StoreUnavailable
from pokerws.storage.store import Position

# A snapshot that waits is written after events of the same version; a flush waits for a version.
EVENTS_THEN_SNAPSHOT = range(2)
# How long a table stands still at most while its changes are stored.
FLUSH_S = 2.0
GIVE_S = 2.0
# After an unknown outcome: how often the row is asked, and how long to wait in between.
TRIES, BETWEEN_S = 5, 0.2

log = structlog.get_logger("pokerws.handing_over")


class Giving(Protocol):
    """A store whose tables can be given away."""

    async def give(self, table: TableId, at: Position, taker: str) -> bool:
        """Give a table away; False if nothing was changed.  Raises StoreUnavailable."""


class Given(NamedTuple):
    """A table that was given away: all of it that is not stored.

    `watches` says for each viewer what it has been sent.  That is all up to event `seq`, except
    for viewers with a delay, who need a snapshot.  Nothing more comes from here, and they are not
    told that.  `wishes` are the pre-actions that were held.
    """

    table: TableId
    seq: int
    watches: dict[Viewer, Watch]
    wishes: list[PreAction]
    seated: list[PlayerId]


# Called in the turn in which a table is known to be given, with the taker's incarnation.
OnGiven = Callable[[Given, str], None]


class HandingOver:
    """Gives tables of `lobby` away, and tells `on_given`."""

    def __init__(
        self,
        lobby: Lobby,
        journal: TableJournal,
        giving: Giving,
        on_given: OnGiven = lambda given, taker: None,
    ) -> None:
        self._lobby = lobby
        self._journal = journal
        self._giving = giving
        self._on_given = on_given
        self._running = KeyedTasks[TableId, Given]()

    async def give(self, table: TableId, taker: str) -> Given:
        """Give a table in memory to the server of incarnation `taker`.

        Raises Illegal if it stays here.  A caller that is cancelled does not stop it half way.
        """
        actor = self._lobby.live(table)
        if actor is None or table in self._running or not self._may_go(actor):
            raise Refused("table_unavailable", "the table cannot be given away now")
        # In this turn, so that no action comes in between.
        actor.stand_still(still=True)
        task = self._running.start_task(table, self._give(actor, taker), "handing over")
        return await asyncio.shield(task)

    def of(self, table: TableId) -> "asyncio.Task[Given] | None":
        """What messages about a table have to wait for, while it is being given away."""
        return self._running.get(table)

    def _may_go(self, actor: TableActor) -> bool:
        busy = actor.stopped or actor.is_paused or actor.table.closed
        return not (busy or actor.is_ahead or self._lobby.is_catching_up(actor.table.id))

    async def _give(self, actor: TableActor, taker: str) -> Given:
        table = actor.table.id
        try:
            await self._flush(actor)
            at = Position(actor.stored_seq, actor.epoch)
        except BaseException:
            self._go_on(actor)
            raise
        try:
            async with asyncio.timeout(GIVE_S):
                is_given = await self._giving.give(table, at, taker)
        except (StoreUnavailable, TimeoutError) as error:
            log.warning("table_perhaps_given", table=table, to=taker, error=str(error))
            return await self._find_out(actor, taker)
        except BaseException:
            self._drop(actor)
            raise
        if not is_given:
            self._go_on(actor)
            raise Refused("table_unavailable", "the other server has ended, or the row was changed")
        given = self._gone(actor)
        self._on_given(given, taker)
        log.info("table_given", table=table, to=taker, seq=given.seq)
        return given

    async def _flush(self, actor: TableActor) -> None:
        """Wait until all is stored and sent.  Raises Refused."""
        try:
            async with asyncio.timeout(FLUSH_S):
                for _ in EVENTS_THEN_SNAPSHOT:
                    await self._journal.flush(FLUSH_S, actor.table.id)
        except TimeoutError as error:
            raise Refused("table_unavailable", "the database cannot be reached") from error
        is_sent = actor.stored_seq == actor.table.seq and not actor.gate.waiting
        if not (self._is_current(actor) and is_sent):
            raise Refused("table_unavailable", "its last changes are not stored")

    def _is_current(self, actor: TableActor) -> bool:
        return self._lobby.live(actor.table.id) is actor

    def _go_on(self, actor: TableActor) -> None:
        if self._is_current(actor):
            actor.stand_still(still=False)

    def _drop(self, actor: TableActor) -> None:
        if self._is_current(actor):
            self._lobby.put_away(actor)

    def _gone(self, actor: TableActor) -> Given:
        """Let go of a table; its viewers are read now, since some may just have come."""
        table, link = actor.table, None
        if actor.is_unlisted:
            link = self._lobby.link_keys.secret_of(table.id, table.hosting.link)
        at = Watch("", table.id, table.seq, actor.branch, key=link)
        late, delayed = Watch("", table.id, key=link), actor.viewers.delayed
        watches = {
            one: late if delayed is not None and delayed.is_late(one.player) else at
            for one in actor.watchers
        }
        wishes = list(actor.pre_actions.held.values())
        seated = [seat.player for seat in table.seats if seat is not None]
        self._drop(actor)
        return Given(table.id, table.seq, watches, wishes, seated)

    async def _find_out(self, actor: TableActor, taker: str) -> Given:
        """Ask the row who holds the table, by claiming it again.  Raises Illegal if it is here."""
        given = self._gone(actor)
        refusal: Illegal | None = None
        for _ in range(TRIES):
            try:
                await self._lobby.find(actor.table.id)
                break
            except Illegal as error:
                holder = error.__cause__
                if isinstance(holder, OwnedElsewhere) and holder.incarnation == taker:
                    self._on_given(given, taker)
                    return given
                refusal = error
                if error.code not in {"table_unavailable", "paused"}:
                    break
            await asyncio.sleep(BETWEEN_S)
        # They watch again, from where they were.
        actor.notify("table_failed", "the table is being restored from the database")
        raise Refused("table_unavailable", "the table was not given away") from refusal
