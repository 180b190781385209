"""The key that signs guests' sessions, kept in the database and sealed by the vault.

A key that an older version stored in plain text is sealed in place, and one under an older key of
the vault is sealed by the first: guests' sessions stay valid.
"""

import secrets

import structlog

from pokerws.storage.errors import SealBroken, SealedByUnknownKey, StoreUnavailable, VaultError
from pokerws.storage.postgres.address import Address
from pokerws.storage.postgres.connecting import Connection, connected
from pokerws.storage.vault.keys import ServerKey, opened
from pokerws.storage.vault.vault import Vault

KEY = "SELECT name, value, key_id FROM server_keys WHERE name = $1"
# Of concurrent calls the second reads the key that the first made.
MAKE_KEY = """
INSERT INTO server_keys (name, value, key_id) VALUES ($1, $2, $3) ON CONFLICT (name) DO NOTHING
"""
# Another server may have sealed it in the meantime.
SEAL_KEY = "UPDATE server_keys SET value = $3, key_id = $4 WHERE name = $1 AND value = $2"

STATEMENTS = (KEY, MAKE_KEY, SEAL_KEY)
SESSION_KEY = "session"
ANSWER_S = 10.0

log = structlog.get_logger("pokerws.vault")


async def stored_session_key(connection: Connection) -> ServerKey | None:
    """The key as it is stored; None if there is none yet."""
    row = await connection.fetchrow(KEY, SESSION_KEY)
    return None if row is None else ServerKey(*row.values())


async def open_session_key(address: Address, vault: Vault, *, is_needed: bool) -> str:
    """The key in plain text; it is made if there is none and it `is_needed`.

    A key that is not needed is sealed by the first key of the vault too, if the vault opens it;
    else the result is empty.  Raises StoreUnavailable and VaultError.
    """
    async with connected(address, "pokerws", answer_s=ANSWER_S) as connection:
        stored = await stored_session_key(connection)
        if stored is None and is_needed:
            text = vault.seal_key(SESSION_KEY, secrets.token_urlsafe(48))
            await connection.execute(MAKE_KEY, SESSION_KEY, text, vault.first)
            stored = await stored_session_key(connection)
            if stored is None:
                raise StoreUnavailable("a key has vanished that was there a moment ago")
        if stored is None:
            return ""
        try:
            key = opened(vault, stored)
        except (SealedByUnknownKey, SealBroken) as error:
            if is_needed:
                # `vault_for_serving` has checked an earlier one.
                raise VaultError(
                    f"another server has just sealed the key of the guests' sessions with a key "
                    f"that this one does not have: {stored.key_id}; give both the same VAULT_KEYS"
                ) from error
            return ""
        if stored.key_id != vault.first:
            text = vault.seal_key(SESSION_KEY, key)
            await connection.execute(SEAL_KEY, SESSION_KEY, stored.value, text, vault.first)
            log.info("session_key_sealed", key=vault.first, before=stored.key_id)
        return key
