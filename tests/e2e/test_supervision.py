"""A server whose parts fail: none fails in silence, and journal and database are closed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs
from structlog.typing import EventDict

from pokerws import serve as serve_module
from pokerws.client import connect
from pokerws.game.config.table_config import TableConfig
from pokerws.serve import serve
from pokerws.server.app import App
from pokerws.server.background.comparator import Comparator
from pokerws.server.background.gc_tuning import Collector
from pokerws.server.background.memory_play import MemoryPlayNote
from pokerws.server.background.report import GamesReport
from pokerws.server.background.upkeep import Upkeep
from pokerws.server.listener import Listener
from pokerws.server.tables.lobby import Lobby, outage_pause
from pokerws.settings import Settings
from pokerws.storage.journal.journal import Journal
from pokerws.storage.postgres.database import Database
from tests.settings import settings_of
from tests.unlimited import NO_LIMITS
from tests.vaults import VAULT_KEYS


class Bug(Exception):
    """What a part that is broken on purpose raises."""


async def fail(*_: object, **__: object) -> None:
    raise Bug


def stored(url: str, **given: Any) -> Settings:
    """Settings of a server with all that is stored."""
    return settings_of(
        port=0,
        database_url=url,
        use_db_repository=True,
        use_event_persistence=True,
        vault_keys=(VAULT_KEYS,),
        **{**NO_LIMITS, **given},
    )


def in_memory(place: Path, **given: Any) -> Settings:
    return settings_of(port=0, database_url=f"embedded:{place / 'none'}", **given)


def one(lines: list[EventDict], event: str) -> EventDict:
    """The only line of an event."""
    (found,) = (line for line in lines if line["event"] == event)
    return found


async def check_failure_of(task: str, settings: Settings) -> None:
    """Serve, and see that the failure of a task is logged and ends the server with exit code 1."""
    with capture_logs() as lines:
        assert await serve(settings) == 1
    failed = one(lines, "background_task_failed")
    assert (failed["task"], failed["log_level"], failed["error"]) == (task, "error", "Bug()")
    assert isinstance(failed["exc_info"], Bug)
    assert one(lines, "server_stopped")["all_stored"] is True


@pytest.mark.parametrize(
    ("where", "name", "task"),
    [
        (Upkeep, "_run", "upkeep"),
        (MemoryPlayNote, "_run", "memory_play_note"),
        (serve_module, "run_bots", "bots"),
    ],
)
async def test_a_task_that_dies_in_memory_play_ends_the_server_with_an_error(
    where: Any, name: str, task: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(where, name, fail)
    # The note that fails so is never tried, and the stop would wait for that.
    await check_failure_of(task, in_memory(tmp_path, bots=2, stop_timeout_ms=10))


@pytest.mark.parametrize(
    ("where", "task"), [(Journal, "journal"), (Comparator, "comparator"), (Upkeep, "upkeep")]
)
async def test_a_task_that_dies_beside_a_database_ends_the_server_with_an_error(
    where: type, task: str, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(where, "_run", fail)
    await check_failure_of(task, stored(database_url))


async def test_a_task_that_returns_before_the_stop_has_failed_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def give_up(_: Upkeep) -> None:
        return

    monkeypatch.setattr(Upkeep, "_run", give_up)
    with capture_logs() as lines:
        assert await serve(in_memory(tmp_path)) == 1
    assert one(lines, "background_task_failed")["error"] == "it returned"


@asynccontextmanager
async def serving(settings: Settings) -> AsyncIterator[App]:
    """A server that has a table with a player at it; the test stops it."""
    app = App(settings)
    await app.start()
    async with connect(app.socket_url, name="Ann") as ann:
        table = await ann.create_table("One", TableConfig())
        await ann.watch(table)
        await ann.sit(table, 10_000)
        yield app


@pytest.mark.parametrize(
    ("where", "part"),
    [
        (GamesReport, "report"),
        (Upkeep, "upkeep"),
        (Comparator, "comparator"),
        (Lobby, "tables"),
        (Listener, "listener"),
    ],
)
async def test_a_step_of_the_stop_that_fails_leaves_neither_journal_nor_database_open(
    where: Any, part: str, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed, broken = list[Database](), list[Any]()
    stop, close = where.stop, Database.close

    def break_down(self: object) -> None:
        broken.append(self)
        raise Bug

    async def note_close(database: Database, **how: bool) -> None:
        await close(database, **how)
        closed.append(database)

    monkeypatch.setattr(Database, "close", note_close)
    monkeypatch.setattr(where, "stop", break_down)
    async with serving(stored(database_url)) as app:
        with capture_logs() as lines:
            assert await app.stop() is False, "the exit code says that something went wrong"
    failed = one(lines, "part_not_stopped")
    assert (failed["part"], failed["log_level"]) == (part, "error")
    assert one(lines, "server_stopped")["all_stored"] is True
    assert isinstance(app.persistence.journal, Journal)
    assert app.persistence.journal.waiting == 0
    assert closed == [app.persistence.database]
    # What the broken step left running.
    (left,) = broken
    if (ending := stop(left)) is not None:
        await ending


async def test_a_journal_that_cannot_be_stopped_is_not_taken_for_stored(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop = Journal.stop
    monkeypatch.setattr(Journal, "stop", fail)
    async with serving(stored(database_url)) as app:
        assert isinstance(app.persistence.journal, Journal)
        await app.persistence.journal.flush(5)
        with capture_logs() as lines:
            assert await app.stop() is False
    assert one(lines, "server_stopped")["all_stored"] is False
    await stop(app.persistence.journal, 0.1)


async def test_what_was_started_is_stopped_where_a_later_part_does_not_start(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Listener, "start", fail)
    app = App(stored(database_url))
    before = asyncio.all_tasks()
    with pytest.raises(Bug):
        await app.start()
    assert asyncio.all_tasks() == before
    with capture_logs() as lines:
        assert await app.stop() is True
    assert lines == [], "it has never served"


async def test_the_collector_of_garbage_is_stopped_with_the_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopped = asyncio.Event()
    stop = Collector.stop

    def note_stop(collector: Collector) -> None:
        stop(collector)
        stopped.set()

    monkeypatch.setattr(Collector, "stop", note_stop)
    monkeypatch.setattr(Upkeep, "_run", fail)
    assert await serve(in_memory(tmp_path)) == 1
    assert stopped.is_set()


async def test_a_fault_in_a_check_for_outages_is_an_error_line_and_the_checks_go_on(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    faults, checked_again = [Bug()], asyncio.Event()

    def oldest_ms(_: Journal) -> int:
        if faults:
            raise faults.pop()
        checked_again.set()
        return 0

    monkeypatch.setattr(outage_pause, "CHECK_LAG_MS", 1)
    app = App(stored(database_url))
    await app.start()
    with capture_logs() as lines:
        monkeypatch.setattr(Journal, "oldest_ms", property(oldest_ms))
        await checked_again.wait()
    await app.stop()
    line = one(lines, "alarm_failed")
    assert (line["log_level"], line["alarm"]) == ("error", "OutagePause.start")
