"""Which tables exist: open, find (hydrating from the store), close, drop.

The lobby owns the actors.  What those who watch it see of the tables is `table_list`'s matter.
"""

import asyncio
import secrets
from collections.abc import Callable

import structlog

from pokerws.game.deal import Shuffle
from pokerws.game.illegal import Illegal
from pokerws.game.state import CloseReason, PlayerId, TableConfig, TableId
from pokerws.game.table import open_table
from pokerws.logs import shows_debug
from pokerws.messages import REJECT_CODES, Broadcast, Notice, TableSummary
from pokerws.server.clock import Clock
from pokerws.server.tables.actor import TableActor
from pokerws.server.tables.cashier import Bank
from pokerws.server.tables.event_log import EventLog
from pokerws.server.tables.hydration import FLUSH_TIMEOUT_S, Hydration, Loaded
from pokerws.server.tables.interfaces import Sink, Viewer
from pokerws.server.tables.lobby_feed import TableList
from pokerws.server.tables.outage_pause import Pausing
from pokerws.storage.accounts import Transfer
from pokerws.storage.store import Store, TableSnapshot
from pokerws.storage.vault.vault import Vault

# The number of the event that opens a table.
SEQ_OPENED = 1
# Time that a player gets on top of what was left when a table comes back into memory.
RESUME_GRACE_MS = 5_000

log = structlog.get_logger("pokerws.lobby")


class Lobby:
    """All tables of this server, in memory or not.

    `store`, `sink` and `vault` are None in memory-only play.  `sink` takes the changes of all
    tables; `vault` seals them, and opens what `store` has.
    """

    def __init__(
        self,
        *,
        store: Store | None,
        sink: Sink | None,
        keep_events: bool,
        clock: Clock,
        shuffle: Shuffle,
        bank: Bank,
        max_tables: int,
        durable: bool = False,
        on_outcome: Callable[[str, str], None] = lambda operation, outcome: None,
        vault: Vault | None = None,
        max_opened: int = 0,
    ) -> None:
        assert store is None or vault is not None, "what is stored is sealed"
        self._vault = vault
        self._hydration: Hydration | None = None
        self._event_log: EventLog | None = None
        if store is not None and sink is not None and vault is not None:
            self._hydration = Hydration(store, sink, vault, on_outcome)
            if keep_events:
                self._event_log = EventLog(store, sink, vault)
        self._on_outcome = on_outcome
        self._bank = bank
        self._store = store
        self._sink = sink
        self._keep_events = keep_events
        self._durable = durable
        self._clock = clock
        self._shuffle = shuffle
        self._max_tables = max_tables
        self._max_opened = max_opened
        # Who has opened which table, since the start.
        self._openers: dict[TableId, PlayerId] = {}
        # Those that stay open though nobody uses them.
        self._kept: set[TableId] = set()
        self._actors: dict[TableId, TableActor] = {}
        # Those that a fault has stopped, until all that they had decided is stored and shown.
        self._failed: dict[TableId, TableActor] = {}
        self._listed = TableList()
        self._loading: dict[TableId, asyncio.Task[TableActor]] = {}
        # Those that are being loaded only to be closed.
        self._to_close: dict[TableId, CloseReason] = {}
        self._stopped = False
        self._pausing: Pausing | None = None
        if sink is not None and store is not None:
            self._pausing = Pausing(sink, clock, lambda: list(self._actors.values()))

    async def start(self) -> None:
        """List the stored tables; they come into memory when somebody asks for them."""
        if self._store is None:
            return
        if self._pausing is not None:
            self._pausing.start()
        await self.list_stored()

    async def list_stored(self) -> None:
        """List stored tables that are not known yet: at the start, and those that somebody has
        repaired, or another server has opened, since.  Raises StoreUnavailable or TimeoutError."""
        if self._store is None:
            return
        # What has been closed here would be listed again before that is stored.
        await self.flush()
        known = self._listed.ids | self._actors.keys()
        for game in await self._store.games(known):
            if game.table not in self._listed:
                self._listed.note(
                    TableSummary(
                        game.table,
                        game.name,
                        game.status,
                        game.players,
                        game.hand_number,
                        game.config,
                    )
                )

    def stop(self) -> None:
        """Stop all tables where they are, and open or load no other."""
        self._stopped = True
        for task in self._loading.values():
            task.cancel()
        for actor in self._actors.values():
            actor.stop()
        self._listed.stop()
        if self._pausing is not None:
            self._pausing.stop()

    @property
    def tables_in_memory(self) -> int:
        """How many tables are in memory."""
        return len(self._actors)

    def summaries(self) -> list[TableSummary]:
        """All tables, oldest first."""
        return self._listed.summaries()

    def create(self, name: str, config: TableConfig, opener: PlayerId | None = None) -> TableActor:
        """Open a table, for a player or for the server itself.  Raises Illegal."""
        self._check_open()
        known = self._listed.ids | self._actors.keys()
        if len(known) >= self._max_tables:
            raise Illegal("table_limit", f"there are {self._max_tables} tables already")
        self._openers = {t: player for t, player in self._openers.items() if t in known}
        if opener is not None:
            self._check_opened(opener)
        table, events = open_table(TableId(secrets.token_hex(6)), name, config)
        actor = self._actor(table.id, TableSnapshot(table), epoch=1, stored_seq=0)
        if self._sink is None:
            log.info("create_game", outcome="IN_MEMORY", table=table.id, name=name)
            self._on_outcome("create_game", "IN_MEMORY")
        actor.opened(events)
        if opener is not None:
            self._openers[table.id] = opener
        return actor

    def _check_opened(self, player: PlayerId) -> None:
        cap = self._max_opened
        if cap and sum(opener == player for opener in self._openers.values()) >= cap:
            raise Illegal("too_many_tables", f"a player may have opened {cap} tables at a time")

    def at(self, table: TableId) -> TableActor | None:
        """The actor of a table that is in memory."""
        actor = self._actors.get(table)
        if actor is not None:
            if shows_debug():
                log.debug("get_game", outcome="IN_MEMORY", table=table)
            self._on_outcome("get_game", "IN_MEMORY")
        return actor

    async def find(self, table: TableId) -> TableActor:
        """The actor of a table, loaded if need be.  Raises Illegal."""
        actor = self.at(table)
        if actor is not None:
            return actor
        self._check_open()
        if table not in self._listed or self._hydration is None:
            raise Illegal("unknown_table", f"there is no table {table}")
        loading = self._loading.get(table)
        if loading is None:
            loading = asyncio.create_task(self._hydrate(self._hydration, table))
            self._loading[table] = loading
            loading.add_done_callback(lambda task: self._loaded(table, task))
        # A caller that gives up must not stop the load for the others.
        return await asyncio.shield(loading)

    def _loaded(self, table: TableId, task: asyncio.Task[TableActor]) -> None:
        self._loading.pop(table, None)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.debug("table_not_loaded", table=table, error=str(error))

    def _check_open(self) -> None:
        if self._stopped:
            raise Illegal("restarting", REJECT_CODES["restarting"].meaning)

    def seats_of(self, player: PlayerId, *, besides: TableActor) -> int:
        """At how many other tables in memory a player sits.

        Those that are not in memory have had no hand and no watcher for a while, and are not worth
        a question to the database.
        """
        return sum(
            actor is not besides and actor.table.seat_of(player) is not None
            for actor in self._actors.values()
        )

    def find_by_name(self, name: str, variant: str) -> TableId | None:
        """The oldest table of that name where that variant, or mix, is played."""
        return self._listed.find(name, variant)

    def subscribe(self, viewer: Viewer) -> None:
        """Send the list, and from now on what changes in it; once for each viewer."""
        self._listed.subscribe(viewer)

    def evict(self, before_ms: int) -> int:
        """Let tables leave memory where nothing has happened since then; returns how many did.

        They are stored, nobody watches them, and nothing waits for the clock there.
        """
        if self._store is None:
            return 0
        idle = [t for t, actor in self._actors.items() if actor.is_idle_since(before_ms)]
        for table in idle:
            self._actors.pop(table).stop()
        return len(idle)

    async def close(self, table: TableId, reason: CloseReason) -> None:
        """Close a table for good; everybody there goes home with the chips.  Raises Illegal."""
        if table not in self._actors:
            self._to_close[table] = reason
        try:
            actor = await self.find(table)
        finally:
            self._to_close.pop(table, None)
        if not actor.table.closed:
            self._close(actor, reason)

    def _close(self, actor: TableActor, reason: CloseReason) -> None:
        chips = actor.table.chips
        actor.close(reason)
        log.info("table_closed", table=actor.table.id, reason=reason, chips=chips)

    def actors(self) -> list[TableActor]:
        """All tables in memory."""
        return list(self._actors.values())

    def changed_between(self, since_ms: int, before_ms: int) -> list[TableActor]:
        """Tables in memory where something happened last within that time."""
        return [a for a in self._actors.values() if since_ms <= a.changed_ms < before_ms]

    def unwatched(self, before_ms: int) -> list[TableId]:
        """Tables in memory that nobody watches and where nothing has happened since then."""
        return [
            table
            for table, actor in self._actors.items()
            if not actor.watchers and actor.changed_ms < before_ms
        ]

    def keep(self, table: TableId) -> None:
        """Do not take a table for unused."""
        self._kept.add(table)

    def unused(self, before_ms: int) -> list[TableId]:
        """Tables in memory where nobody has played or sits, and nothing happened since then.

        Nobody watches them either; but where nobody ever sat down, watching alone is no use.
        """
        return [
            table
            for table, actor in self._actors.items()
            if table not in self._kept
            and actor.table.hand_number == actor.table.players == 0
            and (not actor.watchers or actor.table.seq == SEQ_OPENED)
            and actor.changed_ms < before_ms
        ]

    def unused_elsewhere(self) -> set[TableId]:
        """Tables that are not in memory, where nobody has played or sits."""
        return self._listed.unused() - self._actors.keys() - self._kept

    def in_memory(self, table: TableId) -> bool:
        """Whether a table is in memory."""
        return table in self._actors

    async def flush(self) -> None:
        """Wait until all that has happened so far is stored.  Raises TimeoutError."""
        if self._sink is not None:
            await self._sink.flush(FLUSH_TIMEOUT_S)

    def any_actor(self) -> TableActor | None:
        """One of the tables in memory, by chance; None when there is none."""
        if not self._actors:
            return None
        return secrets.choice(list(self._actors.values()))

    def forget(self, viewer: Viewer) -> None:
        """A connection has ended."""
        self._listed.forget(viewer)

    # ---- what the actors and the journal say

    def table_changed(self, summary: TableSummary) -> None:
        """Part of `table_actor.Owner`."""
        self._listed.note(summary)
        if summary.status == "closed":
            self._actors.pop(summary.table, None)

    def chips_moved(self, table: TableId, transfers: tuple[Transfer, ...]) -> None:
        """Part of `table_actor.Owner`."""
        self._bank.moved(table, transfers)

    def table_failed(self, actor: TableActor) -> None:
        """Part of `table_actor.Owner`: drop the table, so that it is loaded anew."""
        if self._durable:
            self._failed[actor.table.id] = actor
        self._drop(actor, "the table had a fault and is being restored")

    def table_written(self, table: TableId, seq: int) -> None:
        """The journal has stored everything that happened at a table up to event `seq`."""
        self._bank.written(table, seq)
        for actor in (self._failed.get(table), self._actors.get(table)):
            if actor is not None:
                actor.written(seq)

    def table_lost(self, table: TableId) -> None:
        """What happened at a table since the last write cannot be stored.

        With durable acks nobody has seen it: the table is dropped, and loaded as it is stored.
        Likewise where chips were on their way.  Otherwise memory is the truth, and play goes on
        from there, but no chips come or go.
        """
        self._bank.lost(table)
        failed, actor = self._failed.pop(table, None), self._actors.get(table)
        if failed is not None:
            failed.take_back()
        if actor is None:
            return
        if actor.is_held:
            actor.take_back()
            self._drop(actor, "the table is being restored from the database")
        else:
            actor.is_stored = False

    def table_fenced(self, table: TableId) -> None:
        """Another process has claimed the table: say nothing more about it from here."""
        self._bank.lost(table)
        actor = self._actors.pop(table, None) or self._failed.get(table)
        self._failed.pop(table, None)
        if actor is not None:
            log.error("table_moved", table=table, epoch=actor.epoch)
            actor.stop()
            for viewer in list(actor.watchers):
                viewer.moved(table)

    def _drop(self, actor: TableActor, message: str) -> None:
        self._actors.pop(actor.table.id, None)
        if self._store is None:
            # There is nothing to load it from: it is gone, but not the chips.
            self._bank.moved(actor.table.id, actor.refunds)
            self._listed.close(actor.table.id)
        notice = Broadcast(Notice("table_failed", message, actor.table.id))
        for viewer in list(actor.watchers):
            viewer.show(notice.on(viewer.wire))

    # ---- loading

    async def load_all(self) -> None:
        """Load all stored tables now, instead of each when somebody asks for it.

        Raises StoreUnavailable.
        """
        assert self._hydration is not None, "without a store there is nothing to load"
        async for loaded in self._hydration.load_many(list(self._listed.ids)):
            for table, one in loaded.items():
                self._resume(table, one)
        log.info("tables_loaded", tables=len(self._actors), of=len(self._listed.ids))

    async def _hydrate(self, hydration: Hydration, table: TableId) -> TableActor:
        try:
            loaded = await hydration.load(table)
        except Illegal as refusal:
            if refusal.code == "unknown_table":
                # Somebody else has closed it.
                self._listed.close(table)
            raise
        self._failed.pop(table, None)
        actor = self._resume(table, loaded)
        if table in self._to_close:
            # In one write with what loading it did, or a crash in between would leave it open, and
            # as one that has just changed.
            self._close(actor, self._to_close[table])
        return actor

    def _resume(self, table: TableId, loaded: Loaded) -> TableActor:
        snapshot, claimed = loaded
        actor = self._actor(table, snapshot, claimed.epoch, stored_seq=claimed.version)
        gap = self._keep_events and claimed.log_seq != snapshot.table.seq
        actor.resume(claimed.saved_ms, RESUME_GRACE_MS, restart_log=gap)
        return actor

    def _actor(
        self, table: TableId, snapshot: TableSnapshot, epoch: int, *, stored_seq: int
    ) -> TableActor:
        actor = TableActor(
            snapshot.table,
            epoch,
            snapshot.receipts,
            clock=self._clock,
            shuffle=self._shuffle,
            sink=self._sink,
            keep_events=self._keep_events,
            durable=self._durable,
            stored_seq=stored_seq,
            owner=self,
            on_outcome=self._on_outcome,
            vault=self._vault,
            event_log=self._event_log,
        )
        self._actors[table] = actor
        if self._pausing is not None and self._pausing.is_away and actor.is_held:
            actor.pause()
        return actor
