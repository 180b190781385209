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
from pokerws.server.bank import Bank, Terms
from pokerws.server.clock import Clock
from pokerws.server.lobby import Lobby
from pokerws.storage import postgres
from pokerws.storage.journal import Journal
from pokerws.storage.store import TableSnapshot

TABLES, BLOCKS, STARTS = 10_000, 10, 7
SELECT = "SELECT snapshot, version, epoch FROM games WHERE id = $1"
# What a load must do besides reading: own the table, durably.
RAISE_EPOCH = """
UPDATE games SET epoch = epoch + 1 WHERE id = $1 RETURNING snapshot, version, epoch
"""

_decode = msgspec.json.Decoder(TableSnapshot).decode


async def measure(
    place: Place, played: Played, *, tables: int = TABLES, blocks: int = BLOCKS
) -> Part:
    """Milliseconds a table of a sequential load, and those of a start."""
    ids = table_ids(21, tables)
    await place.fill([played.stored(table, number) for number, table in enumerate(ids)])
    starts = [await _starts(place) for _ in range(STARTS)]
    journal = Journal(place.store, keep_events=True)
    journal.start()
    lobby = _lobby(place, journal)
    await lobby.start()
    pairs: list[tuple[float, float]] = []
    owned: list[tuple[float, float]] = []
    size = tables // blocks
    try:
        for turn in rounds_of("hydration", blocks):
            block = ids[turn * size : (turn + 1) * size]
            read_ms = await _read_ms(place, SELECT, block)
            load_ms = await _load_ms(lobby, block)
            again_ms = await _read_ms(place, SELECT, block)
            pairs.append((load_ms, (read_ms + again_ms) / 2))
        assert lobby.tables_in_memory == blocks * size
    finally:
        lobby.stop()
        await journal.stop(10)
    # The lobby has gone, so that the owner may change.
    for turn, (load_ms, _) in enumerate(pairs):
        block = ids[turn * size : (turn + 1) * size]
        owned.append((load_ms, await _read_ms(place, RAISE_EPOCH, block)))
    load_s = sum(load_ms for load_ms, _ in pairs) * size / 1000
    return Part(
        "hydration",
        [
            figure(
                "load a table", "ms", pairs, against="SELECT and decode", bound="at most", target=2
            ),
            figure("load a table", "ms", owned, against="UPDATE of the epoch and decode"),
            figure(
                f"start with {tables:,} tables, to ready", "ms", starts, against="the bare query"
            ),
        ],
        [
            (
                f"{tables:,} tables in the middle of play are loaded one after the other by "
                f"`Lobby.find`, all of them in {load_s:.1f} s, with the journal writing that their "
                f"clocks go on."
            ),
        ],
    )


def _lobby(place: Place, journal: Journal) -> Lobby:
    clock = Clock()
    return Lobby(
        store=place.store,
        sink=journal,
        keep_events=True,
        clock=clock,
        shuffle=shuffler(Random(1).randbytes),
        bank=Bank(place.store.accounts, clock, Terms()),
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
    await place.bare.fetch(postgres.GAMES)
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
