"""Refills in Postgres count chips at stored tables: unloaded, before a restart, or elsewhere."""

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest
from msgspec.structs import replace

from pokerws.game.state import PlayerId, TableId
from pokerws.messages import Refused
from pokerws.server.tables.cashier import Cashier, Terms
from pokerws.storage.accounts import Refill
from pokerws.storage.postgres.address import address_of
from pokerws.storage.postgres.store import PostgresStore
from pokerws.storage.store import LogRow
from tests.server.fakes import ManualClock
from tests.server.stored_house import IDLE_MS, StoredHouse, house_on
from tests.storage.changes import START_MS, brings, change

ANN = PlayerId("ann")
ALWAYS = Terms(refill_to=10**10, refill_below=10**10, refill_interval_ms=0)


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[PostgresStore]:
    store = await PostgresStore.open(address_of(database_url))
    yield store
    await store.close()


async def refill(house: StoredHouse) -> str:
    """Ask for a refill; returns "given" or the code of the refusal."""
    cashier = Cashier(house.store.accounts, house.clock, ALWAYS)
    try:
        await cashier.refill(ANN, None, house.lobby.tables_of)
    except Refused as refusal:
        return refusal.code
    return "given"


async def test_chips_at_a_table_that_is_not_in_memory_count(store: PostgresStore) -> None:
    async with house_on(store, ManualClock()) as house:
        table = (await house.open("ann")).table.id
        house.clock.advance(IDLE_MS + 1)
        await house.upkeep.look()
        assert house.lobby.tables_in_memory == 0
        assert await refill(house) == "chips_at_table"

    async with house_on(store, house.clock) as restarted:
        assert await refill(restarted) == "chips_at_table"
        restarted.leave(await restarted.lobby.find(table), "ann")
        await restarted.written()
        assert await refill(restarted) == "given"


async def refilled(store: PostgresStore, *besides: str, count: bool = True) -> Refill:
    return await store.accounts.refill(
        ANN,
        to=100,
        below=50,
        due_ms=START_MS,
        at_ms=START_MS + 1,
        besides=list(map(TableId, besides)) if count else None,
    )


@pytest.mark.parametrize(
    ("snapshot", "counts"),
    [
        ('{"table":{"seats":[null,{"player":"ann","stack":5}]},"receipts":{}}', True),
        ('{"table":{"seats":[{"player":"ann","stack":0}],"hand":{"number":1}}}', True),
        # Nobody can tell what there is at a damaged table.
        ('{"table":{"seats":[{"player":"ann","stack"', True),
        ('{"table":{"seats":[{"player":"ann","stack":0}],"hand":null}}', False),
        ('{"table":{"seats":[{"player":"ben","stack":5}]},"receipts":{"ann":[]}}', False),
        ('{"table":{"seats":[{"player":"annabel","stack":5}]}}', False),
        ('{"table":{"seats":[{"player":"annabel","stack', False),
    ],
)
async def test_a_seat_with_chips_counts_and_no_other(
    store: PostgresStore,
    snapshot: str,
    counts: bool,  # noqa: FBT001  A parameter of the test.
) -> None:
    await store.accounts.open(ANN, 7, START_MS)
    moves = (brings("ann", 7, 1),)
    await store.save([change(snapshot=snapshot.encode(), chips=7, transfers=moves)])
    assert await refilled(store) == (Refill(0, "at_table") if counts else Refill(100))


@pytest.mark.parametrize(
    ("seats", "event", "counts"),
    [
        ("null", '{"type":"checked","seat":0}', False),
        ("null", '{"type":"player_sat","seat":0,"player":"ann","name":"Ann","stack":5}', True),
        # The log may have brought chips to the seat.
        ('{"player":"ann","stack":0}', '{"type":"checked","seat":0}', True),
        ('{"player":"ann","stack":5}', '{"type":"player_stood","seat":0,"player":"ann"}', False),
    ],
)
async def test_a_seat_at_a_table_whose_log_has_overtaken_its_snapshot_counts(
    store: PostgresStore,
    seats: str,
    event: str,
    counts: bool,  # noqa: FBT001  A parameter of the test.
) -> None:
    await store.accounts.open(ANN, 7, START_MS)
    moves = (brings("ann", 7, 1),)
    snapshot = f'{{"table":{{"seats":[{seats}]}}}}'.encode()
    await store.save([change(snapshot=snapshot, chips=7, transfers=moves)])
    row = LogRow(2, 1, 1, f"[{event}]".encode(), START_MS)
    await store.save([replace(change("t1", 1, narrow=True, chips=7), log=(row,))])

    assert await refilled(store) == (Refill(0, "at_table") if counts else Refill(100))


async def test_tables_in_memory_and_closed_ones_do_not_count(store: PostgresStore) -> None:
    await store.accounts.open(ANN, 9, START_MS)
    seat = b'{"table":{"seats":[{"player":"ann","stack":5}]}}'
    one, two = (brings("ann", 5, 1),), (brings("ann", 4, 1, "t2"),)
    await store.save(
        [
            change("t1", snapshot=seat, chips=5, transfers=one),
            change("t2", snapshot=seat, status="closed", chips=4, transfers=two),
        ]
    )
    assert await refilled(store) == Refill(0, "at_table")
    assert await refilled(store, "t1") == Refill(100)


async def test_a_refill_whatever_is_at_tables_looks_at_none(store: PostgresStore) -> None:
    await store.accounts.open(ANN, 5, START_MS)
    seat = b'{"table":{"seats":[{"player":"ann","stack":5}]}}'
    await store.save([change("t1", snapshot=seat, chips=5, transfers=(brings("ann", 5, 1),))])
    assert await refilled(store, count=False) == Refill(100)


async def test_a_buy_in_on_another_server_meanwhile_ends_a_refill(
    store: PostgresStore, database_url: str
) -> None:
    await store.accounts.open(ANN, 40, START_MS)
    other = await asyncpg.connect(database_url)
    async with other.transaction():
        # The refill has looked for chips at tables, and waits for the account.
        await other.execute("UPDATE accounts SET balance = 30 WHERE id = 'player:ann'")
        waiting = asyncio.create_task(refilled(store))
        blocked = "SELECT count(*) FROM pg_locks WHERE NOT granted"
        while not await other.fetchval(blocked):
            assert not waiting.done()
            await asyncio.sleep(0)
    assert await waiting == Refill(0, "due")
    await other.close()
    assert (await store.accounts.open(ANN, 0, START_MS)).balance == 30


async def test_the_free_chips_of_an_address_are_counted_across_restarts(
    store: PostgresStore, database_url: str
) -> None:
    clock, terms = ManualClock(), Terms(address_chips=100_000)
    restarted = await PostgresStore.open(address_of(database_url))
    balances = [
        (
            await Cashier(one.accounts, clock, terms, key="k").statement(player, None, "home")
        ).purse.balance
        for one, player in ((store, ANN), (restarted, PlayerId("ben")))
    ]
    await restarted.close()
    assert balances == [100_000, 0]
