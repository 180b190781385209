"""Postgres stops under a cluster, or goes back to an older copy."""

import pytest

from tests.e2e.cluster.rig import (
    Place,
    at_each,
    nobody_left,
    nodes,
    play,
    ready,
    stop_all,
)
from tests.e2e.faults import Cluster
from tests.server.cluster.nats_server import NatsServer


async def test_all_servers_pause_while_postgres_is_away_and_nobody_is_disconnected(
    postgres: Cluster, nats: NatsServer
) -> None:
    dsn = await postgres.database()
    async with nodes(nats, dsn, 2) as (first, second):
        async with play(dsn, *at_each(first, second)) as played:
            postgres.quit()
            for server in first, second:
                await server.logged("tables_paused")
                # So long that each lease is over: nobody ends anybody for that.
                await server.logged("lease_not_renewed")
            await postgres.start_again()
            for server in first, second:
                await ready(server)
            await played.more(50)
            nobody_left(played, first, second)
            for server in first, second:
                assert not server.log("owner_ended")
                assert not server.log("lease_lost")
        await stop_all(first, second)
    await played.everything_shown_is_stored()


@pytest.mark.parametrize("has_moved", [False, True], ids=["same-owner", "taken-over-since"])
async def test_an_older_copy_of_the_database_is_a_new_branch_at_all_servers(
    postgres: Cluster, nats: NatsServer, *, has_moved: bool
) -> None:
    """Also where the copy has another owner, which has died since."""
    dsn = await postgres.database()
    async with nodes(nats, dsn, 3) as (first, second, owner):
        urls = [first.socket_url, second.socket_url]
        places = [Place(one, urls) for one in (first, owner)]
        async with play(dsn, *places) as played:
            for player in played.guarded:
                player.safe_seq = max(player.shown)
            copy = await postgres.copy(dsn)
            await played.more(20)
            if has_moved:
                await owner.kill()
                await played.more(20)
            await postgres.put_in_place(copy, dsn)
            for player in played.guarded:
                # Each is told that the log has gone back.
                while len(player.branches) == 1:
                    await played.progress.more(1)
            await played.more(50)
            nobody_left(played, first, second)
        servers = (first, second, owner)
        # The first for all tables at once, the second for each.
        lines = ("database_went_back", "table_went_back")
        assert any(one.log(line) for one in servers for line in lines)
        await stop_all(*(one for one in servers if one.running))
    await played.everything_shown_is_stored()
