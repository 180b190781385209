"""Cards that were seen while the database was away do not come again after a crash.

Server and Postgres are real processes.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from pokerws.client import TableView
from pokerws.client import connect as connect_client
from pokerws.game.cards import UNKNOWN
from pokerws.game.config.table_config import TableConfig
from tests.e2e.database import check_database
from tests.e2e.faults import Cluster, Guest, a_cluster, guest, heard, serving
from tests.e2e.process import ServerProcess

# Nobody's time is up while a test looks.
CONFIG = TableConfig(seats=2, turn_time_ms=600_000, next_hand_delay_ms=1_000)
BUY_IN = 5_000
RIVER = 5


cluster = pytest.fixture(scope="module")(a_cluster)


@asynccontextmanager
async def a_hand(server: ServerProcess) -> AsyncIterator[tuple[Guest, Guest]]:
    """Ann and Ben, in the first hand of a table; what they have seen so far is stored."""
    async with connect_client(server.socket_url, name="Opener") as opener:
        table = await opener.create_table("Seen", CONFIG)
    async with guest(server, "Ann", table) as ann, guest(server, "Ben", table) as ben:
        for one in (ann, ben):
            await one.client.sit(table, BUY_IN)
        await ann.view.wait_for(lambda view: view.table.hand and view.table.hand.turn)
        await ben.view.reached(ann.view.seq)
        await server.all_written(ann.view.seq)
        yield ann, ben


async def call_down(ann: Guest, ben: Guest, cards: int) -> None:
    """Both stay in until so many cards are on the board and somebody is to act."""
    while True:
        hand = ann.view.table.hand
        assert hand is not None
        acting = ann if ann.view.turn else ben
        turn = acting.view.turn
        assert turn is not None
        if len(hand.board) >= cards:
            return
        action = "check" if "check" in turn.actions else "call"
        await acting.client.act(acting.view.id, turn.number, action)  # type: ignore[arg-type]
        for one in (ann, ben):
            await past(one.view, turn.number)


async def past(view: TableView, turn: int) -> None:
    await view.wait_for(lambda view: view.table.hand is None or view.table.turns > turn)


def stacks(view: TableView) -> list[int]:
    return [seat.stack for seat in view.table.seats if seat is not None]


def board(one: Guest) -> list[str]:
    hand = one.view.table.hand
    assert hand is not None
    return list(hand.board)


async def test_a_hand_that_ran_ahead_of_the_database_is_cancelled_after_kill_9(
    cluster: Cluster,
) -> None:
    dsn = await cluster.database()
    async with serving(dsn, durable=False, log_level="debug") as server:
        async with a_hand(server) as (ann, ben):
            cluster.hang()
            try:
                # The cards of the outage's first second wait a little, and then play goes on.
                await call_down(ann, ben, RIVER)
                seen, own, epoch = board(ann), ann.view.cards, ann.view.epoch
                await server.kill()
            finally:
                cluster.go_on()
            await server.start()
            for one in (ann, ben):
                await one.view.wait_for(lambda view: view.epoch > epoch)
            await heard([ann, ben], "hand_cancelled")
            line = await server.logged("hand_cancelled")
            assert line["hand"] == 1

            await ann.view.wait_for(lambda view: view.table.hand_number == 2 and view.turn is None)
            assert sum(stacks(ann.view)) <= 2 * BUY_IN
            await ben.view.reached(ann.view.seq)
            await call_down(ann, ben, RIVER)
            assert (board(ann), ann.view.cards) != (seen, own)
            assert UNKNOWN not in seen
        assert await server.stop() == 0
    await check_database(dsn)


async def test_a_stop_without_the_database_leaves_word_of_what_was_shown(cluster: Cluster) -> None:
    dsn = await cluster.database()
    async with serving(dsn, durable=False, stop_timeout_ms=100, log_level="debug") as server:
        async with a_hand(server) as (ann, ben):
            cluster.hang()
            try:
                await call_down(ann, ben, RIVER)
                assert await server.stop() == 1
            finally:
                cluster.go_on()
            await server.start()
            await heard([ann, ben], "hand_cancelled")
        assert await server.stop() == 0
    await check_database(dsn)
