"""Command line of the benchmark: `python -m bench` measures all targets and writes the results.

With parts as arguments, it measures and prints these only. The README lists the parts.
"""

import argparse
import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

import msgspec

from bench.figures import Part, table
from bench.report import Results, describe, wrapped, write

# Imported when needed: some parts need Linux, and each takes a while to import.
PARTS = {
    "live": "bench.live.matches",
    "instructions": "bench.instructions",
    "engine": "bench.engine",
    "hydration": "bench.hydration",
    "page": "bench.page",
    "memory": "bench.live.memory",
    "cluster": "bench.live.cluster",
    "shares": "bench.live.shares",
}
# Without targets, so only on request.
ON_REQUEST = ("memory", "cluster", "shares")
# Parts that call internals of the server, whose names change from one checkout to the next.
THIS_CHECKOUT_ONLY = {"hydration", "page"}
ROUNDS = 5
# Measures the engine of another checkout: `bench` is imported from here, `pokerws` from there.
ENGINE_ELSEWHERE = """
import sys, msgspec, bench
sys.path.insert(0, sys.argv[1])
from bench import engine
sys.stdout.buffer.write(msgspec.json.encode(engine.measure(int(sys.argv[2]))))
"""


def main(arguments: Sequence[str]) -> None:
    """Measure the chosen parts."""
    # SIGTERM unwinds the stack like Ctrl-C, so that started servers are stopped.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument(
        "part", nargs="*", help=f"{', '.join(PARTS)}; without any, all that have targets"
    )
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="rounds per figure")
    parser.add_argument("--ours", type=Path, help="checkout to measure in place of this one")
    chosen = parser.parse_args(arguments)
    parts = chosen.part or [name for name in PARTS if name not in ON_REQUEST]
    if unknown := set(parts) - PARTS.keys():
        parser.error(f"expected parts from {', '.join(PARTS)}, got {', '.join(unknown)}")
    if chosen.rounds < 1:
        parser.error("expected at least one round")
    if chosen.ours and (here_only := THIS_CHECKOUT_ONLY.intersection(parts)):
        parser.error(f"with --ours, leave out {', '.join(here_only)}: they measure this checkout")
    results = Results(describe(" ".join(["python", "-m", "bench", *arguments])), [])
    for name in parts:
        began_s = time.perf_counter()
        part = measured(name, chosen.rounds, chosen.ours)
        part.seconds = time.perf_counter() - began_s
        results.parts.append(part)
        print(f"\n## {name}, {part.seconds:.0f} s\n")
        print("\n".join(line for note in part.notes for line in wrapped(note, "- ")), flush=True)
    print("\n".join(["", *table([figure for part in results.parts for figure in part.figures])]))
    if not chosen.part:
        write(results)
        print("Written to bench/results.json and bench/RESULTS.md.")


def measured(name: str, rounds: int, ours: Path | None) -> Part:
    """Measure one part."""
    if ours is not None:
        if name == "engine":
            return _engine_of(ours, rounds)
        import_module("bench.live.servers").measure_checkout(ours.resolve())
    # The server's log is formatted as usual, and discarded.
    with open(os.devnull, "w", encoding="utf-8") as nowhere:  # noqa: PTH123
        with contextlib.redirect_stdout(nowhere):
            import_module("pokerws.logs").configure("json", "info")
        part: Part = import_module(PARTS[name]).measure(rounds)
    return part


def _engine_of(checkout: Path, rounds: int) -> Part:
    command = [sys.executable, "-c", ENGINE_ELSEWHERE, str(checkout.resolve()), str(rounds)]
    done = subprocess.run(
        command, cwd=Path(__file__).parents[1], stdout=subprocess.PIPE, check=True
    )
    return msgspec.json.decode(done.stdout, type=Part)


if __name__ == "__main__":
    main(sys.argv[1:])
