"""What is written down of a run: results.json with every figure, RESULTS.md to be read.

It owns both files and the description of the machine.
"""

import os
import platform
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import msgspec
from msgspec import Struct

from bench.figures import Part, table

HERE = Path(__file__).parent
LIBRARIES = ("asyncpg", "msgspec", "uvloop", "cryptography", "phevaluator", "pokerkit", "clubs")


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
    """Replace both files."""
    data = msgspec.json.format(msgspec.json.encode(results), indent=2)
    (directory / "results.json").write_bytes(data + b"\n")
    (directory / "RESULTS.md").write_text(text(results), encoding="utf-8")


def text(results: Results) -> str:
    """The run for people."""
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
        *_missed(results.parts),
    ]
    for part in results.parts:
        notes = [f"- {note}" for note in part.notes]
        lines += ["", f"## {part.name.capitalize()}", "", *table(part.figures), "", *notes]
        lines.append(f"- It took {part.seconds:.0f} s.")
    return "\n".join(lines) + "\n"


def _missed(parts: Sequence[Part]) -> list[str]:
    """The targets that are not met, by name."""
    missed = [figure for part in parts for figure in part.figures if figure.met is False]
    if not missed:
        return ["All targets are met."]
    return [
        "Targets missed:",
        "",
        *(
            f"- {figure.name}, against {figure.against}: {figure.ratio:.3g}, "
            f"where {figure.bound} {figure.target:g} is wanted"
            for figure in missed
        ),
    ]


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
