"""docs/backup.md as an operator runs it: a dump of a server with a hand, restored and verified."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from pokerws.client import connect
from pokerws.game.state import TableConfig
from tests.e2e.guide import Shell, blocks
from tests.e2e.process import REPOSITORY, ServerProcess
from tests.e2e.test_migration_guide import environment
from tests.postgres_fixtures import Databases
from tests.vaults import VAULT_KEYS

DOCUMENT = (REPOSITORY / "docs" / "backup.md").read_text(encoding="utf-8")
CONFIG = TableConfig(seats=2, turn_time_ms=600_000, next_hand_delay_ms=0)


@pytest.fixture
def empty_database(databases: Databases) -> Iterator[str]:
    name = databases.create("template0")
    yield databases.url(name)
    databases.drop(name)


@pytest.mark.timeout(60)
async def test_a_dump_of_a_server_in_a_hand_restores_and_verifies(
    bare_database_url: str, empty_database: str, databases: Databases, place: Path
) -> None:
    server = ServerProcess(
        database_url=bare_database_url,
        use_db_repository=True,
        use_event_persistence=True,
        use_durable_acks=True,
    )
    await server.start()
    try:
        url = server.socket_url
        async with connect(url, name="Ann") as ann, connect(url, name="Ben") as ben:
            table = await ann.create_table("Duel", CONFIG)
            view = await ann.watch(table)
            for player in (ann, ben):
                await player.sit(table, 10_000)
            await view.wait_for(lambda view: view.table.hand and view.table.hand.turn)
            await follow_the_guide(
                place,
                environment(
                    databases.server.programs,
                    DATABASE_URL=bare_database_url,
                    RESTORED=empty_database,
                    VAULT_KEYS=VAULT_KEYS,
                ),
            )
    finally:
        await server.stop()


async def follow_the_guide(place: Path, given: Mapping[str, str]) -> None:
    (place / "server.py").symlink_to(REPOSITORY / "server.py")
    async with Shell.opened(place, given) as shell:
        found = blocks(DOCUMENT, DOCUMENT)
        assert len(found) == 2
        for block in found:
            await shell.follow(block)
