"""Opens, finds, closes and evicts tables.

The lobby decides when a table enters or leaves memory.  `table_registry` has the known tables and
their states, `table_loader` brings them into memory, `idle_tables` finds those to close, `feed` is
the list that clients see, and `commit_outcomes` reacts to commits.
"""

import asyncio
import secrets
from collections.abc import Iterator, Mapping, Sequence

import structlog

from pokerws.game.config.table_config import TableConfig
from pokerws.game.counted import counted
from pokerws.game.deal import Shuffle
from pokerws.game.illegal import Details
from pokerws.game.state import CloseReason, PlayerId, Table, TableId
from pokerws.game.table import open_table
from pokerws.logs import shows_debug
from pokerws.messages import REJECT_CODES, ListTables, Refused, Tables, TableSummary, Wire
from pokerws.server.clock import Clock
from pokerws.server.isolation import each
from pokerws.server.tables.actor import TableActor
from pokerws.server.tables.actors.cards_ahead import CardsAhead
from pokerws.server.tables.cashier import Cashier
from pokerws.server.tables.collusion_signs import NO_SIGNS, Signs
from pokerws.server.tables.event_log import EventLog, NoEventLog
from pokerws.server.tables.hand_pace import UNLIMITED, PaceLimits
from pokerws.server.tables.interfaces import NO_LEASE, Lease, TableJournal
from pokerws.server.tables.lobby.catching_up import CatchingUp
from pokerws.server.tables.lobby.commit_outcomes import CommitOutcomes
from pokerws.server.tables.lobby.feed import LobbyFeed
from pokerws.server.tables.lobby.hydration import FLUSH_TIMEOUT_S, Hydration
from pokerws.server.tables.lobby.idle_tables import IdleTables
from pokerws.server.tables.lobby.list_watchers import ListWatchers
from pokerws.server.tables.lobby.outage_pause import OutagePause
from pokerws.server.tables.lobby.seat_claims import SeatClaims
from pokerws.server.tables.lobby.seating.desk import SeatDesk
from pokerws.server.tables.lobby.server_tables import ServerTables, new_table_id
from pokerws.server.tables.lobby.table_loader import TableLoader
from pokerws.server.tables.lobby.table_registry import TableEntry, TableRegistry, TableState
from pokerws.server.tables.lobby.wanted_bots import BOT_LIMITS, BotLimits
from pokerws.server.tables.presence import Presence
from pokerws.storage.accounts import Transfer, player_of
from pokerws.storage.ahead.notes import NO_NOTES, Notes
from pokerws.storage.errors import StoreUnavailable
from pokerws.storage.outcomes import UNMEASURED, Outcome, StorageMetrics
from pokerws.storage.store import Store, TableSnapshot
from pokerws.storage.vault.vault import Vault

log = structlog.get_logger("pokerws.lobby")


class Lobby:
    """All tables of this server, in memory or stored.

    `journal` stores the changes of all tables; `vault` encrypts them, and decrypts what `store`
    returns; `lease` keeps other servers away.  The journal reports to `outcomes` and `cashier`.
    Once the lobby `is_leaving`, no table is opened or loaded.
    """

    def __init__(
        self,
        *,
        store: Store,
        journal: TableJournal,
        vault: Vault,
        keep_events: bool,
        clock: Clock,
        shuffle: Shuffle,
        cashier: Cashier,
        max_tables: int,
        durable: bool = False,
        metrics: StorageMetrics = UNMEASURED,
        max_opened: int = 0,
        max_opened_by_address: int = 0,
        pace: PaceLimits = UNLIMITED,
        lease: Lease = NO_LEASE,
        notes: Notes = NO_NOTES,
        signs: Signs = NO_SIGNS,
        bot_limits: BotLimits = BOT_LIMITS,
    ) -> None:
        self._store = store
        self._journal = journal
        self._vault, self.link_keys = vault, vault.link_keys
        self._keep_events, self._durable, self.is_leaving = keep_events, durable, False
        self._clock = clock
        self._shuffle = shuffle
        self._cashier = cashier
        self._max_tables, self._pace = max_tables, pace
        self._max_opened = max_opened, max_opened_by_address
        self._found, self._hands = metrics.count_of("get_game", Outcome.IN_MEMORY), metrics.hands
        self._hydration = Hydration(store, journal, vault, notes, metrics)
        self.event_log = EventLog(store, journal, vault) if keep_events else NoEventLog()
        self.feed = self._feed = LobbyFeed(clock)
        self._tables = TableRegistry(bot_limits)
        self.bots = self._tables.bots
        self.closed = self._tables.closed
        self.seats = self._tables.absences.seats
        self.idle = IdleTables(self._tables, self._feed)
        self._in_memory = self._tables.in_memory
        self.claims = SeatClaims(self._in_memory, clock)
        self.seating = SeatDesk(self._in_memory, self._feed.rows, clock, cashier)
        self._tables.on_left = self.seating.left
        self._lease = lease
        self.server_tables = ServerTables(self._tables, self._feed, store)
        self._signs = signs
        self._catching_up = CatchingUp(self._tables, self._hydration, journal, cashier)
        self._cards = CardsAhead(
            *(notes, self._in_memory, self._catching_up.__contains__),
            holds=journal.keeps and not durable,
        )
        self.outage = OutagePause(
            *(journal, clock, self._in_memory, self._cards, lease), durable=durable
        )
        self.outcomes = CommitOutcomes(
            *(self._tables, self._feed, self._catching_up.begin, self._cards), durable=durable
        )
        self._catching_up.outcomes = self.outcomes
        self._loader = TableLoader(
            *(self._tables, self._feed, self._hydration, self.outcomes, self.outage),
            clock=clock,
            metrics=metrics,
            keep_events=keep_events,
            make_actor=self._actor,
            close=self._close,
        )
        self.take = self._loader.take
        journal.subscribe(cashier)
        journal.subscribe(self.outcomes)

    async def start(self) -> None:
        """List the stored tables, which are loaded on demand."""
        self.outage.start()
        await self.list_stored()

    async def list_stored(self) -> None:
        """List stored tables that this server does not know yet.

        Later, they were repaired, or opened elsewhere.  Raises StoreUnavailable or TimeoutError.
        """
        # Otherwise a table that was just closed here would be listed again.
        await self.flush()
        unreadable: list[TableId] = []
        for game in await self._store.games(self._tables.ids):
            if game.config is None:
                unreadable.append(game.table)
            elif game.table not in self._tables:
                self._tables.add_stored(game.table).since_ms = self._clock.now_ms()
                self._feed.note_stored(game, game.config)
                self.server_tables.note_stored(game)
        await self._loader.load_unlisted(unreadable)

    def stop(self) -> None:
        """Stop all tables in their current state."""
        self.is_leaving = True
        for entry in self._tables:
            if entry.loading is not None:
                entry.loading.cancel()
        each(self._in_memory.values(), lambda actor: actor.stop())
        self._catching_up.stop()
        self.seating.chips.stop()
        self._feed.watchers.stop()
        self.outage.stop()

    async def store_snapshots(self) -> None:
        """Store the whole state of each table, so that nothing is replayed after a stop."""
        for actor in self.actors():
            actor.store_snapshot()
            await asyncio.sleep(0)

    async def flush(self) -> None:
        """Wait until all changes so far are stored.  Raises TimeoutError."""
        await self._journal.flush(FLUSH_TIMEOUT_S)

    def _check_open(self) -> None:
        if self.is_leaving:
            raise Refused("restarting", REJECT_CODES["restarting"].meaning)

    # ---- opening

    def create(
        self,
        name: str,
        config: TableConfig,
        opener: PlayerId | None = None,
        address: str | None = None,
        *,
        table_id: TableId | None = None,
    ) -> TableActor:
        """Open a table, for a player or for the server itself.  Raises Illegal.

        Without an `address` the limit for addresses does not apply.
        """
        self._check_open()
        if len(self._tables) >= self._max_tables:
            raise Refused(
                "table_limit",
                f"no more than {counted(self._max_tables, 'table')} may exist",
                Details(limit=self._max_tables, scope="server"),
            )
        if opener is not None:
            self._tables.check_opened(opener, address, *self._max_opened)
            self.server_tables.check_name(name)
        table, events = open_table(table_id or new_table_id(), name, config, opener)
        actor = self._actor(TableSnapshot(table), 1, 1, stored_seq=0, tail=None)
        entry = self._tables.add_live(table.id, actor, opener, address)
        entry.since_ms = self._clock.now_ms()
        self.outage.apply_to(actor)
        actor.opened(events)
        return actor

    def keep(self, table: TableId) -> None:
        """Never close a table for being unused."""
        if (entry := self._tables.get(table)) is not None:
            entry.kept = True

    # ---- finding

    def at(self, table: TableId) -> TableActor | None:
        """The actor of a table in memory; None while another server may own it."""
        if self._lease.is_over and self.outage.is_doubtful:
            self.outage.check()
            return None
        actor = self._in_memory.get(table)
        if actor is not None:
            if shows_debug():
                log.debug("get_game", outcome=Outcome.IN_MEMORY, table=table)
            self._found.value += 1
        return actor

    async def find(self, table: TableId) -> TableActor:
        """The actor of a table, which is loaded if necessary.  Raises Illegal."""
        if (actor := self.at(table)) is not None:
            return actor
        self._check_open()
        if self.outage.is_doubtful:
            raise Refused("paused")
        entry = self._tables.get(table) or await self._opened_elsewhere(table)
        if entry is None:
            raise Refused("unknown_table", f"there is no table {table}")
        # Meanwhile somebody else may have loaded it.
        return self._in_memory.get(table) or await self._loader.load(entry)

    async def load_all(self) -> None:
        """Load all stored tables now.  Raises StoreUnavailable."""
        await self._loader.load_all()

    def put_clock_forward(self, by_ms: int) -> None:
        """Put table time forward; the tables in memory keep the time that was left."""
        self._loader.put_clock_forward(by_ms)

    async def _opened_elsewhere(self, table: TableId) -> TableEntry | None:
        """A table that another server has opened since the last listing.  Raises Illegal."""
        try:
            if await self._hydration.is_open(table):
                await self.list_stored()
        except (StoreUnavailable, TimeoutError) as error:
            raise Refused("table_unavailable", "the database cannot be reached") from error
        return self._tables.get(table)

    def summaries(self) -> list[TableSummary]:
        """All tables, oldest first."""
        return self._feed.summaries()

    def list_tables(self, message: ListTables, wire: Wire) -> Tables:
        """The answer to `list_tables`, to be encoded with `wire`."""
        return self._feed.answer(message, wire)

    @property
    def list_watchers(self) -> ListWatchers:
        """Watchers of the list."""
        return self._feed.watchers

    @property
    def tables_listed(self) -> int:
        """The number of open tables."""
        return len(self._feed)

    @property
    def is_ahead(self) -> bool:
        """Whether a table has shown cards that are not stored."""
        return self._cards.has_noted or any(one.is_ahead for one in self._in_memory.values())

    @property
    def tables_in_memory(self) -> int:
        """The number of tables in memory."""
        return len(self._in_memory)

    def in_memory(self, table: TableId) -> bool:
        """Whether a table is in memory."""
        return table in self._in_memory

    def any_actor(self) -> TableActor | None:
        """The actor of a random table in memory, or None without one."""
        return secrets.choice(self.actors()) if self._in_memory else None

    def live(self, table: TableId) -> TableActor | None:
        """The actor of a table in memory, for background tasks: this counts nothing."""
        return self._in_memory.get(table)

    def is_catching_up(self, table: TableId) -> bool:
        """Whether a table is about to be stored again, over an older row."""
        return table in self._catching_up

    def catch_up(self) -> None:
        """Store again what could not be stored after the database went back."""
        self._catching_up.retry()

    def seats_of(self, player: PlayerId, *, besides: TableActor) -> int:
        """The number of other tables in memory at which a player sits; stored ones do not count."""
        return sum(table is not besides.table for table in self.tables_of(player))

    def tables_of(self, player: PlayerId) -> Iterator[Table]:
        """The states of the tables in memory at which a player sits."""
        tables = self._tables.absences.seats.tables_of(player)
        return (self._in_memory[table].table for table in tables)

    def follow(self, presence: Presence) -> None:
        """Follow the connections of players, from the start on."""
        self._tables.absences.follow(presence)
        self.seating.follow(presence)

    # ---- closing and evicting

    async def close(self, table: TableId, reason: CloseReason) -> None:
        """Close a table for good; its players get their chips back.  Raises Illegal."""
        entry = self._tables.get(table)
        if entry is not None and entry.actor is None:
            entry.closing = reason
        try:
            actor = await self.find(table)
        finally:
            if entry is not None:
                entry.closing = None
        if not actor.table.closed:
            self._close(actor, reason)

    def _close(self, actor: TableActor, reason: CloseReason) -> None:
        if actor.stopped:
            raise Refused("table_unavailable", "the table had a fault and is being restored")
        chips = actor.table.chips
        actor.close(reason)
        log.info("table_closed", table=actor.table.id, reason=reason, chips=chips)

    def evict(self, before_ms: int) -> int:
        """Remove tables from memory that have been idle since that time; returns how many.

        See `IdleTables.evictable`.
        """
        if not self._journal.keeps:
            return 0
        idle = self.idle.evictable(before_ms)
        each([self._in_memory[table] for table in idle], self.put_away)
        return len(idle)

    def put_away(self, actor: TableActor) -> None:
        """Remove a table from memory; it stays listed."""
        actor.store_snapshot()
        actor.stop()
        self._move(actor.table.id, TableState.STORED)

    def actors(self) -> list[TableActor]:
        """All tables in memory."""
        return list(self._in_memory.values())

    # ---- the owner of the actors

    def table_changed(self, summary: TableSummary) -> None:
        """Part of `Owner`."""
        self._feed.note(summary)
        self.seating.finder.look(self._feed.rows.get(summary.table))
        if summary.status == "closed":
            self._move(summary.table, TableState.GONE)

    def seats_changed(self, table: Table) -> None:
        """Part of `Owner`."""
        self._tables.absences.seats_changed(table)
        self.claims.seats_changed(table)
        self.seating.changed(table)

    def bots_changed(self, table: Table) -> None:
        """Part of `Owner`."""
        self.bots.note(table)

    def absent_at(self, table: TableId) -> Sequence[PlayerId]:
        """Part of `Owner`."""
        return self._tables.absences.told(table)

    def chips_moved(self, table: TableId, transfers: tuple[Transfer, ...]) -> None:
        """Part of `Owner`."""
        self._cashier.moved(table, transfers)
        if (actor := self._in_memory.get(table)) is None:
            return
        seated = [seat.player for seat in actor.table.seats if seat is not None]
        for move in transfers:
            if move.reason == "buy_in" and (player := player_of(move.source)) is not None:
                self._signs.sat(table, player, seated)

    def hand_over(self, table: TableId, net: Mapping[PlayerId, int]) -> None:
        """Part of `Owner`."""
        self._hands.value += 1
        self._signs.hand_over(table, net)

    def table_closing(self, table: TableId) -> None:
        """Part of `Owner`."""
        self._move(table, TableState.CLOSING)

    def table_failed(self, table: TableId) -> None:
        """Part of `Owner`: drop the table, so that it is loaded again.

        Where nothing is stored the table is lost, and its players get their chips back.
        """
        entry = self._tables.get(table)
        if entry is None or (actor := entry.actor) is None:
            return
        self._tables.move(entry, TableState.FAILED)
        if not self._journal.keeps:
            self._tables.move(entry, TableState.GONE)
            actor.refund()
            self._feed.close(table)
        elif actor.is_held:
            entry.failed = actor
        actor.notify("table_failed", "the table had a fault and is being restored")

    def _move(self, table: TableId, to: TableState) -> None:
        if (entry := self._tables.get(table)) is not None:
            self._tables.move(entry, to)

    def _actor(
        self, snapshot: TableSnapshot, epoch: int, branch: int, *, stored_seq: int, tail: int | None
    ) -> TableActor:
        return TableActor(
            *(snapshot, epoch),
            branch=branch,
            clock=self._clock,
            shuffle=self._shuffle,
            journal=self._journal,
            vault=self._vault,
            keep_events=self._keep_events,
            durable=self._durable,
            stored_seq=stored_seq,
            tail=tail,
            owner=self,
            event_log=self.event_log,
            pace=self._pace,
            cards=self._cards,
            connections=self._tables.absences,
        )
