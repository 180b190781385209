"""A database from before there were accounts, brought up to date: its tables play on."""

import io
import json
import shutil
from pathlib import Path
from typing import Any

import asyncpg
import msgspec
import pytest

from pokerws.game.state import PlayerId, Table, TableId
from pokerws.maintenance.verify import verify
from pokerws.storage.accounts import Account
from pokerws.storage.postgres.address import address_of
from pokerws.storage.postgres.migrate import SQL, migrate
from pokerws.storage.postgres.store import PostgresStore
from pokerws.storage.store import TableSnapshot
from tests.storage.played import play_a_game
from tests.vaults import VAULT

LAST = 3
GAMES = (
    "id, name, status, variant, players, hand_number, total_pot, version, epoch, config, "
    "created_at, updated_at"
)
OLD_GAMES = f"{GAMES}, snapshot"
EVENTS = "game_id, seq, hand_number, type, payload, at"


@pytest.fixture
async def old_url(database_url: str, bare_database_url: str, tmp_path: Path) -> str:
    """A database as the migrations up to the third made it, with a game of those days."""
    played = await play_a_game(database_url)
    for file in SQL.glob("[0-9]*.sql"):
        if int(file.name[:4]) <= LAST:
            shutil.copy(file, tmp_path)
    await migrate(address_of(bare_database_url), tmp_path)
    new, old = await asyncpg.connect(database_url), await asyncpg.connect(bare_database_url)
    try:
        for row in await new.fetch(f"SELECT {GAMES} FROM games"):
            values = dict(row) | {"snapshot": _old_snapshot(played.actor.table)}
            await _insert(old, "games", OLD_GAMES, values)
        for row in await new.fetch(f"SELECT {EVENTS} FROM game_events ORDER BY seq"):
            await _insert(old, "game_events", EVENTS, dict(row) | {"payload": _old_event(row)})
        # Of a hand that is over now; Bob added chips before it was dealt.
        added = '{"type":"chips_added","seat":1,"amount":500}'
        await old.execute(
            f"INSERT INTO games ({OLD_GAMES}) "
            "SELECT 't2', name, status, variant, players, hand_number, total_pot, version, epoch, "
            "config, created_at, updated_at, snapshot FROM games"
        )
        sat = '{"type":"player_sat","seat":1,"player":"bob","name":"Bob","stack":1000}'
        for seq, type_, payload in ((2, "player_sat", sat), (3, "chips_added", added)):
            await old.execute(
                "INSERT INTO game_events VALUES ('t2', $1, 0, $2, $3, now())", seq, type_, payload
            )
        await old.execute("UPDATE games SET status = 'closed' WHERE id = 't2'")
    finally:
        await new.close()
        await old.close()
    return bare_database_url


def _old_snapshot(table: Table) -> str:
    """Cards were not sealed then, receipts had the command's id, and a hand that was over was
    forgotten."""
    snapshot = json.loads(msgspec.json.encode(TableSnapshot(table)))
    del snapshot["table"]["last_hand"]
    snapshot["receipts"] = {"ada": [["7", "0123456789abcdef", 2]]}
    return json.dumps(snapshot)


def _old_event(row: asyncpg.Record) -> str:
    """Nor did events tell who was dealt to, and who has not shown."""
    event = VAULT.open_event(TableId("t1"), row["hand_number"], row["payload"])
    known: dict[str, Any] = msgspec.to_builtins(event)
    known.pop("players", None)
    known.pop("unshown", None)
    return json.dumps(known)


async def _insert(
    connection: "asyncpg.Connection[asyncpg.Record]",
    table: str,
    columns: str,
    values: dict[str, Any],
) -> None:
    places = ", ".join(f"${number + 1}" for number in range(len(values)))
    await connection.execute(f"INSERT INTO {table} ({columns}) VALUES ({places})", *values.values())


async def test_tables_from_before_there_were_accounts_are_loaded_with_their_chips(
    old_url: str,
) -> None:
    await migrate(address_of(old_url))

    store = await PostgresStore.open(address_of(old_url))
    try:
        claimed = await store.claim(TableId("t1"))
        assert claimed is not None
        table = VAULT.open_snapshot(TableId("t1"), claimed.snapshot).table
        assert table.chips == 30_000
        assert table.hand is not None
        assert await store.accounts.open(PlayerId("ada"), 0, 1) == Account(0, 1, 1)
    finally:
        await store.close()
    out = io.StringIO()
    assert await verify(address_of(old_url), "t1", out, io.StringIO(), vault=VAULT) == 0, (
        out.getvalue()
    )


async def test_what_lay_at_tables_comes_from_the_house(old_url: str) -> None:
    await migrate(address_of(old_url))

    connection = await asyncpg.connect(old_url)
    try:
        rows = await connection.fetch("SELECT account, balance FROM balances")
        reasons = await connection.fetch("SELECT DISTINCT reason FROM transfers")
    finally:
        await connection.close()
    assert {row["account"]: row["balance"] for row in rows} == {
        "house": -60_000,
        "table:t1": 30_000,
        "table:t2": 30_000,
    }
    assert [row["reason"] for row in reasons] == ["opening"]


async def test_chips_that_were_added_get_their_players_name(old_url: str) -> None:
    await migrate(address_of(old_url))

    connection = await asyncpg.connect(old_url)
    try:
        payload = await connection.fetchval(
            "SELECT payload FROM game_events WHERE game_id = 't2' AND seq = 3"
        )
    finally:
        await connection.close()
    assert json.loads(payload) == {
        "type": "chips_added",
        "seat": 1,
        "amount": 500,
        "player": "bob",
    }


async def test_a_table_that_cannot_be_read_is_set_aside_and_the_others_are_not(
    old_url: str,
) -> None:
    connection = await asyncpg.connect(old_url)
    try:
        await connection.execute("UPDATE games SET snapshot = 'no JSON' WHERE id = 't1'")

        await migrate(address_of(old_url))

        rows = await connection.fetch("SELECT id, status, chips, balance FROM games ORDER BY id")
        events = await connection.fetchval("SELECT count(*) FROM game_events WHERE game_id = 't1'")
    finally:
        await connection.close()
    assert [tuple(row) for row in rows] == [
        ("t1", "quarantined", 0, 0),
        ("t2", "closed", 30_000, 30_000),
    ]
    assert events > 30
