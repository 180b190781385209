"""How fast the journal writes full batches, against a bare loop of its statement and pgbench.

All three write to `games` on one server, each to 200 or 400 rows of its own.  What is written is
made before the clock starts: changes for the journal, the statement's arguments for the bare loop.
"""

import asyncio
import gc
import time
from collections.abc import Sequence

from bench.figures import Part, figure
from bench.pgbench import Pgbench
from bench.place import BATCH_TABLES, Place
from bench.played import EVENTS_A_CHANGE, PLAYERS, Played, Written, table_ids
from bench.progress import rounds as rounds_of
from pokerws.game.state import TableId
from pokerws.storage.journal.journal import Journal
from pokerws.storage.postgres.save_statement import SAVE, save_statement
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
    measured: list[dict[str, float]] = []
    for turn in rounds_of("journal", WARM_UP + rounds):
        seconds = dict.fromkeys(("journal", "save", "bare"), 0.0)
        # Each in turn is the first after pgbench.
        for name in [*seconds][turn % 3 :] + [*seconds][: turn % 3]:
            writes = {"journal": ours, "save": save, "bare": bare}[name].take(batches)
            # What was made for the round is no work for the collector while it runs.
            gc.collect()
            gc.freeze()
            if name == "journal":
                seconds[name] = await journal_s(place.store, writes)
            elif name == "save":
                seconds[name] = await store_s(place.store, writes)
            else:
                seconds[name] = await bare_s(place, writes)
            gc.unfreeze()
        rates = {name: batches * BATCH_TABLES / took_s for name, took_s in seconds.items()}
        measured.append({**rates, "pgbench": await pgbench.run(pgbench_s)})
    await pgbench.check()
    return _part(played, measured[WARM_UP:])


def _part(played: Played, measured: Sequence[dict[str, float]]) -> Part:
    def pairs(ours: str, ceiling: str) -> list[tuple[float, float]]:
        return [(rates[ours], rates[ceiling]) for rates in measured]

    unit, what = "changes/s", "journal, put to committed"
    bare, pgbench = "bare loop", "pgbench, one row a commit"
    return Part(
        "journal",
        [
            figure(
                what, unit, pairs("journal", "bare"), against=bare, bound="at least", target=0.8
            ),
            figure("`store.save` alone", unit, pairs("save", "bare"), against=bare),
            figure(
                what, unit, pairs("journal", "pgbench"), against=pgbench, bound="at least", target=8
            ),
        ],
        [
            (
                f"Batches of {BATCH_TABLES} tables, {EVENTS_A_CHANGE} events a change, as played "
                f"by {PLAYERS} players at random: snapshots of {played.snapshot_bytes:,.0f} "
                f"bytes and events of {played.event_bytes:,.0f} bytes in the mean."
            ),
            "The bare loop executes the store's statement with arguments made beforehand.",
            (
                "pgbench updates one row of games by id, version and epoch, with such a snapshot "
                "and without events, on one connection, prepared."
            ),
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

    journal = Journal(store, keep_events=True)
    journal.subscribe(Written(written))
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
    arguments = [save_statement(batch, overwrite=False)[1] for batch in batches]
    started_s = time.perf_counter()
    for columns, batch in zip(arguments, batches, strict=True):
        written = await place.bare.fetch(SAVE, *columns)
        assert len(written) == len(batch)
    return time.perf_counter() - started_s
