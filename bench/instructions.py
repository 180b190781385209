"""The guard against getting slower: what fixed work costs, counted and not timed.

`python -m bench.guard` compares with bench/guard.json and ends with 1 where something costs more
than it may; `--record` writes the figures down.  Counted are the instructions of the processor, by
valgrind; the calls of functions, those in C included; and the bytes that are allocated at the most.
Where there is no valgrind the instructions are left out.  Figures hold for one build of Python, and
of msgspec.
"""

import argparse
import gc
import os
import platform
import re
import shutil
import subprocess
import sys
import tracemalloc
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import FrameType

import msgspec
from msgspec import Struct

from bench.figures import number
from bench.guarded import WORK, Piece

RECORDED = Path(__file__).with_name("guard.json")
# What the figures may differ by.  Two runs differ by a tenth of that at most.
TOLERANCE = 0.03
# Before anything is counted, so that what is made once is there.
WARM_UP = 5
INSTRUCTIONS = "instructions"
VALGRIND = ("valgrind", "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null")

# Of each work, how much of what one piece of it takes.
Counts = dict[str, dict[str, float]]


class Verdict(Struct, frozen=True):
    """One figure beside what was recorded."""

    work: str
    unit: str
    recorded: float | None
    counted: float

    @property
    def change(self) -> float:
        """By what part it has grown."""
        return 0.0 if not self.recorded else self.counted / self.recorded - 1

    @property
    def said(self) -> str:
        """What is to be done about it."""
        if self.recorded is None:
            return "not recorded"
        if self.change > TOLERANCE:
            return "WORSE"
        return "better: record it" if self.change < -TOLERANCE else ""


def build() -> str:
    """What figures depend on: they cannot be compared with those of another one."""
    python = f"{platform.python_implementation()} {platform.python_version()}"
    return (
        f"{python} ({platform.python_compiler()}, {platform.machine()}), "
        f"msgspec {msgspec.__version__}"
    )


def compare(counted: Counts, recorded: Counts) -> list[Verdict]:
    """Each of the counted figures beside the recorded one."""
    return [
        Verdict(work, unit, recorded.get(work, {}).get(unit), count)
        for work, counts in counted.items()
        for unit, count in counts.items()
    ]


def shown(verdicts: Sequence[Verdict]) -> str:
    """A table for people."""
    lines = [f"{'a piece of work':38}{'':14}{'recorded':>12}{'now':>12}{'change':>9}"]
    lines += [
        f"{verdict.work:38}{verdict.unit:14}{_number(verdict.recorded):>12}"
        f"{_number(verdict.counted):>12}{verdict.change:>+9.1%}  {verdict.said}".rstrip()
        for verdict in verdicts
    ]
    return "\n".join(lines)


def _number(value: float | None) -> str:
    return "" if value is None else number(value)


def calls_and_bytes(piece: Piece, pieces: int) -> dict[str, float]:
    """What can be counted without a tool."""
    _repeat(piece, WARM_UP)
    # What is collected in between, and who is called for that, depends on all that was before.
    was_on = gc.isenabled()
    gc.collect()
    gc.disable()
    try:
        return {"calls": _calls(piece, pieces), "bytes": _bytes(piece, pieces)}
    finally:
        if was_on:
            gc.enable()


def _calls(piece: Piece, pieces: int) -> float:
    calls = 0

    def called(frame: FrameType, event: str, argument: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    sys.setprofile(called)
    try:
        _repeat(piece, pieces)
    finally:
        sys.setprofile(None)
    return calls / pieces


def _bytes(piece: Piece, pieces: int) -> float:
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        kept = [piece() for _ in range(pieces)]
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    return (peak - before) / len(kept)


def count() -> Counts:
    """Count all that can be counted on this machine."""
    counts: Counts = msgspec.json.decode(_child(), type=Counts)
    if shutil.which(VALGRIND[0]) is None:
        print("There is no valgrind here, so instructions are not counted.")
        return counts
    # Starting Python is most of what is counted, and the same each time, so it cancels out.
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        idle, *totals = pool.map(_instructions, ["", *WORK])
    for (work, (_, pieces)), total in zip(WORK.items(), totals, strict=True):
        counts[work] = {INSTRUCTIONS: (total - idle) / pieces, **counts[work]}
    return counts


def _instructions(work: str) -> int:
    """Instructions of a process that makes everything ready, and does one work or none."""
    said = _child("--do", work, under=VALGRIND)
    found = re.search(rb"I +refs: +([0-9,]+)", said)
    if found is None:
        raise SystemExit(f"valgrind counted nothing:\n{said.decode(errors='replace')}")
    return int(found[1].replace(b",", b""))


def _child(*arguments: str, under: Sequence[str] = ()) -> bytes:
    """What a process says whose hashes are always the same."""
    command = [*under, sys.executable, "-m", "bench.guard", *(arguments or ("--count",))]
    done = subprocess.run(
        command,
        cwd=Path(__file__).parents[1],
        env={"PATH": os.environ["PATH"], "PYTHONHASHSEED": "0"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stdout.decode(errors='replace')}")
    return done.stdout


def _do(chosen: str) -> None:
    """Make everything ready, and do one work or none."""
    gc.disable()
    ready = {work: (make(), pieces) for work, (make, pieces) in WORK.items()}
    for piece, _ in ready.values():
        _repeat(piece, WARM_UP)
    if chosen:
        _repeat(*ready[chosen])


def _repeat(piece: Piece, pieces: int) -> None:
    for _ in range(pieces):
        piece()


def _count_here() -> None:
    gc.disable()
    counts = {work: calls_and_bytes(make(), pieces) for work, (make, pieces) in WORK.items()}
    sys.stdout.buffer.write(msgspec.json.encode(counts))


def check(counted: Counts, recorded: Mapping[str, Counts]) -> int:
    """Say how the figures compare; 1 if one of them is worse than it may be."""
    mine = recorded.get(build())
    verdicts = compare(counted, mine or {})
    print(shown(verdicts))
    if mine is None:
        print(
            f"\nNothing is recorded of {build()}, only of {'; '.join(recorded) or 'nothing'}.\n"
            "Record it before a change, with make bench-guard RECORD=1, and compare after it."
        )
        return 0
    if any(verdict.said == "WORSE" for verdict in verdicts):
        print(
            f"\nMore than {TOLERANCE:.0%} was added. Where that is meant, say why in the commit, "
            "and record it with make bench-guard RECORD=1."
        )
        return 1
    if any(verdict.said for verdict in verdicts):
        print("\nRecord it with make bench-guard RECORD=1.")
    return 0


def main(arguments: Sequence[str]) -> int:
    """Count, and compare or record."""
    parser = argparse.ArgumentParser(prog="python -m bench.guard", description=__doc__)
    parser.add_argument("--record", action="store_true", help="write the figures down")
    # What the processes do in which it is counted.
    parser.add_argument("--count", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--do", choices=["", *WORK], help=argparse.SUPPRESS)
    chosen = parser.parse_args(arguments)
    if chosen.count:
        _count_here()
        return 0
    if chosen.do is not None:
        _do(chosen.do)
        return 0
    recorded: dict[str, Counts] = {}
    if RECORDED.exists():
        recorded = msgspec.json.decode(RECORDED.read_bytes(), type=dict[str, Counts])
    counted = count()
    if chosen.record:
        rounded = {
            work: {unit: round(value, 1) for unit, value in counts.items()}
            for work, counts in counted.items()
        }
        data = msgspec.json.encode({**recorded, build(): rounded}, order="sorted")
        RECORDED.write_bytes(msgspec.json.format(data, indent=2) + b"\n")
        print(f"{shown(compare(counted, recorded.get(build(), {})))}\n\nRecorded as of {build()}.")
        return 0
    return check(counted, recorded)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
