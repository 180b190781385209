"""At the start, no table that an older version has left keeps receipts without a key."""

import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from pokerws.game.cards import parse_cards
from pokerws.game.commands import Act
from pokerws.game.state import PlayerId, TableId
from pokerws.server.tables.receipts import Receipts
from pokerws.storage.postgres.address import address_of
from pokerws.storage.postgres.connecting import Connection
from pokerws.storage.postgres.database import Database
from pokerws.storage.postgres.sealing import older_receipts
from pokerws.storage.postgres.sealing.older_receipts import (
    REWRITE,
    STATEMENTS,
    key_older_receipts,
)
from pokerws.storage.postgres.store import PostgresStore
from pokerws.storage.vault.keys import KeySource
from tests.storage.logs import stored_state
from tests.storage.played import play_a_game
from tests.vaults import VAULT, VAULT_KEYS

SECURITY = Path(__file__).parents[3] / "docs/security.md"
ADA = PlayerId("ada")
T1 = TableId("t1")
# A draw, and its digest as version 0.1.0 has stored it.
DRAW = Act(PlayerId("ann"), 7, "discard", cards=parse_cards("7c2s"))
COPY = """
INSERT INTO games
SELECT (jsonb_populate_record(games, jsonb_build_object('id', $1::text))).*
FROM games
WHERE id = 't1'
"""
COPY_SNAPSHOT = """
INSERT INTO game_snapshots (game_id, version, snapshot)
SELECT $1, version, snapshot FROM game_snapshots WHERE game_id = 't1'
"""
OLDER: dict[str, list[tuple[str, int]]] = {
    "ada": [("DH98t/X1gv1V", 5)],
    "bob": [("$69CI0cRdWz0w", 3), ("4B0Kc5qEST39", 4)],
}


@pytest.fixture
async def operator(database_url: str) -> AsyncIterator[Connection]:
    connection = await asyncpg.connect(database_url)
    yield connection
    await connection.close()


async def older_table(url: str, operator: Connection, **more: object) -> dict[str, Any]:
    """The row of a table in mid-hand, with receipts of an older version."""
    await play_a_game(url, hands=0)
    store = await PostgresStore.open(address_of(url))
    text, _ = VAULT.seal_snapshot(await stored_state(store, T1, VAULT))
    await store.close()
    snapshot = json.loads(text) | {"receipts": OLDER, **more}
    await operator.execute(
        "UPDATE game_snapshots SET snapshot = $1, version = (SELECT version FROM games)",
        json.dumps(snapshot),
    )
    return await row_of(operator)


async def row_of(operator: Connection) -> dict[str, Any]:
    row = await operator.fetchrow(
        "SELECT games.*, snapshot, kept.version AS snapshot_version "
        "FROM games JOIN game_snapshots AS kept ON game_id = id WHERE id = 't1'"
    )
    assert row is not None
    return {**row, "snapshot": json.loads(row["snapshot"])}


async def test_a_table_that_nobody_loads_is_upgraded_in_place_and_once(
    database_url: str, operator: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = await older_table(database_url, operator, of_a_newer_version=[1])
    for number in range(2, 7):
        await operator.execute(COPY, f"t{number}")
        await operator.execute(COPY_SNAPSHOT, f"t{number}")
    monkeypatch.setattr(older_receipts, "CHUNK", 2)

    assert await key_older_receipts(address_of(database_url), VAULT.receipt_digests) == 6

    after = await row_of(operator)
    rows = await operator.fetch("SELECT snapshot FROM game_snapshots")
    texts = "".join(row["snapshot"] for row in rows)
    assert not any(digest in texts for own in OLDER.values() for digest, _ in own)
    kept, upgraded = (row["snapshot"].pop("receipts") for row in (before, after))
    assert after == before
    assert {player: [seq for _, seq, _ in own] for player, own in upgraded.items()} == {
        player: [seq for _, seq in own] for player, own in kept.items()
    }
    assert await key_older_receipts(address_of(database_url), VAULT.receipt_digests) == 0
    # Pages without such a table come before it.
    last = json.dumps(after["snapshot"] | {"receipts": OLDER})
    await operator.execute("UPDATE game_snapshots SET snapshot = $1 WHERE game_id = 't6'", last)
    assert await key_older_receipts(address_of(database_url), VAULT.receipt_digests) == 1


async def test_the_documented_statement_removes_those_of_closed_tables(
    database_url: str, operator: Connection
) -> None:
    await older_table(database_url, operator)
    (statement,) = re.findall(
        "```sql\n(UPDATE game_snapshots.*?)```", SECURITY.read_text(), re.DOTALL
    )
    assert await operator.execute(statement) == "UPDATE 0"
    await operator.execute("UPDATE games SET status = 'closed'")
    for count in (1, 0):
        assert await operator.execute(statement) == f"UPDATE {count}"
    text = await operator.fetchval("SELECT snapshot FROM game_snapshots")
    assert VAULT.open_snapshot(T1, text).receipts == {}


async def test_a_table_that_has_changed_meanwhile_is_not_overwritten(
    database_url: str, operator: Connection
) -> None:
    before = await older_table(database_url, operator)
    for version, epoch in ((1, 0), (0, 1)):
        at = [before["version"] + version], [before["epoch"] + epoch]
        assert await operator.execute(REWRITE, ["t1"], ["{}"], *at) == "UPDATE 0"


async def test_the_start_upgrades_them(database_url: str, operator: Connection) -> None:
    await older_table(database_url, operator)
    database = await Database.open(
        address_of(database_url),
        statement_timeout_ms=5_000,
        keys=KeySource((VAULT_KEYS,), Path("none")),
        node="test",
    )
    await database.close()
    assert "DH98t" not in await operator.fetchval("SELECT snapshot FROM game_snapshots")


async def test_what_an_upgraded_table_has_answered_is_still_known(
    database_url: str, operator: Connection
) -> None:
    await older_table(database_url, operator)
    await key_older_receipts(address_of(database_url), VAULT.receipt_digests)
    text = await operator.fetchval("SELECT snapshot FROM game_snapshots")
    snapshot = VAULT.open_snapshot(T1, text)
    receipts = Receipts(T1, snapshot.receipts, VAULT.receipt_digests)
    receipt = receipts.find(ADA, "c1", DRAW)
    assert receipt is not None
    assert receipt.seq == 5


@pytest.mark.parametrize(
    "left",
    [
        "UPDATE games SET status = 'closed'",
        "UPDATE games SET status = 'quarantined'",
        "UPDATE game_snapshots SET snapshot = '{' || snapshot",
        "UPDATE games SET owner_incarnation = 'another'",
    ],
)
async def test_a_table_that_is_not_ours_to_write_is_left_alone(
    database_url: str, operator: Connection, left: str
) -> None:
    await older_table(database_url, operator)
    await operator.execute(left)
    before = await operator.fetch("SELECT * FROM games JOIN game_snapshots ON game_id = id")
    assert await key_older_receipts(address_of(database_url), VAULT.receipt_digests) == 0
    after = await operator.fetch("SELECT * FROM games JOIN game_snapshots ON game_id = id")
    assert after == before


@pytest.mark.parametrize("statement", STATEMENTS)
async def test_the_statements_are_valid_in_a_migrated_database(
    operator: Connection, statement: str
) -> None:
    await operator.prepare(statement)
