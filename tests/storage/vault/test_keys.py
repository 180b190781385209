"""Where keys come from, and what a server says that cannot open the hands in play."""

import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from pokerws.storage.errors import StoreUnavailable, VaultError
from pokerws.storage.postgres.address import address_of
from pokerws.storage.postgres.connecting import Connection
from pokerws.storage.postgres.sealing.live_seals import LIVE_SEALS, open_vault
from pokerws.storage.vault.keys import KeySource, new_key, vault_for_reading, written
from pokerws.storage.vault.vault import VaultKey
from tests.storage.played import play_a_game
from tests.vaults import KEY, VAULT_KEYS

ROOT = Path(__file__).resolve().parents[3]
WRONG = written(VaultKey(KEY.id, bytes(32)))
OTHER = written(VaultKey("other", bytes(32)))


@pytest.fixture
async def operator(database_url: str) -> AsyncIterator[Connection]:
    connection = await asyncpg.connect(database_url)
    yield connection
    await connection.close()


def source(*given: str, file: Path = Path("nowhere/vault.key")) -> KeySource:
    return KeySource(given, file)


async def refusal(url: str, keys: KeySource) -> str:
    with pytest.raises(VaultError) as caught:
        await open_vault(address_of(url), keys)
    message = str(caught.value)
    assert "\n" not in message
    assert VAULT_KEYS.partition(":")[2] not in message
    return message


def test_a_new_key_can_be_written_and_read() -> None:
    keys = [new_key(), new_key()]
    assert keys[0] != keys[1]
    assert keys[0].id != keys[1].id
    vault = vault_for_reading(source(*map(written, keys)))
    assert all(key.id in vault for key in keys)


def test_an_operators_command_makes_no_key(tmp_path: Path) -> None:
    vault = vault_for_reading(source(file=tmp_path / "var/vault.key"))
    assert KEY.id not in vault
    assert list(tmp_path.iterdir()) == []


async def test_the_file_is_made_with_a_key_for_its_owner_alone_and_used_again(
    tmp_path: Path, database_url: str
) -> None:
    keys = source(file=tmp_path / "new/place/vault.key")
    await open_vault(address_of(database_url), keys)
    text = keys.file.read_text()
    assert keys.file.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in keys.file.parent.iterdir()] == ["vault.key"]
    vault = await open_vault(address_of(database_url), keys)
    assert text.partition(":")[0] in vault
    assert keys.file.read_text() == text


async def test_where_keys_are_set_no_file_is_made_or_read(
    tmp_path: Path, database_url: str
) -> None:
    (tmp_path / "vault.key").write_text("nonsense")
    assert KEY.id in await open_vault(
        address_of(database_url), source(VAULT_KEYS, file=tmp_path / "vault.key")
    )
    await open_vault(address_of(database_url), source(VAULT_KEYS, file=tmp_path / "none"))
    assert not (tmp_path / "none").exists()


def test_processes_that_make_the_file_at_once_get_the_same_key(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from pokerws.storage.vault.keys import _make\n"
        "print('ready', flush=True); sys.stdin.readline()\n"
        f"print(_make(Path({str(tmp_path / 'vault.key')!r}))[0].id)"
    )
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", script],
            cwd=ROOT,
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        for _ in range(4)
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    ids = {process.communicate()[0].splitlines()[-1] for process in processes}
    assert ids == {(tmp_path / "vault.key").read_text().partition(":")[0]}


def test_a_file_may_hold_several_keys(tmp_path: Path) -> None:
    file = tmp_path / "vault.key"
    file.write_text(f"{OTHER}\n{VAULT_KEYS}\n")
    vault = vault_for_reading(source(file=file))
    assert "other" in vault
    assert KEY.id in vault


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "must hold keys like ID:BASE64"),
        ("nonsense", "must hold keys like ID:BASE64"),
        (f"{VAULT_KEYS[:-5]}=", "must hold keys like ID:BASE64"),
        (f"{VAULT_KEYS},{WRONG}", "two keys with the id test"),
    ],
)
def test_a_file_that_holds_no_keys_is_an_error(tmp_path: Path, text: str, told: str) -> None:
    file = tmp_path / "vault.key"
    file.write_text(text)
    with pytest.raises(VaultError, match=told) as caught:
        vault_for_reading(source(file=file))
    assert str(caught.value).startswith(f"VAULT_KEY_FILE {file} ")
    assert VAULT_KEYS[5:20] not in str(caught.value)


def test_a_file_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(VaultError, match="cannot be read: Is a directory; make it readable"):
        vault_for_reading(source(file=tmp_path))


async def test_a_file_that_cannot_be_made_is_an_error(tmp_path: Path, database_url: str) -> None:
    (tmp_path / "taken").write_text("")
    message = await refusal(database_url, source(file=tmp_path / "taken/vault.key"))
    assert "cannot be " in message
    assert "VAULT_KEYS" in message


async def test_a_missing_key_is_named_with_its_tables_and_no_new_one_is_made(
    database_url: str, tmp_path: Path
) -> None:
    for game in ("t1", "t2"):
        await play_a_game(database_url, game, hands=0)
    file = tmp_path / "vault.key"
    message = await refusal(database_url, source(file=file))
    assert f"VAULT_KEY_FILE ({file}) does not have: test (2 tables)" in message
    assert "docs/migration.md" in message
    assert not file.exists()
    message = await refusal(database_url, source(OTHER))
    assert "VAULT_KEYS does not have: test (2 tables)" in message
    vault = await open_vault(address_of(database_url), source(OTHER, VAULT_KEYS))
    assert KEY.id in vault


async def test_another_key_under_the_same_id_is_found_out(database_url: str) -> None:
    await play_a_game(database_url, hands=0)
    message = await refusal(database_url, source(WRONG))
    assert "sealed by other keys than VAULT_KEYS has under the same ids: test (1 table)" in message


async def test_only_hands_in_play_need_their_key(database_url: str, operator: Connection) -> None:
    await play_a_game(database_url, hands=0)
    await operator.execute("UPDATE games SET status = 'closed'")
    await open_vault(address_of(database_url), source(OTHER))


async def test_one_damaged_table_is_no_wrong_key(database_url: str, operator: Connection) -> None:
    for game in ("t1", "t2"):
        await play_a_game(database_url, game, hands=0)
    changed = await operator.execute(
        'UPDATE game_events SET payload = replace(payload, \'"sealed":"test:\', '
        "'\"sealed\":\"test:AAAA') WHERE game_id = 't1' AND payload LIKE '%\"sealed\":\"%'"
    )
    assert changed != "UPDATE 0"
    await open_vault(address_of(database_url), source(VAULT_KEYS))
    damage = "UPDATE game_events SET payload = '\"sealed\":\"' WHERE type = 'hole_cards_dealt'"
    await operator.execute(f"{damage} AND game_id = 't1'")
    await open_vault(address_of(database_url), source(VAULT_KEYS))
    await operator.execute(damage)
    await open_vault(address_of(database_url), source(VAULT_KEYS))


@pytest.mark.parametrize("damage", ["", "no JSON"])
async def test_one_damaged_snapshot_is_no_wrong_key(
    database_url: str, operator: Connection, damage: str
) -> None:
    for game in ("t1", "t2"):
        await play_a_game(database_url, game, hands=0, keep_events=[False])
    assert await refusal(database_url, source(WRONG))
    for where in (" WHERE game_id = 't1'", ""):
        text = damage or 'replace(snapshot, \'"sealed":"test:\', \'"sealed":"test:AAAA\')'
        value = f"'{damage}'" if damage else text
        assert await operator.execute(f"UPDATE game_snapshots SET snapshot = {value}{where}")
        if damage or where:
            await open_vault(address_of(database_url), source(VAULT_KEYS))
        else:
            assert await refusal(database_url, source(VAULT_KEYS))


async def test_a_database_that_is_away_is_an_error_of_one_line() -> None:
    with pytest.raises(StoreUnavailable, match="the database cannot be used") as caught:
        await open_vault(
            address_of("postgres://nobody:hidden@127.0.0.1:1/none"), source(VAULT_KEYS)
        )
    assert "\n" not in str(caught.value)
    assert "hidden" not in str(caught.value)


async def test_the_statement_is_valid_in_a_migrated_database(operator: Connection) -> None:
    assert (await operator.prepare(LIVE_SEALS)).get_query() == LIVE_SEALS
