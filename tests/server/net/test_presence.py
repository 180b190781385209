"""Presence and heartbeats on real sockets: what clients with and without the capabilities hear."""

import asyncio
import random
import time
from typing import cast

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosedOK

from pokerws.game.state import PlayerId, TableId
from pokerws.messages import JSON, Watch
from pokerws.server.app import App
from pokerws.server.auth.identity import Identity
from pokerws.server.net.connection import Connection, ConnectionEnded
from pokerws.server.net.shared_context import SharedContext
from pokerws.server.sessions.handlers import dispatch
from pokerws.server.sessions.heartbeats import Heartbeats
from pokerws.server.sessions.session import Session
from tests.frozen_path import path_to
from tests.server.conftest import Connect, Message, Raw
from tests.server.fakes import FakeViewer, ManualClock
from tests.server.in_process import NoSocket, open_context

SEATS = {"seats": 3, "next_hand_delay_ms": 60_000}


async def seated(player: Raw, table: str | None = None) -> str:
    """Sit down at a table, or at a new one; returns its id."""
    if table is None:
        table = str((await player.ask("create_table", name="One", config=SEATS))["table"])
    assert (await player.ask("sit", table=table, buy_in=2_000))["type"] == "accepted"
    return table


async def told_until_now(viewer: Raw) -> list[Message]:
    """The messages up to the answer to a ping."""
    asked, heard = await viewer.send({"type": "ping"}), []
    while (message := await viewer.receive()).get("id") != asked:
        heard.append(message)
    return heard


@pytest.mark.settings(absence_grace_ms=0)
async def test_a_spectator_hears_of_lost_connections_and_learns_no_address(
    open_connection: Connect,
) -> None:
    ann, sue = await open_connection("Ann"), await open_connection("Sue")
    table = await seated(ann)
    await sue.ask("watch", table=table)
    await ann.connection.close()
    told = await sue.until("player_disconnected")
    expected = {"table": table, "seat": 0, "player": ann.welcome["player"]}
    assert told == {"type": "player_disconnected", **expected}
    back = await open_connection()
    await back.ask("hello", token=ann.welcome["session"])
    assert await sue.until("player_reconnected") == {"type": "player_reconnected", **expected}


@pytest.mark.settings(absence_grace_ms=0)
async def test_clients_hear_only_what_they_want_to(app: App, open_connection: Connect) -> None:
    ann = await open_connection("Ann")
    table = await seated(ann)
    older = await open_connection("Old", capabilities=["chat", "lists"])
    newer = await open_connection("New", capabilities=["presence"])
    for viewer in (older, newer):
        await viewer.ask("watch", table=table)
    await ann.connection.close()
    await newer.until("player_disconnected")
    assert [message["type"] for message in await told_until_now(older)] == ["snapshot"]


class Waiting(FakeViewer):
    """A viewer without a socket, which no slow machine can disconnect."""

    def __init__(self, player: str) -> None:
        super().__init__(player)
        self.is_told = asyncio.Event()

    def send_table_frame(self, frame: bytes, shared: SharedContext | None = None) -> None:
        super().send_table_frame(frame, shared)
        if b"player_disconnected" in frame:
            self.is_told.set()


@pytest.mark.settings(absence_grace_ms=0, ping_interval_ms=1_000)
async def test_a_connection_that_dies_without_a_close_is_noticed(app: App) -> None:
    async with path_to(app.port) as path:
        address = f"ws://127.0.0.1:{path.port}/ws"
        ann = Raw(await connect(address, compression=None, ping_interval=None))
        await ann.ask("hello", name="Ann")
        actor, sue = await app.lobby.find(TableId(await seated(ann))), Waiting("sue")
        actor.watch(sue, Watch("w", actor.table.id))
        assert not sue.is_told.is_set()
        path.freeze()
        await sue.is_told.wait()
        ann.connection.transport.abort()


@pytest.mark.settings(ping_interval_ms=600_000)
async def test_a_line_is_measured_by_pings_and_is_silent_while_one_is_not_answered(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pokerws.server.net.connection.SILENT_S", 0)
    async with path_to(app.port) as path:
        address = f"ws://127.0.0.1:{path.port}/ws"
        ann = Raw(await connect(address, compression=None, ping_interval=None))
        await ann.ask("hello", name="Ann")
        table = await seated(ann)
        await ann.ask("watch", table=table)
        ((line,),) = ([viewer.line for viewer in app.lobby.actors()[0].watchers],)
        assert isinstance(line, Connection)
        assert (line.latency_ms, line.is_silent) == (0, False)
        await (await line.ping())
        assert line.latency_ms > 0
        assert not line.is_silent
        path.freeze()
        pong = await line.ping()
        assert line.is_silent
        assert isinstance(pong, asyncio.Future)
        assert not pong.done()
        ann.connection.transport.abort()


@pytest.mark.settings(heartbeat_interval_ms=100)
async def test_heartbeats_go_to_clients_that_want_them(open_connection: Connect) -> None:
    ann = await open_connection("Ann")
    assert ann.welcome["heartbeat"] == {"interval_ms": 100, "timeout_ms": 200}
    ben = await open_connection("Ben", capabilities=[])
    for _ in range(3):
        assert await ann.until("heartbeat") == {"type": "heartbeat"}
    assert await told_until_now(ben) == []
    # A later hello may change its mind.
    await ann.ask("hello", token=ann.welcome["session"], capabilities=["chat"])
    await ben.ask("hello", token=ben.welcome["session"], capabilities=["heartbeat"])
    for _ in range(3):
        await ben.until("heartbeat")
    assert await told_until_now(ann) == []


class Counted(FakeViewer):
    """A connection that counts its heartbeats."""

    beats = 0

    def send_heartbeat(self, frame: bytes) -> None:
        self.beats += 1


async def turns(count: int) -> None:
    """Wait for turns of the event loop."""
    for _ in range(count):
        await asyncio.sleep(0)


async def test_heartbeats_come_in_time_on_a_busy_event_loop() -> None:
    heartbeats, ann = Heartbeats(interval_ms=97), Counted("ann")
    heartbeats.enter(ann)
    heartbeats.start(lambda task: None)
    for _ in range(30):
        # Each turn of the loop is as long as ten pauses between two groups of connections.
        await asyncio.sleep(0)
        time.sleep(0.01)  # noqa: ASYNC251  it is meant to block the loop
    await heartbeats.stop()
    assert ann.beats > 0


async def test_heartbeats_missed_during_a_halt_are_not_made_up_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    heartbeats = Heartbeats(interval_ms=60_000)
    everyone = [Counted(f"player {number}") for number in range(500)]
    for viewer in everyone:
        heartbeats.enter(viewer)
    heartbeats.start(lambda task: None)
    await turns(5)
    loop = asyncio.get_running_loop()
    later_s = loop.time() + 3_600
    monkeypatch.setattr(loop, "time", lambda: later_s)
    await turns(50)
    monkeypatch.undo()
    await heartbeats.stop()
    # The group that was due when the halt began may get one more.
    assert {viewer.beats for viewer in everyone} <= {1, 2}


class Ended(NoSocket):
    """A connection that has ended."""

    received_bytes = sent_bytes = 0

    def start_serving(self, receiver: object, *, is_text: bool) -> None:
        """It hands over nothing."""

    def stop_serving(self) -> None:
        """Likewise."""

    async def serve_next(self) -> None:
        raise ConnectionEnded(ConnectionClosedOK(None, None))


async def test_a_session_that_has_ended_gets_no_more_heartbeats() -> None:
    context = open_context(ManualClock(), random.Random(1))
    session = Session(cast("Connection", Ended(JSON)), context, dispatch)
    assert session.join(Identity(PlayerId("ann"), "Ann"))
    context.heartbeats.enter(session)
    assert len(context.heartbeats) == 1
    await session.run()
    assert len(context.heartbeats) == 0
    assert context.presence.is_absent(PlayerId("ann"))
