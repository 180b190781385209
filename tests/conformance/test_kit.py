"""The conformance kit: it is what the engine makes, complete, and kept by both of our clients."""

import json
import shutil
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, get_args

import pytest
from jsonschema import Draft202012Validator

from pokerws.client import table_view
from pokerws.game.apply import apply
from pokerws.game.events import PlayerSatIn, TableEvent
from pokerws.game.state import Table
from pokerws.game.variants import MIXES, VARIANTS
from tests.conformance.kit import files
from tests.conformance.runner import Run
from tests.conformance.session import FOLDER
from tests.node_programs import run

SESSIONS = sorted((FOLDER / "sessions").rglob("*.jsonl"))


@cache
def steps() -> list[dict[str, Any]]:
    """The steps of all sessions."""
    texts = (path.read_text(encoding="utf-8").splitlines()[1:] for path in SESSIONS)
    return [json.loads(line) for lines in texts for line in lines]


def events(kind: str = "") -> Iterator[dict[str, Any]]:
    """All events, or those of one type."""
    for step in steps():
        for event in step.get("in", {}).get("events", []):
            if event["type"] == (kind or event["type"]):
                yield event


def test_the_files_are_as_the_engine_makes_them() -> None:
    kept = {
        path.relative_to(FOLDER).as_posix(): path.read_text(encoding="utf-8")
        for path in (FOLDER / "sessions.txt", *SESSIONS)
    }
    assert kept == files(), "run: make docs"


async def test_the_python_client_conforms() -> None:
    assert [fault for path in SESSIONS for fault in await Run(path).faults()] == []


async def test_the_javascript_client_conforms() -> None:
    output = await run("node", FOLDER / "run.mjs")
    assert f"{len(SESSIONS)} of {len(SESSIONS)} sessions conform" in output


async def test_a_python_client_that_applies_an_event_wrongly_does_not_conform(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def wrong(table: Table, event: TableEvent) -> None:
        apply(table, event)
        if isinstance(event, PlayerSatIn):
            table.seats[event.seat].timeouts += 1  # type: ignore[union-attr]  # It is taken.

    monkeypatch.setattr(table_view, "apply", wrong)
    faults = [fault for path in SESSIONS for fault in await Run(path).faults()]
    assert any(fault.startswith("table/time-outs, line") for fault in faults), faults


async def test_a_javascript_client_that_applies_an_event_wrongly_does_not_conform(
    tmp_path: Path,
) -> None:
    client = shutil.copytree(FOLDER.parent, tmp_path / "client")
    source = client / "state" / "hand-state.js"
    text = source.read_text(encoding="utf-8")
    right = "seat.drew = drawn.length;"
    assert right in text
    source.write_text(text.replace(right, ""), encoding="utf-8")
    with pytest.raises(AssertionError, match=r"draw/f2l3d, line \d+: knows"):
        await run("node", client / "conformance" / "run.mjs", "draw/f2")


def test_every_line_is_as_its_schema_says() -> None:
    schema = json.loads((FOLDER / "session.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    for path in SESSIONS:
        lines = path.read_text(encoding="utf-8").splitlines()
        # Those of games are all alike.
        for line in lines if path.parent.name == "client" else lines[:4]:
            assert validator.is_valid(json.loads(line)), line
    assert not validator.is_valid({"in": {"type": "events"}, "then": {"seq": 1}})


def test_every_type_of_event_occurs() -> None:
    known = {event.__struct_config__.tag for event in get_args(TableEvent)}
    assert known - {event["type"] for event in events()} == set()


def test_every_variant_and_mix_is_played_to_the_end_of_a_hand() -> None:
    played = {event.get("variant", "NT") for event in events("hand_started")}
    assert VARIANTS.keys() - played == set()
    tables = {
        step["in"]["state"]["config"]["variant"]
        for step in steps()
        if step.get("in", {}).get("type") == "snapshot"
    }
    assert MIXES.keys() - tables == set()


def test_the_difficult_cases_of_pots_boards_and_blinds_occur() -> None:
    assert max(len(event["pots"]) for event in events("bets_collected")) >= 3
    shares = [event["shares"] for event in events("pot_awarded")]
    assert any(len({share["amount"] for share in each}) > 1 for each in shares), "an odd chip"
    assert {event.get("board", 0) for event in events("board_dealt")} == {0, 1, 2}
    assert {event["times"] for event in events("run_it_agreed")} == {2, 3}
    assert any(event.get("bomb_pot") for event in events("hand_started"))
    blinds = Counter(event["blind"] for event in events("blind_posted"))
    assert blinds.keys() >= {"small", "big", "dead", "entry", "straddle", "sleeper"}, blinds
    assert any(event.get("auto") for event in events("folded"))
    assert any(event.get("until_ms") for event in events("player_stood"))


def test_hidden_and_own_cards_occur() -> None:
    drawn = [event.get("drawn", []) for event in events("cards_drawn")]
    assert any("??" in cards for cards in drawn)
    assert any(cards and "??" not in cards for cards in drawn)


def test_each_kind_of_question_is_asked() -> None:
    asked = Counter(
        ("connect" in step, "after_seq" in step["then"]["watch"])
        for step in steps()
        if "watch" in step["then"]
    )
    assert asked[True, True] >= 3, "resumed"
    assert asked[False, False] >= 4, "a snapshot is needed"
    assert sum("state_hash" in step.get("in", {}) for step in steps()) > 40
