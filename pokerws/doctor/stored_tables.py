"""Whether tables of the database are in play that this set-up would leave, or has left, behind."""

from pokerws.doctor.findings import Finding, ok, skipped, warn
from pokerws.settings import Settings
from pokerws.storage.errors import DatabaseError, StoreUnavailable
from pokerws.storage.postgres.address import Address
from pokerws.storage.postgres.overtaken import left_behind, tables_in_play

CHECK = "tables"


async def check_stored_tables(address: Address, settings: Settings) -> Finding:
    """The finding on a running PostgreSQL.  A start asks the same, and is refused where this warns.

    What keeps the role from reading the tables is another check's finding.
    """
    try:
        in_play = await tables_in_play(address)
        left = await left_behind(address)
    except (DatabaseError, StoreUnavailable):
        (finding,) = skipped([CHECK], "they cannot be read")
        return finding
    storage, is_stored = settings.storage, settings.features.use_db_repository
    if in_play and not is_stored and not storage.overtake:
        return warn(
            CHECK,
            f"{in_play} in play and USE_DB_REPOSITORY is off: the start is refused without "
            "--overtake",
        )
    if left and is_stored and not storage.overtaken_tables:
        return warn(
            CHECK,
            f"{left} left behind by play in memory: the start is refused without --overtaken "
            "resume or --overtaken refund",
        )
    return ok(CHECK, f"{in_play} in play")
