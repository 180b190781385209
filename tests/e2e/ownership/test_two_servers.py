"""Two servers on one database: who owns a table, who may take it over, and when."""

import asyncio
import itertools
import os
import signal

import pytest
from websockets.asyncio.client import connect as connect_raw

from pokerws.client import connect
from pokerws.game.config.table_config import TableConfig
from pokerws.game.state import TableId
from pokerws.messages import (
    CloseCode,
    Hello,
    Rejected,
    SitOut,
    Snapshot,
    Watch,
    encode,
    server_decoder,
)
from tests.e2e.database import check_database
from tests.e2e.faults import (
    MOST_S,
    Cluster,
    a_cluster,
    guest,
    onlooker,
    server_on,
    serving,
    tables_in_play,
)
from tests.e2e.process import ServerProcess
from tests.simulation.crash import BACKOFF

BOTH_MODES = pytest.mark.parametrize("durable", [False, True], ids=["dual-write", "durable"])
# No turn runs out during a test, however slow the machine is.
PATIENT = TableConfig(seats=3, turn_time_ms=120_000, next_hand_delay_ms=20)
# A name is its player's for longer than any test.
NUMBERS = itertools.count(1)

cluster = pytest.fixture(scope="module")(a_cluster)


async def hand_of_two(server: ServerProcess) -> tuple[TableId, str, str]:
    """A table with a hand in play between two players who have gone, and their tokens."""
    async with connect(server.socket_url, name="Ann") as ann:
        table = await ann.create_table("Patient", PATIENT)
        view = await ann.watch(table)
        await ann.sit(table, 5_000)
        async with connect(server.socket_url, name="Ben") as ben:
            await ben.sit(table, 5_000)
            await view.wait_for(lambda view: view.table.hand and view.table.hand.turn)
        assert ann.session is not None
        assert ben.session is not None
        return table, ann.session, ben.session


def signal_to(server: ServerProcess, number: signal.Signals) -> None:
    assert server._process is not None
    os.kill(server._process.pid, number)


async def all_stored(server: ServerProcess) -> None:
    """Wait until nothing waits for the database."""
    async with asyncio.timeout(MOST_S):
        while (await server.health())["changes_waiting"]:
            pass


async def refusal_of(server: ServerProcess, table: TableId) -> Rejected:
    """How a spectator is refused the table, who does not ask again."""
    connection = await connect_raw(server.socket_url, compression=None, proxy=None)
    try:
        await connection.send(encode(Hello("h", name=f"Spectator {next(NUMBERS)}")), text=True)
        await connection.send(encode(Watch("w", table)), text=True)
        async with asyncio.timeout(MOST_S):
            async for frame in connection:
                message = server_decoder().decode(frame)
                if isinstance(message, Rejected):
                    return message
                assert not isinstance(message, Snapshot), "the table was taken over"
    finally:
        connection.transport.abort()
    raise AssertionError("the connection was closed")


@BOTH_MODES
async def test_a_second_server_cannot_take_live_tables_and_gets_them_after_a_clean_stop(
    cluster: Cluster, *, durable: bool
) -> None:
    """Neither by loading all tables, nor for a spectator."""
    dsn = await cluster.database()
    second = server_on(dsn, durable=durable, load_all_tables=True)
    async with (
        serving(dsn, durable=durable, node_name="poker-1") as first,
        tables_in_play(first, dsn) as played,
    ):
        try:
            await second.start()
            warned = await second.logged("tables_owned_elsewhere")
            assert (warned["node"], warned["tables"]) == ("poker-1", 2)
            for table in played.tables:
                refused = await refusal_of(second, table)
                assert (refused.code, refused.retryable) == ("owned_elsewhere", True)
                assert "poker-1" in refused.message
                await played.more_at(table, 20)
            played.nobody_was_disconnected()
            assert first.log("table_moved") == first.log("compare_game") == []

            # Who waits at the second server gets the table as soon as the first one has stopped.
            async with connect(second.socket_url, name="Gus", backoff=BACKOFF) as gus:
                waiting = asyncio.create_task(gus.watch(played.tables[0]))
                assert await first.stop() == 0
                view = await waiting
                assert await epoch_of(cluster, dsn, view.id) == 2
                assert view.epoch == 1, "nothing was lost"
                await view.wait_for(lambda view: view.seq > 0)
        finally:
            if second.running:
                assert await second.stop() == 0
    await played.everything_shown_is_stored()
    assert not second.log("owner_ended"), "the first server gave its lease up by itself"


async def epoch_of(cluster: Cluster, dsn: str, table: TableId) -> int:
    """How often the table has been claimed."""
    epoch: int = await cluster.ask(dsn, "SELECT epoch FROM games WHERE id = $1", table)
    return epoch


@BOTH_MODES
async def test_a_server_that_slept_past_its_lease_says_nothing_more_about_its_tables(
    cluster: Cluster, *, durable: bool
) -> None:
    dsn = await cluster.database()
    async with serving(dsn, durable=durable, node_name="poker-1") as first:
        table, anns, bens = await hand_of_two(first)
        await all_stored(first)
        # The second server lists what is there when it starts.
        async with (
            serving(dsn, durable=durable) as second,
            onlooker(first, table, token=bens) as ben,
        ):
            await ben.is_shown.wait()
            signal_to(first, signal.SIGSTOP)
            try:
                async with guest(second, "Ann", table, token=anns) as ann:
                    ended = await second.logged("owner_ended")
                    assert (ended["node"], ended["reason"]) == ("poker-1", "lease over")
                    claimed = ann.view.seq
                    # Play goes on meanwhile.
                    await ann.client.stand(table)
                    # It reads this before it can know what has happened.
                    await ben.send(SitOut("s", table))
                    signal_to(first, signal.SIGCONT)
                    assert await ben.closed() == CloseCode.MOVED
                    assert ben.highest_seq <= claimed
                    assert await epoch_of(cluster, dsn, table) == 2
                    assert (ann.view.epoch == 1) is durable
                    # It is another incarnation now, which owns nothing that others play.
                    await first.logged("lease_lost")
                    # Until it has a lease again.
                    while (refusal := await refusal_of(first, table)).code == "paused":
                        assert refusal.retryable
                    assert refusal.code == "owned_elsewhere"
            finally:
                signal_to(first, signal.SIGCONT)
            assert [line["table"] for line in first.log("table_moved")] == [table]
            assert await first.stop() == 0
            assert await second.stop() == 0
    await check_database(dsn)


async def test_after_kill_9_a_restart_on_the_machine_has_its_tables_at_once(
    cluster: Cluster,
) -> None:
    """Also if another server uses the database, which then sees that the lease is not over."""
    dsn = await cluster.database()
    async with serving(dsn, durable=True, node_name="poker-1") as first:
        table, _, _ = await hand_of_two(first)
        died = "pokerws_servers_died_total"
        assert (await first.metrics())[died] == 0
        await first.kill()
        # By the clock of the database the lease goes on for years.
        await cluster.ask(dsn, "UPDATE owners SET lease_until = now() + interval '9 years'")
        await first.start()
        ended = await first.logged("owner_ended")
        assert (ended["node"], ended["reason"]) == ("poker-1", "process gone")
        assert (await first.metrics())[died] == 1
        async with guest(first, "Gus", table) as gus:
            assert await epoch_of(cluster, dsn, table) == 2
            assert gus.view.epoch == 1
        assert await first.stop() == 0
    await check_database(dsn)


async def test_a_table_that_was_claimed_by_hand_is_fenced_within_seconds_without_any_play(
    cluster: Cluster,
) -> None:
    """A release without leases does the same, during a rolling deployment."""
    dsn = await cluster.database()
    async with serving(dsn, durable=False, compare_interval_ms=0) as server:
        table, _, bens = await hand_of_two(server)
        async with onlooker(server, table, token=bens) as ben:
            await ben.is_shown.wait()
            await all_stored(server)
            await cluster.ask(dsn, "UPDATE games SET epoch = epoch + 1")
            assert await ben.closed() == CloseCode.MOVED
        fenced = await server.logged("get_game", lambda line: line["outcome"] == "FENCED")
        assert (fenced["table"], fenced["epoch"], fenced["stored_epoch"]) == (table, 1, 2)
        async with guest(server, "Gus", table) as gus:
            assert await epoch_of(cluster, dsn, table) == 3
            assert gus.view.epoch > 3, "nothing tells what was shown under the second one"
        assert await server.stop() == 0
    await check_database(dsn)
