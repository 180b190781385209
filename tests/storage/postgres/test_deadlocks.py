"""Several servers move chips of the same accounts at once, and wait for each other in no circle."""

import asyncio
import random
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import TypeAlias

import asyncpg
import pytest

from pokerws.game.state import PlayerId
from pokerws.storage.accounts import HOUSE, Transfer, table_account
from pokerws.storage.postgres.address import Pooler, address_of
from pokerws.storage.postgres.connecting import retrying
from pokerws.storage.postgres.store import PostgresStore
from pokerws.storage.store import Change
from tests.storage.changes import START_MS, brings, change, takes
from tests.storage.conftest import DEADLOCKS, SOON_S, Logged, OpenJournal, slowly
from tests.storage.postgres.test_store import until_blocked

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

TURNS, TABLES, GRANT = 5, 20, 1_000
PLAYERS = [f"p{number}" for number in range(6)]
BALANCES = "SELECT id, balance FROM accounts ORDER BY id"
GIVEN = """
SELECT target, sum(amount) FROM transfers WHERE reason IN ('grant', 'refill') GROUP BY target
"""


class Chips:
    """The chips of a server's tables, changed by batches in which all kinds of transfers occur."""

    def __init__(self, server: int) -> None:
        self._random = random.Random(server)
        self._stacks = {f"s{server}_{number:02}": 0 for number in range(TABLES)}
        self.brought: dict[str, int] = dict.fromkeys(PLAYERS, 0)
        self.issued = 0

    def batch(self, turn: int) -> list[Change]:
        return [self._moved(table, turn) for table in self._stacks]

    def _moved(self, table: str, turn: int) -> Change:
        player, amount = self._random.choice(PLAYERS), self._random.randint(1, 9)
        match self._random.randrange(3):
            case 0 if self._stacks[table] >= amount:
                move, amount = takes(player, amount, turn + 1, table), -amount
                self.brought[player] += amount
            case 1:
                account = table_account(change(table).table)
                move = Transfer(HOUSE, account, amount, "buy_in", turn + 1, START_MS)
                self.issued += amount
            case _:
                move = brings(player, amount, turn + 1, table)
                self.brought[player] += amount
        self._stacks[table] += amount
        return change(table, turn, chips=self._stacks[table], transfers=(move,))


async def opened(store: PostgresStore, players: Sequence[str] = PLAYERS) -> None:
    for player in players:
        await store.accounts.open(PlayerId(player), GRANT, START_MS)


async def refilled(store: PostgresStore, player: str) -> None:
    await store.accounts.refill(
        PlayerId(player), to=10**6, below=10**6, due_ms=START_MS, at_ms=START_MS + 1
    )


async def test_servers_that_save_transfers_of_the_same_accounts_do_not_deadlock(
    database_url: str, operator: Connection
) -> None:
    servers = [Chips(number) for number in range(3)]
    async with AsyncExitStack() as stack:
        stores = [await PostgresStore.open(address_of(database_url)) for _ in servers]
        for store in stores:
            stack.push_async_callback(store.close)
        await opened(stores[0])
        await operator.execute(slowly("accounts", 0.01))
        for turn in range(TURNS):
            others = [opened(store, [f"g{turn}"]) for store in stores]
            others.append(refilled(stores[0], PLAYERS[turn]))
            saves = [
                store.save(server.batch(turn))
                for store, server in zip(stores, servers, strict=True)
            ]
            saved, _ = await asyncio.gather(asyncio.gather(*saves), asyncio.gather(*others))
            assert [len(tables) for tables in saved] == [TABLES] * 3

    given = await amounts(operator, GIVEN)
    balances = await amounts(operator, BALANCES)
    for player in PLAYERS:
        account = f"player:{player}"
        brought = sum(server.brought[player] for server in servers)
        assert balances[account] == given[account] - brought
    issued = sum(server.issued for server in servers)
    assert balances["house"] == -sum(given.values()) - issued
    # Sessions report their statistics when they end, and the stores' have.
    assert await operator.fetchval(DEADLOCKS) == 0


@pytest.mark.parametrize("pooler", ["none", "transaction"])
async def test_a_save_that_was_rolled_back_in_a_deadlock_is_tried_again_and_no_outage(
    database_url: str,
    operator: Connection,
    journal_on: OpenJournal,
    logged: Logged,
    pooler: Pooler,
) -> None:
    """The operator's session locks the accounts in the opposite order, and the save loses."""
    store = await PostgresStore.open(replace(address_of(database_url), pooler=pooler))
    journal = journal_on(store)
    await opened(store, ["ann", "ben"])
    other = await asyncpg.connect(database_url)
    async with other.transaction():
        await lock(other, "player:ann")
        journal.put(
            change(chips=30, version=2, transfers=(brings("ann", 10, 1), brings("ben", 20, 2)))
        )
        await until_blocked(operator)
        # The save has waited for longer, so that it is the one to look for a deadlock.
        await other.execute("SET LOCAL deadlock_timeout = '60s'")
        await lock(other, "player:ben")
    await journal.flush(SOON_S)
    assert journal.healthy
    assert logged.all("statement_retried", retry=1, error="DeadlockDetectedError")
    assert not logged.all("save_game", outcome="DB_FAILED")
    await journal.stop(1)
    await store.close()
    await other.close()
    balances = await amounts(operator, BALANCES)
    assert (balances["player:ann"], balances["player:ben"]) == (GRANT - 10, GRANT - 20)


async def amounts(connection: Connection, statement: str) -> dict[str, int]:
    return {account: int(amount) for account, amount in await connection.fetch(statement)}


async def lock(connection: Connection, account: str) -> None:
    await connection.execute("SELECT FROM accounts WHERE id = $1 FOR UPDATE", account)


async def test_a_statement_is_tried_a_few_times_only() -> None:
    tries: list[asyncpg.PostgresError] = []

    async def run() -> None:
        tries.append(asyncpg.SerializationError("could not serialize access"))
        raise tries[-1]

    with pytest.raises(asyncpg.SerializationError):
        await retrying.retried(run)
    assert len(tries) == 1 + retrying.RETRIES
