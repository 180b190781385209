"""Loads stored tables into memory, each once, even if many clients ask for it."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Protocol

import structlog

from pokerws.game.illegal import Illegal
from pokerws.game.state import CloseReason, TableId
from pokerws.server.clock import Clock
from pokerws.server.isolation import each
from pokerws.server.tables.actor import TableActor
from pokerws.server.tables.lobby.commit_outcomes import CommitOutcomes
from pokerws.server.tables.lobby.feed import LobbyFeed
from pokerws.server.tables.lobby.hydration import Hydration, Loaded
from pokerws.server.tables.lobby.outage_pause import OutagePause
from pokerws.server.tables.lobby.table_registry import TableEntry, TableRegistry, TableState
from pokerws.storage.outcomes import Outcome, StorageMetrics, went_back
from pokerws.storage.store import Claimed, Position, TableSnapshot

# Extra time for the player to act, added to the remaining time when a table is loaded.
RESUME_GRACE_MS = 5_000

log = structlog.get_logger("pokerws.table_loader")


class MakeActor(Protocol):
    """Constructs the actor of a table of this server."""

    def __call__(
        self, snapshot: TableSnapshot, epoch: int, branch: int, *, stored_seq: int, tail: int | None
    ) -> TableActor:
        """The actor, which does nothing yet."""


class TableLoader:
    """Moves tables of `tables` from STORED to LIVE; `close` closes one for good."""

    def __init__(
        self,
        tables: TableRegistry,
        feed: LobbyFeed,
        hydration: Hydration,
        outcomes: CommitOutcomes,
        pause: OutagePause,
        *,
        clock: Clock,
        metrics: StorageMetrics,
        keep_events: bool,
        make_actor: MakeActor,
        close: Callable[[TableActor, CloseReason], None],
    ) -> None:
        self._tables = tables
        self._feed = feed
        self._hydration = hydration
        self._outcomes = outcomes
        self._pause = pause
        self._clock = clock
        self._metrics = metrics
        self._keep_events = keep_events
        self._make_actor = make_actor
        self._close = close

    async def load(self, entry: TableEntry) -> TableActor:
        """The actor of a table that is not in memory.  Raises Illegal."""
        loading = entry.loading or self._begin(entry)
        # A caller that is cancelled must not cancel the load for the others.
        return await asyncio.shield(loading)

    def _begin(
        self, entry: TableEntry, claimed: Claimed | None = None
    ) -> "asyncio.Task[TableActor]":
        self._tables.move(entry, TableState.LOADING)
        entry.loading = asyncio.create_task(self._load(entry, claimed))
        entry.loading.add_done_callback(partial(self._loading_done, entry))
        return entry.loading

    async def load_all(self) -> None:
        """Load all stored tables now.  Raises StoreUnavailable."""
        stored = [entry.table for entry in self._tables if entry.state is TableState.STORED]
        async for table, loaded in self._hydration.load_many(stored):
            entry = self._tables.get(table)
            # Somebody may have asked for it meanwhile, and claimed it again.
            if entry is not None and entry.state is TableState.STORED:
                self._try_to_resume(entry, loaded)
        log.info("tables_loaded", tables=len(self._tables.in_memory), of=len(self._tables))

    async def take(self, claims: Mapping[TableId, Claimed]) -> dict[TableId, Claimed]:
        """Load tables that were claimed for this server, unless somebody asked for them meanwhile.

        Returns those that are not listed yet, and are left as they are.  Those that cannot be
        loaded stay STORED.
        """
        unlisted: dict[TableId, Claimed] = {}
        loads: dict[TableId, asyncio.Task[TableActor]] = {}
        for table, claimed in claims.items():
            entry = self._tables.get(table)
            if entry is None:
                unlisted[table] = claimed
            elif entry.state is TableState.STORED:
                loads[table] = self._begin(entry, claimed)
        outcomes = await asyncio.gather(*loads.values(), return_exceptions=True)
        for table, outcome in zip(loads, outcomes, strict=True):
            # A refusal has been logged.
            if isinstance(outcome, Exception) and not isinstance(outcome, Illegal):
                log.error("table_not_resumed", table=table, exc_info=outcome)
        return unlisted

    async def _load(self, entry: TableEntry, claimed: Claimed | None) -> TableActor:
        known, shown, seen = entry.known or Position(0, 0), entry.shown_seq, entry.seen_seq
        try:
            # A claim that was made for many tables knows nothing of these.  After a database went
            # back, its epoch may be one under which the journal drops what is written.
            if (
                claimed is None
                or claimed.epoch <= known.epoch
                or claimed.version < max(shown, seen)
            ):
                claimed = await self._hydration.claim(entry.table, known.epoch, shown, seen)
            loaded = await self._hydration.load(entry.table, claimed)
            self._check_known(entry.table, known, loaded)
        except Illegal as refusal:
            if refusal.code == "unknown_table":
                # Another server has closed it.
                self._feed.close(entry.table)
                if self._tables.get(entry.table) is entry:
                    self._tables.move(entry, TableState.GONE)
            raise
        entry.failed = None
        actor = self._resume(entry, loaded)
        if entry.closing is not None:
            # Closed here, so that loading and closing are stored in one write.  A crash between
            # two writes would leave the table open, and recently changed.
            self._close(actor, entry.closing)
        return actor

    def _check_known(self, table: TableId, known: Position, loaded: Loaded) -> None:
        """Report a row that is older than what this server has stored, if no other server has
        stored it since.
        """
        claimed = loaded.claimed
        if claimed.version < known.version and claimed.epoch == known.epoch + 1:
            error = went_back(known.version, claimed.version)
            log.error("table_went_back", outcome=Outcome.WENT_BACK, table=table, error=error)
            self._metrics.operation("get_game", Outcome.WENT_BACK)
            self._outcomes.tables_gone_back += 1

    def _loading_done(self, entry: TableEntry, task: asyncio.Task[TableActor]) -> None:
        entry.loading = None
        if entry.state is TableState.LOADING:
            failed = entry.failed is not None
            self._tables.move(entry, TableState.FAILED if failed else TableState.STORED)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.debug("table_not_loaded", table=entry.table, error=str(error))

    def put_clock_forward(self, by_ms: int) -> None:
        """Put table time forward; the tables in memory keep the time that was left."""
        self._clock.put_forward(by_ms)
        each(self._tables.in_memory.values(), lambda actor: actor.clock_put_forward(by_ms))

    async def load_unlisted(self, tables: Sequence[TableId]) -> None:
        """Load tables whose config cannot be read.  Nearly always that quarantines them.

        A good snapshot has a good config, which is used then.  Raises StoreUnavailable.
        """
        if not tables:
            return
        async for table, loaded in self._hydration.load_many(tables):
            if table not in self._tables:
                self._try_to_resume(self._tables.add_stored(table), loaded)

    def _try_to_resume(self, entry: TableEntry, loaded: Loaded) -> None:
        """Resume one of many tables; a bug in it must not keep the others from being loaded."""
        try:
            self._resume(entry, loaded)
        except Exception:
            log.exception("table_not_resumed", table=entry.table)

    def _resume(self, entry: TableEntry, loaded: Loaded) -> TableActor:
        snapshot, claimed, is_behind, tail = loaded
        if by_ms := self._clock.behind_ms(claimed.saved_ms):
            # A table's time never goes back.
            log.warning("clock_behind", table=entry.table, by_ms=by_ms)
            self.put_clock_forward(by_ms)
        actor = self._make_actor(
            *(snapshot, claimed.epoch, claimed.branch), stored_seq=claimed.version, tail=tail
        )
        self._tables.loaded(entry, actor)
        self._pause.apply_to(actor)
        gap = self._keep_events and claimed.log_seq != snapshot.table.seq
        actor.resume(claimed.saved_ms, RESUME_GRACE_MS, restart_log=gap, cancel_hand=is_behind)
        return actor
