"""The composition root: builds every part, starts them in order and stops them in reverse."""

import asyncio
import os
import secrets
import ssl
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import structlog
from msgspec.structs import asdict

from pokerws import __version__
from pokerws.game.deal import shuffler
from pokerws.game.state import PlayerId, TableConfig, TableId
from pokerws.messages import WIRES, client_decoder
from pokerws.metrics import Metrics, Readings
from pokerws.server.auth.bot_tokens import BOT_PREFIX, BotTokens
from pokerws.server.auth.guests import Guests
from pokerws.server.auth.identity import Admission
from pokerws.server.auth.key_sources import KeySet, open_key_set
from pokerws.server.auth.revocations import Revocations
from pokerws.server.auth.tokens import Tokens
from pokerws.server.background.absent_seats import AbsentSeats
from pokerws.server.background.comparator import Comparator
from pokerws.server.background.report import GamesReport
from pokerws.server.background.upkeep import Upkeep
from pokerws.server.clock import Clock
from pokerws.server.limits.limits import limits_of, quotas_of
from pokerws.server.listener import Listener
from pokerws.server.net.http import Pages
from pokerws.server.net.tls import own_context, server_context
from pokerws.server.sessions.context import Desk
from pokerws.server.tables.bot_tables import bots_at, game_configs, main_config
from pokerws.server.tables.cashier import Bank, Terms
from pokerws.server.tables.lobby import Lobby
from pokerws.server.tables.presence import Presence
from pokerws.settings import Settings
from pokerws.storage.journal.journal import Journal
from pokerws.storage.memory import MemoryAccounts
from pokerws.storage.names import Names
from pokerws.storage.postgres.database import Database, DatabaseError
from pokerws.storage.postgres.overtaken import note
from pokerws.storage.store import Store, StoreUnavailable
from pokerws.storage.vault.keys import KeySource

WEB_ROOT = Path(__file__).parent.parent / "web"
# How often a server without a database tries to tell it so.
NOTE_RETRY_S = 30
# Under load so much may be lost with the process, in exchange for an action that costs far less.
GATHER_S = 0.05

log = structlog.get_logger("pokerws.app")


class App:
    """One server process.  `start` returns when it serves; `stop` when nothing is left to do."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._bot_games: dict[str, TableConfig] = {}
        self._clock = Clock()
        self._database: Database | None = None
        self._journal: Journal | None = None
        self._lobby: Lobby | None = None
        self._listener: Listener | None = None
        self._guests: Guests | None = None
        self._revocations = Revocations()
        self._presence = Presence(self._clock)
        self._keys: KeySet | None = None
        self._bot_tokens: BotTokens | None = None
        self._upkeep: Upkeep | None = None
        self._comparator: Comparator | None = None
        self._noting: asyncio.Task[None] | None = None
        self._note_tried = asyncio.Event()
        self._metrics = Metrics(self._readings())
        self._report = GamesReport(self._metrics, self._clock, settings.logs.report_interval_ms)

    async def start(self) -> None:
        """Have the keys for tokens, open the database, load the lobby, listen.

        Raises SettingsError, KeySetError, DatabaseError or OSError, with everything that was
        started stopped again.
        """
        try:
            await self._start()
        except BaseException:
            await self.stop()
            raise

    async def _start(self) -> None:
        settings = self._settings
        self._bot_games = game_configs(settings)
        tls = server_context(settings)
        if settings.features.use_auth_middleware:
            self._keys = await open_key_set(settings, self._clock)
        if settings.features.use_db_repository:
            self._database = await Database.open(
                settings.storage.database_url,
                embedded_dir=settings.storage.embedded_dir,
                statement_timeout_ms=settings.storage.statement_timeout_ms,
                keys=KeySource(settings.vault.keys, Path(settings.vault.key_file)),
            )
            self._journal = self._start_journal(self._database.store)
        else:
            self._noting = asyncio.create_task(self._note_memory_play(), name="memory_play")
        # Without a database the accounts live and end with the process, as the tables do.
        terms, memory = terms_of(settings), MemoryAccounts()
        if self._database is None:
            bank = Bank(memory, self._clock, terms, book=memory.book)
        else:
            bank = Bank(self._database.store.accounts, self._clock, terms)
        self._lobby = lobby = Lobby(
            store=None if self._database is None else self._database.store,
            vault=None if self._database is None else self._database.vault,
            sink=self._journal,
            keep_events=settings.features.use_event_persistence,
            clock=self._clock,
            shuffle=shuffler(os.urandom),
            bank=bank,
            max_tables=settings.limits.max_tables,
            max_opened=settings.limits.max_tables_opened_per_player,
            durable=settings.features.use_durable_acks,
            on_outcome=self._metrics.operation,
        )
        try:
            await lobby.start()
            await self._start_upkeep(lobby)
            self._revocations = Revocations(self._names, self._clock)
            await self._revocations.load()
        except (StoreUnavailable, TimeoutError) as error:
            reason = str(error) or "it did not answer in time"
            raise DatabaseError(f"{reason}; check DATABASE_URL") from error
        await self._listen(lobby, bank, await self._admission(), tls)
        self._report.start()

    async def stop(self) -> bool:
        """Take nothing more in, store what has happened, and let everything go.

        Returns whether all of it is stored.
        """
        timeout_s = self._settings.network.stop_timeout_ms / 1000
        self._report.stop()
        if self._noting is not None:
            # However short the play was, a database that can be reached is to know of it.
            with suppress(TimeoutError):
                async with asyncio.timeout(timeout_s):
                    await self._note_tried.wait()
            self._noting.cancel()
            await asyncio.wait([self._noting])
        for helper in (self._upkeep, self._comparator):
            if helper is not None:
                await helper.stop()
        if self._lobby is not None:
            self._lobby.stop()
        if self._listener is not None:
            await self._listener.stop()
        if self._keys is not None:
            await self._keys.close()
        stored = True
        if self._journal is not None:
            stored = await self._journal.stop(timeout_s)
        if self._database is not None:
            await self._database.close()
        if self._listener is not None:
            log.info("server_stopped", all_stored=stored)
        return stored

    @property
    def connections(self) -> int:
        """How many clients are connected."""
        return 0 if self._listener is None else self._listener.connections

    @property
    def port(self) -> int:
        """The port that is listened on."""
        assert self._listener is not None, "not started"
        return self._listener.port

    @property
    def address(self) -> str:
        """Where to point a browser."""
        host = self._settings.network.host
        shown = "127.0.0.1" if host in ("0.0.0.0", "::", "") else host  # noqa: S104  not a bind
        return f"http{self._s}://{shown}:{self.port}/"

    @property
    def socket_url(self) -> str:
        """Where a client on this machine connects."""
        return f"ws{self._s}://127.0.0.1:{self.port}/ws"

    @property
    def own_tls(self) -> ssl.SSLContext | None:
        """What a client on this machine needs for `socket_url`; None where that is not TLS."""
        return own_context(self._settings)

    @property
    def _s(self) -> str:
        return "s" if self._settings.network.tls_cert_file else ""

    def open_bot_table(self) -> str:
        """The id of the table that BOT_TABLE names, opened if there is none."""
        return self._open_kept(self._settings.bots.table, main_config(self._settings))

    def open_bot_games(self) -> dict[str, int]:
        """The ids of the tables of BOT_GAMES, opened where there are none, and the bots at each."""
        return {
            self._open_kept(name, config): bots_at(config, self._settings)
            for name, config in self._bot_games.items()
        }

    def _open_kept(self, name: str, config: TableConfig) -> TableId:
        assert self._lobby is not None, "not started"
        table = self._lobby.find_by_name(name, config.variant)
        if table is None:
            table = self._lobby.create(name, config).table.id
        self._lobby.keep(table)
        return table

    def bot_token(self, name: str) -> str:
        """A session for the bot of that name: the same player after every restart."""
        signer = self._bot_tokens or self._guests
        assert signer is not None, "not started"
        return signer.token_for(PlayerId(f"{BOT_PREFIX}{name.lower()}"), name)

    def status(self) -> list[tuple[str, str]]:
        """The lines of the start-up block: what, and how it is."""
        flags = [
            (name.upper(), "enabled" if on else "disabled") for name, on in self._flags().items()
        ]
        database = "off (tables live in memory and end with the server)"
        if self._database is not None:
            database = (
                f"connected ({self._settings.storage.database_label}, {self._database.version})"
            )
        return [("version", __version__), *flags, ("database", database), ("address", self.address)]

    def _flags(self) -> dict[str, bool]:
        return asdict(self._settings.features)

    def _start_journal(self, store: Store) -> Journal:
        """The journal, which tells the lobby what has become of the tables' changes."""

        def lobby() -> Lobby:
            assert self._lobby is not None, "changes come from the lobby's tables"
            return self._lobby

        durable = self._settings.features.use_durable_acks
        journal = Journal(
            store,
            keep_events=self._settings.features.use_event_persistence,
            on_written=lambda table, seq: lobby().table_written(table, seq),
            on_fenced=lambda table: lobby().table_fenced(table),
            on_quarantined=lambda table: lobby().table_lost(table),
            on_conflict=(lambda table: lobby().table_lost(table)) if durable else None,
            on_outcome=self._metrics.operation,
            on_batch=self._metrics.batch,
            # With durable acks the players wait for each batch.
            gather_s=0 if durable else GATHER_S,
        )
        journal.start()
        return journal

    async def _start_upkeep(self, lobby: Lobby) -> None:
        settings, database = self._settings, self._database
        self._upkeep = upkeep = Upkeep(
            lobby,
            None if database is None else database.store,
            self._clock,
            idle_ms=settings.tables.idle_ms,
            abandoned_ms=settings.tables.abandoned_ms,
            unused_ms=settings.tables.unused_ms,
            absent_seats=AbsentSeats(
                lobby, self._presence, self._clock, settings.tables.absent_seat_ms
            ),
        )
        if database is not None and self._journal is not None:
            since_ms = database.overtaken_ms
            if since_ms is not None and await upkeep.close_overtaken(since_ms):
                await database.settle()
            if settings.tables.load_all:
                await lobby.load_all()
            self._comparator = Comparator(
                lobby=lobby,
                store=database.store,
                sink=self._journal,
                vault=database.vault,
                metrics=self._metrics,
                keep_events=settings.features.use_event_persistence,
                interval_ms=settings.storage.compare_interval_ms,
            )
            self._comparator.start()
        upkeep.start()

    async def _note_memory_play(self) -> None:
        """Tell the database, as soon as it can be told, that it is not the newest any more."""
        began_ms, settings = self._clock.now_ms(), self._settings
        failures = 0
        while True:
            try:
                await note(settings.storage.database_url, settings.storage.embedded_dir, began_ms)
                return
            except (StoreUnavailable, OSError) as error:
                if not failures:
                    log.debug("memory_play_not_noted", error=str(error))
                failures += 1
            finally:
                self._note_tried.set()
            await asyncio.sleep(NOTE_RETRY_S)

    @property
    def _names(self) -> Names | None:
        return None if self._database is None else self._database.store.names

    async def _session_key(self) -> str:
        if self._database is None:
            return secrets.token_hex(32)
        return await self._database.store.session_key()

    async def _admission(self) -> Admission:
        """Who may come in: players with a token, or guests."""
        settings = self._settings
        if self._keys is None:
            self._guests = Guests(
                settings.auth.session_key or await self._session_key(),
                self._clock,
                names=self._names,
                check_session=self._revocations.check,
            )
            return self._guests
        self._bot_tokens = BotTokens(secrets.token_hex(32))
        return Tokens(
            self._keys,
            self._bot_tokens,
            self._clock,
            issuer=settings.auth.issuer,
            audience=settings.auth.audience,
            leeway_ms=settings.auth.leeway_ms,
            strict=settings.features.use_input_validation,
        )

    async def _listen(
        self, lobby: Lobby, bank: Bank, admission: Admission, tls: ssl.SSLContext | None
    ) -> None:
        settings = self._settings
        quotas = quotas_of(settings)
        desk = Desk(
            lobby=lobby,
            bank=bank,
            admission=admission,
            token_warning_ms=settings.auth.warning_ms,
            clock=self._clock,
            revocations=self._revocations,
            presence=self._presence,
            strict=settings.features.use_input_validation,
            decoders={
                wire: client_decoder(strict=settings.features.use_input_validation, wire=wire)
                for wire in WIRES.values()
            },
            flags=self._flags(),
            limits=limits_of(settings, quotas),
            caps=quotas.caps,
            outbox_frames=settings.limits.outbox_frames,
            outbox_bytes=settings.limits.outbox_bytes,
            hello_timeout_s=settings.network.hello_timeout_ms / 1000,
            metrics=self._metrics,
        )

        pages = Pages(
            WEB_ROOT,
            settings.network.allowed_origins,
            self._health,
            self._metrics.text,
            settings.logs.metrics_token,
            is_behind_proxy=bool(settings.network.trusted_proxies),
        )
        listener = Listener(settings, desk, pages, quotas, tls)
        await listener.start()
        self._listener = listener

    def _readings(self) -> Readings:
        """What the counters read of the parts, whenever they are asked."""

        def of_journal(read: Callable[[Journal], int]) -> Callable[[], int]:
            return lambda: 0 if self._journal is None else read(self._journal)

        return Readings(
            connections=lambda: self.connections,
            tables_in_memory=lambda: 0 if self._lobby is None else self._lobby.tables_in_memory,
            changes_waiting=of_journal(lambda journal: journal.waiting),
            events_waiting=of_journal(lambda journal: journal.waiting_events),
            oldest_change_ms=of_journal(lambda journal: journal.oldest_ms),
            changes_dropped=of_journal(lambda journal: journal.dropped),
        )

    def _health(self) -> dict[str, object]:
        """Part of `/healthz`.  A database that is away does not stop play, so it is not sick."""
        tables = self._lobby.tables_in_memory if self._lobby is not None else 0
        facts: dict[str, object] = {
            "status": "ok",
            "version": __version__,
            "connections": self.connections,
            "tables_in_memory": tables,
            "database": "off",
        }
        if self._journal is not None:
            facts["database"] = "up" if self._journal.healthy else "down"
            facts["changes_waiting"] = self._journal.waiting
        return facts


def terms_of(settings: Settings) -> Terms:
    """What the house gives to players."""
    return Terms(
        grant=settings.accounts.grant_chips,
        refill_to=settings.accounts.refill_to,
        refill_below=settings.accounts.refill_below,
        refill_interval_ms=settings.accounts.refill_interval_ms,
    )
