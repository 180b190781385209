"""Figures: a measurement, what it is compared with, and their ratio.

Rounds of both sides alternate, and a ratio is taken per pair of rounds. So a machine that is slow
for a while slows both sides. This module measures nothing.
"""

from collections.abc import Sequence
from statistics import median
from typing import Literal

from msgspec import Struct

Bound = Literal["at least", "at most"]


class Figure(Struct, kw_only=True, omit_defaults=True):
    """One ratio. `ours` and `theirs` are medians of the rounds, in `unit`.

    `ratio` is the median of the pairs' ratios; `lowest` and `highest` are the extremes. A figure
    without a target is for information.
    """

    name: str
    unit: str
    ours: float
    against: str
    theirs: float
    ratio: float
    lowest: float
    highest: float
    rounds: int
    bound: Bound = "at least"
    target: float | None = None

    @property
    def met(self) -> bool | None:
        """Whether the target is reached, or None without one."""
        if self.target is None:
            return None
        return self.ratio >= self.target if self.bound == "at least" else self.ratio <= self.target


class Part(Struct):
    """The result of one part: figures, and notes in Markdown."""

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
    bound: Bound = "at least",
    target: float | None = None,
) -> Figure:
    """The figure of some rounds, given as pairs of ours and theirs."""
    ratios = [ours / theirs for ours, theirs in pairs]
    return Figure(
        name=name,
        unit=unit,
        ours=_rounded(median(ours for ours, _ in pairs)),
        against=against,
        theirs=_rounded(median(theirs for _, theirs in pairs)),
        ratio=_rounded(median(ratios)),
        lowest=_rounded(min(ratios)),
        highest=_rounded(max(ratios)),
        rounds=len(pairs),
        bound=bound,
        target=target,
    )


def number(value: float) -> str:
    """A number with three significant digits, and thousands separators."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def table(figures: Sequence[Figure]) -> list[str]:
    """The figures as lines of a Markdown table."""
    return [
        "| what | ours | against | ratio (lowest to highest) | target |",
        "| --- | ---: | ---: | ---: | --- |",
        *map(_row, figures),
    ]


def _row(figure: Figure) -> str:
    ratio = f"{figure.ratio:.3g} ({figure.lowest:.3g} to {figure.highest:.3g})"
    target = ""
    if figure.target is not None:
        target = f"{figure.bound} {figure.target:g}: {'met' if figure.met else '**missed**'}"
    return (
        f"| {figure.name}, {figure.unit} | {number(figure.ours)} "
        f"| {figure.against}: {number(figure.theirs)} | {ratio} | {target} |"
    )


def _rounded(value: float) -> float:
    """Six significant digits, more than a measurement has."""
    return float(f"{value:.6g}")
