"""How long a change takes until it is durable, when changes come at their own pace.

The instants of arrival are fixed beforehand, and each latency counts from its instant: what a stall
holds up is counted too (no coordinated omission).  The bare loop writes whatever is there with the
same statement, and keeps no books.
"""

import asyncio
import gc
import math
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from random import Random
from statistics import median
from typing import Literal

from bench.figures import Figure, Part, figure, number
from bench.journal import Batches, bare_s
from bench.place import BATCH_TABLES, Place
from bench.played import Played, Written, table_ids
from bench.progress import rounds as rounds_of
from pokerws.game.state import TableId
from pokerws.storage.journal.journal import Journal
from pokerws.storage.postgres.save_statement import NUMBERS, SAVE, SEPARATOR, save_statement
from pokerws.storage.store import Change

TABLES, RATE, SECONDS, ROUNDS = 1000, 10_000, 4.0, 5
WARM_UP = 0.1  # The share of a round that does not count.
CEILING_ROUNDS, CEILING_BATCHES = 5, 30
# What waits this long in the bare loop waits since more comes than can be written.
OVERLOADED_S = 0.1


@dataclass
class Waits:
    """Of one round, in seconds."""

    median_s: float
    p99_s: float

    @classmethod
    def of(cls, latencies_s: Sequence[float]) -> "Waits":
        """The latencies in order of arrival, without those of the warm-up."""
        counted = sorted(latencies_s[int(WARM_UP * len(latencies_s)) :])
        assert all(math.isfinite(latency_s) for latency_s in counted), "a change was lost"
        return cls(counted[len(counted) // 2], counted[int(0.99 * len(counted))])


class Rows:
    """Tables that change in turn, so that no 200 changes in a row have the same one twice."""

    def __init__(self, played: Played, seed: int, count: int) -> None:
        self.tables = table_ids(seed, count)
        self.number = {table: number for number, table in enumerate(self.tables)}
        self.openings = [played.opening(table) for table in self.tables]
        self._steps = [
            played.steps_of(table, 31 * place) for place, table in enumerate(self.tables)
        ]

    def take(self, count: int) -> list[Change]:
        """The next change of each table, so many times over as makes `count`."""
        assert count % len(self.tables) == 0
        return [next(steps) for _ in range(count // len(self.tables)) for steps in self._steps]


def arrivals_s(rng: Random, rate: float, count: int) -> list[float]:
    """Instants from the start on, as they come from many independent tables (Poisson)."""
    at_s, instants = 0.0, []
    for _ in range(count):
        at_s += rng.expovariate(rate)
        instants.append(at_s)
    return instants


async def feed(instants: Sequence[float], start_s: float, give: Callable[[int], None]) -> None:
    """Give each change at its instant, or as soon after it as the event loop comes round."""
    for index, at_s in enumerate(instants):
        # By the loop's shortest timer: looking all the time would take a processor from PostgreSQL.
        while (early_s := at_s - (time.perf_counter() - start_s)) > 0:  # noqa: ASYNC110
            await asyncio.sleep(max(early_s, 0.001))
        give(index)


async def journal_waits(
    place: Place, changes: Sequence[Change], rows: Rows, instants: Sequence[float]
) -> Waits:
    """Through the journal."""
    latencies_s = [math.inf] * len(changes)
    oldest = list(range(len(rows.tables)))  # By table, the first change that is not written.
    start_s = 0.0

    def written(table: TableId, version: int) -> None:
        now_s = time.perf_counter() - start_s
        number = rows.number[table]
        index = oldest[number]
        while index < len(changes) and changes[index].version <= version:
            latencies_s[index] = now_s - instants[index]
            index += len(rows.tables)
        oldest[number] = index

    journal = Journal(place.store, keep_events=True)
    journal.subscribe(Written(written))
    journal.start()
    start_s = time.perf_counter()
    await feed(instants, start_s, lambda index: journal.put(changes[index]))
    assert await journal.stop(60)
    return Waits.of(latencies_s)


async def bare_waits(place: Place, changes: Sequence[Change], instants: Sequence[float]) -> Waits:
    """With nothing but the statement: its columns are made beforehand, a change at a time."""
    columns = [save_statement([change], overwrite=False)[1] for change in changes]
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
    await feed(instants, start_s, give)
    await writer
    return Waits.of(latencies_s)


def _together(changes: Sequence[Sequence[str]]) -> list[str]:
    """The columns of several changes as those of one batch."""
    return [
        "{%s}" % ",".join(part[1:-1] for part in parts)  # noqa: UP031  braces
        if number in NUMBERS
        else SEPARATOR.join(parts)
        for number, parts in enumerate(zip(*changes, strict=True))
    ]


async def measure(
    place: Place,
    played: Played,
    *,
    tables: int = TABLES,
    rate: int = RATE,
    seconds: float = SECONDS,
    rounds: int = ROUNDS,
    ceiling_batches: int = CEILING_BATCHES,
) -> Part:
    """Latencies at the wanted rate, and at half of what the bare loop takes."""
    ours, bare, full = Rows(played, 11, tables), Rows(played, 12, tables), Batches(played, 13)
    await place.fill([*ours.openings, *bare.openings, *full.openings])
    ceiling = median(
        [
            ceiling_batches * BATCH_TABLES / await bare_s(place, full.take(ceiling_batches))
            for _ in range(CEILING_ROUNDS)
        ]
    )
    figures, notes = (
        [],
        [
            (
                f"{tables} tables; arrivals at random instants fixed beforehand (Poisson); "
                f"latency from the instant to the known commit, {seconds:g} s a round."
            ),
            f"Full batches of the bare loop take {number(ceiling)} changes/s on this machine.",
        ],
    )
    for pace in (rate, round(ceiling / 2)):
        count = max(1, round(pace * seconds / tables)) * tables
        pairs = []
        for turn in rounds_of(f"latency at {pace:,}/s", rounds):
            instants = arrivals_s(Random(turn), pace, count)
            pairs.append(await _pair(place, ours, bare, instants, ours_first=turn % 2 == 0))
        overloaded = median(bare.p99_s for _, bare in pairs) > OVERLOADED_S
        figures += list(_figures(pace, pairs, judged=not overloaded))
        if not overloaded:
            break
        notes.append(
            f"The machine does not take {pace:,} changes/s: the bare loop itself falls behind, "
            f"so that this pace has no target."
        )
    return Part("latency", figures, notes)


async def _pair(
    place: Place, ours: Rows, bare: Rows, instants: Sequence[float], *, ours_first: bool
) -> tuple[Waits, Waits]:
    """A round of each, under the same arrivals."""
    changes, same = ours.take(len(instants)), bare.take(len(instants))
    # What was made for the round is no work for the collector while it runs.
    gc.collect()
    gc.freeze()
    if ours_first:
        mine = await journal_waits(place, changes, ours, instants)
        return mine, await bare_waits(place, same, instants)
    its = await bare_waits(place, same, instants)
    return await journal_waits(place, changes, ours, instants), its


def _figures(pace: int, pairs: Sequence[tuple[Waits, Waits]], *, judged: bool) -> Iterator[Figure]:
    what = f"change to durable at {pace:,}/s"
    medians = [(1000 * ours.median_s, 1000 * bare.median_s) for ours, bare in pairs]
    p99s = [(1000 * ours.p99_s, 1000 * bare.p99_s) for ours, bare in pairs]
    bound: Literal["at most"] | None = "at most" if judged else None
    yield figure(
        f"{what}, median",
        "ms",
        medians,
        against="bare loop",
        bound=bound,
        target=2 if judged else None,
    )
    yield figure(
        f"{what}, p99", "ms", p99s, against="bare loop", bound=bound, target=3 if judged else None
    )
