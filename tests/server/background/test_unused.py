"""Tables without a hand are closed soon, and a player or address has so many open ones."""

from collections.abc import AsyncIterator

import pytest

from pokerws.game import commands
from pokerws.game.illegal import Illegal
from pokerws.game.state import PlayerId
from pokerws.messages import Notice, Watch
from tests.server.fakes import FakeViewer, ManualClock
from tests.server.resumed import memory_lobby
from tests.server.stored_house import (
    CONFIG,
    GRANT,
    IDLE_MS,
    Ledger,
    StoredHouse,
    balance,
    house_on,
)

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


async def test_who_sits_at_a_table_without_a_hand_is_warned_and_gets_the_chips_back(
    house: StoredHouse, store: Ledger
) -> None:
    actor, viewer = await house.open("ann"), house.viewers["ann"]
    actor.watch(viewer, Watch("w", actor.table.id))
    # Sitting down and getting up is no use of a table.
    house.clock.advance(UNUSED_MS // 2)
    actor.handle(viewer, "o", commands.SitOut(ANN))
    viewer.take()

    for _ in range(2):
        assert await left_after(house, UNUSED_MS // 4) == 1
    notices = [message.code for message in viewer.take() if isinstance(message, Notice)]
    assert notices == ["table_unused"]
    assert await left_after(house, 1) == 0

    assert await balance(store, "ann") == GRANT
    assert store.total == 0


async def test_a_table_where_a_hand_was_played_or_is_about_to_be_stays(
    house: StoredHouse,
) -> None:
    played = await house.open("ann", "ben")
    house.clock.advance(CONFIG.next_hand_delay_ms)
    while played.table.hand is not None:
        house.act(played)
    for player in ("ann", "ben"):
        house.leave(played, player)
    assert played.table.players == 0
    # Somebody waits here, and the other one comes at the last moment.
    waiting = await house.open("ann")
    waiting.watch(house.viewers["ann"], Watch("w", waiting.table.id))
    assert await left_after(house, UNUSED_MS) == 2
    house.sit(waiting, "ben")
    assert await left_after(house, 1) == 2
    assert waiting.table.hand_number == 0
    assert house.lobby.tables_in_memory == 1
    assert await left_after(house, CONFIG.next_hand_delay_ms) == 2
    assert waiting.table.hand_number == 1


async def test_loading_a_table_again_and_again_does_not_keep_it_open(house: StoredHouse) -> None:
    table = (await house.open("ann")).table.id
    assert await left_after(house, IDLE_MS + 1) == 1
    assert house.lobby.tables_in_memory == 0
    actor = await house.lobby.find(table)
    actor.watch(FakeViewer("ann"), Watch("w", table))
    assert await left_after(house, UNUSED_MS - IDLE_MS) == 0


async def test_older_tables_that_are_used_do_not_keep_unused_ones_open(
    house: StoredHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pokerws.server.background.upkeep.PAGE", 1)
    for _ in range(5):
        played = await house.open("ann", "ben")
        house.clock.advance(CONFIG.next_hand_delay_ms)
        for player in ("ann", "ben"):
            house.leave(played, player)
        while played.table.hand is not None:
            house.act(played)
    await house.open()
    await house.written()
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


async def test_an_address_opens_so_many_tables_whoever_opens_them() -> None:
    lobby = memory_lobby(ManualClock(), max_tables=10, max_opened=2, max_opened_by_address=3)
    for player in (ANN, ANN, BEN):
        lobby.create("One", CONFIG, player, "home")
    for _ in range(2):
        with pytest.raises(Illegal) as refusal:
            lobby.create("Four", CONFIG, BEN, "home")
        assert refusal.value.code == "too_many_tables"
    other = lobby.create("Four", CONFIG, BEN, "elsewhere")
    lobby.create("Own", CONFIG)
    await lobby.close(other.table.id, "operator")
    lobby.create("Four", CONFIG, BEN, "elsewhere")
    lobby.stop()


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
