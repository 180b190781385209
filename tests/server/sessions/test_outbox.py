"""A slow client gets one fresh snapshot instead of what it missed, and then is closed."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any, cast

import pytest

from pokerws.game.config.table_config import TableConfig
from pokerws.game.state import PlayerId
from pokerws.messages import (
    JSON,
    CloseCode,
    Events,
    Limits,
    Lobby,
    Pong,
    ServerMessage,
    Snapshot,
    UnwatchLobby,
    Watch,
    WatchLobby,
    client_decoder,
    encode,
    server_decoder,
)
from pokerws.server.auth.guests import Guests
from pokerws.server.auth.identity import Identity
from pokerws.server.auth.player_names import PlayerNames
from pokerws.server.auth.revocations import Revocations
from pokerws.server.net.connection import Connection
from pokerws.server.net.shared_context import SharedContext
from pokerws.server.sessions.context import SessionContext
from pokerws.server.sessions.handlers import dispatch
from pokerws.server.sessions.session import Session
from pokerws.server.tables.presence import Presence
from pokerws.storage.names import MemoryNames
from tests.server.fakes import ManualClock, memory_hands, open_memory_lobby
from tests.server.in_process import carried_out

FRAMES = 8


class SlowConnection:
    """A connection that takes a frame only when the test lets it."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []
        self.reading = asyncio.Event()
        self.drained = asyncio.Event()
        self.closed_with: int | None = None
        self.close_code = None
        self.subprotocol = None

    def write(self, message: bytes, shared: SharedContext | None = None) -> bool:
        return False

    async def wait_and_write(self, frame: bytes, *, is_text: bool) -> None:
        assert is_text
        await self.reading.wait()
        self.sent.append(frame)
        self.drained.set()

    async def recv(self) -> str:
        await asyncio.Event().wait()
        raise AssertionError

    async def close(self, code: int, reason: str) -> None:
        assert reason
        self.closed_with = code

    def take(self) -> list[ServerMessage]:
        decode = server_decoder().decode
        messages = [decode(frame) for frame in self.sent]
        self.sent.clear()
        return messages


class Slow:
    """A session on a slow connection, watching a table."""

    def __init__(self) -> None:
        clock = ManualClock()
        self.lobby, bank = open_memory_lobby(clock)
        context = SessionContext(
            lobby=self.lobby,
            cashier=bank,
            past_hands=memory_hands(self.lobby),
            admission=Guests("k" * 32, clock, names=PlayerNames(MemoryNames(), clock)),
            clock=clock,
            revocations=Revocations(MemoryNames(), clock),
            presence=Presence(clock),
            decoders={JSON: client_decoder(strict=True)},
            flags={},
            limits=Limits(max_message_bytes=4096),
            outbox_frames=FRAMES,
            hello_timeout_s=60,
        )
        self.connection = SlowConnection()
        self.session = Session(cast("Connection", self.connection), context, dispatch)
        self.session.identity = Identity(PlayerId("ann"), "Ann")
        self.actor = self.lobby.create("One", TableConfig())

    def overflow(self) -> None:
        """Send more about the table than the outbox holds."""
        frame = encode(Events(self.actor.table.id, 1, 2, 0, []))
        for _ in range(FRAMES + 2):
            self.session.send_table_frame(frame)

    def drops(self) -> dict[str, int]:
        """What the client missed, as counted."""
        return {what: count for (what,), count in self.session.context.metrics.drops().items()}

    async def read_all(self) -> list[ServerMessage]:
        """Let the client read until nothing more is queued."""
        self.connection.reading.set()
        for _ in range(4 * FRAMES):
            await asyncio.sleep(0)
        assert not self.session._outbox
        self.connection.reading.clear()
        return self.connection.take()


@pytest.fixture
async def slow() -> AsyncIterator[Slow]:
    slow = Slow()
    await carried_out(slow.session, Watch("w", slow.actor.table.id))
    await slow.read_all()
    yield slow
    slow.lobby.stop()
    if slow.session._writer is not None:
        slow.session._writer.cancel()


async def test_the_first_overflow_gives_way_to_a_snapshot(slow: Slow) -> None:
    slow.overflow()
    messages = await slow.read_all()
    kinds: list[Any] = [type(message) for message in messages]
    assert kinds.count(Snapshot) == 1
    assert len(messages) <= 3
    assert slow.connection.closed_with is None
    assert slow.drops() == {"chat": 0, "tables": 1, "connection": 0}


async def test_what_a_slow_watcher_of_the_lobby_missed_gives_way_to_the_list(slow: Slow) -> None:
    await carried_out(slow.session, WatchLobby("l", limit=2))
    await slow.read_all()
    slow.overflow()
    first = [m for m in await slow.read_all() if isinstance(m, Lobby)]
    assert [(m.reset, len(m.tables)) for m in first] == [(True, 1)]
    assert slow.connection.closed_with is None
    await carried_out(slow.session, UnwatchLobby("u"))
    slow.overflow()
    assert not any(isinstance(m, Lobby) for m in await slow.read_all())


async def test_answers_are_kept_when_events_give_way(slow: Slow) -> None:
    slow.session.answer(Pong("kept", 0))
    slow.overflow()
    messages = await slow.read_all()
    assert any(isinstance(message, Pong) and message.id == "kept" for message in messages)


async def test_a_client_that_caught_up_may_be_slow_again(slow: Slow) -> None:
    for _ in range(3):
        slow.overflow()
        await slow.read_all()
    assert slow.connection.closed_with is None


async def test_the_second_overflow_before_it_caught_up_closes_the_connection(slow: Slow) -> None:
    slow.overflow()
    slow.overflow()
    await asyncio.sleep(0)
    assert slow.connection.closed_with == CloseCode.TOO_SLOW
    assert slow.drops() == {"chat": 0, "tables": 1, "connection": 1}
    assert not slow.session._outbox


async def test_chat_is_what_a_slow_client_misses_first(slow: Slow) -> None:
    for _ in range(10 * FRAMES):
        slow.session.send_droppable(encode(Pong("chat", 0)))
    slow.session.send_table_frame(encode(Events(slow.actor.table.id, 1, 2, 0, [])))
    messages = await slow.read_all()
    assert slow.connection.closed_with is None
    assert sum(isinstance(message, Pong) for message in messages) <= FRAMES
    assert isinstance(messages[-1], Events)
    assert slow.drops()["chat"] >= 9 * FRAMES


async def test_few_but_huge_frames_overflow_too(slow: Slow) -> None:
    huge = b"x" * (slow.session.context.outbox_bytes // 2)
    for _ in range(4):
        slow.session.send(huge)
    await asyncio.sleep(0)
    assert slow.connection.closed_with == CloseCode.TOO_SLOW


async def test_answers_without_end_close_the_connection(slow: Slow) -> None:
    for _ in range(2 * FRAMES):
        slow.session.answer(Pong("p", 0))
    await asyncio.sleep(0)
    assert slow.connection.closed_with == CloseCode.TOO_SLOW
