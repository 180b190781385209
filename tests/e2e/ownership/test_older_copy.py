"""An older copy of the database takes its place under play: a failover, or a restored backup."""

import asyncio

import pytest

from pokerws.client import connect
from pokerws.game.config.table_config import TableConfig
from pokerws.maintenance.stored_log import game_ids, open_stored
from pokerws.maintenance.verify import verify_game
from pokerws.maintenance.verify_ledger import verify_ledger
from pokerws.storage.postgres.address import address_of
from tests.e2e.faults import Cluster, TablesInPlay, a_cluster, guest, serving, tables_in_play
from tests.e2e.process import ServerProcess
from tests.vaults import VAULT

BOTH_MODES = pytest.mark.parametrize("durable", [False, True], ids=["dual-write", "durable"])

cluster = pytest.fixture(scope="module")(a_cluster)


async def verified(dsn: str) -> dict[str, int]:
    """Verify all games and the ledger as an operator does; returns the games' versions."""
    versions = {}
    async with open_stored(address_of(dsn)) as connection:
        async for game in game_ids(connection):
            verdict = await verify_game(connection, game, VAULT)
            assert verdict.mismatches == [], f"game {game}: {verdict.mismatches}"
            versions[game] = verdict.version
        assert (await verify_ledger(connection)).mismatches == []
    return versions


async def newcomer(server: ServerProcess, name: str) -> str:
    """Somebody with a new account, who sits alone at a new table."""
    async with connect(server.socket_url, name=name) as client:
        table = await client.create_table(f"Of {name}", TableConfig())
        await client.watch(table)
        await client.sit(table, 2_000)
        return table


async def goes_back(server: ServerProcess, played: TablesInPlay) -> None:
    """Each table is reported with both versions, and the whole once."""
    for table in played.tables:
        line = await server.logged("table_went_back", lambda line: line["table"] == table)  # noqa: B023  called at once
        assert line["level"] == "error"
        assert line["error"].startswith("the database went back from version ")
    summary = await server.logged("database_went_back")
    assert summary["level"] == "error"
    assert summary["tables"] >= 1


@BOTH_MODES
async def test_an_older_copy_of_the_database_is_recognized_and_play_goes_on(
    cluster: Cluster, *, durable: bool
) -> None:
    """In dual-write memory is right, with durable acks the copy is; no chip is made or lost."""
    dsn = await cluster.database()
    async with serving(dsn, durable=durable) as server:
        async with tables_in_play(server, dsn) as played:
            for players in played.players.values():
                for player in players:
                    # What was shown is undone with durable acks.
                    player._durable = False
            older = await newcomer(server, "Older")
            copy = await cluster.copy(dsn)
            for table in played.tables:
                await played.more_at(table, 100)
            newer = await newcomer(server, "Newer")
            before = {table: played.highest(table) for table in played.tables}
            await cluster.put_in_place(copy, dsn)

            await goes_back(server, played)
            for table in played.tables:
                await played.more_at(table, 50)
            assert not [
                x for x in server.log("save_game") if x["outcome"] in ("DB_CONFLICT", "FENCED")
            ]
            assert not server.log("compare_game")
            if not durable:
                for table in played.tables:
                    assert played.highest(table) > before[table]
        assert await server.stop() == 0
        versions = await verified(dsn)
        assert set(played.tables) | {older} <= set(versions)
        assert (newer in versions) is not durable
        await server.start()
        async with guest(server, "Gus", played.tables[0]) as gus:
            assert gus.view.seq >= versions[played.tables[0]]
        assert await server.stop() == 0
    await asyncio.sleep(0)
    await verified(dsn)
