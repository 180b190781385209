"""Texts that people read have the right plural."""

import re
from pathlib import Path

from pokerws.game.counted import counted

# Commands' totals and refusals as the protocol document and the guides show them.
TEXTS = Path(__file__).resolve().parents[2] / "docs"
WRONG = re.compile(
    r"(?<![\d.,=])1 (?:accounts|cards|chips|events|games|hands|tables|transfers)\b(?!=)"
)


def test_one_is_not_written_with_a_plural() -> None:
    assert counted(1, "game") == "1 game"
    assert counted(0, "game") == "0 games"
    assert counted(1, "mismatch", "mismatches") == "1 mismatch"
    assert counted(2, "mismatch", "mismatches") == "2 mismatches"


def test_no_page_shows_one_with_a_plural() -> None:
    shown = {page.name: WRONG.findall(page.read_text("utf-8")) for page in TEXTS.glob("*.md")}
    assert not [(page, wrong) for page, wrong in shown.items() if wrong]
