"""Names and ended sessions: one suite for memory, Postgres, and a pooler in transaction mode."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import asyncpg
import pytest

from pokerws.game.state import PlayerId
from pokerws.storage import names as names_module
from pokerws.storage.names import MemoryNames, Names
from pokerws.storage.postgres.address import Pooler, address_of
from pokerws.storage.postgres.names import END_SESSION
from pokerws.storage.postgres.store import PostgresStore
from tests.storage.changes import START_MS
from tests.storage.conftest import DEADLOCKS, slowly
from tests.storage.memory_store import MemoryStore

ANN, BEN = PlayerId("p_ann"), PlayerId("p_ben")
DAY_MS = 86_400_000


@pytest.fixture(params=["memory", "postgres", "transaction"])
async def names(request: pytest.FixtureRequest) -> AsyncIterator[Names]:
    if request.param == "memory":
        yield MemoryStore().names
        return
    pooler: Pooler = "transaction" if request.param == "transaction" else "none"
    address = address_of(request.getfixturevalue("database_url"))
    postgres = await PostgresStore.open(replace(address, pooler=pooler))
    yield postgres.names
    await postgres.close()


async def claims(names: Names, player: PlayerId, skeleton: str, now_ms: int = START_MS) -> bool:
    return await names.claim(
        skeleton, player, skeleton.upper(), now_ms=now_ms, until_ms=now_ms + DAY_MS
    )


async def test_a_name_is_its_players_until_it_expires(names: Names) -> None:
    assert await claims(names, ANN, "ann")
    assert not await claims(names, BEN, "ann")
    assert not await claims(names, BEN, "ann", START_MS + DAY_MS - 1)
    assert await claims(names, BEN, "ann", START_MS + DAY_MS)
    assert not await claims(names, ANN, "ann", START_MS + DAY_MS)


async def test_a_name_expires_behind_one_that_lasts_longer(names: Names) -> None:
    long_ms = START_MS + 9 * DAY_MS
    assert await names.claim("ann", ANN, "Ann", now_ms=START_MS, until_ms=long_ms)
    assert await claims(names, BEN, "ben")
    assert await claims(names, PlayerId("p_cleo"), "ben", START_MS + DAY_MS)


async def test_a_claim_can_be_renewed(names: Names) -> None:
    assert await claims(names, ANN, "ann")
    assert await claims(names, ANN, "ann", START_MS + DAY_MS - 1)
    assert not await claims(names, BEN, "ann", START_MS + DAY_MS)


async def test_a_new_name_frees_the_old_one(names: Names) -> None:
    assert await claims(names, ANN, "ann")
    assert await claims(names, ANN, "anna")
    assert await claims(names, BEN, "ann")
    assert not await claims(names, BEN, "anna")


async def test_a_name_that_cannot_be_had_leaves_the_old_one(names: Names) -> None:
    assert await claims(names, ANN, "ann")
    assert await claims(names, BEN, "ben")
    assert not await claims(names, BEN, "ann")
    assert not await claims(names, ANN, "ben")


async def test_of_many_who_ask_at_once_exactly_one_gets_the_name(names: Names) -> None:
    players = [PlayerId(f"p_{number}") for number in range(8)]
    got = await asyncio.gather(*(claims(names, player, "ann") for player in players))
    assert sum(got) == 1
    winner = players[got.index(True)]
    assert await claims(names, winner, "ann")


async def test_of_many_who_ask_at_once_for_an_expired_name_exactly_one_gets_it(
    names: Names,
) -> None:
    assert await claims(names, ANN, "ann")
    players = [PlayerId(f"p_{number}") for number in range(8)]
    later = START_MS + DAY_MS
    got = await asyncio.gather(*(claims(names, player, "ann", later) for player in players))
    assert sum(got) == 1


async def test_of_many_names_that_a_player_asks_for_at_once_exactly_one_is_left(
    names: Names,
) -> None:
    wanted = [f"n{number}" for number in range(12)]
    assert all(await asyncio.gather(*(claims(names, ANN, one) for one in wanted)))
    # Nobody else can have only the one that is left.
    free = [await claims(names, PlayerId(f"p_{one}"), one) for one in wanted]
    assert free.count(False) == 1


async def test_an_ended_session_is_kept_in_mind_until_it_expires(names: Names) -> None:
    await names.end_session("one", now_ms=START_MS, until_ms=START_MS + 5)
    await names.end_session("two", now_ms=START_MS, until_ms=START_MS + 9)
    # Ended again from another connection, whose token was older.
    await names.end_session("two", now_ms=START_MS, until_ms=START_MS + 7)

    assert await names.ended_sessions(START_MS) == {"one": START_MS + 5, "two": START_MS + 9}
    assert await names.ended_sessions(START_MS + 5) == {"two": START_MS + 9}
    assert await names.ended_sessions(START_MS + 9) == {}


async def test_what_has_expired_is_removed_from_the_database(database_url: str) -> None:
    store = await PostgresStore.open(address_of(database_url))
    connection = await asyncpg.connect(database_url)
    try:
        for number in range(3):
            assert await claims(store.names, PlayerId(f"p_{number}"), f"n{number}")
        await store.names.end_session("old", now_ms=START_MS, until_ms=START_MS + 1)
        later = START_MS + DAY_MS

        assert await claims(store.names, ANN, "ann", later)
        await store.names.end_session("new", now_ms=later, until_ms=later + 1)

        left = await connection.fetch("SELECT skeleton, name FROM player_names")
        sessions = await connection.fetch("SELECT sid FROM revoked_sessions")
    finally:
        await connection.close()
        await store.close()
    assert [tuple(row) for row in left] == [("ann", "ANN")]
    assert [row["sid"] for row in sessions] == ["new"]


async def test_players_who_take_each_others_names_at_once_wait_for_each_other_in_no_circle(
    database_url: str,
) -> None:
    """From two servers, with names that have always just expired, so that they change hands."""
    stores = [await PostgresStore.open(address_of(database_url)) for _ in range(2)]

    async def rename(number: int, turn: int) -> bool:
        name, names = f"n{(number + turn) % 4}", stores[number % 2].names
        return await claims(names, PlayerId(f"p_{number}"), name, START_MS + turn * DAY_MS)

    operator = await asyncpg.connect(database_url)
    await operator.execute(slowly("player_names", 0.02))
    for turn in range(6):
        assert all(await asyncio.gather(*(rename(number, turn) for number in range(4))))
    for store in stores:
        await store.close()
    rows = await operator.fetch("SELECT player FROM player_names")
    deadlocks = await operator.fetchval(DEADLOCKS)
    await operator.close()
    assert sorted(row["player"] for row in rows) == ["p_0", "p_1", "p_2", "p_3"]
    assert deadlocks == 0


async def test_a_logout_removes_a_few_expired_ones_by_their_index(database_url: str) -> None:
    store = await PostgresStore.open(address_of(database_url))
    connection = await asyncpg.connect(database_url)
    try:
        for number in range(15):
            await store.names.end_session(f"s{number}", now_ms=START_MS, until_ms=START_MS + 9)
        await store.names.end_session("new", now_ms=START_MS + 9, until_ms=START_MS + DAY_MS)
        left = await connection.fetchval("SELECT count(*) FROM revoked_sessions")
        await connection.execute("SET enable_seqscan = off; SET enable_sort = off")
        explain = f"EXPLAIN {END_SESSION}"
        for place, value in (("$1", "'x'"), ("$2", str(START_MS)), ("$3", str(START_MS))):
            explain = explain.replace(place, value)
        plan = "\n".join(row[0] for row in await connection.fetch(explain))
    finally:
        await connection.close()
        await store.close()
    assert left == 6
    assert "Index Scan using revoked_sessions_expires" in plan


async def test_names_in_memory_are_forgotten_when_they_expire_or_are_too_many(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    names = MemoryNames()
    for number in range(5):
        assert await claims(names, PlayerId(f"p_{number}"), f"n{number}", START_MS + number)
    assert await claims(names, ANN, "ann", START_MS + DAY_MS + 4)
    assert list(names._claims) == ["ann"]

    monkeypatch.setattr(names_module, "MAX_NAMES", 3)
    for number in range(5):
        assert await claims(names, PlayerId(f"p_{number}"), f"n{number}", START_MS + DAY_MS + 4)
    assert list(names._claims) == ["n2", "n3", "n4"]
    assert len(names._skeletons) == 3
