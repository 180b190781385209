"""What a database must be like at any instant, as the games in it are being played."""

from pokerws.maintenance.stored_log import game_ids, open_stored
from pokerws.maintenance.verify import verify_game
from pokerws.maintenance.verify_ledger import verify_ledger
from pokerws.storage.postgres.address import Address, address_of
from tests.vaults import VAULT


async def check_database(database: Address | str) -> dict[str, int]:
    """Check every game as `server.py verify` does, and return the version of each.

    Besides, each has its log from the very first event.
    """
    versions = {}
    address = address_of(database) if isinstance(database, str) else database
    async with open_stored(address) as connection:
        async for game in game_ids(connection):
            verdict = await verify_game(connection, game, VAULT)
            assert not verdict.missing_keys, f"game {game}: cards were not checked"
            assert verdict.mismatches == [], f"game {game}: {verdict.mismatches}"
            assert verdict.events == verdict.version, f"game {game}: the log is not whole"
            versions[game] = verdict.version
        ledger = await verify_ledger(connection)
        assert ledger.mismatches == [], ledger.mismatches
    return versions
