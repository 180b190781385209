"""Time to load stored tables into memory, alone and in chunks.

The ceiling is a SELECT by primary key and the decoding of the same snapshots. Blocks of tables are
loaded by ours and read by the ceiling in turn.
"""

import time
from collections.abc import Sequence
from random import Random

import msgspec
import uvloop

from bench.figures import Part, figure
from bench.place import Place, measuring_place
from bench.played import VAULT, Played, table_ids
from bench.progress import rounds as rounds_of
from pokerws.game.deal import shuffler
from pokerws.game.state import TableId
from pokerws.server.clock import Clock
from pokerws.server.tables.cashier import Cashier, Terms
from pokerws.server.tables.lobby import Lobby
from pokerws.server.tables.lobby.hydration import CHUNK, Hydration
from pokerws.storage.journal.journal import Journal
from pokerws.storage.store import TableSnapshot

# A block is one round.
BLOCK_TABLES, BLOCKS_EACH = 600, 2
SELECT = "SELECT snapshot, version, epoch FROM games WHERE id = $1"
SELECT_MANY = "SELECT id, snapshot, version, epoch FROM games WHERE id = ANY($1::text[])"

_decode = msgspec.json.Decoder(TableSnapshot).decode


def measure(rounds: int) -> Part:
    """Milliseconds per table, on a database of its own."""
    return uvloop.run(_measure(rounds))


async def _measure(rounds: int) -> Part:
    async with measuring_place() as place:
        return await measure_at(place, Played(), BLOCKS_EACH * rounds)


async def measure_at(
    place: Place, played: Played, blocks: int, block_tables: int = BLOCK_TABLES
) -> Part:
    """Loads of tables that are in the middle of a hand."""
    ids = table_ids(21, blocks * block_tables)
    await place.fill([played.stored(table, number) for number, table in enumerate(ids)])
    alone: list[tuple[float, float]] = []
    chunks: list[tuple[float, float]] = []
    journal = Journal(place.store, keep_events=True)
    journal.start()
    lobby = _lobby(place, journal)
    await lobby.start()
    try:
        for turn in rounds_of("hydration", blocks):
            block = ids[turn * block_tables :][:block_tables]
            before_ms = await _read_ms(place, block)
            load_ms = await _load_ms(lobby, block)
            after_ms = await _read_ms(place, block)
            alone.append((load_ms, (before_ms + after_ms) / 2))
        assert lobby.tables_in_memory == len(ids)
    finally:
        lobby.stop()
        await journal.stop(10)
    # Only now: this claims the tables for another owner.
    for turn in range(blocks):
        block = ids[turn * block_tables :][:block_tables]
        chunks.append((await _load_many_ms(place, block), await _read_many_ms(place, block)))
    return Part(
        "hydration",
        [
            figure(what, "ms", pairs, against=against, bound="at most", target=2)
            for what, pairs, against in (
                ("load a table", alone, "SELECT and decode"),
                ("load in chunks, a table", chunks, f"SELECT of {CHUNK} and decode"),
            )
        ],
        [
            "A load includes a commit, which claims the table, and the journal writes meanwhile.",
            "Chunks make no actors.",
        ],
    )


def _lobby(place: Place, journal: Journal) -> Lobby:
    clock = Clock()
    return Lobby(
        store=place.store,
        journal=journal,
        keep_events=True,
        clock=clock,
        shuffle=shuffler(Random(1).randbytes),
        cashier=Cashier(place.store.accounts, clock, Terms()),
        max_tables=1_000_000,
        vault=VAULT,
    )


async def _load_ms(lobby: Lobby, tables: Sequence[TableId]) -> float:
    started_s = time.perf_counter()
    for table in tables:
        await lobby.find(table)
    return 1000 * (time.perf_counter() - started_s) / len(tables)


async def _read_ms(place: Place, tables: Sequence[TableId]) -> float:
    started_s = time.perf_counter()
    for table in tables:
        row = await place.bare.fetchrow(SELECT, table)
        assert row is not None
        _decode(row["snapshot"])
    return 1000 * (time.perf_counter() - started_s) / len(tables)


async def _load_many_ms(place: Place, tables: Sequence[TableId]) -> float:
    journal = Journal(place.store, keep_events=True)
    hydration = Hydration(place.store, journal, VAULT)
    started_s = time.perf_counter()
    loaded = 0
    async for _ in hydration.load_many(tables):
        loaded += 1
    assert loaded == len(tables)
    return 1000 * (time.perf_counter() - started_s) / len(tables)


async def _read_many_ms(place: Place, tables: Sequence[TableId]) -> float:
    started_s = time.perf_counter()
    for start in range(0, len(tables), CHUNK):
        for row in await place.bare.fetch(SELECT_MANY, tables[start : start + CHUNK]):
            _decode(row["snapshot"])
    return 1000 * (time.perf_counter() - started_s) / len(tables)
