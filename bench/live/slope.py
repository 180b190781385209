"""How steeply something grows: what is said of a curve, and what it is held to."""

import math
from collections.abc import Sequence

from bench.figures import Figure, figure, number

Points = Sequence[tuple[float, float]]


def power(points: Points) -> float:
    """The power of x that y goes with: 0 where it is flat, 1 where it is in proportion to x.

    It is the slope of the best line through the logarithms, so that both are above 0.
    """
    return gradient([(math.log(x), math.log(y)) for x, y in points])


def gradient(points: Points) -> float:
    """The slope of the line that fits best (least squares)."""
    mean_x = math.fsum(x for x, _ in points) / len(points)
    mean_y = math.fsum(y for _, y in points) / len(points)
    spread = math.fsum((x - mean_x) ** 2 for x, _ in points)
    if not spread:
        raise ValueError("a slope takes two places at least")
    return math.fsum((x - mean_x) * (y - mean_y) for x, y in points) / spread


def growth(
    what: str, unit: str, points: Points, of: str, *, at_most: float | None = None
) -> tuple[Figure, str]:
    """The last point against the first one, and the same as a sentence; `of` is what x counts."""
    (first_x, first_y), *_, (last_x, last_y) = points
    name = f"{what}, with {last_x:,.0f} {of}"
    compared = figure(
        name,
        unit,
        [(last_y, first_y)],
        against=f"with {first_x:,.0f}",
        bound=None if at_most is None else "at most",
        target=at_most,
    )
    said = (
        f"{what}: {number(first_y)} {unit} with {first_x:,.0f} {of}, {number(last_y)} {unit} with "
        f"{last_x:,.0f}; it grows as the {power(points):.2f}th power of their number."
    )
    return compared, said
