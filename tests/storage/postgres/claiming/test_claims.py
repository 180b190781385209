"""Claims that wait at the same moment are made together, and each has its own outcome."""

import asyncio
from collections.abc import Sequence

import pytest

from pokerws.game.state import TableId
from pokerws.storage.errors import OwnedElsewhere, StoreUnavailable
from pokerws.storage.postgres.address import address_of
from pokerws.storage.postgres.claiming.claims import GROUP
from pokerws.storage.postgres.store import PostgresStore
from pokerws.storage.store import SEEN, Claimed
from tests.storage.changes import change
from tests.storage.postgres.conftest import Connection, Server
from tests.storage.postgres.test_owners import EXPIRE

MANY = 1_000
READERS = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() "
    "AND datname = current_database() AND application_name = 'pokerws'"
)


def ids(count: int) -> list[TableId]:
    return [TableId(f"t{number:04}") for number in range(count)]


async def stored(server: Server, count: int) -> list[TableId]:
    """Tables of a server, which it has given up."""
    tables = ids(count)
    for start in range(0, count, 200):
        await server.store.save([change(table) for table in tables[start : start + 200]])
    return tables


async def claimed_by(
    server: Server, tables: Sequence[TableId]
) -> dict[TableId, Claimed | BaseException | None]:
    """The outcomes of claims that are made at once."""
    claims = (server.store.claim(table) for table in tables)
    return dict(zip(tables, await asyncio.gather(*claims, return_exceptions=True), strict=True))


async def until_waiting(operator: Connection, count: int = 1) -> None:
    """Until so many statements of a store wait for a lock."""
    waiting = (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
        "AND application_name = 'pokerws' AND wait_event_type = 'Lock'"
    )
    async with asyncio.timeout(60):
        while await operator.fetchval(waiting) < count:
            await operator.execute("SELECT pg_stat_clear_snapshot()")


async def test_a_thousand_claims_at_once_take_a_few_statements_and_fail_one_by_one(
    first: Server, second: Server, operator: Connection
) -> None:
    tables = await stored(first, MANY)
    await operator.execute("UPDATE games SET owner_incarnation = NULL WHERE id > 't0003'")
    await operator.execute("UPDATE games SET status = 'closed' WHERE id = 't0400'")
    await operator.execute("UPDATE games SET status = 'quarantined' WHERE id = 't0500'")
    unknown = TableId("nowhere")

    outcomes = await claimed_by(second, [*tables, unknown])

    for table in tables[:4]:
        refused = outcomes.pop(table)
        assert isinstance(refused, OwnedElsewhere)
        assert (refused.node, refused.is_alive) == ("poker-1", True)
    assert [outcomes.pop(TableId(name)) for name in ("t0400", "t0500", unknown)] == [None] * 3
    assert len(outcomes) == MANY - 6
    for claimed in outcomes.values():
        assert isinstance(claimed, Claimed)
        assert (claimed.epoch, claimed.version, claimed.log_seq) == (2, 1, 1)
    # Rows that one statement has written have the same transaction.
    commits = await operator.fetchval(
        "SELECT count(DISTINCT xmin::text) FROM games WHERE epoch = 2"
    )
    # Claims that come first do not wait for others.
    assert commits <= MANY / GROUP + 1
    owner = await operator.fetch("SELECT DISTINCT owner_incarnation FROM games WHERE epoch = 2")
    assert [row[0] for row in owner] == [second.tenure.id]


async def test_each_table_of_a_group_has_its_own_epoch_and_doubt_and_log(
    first: Server, operator: Connection
) -> None:
    await first.store.save([change("t0000"), change("t0001", version=2), change("t0002")])
    await operator.execute(
        "INSERT INTO game_events SELECT game_id, 3, hand_number, type, payload, at "
        "FROM game_events WHERE game_id = 't0001' AND seq = 2"
    )

    low, high, shown = await asyncio.gather(
        first.store.claim(TableId("t0000")),
        first.store.claim(TableId("t0001"), 7),
        first.store.claim(TableId("t0002"), 2, 5),
    )

    assert low is not None
    assert high is not None
    assert shown is not None
    assert [one.epoch for one in (low, high, shown)] == [2, 8, 3]
    assert [list(one.doubted) for one in (low, high, shown)] == [[], [], [SEEN]]
    assert [one.log_seq for one in (low, high, shown)] == [1, 3, 1]
    assert [[row.seq for row in one.later_rows] for one in (low, high, shown)] == [
        [],
        [3],
        [],
    ]


async def test_a_table_that_is_claimed_twice_at_once_gets_two_epochs(first: Server) -> None:
    await first.store.save([change("t0000")])
    twice = [TableId("t0000")] * 2

    claims = await asyncio.gather(*map(first.store.claim, twice))

    assert [claimed and claimed.epoch for claimed in claims] == [2, 3]


async def test_a_caller_that_is_cancelled_harms_nobody_else(
    first: Server, operator: Connection
) -> None:
    tables = await stored(first, 3)
    locking = operator.transaction()
    await locking.start()
    await operator.execute("LOCK TABLE games IN EXCLUSIVE MODE")
    claims = [asyncio.create_task(first.store.claim(table)) for table in tables]
    await until_waiting(operator)
    late = asyncio.create_task(first.store.claim(tables[0]))
    await asyncio.sleep(0)
    claims[0].cancel()
    late.cancel()
    await locking.commit()

    outcomes = await asyncio.gather(*claims, late, return_exceptions=True)

    assert [type(one) for one in outcomes] == [
        asyncio.CancelledError,
        Claimed,
        Claimed,
        asyncio.CancelledError,
    ]
    again = await first.store.claim(tables[0])
    assert again is not None
    # The first claim was under way, the late one was never sent.
    assert again.epoch == 3


async def test_a_row_that_somebody_holds_does_not_keep_the_others_waiting(
    first: Server, second: Server, operator: Connection
) -> None:
    """Meanwhile it gets another owner, which the claim is told about."""
    tables = await stored(first, 3)
    await operator.execute("UPDATE games SET owner_incarnation = NULL")
    holding = operator.transaction()
    await holding.start()
    await operator.execute(
        "UPDATE games SET owner_incarnation = $1 WHERE id = 't0001'", first.tenure.id
    )

    held = asyncio.create_task(second.store.claim(tables[1]))
    free = await claimed_by(second, [tables[0], tables[2]])
    assert [type(one) for one in free.values()] == [Claimed, Claimed]
    await until_waiting(operator)
    assert not held.done()
    await holding.commit()

    with pytest.raises(OwnedElsewhere, match="poker-1"):
        await held


async def test_a_row_that_this_server_holds_itself_is_claimed_when_it_is_let_go(
    first: Server, operator: Connection
) -> None:
    tables = await stored(first, 2)
    holding = operator.transaction()
    await holding.start()
    await operator.execute("UPDATE games SET updated_at = updated_at WHERE id = 't0001'")
    held = asyncio.create_task(first.store.claim(tables[1]))
    await until_waiting(operator)
    await holding.commit()

    claimed = await held
    assert claimed is not None
    assert claimed.epoch == 2


async def test_an_owner_whose_lease_is_over_is_ended_for_a_whole_group(
    first: Server, second: Server, operator: Connection
) -> None:
    tables = await stored(first, 20)
    await operator.execute(EXPIRE, first.tenure.id)

    outcomes = await claimed_by(second, tables)

    assert [type(one) for one in outcomes.values()] == [Claimed] * 20


async def test_a_database_that_is_killed_fails_all_that_wait_and_none_that_come_later(
    first: Server, operator: Connection
) -> None:
    tables = await stored(first, 3 * GROUP)
    locking = operator.transaction()
    await locking.start()
    await operator.execute("LOCK TABLE games IN EXCLUSIVE MODE")
    claims = asyncio.create_task(claimed_by(first, tables[:GROUP]))
    await until_waiting(operator)
    later = asyncio.create_task(claimed_by(first, tables[GROUP:]))
    await operator.fetch(READERS)
    await locking.commit()

    assert {type(one) for one in (await claims).values()} == {StoreUnavailable}
    errors = [one for one in (await claims).values() if isinstance(one, StoreUnavailable)]
    # Each caller can raise its own.
    assert len({id(error) for error in errors}) == GROUP
    assert {type(one) for one in (await later).values()} == {Claimed}
    assert {type(one) for one in (await claimed_by(first, tables)).values()} == {Claimed}


async def test_claims_are_planned_once(first: Server) -> None:
    """To plan a look-up in all partitions of the log takes longer than a commit."""
    (table,) = await stored(first, 1)
    for _ in range(20):
        await first.store.claim(table)
    async with first.store._reader() as reader:
        planned = await reader.fetch(
            "SELECT statement, generic_plans FROM pg_prepared_statements "
            "WHERE custom_plans > 0 AND statement NOT LIKE '%set_config%'"
        )
    assert planned == []


async def test_servers_that_claim_the_same_tables_lock_them_in_the_same_order(
    database_url: str, operator: Connection
) -> None:
    """Otherwise each would hold a row that the other one waits for."""
    stores = [await PostgresStore.open(address_of(database_url)) for _ in range(2)]
    try:
        tables = ids(3)
        await stores[0].save([change(table) for table in tables])
        holding = operator.transaction()
        await holding.start()
        await operator.execute("UPDATE games SET updated_at = updated_at WHERE id = 't0001'")
        claims = []
        for number, store in enumerate(stores, 1):
            claims.append(asyncio.create_task(store.claim_many(tables)))
            await until_waiting(operator, number)
            tables.reverse()
        await holding.commit()

        assert [len(claimed) for claimed in await asyncio.gather(*claims)] == [3, 3]
        positions = await stores[0].positions(tables)
        assert {position.epoch for position in positions.values()} == {3}
    finally:
        for store in stores:
            await store.close()
