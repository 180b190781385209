"""Play for an hour at half load, everything on: does memory, latency or the database run away?

`python -m bench.live.long --minutes 60` writes bench/long.json, and its part into RESULTS.md.  The
load is half of what the same server does in a closed loop at the start.
"""

import argparse
import gc
import signal
import sys
from collections.abc import Sequence
from statistics import median

from bench.figures import Curve, Figure, Line, Part, figure, number
from bench.live.crowd import crowd
from bench.live.database import Database, database
from bench.live.load import Interval, Load
from bench.live.scenarios import DUAL_WRITE
from bench.live.scrape import metrics
from bench.live.servers import ServerProcess, running
from bench.live.slope import gradient
from bench.long_run import LongRun, Sample, keep
from bench.place import LOG_FILES
from bench.report import describe

NAME = "long run"
MINUTES, TABLES, SAMPLE_S, BUSY_S = 60.0, 100, 10.0, 5.0
MIB = 1024 * 1024
DATABASE_BYTES = "SELECT pg_database_size(current_database())"
# The share of the samples in which everything that is bounded fills up, and those that are compared
# with the last ones, as many.
WARM_UP, COMPARED = 0.2, 0.1
MEMORY, LATENCY, DATABASE = 1.05, 1.25, 1.1


def measure(
    command: str,
    *,
    minutes: float = MINUTES,
    tables: int = TABLES,
    sample_s: float = SAMPLE_S,
    busy_s: float = BUSY_S,
    log_files: int = LOG_FILES,
) -> LongRun:
    """Play, and look every few seconds."""
    run = describe(command)
    with database() as postgres:
        postgres.use_log_files(log_files)
        samples = _samples(postgres, minutes, tables, sample_s, busy_s)
    return LongRun(
        run, part_of(samples, tables, f"Made by `{command}` on {run.at}, {run.commit}."), samples
    )


def _samples(
    postgres: Database, minutes: float, tables: int, sample_s: float, busy_s: float
) -> list[Sample]:
    with running("ours", {**postgres.settings, **DUAL_WRITE.settings}) as server:
        load = Load(
            port=server.port,
            tables=tables,
            auth_secret=DUAL_WRITE.auth_secret,
            watched={"server": [server.pid], "database": postgres.pids()},
        )
        with crowd(load) as here:
            here.grow(tables)
            rate = here.play(here.closed(), busy_s).actions_per_s / 2
            here.pause()
            pace = here.open(rate)
            samples: list[Sample] = []
            at_s = 0.0
            while at_s < 60 * minutes:
                seen = here.play(pace, min(sample_s, 60 * minutes - at_s))
                at_s += seen.seconds
                samples.append(_sample(at_s, seen, server, postgres))
                # Reading leaves cycles behind, which nothing else here does.
                gc.collect()
                print(_said(samples[-1], minutes), file=sys.stderr, flush=True)
            here.pause()
        return samples


def _sample(at_s: float, seen: Interval, server: ServerProcess, postgres: Database) -> Sample:
    said = metrics(server.port)
    return Sample(
        at_s=at_s,
        actions=seen.actions,
        actions_per_s=seen.actions_per_s,
        p50_ms=seen.latencies.p50_us / 1000,
        p99_ms=seen.latencies.p99_us / 1000,
        rss_mib=server.rss_bytes() / MIB,
        pss_mib=server.pss_bytes() / MIB,
        database_mib=postgres.value(DATABASE_BYTES) / MIB,
        waiting=int(said["pokerws_changes_waiting"]),
        lag_ms=1000 * said["pokerws_oldest_change_seconds"],
        processors={**seen.watched_cpu, "generator": seen.generator_cpu},
    )


def _said(sample: Sample, minutes: float) -> str:
    return (
        f"long run: {sample.at_s / 60:.1f} of {minutes:g} minutes, "
        f"{number(sample.actions_per_s)} actions/s, p99 {number(sample.p99_ms)} ms, "
        f"{number(sample.pss_mib)} MiB, database {number(sample.database_mib)} MiB"
    )


def part_of(samples: Sequence[Sample], tables: int, made: str) -> Part:
    """What the samples say."""
    warm = samples[int(WARM_UP * len(samples)) :]
    count = max(1, int(COMPARED * len(samples)))
    first, last = warm[:count], warm[-count:]
    predicted = predicted_mib(samples)
    hour = [(sample.at_s / 3600, sample.pss_mib) for sample in warm]
    return Part(
        NAME,
        [
            _flat("memory at the end", "MiB", (first, last), "pss_mib", at_most=MEMORY),
            _flat("p50 at the end", "ms", (first, last), "p50_ms", at_most=LATENCY),
            _flat("p99 at the end", "ms", (first, last), "p99_ms", at_most=LATENCY),
            figure(
                "database at the end",
                "MiB",
                [(samples[-1].database_mib, predicted[-1])],
                against="as predicted",
                bound="at most",
                target=DATABASE,
            ),
        ],
        [
            made,
            (
                f"All on, dual-write, {tables} tables of six at half of what the same server did "
                f"in a closed loop: {number(median(s.actions_per_s for s in samples))} actions/s, "
                f"{sum(s.actions for s in samples):,} actions in {samples[-1].at_s / 60:.0f} "
                f"minutes. Processors: {_processors(samples)}."
            ),
            (
                f"The last tenth against the first tenth after the warm-up (a fifth). Memory "
                f"changes by {_signed(gradient(hour) if len(warm) > 1 else 0.0)} MiB an hour."
            ),
            (
                f"The database grows by {_bytes_an_action(samples):,.0f} bytes an action in the "
                f"warm-up, which predicts the rest. Changes that waited for it when it was looked "
                f"at: {max(s.waiting for s in samples)} at most, the oldest for "
                f"{max(s.lag_ms for s in samples):.0f} ms."
            ),
        ],
        seconds=samples[-1].at_s,
        curves=_curves(samples, predicted),
    )


def predicted_mib(samples: Sequence[Sample]) -> list[float]:
    """How large the database should be at each sample, if it grows as in the warm-up."""
    mib_an_action = _bytes_an_action(samples) / MIB
    played, predicted = 0, []
    for sample in samples:
        played += sample.actions
        predicted.append(samples[0].database_mib + mib_an_action * (played - samples[0].actions))
    return predicted


def _bytes_an_action(samples: Sequence[Sample]) -> float:
    """What an action adds to the database, from the first sample to the end of the warm-up."""
    some = samples[: max(2, int(WARM_UP * len(samples)))]
    actions = sum(sample.actions for sample in some[1:])
    return MIB * (some[-1].database_mib - some[0].database_mib) / max(1, actions)


def _flat(
    what: str,
    unit: str,
    ends: tuple[Sequence[Sample], Sequence[Sample]],
    field: str,
    *,
    at_most: float,
) -> Figure:
    """The last samples against the first ones: medians."""
    then, now = (median(getattr(one, field) for one in some) for some in ends)
    return figure(
        what,
        unit,
        [(now, then)],
        against="after the warm-up",
        bound="at most",
        target=at_most,
    )


def _curves(samples: Sequence[Sample], predicted: Sequence[float]) -> list[Curve]:
    minutes = [sample.at_s / 60 for sample in samples]

    def line(name: str, values: Sequence[float]) -> Line:
        return Line(name, list(zip(minutes, values, strict=True)))

    def curve(name: str, label: str, *lines: Line) -> Curve:
        return Curve(name=f"{NAME}, {name}", x_label="minutes", y_label=label, lines=list(lines))

    return [
        curve(
            "memory",
            "MiB",
            line("RSS", [sample.rss_mib for sample in samples]),
            line("PSS", [sample.pss_mib for sample in samples]),
        ),
        curve(
            "latency",
            "from due to seen by all, ms",
            line("p50", [sample.p50_ms for sample in samples]),
            line("p99", [sample.p99_ms for sample in samples]),
        ),
        curve(
            "database",
            "MiB",
            line("database", [sample.database_mib for sample in samples]),
            line("as predicted", predicted),
        ),
    ]


def _processors(samples: Sequence[Sample]) -> str:
    return ", ".join(
        f"{name} {median(sample.processors[name] for sample in samples):.0%}"
        for name in samples[0].processors
    )


def _signed(value: float) -> str:
    return f"{value:+.1f}"


def main(arguments: Sequence[str]) -> None:
    """Measure and keep."""
    # Whoever ends this means the servers that it has started too.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    parser = argparse.ArgumentParser(prog="python -m bench.live.long", description=__doc__)
    parser.add_argument("--minutes", type=float, default=MINUTES)
    minutes = parser.parse_args(arguments).minutes
    keep(measure(f"make bench-long MINUTES={minutes:g}", minutes=minutes))
    print("written to bench/long.json and bench/RESULTS.md")


if __name__ == "__main__":
    main(sys.argv[1:])
