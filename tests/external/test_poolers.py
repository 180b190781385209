"""The server behind PgBouncer as it is shipped, in session and in transaction mode."""

from collections.abc import AsyncIterator, Iterator

import pytest

from pokerws.client import connect
from pokerws.game.state import Turn
from pokerws.storage.postgres.address import address_of
from pokerws.storage.postgres.pooling import with_pooler
from tests.e2e.database import check_database
from tests.e2e.process import ServerProcess
from tests.e2e.test_kill_and_resume import play_until_street, sit_down, stay_in, what_is_seen
from tests.external.debian_postgres import DebianPostgres
from tests.external.pgbouncer import pgbouncer
from tests.simulation.crash import BACKOFF


@pytest.fixture(params=["session", "transaction"])
def mode(request: pytest.FixtureRequest) -> str:
    chosen: str = request.param
    return chosen


@pytest.fixture
def pooled(postgres: DebianPostgres, owner: str, database: str, mode: str) -> Iterator[str]:
    """The address of an empty database behind a pooler."""
    with pgbouncer(postgres, mode) as port:
        yield postgres.url(database, owner, port)


@pytest.fixture
async def server(pooled: str) -> AsyncIterator[ServerProcess]:
    """A server with everything turned on, and four quick bots; not started yet."""
    process = ServerProcess(
        database_url=pooled,
        use_db_repository=True,
        use_event_persistence=True,
        use_input_validation=True,
        use_durable_acks=True,
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


async def test_a_durable_hand_goes_on_after_kill_9(
    server: ServerProcess, pooled: str, mode: str
) -> None:
    await server.start()
    async with connect(server.socket_url, name="Hanna", backoff=BACKOFF) as client:
        view = await sit_down(server, client)
        await play_until_street(client, view, 1)
        before, epoch = what_is_seen(view), view.epoch
        await server.all_written(view.seq)
        await server.kill()
        await server.start()
        await view.wait_for(lambda view: view.epoch > epoch)
        await view.wait_for(lambda view: view.turn)
        assert what_is_seen(view) == before

        number = view.table.hand_number
        while view.table.hand_number == number:
            turn = await view.wait_for(lambda view: view.turn or view.table.hand_number != number)
            if isinstance(turn, Turn):
                await stay_in(client, view, turn)
    assert await server.stop() == 0
    print("\n".join(server.output[:12]))
    print([l for l in server.output if '"warning"' in l or '"error"' in l])
    assert len(await check_database(await with_pooler(address_of(pooled), "test"))) == 1
