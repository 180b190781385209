"""Every test that a document names as evidence exists, and no row is without a word on it."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = [ROOT / "docs" / "faults.md", ROOT / "docs" / "security.md"]
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
WITHOUT_A_TEST = ("not tested", "the same")


def missing(text: str, root: Path) -> list[str]:
    """The tests that a text names and that are not there."""
    return [
        f"{file}::{test}"
        for file, test in NAMED.findall(text)
        if not (root / file).is_file() or test not in functions_in((root / file).read_text())
    ]


def functions_in(source: str) -> set[str]:
    """The names of the functions of a file."""
    return {
        node.name
        for node in ast.parse(source).body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }


def rows(text: str) -> list[list[str]]:
    """The cells of each row of the tables, without their heads."""
    lines = [line for line in text.splitlines() if line.startswith("| ")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return [row for row in cells if row[0] not in ("given", "threat", "---")]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_test_that_a_document_names_exists(document: Path) -> None:
    text = document.read_text()
    assert missing(text, ROOT) == []
    assert len(NAMED.findall(text)) == text.count(".py::"), "a test is named in another form"


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_row_names_a_test_or_says_that_there_is_none(document: Path) -> None:
    found = rows(document.read_text())
    assert len(found) > 20
    for given, _, shown_by in found:
        assert NAMED.search(shown_by) or shown_by.startswith(WITHOUT_A_TEST), given


def test_a_test_that_is_not_there_is_found_out() -> None:
    here = Path(__file__).relative_to(ROOT)
    text = f"`{here}::test_of_nothing` `tests/none.py::test_x` `{here}::{rows.__name__}`"
    assert missing(text, ROOT) == [f"{here}::test_of_nothing", "tests/none.py::test_x"]
