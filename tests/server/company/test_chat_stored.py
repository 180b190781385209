"""Chat that is stored beside play, and read back after a restart."""

import asyncio

import pytest

from pokerws.game.state import PlayerId, TableId
from pokerws.messages import ChatSaid
from pokerws.server.background import chat_writer
from pokerws.server.background.chat_writer import DAY_MS, ChatWriter
from pokerws.server.company import chat_lines
from pokerws.server.company.chat_lines import RETRY_MS, ChatLines
from pokerws.server.tables.actors.delayed_viewers import Public
from pokerws.storage.chat import MAX_TABLE_LINES
from pokerws.storage.errors import StoreRejected, StoreUnavailable
from tests.server.fakes import ManualClock
from tests.storage.memory_chat import MemoryChat

TABLE, OTHER = TableId("t"), TableId("o")
ANN = PlayerId("p_ann")


class Server:
    """The chat of one server; another one on the same store is a restart."""

    def __init__(self, store: MemoryChat, clock: ManualClock | None = None) -> None:
        self.store, self.clock = store, clock or ManualClock()
        self.lines = ChatLines(store, self.clock)
        self.writer = ChatWriter(self.lines, store, self.clock, days=30)

    def say(self, text: str, table: TableId = TABLE, public: Public | None = None) -> None:
        at_ms = self.clock.table_ms()
        self.lines.add(ChatSaid(table, ANN, "Ann", text, at_ms), public or Public(at_ms))

    async def shown(
        self, table: TableId = TABLE, until: Public | None = None, epoch: int = 1
    ) -> list[str]:
        """What a viewer who comes now is shown."""
        await self.lines.open(table, epoch)
        history = self.lines.history(table, lambda _: True, until)
        return [] if history is None else [line.text for line in history.lines]


@pytest.fixture
def store() -> MemoryChat:
    return MemoryChat()


@pytest.fixture
def server(store: MemoryChat) -> Server:
    return Server(store)


async def test_lines_of_before_come_first_after_a_restart(
    server: Server, store: MemoryChat
) -> None:
    for text in ("one", "two"):
        server.say(text)
    server.say("elsewhere", OTHER)
    assert store.tables == {}
    await server.writer.write()
    # Even if the clock was put back meanwhile.
    clock = ManualClock()
    clock.advance(-5_000)
    again = Server(store, clock)
    assert await again.shown() == ["one", "two"]
    again.say("three")
    await again.writer.write()
    assert await again.shown() == ["one", "two", "three"]
    assert await Server(store).shown() == ["one", "two", "three"]
    assert store.reads == 2


async def test_a_table_that_was_loaded_again_shows_what_was_said_elsewhere(
    server: Server, store: MemoryChat
) -> None:
    assert await server.shown() == []
    elsewhere = Server(store)
    elsewhere.clock.advance(1)
    elsewhere.say("elsewhere")
    await elsewhere.writer.write()
    # It was said before the table moved, and is not stored yet.
    server.say("here")
    assert await server.shown() == ["here"]
    assert await server.shown(epoch=3) == ["here", "elsewhere"]


async def test_only_the_latest_lines_are_stored(server: Server, store: MemoryChat) -> None:
    for number in range(MAX_TABLE_LINES):
        server.say(str(number))
    await server.writer.write()
    server.say("newest")
    await server.writer.write()
    assert len(store.tables[TABLE]) == MAX_TABLE_LINES
    shown = await Server(store).shown()
    assert (shown[0], shown[-1]) == ("1", "newest")


async def test_in_an_outage_the_latest_lines_wait(
    server: Server, store: MemoryChat, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chat_writer, "BATCH", 1)
    server.say("elsewhere", OTHER)
    store.go_away()
    for number in range(MAX_TABLE_LINES + 5):
        server.say(str(number))
        if number % 50 == 0:
            with pytest.raises(StoreUnavailable):
                await server.writer.write()
    assert (await server.shown())[-1] == str(MAX_TABLE_LINES + 4)
    store.fails = None
    await server.writer.write()
    assert {table: len(lines) for table, lines in store.tables.items()} == {
        TABLE: MAX_TABLE_LINES,
        OTHER: 1,
    }


async def test_of_all_tables_so_many_lines_wait(
    server: Server, store: MemoryChat, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chat_lines, "MAX_LINES", 3)
    for number in range(5):
        server.say("hi", TableId(f"t{number}"))
    await server.writer.write()
    assert sorted(store.tables) == ["t2", "t3", "t4"]
    # What was dropped from memory is read again.
    assert await server.shown(TableId("t2")) == ["hi"]


async def test_a_table_can_be_watched_while_its_chat_cannot_be_read(
    server: Server, store: MemoryChat
) -> None:
    server.say("before")
    await server.writer.write()
    store.go_away()
    again = Server(store)
    again.clock.advance(1)
    assert await again.shown() == []
    again.say("now")
    store.fails = None
    # It is not asked again at once.
    assert await again.shown() == ["now"]
    again.clock.advance(RETRY_MS)
    assert await again.shown() == ["before", "now"]


async def test_who_sees_the_table_late_sees_nothing_early_after_a_restart(
    server: Server, store: MemoryChat
) -> None:
    now_ms = server.clock.table_ms()
    server.say("seconds", public=Public(now_ms + 9_000))
    server.say("hands", public=Public(now_ms, 7))
    await server.writer.write()
    again = Server(store)
    assert await again.shown(until=Public(now_ms + 8_999, 6)) == []
    assert await again.shown(until=Public(now_ms + 9_000, 6)) == ["seconds"]
    assert await again.shown(until=Public(now_ms + 9_000, 7)) == ["seconds", "hands"]


async def test_the_lines_of_a_closed_table_are_deleted(server: Server, store: MemoryChat) -> None:
    server.say("one")
    await server.writer.write()
    server.say("two")
    store.go_away()
    server.lines.forget(TABLE)
    with pytest.raises(StoreUnavailable):
        await server.writer.write()
    store.fails = None
    await server.writer.write()
    assert store.tables == {}
    assert await server.shown() == []


async def test_a_table_that_closes_while_its_lines_are_stored_keeps_none(
    server: Server, store: MemoryChat
) -> None:
    server.say("one")
    waiting = server.lines.take(10)
    server.lines.forget(TABLE)
    server.lines.give_back(waiting)
    await server.writer.write()
    assert store.tables == {}


async def test_a_sweep_deletes_old_lines_and_those_of_tables_closed_elsewhere(
    server: Server, store: MemoryChat
) -> None:
    server.say("old")
    server.say("elsewhere", OTHER)
    await server.writer.write()
    store.closed.add(OTHER)
    server.clock.advance(30 * DAY_MS)
    await server.writer.sweep()
    assert list(store.tables) == [TABLE]
    server.clock.advance(DAY_MS)
    await server.writer.sweep()
    assert store.tables == {}


async def test_lines_that_the_store_refuses_do_not_hold_up_the_others(
    server: Server, store: MemoryChat
) -> None:
    server.say("bad")
    store.fails = StoreRejected("a rule is broken")
    await server.writer.write()
    store.fails = None
    server.say("good")
    await server.writer.write()
    assert await Server(store).shown() == ["good"]


async def test_the_writer_works_by_itself_and_stores_the_rest_when_it_stops(
    server: Server, store: MemoryChat, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("INTERVAL_S", "RETRY_S"):
        monkeypatch.setattr(chat_writer, name, 0)
    failures: list[Exception] = [StoreUnavailable("away"), ValueError("a bug")]
    added, add = asyncio.Event(), store.add

    async def faulty(*arguments: object) -> None:
        if failures:
            raise failures.pop(0)
        await add(*arguments)  # type: ignore[arg-type]  # those of the contract
        added.set()

    monkeypatch.setattr(store, "add", faulty)
    server.say("one")
    server.writer.start()
    await added.wait()
    server.say("two")
    await server.writer.stop()
    assert await Server(store).shown() == ["one", "two"]
    server.say("three")
    store.go_away()
    await server.writer.stop()


async def test_without_a_store_nothing_waits() -> None:
    lines = ChatLines()
    lines.add(ChatSaid(TABLE, ANN, "Ann", "hi", 1), Public(1))
    lines.forget(OTHER)
    assert not await lines.open(TABLE, 1)
    assert not lines.take(10)
    assert len(lines) == 1
