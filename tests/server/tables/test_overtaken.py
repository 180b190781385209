"""Tables that play in memory has overtaken are closed at the next start from the database."""

from collections.abc import AsyncIterator

import pytest

from pokerws.server.background import upkeep as upkeep_module
from pokerws.storage.vault.vault import Vault, VaultKey
from tests.server.fakes import ManualClock
from tests.server.stored_house import BUY_IN, GRANT, Ledger, StoredHouse, balance, house_on


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


async def test_tables_from_before_play_in_memory_are_closed_and_later_ones_are_not(
    house: StoredHouse, store: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upkeep_module, "PAGE", 2)
    for _ in range(5):
        await house.open("ann")
    house.clock.advance(10)
    since_ms = house.clock.now_ms()
    newer = await house.open("ben")

    assert await house.upkeep.close_overtaken(since_ms)

    assert await house.listed() == {newer.table.id}
    assert await balance(store, "ann") == GRANT
    assert await balance(store, "ben") == GRANT - BUY_IN
    assert store.total == 0


async def test_a_table_is_never_stored_as_one_that_goes_on_before_it_is_closed(
    store: Ledger, clock: ManualClock
) -> None:
    """A crash in between would leave it open, and younger than the play in memory."""
    async with house_on(store, clock) as before:
        await before.open_hand()
    clock.advance(60_000)
    store.saves.clear()
    async with house_on(store, clock) as house:
        assert await house.upkeep.close_overtaken(clock.now_ms())

    assert [[change.status for change in changes] for changes in store.saves] == [["closed"]]
    assert store.total == 0


async def test_overtaken_tables_that_cannot_be_closed_yet_are_left_for_the_next_start(
    store: Ledger, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upkeep_module, "PAGE", 1)
    async with house_on(store, clock) as before:
        sealed = {(await before.open_hand()).table.id for _ in range(2)}
        await before.open("cleo")
    clock.advance(1)
    since_ms = clock.now_ms()
    async with house_on(store, clock, vault=Vault([VaultKey("other", bytes(32))])) as house:
        assert not await house.upkeep.close_overtaken(since_ms)
        assert await house.listed() == sealed
    async with house_on(store, clock) as house:
        assert await house.upkeep.close_overtaken(since_ms)
        assert await house.listed() == set()
    assert store.total == 0


async def test_an_overtaken_table_that_cannot_be_read_at_all_is_set_aside(
    store: Ledger, clock: ManualClock
) -> None:
    async with house_on(store, clock) as before:
        bad = await before.open("ann")
    row = store._rows[bad.table.id]
    row.snapshot = b"{}"
    async with house_on(store, clock) as house:
        assert await house.upkeep.close_overtaken(clock.now_ms() + 1)

    assert row.status == "quarantined"
    assert row.snapshot == b"{}"
