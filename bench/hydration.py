"""How long it takes to bring stored tables back into memory, and to list them at start.

The ceiling is one SELECT by primary key and the decoding of the same snapshots.  Blocks of tables
are loaded by the lobby and read by the ceiling in turn.
"""

import time
from collections.abc import Sequence
from random import Random

import msgspec

from bench.figures import Part, figure
from bench.place import Place
from bench.played import VAULT, Played, table_ids
from bench.progress import rounds as rounds_of
from pokerws.game.deal import shuffler
from pokerws.game.state import TableId
from pokerws.server.clock import Clock
from pokerws.server.tables.cashier import Cashier, Terms
from pokerws.server.tables.hydration import CHUNK, Hydration
from pokerws.server.tables.lobby import Lobby
from pokerws.storage.journal.journal import Journal
from pokerws.storage.store import TableSnapshot

TABLES, BLOCKS, STARTS = 10_000, 10, 7
LIST = """
SELECT id, name, status, config, players, hand_number, version, epoch
FROM games
WHERE status IN ('waiting', 'active')
ORDER BY created_at, id
"""
SELECT = "SELECT snapshot, version, epoch FROM games WHERE id = $1"
SELECT_MANY = "SELECT id, snapshot, version, epoch FROM games WHERE id = ANY($1::text[])"
# What a load must do besides reading: own the table, durably.
RAISE_EPOCH = """
UPDATE games SET epoch = epoch + 1 WHERE id = $1 RETURNING snapshot, version, epoch
"""

_decode = msgspec.json.Decoder(TableSnapshot).decode


async def measure(
    place: Place, played: Played, *, tables: int = TABLES, blocks: int = BLOCKS
) -> Part:
    """Milliseconds a table of loads one after the other and in chunks, and those of a start."""
    ids = table_ids(21, tables)
    await place.fill([played.stored(table, number) for number, table in enumerate(ids)])
    starts = [await _starts(place) for _ in range(STARTS)]
    size = tables // blocks
    parts = [ids[start : start + size] for start in range(0, blocks * size, size)]
    journal = Journal(place.store, keep_events=True)
    journal.start()
    lobby = _lobby(place, journal)
    await lobby.start()
    alone: list[tuple[float, float]] = []
    try:
        for turn in rounds_of("hydration", blocks):
            read_ms = await _read_ms(place, SELECT, parts[turn])
            load_ms = await _load_ms(lobby, parts[turn])
            again_ms = await _read_ms(place, SELECT, parts[turn])
            alone.append((load_ms, (read_ms + again_ms) / 2))
        assert lobby.tables_in_memory == blocks * size
    finally:
        lobby.stop()
        await journal.stop(10)
    # The lobby has gone, so that the owner may change.
    owned = [
        (load_ms, await _read_ms(place, RAISE_EPOCH, part))
        for (load_ms, _), part in zip(alone, parts, strict=True)
    ]
    many = [(await _load_many_ms(place, part), await _read_many_ms(place, part)) for part in parts]
    load_s = sum(load_ms for load_ms, _ in alone) * size / 1000
    single, chunks = "SELECT and decode", f"SELECT of {CHUNK} and decode"
    return Part(
        "hydration",
        [
            figure("load a table", "ms", alone, against=single, bound="at most", target=2),
            figure("load a table", "ms", owned, against="UPDATE of the epoch and decode"),
            figure(
                "load in chunks, a table", "ms", many, against=chunks, bound="at most", target=2
            ),
            figure(f"start with {tables:,} tables", "ms", starts, against="the bare query"),
        ],
        [
            (
                f"All {tables:,} tables, in the middle of play, one after the other by "
                f"`Lobby.find`: {load_s:.1f} s. The journal writes that their clocks go on, and "
                f"each load waits for it."
            ),
            "Chunks are those of `Hydration.load_many`, which makes no actors.",
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


async def _starts(place: Place) -> tuple[float, float]:
    """Milliseconds until a lobby has its list, and of the query alone."""
    journal = Journal(place.store, keep_events=True)
    lobby = _lobby(place, journal)
    started_s = time.perf_counter()
    await lobby.start()
    ready_s = time.perf_counter()
    await place.bare.fetch(LIST)
    read_s = time.perf_counter()
    lobby.stop()
    return 1000 * (ready_s - started_s), 1000 * (read_s - ready_s)


async def _load_ms(lobby: Lobby, tables: Sequence[TableId]) -> float:
    started_s = time.perf_counter()
    for table in tables:
        await lobby.find(table)
    return 1000 * (time.perf_counter() - started_s) / len(tables)


async def _read_ms(place: Place, statement: str, tables: Sequence[TableId]) -> float:
    started_s = time.perf_counter()
    for table in tables:
        row = await place.bare.fetchrow(statement, table)
        assert row is not None
        _decode(row["snapshot"])
    return 1000 * (time.perf_counter() - started_s) / len(tables)


async def _load_many_ms(place: Place, tables: Sequence[TableId]) -> float:
    hydration = Hydration(place.store, Journal(place.store, keep_events=True), VAULT)
    started_s = time.perf_counter()
    loaded = 0
    async for chunk in hydration.load_many(tables):
        loaded += len(chunk)
    assert loaded == len(tables)
    return 1000 * (time.perf_counter() - started_s) / len(tables)


async def _read_many_ms(place: Place, tables: Sequence[TableId]) -> float:
    started_s = time.perf_counter()
    for start in range(0, len(tables), CHUNK):
        for row in await place.bare.fetch(SELECT_MANY, tables[start : start + CHUNK]):
            _decode(row["snapshot"])
    return 1000 * (time.perf_counter() - started_s) / len(tables)
