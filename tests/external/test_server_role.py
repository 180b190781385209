"""A server on Debian's PostgreSQL behind default privileges that open all tables to everybody."""

import pytest

from tests.e2e.process import ServerProcess
from tests.e2e.test_command_line import refused, run
from tests.e2e.test_vault import duel
from tests.external.debian_postgres import DebianPostgres
from tests.storage.postgres.test_rights import ATTEMPTS, GATEWAY

CLOSED = """
INSERT INTO games (id, name, status, variant, players, hand_number, total_pot, version, epoch,
    config, created_at, updated_at, chips, balance)
SELECT 'g1', 'Closed', 'closed', 'NT', 0, 0, 0, 1, 1, '{}', long_ago, long_ago, 0, 0
FROM (SELECT now() - interval '2 days' AS long_ago) AS times
"""


@pytest.fixture
def server_role(postgres: DebianPostgres, owner: str, database: str) -> str:
    """Another role than the owner, which gets rights on all tables too."""
    role = postgres.role()
    grant = f"ALTER DEFAULT PRIVILEGES FOR ROLE {owner} GRANT ALL ON TABLES TO {role}"
    postgres.psql(postgres.url(database), GATEWAY.format(owner=owner, schema="public"), grant)
    postgres.psql(postgres.url(database), f"GRANT CREATE ON SCHEMA public TO {owner}")
    return role


async def test_a_server_plays_as_another_role_and_as_the_owner_and_nobody_else_gets_in(
    postgres: DebianPostgres, owner: str, database: str, server_role: str
) -> None:
    owning, serving = postgres.url(database, owner), postgres.url(database, server_role)
    outside = {"PORT": "0", "USE_DB_REPOSITORY": "true"}
    assert (await run("migrate", DATABASE_URL=owning))[0] == 0
    hidden = f"row level security hides the tables from the role {server_role}: "
    await refused(hidden, DATABASE_URL=serving, **outside)
    await refused(hidden, "verify", DATABASE_URL=serving)
    code, output, _ = await run("migrate", "--server-role", server_role, DATABASE_URL=owning)
    assert (code, output.splitlines()[-1]) == (
        0,
        f"the role {server_role} can serve with these tables",
    )

    server = ServerProcess(
        database_url=serving,
        use_db_repository=True,
        use_event_persistence=True,
        use_durable_acks=True,
        log_level="debug",
    )
    try:
        await server.start()
        async with duel(server) as players:
            await players.play_to_the_flop()
            seen = players.seen()
            for outsider in ("anon", "authenticated"):
                for attempt in ATTEMPTS:
                    become = f"SET ROLE {outsider}"
                    told = postgres.psql_refused(postgres.url(database), become, attempt)
                    assert "ERROR:  permission denied" in told
            assert await server.stop() == 0

            server.settings["DATABASE_URL"] = owning
            await server.start()
            await players.reconnected()
            assert players.seen() == seen
            await players.play_to_the_end()
        assert await server.stop() == 0
    finally:
        if server.running:
            await server.kill()
    code, output, _ = await run("verify", DATABASE_URL=serving)
    assert (code, output.splitlines()[0]) == (0, "1 game verified, 0 mismatches")

    postgres.psql(postgres.url(database), CLOSED)
    pruning = ("prune", "--closed-before", "1d", "--yes")
    code, output, _ = await run(*pruning, DATABASE_URL=serving)
    assert (code, output) == (0, "1 game deleted: 0 transfers, 0 events\n")
