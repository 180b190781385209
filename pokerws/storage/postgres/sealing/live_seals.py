"""Reading which keys have sealed the live tables of a database, to check the vault's keys."""

from pokerws.storage.postgres.address import Address
from pokerws.storage.postgres.connecting import BY_INDEX, connected
from pokerws.storage.postgres.log_rows import PART_PAYLOAD, PARTS
from pokerws.storage.postgres.sealing.session_key import stored_session_key
from pokerws.storage.vault.keys import TRIES, KeySource, LiveSeal, vault_for_serving
from pokerws.storage.vault.vault import Vault

# For each key the number of live tables that it sealed, and a few of them to test it on.
LIVE_SEALS = f"""
SELECT games.key_id, sealed.tables, games.id, coalesce(kept.snapshot, ''), tail.hand_number,
       tail.payload
FROM (
    SELECT id, count(*) OVER (PARTITION BY key_id) AS tables,
           row_number() OVER (PARTITION BY key_id ORDER BY id) AS place
    FROM games
    WHERE status IN ('waiting', 'active') AND key_id IS NOT NULL
) AS sealed JOIN games USING (id) LEFT JOIN game_snapshots AS kept ON kept.game_id = games.id
LEFT JOIN LATERAL (
    SELECT log.hand_number, {PART_PAYLOAD} AS payload
    FROM game_log AS log, {PARTS}
    WHERE log.game_id = games.id AND log.seq > kept.version
      AND log.payload LIKE '%"sealed":"%' AND {PART_PAYLOAD} LIKE '%"sealed":"%'
    ORDER BY log.seq DESC, part.place DESC
    LIMIT 1
) AS tail ON true
WHERE sealed.place <= $1
ORDER BY games.key_id, sealed.place
"""  # noqa: S608  constants alone

ANSWER_S = 10.0


async def open_vault(
    address: Address, source: KeySource, *, needs_session_key: bool = False
) -> Vault:
    """The server's vault, for a migrated database.  Raises VaultError and StoreUnavailable."""
    async with connected(address, "pokerws", settings=BY_INDEX, answer_s=ANSWER_S) as connection:
        seals = [LiveSeal(*row.values()) for row in await connection.fetch(LIVE_SEALS, TRIES)]
        session_key = await stored_session_key(connection) if needs_session_key else None
    return vault_for_serving(seals, source, session_key)
