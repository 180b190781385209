"""A real server process on a real Postgres."""

from collections.abc import AsyncIterator

import pytest

from tests.e2e.process import ServerProcess


@pytest.fixture
async def server(database_url: str) -> AsyncIterator[ServerProcess]:
    """A server with all that is built turned on, and four quick bots; not started yet."""
    process = ServerProcess(
        database_url=database_url,
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
