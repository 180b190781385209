"""A server in memory tells its database so, when it can; and a start that the database spoils."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from pokerws.game.config.table_config import TableConfig
from pokerws.server.app import App
from pokerws.server.background import memory_play
from pokerws.server.background.memory_play import check_stored_tables
from pokerws.server.tables.lobby import Lobby
from pokerws.storage.errors import DatabaseError, StoreUnavailable
from pokerws.storage.postgres import lease
from pokerws.storage.postgres.address import address_of
from pokerws.storage.postgres.connecting import connected
from pokerws.storage.postgres.overtaken import note, overtaken
from pokerws.storage.postgres.store import PostgresStore
from tests.postgres_fixtures import TEMPLATE, Databases
from tests.settings import settings_of
from tests.storage.changes import change
from tests.vaults import VAULT_KEYS


class Hidden:
    """A database with a table in it, that nobody can reach until it is shown."""

    def __init__(self, databases: Databases) -> None:
        self._databases = databases
        self._name = databases.create(TEMPLATE)
        self.url = databases.url(self._name)

    def hide(self) -> None:
        self._rename(self._name, f"{self._name}_hidden")

    def show(self) -> None:
        self._rename(f"{self._name}_hidden", self._name)

    def drop(self) -> None:
        self._databases.drop(self._name)

    def _rename(self, old: str, new: str) -> None:
        dsn = self._databases.server.dsn
        self._databases.psql(dsn, "-c", f"ALTER DATABASE {old} RENAME TO {new}")


@pytest.fixture
async def hidden(databases: Databases) -> AsyncIterator[Hidden]:
    hidden = Hidden(databases)
    store = await PostgresStore.open(address_of(hidden.url))
    await store.save([change()])
    await store.close()
    hidden.hide()
    yield hidden
    hidden.drop()


@asynccontextmanager
async def in_memory(url: str) -> AsyncIterator[App]:
    """A server that has nothing else to do beside play, so that nothing else is waited for."""
    settings = settings_of(port=0, database_url=url, idle_table_ms=0, abandoned_table_ms=0)
    app = App(settings)
    await app.start()
    try:
        yield app
    finally:
        await app.stop()


def note_task() -> asyncio.Task[None]:
    """The task of the server that has not told its database yet."""
    (found,) = (task for task in asyncio.all_tasks() if task.get_name() == "memory_play_note")
    return found


async def test_a_database_that_is_away_at_the_start_is_told_when_it_is_back(
    hidden: Hidden, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory_play, "RETRY_S", 0.01)
    tries, told = asyncio.Queue[None](), note

    async def counted(*arguments: object) -> None:
        tries.put_nowait(None)
        await told(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(memory_play, "note", counted)
    async with in_memory(hidden.url) as app:
        began_ms = app._clock.now_ms()
        for _ in range(3):
            await tries.get()
        trying = note_task()
        await asyncio.to_thread(hidden.show)
        await trying

    left = await overtaken(address_of(hidden.url))
    assert left is not None
    assert left.tables == 1
    assert abs(left.since_ms - began_ms) < 60_000
    assert left.since_ms <= began_ms, "it counts from the start, and not from when it could be told"


async def test_a_server_that_is_stopped_before_it_could_tell_ends_that_before_anything_else(
    hidden: Hidden, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen, stop = list[bool](), Lobby.stop

    def watched(lobby: Lobby) -> None:
        seen.append(trying.done())
        stop(lobby)

    monkeypatch.setattr(Lobby, "stop", watched)
    async with in_memory(hidden.url):
        trying = note_task()
    assert seen == [True]
    hidden.show()


@pytest.mark.parametrize("url", ["silent", "embedded:{place}", "postgres://u:hidden@db:port/x"])
async def test_a_database_that_cannot_be_asked_does_not_keep_play_from_going_on_in_memory(
    url: str, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory_play, "LOOK_S", 0.05)
    # A directory that is no PostgreSQL's.
    (place / "cluster" / "data").mkdir(parents=True)
    with socket.socket() as silent, capture_logs() as lines:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        address = f"postgres://u:hidden@127.0.0.1:{silent.getsockname()[1]}/x"
        given = address if url == "silent" else url.format(place=place)
        await check_stored_tables(settings_of(database_url=given))
    (line,) = lines
    assert (line["event"], line["log_level"]) == ("stored_tables_not_checked", "warning")
    assert "hidden" not in str(line)


@pytest.mark.parametrize("fault", [StoreUnavailable("connection lost"), TimeoutError()])
async def test_a_database_that_goes_away_during_the_start_is_named_as_the_reason(
    database_url: str, monkeypatch: pytest.MonkeyPatch, fault: Exception
) -> None:
    async def away(*_: object) -> None:
        raise fault

    monkeypatch.setattr(PostgresStore, "games", away)
    settings = settings_of(
        port=0, database_url=database_url, use_db_repository=True, vault_keys=(VAULT_KEYS,)
    )
    with pytest.raises(DatabaseError, match="check DATABASE_URL"):
        await App(settings).start()


async def test_a_server_that_is_stopped_at_once_has_told_all_the_same(hidden: Hidden) -> None:
    hidden.show()
    async with in_memory(hidden.url):
        pass
    assert await overtaken(address_of(hidden.url)) is not None


async def test_left_behind_tables_of_a_killed_server_are_refunded_once_its_lease_is_over(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lease, "LEASE_S", 1.0)
    monkeypatch.setattr(lease, "BEAT_S", 0.1)
    stored = {"use_db_repository": True, "vault_keys": (VAULT_KEYS,), "overtaken_tables": "refund"}
    settings = settings_of(port=0, database_url=database_url, **stored)
    killed = App(settings)
    await killed.start()
    table = killed.lobby.create("Left", TableConfig()).table.id
    await killed.lobby.flush()
    await killed.stop()
    async with connected(address_of(database_url), "test") as connection:
        # As it is after a kill on another machine.
        await connection.execute(
            "UPDATE owners SET ended_at = NULL, ended_why = NULL, process = ''"
        )
    await note(address_of(database_url), time.time_ns() // 1_000_000)

    app = App(settings)
    await app.start()
    await app.stop()

    async with connected(address_of(database_url), "test") as connection:
        status = await connection.fetchval("SELECT status FROM games WHERE id = $1", table)
    assert status == "closed"
    assert await overtaken(address_of(database_url)) is None
