"""Each row of docs/faults.md, security.md and cluster.md has tests in docs/evidence.toml."""

import ast
import re
import tomllib
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
EVIDENCE: dict[str, dict[str, list[str]]] = tomllib.loads(
    (ROOT / "docs" / "evidence.toml").read_text(encoding="utf-8")
)
ID = re.compile(r"^\| ([a-z0-9-]+) \|", re.MULTILINE)


def rows(page: str) -> list[str]:
    """The id of each row in the tables of a page."""
    return [found for found in ID.findall(page) if found not in ("id", "---")]


def missing(named: list[str], root: Path) -> list[str]:
    """The tests, each `FILE::FUNCTION`, that do not exist."""
    return [test for test in named if not exists(test, root)]


def exists(test: str, root: Path) -> bool:
    """Whether a file defines this test at its top level."""
    file, _, name = test.partition("::")
    return name in functions_of(root / file)


@cache
def functions_of(file: Path) -> set[str]:
    """The functions at a file's top level; none of a file that does not exist."""
    if not file.is_file():
        return set()
    functions = ast.FunctionDef | ast.AsyncFunctionDef
    body = ast.parse(file.read_text(encoding="utf-8")).body
    return {node.name for node in body if isinstance(node, functions)}


@pytest.mark.parametrize("page", EVIDENCE)
def test_each_row_has_evidence_and_all_evidence_has_a_row(page: str) -> None:
    found = rows((ROOT / "docs" / f"{page}.md").read_text(encoding="utf-8"))
    assert len(found) > 15
    assert found == list(EVIDENCE[page]), "the rows and the evidence, in the same order"


@pytest.mark.parametrize("page", EVIDENCE)
def test_every_row_has_at_least_one_test_and_all_of_them_exist(page: str) -> None:
    for row, named in EVIDENCE[page].items():
        assert named, f"{row} has no test"
        assert missing(named, ROOT) == [], row


def test_the_evidence_is_for_all_three_pages() -> None:
    assert set(EVIDENCE) == {"faults", "security", "cluster"}


def test_a_missing_test_is_found() -> None:
    here = Path(__file__).relative_to(ROOT)
    named = [f"{here}::test_of_nothing", "tests/none.py::test_x", f"{here}::{rows.__name__}"]
    assert missing(named, ROOT) == named[:2]
