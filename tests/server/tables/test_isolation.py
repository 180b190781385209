"""The failure of one viewer, table or timer never stops the loop for the others."""

import asyncio
import dataclasses
import random
from collections.abc import Iterator
from typing import Any

import pytest
from msgspec.structs import replace
from structlog.testing import capture_logs

from pokerws.game import commands
from pokerws.game.config.table_config import TableConfig
from pokerws.game.state import PlayerId, TableId
from pokerws.messages import JSON, MSGPACK, Chat, CloseCode, ListTables, Watch, WatchLobby, Wire
from pokerws.server.background.absent_seats import AbsentSeats
from pokerws.server.clock import Clock
from pokerws.server.isolation import each
from pokerws.server.net.connection import INTERNAL_ERROR
from pokerws.server.net.shared_context import SharedContext
from pokerws.server.tables.actor import TableActor
from pokerws.server.tables.actors.lobby_news import summary_of
from pokerws.server.tables.commit_gate import CommitGate
from pokerws.server.tables.lobby.feed import LobbyFeed
from pokerws.server.tables.lobby.list_watchers import GATHER_MS
from pokerws.server.tables.presence import Presence
from pokerws.server.tables.shown import ShownAsIs
from pokerws.server.tables.viewers import Viewers
from tests.server.fakes import FakeViewer, ManualClock, open_memory_lobby
from tests.server.in_process import Client, open_context, read
from tests.server.stored_house import CONFIG, StoredHouse


class Noting(FakeViewer):
    """A viewer that keeps its failures."""

    def __init__(self, player: str, wire: Wire = JSON) -> None:
        super().__init__(player)
        self.wire = wire
        self.failures: list[Exception] = []

    def fail(self, error: Exception) -> None:
        self.failures.append(error)


class Broken(Noting):
    """A viewer to whom nothing can be sent."""

    def break_down(self) -> None:
        raise RuntimeError("this one is broken")

    def send_table_frame(self, frame: bytes, shared: SharedContext | None = None) -> None:
        self.break_down()

    def send(self, frame: bytes) -> None:
        self.break_down()

    def close_moved(self, table: TableId) -> None:
        self.break_down()


class Room:
    """Sessions in memory; the second one's socket can be broken."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.clock = ManualClock()
        self.context = open_context(self.clock, random.Random(1))
        self.actor = self.context.lobby.create("One", TableConfig(next_hand_delay_ms=10))
        self.clients = [Client(self.context, player=f"p{number}") for number in range(3)]
        self._monkeypatch = monkeypatch

    def break_second(self) -> None:
        def write(_: bytes) -> bool:
            raise RuntimeError("no more of this")

        self._monkeypatch.setattr(self.clients[1].connection, "write", write)

    async def ask_all(self, *messages: Any) -> None:
        for client in self.clients:
            for message in messages:
                await client.asks(message)
            client.take()


@pytest.fixture
def room(monkeypatch: pytest.MonkeyPatch) -> Iterator[Room]:
    room = Room(monkeypatch)
    yield room
    room.context.lobby.stop()


async def closed(client: Client) -> int | None:
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    return client.connection.closed_with


def test_who_fails_is_told_and_the_others_go_on() -> None:
    viewers = [FakeViewer("ann"), Broken("ben"), FakeViewer("cleo")]
    each(viewers, lambda viewer: viewer.send(b"{}"))
    assert [len(viewer.frames) for viewer in viewers] == [1, 0, 1]
    assert isinstance(viewers[1], Broken)
    assert [str(error) for error in viewers[1].failures] == ["this one is broken"]


async def test_events_reach_all_viewers_but_the_one_whose_connection_fails(room: Room) -> None:
    await room.ask_all(Watch("1", room.actor.table.id))
    room.break_second()
    with capture_logs() as lines:
        for player in ("dan", "eve"):
            sit = commands.Sit(PlayerId(player), player, None, 2_000, 2_000)
            room.actor.handle(FakeViewer(player), "s", sit)
        # The cards are dealt: each viewer gets a frame of its own.
        room.clock.advance(10)
    assert len(room.clients[0].take()) == len(room.clients[2].take()) >= 3
    assert room.actor.table.hand is not None
    assert not room.actor.stopped
    assert await closed(room.clients[1]) == INTERNAL_ERROR
    assert [line["event"] for line in lines].count("session_failed") == 1


async def test_cards_are_dealt_to_the_others_when_one_view_cannot_be_written_or_sent(
    room: Room,
) -> None:
    def encode(_: object) -> bytes:
        raise OverflowError("a number that this wire cannot hold")

    seated, watching = FakeViewer("dan"), FakeViewer("eve")
    broken = [Noting("fay", dataclasses.replace(JSON, encode=encode)), Broken("gil")]
    for player in ("dan", "hal"):
        sit = commands.Sit(PlayerId(player), player, None, 2_000, 2_000)
        room.actor.handle(FakeViewer(player), "s", sit)
    for viewer in (*broken, seated, watching):
        room.actor.watchers[viewer] = None
    room.clock.advance(10)
    dealt = seated.take_events()
    assert [type(event).__name__ for event in dealt[0].events].count("HoleCardsDealt") == 1
    assert [one.seq for one in watching.take_events()] == [one.seq for one in dealt]
    assert [len(viewer.failures) for viewer in broken] == [len(dealt)] * 2


async def test_chat_notices_and_the_lobby_reach_the_others(room: Room) -> None:
    table = room.actor.table.id
    await room.ask_all(Watch("1", table), WatchLobby("2"))
    room.break_second()
    await room.clients[0].asks(Chat("3", table, "hi"))
    room.actor.notify("paused", "wait")
    room.context.lobby.create("Two", TableConfig())
    room.clock.advance(GATHER_MS)
    for client in (room.clients[0], room.clients[2]):
        types = [read(client.session.wire, frame)["type"] for frame in client.take()]
        assert [one for one in types if one != "accepted"] == ["chat", "notice", "lobby"]
    assert await closed(room.clients[1]) == INTERNAL_ERROR


async def test_viewers_of_a_moved_table_are_all_closed(room: Room) -> None:
    await room.ask_all(Watch("1", room.actor.table.id))
    room.actor.watchers[Broken("dan")] = None
    late = Client(room.context, player="late")
    await late.asks(Watch("1", room.actor.table.id))
    room.context.lobby.outcomes.fenced(room.actor.table.id)
    assert await closed(late) == CloseCode.MOVED


def test_a_list_that_one_wire_cannot_hold_closes_who_uses_it_and_no_one_else() -> None:
    clock = ManualClock()
    feed = LobbyFeed(clock)
    lobby, _ = open_memory_lobby(clock)
    plain, packed = Noting("ann"), Noting("ben", MSGPACK)
    for viewer in (plain, packed):
        feed.watchers.subscribe(viewer, WatchLobby("1"))
    summary = summary_of(lobby.create("One", TableConfig()).table)
    feed.note(replace(summary, hand_number=2**70))
    clock.advance(GATHER_MS)
    assert (len(plain.frames), len(packed.frames), len(packed.failures)) == (2, 1, 1)
    assert not plain.failures
    # The timer is set again.
    feed.note(summary)
    clock.advance(GATHER_MS)
    assert (len(plain.frames), len(packed.frames)) == (3, 2)


def test_frames_that_waited_for_a_commit_reach_the_others() -> None:
    ann, ben = FakeViewer("ann"), Broken("ben")
    gate = CommitGate(durable=True, written=0)
    gate.hold_frames(1, ShownAsIs(b"1"), {ben: None, ann: None})
    gate.send(1, ben.break_down)
    gate.send(2, lambda: ann.send(b"2"))
    with capture_logs() as lines:
        gate.advance(2)
    assert ann.frames == [b"1", b"2"]
    assert len(ben.failures) == 1
    assert [line["event"] for line in lines] == ["held_call_failed"]
    gate.hold(3, ben.break_down, ben.break_down)
    gate.hold(3, ben.break_down, lambda: ann.send(b"refused"))
    gate.refuse()
    assert ann.frames[-1] == b"refused"


def broken_actor(monkeypatch: pytest.MonkeyPatch, actor: TableActor, method: str) -> None:
    def break_down(*_: object, **__: object) -> None:
        raise RuntimeError("a bug at this table")

    monkeypatch.setattr(actor, method, break_down)


@pytest.mark.parametrize("method", ["pause", "go_on", "notify"])
async def test_an_outage_pauses_the_other_tables(
    monkeypatch: pytest.MonkeyPatch, house: StoredHouse, method: str
) -> None:
    actors = [await house.open() for _ in range(3)]
    broken_actor(monkeypatch, actors[1], method)
    pause = house.lobby.outage
    pause._pause(1_000, actors)
    assert [actors[0].is_paused, actors[2].is_paused] == [True, True]
    pause._go_on(lambda actor: True)
    assert [actors[0].is_paused, actors[2].is_paused] == [False, False]


async def test_a_table_that_cannot_be_stopped_evicted_or_fenced_keeps_no_other(
    monkeypatch: pytest.MonkeyPatch, house: StoredHouse
) -> None:
    actors = [await house.open() for _ in range(4)]
    broken_actor(monkeypatch, actors[1], "stop")
    house.clock.advance(10_000)
    with capture_logs() as lines:
        house.lobby.outcomes.fenced_all()
    assert [actor.stopped for actor in actors] == [True] * 4
    assert [line["table"] for line in lines if line["event"] == "table_failed"] == [
        actors[1].table.id
    ]


async def test_seats_are_freed_at_the_other_tables(
    monkeypatch: pytest.MonkeyPatch, house: StoredHouse
) -> None:
    actors = [await house.open(name) for name in ("ann", "ben", "cleo")]
    broken_actor(monkeypatch, actors[1], "carry_out")
    seats = AbsentSeats(house.lobby, Presence(house.clock), house.clock, 1_000)
    house.clock.advance(5_000)
    await seats.free()
    assert [actor.table.players for actor in actors] == [0, 1, 0]


async def test_a_bug_after_the_rules_stops_its_table_alone(
    monkeypatch: pytest.MonkeyPatch, house: StoredHouse
) -> None:
    actor, other = await house.open_hand(), await house.open()
    publish = Viewers.publish

    def publish_elsewhere(self: Viewers, *arguments: Any) -> None:
        if self is actor.viewers:
            raise RuntimeError("a bug in what this table shows")
        publish(self, *arguments)

    monkeypatch.setattr(Viewers, "publish", publish_elsewhere)
    with capture_logs() as lines:
        # Nobody acts, and the alarm rings.
        house.clock.advance(CONFIG.turn_time_ms)
    assert actor.stopped
    assert not other.stopped
    assert "table_failed" in [line["event"] for line in lines]
    await house.written()
    restored = await house.lobby.find(actor.table.id)
    # What the rules did was stored before.
    assert restored.table.seq >= actor.table.seq


async def test_a_round_of_upkeep_goes_on_after_a_bug_in_one_of_its_steps(
    monkeypatch: pytest.MonkeyPatch, house: StoredHouse
) -> None:
    async def free() -> None:
        raise RuntimeError("a bug")

    await house.open()
    monkeypatch.setattr(house.upkeep._absent_seats, "free", free)
    house.clock.advance(10_000)
    with capture_logs() as lines:
        await house.upkeep.look()
    assert house.lobby.tables_in_memory == 0
    assert [line["step"] for line in lines if line["event"] == "upkeep_failed"] == ["_free_seats"]


async def test_a_scheduled_call_that_raises_is_logged_as_an_error() -> None:
    clock, done = Clock(), asyncio.Event()

    def ring() -> None:
        done.set()
        raise RuntimeError("a bug")

    with capture_logs() as lines:
        clock.call_at(clock.now_ms(), ring)
        await done.wait()
        await asyncio.sleep(0)
    assert [(line["event"], line["log_level"]) for line in lines] == [("alarm_failed", "error")]


async def test_a_list_that_cannot_be_written_closes_who_asked_and_no_one_else(room: Room) -> None:
    summary = replace(summary_of(room.actor.table), hand_number=2**70)
    room.context.lobby._feed.note(summary)
    plain, packed = (Client(room.context, wire, "dan") for wire in (JSON, MSGPACK))
    for client in (packed, plain):
        await client.asks(ListTables("1"))
    assert await closed(packed) == INTERNAL_ERROR
    assert await closed(plain) is None
    assert len(plain.take()) == 1
