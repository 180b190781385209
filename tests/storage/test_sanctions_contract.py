"""Sanctions: one suite for memory and Postgres."""

from collections.abc import AsyncIterator

import pytest

from pokerws.storage.postgres.address import address_of
from pokerws.storage.postgres.store import PostgresStore
from pokerws.storage.sanctions import Sanction, Sanctions
from tests.storage.changes import START_MS
from tests.storage.memory_store import MemoryStore

BAN = Sanction("ban", "p_ann", START_MS + 1_000, START_MS, "operator:alice", "spam")
ADDRESS = Sanction(
    "address_ban", "2001:db8::/64", START_MS + 2_000, START_MS + 1, "operator:bob", ""
)
KICK = Sanction("kick", "p_ann", START_MS + 3_000, START_MS + 2, "operator:bob", "", "t1")


@pytest.fixture(params=["memory", "postgres"])
async def sanctions(request: pytest.FixtureRequest) -> AsyncIterator[Sanctions]:
    if request.param == "memory":
        yield MemoryStore().sanctions
        return
    postgres = await PostgresStore.open(address_of(request.getfixturevalue("database_url")))
    yield postgres.sanctions
    await postgres.close()


async def test_sanctions_are_kept_until_they_end_newest_first(sanctions: Sanctions) -> None:
    for one in (BAN, ADDRESS, KICK):
        await sanctions.impose(one, now_ms=START_MS)
    assert await sanctions.in_force(START_MS) == [KICK, ADDRESS, BAN]
    assert await sanctions.in_force(START_MS + 1_000) == [KICK, ADDRESS]
    assert await sanctions.in_force(START_MS + 3_000) == []


async def test_a_newer_sanction_replaces_one_of_its_kind_and_target_and_table(
    sanctions: Sanctions,
) -> None:
    other = KICK._replace(table="t2")
    newer = BAN._replace(until_ms=START_MS + 500, at_ms=START_MS + 9, reason="less")
    for one in (BAN, KICK, other, newer):
        await sanctions.impose(one, now_ms=START_MS)
    assert set(await sanctions.in_force(START_MS)) == {newer, KICK, other}


async def test_a_sanction_that_is_lifted_is_gone_and_may_be_lifted_again(
    sanctions: Sanctions,
) -> None:
    await sanctions.impose(BAN, now_ms=START_MS)
    await sanctions.impose(KICK, now_ms=START_MS)
    for _ in range(2):
        await sanctions.lift(BAN.key)
    assert await sanctions.in_force(START_MS) == [KICK]


async def test_expired_sanctions_are_removed_as_new_ones_come(sanctions: Sanctions) -> None:
    await sanctions.impose(BAN, now_ms=START_MS)
    await sanctions.impose(KICK, now_ms=START_MS + 1_000)
    # Seen by a clock that is behind, the row is gone and not only over.
    assert await sanctions.in_force(START_MS) == [KICK]
