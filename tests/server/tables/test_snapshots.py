"""When a table's whole state is stored, so that few events have to be replayed."""

from collections.abc import AsyncIterator

import pytest

from pokerws.server.tables.actor import TableActor
from pokerws.storage.vault.vault import Vault, VaultKey
from tests.server.fakes import ManualClock
from tests.server.stored_house import IDLE_MS, StoredHouse, house_on
from tests.storage.faulty_store import FaultyStore
from tests.vaults import KEY


@pytest.fixture
async def store() -> FaultyStore:
    return FaultyStore()


@pytest.fixture
async def house(store: FaultyStore) -> AsyncIterator[StoredHouse]:
    async with house_on(store, ManualClock()) as house:
        yield house


def versions(store: FaultyStore, actor: TableActor) -> tuple[int, int]:
    """The versions of a table's snapshot and of its row."""
    row = store._rows[actor.table.id]
    return row.snapshot_version, row.change.version


async def test_a_table_that_leaves_memory_is_stored_whole(
    house: StoredHouse, store: FaultyStore
) -> None:
    actor = await house.open("ann")
    assert versions(store, actor) == (1, 2)
    house.clock.advance(IDLE_MS + 1)
    assert house.lobby.evict(house.clock.now_ms()) == 1
    await house.written()
    assert versions(store, actor) == (2, 2)

    back = await house.lobby.find(actor.table.id)
    saves = len(store.saves)
    house.clock.advance(IDLE_MS + 1)
    assert house.lobby.evict(house.clock.now_ms()) == 1
    await house.written()
    assert versions(store, back) == (2, 2)
    assert len(store.saves) == saves, "nothing has happened since"


async def test_before_a_clean_stop_all_tables_are_stored_whole(
    house: StoredHouse, store: FaultyStore
) -> None:
    actors = [await house.open_hand() for _ in range(3)]
    assert all(snapshot < version for snapshot, version in (versions(store, a) for a in actors))
    await house.lobby.store_snapshots()
    await house.written()
    for actor in actors:
        assert versions(store, actor) == (actor.table.seq, actor.table.seq)


async def test_a_stop_without_the_time_for_snapshots_is_clean_all_the_same(
    house: StoredHouse, store: FaultyStore
) -> None:
    await house.open_hand()
    store.open.clear()
    await house.lobby.store_snapshots()
    assert house.journal.waiting == 1
    assert await house.journal.stop(0)


async def test_a_table_of_another_key_is_stored_whole_with_its_next_change(
    store: FaultyStore,
) -> None:
    clock = ManualClock()
    async with house_on(store, clock) as house:
        actor = await house.open_hand()
        table = actor.table.id
    assert store._rows[table].snapshot_version == 1
    rotated = Vault([VaultKey("other", bytes(32)), KEY])
    async with house_on(store, clock, vault=rotated) as house:
        back = await house.lobby.find(table)
        await house.written()
        assert versions(store, back) == (back.table.seq, back.table.seq)
        assert store._rows[table].change.key_id == "other"


async def test_a_table_that_is_loaded_again_goes_on_with_its_tail(store: FaultyStore) -> None:
    clock = ManualClock()
    async with house_on(store, clock) as house:
        table = (await house.open_hand()).table.id
    async with house_on(store, clock) as house:
        back = await house.lobby.find(table)
        house.act(back)
        await house.written()
        assert versions(store, back) == (1, back.table.seq)


async def test_a_closed_table_is_stored_whole(house: StoredHouse, store: FaultyStore) -> None:
    actor = await house.open("ann")
    await house.lobby.close(actor.table.id, "operator")
    await house.written()
    assert versions(store, actor) == (actor.table.seq, actor.table.seq)
