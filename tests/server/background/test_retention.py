"""A server deletes the games that were closed long ago, and notices nothing else."""

import asyncio
from datetime import timedelta

import asyncpg
import pytest
import structlog

from pokerws.server.background import retention as retention_module
from pokerws.server.background.retention import Retention
from pokerws.storage.errors import PruneBusy, StoreUnavailable
from pokerws.storage.postgres import pruning
from pokerws.storage.postgres.address import address_of
from pokerws.storage.postgres.pruning import Pruning
from pokerws.storage.postgres.store import PostgresStore
from tests.maintenance.test_prune import close_games
from tests.server.fakes import ManualClock

MONTH_MS = 30 * 86_400_000


class Troubled:
    """A store that fails as often as it is told to, before each step that succeeds."""

    def __init__(self, store: PostgresStore, *errors: Exception) -> None:
        self.store = store
        self.errors = list(errors)
        self.done = asyncio.Event()

    async def prune(self, prune: Pruning) -> bool:
        if self.errors:
            raise self.errors.pop(0)
        more = await self.store.prune(prune)
        if not more:
            self.done.set()
        return more


async def test_games_closed_so_many_days_ago_go_and_one_line_says_so(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention_module, "PAUSE_S", 0)
    await close_games(database_url, "t1", "t2")
    clock = ManualClock()
    store = await PostgresStore.open(address_of(database_url))
    operator = await asyncpg.connect(database_url)
    try:
        retention = Retention(store, clock, 30)
        with structlog.testing.capture_logs() as lines:
            # The wall clock counts: it was wrong when the server started, and was put right.
            clock.wall_ahead_ms = MONTH_MS // 2
            clock.advance(MONTH_MS // 2)
            # They were closed some seconds after the clock's start.
            await retention.prune()
            assert await operator.fetchval("SELECT count(*) FROM games") == 2
            clock.advance(timedelta(days=1) // timedelta(milliseconds=1))
            async with operator.transaction():
                await operator.fetchval(pruning.LOCK)
                with pytest.raises(PruneBusy):
                    await retention.prune()
            await retention.prune()
            await retention.prune()
        assert await operator.fetchval("SELECT count(*) FROM games") == 0
    finally:
        await operator.close()
        await store.close()
    (line,) = (line for line in lines if line["event"] == "closed_games_pruned")
    assert (line["games"], line["left_alone"]) == (2, [])
    assert line["events"] > line["transfers"] > 0


async def test_it_waits_while_the_database_is_away_or_an_operator_prunes(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("PAUSE_S", "RETRY_S", "INTERVAL_S"):
        monkeypatch.setattr(retention_module, name, 0)
    store = await PostgresStore.open(address_of(database_url))
    troubled = Troubled(store, StoreUnavailable("away"), PruneBusy("busy"), ValueError("a bug"))
    retention = Retention(troubled, ManualClock(), 1)
    tasks: list[asyncio.Task[None]] = []
    try:
        with structlog.testing.capture_logs() as lines:
            retention.start(lambda task, **_: tasks.append(task))
            await troubled.done.wait()
            assert not tasks[0].done()
            await retention.stop()
    finally:
        await store.close()
    assert [line["event"] for line in lines if line["log_level"] == "error"] == ["prune_failed"]


async def test_zero_days_are_never(database_url: str) -> None:
    store = await PostgresStore.open(address_of(database_url))
    try:
        retention = Retention(store, ManualClock(), 0)
        retention.start(lambda _: pytest.fail("a task was started"))
        await retention.stop()
    finally:
        await store.close()
