"""What a measurement says: ours, the ceiling of the same run, and the ratio against its target;
scenarios of servers under load, and curves of what grows with what.

Rounds of both are interleaved, and a ratio is taken a pair of rounds, so that a machine that is
slow for a while is slow for both.  This module measures nothing.
"""

from collections.abc import Sequence
from statistics import median
from typing import Literal

from msgspec import Struct


class Figure(Struct, kw_only=True, omit_defaults=True):
    """One ratio.  `ours` and `ceiling` are medians of the rounds, in `unit`.

    `ratio` is the median of the pairs' ratios, `lowest` and `highest` the extremes.  A figure
    without a target is there to be known.  `why` says why a target is missed, where that is known.
    """

    name: str
    unit: str
    ours: float
    ceiling: float
    ratio: float
    lowest: float
    highest: float
    rounds: int
    against: str
    bound: Literal["at least", "at most"] | None = None
    target: float | None = None
    why: str = ""

    @property
    def met(self) -> bool | None:
        """Whether the target is reached, or None without one."""
        if self.target is None:
            return None
        return self.ratio >= self.target if self.bound == "at least" else self.ratio <= self.target


class Round(Struct, kw_only=True):
    """One round of a scenario.  Latencies are from when an action was due until all had seen it.

    `processors` is how much of a processor each process used: the generator, the server, and what
    else there was.
    """

    actions_per_s: float
    p50_ms: float
    p99_ms: float
    p999_ms: float
    processors: dict[str, float]
    refused: int


class Scenario(Struct, kw_only=True, omit_defaults=True):
    """What was played on one server, the rounds of it, and how it compares with the ceiling.

    `percentiles` are those of all rounds together, pairs of a percentile and milliseconds.
    """

    name: str
    server: str
    rounds: list[Round]
    figure: Figure | None = None
    percentiles: list[tuple[float, float]] = []

    def middle(self, field: str) -> float:
        """The median of the rounds."""
        return median(self._of_rounds(field))

    def extremes(self, field: str) -> tuple[float, float]:
        """The lowest and the highest of the rounds."""
        values = self._of_rounds(field)
        return min(values), max(values)

    def processors(self) -> str:
        """How much of a processor each process used: medians of the rounds."""
        return ", ".join(
            f"{name} {median(one.processors[name] for one in self.rounds):.0%}"
            for name in self.rounds[0].processors
        )

    def _of_rounds(self, field: str) -> list[float]:
        return [getattr(one, field) for one in self.rounds]


class Line(Struct):
    """Points of a curve that belong together."""

    name: str
    points: list[tuple[float, float]]


class Curve(Struct, kw_only=True, omit_defaults=True):
    """How something grows.  A label has the unit: "memory, MiB"."""

    name: str
    x_label: str
    y_label: str
    lines: list[Line]
    log_x: bool = False
    log_y: bool = False
    note: str = ""


class Part(Struct, omit_defaults=True):
    """What one part of the benchmark found, and what has to be said about it."""

    name: str
    figures: list[Figure]
    notes: list[str]
    seconds: float = 0.0
    scenarios: list[Scenario] = []
    curves: list[Curve] = []


def figure(
    name: str,
    unit: str,
    pairs: Sequence[tuple[float, float]],
    *,
    against: str,
    bound: Literal["at least", "at most"] | None = None,
    target: float | None = None,
    why: str = "",
) -> Figure:
    """The figure of some rounds: pairs of ours and the ceiling."""
    ratios = [ours / ceiling for ours, ceiling in pairs]
    return Figure(
        name=name,
        unit=unit,
        ours=median(ours for ours, _ in pairs),
        ceiling=median(ceiling for _, ceiling in pairs),
        ratio=median(ratios),
        lowest=min(ratios),
        highest=max(ratios),
        rounds=len(pairs),
        against=against,
        bound=bound,
        target=target,
        why=why,
    )


def number(value: float) -> str:
    """Three digits that count, thousands apart."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def table(figures: Sequence[Figure]) -> list[str]:
    """The figures as lines of a Markdown table."""
    return [
        "| what | ours | ceiling | ratio (lowest to highest) | target | |",
        "| --- | ---: | ---: | ---: | ---: | --- |",
        *(
            f"| {f.name}, {f.unit} | {number(f.ours)} | {number(f.ceiling)} ({f.against}) "
            f"| {ratio_text(f)} | {target_text(f)} | {MET[f.met]} |"
            for f in figures
        ),
    ]


MET = {None: "", True: "met", False: "**missed**"}


def ratio_text(figure: Figure) -> str:
    """The ratio, with the lowest and the highest of the rounds."""
    return f"{figure.ratio:.3g} ({figure.lowest:.3g} to {figure.highest:.3g})"


def target_text(figure: Figure) -> str:
    """What is wanted, or nothing."""
    return "" if figure.target is None else f"{figure.bound} {figure.target:g}"


def scenario_table(scenarios: Sequence[Scenario]) -> list[str]:
    """The scenarios as lines of a Markdown table: medians of the rounds."""
    lines = [
        (
            "| scenario | server | actions/s (lowest to highest) | ratio to the ceiling "
            "| p50, p99, p99.9, ms | of a processor | refused |"
        ),
        "| --- | --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    for s in scenarios:
        lowest, highest = s.extremes("actions_per_s")
        waits = ", ".join(number(s.middle(field)) for field in ("p50_ms", "p99_ms", "p999_ms"))
        lines.append(
            f"| {s.name} | {s.server} "
            f"| {number(s.middle('actions_per_s'))} ({number(lowest)} to {number(highest)}) "
            f"| {'' if s.figure is None else ratio_text(s.figure)} | {waits} "
            f"| {s.processors()} | {sum(one.refused for one in s.rounds)} |"
        )
    return lines
