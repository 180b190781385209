"""Idle tables leave memory and come back; abandoned ones are closed, and their chips come home."""

import asyncio
import gc
import weakref
from collections.abc import AsyncIterator, Callable

import msgspec
import pytest
import structlog

from pokerws.game import commands
from pokerws.game.illegal import Illegal
from pokerws.game.state import TableId
from pokerws.messages import Accepted, TableSummary, Watch, WatchLobby
from pokerws.messages import Lobby as LobbyMessage
from pokerws.server.background import upkeep as upkeep_module
from pokerws.server.background.absent_seats import AbsentSeats
from pokerws.server.background.upkeep import PUT_OFF_MS, Upkeep
from pokerws.server.tables.actor import TableActor
from pokerws.server.tables.lobby import Lobby
from pokerws.server.tables.lobby.list_watchers import GATHER_MS
from pokerws.server.tables.presence import Presence
from pokerws.storage.errors import StoreUnavailable
from pokerws.storage.memory_accounts import MemoryAccounts
from pokerws.storage.null import NullStore
from pokerws.storage.vault.vault import Vault, VaultKey
from tests.server.fakes import FakeViewer, ManualClock, open_memory_lobby
from tests.server.stored_house import (
    ABANDONED_MS,
    BUY_IN,
    CONFIG,
    GRANT,
    IDLE_MS,
    Ledger,
    StoredHouse,
    balance,
    house_on,
)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def store() -> Ledger:
    return Ledger()


@pytest.fixture
async def house(store: Ledger, clock: ManualClock) -> AsyncIterator[StoredHouse]:
    async with house_on(store, clock) as house:
        yield house


async def is_unknown(lobby: Lobby, table: TableId) -> bool:
    with pytest.raises(Illegal) as refusal:
        await lobby.find(table)
    return refusal.value.code == "unknown_table"


def news(clock: ManualClock, viewer: FakeViewer) -> list[TableSummary]:
    """What those who watch the lobby are told of changes."""
    clock.advance(GATHER_MS)
    return [table for m in viewer.take() if isinstance(m, LobbyMessage) for table in m.tables]


# ---- leaving memory


async def test_an_idle_table_leaves_memory_and_comes_back_as_it_was_with_its_receipts(
    house: StoredHouse,
) -> None:
    actor = await house.open("ann")
    table, was = actor.table.id, msgspec.json.encode(actor.table)
    first_answer = house.viewers["ann"].take()[0]
    house.clock.advance(IDLE_MS + 1)

    await house.upkeep.look()

    assert house.lobby.tables_in_memory == 0
    assert actor.stopped
    assert [summary.table for summary in house.lobby.summaries()] == [table]
    back = await house.lobby.find(table)
    assert back is not actor
    assert (back.epoch, back.branch) == (actor.epoch + 1, actor.branch)
    assert msgspec.json.encode(back.table) == was
    house.sit(back, "ann", "s")
    assert house.viewers["ann"].take() == [first_answer]
    assert first_answer == Accepted("s", 2)
    assert msgspec.json.encode(back.table) == was


async def test_a_table_that_is_watched_stays_in_memory(house: StoredHouse) -> None:
    actor, viewer = await house.open("ann"), FakeViewer("dan")
    actor.watch(viewer, Watch("w", actor.table.id))
    house.clock.advance(IDLE_MS + 1)

    await house.upkeep.look()
    assert await house.lobby.find(actor.table.id) is actor

    actor.unwatch(viewer)
    await house.upkeep.look()
    assert house.lobby.tables_in_memory == 0


async def test_a_table_that_is_not_stored_yet_stays_in_memory(
    house: StoredHouse, store: Ledger
) -> None:
    actor = await house.open("ann")
    store.open.clear()
    actor.handle(house.viewers["ann"], "o", commands.SitOut(house.viewers["ann"].player))
    house.clock.advance(IDLE_MS + 1)

    await house.upkeep.look()
    assert await house.lobby.find(actor.table.id) is actor

    store.open.set()
    await house.written()
    await house.upkeep.look()
    assert house.lobby.tables_in_memory == 0


@pytest.mark.parametrize("in_hand", [True, False], ids=["a turn", "the next hand"])
async def test_a_table_where_a_clock_runs_stays_in_memory(
    store: Ledger, clock: ManualClock, *, in_hand: bool
) -> None:
    async with house_on(store, clock, idle_ms=100) as house:
        actor = await (house.open_hand() if in_hand else house.open("ann", "ben"))
        assert actor.table.deadline_ms is not None
        assert (actor.table.hand is not None) == in_hand
        clock.advance(200)

        await house.upkeep.look()

        assert await house.lobby.find(actor.table.id) is actor


async def test_a_table_where_something_has_just_happened_stays_in_memory(
    house: StoredHouse,
) -> None:
    actor = await house.open("ann")
    house.clock.advance(IDLE_MS + 1)
    actor.handle(house.viewers["ann"], "o", commands.SitOut(house.viewers["ann"].player))
    await house.written()

    await house.upkeep.look()

    assert house.lobby.tables_in_memory == 1


async def test_memory_stays_flat_however_many_tables_are_opened(house: StoredHouse) -> None:
    """Also without the garbage collector, which does not look at what a full start has loaded."""
    actors: list[weakref.ref[TableActor]] = []
    viewer = FakeViewer("dan")

    def alive() -> int:
        return sum(ref() is not None for ref in actors)

    gc.disable()
    try:
        for _ in range(10):
            for number in range(200):
                actor = house.lobby.create("Many", CONFIG)
                actors.append(weakref.ref(actor))
                if number % 2:
                    actor.watch(viewer, Watch("w", actor.table.id))
                    actor.unwatch(viewer)
                del actor
            assert alive() >= 200
            await house.written()
            viewer.frames.clear()
            house.clock.advance(IDLE_MS + 1)
            await house.upkeep.look()
            assert alive() == 0
        back = house.lobby.summaries()[:300]
        actors += [weakref.ref(await house.lobby.find(summary.table)) for summary in back]
        assert alive() == 300
        # The event loop itself still has the one that was found last.
        await asyncio.sleep(0)
        house.clock.advance(IDLE_MS + 1)
        await house.upkeep.look()
        assert alive() == 0
    finally:
        gc.enable()
    assert len(house.lobby.summaries()) == 2_000


# ---- closing


async def in_memory(house: StoredHouse) -> TableId:
    return (await house.open("ann", name="Left")).table.id


async def out_of_memory(house: StoredHouse) -> TableId:
    table = await in_memory(house)
    house.clock.advance(IDLE_MS + 1)
    assert house.lobby.evict(house.clock.now_ms()) == 1
    return table


@pytest.mark.parametrize("left", [in_memory, out_of_memory])
async def test_an_abandoned_table_is_closed_and_its_chips_come_home(
    house: StoredHouse, store: Ledger, left: Callable[[StoredHouse], asyncio.Future[TableId]]
) -> None:
    viewer = FakeViewer("dan")
    house.lobby.list_watchers.subscribe(viewer, WatchLobby("l"))
    table = await left(house)
    assert await balance(store, "ann") == GRANT - BUY_IN
    news(house.clock, viewer)
    house.clock.advance(ABANDONED_MS - IDLE_MS - GATHER_MS - 1)
    await house.upkeep.look()
    assert await house.listed() == {table}
    house.clock.advance(IDLE_MS + 2)

    await house.upkeep.look()
    await house.written()

    assert await house.listed() == set()
    assert await balance(store, "ann") == GRANT
    assert store.total == 0
    history = await store.accounts.history(FakeViewer("ann").player, None, 1)
    assert [(line.reason, line.amount) for line in history] == [("refund", BUY_IN)]
    assert [(one.table, one.status) for one in news(house.clock, viewer)] == [(table, "closed")]
    assert house.lobby.summaries() == []
    assert house.lobby.tables_in_memory == 0
    assert await is_unknown(house.lobby, table)


async def test_a_hand_that_nobody_came_back_to_is_cancelled_and_each_gets_what_was_put_in(
    store: Ledger, clock: ManualClock
) -> None:
    async with house_on(store, clock) as before:
        actor = await before.open_hand()
        assert actor.table.total_pot > 0
    clock.advance(ABANDONED_MS + 1)
    async with house_on(store, clock) as house:
        await house.upkeep.look()
        await house.written()

        assert await house.listed() == set()
        assert await balance(store, "ann") == await balance(store, "ben") == GRANT
        assert store.total == 0


async def test_a_table_that_is_closed_is_not_listed_again_before_that_is_stored(
    house: StoredHouse, store: Ledger
) -> None:
    await house.open("ann")
    store.open.clear()
    house.clock.advance(ABANDONED_MS + 1)
    await house.upkeep.look()
    assert house.lobby.summaries() == []

    listing = asyncio.create_task(house.lobby.list_stored())
    await asyncio.sleep(0)
    store.open.set()
    await listing

    assert house.lobby.summaries() == []


async def test_a_table_that_is_watched_is_never_abandoned(house: StoredHouse) -> None:
    actor = await house.open("ann")
    actor.watch(FakeViewer("dan"), Watch("w", actor.table.id))
    house.clock.advance(10 * ABANDONED_MS)

    await house.upkeep.look()
    await house.written()

    assert await house.listed() == {actor.table.id}


async def test_in_memory_only_play_an_abandoned_table_is_closed_too(clock: ManualClock) -> None:
    accounts = MemoryAccounts()
    lobby, _ = open_memory_lobby(clock, accounts=accounts)
    upkeep = Upkeep(
        lobby,
        NullStore(),
        clock,
        idle_ms=IDLE_MS,
        abandoned_ms=ABANDONED_MS,
        absent_seats=AbsentSeats(lobby, Presence(clock), clock, 0),
    )
    viewer, ann = FakeViewer("dan"), FakeViewer("ann")
    lobby.list_watchers.subscribe(viewer, WatchLobby("l"))
    await accounts.open(ann.player, GRANT, 0)
    actor = lobby.create("One", CONFIG)
    actor.handle(ann, "s", commands.Sit(ann.player, "ann", None, BUY_IN))
    assert accounts._balances["player:ann"] == GRANT - BUY_IN  # type: ignore[index]
    clock.advance(ABANDONED_MS)
    await upkeep.look()
    assert await lobby.find(actor.table.id) is actor, "what is nowhere else stays in memory"

    news(clock, viewer)
    await upkeep.look()

    assert sum(accounts._balances.values()) == 0
    assert accounts._balances["player:ann"] == GRANT  # type: ignore[index]
    assert [one.status for one in news(clock, viewer)] == ["closed"]
    assert await is_unknown(lobby, actor.table.id)
    lobby.stop()


# ---- what stands in the way


async def test_while_the_store_is_away_nothing_is_closed_and_later_it_is(
    house: StoredHouse, store: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Asked for through the task that looks by itself, which has to survive that."""
    table, asked = (await house.open("ann")).table.id, asyncio.Queue[None]()
    capture = structlog.testing.LogCapture()
    logger = structlog.wrap_logger(None, processors=[capture])
    monkeypatch.setattr(upkeep_module, "log", logger)
    house.clock.advance(ABANDONED_MS + 1)

    async def away(before_ms: int, limit: int) -> list[TableId]:
        asked.put_nowait(None)
        raise StoreUnavailable("connection refused")

    with monkeypatch.context() as patch:
        patch.setattr(upkeep_module, "MOST_INTERVAL_MS", 10)
        patch.setattr(store, "idle", away)
        house.upkeep.start()
        for _ in range(3):
            await asked.get()
        assert await house.listed() == {table}
    await house.upkeep.stop()
    assert {line["event"] for line in capture.entries} == {"upkeep_waits"}

    await house.upkeep.look()
    await house.written()
    assert await house.listed() == set()


async def test_tables_that_cannot_be_closed_do_not_keep_others_open(
    store: Ledger, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Here their key is missing; they are tried again later, and not at each round."""
    monkeypatch.setattr(upkeep_module, "PAGE", 1)
    async with house_on(store, clock) as before:
        sealed = [(await before.open_hand()).table.id for _ in range(3)]
    async with house_on(store, clock) as before:
        clock.advance(1)
        other = (await before.open("cleo")).table.id
    clock.advance(ABANDONED_MS + 1)
    async with house_on(store, clock, vault=Vault([VaultKey("other", bytes(32))])) as house:
        for _ in range(5):
            await house.upkeep.look()
        await house.written()
        assert await house.listed() == set(sealed)
        assert await balance(store, "cleo") == GRANT
        epochs = {game.epoch for game in await store.games()}
        assert epochs == {2}, "each was tried once"

        clock.advance(PUT_OFF_MS)
        for _ in range(5):
            await house.upkeep.look()
        assert {game.epoch for game in await store.games()} == {3}
    assert other not in sealed


async def test_tables_that_are_watched_do_not_keep_abandoned_ones_open(
    house: StoredHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upkeep_module, "PAGE", 1)
    watched = [await house.open("ann") for _ in range(3)]
    for actor in watched:
        actor.watch(FakeViewer("dan"), Watch("w", actor.table.id))
    house.clock.advance(1)
    table = await out_of_memory(house)
    house.clock.advance(ABANDONED_MS + 1)

    await house.upkeep.look()
    await house.written()

    assert await house.listed() == {actor.table.id for actor in watched}
    assert await is_unknown(house.lobby, table)


async def test_a_fault_in_closing_one_table_does_not_keep_others_open(
    house: StoredHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, good = await house.open("ann"), await house.open("ben")
    house.clock.advance(ABANDONED_MS + 1)

    def broken(reason: str) -> None:
        raise ZeroDivisionError(reason)

    monkeypatch.setattr(bad, "close", broken)
    await house.upkeep.look()
    await house.written()

    assert await house.listed() == {bad.table.id}
    assert good.table.closed
