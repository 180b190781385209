"""Scenarios for the report, made of what the generator found in their rounds."""

from collections.abc import Sequence

from bench.figures import Figure, Round, Scenario
from bench.live.latencies import together
from bench.live.load import Interval, Latencies, Outcome

# Up to which percentiles a plot is drawn: a hundredth of the actions takes as much room as half.
PERCENTILES = (
    *(0, 5, 10, 20, 30, 40, 50, 60, 70, 75, 80, 85, 90, 92.5, 95, 97, 98, 99, 99.25, 99.5, 99.7),
    *(99.8, 99.9, 99.95, 99.97, 99.98, 99.99, 100),
)


def scenario(
    name: str,
    server: str,
    outcomes: Sequence[Outcome],
    figure: Figure | None = None,
) -> Scenario:
    """The scenario of the outcomes of its rounds."""
    return Scenario(
        name=name,
        server=server,
        rounds=[_round(outcome) for outcome in outcomes],
        figure=figure,
        percentiles=percentiles(together([outcome.latencies for outcome in outcomes])),
    )


def cost_us(seen: Interval, who: str) -> float:
    """The processor time that an action takes of what was watched."""
    return 1e6 * seen.watched_cpu[who] / seen.actions_per_s


def percentiles(latencies: Latencies) -> list[tuple[float, float]]:
    """Pairs of a percentile and milliseconds."""
    found: list[tuple[float, float]] = []
    seen, wanted = 0, list(PERCENTILES)
    for highest_us, count in latencies.buckets:
        seen += count
        while wanted and seen >= wanted[0] / 100 * latencies.count:
            found.append((wanted.pop(0), highest_us / 1000))
    return found


def _round(outcome: Outcome) -> Round:
    waits = outcome.latencies
    return Round(
        actions_per_s=outcome.actions_per_s,
        p50_ms=waits.p50_us / 1000,
        p99_ms=waits.p99_us / 1000,
        p999_ms=waits.p999_us / 1000,
        processors={**outcome.watched_cpu, "generator": outcome.generator_cpu},
        refused=outcome.refused,
    )
