"""From the database to memory and back: old tables are closed, and their chips are in the accounts.

Real servers on the same DATABASE_URL, one after the other.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import asyncpg
import pytest

from pokerws.client import Client, CommandRejected, TableView, connect
from pokerws.game.commands import Action
from pokerws.game.config.table_config import TableConfig
from pokerws.game.state import TableId, Turn
from pokerws.storage.postgres.address import address_of
from pokerws.storage.postgres.connecting import connected
from pokerws.storage.postgres.database import reachable
from pokerws.storage.postgres.overtaken import NOTE
from tests.e2e.database import check_database
from tests.e2e.faults import server_on
from tests.e2e.process import PROGRAM, ServerProcess
from tests.e2e.test_command_line import run
from tests.postgres_fixtures import Databases

# The turn is nobody's to miss while servers are started and stopped.
CONFIG = TableConfig(seats=3, turn_time_ms=600_000, next_hand_delay_ms=20)
BUY_IN, GRANT = 5_000, 100_000


class Players:
    """Ann and Ben, who are the same players at every server that has the database's key."""

    def __init__(self) -> None:
        self.tokens: dict[str, str | None] = {"Ann": None, "Ben": None}

    @asynccontextmanager
    async def at(self, server: ServerProcess) -> AsyncIterator[tuple[Client, Client]]:
        async with (
            connect(server.socket_url, name="Ann", token=self.tokens["Ann"]) as ann,
            connect(server.socket_url, name="Ben", token=self.tokens["Ben"]) as ben,
        ):
            self.tokens = {"Ann": ann.session, "Ben": ben.session}
            yield ann, ben


def database_server(url: str) -> ServerProcess:
    return server_on(url, durable=False, compare_interval_ms=10)


def memory_server(url: str) -> ServerProcess:
    return ServerProcess(database_url=url)


async def refusal(server: ServerProcess, cwd: Path) -> str:
    """The one line of a server that does not start."""
    await server.launch(cwd=cwd, program=PROGRAM)
    assert await server.ended() == 2
    (line,) = server.output
    server.output.clear()
    return line


@asynccontextmanager
async def started(
    server: ServerProcess, *arguments: str, cwd: Path | None = None
) -> AsyncIterator[ServerProcess]:
    """A server until it is told to stop."""
    await server.start(*arguments, cwd=cwd, program=PROGRAM)
    try:
        yield server
        assert await server.stop() == 0
    finally:
        if server.running:
            await server.kill()


async def play_a_hand(ann: Client, ben: Client) -> TableView:
    """A new table with one hand over and the next one in play."""
    table = await ann.create_table("Quick", CONFIG)
    view = await ann.watch(table)
    await ben.watch(table)
    await ann.sit(table, BUY_IN)
    await ben.sit(table, BUY_IN)
    await go_on(ann, ben, table)
    return view


async def go_on(ann: Client, ben: Client, table: TableId) -> None:
    """Whoever's turn it is raises, the other one folds, and both see the next hand start."""
    views = {client.views[table]: client for client in (ann, ben)}
    for view in views:
        await view.wait_for(in_hand)
    number = ann.views[table].table.hand_number
    actions: tuple[Action, ...] = ("raise", "fold")
    for action in actions:
        view = await whose_turn(*views)
        turn = view.turn
        assert turn is not None
        amount = turn.min_to if action == "raise" else None
        await views[view].act(table, turn.number, action, amount)
        # The next hand can start before this task looks, and the player may be first to act.
        await view.wait_for(partial(is_over, turn))
    for view in views:
        await view.wait_for(lambda view: view.table.hand_number > number and in_hand(view))


def is_over(turn: Turn, view: TableView) -> bool:
    return view.turn is None or view.turn.number != turn.number


def in_hand(view: TableView) -> bool:
    return view.table.hand is not None and view.table.hand.turn is not None


async def whose_turn(*views: TableView) -> TableView:
    """The view of the player to act."""
    waiting = [asyncio.create_task(view.wait_for(lambda view: view.turn)) for view in views]
    await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    for task in waiting:
        task.cancel()
    return next(view for view in views if view.turn is not None)


async def ask(url: str, query: str, *arguments: object) -> list[asyncpg.Record]:
    """Ask the database, whether its server runs or not."""
    async with reachable(address_of(url)) as address, connected(address, "test") as connection:
        return await connection.fetch(query, *arguments)


async def noted(url: str) -> None:
    """Wait until the memory server has left its note."""
    directory = address_of(url).embedded_dir
    assert directory is not None
    while not (directory / NOTE).exists():  # noqa: ASYNC110  another process
        await asyncio.sleep(0.01)


async def check(url: str) -> None:
    """What `server.py verify` finds: nothing."""
    code, output, errors = await run(
        "verify", DATABASE_URL=url, USE_DB_REPOSITORY="true", USE_EVENT_PERSISTENCE="true"
    )
    assert (code, errors) == (0, "")
    assert "0 mismatches" in output
    async with reachable(address_of(url)) as address:
        await check_database(address)


async def test_after_play_in_memory_old_tables_are_closed_and_their_chips_are_refunded(
    place: Path,
) -> None:
    url = f"embedded:{place / 'postgres'}"
    players = Players()
    async with started(database_server(url)) as server, players.at(server) as (ann, ben):
        view = await play_a_hand(ann, ben)
        old = view.id
        stacks = {s.player: s.stack for s in view.table.seats if s is not None}
        hand = view.table.hand
        assert hand is not None
        for number, seat in enumerate(view.table.seats):
            part = hand.seats[number]
            if seat is not None and part is not None:
                stacks[seat.player] += part.bet + part.in_pots
        assert sum(stacks.values()) == 2 * BUY_IN

    line = await refusal(memory_server(url), place)
    assert line.startswith("pokerws: 1 table is in play in DATABASE_URL, and USE_DB_REPOSITORY is")
    assert "start with --overtake" in line
    memory = started(memory_server(url), "--overtake")
    async with memory as server, Players().at(server) as (guest, other):
        assert server.log("tables_left_behind")[0]["tables"] == 1
        assert await guest.list_tables() == []
        await play_a_hand(guest, other)
        await noted(url)
    # The operator has been asked once.
    async with started(memory_server(url)) as server:
        assert not server.log("tables_left_behind")

    line = await refusal(database_server(url), place)
    assert line.startswith("pokerws: 1 table was left behind when play went on in memory at ")
    assert "--overtaken resume (or OVERTAKEN_TABLES=resume in the environment)" in line
    async with started(database_server(url), "serve", "--overtaken", "refund") as server:
        (closed,) = server.log("overtaken_tables_closed")
        assert closed["tables"] == 1
        async with players.at(server) as (ann, ben):
            assert await ann.list_tables() == []
            with pytest.raises(CommandRejected, match="unknown_table"):
                await ann.watch(old)
            for client in (ann, ben):
                account = await client.account()
                assert account.balance == GRANT - BUY_IN + stacks[client.player]
                assert account.transfers[0].reason == "refund"
                assert account.transfers[0].amount == stacks[client.player]
            new = await play_a_hand(ann, ben)
            table, hand_number = new.id, new.table.hand_number

    refunds = await ask(url, "SELECT target, amount FROM transfers WHERE reason = 'refund'")
    assert {row["target"]: row["amount"] for row in refunds} == {
        f"player:{player}": amount for player, amount in stacks.items()
    }
    ((status, chips),) = await ask(url, "SELECT status, chips FROM games WHERE id = $1", old)
    assert (status, chips) == ("closed", 0)
    ((total,),) = await ask(url, "SELECT sum(balance) FROM balances")
    assert total == 0
    assert [
        row["open"] for row in await ask(url, "SELECT closed_at IS NULL AS open FROM memory_play")
    ] == [False]
    await check(url)

    # It was settled: what has been played since then is not old.
    async with started(database_server(url)) as server, players.at(server) as (ann, ben):
        assert server.log("overtaken_tables_closed")[1:] == []
        again = await ann.watch(table)
        assert again.table.hand_number == hand_number
        await ben.watch(table)
        await go_on(ann, ben, table)
        assert not server.log("compare_game")
    await check(url)


async def test_without_play_in_memory_in_between_a_table_goes_on_as_it_was(
    database_url: str,
) -> None:
    url = database_url
    players = Players()
    async with started(database_server(url)) as server, players.at(server) as (ann, ben):
        view = await play_a_hand(ann, ben)
        table, seats = view.id, view.table.seats
        hand_number, cards = view.table.hand_number, view.cards
    async with started(database_server(url)) as server, players.at(server) as (ann, ben):
        assert not server.log("overtaken_tables_closed")
        view = await ann.watch(table)
        assert (view.table.seats, view.table.hand_number) == (seats, hand_number)
        assert view.cards == cards
        await ben.watch(table)
        await go_on(ann, ben, table)
    assert await ask(url, "SELECT FROM memory_play") == []
    await check(url)


async def test_a_memory_server_beside_an_empty_database_leaves_nothing(
    database_url: str,
) -> None:
    url = database_url
    async with started(database_server(url)):
        pass
    async with started(memory_server(url)) as server, Players().at(server) as (ann, ben):
        await play_a_hand(ann, ben)
    assert await ask(url, "SELECT FROM memory_play") == []


async def test_tables_that_were_left_behind_go_on_where_the_operator_wants_it(
    database_url: str, databases: Databases, place: Path
) -> None:
    """Play goes back to memory while the database is away, which nobody is asked about."""
    url = database_url
    players = Players()
    async with started(database_server(url)) as server, players.at(server) as (ann, ben):
        view = await play_a_hand(ann, ben)
        table, hand_number, seats = view.id, view.table.hand_number, view.table.seats

    name = url.partition("?")[0].rpartition("/")[2]
    databases.psql(databases.server.dsn, "-c", f"ALTER DATABASE {name} RENAME TO {name}_away")
    async with started(memory_server(url), cwd=place) as server:
        (line,) = server.log("stored_tables_not_checked")
        assert "does not exist" in line["error"]
        await server.logged("memory_play_noted_in_file")
    databases.psql(databases.server.dsn, "-c", f"ALTER DATABASE {name}_away RENAME TO {name}")

    assert "--overtaken resume" in await refusal(database_server(url), place)
    server = database_server(url)
    server.settings["OVERTAKEN_TABLES"] = "resume"
    async with started(server, cwd=place), players.at(server) as (ann, ben):
        assert server.log("overtaken_tables_resumed")[0]["tables"] == 1
        again = await ann.watch(table)
        assert (again.table.hand_number, again.table.seats) == (hand_number, seats)
        await ben.watch(table)
        await go_on(ann, ben, table)
    await check(url)
