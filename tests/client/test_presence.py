"""The client knows which players are connected, and whether it is itself."""

import asyncio
from collections.abc import Callable

import pytest

from pokerws.client import TableView, connect
from pokerws.client.silence import PARTS, Silence
from pokerws.game.events import PlayerSat, PlayerStood
from pokerws.game.state import PlayerId
from pokerws.messages import (
    Accepted,
    Heartbeat,
    HeartbeatTimes,
    Ping,
    PlayerDisconnected,
    PlayerReconnected,
    Pong,
    PresenceState,
    Watch,
)
from tests.client.fake_server import ANN, AT_ONCE, TABLE, Peer, ann, empty_table, events, snapshot
from tests.client.fake_server import fake_server as serving

BEN, CLEO = PlayerId("p_ben"), PlayerId("p_cleo")
AT_MOST_MS = HeartbeatTimes(20, 50)


def test_a_view_knows_who_of_the_seated_is_absent() -> None:
    view = TableView(ANN, empty_table(), epoch=1)
    people = (ANN, "Ann"), (BEN, "Ben"), (CLEO, "Cleo")
    view.take_events(events(2, *(PlayerSat(seat, *who, 500) for seat, who in enumerate(people))))
    assert view.absent == frozenset()
    view.take_presence(PresenceState(TABLE, [BEN]))
    assert view.absent == {BEN}
    view.take_presence(PlayerDisconnected(TABLE, 2, CLEO))
    view.take_presence(PlayerDisconnected(TABLE, 0, ANN))
    view.take_presence(PlayerReconnected(TABLE, 1, BEN))
    assert view.absent == {ANN, CLEO}
    view.take_events(events(5, PlayerStood(2, CLEO, 500)))
    assert view.absent == {ANN}
    view.take_snapshot(snapshot(view.table))
    assert view.absent == frozenset()


async def test_a_view_is_told_again_after_a_reconnect_and_a_snapshot() -> None:
    async def first(peer: Peer) -> None:
        await peer.welcome()
        await peer.show(empty_table())
        await peer.send(PresenceState(TABLE, [BEN]))
        await peer.round_trip()
        peer.breaks()

    async def second(peer: Peer) -> None:
        await peer.welcome()
        watch = await peer.receive(Watch)
        # Without `presence`, nobody is absent.
        await peer.send(Accepted(watch.id, table=TABLE))
        await peer.receive(Ping)
        await peer.send(PresenceState(TABLE, [CLEO]))
        await peer.round_trip()
        await peer.stays()

    async with serving(first, second) as url, ann(url) as client:
        view = await client.watch(TABLE)
        await view.wait_for(lambda view: view.absent == {BEN})
        await view.wait_for(lambda view: not view.absent)
        question = asyncio.create_task(client.ping())
        await view.wait_for(lambda view: view.absent == {CLEO})
        question.cancel()


async def test_a_silent_connection_is_replaced() -> None:
    async def silent(peer: Peer) -> None:
        await peer.welcome(None, ANN, "heartbeat", heartbeat=AT_MOST_MS)
        await peer.stays()

    async def other(peer: Peer) -> None:
        await peer.welcome(None, ANN, "heartbeat")
        ping = await peer.receive(Ping)
        await peer.send(Heartbeat(), Pong(ping.id, 7))
        await peer.stays()

    async with serving(silent, other) as url, ann(url) as client:
        # It is in flight when the connection is found to be dead, and is sent again.
        assert await client.ping() == 7


async def test_without_the_capability_silence_is_no_fault() -> None:
    async def script(peer: Peer) -> None:
        hello = await peer.welcome(None, ANN, "heartbeat", heartbeat=HeartbeatTimes(1, 1))
        assert hello.capabilities == []
        for _ in range(20):
            ping = await peer.receive(Ping)
            await peer.round_trip()
            await peer.send(Pong(ping.id, 7))
        await peer.stays()

    async with (
        serving(script) as url,
        connect(url, name="Ann", capabilities=[], backoff=AT_ONCE) as client,
    ):
        for _ in range(20):
            assert await client.ping() == 7


class Timers:
    """An event loop whose timers a test fires."""

    def __init__(self) -> None:
        self.callback: Callable[[], None] | None = None

    def call_later(self, delay_s: float, callback: Callable[[], None]) -> "Timers":
        assert delay_s == 1.0
        self.callback = callback
        return self

    def cancel(self) -> None:
        self.callback = None

    def fire(self) -> None:
        callback, self.callback = self.callback, None
        if callback is not None:
            callback()


def test_a_connection_is_lost_after_silence_in_all_parts_of_the_time_but_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    timers, lost = Timers(), []
    monkeypatch.setattr(asyncio, "get_running_loop", lambda: timers)
    silence = Silence(float(PARTS), lambda: lost.append(True))
    for _ in range(3 * PARTS):
        timers.fire()
        silence.heard()
    for _ in range(PARTS - 1):
        timers.fire()
        assert not lost
    timers.fire()
    assert lost == [True]
    timers.fire()
    assert lost == [True]
    silence = Silence(float(PARTS), lambda: lost.append(True))
    silence.cancel()
    for _ in range(2 * PARTS):
        timers.fire()
    assert lost == [True]
