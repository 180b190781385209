"""NATS is frozen, or cut off from a server: play goes on, and nothing is shown twice or late."""

from tests.e2e.cluster.proxy import BOTH, Direction, Proxy
from tests.e2e.cluster.rig import Place, at_each, nobody_left, nodes, play, ready, stop_all
from tests.e2e.faults import Cluster
from tests.e2e.process import ServerProcess
from tests.server.cluster.nats_server import NatsServer

THERE, BACK = BOTH


async def test_players_play_on_when_nats_was_frozen(postgres: Cluster, nats: NatsServer) -> None:
    dsn = await postgres.database()
    async with nodes(nats, dsn, 2) as (first, second):
        async with play(dsn, *at_each(first, second)) as played:
            nats.freeze()
            for server in first, second:
                await server.logged("nats_lost")
            nats.thaw()
            for server in first, second:
                await ready(server)
            await played.more(20)
            nobody_left(played, first, second)
        await stop_all(first, second)
    await played.nothing_is_lost()


async def test_tables_of_a_server_that_is_cut_off_from_nats_go_on_without_the_others(
    postgres: Cluster, nats: NatsServer
) -> None:
    """Nobody takes them over, since its lease goes on: Postgres decides, and not the silence.

    It is cut off in both directions, and in one of them.
    """
    dsn = await postgres.database()
    async with Proxy(nats.port) as network:
        own: dict[str, object] = {"cluster_url": f"nats://127.0.0.1:{network.port}"}
        async with nodes(nats, dsn, 2, own) as (cut_off, other):
            alone = [Place(one, [one.socket_url] * 2) for one in (cut_off, other)]
            async with play(dsn, *at_each(cut_off, other), *alone) as played:
                cuts: tuple[tuple[Direction, ...], ...] = (BOTH, (THERE,), (BACK,))
                for number, directions in enumerate(cuts):
                    network.cut(*directions)
                    await lost(cut_off, number)
                    assert await cut_off.unready() == {"cluster"}
                    assert not await other.unready()
                    for table in played.tables[2:]:
                        await played.more_at(table, 20)
                    network.mend()
                    await ready(cut_off)
                    await played.more(20)
                nobody_left(played, cut_off, other)
            for server in cut_off, other:
                assert not server.log("owner_ended")
            await stop_all(cut_off, other)
    await played.nothing_is_lost()


async def lost(server: ServerProcess, before: int) -> None:
    """Wait until it says that NATS is away, after so many times before."""
    await server.logged("nats_lost", lambda _: len(server.log("nats_lost")) > before)
