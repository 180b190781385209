"""Servers of one cluster: any client of any of them reaches any table, whoever dies."""

import asyncio
import signal
from contextlib import suppress

from pokerws.client import CommandRejected, connect
from pokerws.game.config.table_config import TableConfig
from pokerws.messages import CloseCode, Snapshot, Watch
from tests.e2e.cluster.rig import nodes
from tests.e2e.database import check_database
from tests.e2e.faults import MOST_S, Cluster, onlooker, tables_in_play
from tests.e2e.ownership.test_coming_back import Ben, something_happens
from tests.e2e.ownership.test_two_servers import PATIENT, hand_of_two, signal_to
from tests.server.cluster.nats_server import NatsServer
from tests.simulation.crash import BACKOFF


async def test_players_of_two_servers_play_on_while_the_owner_of_their_tables_is_killed(
    postgres: Cluster, nats: NatsServer
) -> None:
    dsn = await postgres.database()
    async with nodes(nats, dsn, 3) as (first, second, owner):
        async with (
            tables_in_play(owner, dsn, first, second) as played,
            connect(first.socket_url, name="Sue") as sue,
            onlooker(first, played.tables[0], token=sue.session or "") as seen,
        ):
            await seen.is_shown.wait()
            assert not first.log("get_game")
            await played.more(20)
            await owner.kill()
            await played.more(50)
            # Whoever has the table now, the rest is shown, and nothing over again.
            assert sum(isinstance(one, Snapshot) for one in seen.messages) == 1
            for server in first, second:
                assert not server.log("session_ended"), "nobody was disconnected"
        for server in first, second:
            assert await server.stop() == 0
    await played.everything_shown_is_stored()
    assert await check_database(dsn)


async def test_players_play_on_while_the_bus_is_away_and_back(
    postgres: Cluster, nats: NatsServer
) -> None:
    """What was lost on the way is asked for again; nobody is disconnected."""
    dsn = await postgres.database()
    async with nodes(nats, dsn, 2) as (first, second):
        async with (
            tables_in_play(second, dsn, first, second) as played,
            connect(first.socket_url, name="Sue") as sue,
            onlooker(first, played.tables[0], token=sue.session or "") as seen,
        ):
            await seen.is_shown.wait()
            await played.more(20)
            assert "cluster" not in await first.unready()
            nats.kill()
            for server in first, second:
                await server.logged("nats_lost")
            assert await first.unready() == {"cluster"}
            await nats.start()
            while await first.unready():
                pass
            await played.more(100)
            # It asks for nothing: its server does.
            before = seen.highest_seq
            while seen.highest_seq == before:
                await played.more(1)
            seen.missed_nothing()
            for server in first, second:
                opened = 1 if server is second else 0
                assert len(server.log("session_ended")) == opened, "only the opener has left"
        for server in first, second:
            assert await server.stop() == 0
    await played.everything_shown_is_stored()


async def test_nothing_stale_is_shown_by_an_owner_that_slept_past_its_lease(
    postgres: Cluster, nats: NatsServer
) -> None:
    dsn = await postgres.database()
    async with nodes(nats, dsn, 2) as (first, owner):
        async with (
            tables_in_play(owner, dsn, first) as played,
            connect(first.socket_url, name="Sue") as sue,
            onlooker(owner, played.tables[0], token=sue.session or "") as seen,
        ):
            await seen.is_shown.wait()
            await played.more(20)
            signal_to(owner, signal.SIGSTOP)
            try:
                await played.more(20)
                shown = {table: played.highest(table) for table in played.tables}
                # It finds this when it wakes up, before it knows that it has slept.
                await seen.send(Watch("late", played.tables[1]))
            finally:
                signal_to(owner, signal.SIGCONT)
            await owner.logged("lease_lost")
            # It is another incarnation now, and can reach what the first server has.
            async with connect(owner.socket_url, name="Gus", backoff=BACKOFF) as gus:
                while True:
                    with suppress(CommandRejected):
                        view = await gus.watch(played.tables[0])
                        break
                seq = view.seq
                assert seq >= shown[played.tables[0]]
                await view.wait_for(lambda view: view.seq > seq)
            late = [one for one in seen.messages if isinstance(one, Snapshot)][1:]
            assert all(one.seq >= shown[one.table] for one in late)
            assert not first.log("session_ended")
        for server in first, owner:
            assert await server.stop() == 0
    await played.everything_shown_is_stored()


async def test_who_comes_back_to_another_server_gets_what_was_missed(
    postgres: Cluster, nats: NatsServer
) -> None:
    dsn = await postgres.database()
    async with nodes(nats, dsn, 2) as (first, second):
        table, anns, bens = await hand_of_two(first)
        ben = Ben(first, table, bens)
        assert isinstance(await ben.looks(), Snapshot)
        last = await something_happens(second, table, anns)
        ben.server = second
        missed = await ben.looks()
        assert isinstance(missed, list)
        assert ben.view is not None
        assert ben.view.seq == last
        assert not second.log("get_game"), "the first server has the table all the time"


async def test_a_cluster_has_one_lobby_and_one_account_for_each_player(
    postgres: Cluster, nats: NatsServer
) -> None:
    dsn = await postgres.database()
    async with (
        nodes(nats, dsn, 2) as (first, second),
        connect(first.socket_url, name="Ann") as ann,
        connect(second.socket_url, name="Ann", token=ann.session) as again,
    ):
        ours = await ann.create_table("Ours", PATIENT)
        theirs = await again.create_table("Theirs", PATIENT)
        balance = (await ann.account()).balance
        everything = TableConfig(seats=2, min_buy_in=1_000, max_buy_in=balance)
        tables = [await one.create_table("All in", everything) for one in (ann, again)]
        outcomes = await asyncio.gather(
            ann.sit(tables[0], balance), again.sit(tables[1], balance), return_exceptions=True
        )
        # The database books one of them.
        assert sum(isinstance(one, CommandRejected) for one in outcomes) == 1
        assert (await again.account()).balance == 0
        # Each server tells the others how many sit at its tables.
        await ann.stand(tables[0]) if isinstance(outcomes[1], Exception) else await again.stand(
            tables[1]
        )
        await ann.sit(theirs, 5_000)
        await again.sit(ours, 5_000)
        async with asyncio.timeout(MOST_S):
            while [  # noqa: ASYNC110  the list is asked for
                one.players for one in await ann.list_tables() if one.table in {ours, theirs}
            ] != [1, 1]:
                await asyncio.sleep(0.01)
    assert await check_database(dsn)


async def test_a_session_that_is_ended_is_over_at_all_servers(
    postgres: Cluster, nats: NatsServer
) -> None:
    dsn = await postgres.database()
    async with (
        nodes(nats, dsn, 2) as (first, second),
        connect(first.socket_url, name="Ann") as ann,
    ):
        table = await ann.create_table("Ours", PATIENT)
        assert ann.session is not None
        async with onlooker(second, table, token=ann.session) as again:
            await again.is_shown.wait()
            await ann.logout()
            assert await again.closed() == CloseCode.LOGGED_OUT
