"""How fast the journal writes full batches, against a bare loop of its statement and pgbench.

All three write to `games` on one server, each to 200 or 400 rows of its own.  What is written is
made before the clock starts: changes for the journal, the statement's arguments for the bare loop.
"""

import asyncio
import time
from collections.abc import Sequence

from bench.figures import Part, figure
from bench.pgbench import Pgbench
from bench.place import BATCH_TABLES, Place
from bench.played import Played, table_ids
from pokerws.game.state import TableId
from pokerws.storage.journal import Journal
from pokerws.storage.save_statement import SAVE, save_statement
from pokerws.storage.store import Change, Store

# The journal has the next batch while one is on its way, as when many tables are played.
AHEAD = 2
ROUNDS, BATCHES, PGBENCH_S = 9, 60, 1.5
# Rounds before those that count, for caches and for pages that a checkpoint made the first of.
WARM_UP = 1


async def measure(
    place: Place,
    played: Played,
    *,
    rounds: int = ROUNDS,
    batches: int = BATCHES,
    pgbench_s: float = PGBENCH_S,
) -> Part:
    """Changes a second of the journal and of its ceilings."""
    ours, save, bare = (Batches(played, seed) for seed in (1, 2, 3))
    pgbench = Pgbench(place, played)
    await place.fill([*ours.openings, *save.openings, *bare.openings, *pgbench.openings])
    measured: list[tuple[float, float, float, float]] = []
    for turn in range(WARM_UP + rounds):
        writes = [ours.take(batches), save.take(batches), bare.take(batches)]
        runs = [
            lambda: journal_s(place.store, writes[0]),
            lambda: store_s(place.store, writes[1]),
            lambda: bare_s(place, writes[2]),
        ]
        seconds = [0.0, 0.0, 0.0]
        # In turn first, since whoever comes after pgbench has the quieter disk.
        for index in ((turn + offset) % 3 for offset in range(3)):
            seconds[index] = await runs[index]()
        changes = batches * BATCH_TABLES
        rate = await pgbench.run(pgbench_s)
        measured.append((changes / seconds[0], changes / seconds[1], changes / seconds[2], rate))
    await pgbench.check()
    return _part(played, measured[WARM_UP:])


def _part(played: Played, measured: Sequence[tuple[float, float, float, float]]) -> Part:
    unit = "changes/s"
    bare = "bare loop"
    journal_bare = [(journal, bare) for journal, _, bare, _ in measured]
    store_bare = [(store, bare) for _, store, bare, _ in measured]
    journal_pgbench = [(journal, updates) for journal, _, _, updates in measured]
    return Part(
        "journal",
        [
            figure("journal, put to committed", unit, journal_bare, bare, "at least", 0.8),
            figure("`store.save` alone", unit, store_bare, bare),
            figure(
                "journal, put to committed",
                unit,
                journal_pgbench,
                "pgbench, one row a commit",
                "at least",
                8,
            ),
        ],
        [
            f"Batches of {BATCH_TABLES} tables with 2 events a change; snapshots of "
            f"{played.snapshot_bytes:,.0f} bytes and events of {played.event_bytes:,.0f} bytes in "
            f"the mean, as played by six players who act at random.",
            "The bare loop executes the store's statement with arguments made beforehand. pgbench "
            "updates one row of games by id, version and epoch, with a snapshot of that size and "
            "without events, on one connection, prepared.",
        ],
    )


class Batches:
    """Endless batches of changes, for groups of 200 tables in turn."""

    def __init__(self, played: Played, seed: int) -> None:
        tables = table_ids(seed, AHEAD * BATCH_TABLES)
        self.openings = [played.opening(table) for table in tables]
        steps = [played.steps_of(table, 31 * place) for place, table in enumerate(tables)]
        self._groups = [steps[n * BATCH_TABLES : (n + 1) * BATCH_TABLES] for n in range(AHEAD)]
        self._taken = 0

    def take(self, count: int) -> list[list[Change]]:
        """The next batches."""
        batches = []
        for _ in range(count):
            batches.append([next(steps) for steps in self._groups[self._taken % AHEAD]])
            self._taken += 1
        return batches


async def journal_s(store: Store, batches: Sequence[Sequence[Change]]) -> float:
    """How long the journal takes from the first `put` until the last commit is known."""
    committed, progress = 0, asyncio.Event()

    def written(table: TableId, version: int) -> None:
        nonlocal committed
        committed += 1
        progress.set()

    journal = Journal(store, keep_events=True, on_written=written)
    journal.start()
    started_s = time.perf_counter()
    for number, batch in enumerate(batches):
        # A group's next change is put when the one before it is written, so that none is merged.
        while committed < (number - AHEAD + 1) * BATCH_TABLES:
            progress.clear()
            await progress.wait()
        for change in batch:
            journal.put(change)
    await journal.flush(60)
    took_s = time.perf_counter() - started_s
    assert await journal.stop(0)
    assert committed == sum(map(len, batches)), "a change was merged or lost"
    return took_s


async def store_s(store: Store, batches: Sequence[Sequence[Change]]) -> float:
    """The same through the store's `save`, without the journal."""
    started_s = time.perf_counter()
    for batch in batches:
        written = await store.save(batch)
        assert len(written) == len(batch)
    return time.perf_counter() - started_s


async def bare_s(place: Place, batches: Sequence[Sequence[Change]]) -> float:
    """The same with nothing but the statement."""
    arguments = [save_statement(batch, over=False)[1] for batch in batches]
    started_s = time.perf_counter()
    for columns, batch in zip(arguments, batches, strict=True):
        written = await place.bare.fetch(SAVE, *columns)
        assert len(written) == len(batch)
    return time.perf_counter() - started_s
