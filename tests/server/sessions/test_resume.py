"""Who comes back gets just what was missed: from memory, from the log, or else a snapshot."""

import asyncio
import random
from contextlib import AsyncExitStack

import msgspec
import pytest
from msgspec.structs import replace

from pokerws.game import commands
from pokerws.game.events import (
    BringInPosted,
    CardsDrawn,
    CardsShown,
    HandShown,
    LogRestarted,
    PlayerSat,
    PlayerStood,
    TableClosed,
)
from pokerws.game.state import Table
from pokerws.messages import JSON, Accepted, Events, Hello, Snapshot, Watch
from pokerws.server.tables import event_log
from pokerws.server.tables import recent_events as history
from pokerws.server.tables.viewers import MISSED_EVENTS
from pokerws.storage.postgres.address import address_of
from pokerws.storage.postgres.store import PostgresStore
from tests.server.fakes import FakeViewer, ManualClock
from tests.server.in_process import Client, open_context, read
from tests.server.resumed import (
    CONFIG,
    VIEWERS,
    Playing,
    Truth,
    check_every_cut,
    memory_lobby,
    stored_events,
    watch,
)
from tests.server.slow_store import SlowStore
from tests.server.stored_house import StoredHouse, house_on
from tests.vaults import VAULT

encode = msgspec.json.Encoder().encode


@pytest.fixture
def short_memory(monkeypatch: pytest.MonkeyPatch) -> int:
    """Tables remember so few events that most of what is missed is in the log."""
    monkeypatch.setattr(history, "HISTORY_EVENTS", 8)
    return 8


# ---- for every viewer and every cut


@pytest.mark.parametrize("seed", [0, 1])
async def test_from_memory_a_snapshot_and_what_was_missed_make_the_later_snapshot(
    house: StoredHouse, store: SlowStore, seed: int
) -> None:
    playing = await Playing.begin(house, seed)
    for _ in range(2):
        await playing.steps(25)
        truth, reads = await Truth.of(house, playing.actor), store.reads
        assert await check_every_cut(playing, truth) > 100
        assert store.reads == reads


@pytest.mark.parametrize("seed", [3, 5])
@pytest.mark.usefixtures("short_memory")
async def test_from_the_log_a_snapshot_and_what_was_missed_make_the_later_snapshot(
    house: StoredHouse, seed: int
) -> None:
    playing = await Playing.begin(house, seed)
    await playing.steps(50)
    await check_every_cut(playing, await Truth.of(house, playing.actor))


@pytest.mark.usefixtures("short_memory")
async def test_so_they_do_of_a_table_that_was_closed(house: StoredHouse) -> None:
    playing = await Playing.begin(house, 11)
    await playing.steps(30)
    while playing.actor.table.hand is None:
        await playing.steps(1)
    await house.lobby.close(playing.actor.table.id, "operator")
    await house.written()
    truth = await Truth.of(house, playing.actor)
    assert isinstance(truth.events[-1], TableClosed)
    await check_every_cut(playing, truth)


@pytest.mark.usefixtures("short_memory")
@pytest.mark.parametrize("midway", [False, True])
async def test_so_they_do_of_a_table_that_was_loaded_again(store: SlowStore, midway: bool) -> None:  # noqa: FBT001
    clock = ManualClock()
    async with house_on(store, clock) as house:
        before = await Playing.begin(house, 21)
        await before.steps(40)
        while (before.actor.table.hand is not None) != midway:
            await before.steps(1)
        branch, seq = before.actor.branch, before.actor.table.seq
    async with house_on(store, clock) as house:
        actor = await house.lobby.find(before.actor.table.id)
        playing = Playing(house, actor, 22)
        await playing.steps(40)
        assert (actor.epoch, actor.branch) == (2, branch)
        await check_every_cut(playing, await Truth.of(house, actor), first_seq=max(1, seq - 30))


@pytest.mark.usefixtures("short_memory")
async def test_so_they_do_from_a_log_in_postgres(database_url: str) -> None:
    async with AsyncExitStack() as stack:
        store = await PostgresStore.open(address_of(database_url))
        stack.push_async_callback(store.close)
        house = await stack.enter_async_context(house_on(store, ManualClock()))
        playing = await Playing.begin(house, 31)
        await playing.steps(40)
        assert await check_every_cut(playing, await Truth.of(house, playing.actor)) > 300


def has_all_in(table: Table) -> bool:
    hand = table.hand
    return hand is not None and any(
        seat is not None and part is not None and not seat.stack and not part.folded
        for seat, part in zip(table.seats, hand.seats, strict=True)
    )


async def test_the_random_play_of_these_tests_has_all_that_matters(house: StoredHouse) -> None:
    kinds: set[type] = set()
    all_in = seats_changed = False
    for seed in range(6):
        playing = await Playing.begin(house, seed)
        await playing.steps(75)
        truth = await Truth.of(house, playing.actor)
        kinds |= {type(event) for event in truth.events}
        all_in |= any(map(has_all_in, truth.tables))
        sat = [event for event in truth.events if isinstance(event, PlayerSat)]
        seats_changed |= len({(e.seat, e.player) for e in sat}) > len({e.seat for e in sat})
    assert kinds >= {PlayerSat, PlayerStood, CardsShown, HandShown, CardsDrawn, BringInPosted}
    assert all_in
    assert seats_changed


async def test_who_watches_all_along_has_the_same_table_as_who_comes_now(
    house: StoredHouse,
) -> None:
    playing = await Playing.begin(house, 41)
    actor = playing.actor
    start = Truth(await stored_events(house, actor))
    followed = [(FakeViewer(player), start.seen_at(1, player, actor.branch)) for player in VIEWERS]
    for viewer, _ in followed:
        assert isinstance(await watch(actor, viewer), Snapshot)
    for _ in range(3):
        await playing.steps(30)
        for viewer, view in followed:
            for news in viewer.take_events():
                assert news.seq == view.seq + 1
                view.take_events(news)
            now = await watch(actor, FakeViewer(view.player))
            assert isinstance(now, Snapshot)
            assert encode(view.table) == encode(now.state)


# ---- while the log is read


async def behind(house: StoredHouse, steps: int = 40) -> Playing:
    """A table of which the first event is in the log alone."""
    playing = await Playing.begin(house, 51)
    await playing.steps(steps)
    assert playing.actor.table.seq > 30
    return playing


@pytest.mark.usefixtures("short_memory")
async def test_what_happens_while_the_log_is_read_is_joined_without_gap_or_overlap(
    house: StoredHouse, store: SlowStore
) -> None:
    playing = await behind(house)
    store.open.clear()
    store.asked.clear()
    viewer = FakeViewer("p0")
    asking = asyncio.create_task(watch(playing.actor, viewer, 1, playing.actor.branch))
    await store.asked.wait()
    before = playing.actor.table.seq
    await playing.steps(15)
    assert playing.actor.table.seq > before + 8
    assert viewer not in playing.actor.watchers
    store.open.set()
    missed = await asking
    assert isinstance(missed, Events)
    view = Truth(await stored_events(house, playing.actor)).seen_at(1, viewer.player, missed.epoch)
    assert (missed.seq, len(missed.events)) == (2, playing.actor.table.seq - 1)
    view.take_events(missed)
    await playing.steps(10)
    for news in viewer.take_events():
        assert news.seq == view.seq + 1
        view.take_events(news)
    now = await watch(playing.actor, viewer)
    assert isinstance(now, Snapshot)
    assert encode(view.table) == encode(now.state)


@pytest.mark.usefixtures("short_memory")
async def test_a_log_that_is_too_slow_is_not_waited_for(
    house: StoredHouse, store: SlowStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    playing = await behind(house)
    monkeypatch.setattr(event_log, "LOG_TIMEOUT_S", 0.01)
    store.open.clear()
    assert isinstance(await watch(playing.actor, FakeViewer("p0"), 1, 1), Snapshot)
    store.open.set()
    assert isinstance(await watch(playing.actor, FakeViewer("p0"), 1, 1), Events)


@pytest.mark.usefixtures("short_memory")
async def test_while_the_database_is_away_who_comes_back_gets_a_snapshot(
    house: StoredHouse, store: SlowStore
) -> None:
    playing = await behind(house)
    store.away = True
    assert isinstance(await watch(playing.actor, FakeViewer("p0"), 1, 1), Snapshot)
    in_memory = playing.actor.table.seq - 5
    assert isinstance(await watch(playing.actor, FakeViewer("p0"), in_memory, 1), Events)


@pytest.mark.usefixtures("short_memory")
async def test_only_so_many_read_the_log_at_a_time(house: StoredHouse, store: SlowStore) -> None:
    playing = await behind(house)
    store.open.clear()
    reads = store.reads
    asking = [
        asyncio.create_task(watch(playing.actor, FakeViewer(f"v{number}"), 1, 1))
        for number in range(10)
    ]
    for _ in range(10):
        await asyncio.sleep(0)
    assert store.reads == reads + event_log.LOG_READERS
    store.open.set()
    assert all(isinstance(sent, Events) for sent in await asyncio.gather(*asking))


@pytest.mark.usefixtures("short_memory")
async def test_more_than_is_read_back_is_answered_with_a_snapshot_and_no_read(
    house: StoredHouse, store: SlowStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    playing = await behind(house)
    in_log = playing.actor.table.seq - 8
    monkeypatch.setattr(history, "READ_BACK_EVENTS", in_log - 2)
    reads = store.reads
    assert isinstance(await watch(playing.actor, FakeViewer("p0"), 1, 1), Snapshot)
    assert store.reads == reads
    assert isinstance(await watch(playing.actor, FakeViewer("p0"), 2, 1), Events)


@pytest.mark.usefixtures("short_memory")
async def test_a_log_with_a_gap_is_answered_with_a_snapshot(
    house: StoredHouse, store: SlowStore
) -> None:
    playing = await behind(house)
    del store._rows[playing.actor.table.id].log[5]
    assert isinstance(await watch(playing.actor, FakeViewer("p0"), 4, 1), Snapshot)
    assert isinstance(await watch(playing.actor, FakeViewer("p0"), 5, 1), Events)


@pytest.mark.usefixtures("short_memory")
async def test_a_log_that_cannot_be_opened_is_answered_with_a_snapshot(
    house: StoredHouse, store: SlowStore
) -> None:
    playing = await behind(house)
    log = store._rows[playing.actor.table.id].log
    log[3] = replace(log[3], payload=b'{"type":"from_the_future"}')
    assert isinstance(await watch(playing.actor, FakeViewer("p0"), 1, 1), Snapshot)


@pytest.mark.usefixtures("short_memory")
async def test_a_log_that_begins_anew_among_what_was_missed_is_answered_with_a_snapshot(
    house: StoredHouse, store: SlowStore
) -> None:
    playing = await behind(house)
    table = playing.actor.table
    log = store._rows[table.id].log
    payload = VAULT.seal_event(table.id, log[5].hand_number, LogRestarted(table))
    log[5] = replace(log[5], payload=payload)
    assert isinstance(await watch(playing.actor, FakeViewer("p0"), 4, 1), Snapshot)
    assert isinstance(await watch(playing.actor, FakeViewer("p0"), 5, 1), Events)


@pytest.mark.usefixtures("short_memory")
async def test_a_table_that_was_loaded_anew_while_its_log_was_read_gives_a_snapshot(
    house: StoredHouse, store: SlowStore
) -> None:
    playing = await behind(house)
    context = open_context(house.clock, random.Random(1))
    client = Client(replace(context, lobby=house.lobby), JSON, "p0")
    store.open.clear()
    store.asked.clear()
    table = playing.actor.table.id
    asking = asyncio.create_task(client.asks(Watch("w", table, 1, playing.actor.branch)))
    await store.asked.wait()
    house.lobby.table_failed(table)
    store.open.set()
    await asking
    frames = [read(JSON, frame) for frame in client.take()]
    assert [frame["type"] for frame in frames] == ["accepted", "snapshot"]
    assert frames[1]["epoch"] == 2
    assert client.session not in playing.actor.watchers
    assert client.session in (await house.lobby.find(table)).watchers


async def test_who_has_not_been_let_in_loads_no_table_and_touches_no_clock(
    store: SlowStore,
) -> None:
    clock = ManualClock()
    async with house_on(store, clock) as house:
        table = (await house.open_hand()).table.id
    async with house_on(store, clock) as house:
        context = replace(open_context(clock, random.Random(1)), lobby=house.lobby)
        client, alarm_ms, reads = Client(context, JSON), clock.next_alarm_ms, store.reads
        await client.asks(Hello("h", token="no token of this server's"))
        await client.asks(Watch("w", table, 1, 1))
        answers = [read(JSON, frame) for frame in client.take()]
        assert [answer["code"] for answer in answers] == ["bad_token", "hello_first"]
        assert house.lobby.tables_in_memory == 0
        assert (clock.next_alarm_ms, store.reads) == (alarm_ms, reads)


# ---- where only a snapshot helps


@pytest.mark.parametrize(("ahead", "epoch"), [(0, 2), (0, 0), (1, 1), (10_000, 1)])
@pytest.mark.usefixtures("short_memory")
async def test_another_epoch_or_a_number_beyond_the_present_is_answered_with_a_snapshot(
    house: StoredHouse, ahead: int, epoch: int
) -> None:
    playing = await behind(house)
    seq = playing.actor.table.seq + ahead
    assert isinstance(await watch(playing.actor, FakeViewer("p0"), seq, epoch), Snapshot)
    assert isinstance(await watch(playing.actor, FakeViewer("p0"), 1, epoch + 7), Snapshot)


async def test_without_a_stored_log_older_events_are_answered_with_a_snapshot(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(history, "HISTORY_EVENTS", 8)
    actor = memory_lobby(ManualClock()).create("One", CONFIG)
    for number in range(4):
        viewer = FakeViewer(f"p{number}")
        actor.handle(viewer, "s", commands.Sit(viewer.player, "P", None, 1_000))
        actor.handle(viewer, "u", commands.Stand(viewer.player))
    assert actor.table.seq == 9
    assert isinstance(await watch(actor, FakeViewer("p0"), 0, 1), Snapshot)
    assert isinstance(await watch(actor, FakeViewer("p0"), 1, 1), Events)


async def test_many_missed_events_come_in_several_messages_without_a_gap() -> None:
    actor = memory_lobby(ManualClock()).create("One", CONFIG)
    while actor.table.seq < 2 * MISSED_EVENTS + 2:
        player = FakeViewer(f"p{actor.table.seq}")
        actor.handle(player, "s", commands.Sit(player.player, "P", None, 1_000))
        actor.handle(player, "u", commands.Stand(player.player))
    viewer = FakeViewer("p0")
    actor.watch(viewer, Watch("w", actor.table.id, 1, actor.branch))
    parts = viewer.take_events()
    assert [len(part.events) for part in parts] == [MISSED_EVENTS, MISSED_EVENTS, 2]
    assert [part.seq for part in parts] == [2, 2 + MISSED_EVENTS, 2 + 2 * MISSED_EVENTS]


async def test_the_same_connection_may_watch_twice_and_misses_nothing(house: StoredHouse) -> None:
    playing = await behind(house)
    viewer = FakeViewer("p0")
    assert isinstance(await watch(playing.actor, viewer), Snapshot)
    seq = playing.actor.table.seq
    again = await watch(playing.actor, viewer, seq - 3, 1)
    assert isinstance(again, Events)
    assert (again.seq, len(again.events)) == (seq - 2, 3)
    playing.step()
    await house.written()
    assert sum(len(news.events) for news in viewer.take_events()) == playing.actor.table.seq - seq


# ---- nothing is shown before it is stored


@pytest.mark.usefixtures("short_memory")
async def test_with_durable_acks_what_was_missed_waits_until_all_of_it_is_stored(
    store: SlowStore,
) -> None:
    house = StoredHouse(store, ManualClock(), durable=True)
    house.journal.start()
    try:
        playing = await behind(house)
        store.saves_go.clear()
        seq = playing.actor.table.seq
        while playing.actor.table.seq == seq:
            playing.step()
        viewer = FakeViewer("p0")
        message = Watch("w", playing.actor.table.id, 1, 1)
        playing.actor.watch(viewer, message, await playing.actor.viewers.read_back(message))
        assert viewer.take() == []
        store.saves_go.set()
        await house.written()
        accepted, missed = viewer.take()
        assert isinstance(accepted, Accepted)
        assert isinstance(missed, Events)
        assert (missed.seq, len(missed.events)) == (2, playing.actor.table.seq - 1)
    finally:
        await house.close()
