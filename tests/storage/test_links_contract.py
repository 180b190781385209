"""Links to other devices: one suite for memory and Postgres."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from pokerws.game.state import PlayerId
from pokerws.storage import links as links_module
from pokerws.storage.links import MemoryLinks, StoredLink, StoredLinks
from pokerws.storage.postgres.address import address_of
from pokerws.storage.postgres.store import PostgresStore
from tests.storage.changes import START_MS

ONE, TWO, THREE = ("1" * 64, "2" * 64, "3" * 64)


def link(player: str, *, made_ms: int = START_MS, keep: bool = True) -> StoredLink:
    return StoredLink(PlayerId(player), "Ann", "s_1", keep, made_ms, made_ms + 1_000)


@pytest.fixture(params=["memory", "postgres"])
async def links(request: pytest.FixtureRequest) -> AsyncIterator[StoredLinks]:
    if request.param == "memory":
        yield MemoryLinks()
        return
    postgres = await PostgresStore.open(address_of(request.getfixturevalue("database_url")))
    yield postgres.links
    await postgres.close()


async def test_a_link_is_taken_once_also_by_many_at_the_same_time(links: StoredLinks) -> None:
    await links.put(ONE, link("p_ann", keep=False))
    taken = await asyncio.gather(*(links.take(ONE, START_MS) for _ in range(5)))
    assert [one for one in taken if one is not None] == [link("p_ann", keep=False)]


async def test_an_expired_link_is_none(links: StoredLinks) -> None:
    await links.put(ONE, link("p_ann"))
    assert await links.take(ONE, START_MS + 1_000) is None
    assert await links.take(ONE, START_MS) is None


async def test_a_players_newer_link_replaces_the_older_and_no_other(links: StoredLinks) -> None:
    await links.put(ONE, link("p_ann"))
    await links.put(TWO, link("p_ben"))
    await links.put(THREE, link("p_ann"))
    assert await links.take(ONE, START_MS) is None
    assert await links.take(TWO, START_MS) == link("p_ben")
    assert await links.take(THREE, START_MS) == link("p_ann")


async def test_in_memory_there_are_not_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(links_module, "MAX_LINKS", 2)
    links = MemoryLinks()
    for player, digest in (("p_1", ONE), ("p_2", TWO), ("p_3", THREE)):
        await links.put(digest, link(player))
    taken = [await links.take(digest, START_MS) for digest in (ONE, TWO, THREE)]
    assert taken == [None, link("p_2"), link("p_3")]


async def test_expired_links_are_removed_as_new_ones_come(database_url: str) -> None:
    postgres = await PostgresStore.open(address_of(database_url))
    await postgres.links.put(ONE, link("p_ann"))
    await postgres.links.put(TWO, link("p_ben", made_ms=START_MS + 1_000))
    async with postgres._reader() as reader:
        left = await reader.fetch("SELECT player FROM session_links")
    assert [row["player"] for row in left] == ["p_ben"]
    await postgres.close()
