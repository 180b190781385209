"""docs/operations.md explains every metric, every outcome, and every log line above debug."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from pokerws.metrics import OUTCOMES, Metrics

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
# The client logs in programs of its users, except for the bots, which run in the server.
OF_USERS = {ROOT / "pokerws" / "client" / name for name in ("client.py", "link.py", "watches.py")}


def first_cells(section: str) -> set[str]:
    """The names in the first column of a section's table, without labels."""
    text = PAGE.split(f"\n## {section}\n")[1].split("\n## ")[0]
    cells = re.findall(r"^\| (`[^|]+) \|", text, re.MULTILINE)
    return {name for cell in cells for name in re.findall(r"`(\w+)", cell)}


def lines_logged() -> Iterator[str]:
    """The names of the lines that the code logs above debug."""
    for path in [*(ROOT / "pokerws").rglob("*.py"), ROOT / "server.py"]:
        if path not in OF_USERS:
            yield from lines_in(path.read_text(encoding="utf-8"))


def lines_in(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Call(
                func=ast.Attribute(attr="info" | "warning" | "error" | "exception"),
                args=[ast.Constant(value=str(name)), *_],
            ):
                yield name
            case _:
                pass


def test_each_metric_is_explained_and_no_other() -> None:
    exposed = re.findall(r"^# TYPE (pokerws_\w+)", Metrics().text().decode(), re.MULTILINE)
    assert {name for name in first_cells("Metrics") if name.startswith("pokerws_")} == set(exposed)


def test_each_outcome_is_explained() -> None:
    assert first_cells("Outcomes") == {name for names in OUTCOMES.values() for name in names}


def test_each_log_line_above_debug_is_explained() -> None:
    named = set(lines_logged())
    assert len(named) > 20
    # Those of operations on games are explained by their outcome.
    assert named - set(OUTCOMES) - first_cells("Log lines") == set()


def test_a_new_line_would_be_found() -> None:
    assert list(lines_in("log.error('disk_on_fire', table=1)\nlog.debug('all_well')")) == [
        "disk_on_fire"
    ]
