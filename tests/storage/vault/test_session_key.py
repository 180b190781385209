"""The key of the guests' sessions is worth nothing to whoever reads the database."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from pokerws.storage.errors import SealBroken, VaultError
from pokerws.storage.postgres.address import address_of
from pokerws.storage.postgres.connecting import Connection
from pokerws.storage.postgres.sealing.live_seals import open_vault
from pokerws.storage.postgres.sealing.session_key import STATEMENTS, open_session_key
from pokerws.storage.vault.keys import KeySource, written
from pokerws.storage.vault.vault import Vault, VaultKey
from tests.vaults import KEY, VAULT, VAULT_KEYS

NEW = VaultKey("new", bytes(reversed(range(32))))
WRONG = VaultKey(KEY.id, NEW.secret)
# As an older version stored it.
PLAIN = "k" * 64


@pytest.fixture
async def operator(database_url: str) -> AsyncIterator[Connection]:
    connection = await asyncpg.connect(database_url)
    yield connection
    await connection.close()


async def start(url: str, *keys: VaultKey, is_needed: bool = True) -> str:
    """The key, as a server finds it that has these keys of the vault."""
    source = KeySource(tuple(map(written, keys)), Path("nowhere/vault.key"))
    vault = await open_vault(address_of(url), source, needs_session_key=is_needed)
    return await open_session_key(address_of(url), vault, is_needed=is_needed)


async def stored(operator: Connection) -> tuple[str, str | None]:
    row = await operator.fetchrow("SELECT value, key_id FROM server_keys WHERE name = 'session'")
    assert row is not None
    return row["value"], row["key_id"]


async def test_servers_that_start_at_once_get_one_key_that_only_the_vault_can_read(
    database_url: str, operator: Connection
) -> None:
    keys = set(await asyncio.gather(*(start(database_url, KEY) for _ in range(4))))

    assert len(keys) == 1
    key = keys.pop()
    assert len(key) >= 32
    value, key_id = await stored(operator)
    assert key_id == KEY.id
    assert key not in value
    assert VAULT.open_key("session", value) == key
    assert await start(database_url, KEY) == key


async def test_a_plain_key_of_an_older_version_is_sealed_and_stays_the_same(
    database_url: str, operator: Connection
) -> None:
    await operator.execute("INSERT INTO server_keys (name, value) VALUES ('session', $1)", PLAIN)

    keys = set(await asyncio.gather(*(start(database_url, KEY) for _ in range(2))))

    assert keys == {PLAIN}
    value, key_id = await stored(operator)
    assert (PLAIN in value, key_id) == (False, KEY.id)
    assert await start(database_url, KEY) == PLAIN


async def test_a_sealed_text_is_never_taken_for_a_key(
    database_url: str, operator: Connection
) -> None:
    key = await start(database_url, KEY)
    await operator.execute("UPDATE server_keys SET key_id = NULL")

    assert await start(database_url, KEY) == key
    assert (await stored(operator))[1] == KEY.id


async def test_with_a_new_vault_key_it_is_sealed_again_and_the_old_one_may_go(
    database_url: str, operator: Connection
) -> None:
    key = await start(database_url, KEY)

    assert await start(database_url, NEW, KEY) == key
    assert (await stored(operator))[1] == NEW.id
    assert await start(database_url, NEW) == key


async def test_a_server_that_does_not_need_it_seals_it_again_all_the_same(
    database_url: str, operator: Connection
) -> None:
    assert await start(database_url, KEY, is_needed=False) == ""
    assert await operator.fetchval("SELECT count(*) FROM server_keys") == 0
    key = await start(database_url, KEY)

    assert await start(database_url, NEW, KEY, is_needed=False) == key
    assert await start(database_url, NEW) == key


@pytest.mark.parametrize(
    ("key", "told"),
    [
        (NEW, "is sealed by a key that VAULT_KEYS does not have: test; put it back"),
        (WRONG, "another key than VAULT_KEYS has under the same id: test; set the id to the key"),
    ],
)
async def test_without_its_vault_key_no_other_is_made(
    database_url: str, operator: Connection, key: VaultKey, told: str
) -> None:
    await start(database_url, KEY)
    before = await stored(operator)

    with pytest.raises(VaultError) as caught:
        await start(database_url, key)

    message = str(caught.value)
    assert told in message
    assert "docs/migration.md" in message
    assert "\n" not in message
    # Those who do not need it are not stopped, and leave it alone.
    assert await start(database_url, key, is_needed=False) == ""
    assert await stored(operator) == before


async def test_while_it_is_sealed_no_key_file_is_made(database_url: str, tmp_path: Path) -> None:
    await start(database_url, KEY)
    file = tmp_path / "vault.key"

    with pytest.raises(VaultError, match=r"VAULT_KEY_FILE \(.*\) does not have: test; put it back"):
        await open_vault(address_of(database_url), KeySource((), file), needs_session_key=True)

    assert not file.exists()


async def test_a_server_with_another_vault_that_comes_second_is_told(database_url: str) -> None:
    vault = await open_vault(
        address_of(database_url), KeySource((VAULT_KEYS,), Path("none")), needs_session_key=True
    )
    await start(database_url, NEW)

    with pytest.raises(
        VaultError, match=r"another server has just sealed .*: new; give both the same"
    ):
        await open_session_key(address_of(database_url), vault, is_needed=True)


def test_a_sealed_key_opens_under_its_own_name_only() -> None:
    text = VAULT.seal_key("session", PLAIN)
    assert VAULT.open_key("session", text) == PLAIN
    assert PLAIN not in text
    for vault, name in ((VAULT, "other"), (Vault([WRONG]), "session")):
        with pytest.raises(SealBroken):
            vault.open_key(name, text)


async def test_the_statements_are_valid_in_a_migrated_database(operator: Connection) -> None:
    for statement in STATEMENTS:
        await operator.prepare(statement)
