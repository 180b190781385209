"""One seeded run of home games with all options, whose server is killed at random instants.

The tables have clocks, entries, waiting lists, approval, a bank, rake, extra rules and sessions, by
chance.  Players do anything that a client can, and move to other devices.  At the end all that
`tests.simulation.crash` asks must hold, and what `chronicle.py` says besides.
"""

import random
from pathlib import Path

import asyncpg

from pokerws.storage.postgres.embedded import EmbeddedPostgres
from tests.e2e.database import check_database
from tests.e2e.process import ServerProcess
from tests.simulation.crash import KILLS, Progress, check_ledgers, play_through_kills
from tests.simulation.home.chronicle import Chronicle
from tests.simulation.home.guest import House
from tests.vaults import VAULT

HOUSES, SEATS, GUESTS = 2, 4, 6
NAMES = ("Ann", "Ben", "Cleo", "Dan", "Eve", "Finn")
EVENTS = "SELECT hand_number, payload FROM game_events WHERE game_id = $1 ORDER BY seq"


async def run_home(seed: int, directory: Path, *, kills: int = KILLS, events: int = 20_000) -> int:
    """Run one seed in an empty directory; returns how many events and answers were checked.

    Raises AssertionError when anything that must hold does not.
    """
    rng = random.Random(f"home {seed}")
    server = ServerProcess(
        database_url=f"embedded:{directory / 'postgres'}",
        use_db_repository=True,
        use_event_persistence=True,
        use_input_validation=True,
        use_durable_acks=True,
        grant_chips=10**9,
        bot_min_delay_ms=1,
        bot_max_delay_ms=20,
        pre_act_delay_ms=0,
        pre_act_spread_ms=20,
    )
    await server.start()
    try:
        houses = await _load(server, rng, kills, events)
    finally:
        if server.running:
            await server.kill()
    postgres = await EmbeddedPostgres.start(directory / "postgres")
    try:
        await check_database(postgres.dsn)
        await check_ledgers(postgres.dsn, [table for house in houses for table in house.tables])
        return await _check(postgres.dsn, houses)
    finally:
        await postgres.stop()


async def _load(server: ServerProcess, rng: random.Random, kills: int, events: int) -> list[House]:
    """Players at their tables, through several kills."""
    progress = Progress()
    houses = [House(random.Random(rng.random()), SEATS, progress) for _ in range(HOUSES)]
    plays = [
        house.host(server.socket_url, f"{name} {number}")
        for number, house in enumerate(houses)
        for name in NAMES[:GUESTS]
    ]
    await play_through_kills(
        plays, server, progress, [rng.randint(50, events) for _ in range(kills)]
    )
    return houses


async def _check(dsn: str, houses: list[House]) -> int:
    connection = await asyncpg.connect(dsn)
    checked = 0
    try:
        for house in houses:
            for table in house.tables:
                rows = await connection.fetch(EVENTS, table)
                events = [
                    VAULT.open_event(table, row["hand_number"], row["payload"]) for row in rows
                ]
                checked += Chronicle(table, events, house.guests).check()
    finally:
        await connection.close()
    return checked
