"""A server's tables and sessions in memory, without a socket: what is sent can be looked at."""

import random
from functools import cache
from typing import Any, cast

import msgspec

from pokerws.game.deal import shuffler
from pokerws.game.state import PlayerId
from pokerws.messages import JSON, WIRES, ClientMessage, Decoder, Limits, Wire, client_decoder
from pokerws.metrics import Metrics
from pokerws.server.auth.guests import Guests
from pokerws.server.auth.identity import Identity
from pokerws.server.auth.player_names import PlayerNames
from pokerws.server.auth.revocations import Revocations
from pokerws.server.clock import Clock
from pokerws.server.limits.limits import Meter
from pokerws.server.net.connection import Connection
from pokerws.server.net.shared_context import SharedContext
from pokerws.server.sessions.context import SessionContext
from pokerws.server.sessions.handlers import dispatch
from pokerws.server.sessions.session import Session
from pokerws.server.tables.cashier import Cashier, Terms
from pokerws.server.tables.hands.past_hands import PastHands
from pokerws.server.tables.interfaces import TableJournal
from pokerws.server.tables.lobby import Lobby
from pokerws.server.tables.presence import Presence
from pokerws.storage.names import MemoryNames
from tests.server.fakes import OpenStore, memory_hands, open_memory_lobby
from tests.vaults import VAULT


class NoSocket:
    """A connection that nobody is at the other end of."""

    latency_ms = 0
    is_silent = False

    def __init__(self, wire: Wire) -> None:
        self.subprotocol = wire.subprotocol
        self.close_code = None
        self.closed_with: int | None = None
        self.sent: list[bytes] = []

    def write(self, message: bytes, shared: SharedContext | None = None) -> bool:
        self.sent.append(message)
        return True

    async def close(self, code: int, reason: str) -> None:
        self.closed_with = code


class Client:
    """One session, and the frames that it has been sent.

    With a player it speaks for that one without having said hello.
    """

    def __init__(
        self,
        context: SessionContext,
        wire: Wire = JSON,
        player: str | None = None,
        meter: Meter | None = None,
    ) -> None:
        self.connection = NoSocket(wire)
        self.session = Session(cast("Connection", self.connection), context, dispatch, meter)
        if player is not None:
            self.session.identity = Identity(PlayerId(player), player)

    @property
    def player(self) -> PlayerId:
        return self.session.player

    @property
    def is_closed(self) -> bool:
        """Whether the server has decided to end the connection."""
        return self.session._closing is not None

    async def asks(self, message: ClientMessage) -> None:
        """Encode a message and send it as a client would."""
        frame = self.session.wire.encode(message)
        await self.sends(frame.decode() if self.session.wire.is_text else frame)

    async def sends(self, frame: str | bytes) -> None:
        work = self.session.receive(frame, self.session.context.clock.now_ms())
        if work is not None:
            await work

    def take(self) -> list[bytes]:
        """The frames that were sent since the last call, in order."""
        frames, self.connection.sent = self.connection.sent, []
        return frames

    def leave(self) -> None:
        """The connection is gone."""
        self.session.leave_tables()
        context = self.session.context
        context.lobby.list_watchers.forget(self.session)
        if self.session.identity is not None:
            context.revocations.leave(self.session.identity, self.session)


async def carried_out(session: Session, message: ClientMessage) -> None:
    """Carry out a message, with all that it has to wait for."""
    work = dispatch(session, message)
    if work is not None:
        await work


def read(wire: Wire, frame: bytes) -> dict[str, Any]:
    """A frame as plain data."""
    codec = msgspec.json if wire.is_text else msgspec.msgpack
    decoded: dict[str, Any] = codec.decode(frame)
    return decoded


@cache
def _decoder(strict: bool, wire: Wire) -> Decoder[ClientMessage]:  # noqa: FBT001  cached by it
    return client_decoder(strict=strict, wire=wire)


def open_context(
    clock: Clock,
    rng: random.Random,
    *,
    strict: bool = True,
    max_tables: int = 20,
    store: OpenStore | None = None,
    journal: TableJournal | None = None,
    durable: bool = False,
    metrics: Metrics | None = None,
) -> SessionContext:
    """What sessions share; in memory unless there is a store, and without limits on rates."""
    # Nobody runs out of chips.
    terms, shuffle = Terms(grant=10**12), shuffler(rng.randbytes)
    if store is None or journal is None:
        lobby, bank = open_memory_lobby(clock, shuffle, terms=terms, max_tables=max_tables)
        past_hands = memory_hands(lobby)
    else:
        bank = Cashier(store.accounts, clock, terms)
        lobby = Lobby(
            store=store,
            journal=journal,
            vault=VAULT,
            keep_events=True,
            clock=clock,
            shuffle=shuffle,
            cashier=bank,
            max_tables=max_tables,
            durable=durable,
        )
        past_hands = PastHands(lobby, store, journal)
    return SessionContext(
        lobby=lobby,
        cashier=bank,
        past_hands=past_hands,
        admission=Guests("k" * 32, Clock(), names=PlayerNames(MemoryNames(), Clock(), renew_ms=0)),
        clock=clock,
        revocations=Revocations(MemoryNames(), Clock()),
        presence=Presence(Clock()),
        decoders={wire: _decoder(strict, wire) for wire in WIRES.values()},
        flags={},
        limits=Limits(max_message_bytes=4096),
        outbox_frames=1024,
        hello_timeout_s=60,
        strict=strict,
        metrics=metrics or Metrics(),
    )
