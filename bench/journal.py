"""Speed of the journal: full batches, from `put` until the commit is known.

The ceiling is the store's own statement in a bare loop, on rows of its own, with arguments made
before the clock starts.
"""

import asyncio
import gc
import time
from collections.abc import Sequence

import uvloop

from bench.figures import Part, figure
from bench.place import BATCH_TABLES, Place, measuring_place
from bench.played import EVENTS_A_CHANGE, Played, table_ids
from bench.progress import rounds as rounds_of
from pokerws.game.state import TableId
from pokerws.storage.journal.journal import Journal
from pokerws.storage.postgres.save_statement import SAVE, save_statement
from pokerws.storage.store import Change

# Full batches: two groups of tables, since the journal collects a batch while it writes another.
AHEAD = 2
# Batches are quick: this many rounds for each round of the other parts.
ROUNDS_EACH, BATCHES = 3, 60


class Rows:
    """Tables that change in turn."""

    def __init__(self, played: Played, seed: int, count: int) -> None:
        self.tables = table_ids(seed, count)
        self.openings = [played.opening(table) for table in self.tables]
        self._steps = [
            played.steps_of(table, 31 * place) for place, table in enumerate(self.tables)
        ]

    def take(self, count: int) -> list[Change]:
        """The next `count` changes, a multiple of the number of tables."""
        assert count % len(self.tables) == 0
        return [next(steps) for _ in range(count // len(self.tables)) for steps in self._steps]


def measure(rounds: int) -> Part:
    """Changes per second, on a database of its own."""
    return uvloop.run(_measure(ROUNDS_EACH * rounds))


async def _measure(rounds: int) -> Part:
    async with measuring_place() as place:
        return await measure_at(place, Played(), rounds)


async def measure_at(place: Place, played: Played, rounds: int, *, batches: int = BATCHES) -> Part:
    """Changes per second of the journal and of the bare loop."""
    ours, bare = (Rows(played, seed, AHEAD * BATCH_TABLES) for seed in (1, 2))
    await place.fill([*ours.openings, *bare.openings])
    count, pairs = batches * BATCH_TABLES, []
    for turn in rounds_of("journal", 1 + rounds):
        own, other = ours.take(count), bare.take(count)
        # Objects from before the round are not visited by the garbage collector.
        gc.collect()
        gc.freeze()
        if turn % 2:
            own_s = await journal_s(place, own)
            other_s = await bare_s(place, other)
        else:
            other_s = await bare_s(place, other)
            own_s = await journal_s(place, own)
        pairs.append((count / own_s, count / other_s))
    what = "full batches, put to committed"
    # The first round fills caches.
    measured = figure(what, "changes/s", pairs[1:], against="bare loop", target=0.8)
    note = (
        f"Batches of {BATCH_TABLES} tables, {EVENTS_A_CHANGE} events per change, as played at "
        f"random: snapshots of {played.snapshot_bytes:,.0f} bytes on average."
    )
    return Part("journal", [measured], [note])


class Commits:
    """A `JournalListener` that counts commits, and expects nothing else."""

    def __init__(self) -> None:
        self.count = 0
        self.progress = asyncio.Event()

    def written(self, table: TableId, version: int) -> None:
        self.count += 1
        self.progress.set()

    def fenced(self, table: TableId) -> None:
        raise AssertionError(f"{table} was fenced")

    def rejected(self, table: TableId) -> None:
        raise AssertionError(f"{table} was rejected")

    def conflict(self, table: TableId) -> None:
        raise AssertionError(f"{table} was edited")

    def edited(self, table: TableId) -> None:
        """Part of `JournalListener`."""

    def went_back(self, table: TableId) -> None:
        raise AssertionError(f"{table} went back")


async def journal_s(place: Place, changes: Sequence[Change]) -> float:
    """Seconds from the first `put` until the last commit is known."""
    commits = Commits()
    journal = Journal(place.store)
    journal.subscribe(commits)
    journal.start()
    started_s = time.perf_counter()
    for index, change in enumerate(changes):
        # A table's next change waits for the one before, so that the journal merges none.
        while index - commits.count >= AHEAD * BATCH_TABLES:
            commits.progress.clear()
            await commits.progress.wait()
        journal.put(change)
    await journal.flush(60)
    took_s = time.perf_counter() - started_s
    assert await journal.stop(0)
    assert commits.count == len(changes), "a change was merged or lost"
    return took_s


async def bare_s(place: Place, changes: Sequence[Change]) -> float:
    """Seconds that the statement alone takes, in full batches."""
    batches = [changes[at : at + BATCH_TABLES] for at in range(0, len(changes), BATCH_TABLES)]
    arguments = [save_statement(batch, overwrite=False)[1] for batch in batches]
    started_s = time.perf_counter()
    for columns in arguments:
        assert len(await place.bare.fetch(SAVE, *columns)) == BATCH_TABLES
    return time.perf_counter() - started_s
