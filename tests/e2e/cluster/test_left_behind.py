"""The tables of a dead server go on although nobody asks for them."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from pokerws.client import connect
from pokerws.game.config.table_config import TableConfig
from tests.e2e.cluster.rig import nodes
from tests.e2e.database import check_database
from tests.e2e.faults import MOST_S, Cluster, a_cluster
from tests.e2e.ownership.test_two_servers import PATIENT, all_stored
from tests.server.cluster.nats_server import NatsServer, nats_server

# Nobody acts: each turn runs out.
IMPATIENT = TableConfig(seats=3, turn_time_ms=1_000, next_hand_delay_ms=20)
VERSION = "SELECT version FROM games WHERE id = $1"

postgres = pytest.fixture(scope="module")(a_cluster)


@pytest.fixture(scope="module")
def nats(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NatsServer]:
    with nats_server(Path(tmp_path_factory.mktemp("nats"))) as server:
        yield server


async def test_clocks_of_a_killed_server_go_on_although_nobody_watches(
    postgres: Cluster, nats: NatsServer
) -> None:
    dsn = await postgres.database()
    async with nodes(nats, dsn, 2) as (other, owner):
        async with (
            connect(owner.socket_url, name="Ann") as ann,
            connect(owner.socket_url, name="Ben") as ben,
        ):
            patient = await ann.create_table("Patient", PATIENT)
            empty = await ann.create_table("Empty", PATIENT)
            tables = [await ann.create_table(f"Table {n}", IMPATIENT) for n in range(3)]
            for table in (patient, *tables):
                view = await ann.watch(table)
                await ann.sit(table, 5_000)
                await ben.sit(table, 5_000)
                await view.wait_for(lambda view: view.table.hand and view.table.hand.turn)
            await all_stored(owner)
            await owner.kill()
        before = {table: await postgres.ask(dsn, VERSION, table) for table in tables}
        line = await other.logged("tables_taken_over")
        assert line["tables"] == 4
        assert line["not_loaded"] == 0
        # Turns run out, hands end, and whoever does not act sits out in the end.
        async with asyncio.timeout(MOST_S):
            for table, version in before.items():
                while await postgres.ask(dsn, VERSION, table) < version + 4:  # noqa: ASYNC110  it is asked
                    await asyncio.sleep(0.05)
        assert {line["table"] for line in other.log("get_game")} == {patient, *tables}
        assert await postgres.ask(dsn, "SELECT owner_incarnation FROM games WHERE id = $1", empty)
        assert await other.stop() == 0
    assert await check_database(dsn)
