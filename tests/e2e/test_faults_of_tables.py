"""What befalls one table under a real server: another owner, an edited row, a damaged snapshot.

And the end of a server that is told to stop in full play.
"""

import asyncio
import itertools
import json

import asyncpg
import pytest

from pokerws.client import CommandRejected, connect
from pokerws.game.config.table_config import TableConfig
from pokerws.game.state import TableId
from pokerws.messages import CloseCode
from tests.e2e.database import check_database
from tests.e2e.faults import (
    SHORT_STATEMENTS,
    Cluster,
    TablesInPlay,
    a_cluster,
    guest,
    heard,
    serving,
    tables_in_play,
)
from tests.e2e.process import ServerProcess

BOTH_MODES = pytest.mark.parametrize("durable", [False, True], ids=["dual-write", "durable"])
# No turn runs out during a test, however slow the machine is.
PATIENT = TableConfig(seats=3, turn_time_ms=120_000, next_hand_delay_ms=20)
# A name is its player's for longer than any test.
NUMBERS = itertools.count(1)

cluster = pytest.fixture(scope="module")(a_cluster)


async def edit(cluster: Cluster, dsn: str, table: TableId, by: int) -> None:
    await cluster.ask(dsn, "UPDATE games SET version = version + $2 WHERE id = $1", table, by)


@pytest.mark.parametrize("by", [1_000, -3])
async def test_in_dual_write_a_row_edited_by_hand_is_brought_up_to_date(
    cluster: Cluster, by: int
) -> None:
    dsn = await cluster.database()
    async with serving(dsn, durable=False) as server:
        async with tables_in_play(server, dsn) as played:
            edited, _ = played.tables
            await edit(cluster, dsn, edited, by)
            conflict = await server.logged(
                "save_game", lambda line: line["outcome"] == "DB_CONFLICT"
            )
            assert conflict["table"] == edited
            assert conflict["stored_version"] - conflict["expected_version"] == by
            await played.more_at(edited, 50)
            played.nobody_was_disconnected()
        assert await server.stop() == 0
        await played.everything_shown_is_stored()
        assert not server.log("table_moved")


async def test_with_durable_acks_a_table_whose_row_was_edited_is_refused_and_no_other_one(
    cluster: Cluster,
) -> None:
    """A version alone is no state of a table to go on from: the table is set aside."""
    dsn = await cluster.database()
    async with serving(dsn, durable=True) as server:
        async with tables_in_play(server, dsn) as played:
            edited, other = played.tables
            async with guest(server, "Gus", edited) as gus:
                await edit(cluster, dsn, edited, 1_000)
                await heard([gus], "table_failed")
                refused = await server.logged(
                    "get_game", lambda line: line["outcome"] == "DB_FAILED"
                )
                assert refused["table"] == edited
                await played.more_at(other, 50)
                assert await status(cluster, dsn, edited) == "quarantined"
                assert await status(cluster, dsn, other) == "active"
                assert gus.notices == ["table_failed"]
            # Nobody but those who have gone by themselves.
            await server.logged("session_ended", lambda line: line["player"] == gus.client.player)
            assert len(server.log("session_ended")) == 2
            await edit(cluster, dsn, edited, -1_000)
            await put_back(cluster, dsn, edited)
            await played.more_at(edited, 50)
        assert await server.stop() == 0
        await played.everything_shown_is_stored()


async def status(cluster: Cluster, dsn: str, table: TableId) -> str:
    found: str = await cluster.ask(dsn, "SELECT status FROM games WHERE id = $1", table)
    return found


async def put_back(cluster: Cluster, dsn: str, table: TableId) -> None:
    """What an operator does when the row is right again."""
    await cluster.ask(dsn, "UPDATE games SET status = 'active' WHERE id = $1", table)


def cut(snapshot: str) -> str:
    return snapshot[: len(snapshot) // 2]


def of_another_seq(snapshot: str) -> str:
    state = json.loads(snapshot)
    state["table"]["seq"] += 1
    return json.dumps(state)


async def damage_snapshot(cluster: Cluster, dsn: str, table: TableId, how: str) -> str:
    """Damage a stored table; returns what its snapshot was."""
    was: str = await cluster.ask(
        dsn, "SELECT snapshot FROM game_snapshots WHERE game_id = $1", table
    )
    damaged = {"cut": cut, "of another seq": of_another_seq}[how](was)
    await cluster.ask(
        dsn, "UPDATE game_snapshots SET snapshot = $2 WHERE game_id = $1", table, damaged
    )
    return was


async def refused(played: TablesInPlay, table: TableId) -> None:
    """The table cannot be had, however often it is asked for."""
    async with connect(played.server.socket_url, name="Rob") as rob:
        for _ in range(2):
            with pytest.raises(CommandRejected) as refusal:
                await rob.watch(table)
            assert (refusal.value.code, refusal.value.retryable) == ("table_quarantined", False)


@pytest.mark.parametrize("all_at_once", [False, True], ids=["on demand", "all loaded"])
@pytest.mark.parametrize("how", ["cut", "of another seq"])
async def test_a_damaged_snapshot_keeps_its_table_out_and_no_other_one(
    cluster: Cluster, how: str, *, all_at_once: bool
) -> None:
    """Until it is put right: the server that has set it aside then loads it when it is asked."""
    dsn = await cluster.database()
    async with serving(dsn, durable=True, load_all_tables=all_at_once) as server:
        async with tables_in_play(server, dsn) as played:
            bad, good = played.tables
            await played.more_at(bad, 20)
        assert await server.stop() == 0
        was = await damage_snapshot(cluster, dsn, bad, how)
        kept = await cluster.ask(dsn, "SELECT snapshot FROM game_snapshots WHERE game_id = $1", bad)
        await server.start()
        await refused(played, bad)
        async with guest(server, "Gus", good) as gus:
            await gus.client.sit(good, 1_000)
        assert (
            await cluster.ask(dsn, "SELECT snapshot FROM game_snapshots WHERE game_id = $1", bad)
            == kept
        )
        failure = await server.logged("get_game", lambda line: line["outcome"] == "DB_FAILED")
        assert (failure["table"], failure["level"]) == (bad, "error")
        assert await status(cluster, dsn, bad) == "quarantined"
        assert await status(cluster, dsn, good) == "active"

        await cluster.ask(
            dsn, "UPDATE game_snapshots SET snapshot = $2 WHERE game_id = $1", bad, was
        )
        await put_back(cluster, dsn, bad)
        async with guest(server, "Hal", bad) as hal:
            await hal.client.sit(bad, 1_000)
        assert await server.stop() == 0
    await played.everything_shown_is_stored()


async def test_an_event_that_fits_no_table_keeps_its_table_out_and_no_connection(
    cluster: Cluster,
) -> None:
    dsn = await cluster.database()
    async with serving(dsn, durable=True) as server:
        async with tables_in_play(server, dsn) as played:
            bad, good = played.tables
        assert await server.stop() == 0
        await cluster.ask(
            dsn,
            "INSERT INTO game_events SELECT id, version + 1, 1, 'player_sat_out', "
            """'{"type":"player_sat_out","seat":99,"reason":"busted"}', now() """
            "FROM games WHERE id = $1",
            bad,
        )
        await server.start()
        await refused(played, bad)
        async with guest(server, "Gus", good) as gus:
            await gus.client.sit(good, 1_000)
        failure = await server.logged("get_game", lambda line: line["outcome"] == "DB_FAILED")
        assert failure["table"] == bad
        assert await status(cluster, dsn, bad) == "quarantined"

        # It is not listed at the next start, and is again at the one after it was put right.
        assert await server.stop() == 0
        await server.start()
        assert bad not in await listed(server)
        await cluster.ask(
            dsn,
            "DELETE FROM game_events USING games WHERE game_id = id AND id = $1 AND seq > version",
            bad,
        )
        await put_back(cluster, dsn, bad)
        assert await server.stop() == 0
        await server.start()
        assert bad in await listed(server)
        async with guest(server, "Hal", bad) as hal:
            await hal.client.sit(bad, 1_000)
        assert await server.stop() == 0
    await played.everything_shown_is_stored()


async def listed(server: ServerProcess) -> set[TableId]:
    async with connect(server.socket_url, name=f"Reader {next(NUMBERS)}") as reader:
        return {summary.table for summary in await reader.list_tables()}


async def test_in_dual_write_kill_9_loses_no_more_than_what_was_not_written_yet(
    cluster: Cluster,
) -> None:
    dsn = await cluster.database()
    async with serving(dsn, durable=False) as server:
        async with tables_in_play(server, dsn) as played:
            await server.kill()
            # Each table is whole, as it was at some instant, with all of its chips.
            versions = await check_database(dsn)
            assert set(versions) == set(played.tables)
        await server.start()
        for name, table in zip(("Gus", "Hal"), played.tables, strict=True):
            async with guest(server, name, table) as late:
                await late.client.sit(table, 1_000)
                assert late.view.seq > versions[table]
        assert await server.stop() == 0
    await check_database(dsn)


@BOTH_MODES
async def test_a_server_told_to_stop_in_full_play_stores_everything(
    cluster: Cluster, *, durable: bool
) -> None:
    dsn = await cluster.database()
    async with serving(dsn, durable=durable) as server, tables_in_play(server, dsn) as played:
        await played.progress.more(200)
        assert await server.stop() == 0
        (stopped,) = server.log("server_stopped")
        assert stopped["all_stored"] is True
        await played.everything_shown_is_stored()


async def test_a_server_told_to_stop_writes_what_has_waited_until_then(cluster: Cluster) -> None:
    dsn = await cluster.database()
    operator = await asyncpg.connect(dsn)
    async with serving(dsn, durable=False) as server, tables_in_play(server, dsn) as played:
        async with operator.transaction():
            await operator.execute("SELECT FROM games FOR UPDATE")
            await played.progress.more(50)
            stopping = asyncio.create_task(server.stop())
            await server.logged("session_ended", lambda line: line["code"] == CloseCode.RESTARTING)
            # There is nothing else to wait for, so without the journal it would be gone by then.
            done, _ = await asyncio.wait({stopping}, timeout=1)
            assert not done
        assert await stopping == 0
        await played.everything_shown_is_stored()
    await operator.close()


async def test_a_server_told_to_stop_without_its_database_says_that_not_all_is_stored(
    cluster: Cluster,
) -> None:
    dsn = await cluster.database()
    async with (
        serving(dsn, durable=False, stop_timeout_ms=500, **SHORT_STATEMENTS) as server,
        tables_in_play(server, dsn) as played,
    ):
        cluster.hang()
        try:
            await played.progress.more(50)
            assert await server.stop() == 1
        finally:
            cluster.go_on()
        (stopped,) = server.log("server_stopped")
        assert stopped["all_stored"] is False
