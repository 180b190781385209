"""Figures: a measurement, what it is compared with, and whether it reaches its target.

Rounds of both sides alternate, and a ratio is taken per pair of rounds. So a machine that is slow
for a while slows both sides. This module measures nothing.
"""

from collections.abc import Sequence
from statistics import median
from typing import Literal

from msgspec import Struct

Bound = Literal["at least", "at most"]


class Figure(Struct, kw_only=True, omit_defaults=True):
    """A ratio, or a measurement that is compared with nothing but its target.

    `ours` and `theirs` are medians of the rounds, in `unit`. `ratio` is the median of the pairs'
    ratios; `lowest` and `highest` are the extremes. Without `against` these three are in `unit`,
    too. A figure without a target is for information.
    """

    name: str
    unit: str
    ours: float
    ratio: float
    lowest: float
    highest: float
    rounds: int
    against: str = ""
    theirs: float = 1
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
    against: str = "",
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


def plain(name: str, unit: str, rounds: Sequence[float], target: float | None = None) -> Figure:
    """A figure that is compared with nothing but its target, which is an upper limit."""
    return figure(name, unit, [(value, 1) for value in rounds], bound="at most", target=target)


def number(value: float) -> str:
    """A number with three significant digits, and thousands separators."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def table(figures: Sequence[Figure]) -> list[str]:
    """The figures as lines of a Markdown table."""
    return [
        "| what | target | figure (lowest to highest) | | ours | against |",
        "| --- | --- | --- | --- | ---: | ---: |",
        *map(_row, figures),
    ]


def _row(figure: Figure) -> str:
    target = "" if figure.target is None else f"{figure.bound} {figure.target:,g}"
    met = {None: "", True: "met", False: "**missed**"}[figure.met]
    extremes = f"{number(figure.lowest)} to {number(figure.highest)}"
    against = f"{figure.against}: {number(figure.theirs)}" if figure.against else ""
    return (
        f"| {figure.name}, {figure.unit} | {target} | {number(figure.ratio)} ({extremes}) | {met} "
        f"| {number(figure.ours)} | {against} |"
    )


def _rounded(value: float) -> float:
    """Six significant digits, more than a measurement has."""
    return float(f"{value:.6g}")
