"""What the metrics of two servers say of each other, while clients of one play at the other."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.cluster.rig import nodes
from tests.e2e.faults import PLAYERS, TABLES, Cluster, a_cluster, tables_in_play
from tests.server.cluster.nats_server import NatsServer, nats_server

NAME = "pokerws_cluster_{}"
postgres = pytest.fixture(scope="module")(a_cluster)


@pytest.fixture
def nats(tmp_path: Path) -> Iterator[NatsServer]:
    with nats_server(tmp_path) as server:
        yield server


async def test_relays_frames_and_what_was_lost_are_counted_at_both_servers(
    postgres: Cluster, nats: NatsServer
) -> None:
    dsn = await postgres.database()
    async with nodes(nats, dsn, 2) as (first, second):
        async with tables_in_play(second, dsn, first) as played:
            await played.more(100)
            here, there = await first.metrics(), await second.metrics()
            for now, out, into in ((here, TABLES * PLAYERS, 0), (there, 0, TABLES * PLAYERS)):
                assert now[NAME.format("servers")] == 1
                assert now[NAME.format('relays{direction="out"}')] == out
                assert now[NAME.format('relays{direction="in"}')] == into
            # Each player has sat down and watched; and every action was one.
            acts = here['pokerws_commands_total{answer="accepted",command="act"}']
            assert acts > 0
            assert here[NAME.format("forwarded_total")] >= acts + 2 * TABLES * PLAYERS
            assert here[NAME.format("unanswered_total")] == 0
            assert there[NAME.format("forwarded_total")] == 0
            sent, received = (f'frames_total{{direction="{way}"}}' for way in ("out", "in"))
            assert here[NAME.format(sent)] >= here[NAME.format("forwarded_total")]
            assert here[NAME.format(received)] > here[NAME.format(sent)]
            await nats.restart()
            await played.more(50)
            assert (await first.metrics())[NAME.format("breaks_total")] > 0
        assert (await first.metrics())[NAME.format('relays{direction="out"}')] == 0
