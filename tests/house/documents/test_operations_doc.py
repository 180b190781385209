"""Pages explain every metric and every outcome."""

import re
from pathlib import Path

from pokerws.metrics import OUTCOMES, Metrics

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
METRICS = (ROOT / "docs" / "metrics.md").read_text(encoding="utf-8")


def first_cells(section: str, page: str = PAGE) -> set[str]:
    """The names in the first column of a section's tables, without labels."""
    text = page.split(f"\n## {section}\n")[1].split("\n## ", maxsplit=1)[0]
    cells = re.findall(r"^\| (`[^|]+) \|", text, re.MULTILINE)
    return {name for cell in cells for name in re.findall(r"`(\w+)", cell)}


def test_each_metric_is_explained_and_no_other() -> None:
    exposed = re.findall(r"^# TYPE (pokerws_\w+)", Metrics().text().decode(), re.MULTILINE)
    cells = first_cells("Metrics", METRICS)
    assert {name for name in cells if name.startswith("pokerws_")} == set(exposed)


def test_the_type_of_each_metric_is_as_it_is_exposed() -> None:
    text = Metrics().text().decode()
    exposed = dict(re.findall(r"^# TYPE (pokerws_\w+) (\w+)", text, re.MULTILINE))
    rows = re.findall(r"^\| (`pokerws[^|]+) \| (\w+)", METRICS, re.MULTILINE)
    written = {name: kind for cell, kind in rows for name in re.findall(r"`(\w+)", cell)}
    assert written == exposed


def test_each_outcome_is_explained() -> None:
    assert first_cells("Outcomes") == {name for names in OUTCOMES.values() for name in names}
