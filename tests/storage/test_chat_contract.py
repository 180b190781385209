"""Stored lines of chat: one suite for memory and Postgres."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import NamedTuple

import pytest

from pokerws.game.state import PlayerId, TableId
from pokerws.storage.chat import MAX_TABLE_LINES, StoredChat, StoredLine
from pokerws.storage.errors import StoreRejected
from pokerws.storage.postgres.address import address_of
from pokerws.storage.postgres.players import chat
from pokerws.storage.postgres.store import PostgresStore
from tests.storage.changes import change
from tests.storage.memory_chat import MemoryChat

ONE, TWO, THREE = TableId("t1"), TableId("t2"), TableId("t3")


class Kept(NamedTuple):
    chat: StoredChat
    close: Callable[[TableId], Awaitable[None]]


@pytest.fixture(params=["memory", "postgres"])
async def kept(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Kept]:
    if request.param == "memory":
        memory = MemoryChat()

        async def close(table: TableId) -> None:
            memory.closed.add(table)

        yield Kept(memory, close)
        return
    monkeypatch.setattr(chat, "SWEPT_AT_ONCE", 1)
    postgres = await PostgresStore.open(address_of(request.getfixturevalue("database_url")))

    async def close_row(table: TableId) -> None:
        await postgres.save([change(table, version=1)])
        await postgres.save([change(table, version=2, expected=1, status="closed")])

    yield Kept(postgres.chat, close_row)
    await postgres.close()


def line(number: int, table: TableId = ONE, text: str = "hi") -> StoredLine:
    return StoredLine(table, number, PlayerId("p_ann"), "Ann", text, number, number + 9, 3)


async def numbers(kept: Kept, table: TableId = ONE) -> list[int]:
    return [one.number for one in await kept.chat.of(table)]


async def test_lines_come_back_as_they_were_the_oldest_first(kept: Kept) -> None:
    await kept.chat.add([line(2), line(1), line(5, TWO)], {})
    assert await kept.chat.of(ONE) == [line(1), line(2)]
    assert await kept.chat.of(TWO) == [line(5, TWO)]
    assert await kept.chat.of(THREE) == []


async def test_a_line_that_is_added_again_is_there_once(kept: Kept) -> None:
    await kept.chat.add([line(1)], {})
    await kept.chat.add([line(1), line(2)], {})
    assert await numbers(kept) == [1, 2]


async def test_lines_before_the_oldest_that_is_kept_are_deleted(kept: Kept) -> None:
    await kept.chat.add([line(1), line(2), line(1, TWO)], {})
    await kept.chat.add([line(3)], {ONE: 2})
    assert (await numbers(kept), await numbers(kept, TWO)) == ([2, 3], [1])


async def test_only_the_latest_lines_are_read(kept: Kept) -> None:
    await kept.chat.add([line(number) for number in range(1, MAX_TABLE_LINES + 4)], {})
    assert await numbers(kept) == list(range(4, MAX_TABLE_LINES + 4))


async def test_the_lines_of_tables_can_be_erased(kept: Kept) -> None:
    await kept.chat.add([line(1), line(1, TWO), line(1, THREE)], {})
    await kept.chat.erase([ONE, THREE])
    assert [await numbers(kept, table) for table in (ONE, TWO, THREE)] == [[], [1], []]


async def test_a_sweep_deletes_old_lines_and_those_of_closed_tables(kept: Kept) -> None:
    await kept.chat.add([line(1), line(5), line(5, TWO), line(5, THREE)], {})
    await kept.close(TWO)
    after, swept = "", list[str]()
    while last := await kept.chat.sweep(after, 5):
        swept.append(last)
        after = last
    assert swept == [ONE, TWO, THREE]
    assert [await numbers(kept, table) for table in (ONE, TWO, THREE)] == [[5], [], [5]]


async def test_a_line_that_breaks_a_rule_is_told_from_an_outage(database_url: str) -> None:
    postgres = await PostgresStore.open(address_of(database_url))
    with pytest.raises(StoreRejected):
        await postgres.chat.add([line(1), line(2, text="x" * 3_000)], {})
    assert await postgres.chat.of(ONE) == []
    await postgres.close()
