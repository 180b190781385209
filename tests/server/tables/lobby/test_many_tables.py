"""Thousands of stored tables: listed at the start, loaded one by one or all at once."""

import asyncio
import gc
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from typing import cast

import asyncpg
import pytest
from msgspec.structs import replace

from pokerws.game.illegal import Illegal
from pokerws.game.state import TableId
from pokerws.server.tables.actor import TableActor
from pokerws.server.tables.lobby.hydration import CHUNK, OF_TURN
from pokerws.storage.postgres.address import address_of
from pokerws.storage.postgres.store import PostgresStore
from pokerws.storage.store import Change, Store, TableSnapshot
from pokerws.storage.vault.vault import Vault
from tests.server.fakes import ManualClock
from tests.server.stored_house import IDLE_MS, StoredHouse, house_on
from tests.storage.faulty_store import FaultyStore
from tests.storage.logs import stored_state
from tests.storage.memory_store import MemoryStore
from tests.vaults import KEY, VAULT

TABLES, BATCH = 4_000, 200


@pytest.fixture(autouse=True)
def _unfrozen() -> Iterator[None]:
    """What is loaded all at once is kept from the garbage collector, but not beyond the test."""
    yield
    gc.unfreeze()


def ids(count: int) -> list[TableId]:
    return [TableId(f"t{number:011}") for number in range(count)]


async def a_change() -> Change:
    """What a server stores of a table where a hand was played and both have left."""
    store, clock = FaultyStore(), ManualClock()
    async with house_on(store, clock) as house:
        actor = await house.open_hand()
        house.act(actor)
        for name in ("ann", "ben"):
            house.leave(actor, name)
        clock.advance(60_000)
        await house.written()
        table = actor.table.id
        assert (actor.table.chips, actor.table.hand, actor.table.hand_number) == (0, None, 1)
        state = await stored_state(store, table, VAULT)
    change = store._rows[table].change
    snapshot, key_id = VAULT.seal_snapshot(state)
    return replace(
        change, expected=0, epoch=1, log=(), transfers=(), snapshot=snapshot, key_id=key_id
    )


async def fill(store: Store, count: int) -> list[TableId]:
    """Store so many tables."""
    change = await a_change()
    assert change.snapshot is not None
    tables = ids(count)
    copies = [
        replace(
            change,
            table=table,
            snapshot=change.snapshot.replace(change.table.encode(), table.encode()),
        )
        for table in tables
    ]
    for start in range(0, count, BATCH):
        batch = copies[start : start + BATCH]
        assert len(await store.save(batch)) == len(batch)
    return tables


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[PostgresStore]:
    store = await PostgresStore.open(address_of(database_url))
    yield store
    await store.close()


async def test_thousands_of_tables_are_listed_found_and_loaded(store: PostgresStore) -> None:
    tables = await fill(store, TABLES)
    clock = ManualClock()
    async with house_on(store, clock) as house:
        assert [summary.table for summary in house.lobby.summaries()] == tables
        assert house.lobby.tables_in_memory == 0
        for table in (tables[-1], tables[0], tables[TABLES // 2]):
            actor = await house.lobby.find(table)
            assert (actor.table.id, actor.table.hand_number, actor.epoch) == (table, 1, 2)
        assert house.lobby.tables_in_memory == 3

    async with house_on(store, clock) as house:
        await house.lobby.load_all()

        assert house.lobby.tables_in_memory == TABLES
        assert gc.isenabled()
        epochs = {(await house.lobby.find(table)).epoch for table in tables}
        assert epochs == {2, 3}
        await house.written()
        clock.advance(IDLE_MS + 1)
        await house.upkeep.look()
        assert house.lobby.tables_in_memory == 0


async def test_a_thousand_tables_are_asked_for_at_once(
    store: PostgresStore, database_url: str
) -> None:
    """One that cannot be read, and one that is closed, are refused; all others are loaded."""
    tables = await fill(store, 1_000)
    async with house_on(store, ManualClock()) as house:
        bad, closed = tables[500], tables[600]
        operator = await asyncpg.connect(database_url)
        await operator.execute("UPDATE game_snapshots SET snapshot = '{}' WHERE game_id = $1", bad)
        await operator.execute("UPDATE games SET status = 'closed' WHERE id = $1", closed)

        # Others come for the same tables, and share the load.
        wanted = [*tables, *tables]
        found = await asyncio.gather(*map(house.lobby.find, wanted), return_exceptions=True)

        outcomes = dict(zip(wanted, found, strict=True))
        refusals = [outcomes.pop(bad), outcomes.pop(closed)]
        assert [one.code for one in refusals if isinstance(one, Illegal)] == [
            "table_quarantined",
            "unknown_table",
        ]
        assert {type(actor) for actor in outcomes.values()} == {TableActor}
        assert {actor.epoch for actor in house.lobby.actors()} == {2}
        (status,) = await operator.fetch("SELECT status FROM games WHERE id = $1", bad)
        assert status[0] == "quarantined"
        await operator.close()


class NotedVault(Vault):
    """Notes in which turn of the event loop each snapshot is opened."""

    turn = 0

    def __init__(self) -> None:
        super().__init__([KEY])
        self.opened: list[int] = []

    def unseal_snapshot(self, table: TableId, snapshot: TableSnapshot) -> None:
        self.opened.append(self.turn)
        super().unseal_snapshot(table, snapshot)

    async def count_turns(self) -> None:
        while True:
            self.turn += 1
            await asyncio.sleep(0)


@pytest.mark.parametrize("at_once", [False, True])
async def test_few_tables_are_decoded_in_a_turn(*, at_once: bool) -> None:
    """Play at other tables goes on in between.  Of those asked for at once, some share a write."""
    store, vault = FaultyStore(), NotedVault()
    tables = await fill(store, CHUNK)
    async with house_on(store, ManualClock(), vault=vault) as house:
        turns = asyncio.create_task(vault.count_turns())
        if at_once:
            await asyncio.gather(*map(house.lobby.find, tables))
        else:
            await house.lobby.load_all()
        turns.cancel()

    assert len(vault.opened) == CHUNK
    assert set(Counter(vault.opened).values()) == {OF_TURN if at_once else 1}


@pytest.mark.parametrize("count", [0, 1, CHUNK, CHUNK + 1])
async def test_any_number_of_tables_is_loaded_all_at_once(count: int) -> None:
    store = FaultyStore()
    tables = await fill(store, count)
    async with house_on(store, ManualClock()) as house:
        await house.lobby.load_all()

        assert house.lobby.tables_in_memory == count
        assert {await loaded(house, table) for table in tables} <= {2}


async def test_those_that_cannot_be_read_are_left_out_and_set_aside() -> None:
    store = FaultyStore()
    tables = await fill(store, 5)
    bad = tables[2]
    row = store._rows[bad]
    good = store._rows[tables[0]].snapshot
    row.snapshot = b"{}"
    async with house_on(store, ManualClock()) as house:
        await house.lobby.load_all()

        assert house.lobby.tables_in_memory == 4
        assert row.status == "quarantined"
        # It says so, and not that there is no such table.
        with pytest.raises(Exception, match="table_quarantined"):
            await house.lobby.find(bad)
        row.snapshot = good.replace(tables[0].encode(), bad.encode())
        row.status = "waiting"
        assert (await house.lobby.find(bad)).table.id == bad


async def test_one_that_another_server_closed_since_is_left_out() -> None:
    store = FaultyStore()
    tables = await fill(cast("MemoryStore", store), 3)
    async with house_on(store, ManualClock()) as house:
        store._rows[tables[1]].status = "closed"
        await house.lobby.load_all()

        assert house.lobby.tables_in_memory == 2


async def loaded(house: StoredHouse, table: TableId) -> int:
    """The epoch of a table that is in memory already."""
    assert house.lobby.in_memory(table)
    return (await house.lobby.find(table)).epoch
