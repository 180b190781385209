"""The composition root: starts the parts of a server in order and stops them in reverse.

`parts` makes the larger ones from the settings.
"""

import asyncio
import ssl
from collections.abc import Callable
from functools import partial

import structlog
from msgspec.structs import asdict

from pokerws import __version__
from pokerws.game.config.table_config import TableConfig
from pokerws.game.hosting.bots import player_of_bot
from pokerws.game.state import PlayerId
from pokerws.logs import tell_suppressed
from pokerws.metrics import Build, Metrics
from pokerws.server import parts
from pokerws.server.auth.guests import Guests
from pokerws.server.auth.key_sources import KeySet, open_key_set
from pokerws.server.auth.operator_key import key_for_serving, key_found
from pokerws.server.auth.operator_tokens import OperatorTokens
from pokerws.server.auth.revocations import Revocations
from pokerws.server.auth.tokens import Tokens
from pokerws.server.background import memory_play
from pokerws.server.background.chat_writer import ChatWriter
from pokerws.server.background.clock_watch import ClockWatch
from pokerws.server.background.comparator import comparator_of
from pokerws.server.background.connection_writer import ConnectionWriter
from pokerws.server.background.gc_pauses import GcPauses
from pokerws.server.background.loop_lag import LoopLag
from pokerws.server.background.readiness import Readiness
from pokerws.server.background.report import GamesReport
from pokerws.server.background.retention import Retention
from pokerws.server.background.row_check import RowCheck
from pokerws.server.background.status import status_of
from pokerws.server.background.supervisor import BackgroundTask, Supervisor
from pokerws.server.background.suppressed_lines import SuppressedLines
from pokerws.server.clock import Clock
from pokerws.server.company.chat_lines import ChatLines
from pokerws.server.draining import Draining
from pokerws.server.front import Front
from pokerws.server.limits.limits import quotas_of
from pokerws.server.listener import Listener
from pokerws.server.moderation.moderation import Moderation
from pokerws.server.moderation.networks import protected_networks
from pokerws.server.moderation.roster import NoRegister, Register
from pokerws.server.net.inherited import NO_WAYS_IN, NOTHING, Inherited, WaysIn
from pokerws.server.net.tls import Certificate, NoCertificate, certificate_of
from pokerws.server.operators import open_admin
from pokerws.server.persistence import Persistence
from pokerws.server.readings import readings_of
from pokerws.server.sessions.heartbeats import Heartbeats
from pokerws.server.stops import Stops
from pokerws.server.tables.cashier import Cashier, terms_of
from pokerws.server.tables.hands.past_hands import PastHands
from pokerws.server.tables.lobby import Lobby
from pokerws.server.tables.lobby.bot_tables import (
    BotTable,
    game_configs,
    names_of_bot_tables,
    open_bot_tables,
)
from pokerws.server.tables.presence import Presence
from pokerws.settings import Settings
from pokerws.storage.errors import DatabaseError, StoreUnavailable
from pokerws.storage.phases import Report, unreported

# How long a hurried stop waits for what is not stored.
HURRIED_S = 0.3

log = structlog.get_logger("pokerws.app")


class App:
    """One server process.  `start` returns when it serves; `stop` when every part is stopped.

    `on_failure` is called when a background task has failed: call `stop` then.  The failure is
    recorded in `supervisor`.  It listens on sockets that were `inherited`, if there are any.
    """

    def __init__(
        self,
        settings: Settings,
        on_failure: Callable[[], None] = lambda: None,
        inherited: Inherited = NOTHING,
        operators: WaysIn = NO_WAYS_IN,
    ) -> None:
        self._settings = settings
        self._operators = operators
        self._inherited = inherited
        self._bot_games: dict[str, TableConfig] = {}
        self._clock = Clock()
        self.supervisor = Supervisor(on_failure)
        self._stops = Stops()
        self._lobby: Lobby | None = None
        self._certificate: Certificate | NoCertificate = NoCertificate()
        self._admission: Guests | Tokens | None = None
        self._presence = Presence(self._clock, settings.tables.absence_grace_ms)
        self._readiness = Readiness()
        self._readiness.add("server", lambda: None)
        self._front = Front(settings, self.supervisor, self._readiness)
        self._draining = Draining(settings, self._readiness, self._front)
        self._metrics = self._new_metrics()
        self._loop_lag = LoopLag(self._clock, self._metrics.loop_lag)
        self.persistence = Persistence(settings, self._metrics)
        self._revocations = Revocations(self.persistence.store.names, self._clock)
        self._moderation = Moderation(self.persistence.store.sanctions, self._clock)
        self._chat_lines = ChatLines()
        self._register: Register = NoRegister()
        self._keys: KeySet | None = None

    def _new_metrics(self) -> Metrics:
        settings = self._settings
        readings = readings_of(
            *(self._readiness, self._presence),
            lobby=lambda: self._lobby,
            listener=lambda: self._front.listener,
            persistence=lambda: self.persistence,
            loop_lag=lambda: self._loop_lag,
            cluster=lambda: self._front.cluster,
        )
        return Metrics(readings, Build(__version__, settings.node, asdict(settings.features)))

    async def start(self, report: Report = unreported) -> None:
        """Load the token keys, open the database, list the tables and listen.

        `report` is told what it waits for.  A cancellation ends it within about a second.
        Raises SettingsError, KeySetError, DatabaseError or ListenError, with everything that was
        started stopped again.
        """
        try:
            await self._start(report)
        except BaseException as error:
            self._stops.is_hurried = isinstance(error, asyncio.CancelledError)
            await self.stop()
            raise

    async def drain(self, avoid: str = "") -> None:
        """Give all tables away, or let hands end, before `stop`: see `Draining.run`."""
        if self._front.listener is not None:
            await self._draining.run(self.lobby, avoid)

    async def stop(self) -> bool:
        """Accept no more input, store all changes and close everything.

        Returns whether all changes are stored and every part could be stopped.
        """
        self._readiness.add("server", lambda: "stopping")
        await self._stops.run()
        tell_suppressed()
        if self._front.listener is not None:
            log.info("server_stopped", all_stored=self.persistence.is_all_stored)
        return self.persistence.is_all_stored and self._stops.is_complete

    def hurry(self) -> None:
        """Let a `stop` under way wait for nothing; then cancel its task."""
        self._stops.is_hurried = True

    async def _start(self, report: Report) -> None:
        """Start the parts in order.  They stop in reverse, so the database is closed last."""
        settings = self._settings
        self._bot_games = game_configs(settings)
        self._certificate = certificate_of(settings, self._clock)
        self._stops.add("certificate", self._certificate.stop)
        self._certificate.start()
        if settings.features.use_auth_middleware:
            report("the keys of players' tokens")
            self._keys = await open_key_set(settings, self._clock)
            self._stops.add("keys", self._keys.close)
        if settings.features.use_db_repository:
            await self._open_database(report)
            self._start_writers()
        self._stops.add("journal", self._stop_journal)
        self.persistence.journal.start(self.supervisor.watch)
        # Registered before the tables: clients are notified once all tables have stopped.
        self._stops.add("listener", self._front.stop)
        cashier, lobby = self._open_lobby()
        report("the stored tables")
        try:
            await lobby.start()
            await self._start_upkeep(lobby)
            self._revocations = Revocations(self.persistence.store.names, self._clock)
            await self._revocations.load()
            await self._start_moderation(lobby)
            admission = self._admission = self._admission_with(lobby)
            await admission.names.seats.complete()
        except (StoreUnavailable, TimeoutError) as error:
            raise DatabaseError.of(error) from error
        report("the address to listen on")
        operators = OperatorTokens(key_found(settings), admission, self._clock)
        await self._listen(lobby, cashier, operators)
        # A start that fails makes no key.
        operators.key = key_for_serving(settings)
        if self.persistence.database is None:
            self._start_memory_play_note()
        games = GamesReport(self._metrics, self._clock, settings.logs.report_interval_ms)
        self._stops.add("report", games.stop)
        games.start()
        gc_pauses, lines = GcPauses(self._metrics.gc_pause), SuppressedLines(self._clock)
        for part in (self._loop_lag, gc_pauses, lines):
            self._stops.add(type(part).__name__, part.stop)
            part.start()

    async def _start_moderation(self, lobby: Lobby) -> None:
        sanctions = self.persistence.store.sanctions
        self._moderation = Moderation(sanctions, self._clock, protected_networks(self._settings))
        await self._moderation.load()
        self._moderation.roster.register = self._register
        self._stops.add("moderation", self._moderation.stop)
        self._moderation.start(lobby, self.supervisor.watch)
        lobby.seating.callers.connections = self._moderation.roster.of
        lobby.seating.finder.may_sit = self._moderation.may_sit

    def reload(self) -> None:
        """Read again what may change while the server runs: the TLS certificate and its key."""
        self._certificate.reload()

    async def _open_database(self, report: Report) -> None:
        self._stops.add("database", self._close_database)
        needs_session_key = self._keys is None and not self._settings.auth.session_key
        await self.persistence.open(report, needs_session_key=needs_session_key)

    def _start_writers(self) -> None:
        """They stop just before the database is closed, when nobody is connected any more."""
        if (database := self.persistence.database) is not None:
            days = self._settings.storage.connection_days
            self._register = register = ConnectionWriter(
                database.store.connections, self._clock, days
            )
            self._run("connection writer", register)
            store, days = database.store.chat, self._settings.storage.chat_days
            self._chat_lines = lines = ChatLines(store if days else None, self._clock)
            self._run("chat writer", ChatWriter(lines, store, self._clock, days))

    def _open_lobby(self) -> tuple[Cashier, Lobby]:
        settings, persistence = self._settings, self.persistence
        cashier = Cashier(
            persistence.store.accounts,
            self._clock,
            terms_of(settings),
            key=persistence.session_key,
            on_grant_refused=self._metrics.grant_refused,
        )
        self._lobby = lobby = parts.lobby_of(
            settings,
            store=persistence.store,
            journal=persistence.journal,
            vault=persistence.vault,
            clock=self._clock,
            cashier=cashier,
            metrics=self._metrics,
            presence=self._presence,
            lease=persistence.lease,
            notes=persistence.notes,
        )
        lobby.follow(self._presence)
        lobby.closed.tell = self._chat_lines.forget
        lobby.server_tables.reserve_names(names_of_bot_tables(settings, self._bot_games))
        self._stops.add("tables", lobby.stop)
        return cashier, lobby

    async def _close_database(self) -> None:
        await self.persistence.close_database(self._lobby, is_brief=self._stops.is_hurried)

    async def _stop_journal(self) -> None:
        lobby = None if self._stops.is_hurried else self._lobby
        await self.persistence.stop_journal(lobby, self._stop_timeout_s)

    @property
    def _stop_timeout_s(self) -> float:
        if self._stops.is_hurried:
            return HURRIED_S
        return self._settings.network.stop_timeout_ms / 1000

    @property
    def lobby(self) -> Lobby:
        """The tables of the server.  Raises RuntimeError before `start`."""
        if self._lobby is None:
            raise RuntimeError("the server is not started")
        return self._lobby

    @property
    def presence(self) -> Presence:
        """Which players are connected."""
        return self._presence

    @property
    def moderation(self) -> Moderation:
        """The sanctions of the server."""
        return self._moderation

    @property
    def connections(self) -> int:
        """The number of connected clients."""
        return 0 if self._front.listener is None else self._front.listener.connections

    @property
    def listener(self) -> Listener:
        """The connections of the server.  Raises RuntimeError before `start`."""
        if self._front.listener is None:
            raise RuntimeError("the server is not started")
        return self._front.listener

    @property
    def port(self) -> int:
        """The port that the server listens on."""
        return self.listener.port

    @property
    def address(self) -> str:
        """The address of the page, for a browser on this machine."""
        return self.listener.page_url

    @property
    def socket_url(self) -> str:
        """The WebSocket address for a client on this machine."""
        return self.listener.socket_url

    @property
    def own_tls(self) -> ssl.SSLContext | None:
        """The TLS context for a client at `socket_url`; None without TLS."""
        return self._certificate.own_context

    async def open_bot_tables(self) -> list[BotTable]:
        """The tables for the server's own bots; those that do not exist yet are opened."""
        return await open_bot_tables(self.lobby, self._settings, self._bot_games)

    def bot_token(self, name: str) -> str:
        """A token for the bot of that name: the same player after every restart."""
        if self._admission is None:
            raise RuntimeError("the server is not started")
        return self._admission.token_for(player_of_bot(name), name)

    def status(self) -> list[tuple[str, str]]:
        """The lines of the start-up block: names and states."""
        database = self.persistence.database
        version = None if database is None else database.version
        return status_of(self._settings, version, self.address)

    async def _start_upkeep(self, lobby: Lobby) -> None:
        settings, database = self._settings, self.persistence.database
        store = self.persistence.store
        upkeep = parts.upkeep_of(settings, lobby, store, self._clock, self._presence)
        if database is not None:
            database.lease.start(self._lease_lost, self.supervisor.watch)
            if database.overtaken is not None:
                # They may be an earlier server's that was killed.
                await database.lease.wait_for_others()
            await memory_play.settle_left_behind(settings, database, upkeep)
            if settings.tables.load_all:
                await database.lease.wait_for_others()
                await lobby.load_all()
            self._readiness.watch_database(
                *(database.store, self.persistence.journal, database.lease, lobby.outage)
            )
            self._start_comparator(lobby)
            days = settings.storage.closed_games_days
            self._run("retention", Retention(database.store, self._clock, days))
        self._run("clock watch", ClockWatch(self._clock, lobby.put_clock_forward))
        self._run("upkeep", upkeep)

    def _start_comparator(self, lobby: Lobby) -> None:
        stored = self.persistence
        row_check = RowCheck(lobby, stored.store, self._metrics)
        self._run("row check", row_check)
        seen = (lobby, stored.store, stored.journal, stored.vault, self._metrics, row_check)
        self._run("comparator", comparator_of(self._settings, *seen))

    def _run(self, part: str, task: BackgroundTask) -> None:
        """Start a background task, supervised, and register how it is stopped."""
        self._stops.add(part, task.stop)
        task.start(self.supervisor.watch)

    def _start_memory_play_note(self) -> None:
        note = memory_play.MemoryPlayNote(self._settings, self._clock.table_ms())
        self._stops.add("memory play note", lambda: note.stop(self._stop_timeout_s))
        note.start(partial(self.supervisor.watch, may_end=True))

    def _check_known(self, player: PlayerId, sid: str, issued_ms: int | None) -> None:
        """Part of `identity.Check`."""
        self._revocations.check(sid)
        self._moderation.check_player(player, issued_ms)

    def _admission_with(self, lobby: Lobby) -> Guests | Tokens:
        """The authentication of players: by tokens, or as guests."""
        settings, check = self._settings, self._check_known
        names = parts.player_names_of(settings, self.persistence.store, self._clock, lobby)
        if self._keys is None:
            return Guests(self.persistence.session_key, self._clock, names=names, check=check)
        return parts.tokens_of(settings, self._keys, self._clock, names, check)

    async def _listen(self, lobby: Lobby, cashier: Cashier, admission: OperatorTokens) -> None:
        quotas, stored = quotas_of(self._settings), self.persistence
        heartbeats = Heartbeats(self._settings.network.heartbeat_interval_ms)
        self._run("heartbeats", heartbeats)
        context = parts.session_context_of(
            self._settings,
            quotas,
            lobby=lobby,
            cashier=cashier,
            past_hands=PastHands(lobby, stored.store, stored.journal),
            admission=admission,
            guests=self._admission if isinstance(self._admission, Guests) else None,
            store=stored.store,
            clock=self._clock,
            revocations=self._revocations,
            presence=self._presence,
            moderation=self._moderation,
            heartbeats=heartbeats,
            chat_lines=self._chat_lines,
            metrics=self._metrics,
        )
        tls = self._certificate.context
        self._stops.add("cluster", self._front.leave_cluster)
        context = await self._front.join(stored.database, context, quotas, stored.journal)
        shown = (self._certificate, self._metrics, self._readiness, self._health)
        pages = parts.pages_of(self._settings, *shown)
        await self._front.listen(context, pages, quotas, tls, self._inherited)
        await open_admin(
            *(self._settings, context, self._front.dispatch, admission),
            ways=self._operators,
            tls=tls,
            admin_log=stored.store.admin_log,
            readiness=self._readiness,
            health=self._health,
            stops=self._stops,
        )

    def _lease_lost(self) -> None:
        """Another server owns the tables now."""
        if self._lobby is not None:
            self._lobby.outcomes.fenced_all()
        self._front.lease_lost()

    def _health(self) -> dict[str, object]:
        """The body of `/healthz`.  The status is `ok` even while the database is away."""
        return {
            "status": "ok",
            "version": __version__,
            "connections": self.connections,
            "tables_in_memory": self._metrics.readings.tables_in_memory(),
            **self.persistence.health(),
        }
