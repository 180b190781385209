"""Speed of the journal: full batches, and single changes at a fixed rate.

The ceiling is the store's own statement in a bare loop, on rows of its own, with arguments made
before the clock starts.
"""

import asyncio
import gc
import math
import time
from collections import deque
from collections.abc import Callable, Sequence
from random import Random
from statistics import median
from typing import Protocol

import uvloop

from bench.figures import Part, figure, number
from bench.place import BATCH_TABLES, Place, measuring_place
from bench.played import EVENTS_A_CHANGE, Played, table_ids
from bench.progress import rounds as rounds_of
from pokerws.game.state import TableId
from pokerws.storage.journal.journal import Journal
from pokerws.storage.postgres.save_statement import NUMBERS, SAVE, SEPARATOR, save_statement
from pokerws.storage.store import Change

# Full batches: two groups of tables, since the journal collects a batch while it writes another.
AHEAD = 2
# Batches are quick: so many rounds for each of the other parts.
ROUNDS_EACH, BATCHES = 3, 60
TABLES, RATE, SECONDS = 1000, 10_000, 4.0
WARM_UP = 0.1  # Share of a round that does not count.


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
    """Batches and latencies, on a database of its own."""
    return uvloop.run(_measure(rounds))


async def _measure(rounds: int) -> Part:
    played = Played()
    async with measuring_place() as place:
        part = await measure_batches(place, played, ROUNDS_EACH * rounds)
        return await add_latencies(part, place, played, rounds)


async def measure_batches(
    place: Place, played: Played, rounds: int, *, batches: int = BATCHES
) -> Part:
    """Changes per second of the journal and of the bare loop."""
    ours, bare = (Rows(played, seed, AHEAD * BATCH_TABLES) for seed in (1, 2))
    await place.fill([*ours.openings, *bare.openings])
    count, pairs = batches * BATCH_TABLES, []
    for turn in rounds_of("journal", 1 + rounds):
        own, other = ours.take(count), bare.take(count)
        without_older_garbage()
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


async def journal_s(place: Place, changes: Sequence[Change]) -> float:
    """Seconds from the first `put` until the last commit is known."""
    committed, progress = 0, asyncio.Event()

    def written(table: TableId, version: int) -> None:
        nonlocal committed
        committed += 1
        progress.set()

    journal = Journal(place.store, keep_events=True, on_written=written)
    journal.start()
    started_s = time.perf_counter()
    for index, change in enumerate(changes):
        # A table's next change waits for the one before, so that the journal merges none.
        while index - committed >= AHEAD * BATCH_TABLES:
            progress.clear()
            await progress.wait()
        journal.put(change)
    await journal.flush(60)
    took_s = time.perf_counter() - started_s
    assert await journal.stop(0)
    assert committed == len(changes), "a change was merged or lost"
    return took_s


async def bare_s(place: Place, changes: Sequence[Change]) -> float:
    """Seconds that the statement alone takes, in full batches."""
    batches = [changes[at : at + BATCH_TABLES] for at in range(0, len(changes), BATCH_TABLES)]
    arguments = [save_statement(batch, over=False)[1] for batch in batches]
    started_s = time.perf_counter()
    for columns in arguments:
        assert len(await place.bare.fetch(SAVE, *columns)) == BATCH_TABLES
    return time.perf_counter() - started_s


class _Latencies(Protocol):
    async def __call__(
        self, place: Place, changes: Sequence[Change], instants: Sequence[float], /
    ) -> list[float]: ...


async def add_latencies(
    part: Part,
    place: Place,
    played: Played,
    rounds: int,
    *,
    tables: int = TABLES,
    rate: int = RATE,
    seconds: float = SECONDS,
) -> Part:
    """Add latencies at the rate, or at half of what the bare loop can take if that is less."""
    ours, bare = Rows(played, 11, tables), Rows(played, 12, tables)
    await place.fill([*ours.openings, *bare.openings])
    rate = min(rate, round(part.figures[0].theirs / 2))
    count = max(1, round(rate * seconds / tables)) * tables
    medians, p99s = [], []
    for turn in rounds_of(f"latency at {rate:,}/s", rounds):
        instants = arrivals_s(Random(turn), rate, count)
        both: list[tuple[_Latencies, Rows]] = [(journal_latencies, ours), (bare_latencies, bare)]
        found = {}
        for latencies, rows in both if turn % 2 else reversed(both):
            changes = rows.take(count)
            without_older_garbage()
            found[latencies] = counted(await latencies(place, changes, instants))
        own, other = found[journal_latencies], found[bare_latencies]
        medians.append((1000 * median(own), 1000 * median(other)))
        p99s.append((1000 * own[int(0.99 * len(own))], 1000 * other[int(0.99 * len(other))]))
    for what, pairs, target in (("median", medians, 2), ("p99", p99s, 3)):
        name = f"change to durable at {rate:,}/s, {what}"
        part.figures.append(
            figure(name, "ms", pairs, against="bare loop", bound="at most", target=target)
        )
    part.notes.append(
        f"Latencies: {tables:,} tables, Poisson arrivals, from the arrival to the known commit, "
        f"{seconds:g} s per round. The bare loop takes {number(part.figures[0].theirs)} changes/s."
    )
    return part


def arrivals_s(rng: Random, rate: float, count: int) -> list[float]:
    """Instants of a Poisson process, as from many independent tables."""
    at_s, instants = 0.0, []
    for _ in range(count):
        at_s += rng.expovariate(rate)
        instants.append(at_s)
    return instants


def counted(latencies_s: Sequence[float]) -> list[float]:
    """The latencies after the warm-up, sorted."""
    found = sorted(latencies_s[int(WARM_UP * len(latencies_s)) :])
    assert found[-1] < math.inf, "a change was lost"
    return found


async def _feed(instants: Sequence[float], start_s: float, give: Callable[[int], None]) -> None:
    """Give each change at its instant, or as soon afterwards as the event loop is free.

    A latency counts from the instant, so a stall counts for every change that it delays.
    """
    for index, at_s in enumerate(instants):
        # The shortest timer; polling would take processor time from PostgreSQL.
        while (early_s := at_s - (time.perf_counter() - start_s)) > 0:  # noqa: ASYNC110
            await asyncio.sleep(max(early_s, 0.001))
        give(index)


async def journal_latencies(
    place: Place, changes: Sequence[Change], instants: Sequence[float], /
) -> list[float]:
    """Latencies in seconds through the journal, in order of arrival."""
    latencies_s = [math.inf] * len(changes)
    unwritten: dict[TableId, deque[int]] = {change.table: deque() for change in changes}
    for index, change in enumerate(changes):
        unwritten[change.table].append(index)

    def written(table: TableId, version: int) -> None:
        now_s = time.perf_counter() - start_s
        waiting = unwritten[table]
        while waiting and changes[waiting[0]].version <= version:
            index = waiting.popleft()
            latencies_s[index] = now_s - instants[index]

    journal = Journal(place.store, keep_events=True, on_written=written)
    journal.start()
    start_s = time.perf_counter()
    await _feed(instants, start_s, lambda index: journal.put(changes[index]))
    assert await journal.stop(60)
    return latencies_s


async def bare_latencies(
    place: Place, changes: Sequence[Change], instants: Sequence[float], /
) -> list[float]:
    """Latencies of the statement alone, which takes all changes that wait."""
    columns = [save_statement([change], over=False)[1] for change in changes]
    latencies_s = [math.inf] * len(changes)
    waiting: deque[int] = deque()
    work = asyncio.Event()

    def give(index: int) -> None:
        waiting.append(index)
        work.set()

    async def write() -> None:
        left = len(changes)
        while left:
            if not waiting:
                work.clear()
                await work.wait()
            batch = [waiting.popleft() for _ in range(min(BATCH_TABLES, len(waiting)))]
            written = await place.bare.fetch(SAVE, *_together([columns[n] for n in batch]))
            assert len(written) == len(batch)
            now_s = time.perf_counter() - start_s
            for index in batch:
                latencies_s[index] = now_s - instants[index]
            left -= len(batch)

    writer = asyncio.create_task(write())
    start_s = time.perf_counter()
    await _feed(instants, start_s, give)
    await writer
    return latencies_s


def _together(changes: Sequence[Sequence[str]]) -> list[str]:
    """The statement's arguments for several changes, from those of each."""
    return [
        "{%s}" % ",".join(part[1:-1] for part in parts)  # noqa: UP031  braces
        if number in NUMBERS
        else SEPARATOR.join(parts)
        for number, parts in enumerate(zip(*changes, strict=True))
    ]


def without_older_garbage() -> None:
    """Collect garbage, and exclude all objects made so far from later collections."""
    gc.collect()
    gc.freeze()
