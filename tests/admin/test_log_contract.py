"""The admin log, and adjustments, which are booked with it: one suite for memory and Postgres."""

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest
from msgspec.structs import replace

from pokerws.game.state import MAX_EXACT, PlayerId
from pokerws.storage.accounts import Adjusted
from pokerws.storage.admin_log import DONE, AdminEntry
from pokerws.storage.postgres.address import address_of
from pokerws.storage.postgres.store import PostgresStore
from pokerws.storage.sanctions import Sanction
from pokerws.storage.store import Store
from tests.storage.changes import START_MS
from tests.storage.memory_store import MemoryStore

ANN = PlayerId("p_ann")
KICK = AdminEntry(
    "operator:alice", "moderator", "uid 1000", "one", "kick", target=ANN, table_id="t1", reason="x"
)
ADJUST = AdminEntry(
    *("operator:bob", "operator", "uid 0", "one", "adjust"),
    target=ANN,
    arguments='{"chips":5}',
    result=DONE,
    request="r-1",
)


@pytest.fixture
async def postgres(database_url: str) -> AsyncIterator[PostgresStore]:
    store = await PostgresStore.open(address_of(database_url))
    yield store
    await store.close()


@pytest.fixture(params=["memory", "postgres"])
def store(request: pytest.FixtureRequest) -> Store:
    if request.param == "memory":
        return MemoryStore()
    store: Store = request.getfixturevalue("postgres")
    return store


async def test_an_action_is_one_line_with_the_result_it_had_or_none(store: Store) -> None:
    log = store.admin_log
    begun = await log.add(KICK)
    lost = await log.add(replace(KICK, table_id="t2"))
    await log.add(replace(KICK, result=DONE, detail="{}", begun=begun))
    actions = await log.actions(None, 10)
    assert [(one.id, one.entry.table_id, one.entry.result) for one in actions] == [
        (lost, "t2", ""),
        (begun, "t1", DONE),
    ]
    assert [one.id for one in await log.actions(lost, 10)] == [begun]
    assert [one.id for one in await log.actions(None, 10, "t2")] == [lost]
    assert len(await log.actions(None, 1, ANN)) == 1
    assert await log.actions(None, 10, "p_ben") == []


async def test_an_adjustment_moves_chips_once_for_each_request(store: Store) -> None:
    accounts = store.accounts
    await accounts.open(ANN, 100, START_MS)
    assert await accounts.adjust(ANN, 5, START_MS, ADJUST) == Adjusted("done", 105)
    assert await accounts.adjust(ANN, 5, START_MS, ADJUST) == Adjusted("repeated", 105)
    other = replace(ADJUST, arguments='{"chips":6}')
    assert (await accounts.adjust(ANN, 6, START_MS, other)).outcome == "conflict"
    taken = replace(ADJUST, request="r-2")
    assert await accounts.adjust(ANN, -105, START_MS, taken) == Adjusted("done", 0)
    assert (await accounts.adjust(ANN, -1, START_MS, replace(taken, request="r-3"))) == Adjusted(
        "short", 0
    )
    many = replace(taken, request="r-4")
    assert (await accounts.adjust(ANN, MAX_EXACT + 1, START_MS, many)) == Adjusted("many")
    booked = [(one.reason, one.amount) for one in await accounts.history(ANN, None, 10)]
    assert booked == [("adjustment", -105), ("adjustment", 5), ("grant", 100)]
    # An account that nobody has opened gets nothing.
    nobody = replace(taken, request="r-5")
    assert (await accounts.adjust(PlayerId("p_x"), 5, START_MS, nobody)).outcome == "unopened"


async def test_the_same_request_at_the_same_moment_is_booked_once(postgres: PostgresStore) -> None:
    await postgres.accounts.open(ANN, 100, START_MS)
    done = await asyncio.gather(
        *(postgres.accounts.adjust(ANN, 5, START_MS, ADJUST) for _ in range(4))
    )
    assert sorted(one.outcome for one in done) == ["done", *3 * ["repeated"]]
    assert {one.balance for one in done} == {105}
    logged = await postgres.admin_log.actions(None, 10)
    assert [one.entry.detail.replace(" ", "") for one in logged] == ['{"balance":105}']


async def test_a_sanction_and_its_entry_are_stored_together(
    postgres: PostgresStore, database_url: str
) -> None:
    ban = Sanction("ban", ANN, START_MS + 1_000, START_MS, "operator:alice", "spam")
    entry = replace(KICK, command="ban", result=DONE)
    await postgres.sanctions.impose(ban, now_ms=START_MS, entries=[entry])
    await postgres.sanctions.lift(ban.key, entries=[replace(entry, command="unban")])
    commands = [one.entry.command for one in await postgres.admin_log.actions(None, 10)]
    assert commands == ["unban", "ban"]
    assert await postgres.sanctions.in_force(START_MS) == []


@pytest.mark.parametrize("statement", ["DELETE FROM admin_log", "UPDATE admin_log SET who = 'x'"])
async def test_no_row_is_changed_or_deleted_even_by_the_tables_owner(
    postgres: PostgresStore, database_url: str, statement: str
) -> None:
    await postgres.admin_log.add(KICK)
    connection = await asyncpg.connect(database_url)
    with pytest.raises(asyncpg.RestrictViolationError):
        await connection.execute(statement)
    await connection.close()
