"""What is written down of a run: results.json with every figure, RESULTS.md to be read, its plots.

It owns these files and the description of the machine.
"""

import os
import platform
import subprocess
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from types import MappingProxyType

import msgspec
from msgspec import Struct

from bench.figures import MET, Figure, Part, ratio_text, scenario_table, table, target_text
from bench.why import WHY

HERE = Path(__file__).parent
PLOTS = "plots"
# Of more targets than this, a part says of those that are met only how many they are.
MANY_TARGETS = 8
LIBRARIES = (
    "asyncpg",
    "msgspec",
    "uvloop",
    "websockets",
    "cryptography",
    "phevaluator",
    "pokerkit",
    "clubs",
)


class Run(Struct):
    """Where, when and with what something was measured.  `load` is that of the minute before."""

    at: str
    command: str
    commit: str
    processors: int
    processor: str
    memory_gib: int
    load: float
    versions: dict[str, str]


class Results(Struct):
    """A whole run."""

    run: Run
    parts: list[Part]


def describe(command: str) -> Run:
    """This machine, now."""
    return Run(
        at=datetime.now(UTC).isoformat(timespec="seconds"),
        command=command,
        commit=_commit(),
        processors=os.cpu_count() or 0,
        processor=_processor(),
        memory_gib=round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30),
        load=round(os.getloadavg()[0], 1),
        versions={
            "Python": platform.python_version(),
            **{library: version(library) for library in LIBRARIES},
        },
    )


def write(results: Results, directory: Path = HERE) -> None:
    """Replace all files."""
    for part in results.parts:
        for figure in part.figures:
            if figure.met is False:
                figure.why = WHY.get((part.name, figure.name), figure.why)
    data = msgspec.json.format(msgspec.json.encode(results), indent=2)
    (directory / "results.json").write_bytes(data + b"\n")
    # It takes half a second to load, which only who writes has to wait.
    from bench.plots import draw  # noqa: PLC0415

    plots = draw(results.parts, directory / PLOTS)
    (directory / "RESULTS.md").write_text(text(results, plots), encoding="utf-8")


def text(results: Results, plots: Mapping[str, Sequence[str]] = MappingProxyType({})) -> str:
    """The run for people; `plots` are files of each part."""
    run = results.run
    versions = ", ".join(f"{name} {number}" for name, number in run.versions.items())
    lines = [
        "# Results",
        "",
        f"Made by `{run.command}` on {run.at}, at commit {run.commit}.",
        (
            f"Machine: {run.processors} processors ({run.processor}), {run.memory_gib} GiB, load "
            f"{run.load:g} before the start; client and database share it. {versions}; fsync on."
        ),
        "",
        (
            "A ratio is ours to a ceiling of the same run: rounds of both take turns, the ratio is "
            "the median of the pairs, in brackets the lowest and the highest. "
            "[How and why](../docs/decisions/0014-bench.md)."
        ),
        "",
        *_targets(results.parts),
    ]
    for part in results.parts:
        lines += ["", f"## {part.name.capitalize()}", "", *_part(part, plots.get(part.name, ()))]
    return "\n".join(lines) + "\n"


def _part(part: Part, plots: Sequence[str]) -> list[str]:
    """All of one part, below its heading."""
    lines: list[str] = []
    if part.figures:
        lines += [*table(part.figures), ""]
    if part.scenarios:
        lines += [*scenario_table(part.scenarios), ""]
    for plot in plots:
        lines += [f"![{plot.removesuffix('.svg').replace('-', ' ')}]({PLOTS}/{plot})", ""]
    notes = [*part.notes, *(f"{curve.name}: {curve.note}" for curve in part.curves if curve.note)]
    return [*lines, *(f"- {note}" for note in notes), f"- It took {part.seconds:.0f} s."]


def _targets(parts: Sequence[Part]) -> list[str]:
    """All targets, with what is known of why one is missed."""
    judged = [figure.met for part in parts for figure in part.figures if figure.met is not None]
    if not judged:
        return []
    rows = [row for part in parts for row in _targets_of(part)]
    return [
        "## Targets",
        "",
        f"{judged.count(True)} of {len(judged)} are met.",
        "",
        "| part | what | against | ratio (lowest to highest) | target | | why |",
        "| --- | --- | --- | ---: | ---: | --- | --- |",
        *rows,
    ]


def _targets_of(part: Part) -> list[str]:
    judged = [figure for figure in part.figures if figure.met is not None]
    met = [figure for figure in judged if figure.met]
    if len(judged) <= MANY_TARGETS:
        return [_target(part, figure) for figure in judged]
    summed = f"| {part.name} | {len(met)} more | | | | met | |"
    return [*(_target(part, figure) for figure in judged if not figure.met), summed]


def _target(part: Part, figure: Figure) -> str:
    return (
        f"| {part.name} | {figure.name} | {figure.against} | {ratio_text(figure)} "
        f"| {target_text(figure)} | {MET[figure.met]} | {figure.why} |"
    )


def _commit() -> str:
    """The commit that is checked out, and whether something differs from it."""
    try:
        done = subprocess.run(
            ["git", "describe", "--always", "--dirty", "--abbrev=12", "--exclude=*"],  # noqa: S607
            cwd=HERE,
            capture_output=True,
            text=True,
            check=False,
        )
    except OSError:
        return "unknown"
    return done.stdout.strip() or "unknown"


def _processor() -> str:
    """The processor's model, where the system tells."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return models[0] if models else platform.machine()
