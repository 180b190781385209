"""`kill -9` while chips and seats change hands: the bank gives and takes, a raked hand ends, and a
seat becomes free, is reserved, and is taken.

Each happens once, whether the server is killed when the command was sent, or when it was stored.
"""

import asyncio
from collections.abc import Awaitable

import asyncpg

from pokerws.client import Client, TableView, connect
from pokerws.game.config.hosting import HostingRules
from pokerws.game.config.seating import Seating
from pokerws.game.config.table_config import HouseRules, Rake, TableConfig
from pokerws.game.state import Turn, Waiter
from tests.e2e.database import check_database
from tests.e2e.process import ServerProcess
from tests.simulation.crash import BACKOFF

RAKED = TableConfig(
    seats=2,
    next_hand_delay_ms=0,
    turn_time_ms=600_000,
    house=HouseRules(rake=Rake(500)),
    # Nobody has to bring back the chips of before.
    seating=Seating(stay_ms=0),
)
BANK = TableConfig(seats=2, turn_time_ms=600_000, hosting=HostingRules(bank=True))
# Five percent of a pot of two big blinds.
BUY_IN, RAKE = 5_000, 10
INSTANTS = ("sent", "stored")


class Killed:
    """A server that is killed while commands are on their way, and started again."""

    def __init__(self, server: ServerProcess, database: asyncpg.Pool) -> None:
        self._server, self._database = server, database

    async def events(self) -> int:
        return int(await self._database.fetchval("SELECT count(*) FROM game_events"))

    async def during(self, instant: str, *commands: Awaitable[object]) -> None:
        """The commands are carried out once, though the server is killed."""
        before = await self.events()
        tasks = [asyncio.ensure_future(command) for command in commands]
        # The frames are on their way after a few turns of the loop.
        for _ in range(5):
            await asyncio.sleep(0)
        if instant == "stored":
            while await self.events() == before:
                pass
        await self._server.kill()
        await self._server.start()
        await asyncio.gather(*tasks)


async def bets_on_the_flop(view: TableView, clients: list[Client]) -> tuple[Client, int]:
    """A heads-up hand until one has bet on the flop: who is to answer, and in which turn."""
    for action in ("call", "check", "bet"):
        client, number = await to_act(view, clients)
        amount = 100 if action == "bet" else None
        accepted = await client.act(view.id, number, action, amount)
        await view.reached(accepted.seq or 0)
    return await to_act(view, clients)


def turn_of(view: TableView) -> Turn | None:
    """Whoever's turn it is."""
    return None if view.table.hand is None else view.table.hand.turn


def reserved(view: TableView) -> list[Waiter] | None:
    """Who may take a seat that is kept; None if nobody may."""
    return [one for one in view.table.waiting if one.seat is not None] or None


async def to_act(view: TableView, clients: list[Client]) -> tuple[Client, int]:
    turn = await view.wait_for(turn_of)
    seat = view.table.seats[turn.seat]
    assert seat is not None
    (client,) = [one for one in clients if one.player == seat.player]
    return client, turn.number


async def test_chips_and_seats_change_hands_once_though_the_server_is_killed(
    server: ServerProcess, database_url: str
) -> None:
    server.settings |= {"USE_DURABLE_ACKS": "true", "BOTS": "0"}
    await server.start()
    url = server.socket_url
    async with (
        asyncpg.create_pool(database_url, min_size=1, max_size=1) as database,
        connect(url, name="Hanna", backoff=BACKOFF) as hanna,
        connect(url, name="Ben", backoff=BACKOFF) as ben,
        connect(url, name="Cleo", backoff=BACKOFF) as cleo,
    ):
        raked = await hanna.create_table("Raked", RAKED)
        bank = await hanna.create_table("Bank", BANK)
        view = await hanna.watch(raked)
        lines = await hanna.watch(bank)
        killed = Killed(server, database)
        await hanna.pause_table(raked)
        await hanna.sit(raked, BUY_IN, 0)
        await hanna.sit(bank, BUY_IN, 0)
        await ben.sit(bank, BUY_IN, 1)
        await ben.sit(raked, BUY_IN, 1)
        leaves, comes = ben, cleo
        for instant in INSTANTS:
            await hanna.resume_table(raked)
            folds, turn = await bets_on_the_flop(view, [hanna, leaves])
            await hanna.pause_table(raked)
            await killed.during(
                instant,
                folds.act(raked, turn, "fold"),
                comes.join_waiting_list(raked),
                hanna.give_chips(bank, ben.player, 1_000),
            )
            await killed.during(
                instant, leaves.stand(raked), hanna.take_chips(bank, ben.player, 400)
            )
            (held,) = await view.wait_for(reserved)
            assert (held.player, held.seat) == (comes.player, 1)
            await killed.during(
                instant, comes.sit(raked, BUY_IN), hanna.give_chips(bank, hanna.player, 7)
            )
            await view.wait_for(lambda view: not view.table.waiting)
            assert view.table.seat_of(comes.player) == 1
            leaves, comes = comes, leaves
        rounds = len(INSTANTS)
        own, bens = BUY_IN + 7 * rounds, BUY_IN + 1_000 * rounds
        await lines.wait_for(lambda view: view.table.hosting.bank[0].given == own)
        given = [(line.given, line.returned) for line in lines.table.hosting.bank]
        assert given == [(own, 0), (bens, 400 * rounds)]
        for table, rake in ((raked, rounds * RAKE), (bank, 0)):
            ledger = await hanna.ledger(table)
            assert ledger.rake == rake
            assert sum(row.net for row in ledger.rows) == -rake
    assert await server.stop() == 0
    await check_database(database_url)
