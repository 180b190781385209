"""The last long run, which is kept in bench/long.json: `make bench` takes minutes, this an hour.

Its part stands in RESULTS.md with the others, and says itself when it was made.  This module reads
and writes; `bench.live.long` measures.
"""

from pathlib import Path

import msgspec
from msgspec import Struct

from bench.figures import Part
from bench.report import HERE, Results, Run, write

FILE = "long.json"


class Sample(Struct, frozen=True):
    """What was seen of a server after `at_s` seconds, and of the ten seconds or so before.

    `waiting` are changes that are not in the database yet, the oldest of them for `lag_ms`.
    """

    at_s: float
    actions: int
    actions_per_s: float
    p50_ms: float
    p99_ms: float
    rss_mib: float
    pss_mib: float
    database_mib: float
    waiting: int
    lag_ms: float
    processors: dict[str, float]


class LongRun(Struct):
    """A whole long run."""

    run: Run
    part: Part
    samples: list[Sample]


def stored_part(directory: Path = HERE) -> list[Part]:
    """The part of the last long run, if there was one."""
    file = directory / FILE
    if not file.exists():
        return []
    return [msgspec.json.decode(file.read_bytes(), type=LongRun).part]


def keep(long: LongRun, directory: Path = HERE) -> None:
    """Replace the last long run, and its part among the results."""
    data = msgspec.json.format(msgspec.json.encode(long), indent=1)
    (directory / FILE).write_bytes(data + b"\n")
    stored = directory / "results.json"
    if not stored.exists():
        return
    results = msgspec.json.decode(stored.read_bytes(), type=Results)
    results.parts = [part for part in results.parts if part.name != long.part.name]
    results.parts.append(long.part)
    write(results, directory)
