"""Rake in the database: it goes to the house, is verified, and stays right in a prune."""

import io
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest
import pytest_asyncio
from msgspec.structs import replace

from pokerws.game.commands import Stand
from pokerws.game.config.hosting import HostingRules
from pokerws.game.config.table_config import HouseRules, Rake, SessionLimits
from pokerws.game.state import PlayerId
from pokerws.maintenance.verify import verify
from pokerws.storage.postgres.address import address_of
from pokerws.storage.postgres.pruning import Pruning
from pokerws.storage.postgres.store import PostgresStore
from tests.storage.played import CONFIG, PlayedGame, open_accounts, writing
from tests.vaults import VAULT

GRANTED = 3 * 10**9
RAKED = replace(CONFIG, house=HouseRules(rake=Rake(percent=1_000), run_it=2, seven_deuce=50))


@pytest_asyncio.fixture
async def store(database_url: str) -> AsyncIterator[PostgresStore]:
    store = await PostgresStore.open(address_of(database_url))
    await open_accounts(store)
    yield store
    await store.close()


@pytest_asyncio.fixture
async def connection(database_url: str) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    connection = await asyncpg.connect(database_url)
    yield connection
    await connection.close()


async def verified(url: str) -> tuple[int, str]:
    out = io.StringIO()
    code = await verify(address_of(url), None, out, io.StringIO(), vault=VAULT)
    return code, out.getvalue()


@pytest.mark.parametrize("bank", [False, True])
async def test_rake_is_booked_to_the_house_and_verified(
    *,
    bank: bool,
    store: PostgresStore,
    database_url: str,
    connection: "asyncpg.Connection[asyncpg.Record]",
) -> None:
    async with writing(store) as journal:
        game = PlayedGame(journal, config=replace(RAKED, hosting=HostingRules(bank=bank)))
        game.sit()
        game.play_hands(12)
        game.actor.stop()
    taken = 30_000 - game.actor.table.chips
    booked = await connection.fetchval(
        "SELECT sum(amount)::bigint FROM transfers WHERE reason = 'rake' AND target = 'house'"
    )
    house = await connection.fetchval("SELECT balance FROM accounts WHERE id = 'house'")
    assert taken == booked > 0
    # The house issued the chips of a table with a bank, and gets its rake there too.
    assert house == taken - GRANTED - (30_000 if bank else 0)
    code, text = await verified(database_url)
    assert code == 0, text

    await connection.execute("UPDATE transfers SET amount = amount + 1 WHERE reason = 'rake'")
    code, text = await verified(database_url)
    assert code == 1
    assert "to house" in text


async def test_a_killed_server_loses_no_rake(store: PostgresStore, database_url: str) -> None:
    """Each life ends wherever the journal is, without a snapshot."""
    async with writing(store) as journal:
        game = PlayedGame(journal, config=RAKED)
        game.sit()
        game.play_hands(3)
        game.actor.stop()
    for _ in range(4):
        async with writing(store) as journal:
            await game.load_again(store, journal, keep_events=True)
            game.play_hands(2)
            game.actor.stop()
    code, text = await verified(database_url)
    assert code == 0, text


async def test_a_session_that_is_over_is_paid_out_and_can_be_pruned(
    store: PostgresStore,
    database_url: str,
    connection: "asyncpg.Connection[asyncpg.Record]",
) -> None:
    session = SessionLimits(hands=6)
    config = replace(RAKED, house=replace(RAKED.house, session=session))
    async with writing(store) as journal:
        game = PlayedGame(journal, config=config)
        game.sit()
        game.play_until(lambda actor: actor.table.closed)
        game.actor.stop()
    status = await connection.fetchval("SELECT status FROM games")
    players = "SELECT sum(balance)::bigint FROM accounts WHERE id <> 'house'"
    raked = GRANTED - await connection.fetchval(players)
    assert status == "closed"
    assert raked > 0
    code, text = await verified(database_url)
    assert code == 0, text

    pruning = Pruning(datetime.now(UTC) + timedelta(days=1))
    while await store.prune(pruning):
        pass
    assert pruning.games == 1
    assert await connection.fetchval("SELECT count(*) FROM transfers WHERE reason = 'rake'") == 0
    assert await connection.fetchval(players) == GRANTED - raked
    code, text = await verified(database_url)
    assert code == 0, text


async def test_a_session_ends_after_a_restart_too(store: PostgresStore, database_url: str) -> None:
    """The time is over while no server runs, and too few players are ready for a last hand."""
    session = SessionLimits(ends_after_ms=60_000)
    config = replace(RAKED, house=replace(RAKED.house, session=session))
    async with writing(store) as journal:
        game = PlayedGame(journal, config=config)
        game.sit()
        game.play_hands(1)
        for player in ("ada", "bob"):
            game.actor.carry_out(Stand(PlayerId(player)))
        game.actor.stop()
    game.clock.advance(3_600_000)
    async with writing(store) as journal:
        await game.load_again(store, journal, keep_events=True)
        assert not game.actor.table.closed
        game.clock.advance(1)
        assert game.actor.table.closed
        assert game.actor.table.chips == 0
        game.actor.stop()
    code, text = await verified(database_url)
    assert code == 0, text
