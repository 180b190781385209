"""A database of an older server in the middle of three hands: they go on, under a new server.

`database_at_14.sql` is the data of one at migration 14, dumped from a server of those days.  Its
snapshots were in `games`, its receipts in the snapshots, and its log had a row for each event.
"""

import io
import json
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from pokerws.game.commands import Act
from pokerws.game.state import Table, TableId
from pokerws.maintenance.verify import verify
from pokerws.messages import Accepted
from pokerws.storage.postgres.address import address_of
from pokerws.storage.postgres.migrate import SQL, migrate
from pokerws.storage.postgres.store import PostgresStore
from tests.postgres_fixtures import Databases
from tests.server.fakes import FakeViewer, ManualClock
from tests.server.random_action import random_action
from tests.server.stored_house import StoredHouse, house_on
from tests.vaults import VAULT

FILE = Path(__file__).with_name("database_at_14.sql")
LAST = 14
# The latest command that was accepted at each table, as the dump's comments have it.
COMMANDS: dict[str, dict[str, Any]] = {
    one["table"]: one["last"]
    for line in FILE.read_text(encoding="utf-8").splitlines()
    if line.startswith("-- last command: ")
    for one in [json.loads(line.partition(": ")[2])]
}
# When the hands were stored, by the clock of the server of those days.
STORED_MS = 1_007_000


@pytest.fixture
async def older_url(databases: Databases, bare_database_url: str, tmp_path: Path) -> str:
    """The address of the database as it was stored."""
    for file in SQL.glob("[0-9]*.sql"):
        if int(file.name[:4]) <= LAST:
            shutil.copy(file, tmp_path)
    await migrate(address_of(bare_database_url), tmp_path)
    databases.psql(bare_database_url, "-v", "ON_ERROR_STOP=1", "-f", str(FILE))
    return bare_database_url


@pytest.fixture
async def older_tables(databases: Databases, older_url: str) -> dict[str, Table]:
    """The tables as they were stored."""
    rows = databases.psql(older_url, "-c", "SELECT snapshot FROM games").splitlines()
    tables = [VAULT.open_snapshot(TableId(json.loads(r)["table"]["id"]), r).table for r in rows]
    return {table.id: table for table in tables}


@pytest.fixture
async def house(older_tables: dict[str, Table], older_url: str) -> AsyncIterator[StoredHouse]:
    """A new server on that database."""
    await migrate(address_of(older_url))
    store = await PostgresStore.open(address_of(older_url))
    clock = ManualClock()
    clock.advance(STORED_MS)
    async with house_on(store, clock) as house:
        yield house
    await store.close()


async def test_the_hands_go_on_with_the_same_cards_and_are_played_to_their_end(
    house: StoredHouse, older_tables: dict[str, Table], older_url: str
) -> None:
    assert set(older_tables) == set(COMMANDS) == {"holdem", "draw", "half-logged"}
    for name, older in older_tables.items():
        actor = await house.lobby.find(TableId(name))
        assert older.hand is not None
        assert actor.table.hand is not None
        assert len(older.hand.deck) > 20
        for cards in ("deck", "board", "discards"):
            assert getattr(actor.table.hand, cards) == getattr(older.hand, cards)
        assert actor.table.hand.seats == older.hand.seats
        ids, rng, number = iter(range(10_000, 20_000)), house._rng, older.hand_number
        while _plays(actor.table, number):
            act = random_action(rng, actor.table)
            actor.handle(FakeViewer(act.player), str(next(ids)), act)
        assert actor.table.chips == older.chips
    await house.written()
    await _verified(older_url)


def _plays(table: Table, number: int) -> bool:
    return table.hand is not None and table.hand.number == number


@pytest.mark.parametrize("name", COMMANDS)
async def test_a_command_that_was_accepted_then_is_answered_once_more_and_not_done_again(
    house: StoredHouse, older_tables: dict[str, Table], name: str
) -> None:
    last = COMMANDS[name]
    act = msgspec.convert(last["fields"], Act)
    actor = await house.lobby.find(TableId(name))
    before = msgspec.json.encode(actor.recorder.state)
    viewer = FakeViewer(act.player)
    for _ in range(2):
        actor.handle(viewer, last["id"], act)
        assert viewer.take() == [Accepted(last["id"], last["seq"])]
    assert msgspec.json.encode(actor.recorder.state) == before


async def test_before_anything_happens_the_upgraded_database_verifies(
    older_url: str, older_tables: dict[str, Table]
) -> None:
    await migrate(address_of(older_url))
    # Of one table the server of those days has stopped to keep events.
    await _verified(older_url, events_off=True)
    assert older_tables


async def _verified(url: str, *, events_off: bool = False) -> None:
    out = io.StringIO()
    given = (address_of(url), None, out, io.StringIO())
    assert await verify(*given, vault=VAULT, events_off=events_off) == 0, out.getvalue()
    assert "3 games verified, 0 mismatches" in out.getvalue()
