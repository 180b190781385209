"""The list of mutants: for each claim, lines of the code that its tests must notice when broken."""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
LIST = Path(__file__).with_name("claims.toml")
EVIDENCE = ROOT / "docs" / "evidence.toml"
PAGES = ("security", "cluster")


class Mutant(NamedTuple):
    """A change of one place in a file, and the tests of which one must fail.

    `line` occurs once in `file`, which is relative to the checkout, and is replaced by `becomes`.
    """

    claim: str
    file: str
    line: str
    becomes: str
    tests: tuple[str, ...]

    def __str__(self) -> str:
        line, becomes = " ".join(self.line.split()), " ".join(self.becomes.split())
        return f"{self.claim}: {self.file}: {line} -> {becomes or '(removed)'}"

    def apply(self, root: Path) -> str:
        """Break the file below `root`; returns its text from before.  Raises ValueError."""
        path = root / self.file
        before = path.read_text(encoding="utf-8")
        if before.count(self.line) != 1:
            raise ValueError(
                f"{self.file} must have once, not {before.count(self.line)} times: {self.line!r}"
            )
        path.write_text(before.replace(self.line, self.becomes), encoding="utf-8")
        return before


def evidence(*pages: str) -> dict[str, list[str]]:
    """The tests of each row of these pages, or of docs/security.md and docs/cluster.md."""
    found = tomllib.loads(EVIDENCE.read_text(encoding="utf-8"))
    return {row: tests for page in pages or PAGES for row, tests in found[page].items()}


def mutants() -> Iterator[Mutant]:
    """All mutants, in the order of the list.  Without `tests`, a claim's evidence has to notice."""
    rows = evidence()
    for claim, entries in tomllib.loads(LIST.read_text(encoding="utf-8")).items():
        for entry in entries:
            tests = tuple(entry.get("tests") or rows.get(claim, ()))
            yield Mutant(claim, entry["file"], entry["line"], entry["becomes"], tests)
