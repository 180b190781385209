"""The plots of a run, as SVG files: throughput as bars, latencies by percentile, curves.

The same figures make the same bytes, so that a plot changes only with what it shows.  Text stays
text, in the reader's own font.
"""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

from bench.figures import Curve, Part, Scenario

WIDTH_INCHES, HEIGHT_INCHES = 7.5, 4.2
BAR_INCHES, BAR_MARGIN_INCHES = 0.26, 1.2
# Distinguishable by the colour-blind (Okabe and Ito), the lightest one left out.
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#000000")
DASHES = ("-", "--", ":", "-.")
STYLE = Path(__file__).with_suffix(".mplstyle")
# The percentiles that are written at the axis; it has as much room for each further nine.
PERCENTILES = (50, 90, 99, 99.9, 99.99)
# Where the highest latency of all is drawn, which by rights is at infinity.
HIGHEST = 99.999


def draw(parts: Sequence[Part], directory: Path) -> dict[str, list[str]]:
    """Replace all plots in a directory; the names of the files, by part."""
    directory.mkdir(exist_ok=True)
    for old in directory.glob("*.svg"):
        old.unlink()
    return {part.name: [_write(plot, directory) for plot in _plots(part)] for part in parts}


Plot = tuple[str, float, Callable[[Axes], None]]


def _plots(part: Part) -> list[Plot]:
    """The name, the height and the painter of each plot."""
    plots: list[Plot] = []
    if part.scenarios:
        height = BAR_MARGIN_INCHES + BAR_INCHES * len(part.scenarios)
        plots.append((f"{part.name} throughput", height, partial(bars, part.scenarios)))
    waits = [scenario for scenario in part.scenarios if scenario.percentiles]
    if waits:
        plots.append((f"{part.name} latency", HEIGHT_INCHES, partial(latencies, waits)))
    return plots + [(one.name, HEIGHT_INCHES, partial(curve, one)) for one in part.curves]


def _write(plot: Plot, directory: Path) -> str:
    """Draw one plot into a file; its name."""
    name, height, paint = plot
    file = "".join(letter if letter.isalnum() else "-" for letter in name.lower()) + ".svg"
    with mpl.rc_context(fname=STYLE):
        canvas = Canvas(figsize=(WIDTH_INCHES, height))
        paint(canvas.add_subplot())
        canvas.savefig(directory / file, metadata={"Date": None, "Creator": None})
    return file


def bars(scenarios: Sequence[Scenario], axes: Axes) -> None:
    """The actions a second of each scenario, with the lowest and the highest round."""
    colours = _colours([scenario.server for scenario in scenarios])
    for place, scenario in enumerate(scenarios):
        middle = scenario.middle("actions_per_s")
        lowest, highest = scenario.extremes("actions_per_s")
        axes.barh(place, middle, 0.7, color=colours[scenario.server])
        axes.errorbar(
            middle, place, xerr=[[middle - lowest], [highest - middle]], color="#333333", capsize=2
        )
    axes.set_yticks(
        range(len(scenarios)), [f"{scenario.name}: {scenario.server}" for scenario in scenarios]
    )
    axes.invert_yaxis()
    axes.grid(visible=False, axis="y")
    axes.set_xlim(left=0)
    axes.xaxis.set_major_formatter(_plain())
    axes.set_xlabel("actions/s: median, lowest and highest round")


def latencies(scenarios: Sequence[Scenario], axes: Axes) -> None:
    """The percentiles of each scenario's latencies, both axes logarithmic."""
    colours = _colours([scenario.server for scenario in scenarios])
    drawn: dict[str, int] = {}
    for scenario in scenarios:
        count = drawn[scenario.server] = drawn.get(scenario.server, -1) + 1
        axes.plot(
            [_nines(percentile) for percentile, _ in scenario.percentiles],
            [ms for _, ms in scenario.percentiles],
            DASHES[count % len(DASHES)],
            color=colours[scenario.server],
            label=f"{scenario.name}: {scenario.server}",
        )
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlim(_nines(0), _nines(HIGHEST))
    axes.set_xticks(
        [_nines(percentile) for percentile in (*PERCENTILES, HIGHEST)],
        [*(f"{percentile:g} %" for percentile in PERCENTILES), "highest"],
    )
    axes.xaxis.set_minor_locator(NullLocator())
    _label_between_decades(axes)
    axes.set_xlabel("percentile of actions")
    axes.set_ylabel("from due to seen by all, ms")
    _legend(axes)


def curve(shown: Curve, axes: Axes) -> None:
    """A curve with all its lines."""
    for index, line in enumerate(shown.lines):
        axes.plot(
            [x for x, _ in line.points],
            [y for _, y in line.points],
            DASHES[index // len(COLOURS) % len(DASHES)],
            color=COLOURS[index % len(COLOURS)],
            marker="o" if len(line.points) <= 30 else None,
            markersize=3.5,
            label=line.name,
        )
    if shown.log_x:
        axes.set_xscale("log")
    axes.xaxis.set_major_formatter(_plain())
    axes.yaxis.set_major_formatter(_plain())
    if shown.log_y:
        axes.set_yscale("log")
        _label_between_decades(axes)
    else:
        axes.set_ylim(bottom=0)
    axes.set_xlabel(shown.x_label)
    axes.set_ylabel(shown.y_label)
    if len(shown.lines) > 1:
        _legend(axes)


def _nines(percentile: float) -> float:
    """Where a percentile is on the axis: one in so many is above it."""
    return 100 / (100 - min(percentile, HIGHEST))


def _colours(servers: Sequence[str]) -> dict[str, str]:
    """A colour for each server, in the order in which they come."""
    names = dict.fromkeys(servers)
    return {name: COLOURS[index % len(COLOURS)] for index, name in enumerate(names)}


def _plain() -> FuncFormatter:
    """Numbers without powers of ten."""
    return FuncFormatter(lambda value, _: f"{value:,.10g}")


def _label_between_decades(axes: Axes) -> None:
    """Have enough numbers at a logarithmic axis on which there may be only one power of ten."""
    axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_major_formatter(_plain())


def _legend(axes: Axes) -> None:
    """Above the plot, where it hides nothing."""
    axes.figure.legend(loc="outside upper left", ncols=2)
