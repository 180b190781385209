"""The benchmark's command line: `python -m bench` runs all parts and writes the results down.

`python -m bench journal` (or latency, hydration, engine, variants, or several) runs parts and only
prints them.
"""

import argparse
import contextlib
import os
import sys
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence

import uvloop

from bench import engine, hydration, journal, latency
from bench.figures import Part, table
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
PARTS = (*STORAGE, *RULES)


def main(arguments: Sequence[str]) -> None:
    """Run what is asked for."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("part", nargs="*", help=f"of {', '.join(PARTS)}; all without")
    chosen = parser.parse_args(arguments).part
    unknown = [part for part in chosen if part not in PARTS]
    if unknown:
        parser.error(f"no such part: {', '.join(unknown)} (there are {', '.join(PARTS)})")
    with _log_to_nowhere():
        results = uvloop.run(run(chosen or list(PARTS), shown(arguments)))
    if not chosen:
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


async def run(parts: Sequence[str], command: str) -> Results:
    """Measure the parts one after the other, those of storage on a database of their own."""
    played = Played.make()
    description = describe(command)
    measured: list[Part] = []
    for name in parts:
        started_s = time.perf_counter()
        if name in RULES:
            part = RULES[name]()
        else:
            async with measuring_place() as place:
                description.versions["PostgreSQL"] = place.store.version
                await place.use_log_files()
                part = await STORAGE[name](place, played)
        part.seconds = time.perf_counter() - started_s
        measured.append(part)
        print("\n".join(["", *table(part.figures), "", *part.notes, ""]), flush=True)
    return Results(description, measured)


if __name__ == "__main__":
    main(sys.argv[1:])
