"""An operator moves tables between servers, and nobody at these notices."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from pokerws.client import connect
from pokerws.messages import Snapshot
from pokerws.nodes import asking
from pokerws.nodes.errors import NotMoved
from pokerws.server.cluster.packets import Incarnation, Peer
from tests.e2e.cluster.moving import Operator, command
from tests.e2e.cluster.rig import nodes
from tests.e2e.database import check_database
from tests.e2e.faults import Cluster, a_cluster, onlooker, tables_in_play
from tests.e2e.ownership.test_two_servers import PATIENT
from tests.server.cluster.nats_server import NatsServer, nats_server

postgres = pytest.fixture(scope="module")(a_cluster)


@pytest.fixture(scope="module")
def nats(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NatsServer]:
    with nats_server(Path(tmp_path_factory.mktemp("nats"))) as server:
        yield server


async def test_tables_go_round_in_play_and_nobody_misses_anything(
    postgres: Cluster, nats: NatsServer
) -> None:
    """Players are connected to the giver, to the taker, and to a third server."""
    dsn = await postgres.database()
    operator = Operator(nats, postgres, dsn)
    async with nodes(nats, dsn, 3) as servers:
        first, second, third = servers
        async with (
            tables_in_play(first, dsn, second, third, first) as played,
            connect(first.socket_url, name="Sue") as sue,
            onlooker(first, played.tables[0], token=sue.session or "") as seen,
        ):
            await seen.is_shown.wait()
            peers = [await operator.peer(f"poker-{number}") for number in (2, 3, 1)]
            for peer in (*peers, *peers):
                moving = [operator.move(table, peer) for table in played.tables]
                assert await asyncio.gather(*moving) == [None] * len(moving)
                await played.more(20)
                for table in played.tables:
                    assert await operator.holder(table) == peer.name.replace("_", "-")
            assert sum(isinstance(one, Snapshot) for one in seen.messages) == 1
            for server in servers:
                opened = 1 if server is first else 0
                assert len(server.log("session_ended")) == opened, "only the opener has left"
                assert not server.log("tables_taken_over"), "the takers were told"
        for server in servers:
            assert await server.stop() == 0
    await played.everything_shown_is_stored()


async def test_the_command_line_lists_servers_and_moves_a_table_or_says_why_not(
    postgres: Cluster, nats: NatsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    dsn = await postgres.database()
    async with nodes(nats, dsn, 3) as (first, second, third):
        async with connect(first.socket_url, name="Ann") as ann:
            table = await ann.create_table("Ours", PATIENT)
            await ann.sit(table, 5_000)
            closed = await ann.create_table("Closed", PATIENT)
            view = await ann.watch(table)
            code, listed, _ = await command(first, "nodes")
            assert code == 0
            rows = [line.split() for line in listed.splitlines()]
            assert [row[0] for row in rows] == ["NODE", "poker-1", "poker-2", "poker-3"]
            assert [row[-1] for row in rows] == ["TABLES", "2", "0", "0"]
            code, out, errors = await command(first, "move", "nothing", "poker-2")
            assert (code, out, errors) == (1, "", "pokerws: there is no open table nothing\n")

            operator = Operator(nats, postgres, dsn)

            async def refused(table: str, node: str) -> str:
                with pytest.raises(NotMoved) as refusal:
                    await operator.command(table, node)
                return str(refusal.value)

            names = "poker-1, poker-2, poker-3"
            assert await refused(table, "poker-9") == (
                f"no server is named poker-9; there are: {names}"
            )
            assert await refused(table, "poker-1") == f"table {table} is at poker-1 already"

            both = [operator.command(table, "poker-2") for _ in range(2)]
            outcomes = await asyncio.gather(*both, return_exceptions=True)
            assert f"table {table}: given to poker-2\n" in outcomes
            assert all(isinstance(one, str | NotMoved) for one in outcomes), outcomes
            assert await refused(table, "poker-2") == f"table {table} is at poker-2 already"
            await ann.sit_out(table)
            assert view.epoch == 1

            await third.kill()
            await asyncio.wait(
                [asyncio.ensure_future(one.logged("owner_ended")) for one in (first, second)],
                return_when=asyncio.FIRST_COMPLETED,
            )
            assert (await refused(closed, "poker-3")).endswith("there are: poker-1, poker-2")
            # Nobody is there any more who would answer.
            monkeypatch.setattr(asking, "ANSWER_S", 0.1)
            gone = Peer("poker-3", Incarnation("gone"))
            with pytest.raises(NotMoved, match="poker-3 does not answer"):
                await operator.ask(gone, closed, await operator.peer("poker-2"))
            # The holder is the last to know that the taker has ended.
            assert "the other server has ended" in str(await operator.move(closed, gone))
        for server in first, second:
            assert await server.stop() == 0
    assert await check_database(dsn)
