"""Compares the rows of the tables in memory with what this server knows to be stored.

A row may belong to another server by now, which claimed the table under a higher epoch.  Or it may
be an older one, because the database went back.  A table that is being played notices at its next
write.  This finds the others, within seconds.
"""

import asyncio

import structlog

from pokerws.game.state import TableId
from pokerws.server.background.supervisor import Watch, cancel, unwatched
from pokerws.server.tables.actor import TableActor
from pokerws.server.tables.lobby import Lobby
from pokerws.storage.errors import StoreUnavailable
from pokerws.storage.outcomes import Outcome, StorageMetrics, went_back
from pokerws.storage.store import Position, Standing, Store, Stored, standing_of

INTERVAL_S = 1.0
# Tables read in one statement, which takes a few milliseconds.
CHUNK = 500

log = structlog.get_logger("pokerws.row_check")


def known_of(actor: TableActor) -> Position:
    """What is known to be stored of a table, to be read before its row is."""
    return Position(actor.stored_seq, actor.epoch)


class RowCheck:
    """Checks up to CHUNK tables of `lobby` a second, in turn, from `start` to `stop`."""

    def __init__(self, lobby: Lobby, store: Store, metrics: StorageMetrics) -> None:
        self._lobby = lobby
        self._store = store
        self._metrics = metrics
        # The tables of this round that are still to be checked.
        self._left: list[TableId] = []
        # The number of tables that had gone back when this was last reported.
        self._reported = 0
        self._task: asyncio.Task[None] | None = None

    def start(self, watch: Watch = unwatched) -> None:
        """Start the task.  `watch` is given the task, which runs until `stop`."""
        self._task = asyncio.create_task(self._run(), name="row_check")
        watch(self._task)

    async def stop(self) -> None:
        """Stop the task."""
        if self._task is not None:
            await cancel(self._task)

    async def look(self) -> None:
        """Check the next tables, and all of them once one has gone back.

        Raises StoreUnavailable.
        """
        if not self._left:
            self._left = [actor.table.id for actor in self._lobby.actors()]
        chunk, self._left = self._left[:CHUNK], self._left[CHUNK:]
        await self._check(chunk)
        if self._lobby.outcomes.tables_gone_back != self._reported:
            await self._check_all()
        self._lobby.catch_up()

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(INTERVAL_S)
            try:
                await self.look()
            except (StoreUnavailable, TimeoutError) as error:
                log.debug("row_check_waits", error=str(error))
            except Exception:
                # A check only reads: a fault in one must not stop the others.
                log.exception("row_check_failed")

    async def _check_all(self) -> None:
        """One table has gone back: check all others now, and report how many have."""
        tables = [actor.table.id for actor in self._lobby.actors()]
        for start in range(0, len(tables), CHUNK):
            await self._check(tables[start : start + CHUNK])
        gone_back = self._lobby.outcomes.tables_gone_back
        new, self._reported = gone_back - self._reported, gone_back
        goes_on = "they go on from there"
        if not self._lobby.outcomes.is_durable:
            goes_on = "they are stored again as they are in memory"
        log.error(
            "database_went_back",
            tables=new,
            reason="an older copy of the database is in use, by a failover or a restored backup",
            tables_now=goes_on,
        )

    async def _check(self, tables: list[TableId]) -> None:
        found = [actor for table in tables if (actor := self._lobby.live(table)) is not None]
        # Before the first write there is nothing to compare, and after a refused one neither.
        known = {a: known_of(a) for a in found if a.stored_seq and a.is_stored}
        if not known:
            return
        rows = await self._store.positions([actor.table.id for actor in known])
        for actor, before in known.items():
            try:
                await self._check_one(actor, before, rows.get(actor.table.id))
            except (StoreUnavailable, TimeoutError):
                raise
            except Exception:
                # The others are checked all the same.
                log.exception("row_check_failed", table=actor.table.id)

    async def _check_one(self, actor: TableActor, before: Position, row: Position | None) -> None:
        if self._standing(before, row) is not Standing.OURS:
            # Read all of it: somebody may have edited the version only.
            before = known_of(actor)
            self.is_ours(actor, before, await self._store.look(actor.table.id))

    def is_ours(self, actor: TableActor, before: Position, stored: Stored | None) -> bool:
        """Whether a row still belongs to this server, and is not an older one.

        `before` is what was known before it was read.  Otherwise the table is fenced, or goes back.
        """
        row = None if stored is None else Position(stored.version, stored.epoch, stored.owner)
        standing = self._standing(before, row)
        if standing is Standing.WENT_BACK and stored is not None:
            is_edited = stored.epoch == before.epoch and not stored.is_whole
            standing = Standing.OURS if is_edited else standing
        if standing is Standing.OURS:
            return True
        table = actor.table.id
        is_current = self._lobby.live(table) is actor and actor.epoch == before.epoch
        # Catching up claims the row under a higher epoch before the table knows it.
        if is_current and not self._lobby.is_catching_up(table):
            if standing is Standing.FENCED and row is not None:
                self._fence(actor, row)
            else:
                self._go_back(table, before, row)
        return False

    def _standing(self, before: Position, row: Position | None) -> Standing:
        owner = self._store.owner
        return standing_of(row, epoch=before.epoch, owner=owner, committed=before.version)

    def _fence(self, actor: TableActor, row: Position) -> None:
        table = actor.table.id
        log.error(
            "get_game",
            outcome=Outcome.FENCED,
            table=table,
            epoch=actor.epoch,
            stored_version=row.version,
            stored_epoch=row.epoch,
        )
        self._metrics.operation("get_game", Outcome.FENCED)
        self._lobby.outcomes.fenced(table)

    def _go_back(self, table: TableId, before: Position, row: Position | None) -> None:
        version = 0 if row is None else row.version
        error = went_back(before.version, version)
        log.error("table_went_back", outcome=Outcome.WENT_BACK, table=table, error=error)
        self._metrics.operation("get_game", Outcome.WENT_BACK)
        self._lobby.outcomes.went_back(table)
