"""The database goes away under a real server in full play, in every way that it can.

In dual-write mode play goes on from memory; with durable acks it waits.  In both nobody is
disconnected, all goes on by itself, and what was shown is stored.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import asyncpg
import pytest

from pokerws.client import CommandRejected, connect
from pokerws.game.config.table_config import TableConfig
from pokerws.game.state import Turn
from pokerws.server.clock import Clock
from tests.e2e.faults import (
    SHORT_STATEMENTS,
    Cluster,
    Guest,
    a_cluster,
    guest,
    heard,
    serving,
    tables_in_play,
)
from tests.e2e.monitored.disks import a_disk, database_on, filled
from tests.e2e.process import ServerProcess

Fault = Callable[[Cluster, str], AbstractAsyncContextManager[None]]

BOTH_MODES = pytest.mark.parametrize("durable", [False, True], ids=["dual-write", "durable"])

# What tells an outage in the log: lines and the outcome of a write.
STORY = {"DB_FAILED", "tables_paused", "save_resumed", "tables_go_on"}

# Nobody's time is up before the server notices an outage.
SLOW = TableConfig(seats=3, turn_time_ms=600_000, next_hand_delay_ms=20)


cluster = pytest.fixture(scope="module")(a_cluster)


@pytest.fixture
def small_disk() -> Iterator[Path]:
    """The directory of a small disk of its own."""
    with a_disk(24) as path:
        yield path


@pytest.mark.parametrize("how", ["kill_a_backend", "quit", "kill"])
@BOTH_MODES
async def test_play_survives_the_death_of_postgres(
    cluster: Cluster, how: str, *, durable: bool
) -> None:
    dsn = await cluster.database()
    async with serving(dsn, durable=durable) as server:
        async with tables_in_play(server, dsn) as played:
            match how:
                case "kill_a_backend":
                    await cluster.kill_a_backend(dsn)
                case "quit":
                    cluster.quit()
                case _:
                    cluster.kill()
            await server.logged("save_game", lambda line: line["outcome"] == "DB_FAILED")
            if not durable:
                await played.progress.more(20)
            await cluster.start_again()
            await server.logged("save_resumed")
            await played.progress.more(100)
            played.nobody_was_disconnected()
        assert await server.stop() == 0
        await played.everything_shown_is_stored()


async def test_what_was_shown_is_stored_when_postgres_and_the_server_are_killed_together(
    cluster: Cluster,
) -> None:
    dsn = await cluster.database()
    async with serving(dsn, durable=True) as server, tables_in_play(server, dsn) as played:
        cluster.kill()
        await server.logged("save_game", lambda line: line["outcome"] == "DB_FAILED")
        await server.kill()
        await cluster.start_again()
        await played.everything_shown_is_stored()


@BOTH_MODES
async def test_play_survives_connections_that_are_dropped_again_and_again(
    cluster: Cluster, *, durable: bool
) -> None:
    dsn = await cluster.database()
    async with serving(dsn, durable=durable) as server:
        async with tables_in_play(server, dsn) as played:
            operator = await asyncpg.connect(dsn)
            for _ in range(15):
                await operator.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
                await played.progress.more(7)
            await operator.close()
            played.nobody_was_disconnected()
        assert await server.stop() == 0
        assert not [line for line in server.log("save_game") if line["outcome"] == "DB_CONFLICT"]
        await played.everything_shown_is_stored()


@BOTH_MODES
async def test_a_commit_whose_connection_is_dropped_is_looked_up_and_not_done_twice(
    cluster: Cluster, *, durable: bool
) -> None:
    """A commit that waits for a replica is in already; nobody is told when it is cut off there."""
    dsn = await cluster.database()
    async with serving(dsn, durable=durable) as server:
        async with tables_in_play(server, dsn) as played:
            operator = await asyncpg.connect(dsn)
            await operator.execute("ALTER SYSTEM SET synchronous_standby_names = 'nobody'")
            try:
                await operator.execute("SELECT pg_reload_conf()")
                while not await operator.fetchval(
                    "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity "
                    "WHERE datname = current_database() AND wait_event = 'SyncRep'"
                ):
                    await operator.execute("SELECT pg_stat_clear_snapshot()")
            finally:
                await operator.execute("ALTER SYSTEM RESET synchronous_standby_names")
                await operator.execute("SELECT pg_reload_conf()")
                await operator.close()
            await played.progress.more(50)
            played.nobody_was_disconnected()
        assert await server.stop() == 0
        assert not [line for line in server.log("save_game") if line["outcome"] == "DB_CONFLICT"]
        await played.everything_shown_is_stored()


@asynccontextmanager
async def hung(cluster: Cluster, dsn: str) -> AsyncIterator[None]:
    """Postgres is stopped, and not dead."""
    cluster.hang()
    try:
        yield
    finally:
        cluster.go_on()


@asynccontextmanager
async def locked(cluster: Cluster, dsn: str) -> AsyncIterator[None]:
    """Somebody holds a lock on every game, and each statement that wants one times out."""
    operator = await asyncpg.connect(dsn)
    try:
        async with operator.transaction():
            await operator.execute("SELECT FROM games FOR UPDATE")
            yield
    finally:
        await operator.close()


@pytest.mark.parametrize("fault", [hung, locked], ids=["hung", "locked"])
async def test_in_dual_write_play_goes_on_while_nothing_can_be_written(
    cluster: Cluster, fault: Fault
) -> None:
    dsn = await cluster.database()
    async with serving(dsn, durable=False, **SHORT_STATEMENTS) as server:
        async with tables_in_play(server, dsn) as played:
            async with fault(cluster, dsn):
                await server.logged("save_game", lambda line: line["outcome"] == "DB_FAILED")
                await played.progress.more(100)
                assert (await server.health())["database"] == "down"
                # A change has several events, each shown to all players of its table.
                while (await server.health())["changes_waiting"] <= 20:
                    await played.progress.more(20)
            await server.logged("save_resumed")
            await played.progress.more(50)
            played.nobody_was_disconnected()
        assert await server.stop() == 0
        await played.everything_shown_is_stored()


@asynccontextmanager
async def turn_between(server: ServerProcess) -> AsyncIterator[tuple[Guest, Guest, Turn]]:
    """A hand of two: who is to act, the other one, and the turn."""
    async with connect(server.socket_url, name="Opener") as opener:
        table = await opener.create_table("Slow", SLOW)
    async with guest(server, "Ann", table) as ann, guest(server, "Ben", table) as ben:
        for one in (ann, ben):
            await one.client.sit(table, 5_000)
        await ann.view.wait_for(lambda view: view.table.hand and view.table.hand.turn)
        await ben.view.reached(ann.view.seq)
        acting, other = (ann, ben) if ann.view.turn else (ben, ann)
        turn = acting.view.turn
        assert turn is not None
        yield acting, other, turn


@pytest.mark.parametrize("fault", [hung, locked], ids=["hung", "locked"])
async def test_with_durable_acks_play_and_clocks_stand_still_while_nothing_can_be_written(
    cluster: Cluster, fault: Fault
) -> None:
    dsn = await cluster.database()
    async with (
        serving(dsn, durable=True, **SHORT_STATEMENTS) as server,
        turn_between(server) as (acting, other, turn),
    ):
        table, seq = acting.view.id, acting.view.seq
        async with fault(cluster, dsn):
            # Nobody knows that the database is away until something is to be written.
            leaving = asyncio.create_task(other.client.sit_out(table))
            await heard([acting, other], "paused")
            with pytest.raises(CommandRejected, match="paused") as refused:
                await acting.client.act(table, turn.number, "fold")
            assert refused.value.retryable
            assert acting.view.seq == other.view.seq == seq
            assert not leaving.done()
        await heard([acting, other], "resumed")
        await leaving
        # The turn has as much time left as it had before the pause.
        later = await acting.view.wait_for(
            lambda view: (
                view.turn if view.turn and view.turn.deadline_ms > turn.deadline_ms else None
            )
        )
        assert later.number == turn.number
        await acting.client.act(table, turn.number, "fold")
        assert acting.notices == other.notices == ["paused", "resumed"]
        assert len(server.log("session_ended")) == 1
        assert await server.stop() == 0
        assert not [line for line in server.log("save_game") if line["outcome"] == "DB_CONFLICT"]


async def test_a_server_with_paused_tables_is_not_ready_until_they_go_on(cluster: Cluster) -> None:
    dsn = await cluster.database()
    async with (
        serving(dsn, durable=True, **SHORT_STATEMENTS) as server,
        turn_between(server) as (acting, other, _),
    ):
        assert await server.unready() == set()
        cluster.quit()
        leaving = asyncio.create_task(other.client.sit_out(acting.view.id))
        await heard([acting, other], "paused")
        async with asyncio.timeout(1):
            assert await server.unready() >= {"database", "tables"}
            measured = await server.metrics()
            assert measured["pokerws_tables_paused"] == 1
            assert measured['pokerws_ready{part="tables"}'] == 0
        # Nothing has to be written for this one.
        while "lease" not in await server.unready():
            pass
        await cluster.start_again()
        await heard([acting, other], "resumed")
        assert "tables" not in await server.unready()
        await leaving
        while await server.unready():
            pass
        assert await server.stop() == 0
    # In this order, and one line for each, however often the write was tried.
    told = [line for line in server.lines if STORY & {line["event"], line.get("outcome")}]
    assert [line["event"] for line in told] == [
        "save_game",
        "tables_paused",
        "save_resumed",
        "tables_go_on",
    ]
    assert [line["level"] for line in told] == ["warning", "error", "info", "info"]


@BOTH_MODES
async def test_play_survives_a_full_disk_and_an_alarm_is_logged(
    cluster: Cluster, small_disk: Path, *, durable: bool
) -> None:
    async with (
        database_on(cluster, small_disk) as dsn,
        serving(dsn, durable=durable) as server,
    ):
        async with tables_in_play(server, dsn) as played:
            with filled(small_disk):
                alarm = await server.logged("save_game", lambda line: line["level"] == "error")
                assert "DiskFullError" in alarm["error"]
                assert "make room" in alarm["error"]
                if not durable:
                    await played.progress.more(50)
            await server.logged("save_resumed")
            await played.progress.more(50)
            played.nobody_was_disconnected()
        assert await server.stop() == 0
        await played.everything_shown_is_stored()


async def test_no_time_out_moves_when_the_wall_clock_jumps(monkeypatch: pytest.MonkeyPatch) -> None:
    clock, rung = Clock(), asyncio.Event()
    before_ms, wall_ns = clock.now_ms(), time.time_ns
    for jump_s in (3_600, -3_600):
        monkeypatch.setattr(time, "time_ns", lambda jump_s=jump_s: wall_ns() + jump_s * 10**9)
        monkeypatch.setattr(time, "time", lambda: time.time_ns() / 1e9)
        assert 0 <= clock.now_ms() - before_ms < 5_000
        alarm = clock.call_at(clock.now_ms() + 3_000_000, rung.set)
        await asyncio.sleep(0)
        assert not rung.is_set()
        alarm.cancel()
        clock.call_at(clock.now_ms() + 1, rung.set)
        async with asyncio.timeout(60):
            await rung.wait()
        rung.clear()
