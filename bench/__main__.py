"""The benchmark's command line: `python -m bench` runs all parts and writes the results down.

`python -m bench journal` (or another part, or several) runs parts and only prints them.
"""

import argparse
import contextlib
import os
import signal
import sys
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from functools import cache
from importlib import import_module

import uvloop

from bench import engine, hydration, journal, latency
from bench.figures import Part, scenario_table, table
from bench.long_run import stored_part
from bench.place import Place, measuring_place
from bench.played import Played
from bench.report import Results, describe, write
from pokerws import logs

Measure = Callable[[Place, Played], Awaitable[Part]]
STORAGE: dict[str, Measure] = {
    "journal": journal.measure,
    "latency": latency.measure,
    "hydration": hydration.measure,
}
RULES: dict[str, Callable[[], Part]] = {
    "engine": engine.measure,
    "variants": engine.measure_variants,
}
# Parts that put a server under load, and watch it with what only Linux has: so they are imported
# when they are asked for.
LIVE = {
    "live": ("bench.live.scenarios", "measure"),
    "peer": ("bench.live.scenarios", "measure_peer"),
    "memory": ("bench.live.memory", "measure"),
    "growth": ("bench.live.growth", "measure"),
    "storm": ("bench.live.storm", "measure"),
    "cold": ("bench.live.cold", "measure"),
    "profiles": ("bench.live.profiles", "measure"),
}
PARTS = (*STORAGE, *RULES, *LIVE)


def main(arguments: Sequence[str]) -> None:
    """Run what is asked for."""
    # Whoever ends this means the servers that it has started too.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("part", nargs="*", help=f"of {', '.join(PARTS)}; all without")
    chosen = parser.parse_args(arguments).part
    unknown = [part for part in chosen if part not in PARTS]
    if unknown:
        parser.error(f"no such part: {', '.join(unknown)} (there are {', '.join(PARTS)})")
    with _log_to_nowhere():
        results = run(chosen or list(PARTS), shown(arguments))
    if not chosen:
        results.parts += stored_part()
        write(results)
        print("written to bench/results.json and bench/RESULTS.md")


def shown(arguments: Sequence[str]) -> str:
    """The command as one types it."""
    return " ".join(["python", "-m", "bench", *arguments])


@contextlib.contextmanager
def _log_to_nowhere() -> Iterator[None]:
    """The server's own log, made as always and written nowhere."""
    with open(os.devnull, "w", encoding="utf-8") as nowhere:  # noqa: PTH123
        with contextlib.redirect_stdout(nowhere):
            logs.configure("json", "info")
        yield


def run(parts: Sequence[str], command: str) -> Results:
    """Measure the parts one after the other."""
    results = Results(describe(command), [])
    for name in parts:
        started_s = time.perf_counter()
        part = measured(name, results)
        part.seconds = time.perf_counter() - started_s
        results.parts.append(part)
        print("\n".join(["", *said(part), ""]), flush=True)
    return results


def measured(name: str, results: Results) -> Part:
    """One part."""
    if name in STORAGE:
        return uvloop.run(_stored(STORAGE[name], results))
    if name in RULES:
        return RULES[name]()
    module, function = LIVE[name]
    measure: Callable[[], Part] = getattr(import_module(module), function)
    return measure()


async def _stored(measure: Measure, results: Results) -> Part:
    """A part that is measured on a database of its own."""
    async with measuring_place() as place:
        results.run.versions["PostgreSQL"] = place.store.version
        await place.use_log_files()
        return await measure(place, _played())


@cache
def _played() -> Played:
    return Played.make()


def said(part: Part) -> list[str]:
    """A part for who waits for it."""
    lines = table(part.figures) if part.figures else []
    if part.scenarios:
        lines += ["", *scenario_table(part.scenarios)]
    return [*lines, "", *part.notes]


if __name__ == "__main__":
    main(sys.argv[1:])
