"""Tables that were opened and never used are closed soon, and a player has so many open ones."""

from collections.abc import AsyncIterator

import pytest

from pokerws.game.illegal import Illegal
from pokerws.game.state import PlayerId
from pokerws.messages import Watch
from tests.server.fakes import FakeViewer, ManualClock
from tests.server.resumed import memory_lobby
from tests.server.stored_house import CONFIG, IDLE_MS, Ledger, StoredHouse, house_on

# Later than tables leave memory.
UNUSED_MS = 2 * IDLE_MS
ANN, BEN = PlayerId("ann"), PlayerId("ben")


@pytest.fixture
def store() -> Ledger:
    return Ledger()


@pytest.fixture
async def house(store: Ledger) -> AsyncIterator[StoredHouse]:
    async with house_on(store, ManualClock(), unused_ms=UNUSED_MS) as house:
        yield house


async def left_after(house: StoredHouse, wait_ms: int) -> int:
    """How many tables are stored as open after some time."""
    house.clock.advance(wait_ms)
    await house.upkeep.look()
    await house.written()
    listed = await house.listed()
    assert listed == {summary.table for summary in house.lobby.summaries()}
    return len(listed)


async def test_a_table_that_nobody_ever_used_is_closed_soon(house: StoredHouse) -> None:
    await house.open()
    assert await left_after(house, UNUSED_MS) == 1
    assert await left_after(house, 1) == 0


async def test_it_is_closed_though_it_has_left_memory(house: StoredHouse) -> None:
    await house.open()
    assert await left_after(house, IDLE_MS + 1) == 1
    assert house.lobby.tables_in_memory == 0
    assert await left_after(house, UNUSED_MS - IDLE_MS) == 0


async def test_it_is_closed_though_it_was_opened_before_a_restart(
    house: StoredHouse, store: Ledger
) -> None:
    await house.open()
    async with house_on(store, house.clock, unused_ms=UNUSED_MS) as later:
        assert await left_after(later, UNUSED_MS) == 1
        assert await left_after(later, 1) == 0


async def test_watching_a_table_where_nobody_ever_sat_is_no_use_of_it(house: StoredHouse) -> None:
    actor = await house.open()
    actor.watch(FakeViewer("dan"), Watch("w", actor.table.id))
    assert await left_after(house, UNUSED_MS + 1) == 0


async def test_where_somebody_sat_a_watcher_is_not_thrown_out(house: StoredHouse) -> None:
    actor, viewer = await house.open("ann"), FakeViewer("dan")
    house.leave(actor, "ann")
    actor.watch(viewer, Watch("w", actor.table.id))
    assert await left_after(house, UNUSED_MS + 1) == 1
    actor.unwatch(viewer)
    assert await left_after(house, 0) == 0


async def test_a_table_where_somebody_waits_or_a_hand_was_played_stays(house: StoredHouse) -> None:
    waiting, played = await house.open("ann"), await house.open("ann", "ben")
    house.clock.advance(CONFIG.next_hand_delay_ms)
    while played.table.hand is not None:
        house.act(played)
    for player in ("ann", "ben"):
        house.leave(played, player)
    assert (waiting.table.hand_number, played.table.players) == (0, 0)
    await house.written()
    assert await left_after(house, UNUSED_MS + 1) == 2
    assert house.lobby.tables_in_memory == 0
    assert await left_after(house, UNUSED_MS + 1) == 2


async def test_older_tables_that_are_used_do_not_keep_unused_ones_open(
    house: StoredHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pokerws.server.background.upkeep.PAGE", 1)
    for _ in range(5):
        await house.open("ann")
    house.clock.advance(1)
    await house.open()
    house.clock.advance(IDLE_MS + 1)
    assert house.lobby.evict(house.clock.now_ms()) == 6
    assert await left_after(house, UNUSED_MS + 1) == 5


async def test_a_table_that_is_kept_stays_in_memory_or_not(house: StoredHouse) -> None:
    house.lobby.keep((await house.open()).table.id)
    assert await left_after(house, UNUSED_MS + 1) == 1
    assert house.lobby.tables_in_memory == 0
    assert await left_after(house, UNUSED_MS + 1) == 1


async def test_without_the_setting_an_unused_table_stays(store: Ledger) -> None:
    async with house_on(store, ManualClock()) as house:
        await house.open()
        assert await left_after(house, UNUSED_MS + 1) == 1


async def test_nobody_opens_tables_without_end_and_the_server_itself_may() -> None:
    lobby = memory_lobby(ManualClock(), max_tables=10, max_opened=2)
    for _ in range(2):
        lobby.create("One", CONFIG, ANN)
    with pytest.raises(Illegal) as refusal:
        lobby.create("Three", CONFIG, ANN)
    assert refusal.value.code == "too_many_tables"
    lobby.create("One", CONFIG, BEN)
    for _ in range(3):
        lobby.create("Own", CONFIG)
    lobby.stop()


async def test_a_table_that_is_closed_makes_room_for_another_one() -> None:
    lobby = memory_lobby(ManualClock(), max_tables=10, max_opened=1)
    for _ in range(3):
        actor = lobby.create("One", CONFIG, ANN)
        await lobby.close(actor.table.id, "abandoned")
    lobby.stop()
