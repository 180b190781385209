"""Tables as version 0.1.0 stored them: a server of today loads them and plays on.

`stored_by_0_1_0.json` has the rows of a database, written by that version with the key of tests and
durable acks, in the middle of each table's second hand; `between` is after its first.  `fo8` was
stored without events.  Cards are sealed, and times are in milliseconds UTC.
"""

import io
import json
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import asyncpg
import pytest

from pokerws.game import commands
from pokerws.game.deal import shuffler
from pokerws.game.state import PlayerId, TableId
from pokerws.maintenance.verify import verify
from pokerws.messages import Accepted
from pokerws.server.tables.actor import TableActor
from pokerws.storage.postgres.address import address_of
from pokerws.storage.postgres.connecting import Connection
from pokerws.storage.postgres.migrate import SQL, migrate
from pokerws.storage.postgres.store import PostgresStore
from tests.server.fakes import FakeViewer, ManualClock
from tests.server.random_action import random_action
from tests.storage.played import load, writing
from tests.vaults import VAULT

FILE = Path(__file__).with_name("stored_by_0_1_0.json")
STORED: dict[str, list[list[Any]]] = json.loads(FILE.read_text(encoding="utf-8"))
MIDWAY = {"nt": "NT", "f7s": "F7S", "f2l3d": "F2L3D", "po8": "PO/8", "fo8": "FO/8"}
KINDS = [*MIDWAY, "between"]
TIMES = {"opened_at", "refilled_at", "created_at", "updated_at", "at"}
MIGRATIONS_OF_0_1_0 = 6
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
CHIPS = 30_000


@pytest.fixture
async def stored_url(bare_database_url: str, tmp_path: Path) -> str:
    """A database of today, which was one of then with these rows."""
    for file in sorted(SQL.glob("[0-9]*.sql"))[:MIGRATIONS_OF_0_1_0]:
        shutil.copy(file, tmp_path)
    await migrate(address_of(bare_database_url), tmp_path)
    await insert_stored(bare_database_url)
    await migrate(address_of(bare_database_url))
    return bare_database_url


async def insert_stored(url: str) -> None:
    """Put the rows into an empty database of that version."""
    connection = await asyncpg.connect(url)
    try:
        # The account of the house is there already.
        await connection.execute("DELETE FROM accounts")
        for table, (columns, *rows) in STORED.items():
            await _insert(connection, table, columns, rows)
    finally:
        await connection.close()


async def _insert(
    connection: Connection, table: str, columns: list[str], rows: list[list[Any]]
) -> None:
    places = ", ".join(f"${number + 1}" for number in range(len(columns)))
    await connection.executemany(
        f"INSERT INTO {table} ({', '.join(columns)}) OVERRIDING SYSTEM VALUE VALUES ({places})",
        [[_value(column, it) for column, it in zip(columns, row, strict=True)] for row in rows],
    )


def _value(column: str, stored: Any) -> Any:
    is_time = column in TIMES and stored is not None
    return EPOCH + timedelta(milliseconds=stored) if is_time else stored


@asynccontextmanager
async def loaded(url: str, game: str, clock: ManualClock) -> AsyncIterator[TableActor]:
    """The actor of a stored table; all that happens in the block is stored."""
    keep = game != "fo8"
    store = await PostgresStore.open(address_of(url))
    try:
        async with writing(store, keep_events=keep) as journal:
            shuffle = shuffler(Random(1).randbytes)
            actor = await load(store, journal, TableId(game), clock, shuffle, keep_events=keep)
            yield actor
            actor.stop()
    finally:
        await store.close()


def play_on(actor: TableActor, clock: ManualClock, hands: int) -> None:
    """Play until so many hands have been dealt in all, and the last of them is over."""
    rng, table = Random(2), actor.table
    while table.hand_number < hands or table.hand is not None:
        if table.hand is None:
            clock.advance(table.config.next_hand_delay_ms)
            continue
        act = random_action(rng, table)
        actor.handle(FakeViewer(act.player), f"new {table.seq}", act)
        assert table.chips == CHIPS


async def expect_nothing_amiss(url: str) -> None:
    out = io.StringIO()
    code = await verify(address_of(url), None, out, io.StringIO(), vault=VAULT)
    totals = out.getvalue().splitlines()[0]
    expected = (0, f"{len(KINDS)} games verified, 0 mismatches, 1 without a log")
    assert (code, totals) == expected, out.getvalue()


async def test_nothing_is_amiss_with_what_was_stored(stored_url: str) -> None:
    await expect_nothing_amiss(stored_url)


@pytest.mark.parametrize(("game", "variant"), MIDWAY.items())
async def test_a_hand_in_play_goes_on_and_is_played_to_its_end(
    stored_url: str, game: str, variant: str
) -> None:
    clock = ManualClock()
    async with loaded(stored_url, game, clock) as actor:
        hand = actor.table.hand
        assert hand is not None
        assert (hand.number, hand.variant) == (2, variant)
        assert hand.turn is not None
        assert all(part is not None and "??" not in part.cards for part in hand.seats)
        assert hand.deck
        assert "??" not in hand.deck
        play_on(actor, clock, 3)
    await expect_nothing_amiss(stored_url)


async def test_cards_of_the_hand_before_can_still_be_shown(stored_url: str) -> None:
    clock = ManualClock()
    async with loaded(stored_url, "between", clock) as actor:
        last = actor.table.last_hand
        assert last is not None
        assert any(last.cards)
        assert all("??" not in cards for cards in last.cards)
        play_on(actor, clock, 2)
    await expect_nothing_amiss(stored_url)


@pytest.mark.parametrize("game", KINDS)
async def test_a_command_that_was_accepted_then_gets_the_same_answer_now(
    stored_url: str, game: str
) -> None:
    """Ada's was the first command, and opened the log after the table."""
    ada = FakeViewer("ada")
    async with loaded(stored_url, game, ManualClock()) as actor:
        seq = actor.table.seq
        actor.handle(ada, "0", commands.Sit(PlayerId("ada"), "Ada", 0, 10_000))
        assert actor.table.seq == seq
    assert ada.take() == [Accepted("0", 2)]
