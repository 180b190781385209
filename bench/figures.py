"""What a measurement says: ours, the ceiling of the same run, and the ratio against its target.

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
    without a target is there to be known.
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

    @property
    def met(self) -> bool | None:
        """Whether the target is reached, or None without one."""
        if self.target is None:
            return None
        return self.ratio >= self.target if self.bound == "at least" else self.ratio <= self.target


class Part(Struct):
    """The figures of one part of the benchmark, and what has to be said about them."""

    name: str
    figures: list[Figure]
    notes: list[str]
    seconds: float = 0.0


def figure(
    name: str,
    unit: str,
    pairs: Sequence[tuple[float, float]],
    *,
    against: str,
    bound: Literal["at least", "at most"] | None = None,
    target: float | None = None,
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
    )


def number(value: float) -> str:
    """Three digits that count, thousands apart."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def table(figures: Sequence[Figure]) -> list[str]:
    """The figures as lines of a Markdown table."""
    lines = [
        "| what | ours | ceiling | ratio (lowest to highest) | target | |",
        "| --- | ---: | ---: | ---: | ---: | --- |",
    ]
    for f in figures:
        target = "" if f.target is None else f"{f.bound} {f.target:g}"
        met = {None: "", True: "met", False: "**missed**"}[f.met]
        lines.append(
            f"| {f.name}, {f.unit} | {number(f.ours)} | {number(f.ceiling)} ({f.against}) "
            f"| {f.ratio:.3g} ({f.lowest:.3g} to {f.highest:.3g}) | {target} | {met} |"
        )
    return lines
