"""Makes a server's parts from the settings.  It starts nothing: that is the app's task."""

import os
import secrets
from collections.abc import Callable, Sequence

from msgspec.structs import asdict

from pokerws.game.deal import shuffler
from pokerws.game.state import Seat, TableId
from pokerws.messages import WIRES, client_decoder
from pokerws.metrics import Metrics
from pokerws.server.auth.bot_tokens import BotTokens
from pokerws.server.auth.guests import Guests
from pokerws.server.auth.identity import Admission, Check
from pokerws.server.auth.key_sources import KeySet
from pokerws.server.auth.links import Links
from pokerws.server.auth.player_names import RENEW_MS, PlayerNames
from pokerws.server.auth.revocations import Revocations
from pokerws.server.auth.seat_names import shows
from pokerws.server.auth.tokens import Tokens
from pokerws.server.background.absent_seats import AbsentSeats
from pokerws.server.background.readiness import Readiness
from pokerws.server.background.upkeep import Upkeep
from pokerws.server.clock import Clock
from pokerws.server.company.chat_lines import ChatLines
from pokerws.server.company.notebooks import Notebooks
from pokerws.server.limits.limits import Quotas, hands_an_hour, limits_of
from pokerws.server.moderation.moderation import Moderation
from pokerws.server.net.host_policy import HostPolicy
from pokerws.server.net.http import WEB_ROOT, Pages
from pokerws.server.net.tls import Certificate, NoCertificate
from pokerws.server.sessions.context import SessionContext
from pokerws.server.sessions.heartbeats import Heartbeats
from pokerws.server.tables.cashier import Cashier
from pokerws.server.tables.collusion_signs import CollusionSigns
from pokerws.server.tables.hand_pace import PaceLimits
from pokerws.server.tables.hands.past_hands import PastHands
from pokerws.server.tables.interfaces import Lease
from pokerws.server.tables.lobby import Lobby
from pokerws.server.tables.lobby.wanted_bots import BotLimits
from pokerws.server.tables.presence import Presence
from pokerws.settings import Settings
from pokerws.storage.ahead.notes import Notes
from pokerws.storage.journal.journal import Journal
from pokerws.storage.null import NullJournal, NullStore
from pokerws.storage.store import Store
from pokerws.storage.vault.vault import Vault

# Time between batches of saves under load, where each has whole tables.  A crash loses up to this
# much play; in exchange, a table that changes often is written only once a batch.
GATHER_S = 0.05


def journal_of(settings: Settings, store: Store, metrics: Metrics) -> Journal:
    """The journal of a server with a database."""
    durable = settings.features.use_durable_acks
    return Journal(
        store,
        # With durable acks the database is the source of truth.
        overwrite_edits=not durable,
        metrics=metrics,
        # With events a change is small, and with durable acks the players wait for each batch.
        gather_s=0 if durable or settings.features.use_event_persistence else GATHER_S,
    )


def lobby_of(
    settings: Settings,
    *,
    store: Store,
    journal: Journal | NullJournal,
    vault: Vault,
    clock: Clock,
    cashier: Cashier,
    metrics: Metrics,
    lease: Lease,
    notes: Notes,
    presence: Presence,
) -> Lobby:
    """The tables."""
    flow_chips = settings.accounts.flow_alert_chips
    return Lobby(
        store=store,
        journal=journal,
        vault=vault,
        keep_events=settings.features.use_event_persistence,
        clock=clock,
        shuffle=shuffler(os.urandom),
        cashier=cashier,
        max_tables=settings.limits.max_tables,
        max_opened=settings.limits.max_tables_opened_per_player,
        max_opened_by_address=settings.limits.max_tables_opened_per_address,
        durable=settings.features.use_durable_acks,
        metrics=metrics,
        pace=PaceLimits(
            settings.tables.min_hand_pause_ms,
            hands_an_hour(settings),
            settings.tables.pre_act_delay_ms,
            settings.tables.pre_act_spread_ms,
        ),
        lease=lease,
        notes=notes,
        bot_limits=BotLimits(settings.bots.most_per_table, settings.bots.most_per_server),
        signs=CollusionSigns(presence, clock, metrics, flow_chips=flow_chips),
    )


def upkeep_of(
    settings: Settings, lobby: Lobby, store: Store, clock: Clock, presence: Presence
) -> Upkeep:
    """The background task that evicts and closes tables."""
    tables = settings.tables
    return Upkeep(
        lobby,
        store,
        clock,
        idle_ms=tables.idle_ms,
        abandoned_ms=tables.abandoned_ms,
        unused_ms=tables.unused_ms,
        absent_seats=AbsentSeats(lobby, presence, clock, tables.absent_seat_ms),
    )


def player_names_of(settings: Settings, store: Store, clock: Clock, lobby: Lobby) -> PlayerNames:
    """The names of players, which seats at the lobby's tables keep reserved."""

    def seats_at(table: TableId) -> Sequence[Seat | None] | None:
        actor = lobby.live(table)
        return None if actor is None else actor.table.seats

    if in_memory := isinstance(store, NullStore):
        # All tables are in memory, so these say which names their seats show.
        store.names.shows = lambda seat: shows(seats_at(seat.table) or (), seat)
    return PlayerNames(
        store.names,
        clock,
        # Without a database, a restart forgets all names.
        renew_ms=0 if in_memory else RENEW_MS,
        trusted=settings.auth.names == "trusted",
        seats_at=seats_at,
    )


def tokens_of(
    settings: Settings,
    keys: KeySet,
    clock: Clock,
    names: PlayerNames,
    check: Check,
) -> Tokens:
    """The authentication of players by tokens of a login service."""
    return Tokens(
        keys,
        BotTokens(secrets.token_hex(32)),
        clock,
        names=names,
        check=check,
        issuer=settings.auth.issuer,
        audience=settings.auth.audience,
        leeway_ms=settings.auth.leeway_ms,
        strict=settings.features.use_input_validation,
    )


def pages_of(
    settings: Settings,
    certificate: Certificate | NoCertificate,
    metrics: Metrics,
    readiness: Readiness,
    health: Callable[[], dict[str, object]],
) -> Pages:
    """What is served to browsers and to monitoring."""
    return Pages(
        WEB_ROOT,
        HostPolicy.of(settings, lambda: certificate.names, metrics),
        health,
        metrics.text,
        settings.logs.metrics_token,
        reasons=readiness.reasons,
        is_behind_proxy=bool(settings.network.trusted_proxies),
        is_tls=certificate.context is not None,
        base=settings.network.base,
    )


def session_context_of(
    settings: Settings,
    quotas: Quotas,
    *,
    lobby: Lobby,
    cashier: Cashier,
    past_hands: PastHands,
    admission: Admission,
    guests: Guests | None,
    store: Store,
    clock: Clock,
    revocations: Revocations,
    presence: Presence,
    moderation: Moderation,
    heartbeats: Heartbeats,
    chat_lines: ChatLines,
    metrics: Metrics,
) -> SessionContext:
    """The dependencies and limits that all sessions share."""
    strict = settings.features.use_input_validation
    return SessionContext(
        lobby=lobby,
        cashier=cashier,
        past_hands=past_hands,
        admission=admission,
        token_warning_ms=settings.auth.warning_ms,
        clock=clock,
        revocations=revocations,
        presence=presence,
        moderation=moderation,
        heartbeats=heartbeats,
        links=Links(store.links, guests, revocations, clock),
        chat_lines=chat_lines,
        notebooks=Notebooks(store.player_notes, clock, moderation.roster),
        strict=strict,
        decoders={wire: client_decoder(strict=strict, wire=wire) for wire in WIRES.values()},
        flags=asdict(settings.features),
        limits=limits_of(settings, quotas),
        caps=quotas.caps,
        outbox_frames=settings.limits.outbox_frames,
        outbox_bytes=settings.limits.outbox_bytes,
        hello_timeout_s=settings.network.hello_timeout_ms / 1000,
        metrics=metrics,
    )
