"""What an installation of the project brings, among what is installed here."""

import re
import tomllib
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def brought(requirements: list[str]) -> set[str]:
    """The distributions that these requirements bring, as far as they are installed here.

    What is for an extra is not asked for; what is for another platform is not installed.
    """
    names: set[str] = set()
    waiting = list(requirements)
    while waiting:
        name = re.sub(r"[-_.]+", "-", re.split(r"[^\w.-]", waiting.pop())[0]).lower()
        if name in names or (required := required_by(name)) is None:
            continue
        names.add(name)
        waiting += [requirement for requirement in required if "extra ==" not in requirement]
    return names


def required_by(name: str) -> list[str] | None:
    """What a distribution requires; None when it is not installed."""
    try:
        return distribution(name).requires or []
    except PackageNotFoundError:
        return None


def parts(name: str) -> Iterator[Path]:
    """The packages and modules of a distribution, where they are installed."""
    found = distribution(name)
    tops = {path.parts[0] for path in found.files or ()} - {"..", "__pycache__"}
    return (Path(str(found.locate_file(top))) for top in tops)
