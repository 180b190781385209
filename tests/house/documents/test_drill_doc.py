"""The page on the drill is as its run has it, and names only what there is."""

import inspect
import re

import msgspec
import pytest

from pokerws.logs.events import EVENTS
from pokerws.messages import CLOSE_CODES, NOTICES, REJECT_CODES
from pokerws.metrics import OUTCOMES, Metrics
from pokerws.server.background import readiness
from tests.e2e.monitored.page import page
from tests.e2e.monitored.timeline import RUN, Run
from tests.external.prometheus import RULES
from tests.house.documents.test_operations_doc import PAGE as OPERATIONS
from tests.house.documents.test_operations_doc import ROOT

DOCUMENT = (ROOT / "docs" / "drill.md").read_text(encoding="utf-8")
DRILL = msgspec.json.decode(RUN.read_bytes(), type=Run)
METRICS = set(re.findall(r"^# TYPE (\w+)", Metrics().text().decode(), re.MULTILINE))
ALERTS = {rule["alert"] for rule in RULES}
PARTS = set(re.findall(r"^\| `(\w+)` \| ", OPERATIONS.split("| `part` |")[1], re.MULTILINE))


def rows(where: str) -> list[str]:
    """What was seen there, of all faults."""
    found = [row for one in DRILL.drills.values() for row in one.rows if row.where == where]
    assert found
    return [row.what for row in found]


def test_the_page_is_as_its_run_and_the_texts_have_it() -> None:
    assert page(DRILL) == DOCUMENT, "run: make docs"


def test_each_line_of_the_log_is_in_the_registry_with_its_level() -> None:
    for what in rows("log"):
        name, level = re.findall(r"[a-z_]+", what)[:2]
        assert level in EVENTS[name].levels.split(), what


def test_each_reason_is_one_that_readyz_gives() -> None:
    reasons = inspect.getsource(readiness)
    for what in rows("readyz"):
        part, why = re.fullmatch(r"`(\w+)`: (.+)", what).groups()  # type: ignore[union-attr]
        assert part in PARTS
        assert why in reasons or (part, why) == ("server", "stopping")


def test_what_players_are_told_is_in_the_protocol() -> None:
    for what in rows("players"):
        notice, code = re.fullmatch(r"notice `(\w+)`|closed with (\d+)", what).groups()  # type: ignore[union-attr]
        assert notice in NOTICES if notice else int(code) in CLOSE_CODES or code == "1006"


def test_each_name_in_the_page_exists() -> None:
    known = {*EVENTS, *METRICS, *ALERTS, *PARTS, *NOTICES, *REJECT_CODES}
    known |= {name for names in OUTCOMES.values() for name in names}
    known |= {name for event in EVENTS.values() for name in event.fields.split()}
    named = set(re.findall(r"`([A-Za-z]+(?:_[a-z_]+|[a-z]+))(?:\{[^`]*\})?`", DOCUMENT))
    assert len(named) > 30
    assert sorted(named - known) == []


def test_tables_turn_readyz_within_a_second_of_their_pause() -> None:
    for name in ("database", "disk"):
        seen = {(row.where, row.what): row.first_s for row in DRILL.drills[name].rows}
        paused_s = seen["log", "`tables_paused` error"]
        assert seen["readyz", "`tables`: paused by an outage"] - paused_s < 1
        assert seen["players", "notice `paused`"] - paused_s < 1


@pytest.mark.parametrize("name", DRILL.drills)
def test_one_fault_wakes_somebody_once_at_most(name: str) -> None:
    pages = {rule["alert"] for rule in RULES if rule["labels"]["severity"] == "page"}
    fired = {row.what for row in DRILL.drills[name].rows if row.what.endswith(" firing")}
    assert len({what for what in fired if what.split("`")[1] in pages}) <= 1
