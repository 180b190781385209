"""Every link, and every file that a document names, leads somewhere."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.e2e.guide import anchors

ROOT = Path(__file__).resolve().parents[2]
PAGES = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]
LINK = re.compile(r"\]\(([^)\s]+)\)")
# What stands for something else, as in `sql/NNNN_name.sql`, is no name of a file.
NAMED = re.compile(r"`((?:pokerws|tests|docs|sql|bench|examples|deploy)/[\w./-]+)`")
ROOM = re.compile(r"`((?:server|storage|game|messages|hand_histories|maintenance)/[\w./-]+)`")
PLACEHOLDER = "NNNN"


def dead_links(page: Path, text: str) -> Iterator[str]:
    """The links of a page whose file or heading does not exist."""
    for link in LINK.findall(text):
        if "://" in link:
            continue
        file, _, heading = link.partition("#")
        target = page.parent / file if file else page
        found = target.exists()
        if found and heading:
            found = heading in headings_of(target)
        if not found:
            yield link


@cache
def headings_of(page: Path) -> set[str]:
    """The anchors of a page's headings.  Most pages are the target of many links."""
    return set(anchors(page.read_text(encoding="utf-8")))


def dead_names(text: str) -> Iterator[str]:
    """The files and folders named in a page that do not exist."""
    for name in NAMED.findall(text):
        if PLACEHOLDER not in name and not (ROOT / name).exists():
            yield name
    for name in ROOM.findall(text):
        if not (ROOT / "pokerws" / name).exists():
            yield name


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_and_named_files_exist(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert [*dead_links(page, text), *dead_names(text)] == []


@pytest.mark.parametrize("folder", ["docs", "docs/decisions"])
def test_each_page_is_in_the_index_of_its_folder(folder: str) -> None:
    index = (ROOT / folder / "README.md").read_text(encoding="utf-8")
    pages = {page.name for page in (ROOT / folder).glob("*.md")} - {"README.md"}
    assert pages - set(LINK.findall(index)) == set()


def test_what_does_not_exist_is_found() -> None:
    page = ROOT / "README.md"
    text = "[a](docs/nothing.md) [b](docs/security.md#nothing) [c](docs/security.md#the-cards)"
    assert list(dead_links(page, text)) == ["docs/nothing.md", "docs/security.md#nothing"]
    assert list(dead_names("`pokerws/none.py` `server/none.py` `server/app.py`")) == [
        "pokerws/none.py",
        "server/none.py",
    ]
