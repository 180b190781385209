"""A real server process on a real Postgres, in a directory of its own."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from pokerws.storage.postgres.embedded import EmbeddedPostgres
from tests.e2e.process import ServerProcess


@pytest.fixture
async def server(place: Path) -> AsyncIterator[ServerProcess]:
    """A server with all that is built turned on, and four quick bots; not started yet."""
    process = ServerProcess(
        database_url=f"embedded:{place / 'postgres'}",
        use_db_repository=True,
        use_event_persistence=True,
        use_input_validation=True,
        bots=4,
        bot_min_delay_ms=20,
        bot_max_delay_ms=120,
        next_hand_delay_ms=300,
        turn_time_ms=15_000,
        log_level="debug",
    )
    yield process
    if process.running:
        await process.kill()
    # After a kill the embedded Postgres is still there; whoever takes it over can stop it.
    async with asyncio.timeout(30):
        postgres = await EmbeddedPostgres.start(place / "postgres")
        await postgres.stop()
