"""Viewers know which seated players are connected, whatever happens meanwhile."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence

import pytest

from pokerws.game import commands
from pokerws.game.config.table_config import TableConfig
from pokerws.game.state import PlayerId, TableId
from pokerws.messages import (
    Accepted,
    Events,
    PlayerDisconnected,
    PlayerReconnected,
    PresenceState,
    ServerMessage,
    Snapshot,
    Watch,
)
from pokerws.server.net.shared_context import SharedContext
from pokerws.server.tables.actor import TableActor
from pokerws.server.tables.presence import Presence
from pokerws.storage.store import Change
from tests.server.fakes import FakeViewer, ManualClock, open_memory_lobby
from tests.server.slow_store import SlowStore
from tests.server.stored_house import NAMES, StoredHouse

ANN, BEN, CLEO = (PlayerId(name) for name in NAMES)
GRACE_MS = 3_000


class Room:
    """A lobby in memory that follows the connections of players."""

    def __init__(self, grace_ms: int = 0) -> None:
        self.clock = ManualClock()
        self.lobby, _ = open_memory_lobby(self.clock)
        self.presence = Presence(self.clock, grace_ms)
        self.lobby.follow(self.presence)
        self.sue = FakeViewer("sue")

    def table(self, *players: PlayerId) -> TableActor:
        """A table where these players sit, connected, that Sue watches."""
        actor = self.lobby.create("One", TableConfig())
        for player in players:
            self.presence.enter(player)
            sit(actor, player)
        self.sue_watches(actor)
        self.sue.take()
        return actor

    def sue_watches(self, actor: TableActor, after_seq: int | None = None) -> None:
        actor.watch(self.sue, Watch("w", actor.table.id, after_seq, actor.epoch))

    def heard(self) -> list[ServerMessage]:
        """What Sue was told since the last call, without what she asked for."""
        return [one for one in self.sue.take() if not isinstance(one, Accepted | Snapshot)]


@pytest.fixture
def room() -> Iterator[Room]:
    room = Room()
    yield room
    room.lobby.stop()


@pytest.fixture
def patient() -> Iterator[Room]:
    room = Room(GRACE_MS)
    yield room
    room.lobby.stop()


def sit(actor: TableActor, player: PlayerId) -> None:
    actor.handle(FakeViewer(player), f"sit {player}", commands.Sit(player, player, None, 10_000))


def stand(actor: TableActor, player: PlayerId) -> None:
    actor.handle(FakeViewer(player), f"stand {player}", commands.Stand(player))


def test_viewers_are_told_when_the_last_connection_ends_and_the_first_is_back(room: Room) -> None:
    table = room.table(ANN, BEN).table.id
    room.presence.enter(BEN)
    room.presence.leave(BEN)
    assert room.heard() == []
    room.presence.leave(BEN)
    assert room.heard() == [PlayerDisconnected(table, 1, BEN)]
    room.presence.enter(BEN)
    room.presence.enter(BEN)
    assert room.heard() == [PlayerReconnected(table, 1, BEN)]


def test_who_is_back_within_the_grace_was_not_away(patient: Room) -> None:
    table = patient.table(ANN).table.id
    patient.presence.leave(ANN)
    patient.clock.advance(GRACE_MS - 1)
    patient.presence.enter(ANN)
    patient.clock.advance(GRACE_MS)
    assert patient.heard() == []
    patient.presence.leave(ANN)
    patient.clock.advance(GRACE_MS)
    assert patient.heard() == [PlayerDisconnected(table, 0, ANN)]
    # Longer absence is told once.
    patient.clock.advance(GRACE_MS)
    assert patient.heard() == []


def test_every_table_of_a_player_is_told_and_no_other(room: Room) -> None:
    first, second = room.table(ANN), room.table(ANN, BEN)
    room.table(CLEO)
    for _ in range(2):
        room.presence.leave(ANN)
    assert room.heard() == [PlayerDisconnected(one.table.id, 0, ANN) for one in (first, second)]


def test_nothing_is_told_of_players_without_a_seat(room: Room) -> None:
    actor = room.table(ANN)
    for player in (BEN, room.sue.player):
        room.presence.enter(player)
    stand(actor, ANN)
    room.heard()
    for player in (ANN, BEN, room.sue.player):
        room.presence.leave(player)
    room.sue_watches(actor)
    assert room.heard() == []


@pytest.mark.parametrize("resumes", [False, True])
def test_a_new_viewer_is_told_who_is_absent_after_what_it_is_shown(
    room: Room, *, resumes: bool
) -> None:
    actor = room.table(ANN, BEN, CLEO)
    for player in (CLEO, ANN):
        room.presence.leave(player)
    room.sue.take()
    room.sue_watches(actor, actor.table.seq - 1 if resumes else None)
    kinds = [Accepted, Events if resumes else Snapshot, PresenceState]
    messages = room.sue.take()
    assert [type(one) for one in messages] == kinds
    assert messages[-1] == PresenceState(actor.table.id, [ANN, CLEO])


def test_a_viewer_that_has_missed_no_event_is_told_too(room: Room) -> None:
    actor = room.table(ANN)
    room.presence.leave(ANN)
    room.sue.take()
    room.sue_watches(actor, actor.table.seq)
    assert room.heard() == [PresenceState(actor.table.id, [ANN])]


def test_a_fresh_snapshot_tells_it_again(room: Room) -> None:
    actor = room.table(ANN)
    room.presence.leave(ANN)
    room.sue.take()
    actor.show_snapshot(room.sue)
    assert [type(one) for one in room.sue.take()] == [Snapshot, PresenceState]


def test_the_state_says_nothing_about_connections(room: Room) -> None:
    actor = room.table(ANN)
    room.sue_watches(actor)
    [_, before] = room.sue.take()
    room.presence.leave(ANN)
    room.sue.take()
    room.sue_watches(actor)
    [_, after, _] = room.sue.take()
    assert isinstance(before, Snapshot)
    assert before == after


def test_a_viewer_without_the_capability_is_told_nothing(room: Room) -> None:
    room.sue.hears_presence = False
    actor = room.table(ANN, BEN)
    room.presence.leave(ANN)
    room.sue_watches(actor)
    assert room.heard() == []


def test_who_stands_up_while_absent_and_comes_back_is_not_absent(room: Room) -> None:
    actor = room.table(ANN, BEN)
    room.presence.leave(BEN)
    stand(actor, BEN)
    room.heard()
    room.presence.enter(BEN)
    sit(actor, BEN)
    assert all(isinstance(one, Events) for one in room.heard())
    room.sue_watches(actor)
    assert room.heard() == []


def test_who_sits_down_as_the_connection_ends_is_absent_after_that_event(room: Room) -> None:
    actor = room.table(ANN)
    sit(actor, BEN)
    sat, told = room.heard()
    assert isinstance(sat, Events)
    assert told == PlayerDisconnected(actor.table.id, 1, BEN)


def test_a_closed_table_is_forgotten(room: Room) -> None:
    actor = room.table(ANN)
    room.presence.leave(ANN)
    actor.close("operator")
    room.heard()
    room.presence.enter(ANN)
    assert room.heard() == []
    assert list(room.lobby.tables_of(ANN)) == []


def test_one_viewer_that_fails_does_not_keep_it_from_the_others(room: Room) -> None:
    class Broken(FakeViewer):
        def send_table_frame(self, frame: bytes, shared: SharedContext | None = None) -> None:
            raise RuntimeError("this one is broken")

        def fail(self, error: Exception) -> None:
            """The connection is closed."""

    broken = Broken("tom")
    actor = room.lobby.create("Two", TableConfig())
    actor.watch(broken, Watch("w", actor.table.id))
    room.presence.enter(ANN)
    sit(actor, ANN)
    room.sue_watches(actor)
    room.heard()
    room.presence.leave(ANN)
    assert room.heard() == [PlayerDisconnected(actor.table.id, 0, ANN)]


# ---- stored tables


class Stored:
    """A lobby over a store, whose writes a test can hold back, and Sue, who watches."""

    def __init__(self, *, durable: bool) -> None:
        self.store = SlowStore()
        self.house = StoredHouse(self.store, ManualClock(), durable=durable)
        self.presence = Presence(self.house.clock)
        self.house.lobby.follow(self.presence)
        self.sue = FakeViewer("sue")

    async def table(self, *players: str) -> TableActor:
        for player in players:
            self.presence.enter(PlayerId(player))
        actor = await self.house.open(*players)
        self.watch(actor)
        await self.house.written()
        self.sue.take()
        return actor

    def watch(self, actor: TableActor) -> None:
        actor.watch(self.sue, Watch("w", actor.table.id))

    async def lets_writes_go(self) -> None:
        self.store.saves_go.set()
        await self.house.written()

    def kinds(self) -> list[type[ServerMessage]]:
        return [type(one) for one in self.sue.take()]

    def evict(self, table: TableId) -> None:
        """Let a table leave memory."""
        self.house.clock.advance(1)
        self.house.lobby.evict(self.house.clock.now_ms())
        assert not self.house.lobby.in_memory(table)


@pytest.fixture(params=["dual-write", "durable"])
async def stored(request: pytest.FixtureRequest) -> AsyncIterator[Stored]:
    stored = Stored(durable=request.param == "durable")
    stored.house.journal.start()
    await stored.house.lobby.start()
    yield stored
    stored.store.saves_go.set()
    await stored.house.close()


async def test_nothing_is_told_before_the_event_that_seats_the_player(stored: Stored) -> None:
    actor = await stored.table("ann")
    stored.store.saves_go.clear()
    stored.presence.enter(BEN)
    stored.house.sit(actor, "ben")
    stored.presence.leave(BEN)
    assert stored.kinds() == []
    await stored.lets_writes_go()
    assert stored.kinds() == [Events, PlayerDisconnected]


async def test_while_a_seat_waits_for_its_commit_others_are_told_in_order(stored: Stored) -> None:
    actor = await stored.table("ann")
    stored.store.saves_go.clear()
    stored.presence.leave(ANN)
    stored.presence.enter(BEN)
    stored.house.sit(actor, "ben")
    # This waits for Ben's event, and so does the message to a viewer who comes now.
    stored.presence.enter(ANN)
    stored.presence.leave(BEN)
    tom = FakeViewer("tom")
    actor.watch(tom, Watch("w", actor.table.id))
    await stored.lets_writes_go()
    told = [one for one in stored.sue.take() if not isinstance(one, Events)]
    table = actor.table.id
    assert told == [
        PlayerDisconnected(table, 0, ANN),
        PlayerReconnected(table, 0, ANN),
        PlayerDisconnected(table, 1, BEN),
    ]
    assert tom.take()[-1] == PresenceState(table, [BEN])


async def test_a_commit_of_an_earlier_event_tells_nothing_of_who_sat_down_later(
    stored: Stored, monkeypatch: pytest.MonkeyPatch
) -> None:
    actor = await stored.table("ann")
    begun, save = asyncio.Event(), stored.store.save

    async def saving(changes: Sequence[Change]) -> set[TableId]:
        begun.set()
        return await save(changes)

    monkeypatch.setattr(stored.store, "save", saving)
    stored.store.saves_go.clear()
    for player in ("cleo", "ben"):
        stored.presence.enter(PlayerId(player))
        await stored.house.store.accounts.open(PlayerId(player), 10**9, 0)
    stored.house.sit(actor, "cleo")
    stored.presence.leave(ANN)
    await begun.wait()
    # This goes into the next write.
    stored.house.sit(actor, "ben")
    stored.presence.leave(BEN)
    await stored.lets_writes_go()
    assert stored.kinds() == [Events, Events, PlayerDisconnected, PlayerDisconnected]


async def test_a_connection_that_flaps_during_an_outage_is_told_once(stored: Stored) -> None:
    actor = await stored.table("ann", "ben")
    stored.store.saves_go.clear()
    stored.house.leave(actor, "ben")
    held = len(actor.gate)
    for _ in range(50):
        stored.presence.leave(ANN)
        stored.presence.enter(ANN)
    stored.presence.leave(ANN)
    assert len(actor.gate) == held + 1
    await stored.lets_writes_go()
    assert stored.kinds() == [Events, PlayerDisconnected]


async def test_at_a_table_that_was_loaded_those_are_absent_who_are_not_connected(
    stored: Stored,
) -> None:
    actor = await stored.table("ben")
    table = actor.table.id
    actor.unwatch(stored.sue)
    stored.presence.leave(BEN)
    stored.evict(table)
    assert list(stored.house.lobby.tables_of(BEN)) == []
    actor = await stored.house.lobby.find(table)
    assert list(stored.house.lobby.tables_of(BEN)) == [actor.table]
    stored.watch(actor)
    await stored.house.written()
    assert stored.sue.take()[-1] == PresenceState(table, [BEN])
    stored.presence.enter(BEN)
    assert stored.sue.take() == [PlayerReconnected(table, 0, BEN)]


async def test_a_viewer_who_comes_during_a_pause_is_told_when_play_goes_on(stored: Stored) -> None:
    actor = await stored.table("ann", "ben")
    actor.unwatch(stored.sue)
    stored.store.saves_go.clear()
    stored.house.leave(actor, "ben")
    actor.pause()
    stored.watch(actor)
    stored.presence.leave(ANN)
    assert stored.kinds() == [Accepted]
    actor.go_on()
    await stored.lets_writes_go()
    messages = stored.sue.take()
    # The message of the change comes before the snapshot or after it, but the whole comes last.
    assert [type(one) for one in messages if not isinstance(one, Events)][-2:] in (
        [Snapshot, PresenceState],
        [Snapshot, PlayerDisconnected],
    )
