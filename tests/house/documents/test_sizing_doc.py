"""The examples of docs/sizing.md follow from its figures, and its commands are the server's."""

import re
from pathlib import Path

import pytest

from pokerws.arguments import parser
from pokerws.settings import load

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs" / "sizing.md").read_text(encoding="utf-8")
SEATS, HANDS_AN_HOUR, HOURS = 6, 75, 6
KIB_OF_MIB = 1024


def figure(name: str) -> float:
    """A figure of the first table."""
    (found,) = re.findall(rf"^\| {name} \| ([\d.]+)", PAGE, re.MULTILINE)
    return float(found)


def example(name: str) -> list[float]:
    """A row of the examples."""
    (row,) = re.findall(rf"^\| {name} \| (.*) \|$", PAGE, re.MULTILINE)
    return [float(re.sub(r"[^\d.]", "", cell)) for cell in row.split(" | ")]


ACTIONS_A_HAND = int(re.findall(r"about (\d+) actions", PAGE)[0])


def test_the_examples_follow_from_the_figures() -> None:
    tables = example("tables of six")
    players = [SEATS, 1_000, 10_000]
    rates = [count * HANDS_AN_HOUR * ACTIONS_A_HAND / 3600 for count in tables]
    assert tables == [round(count / SEATS) for count in players]
    assert example("actions/s") == pytest.approx(rates, rel=0.1)
    for place in ("the server", "PostgreSQL"):
        percent = [rate * figure(f"an action, at {place}") / 10 for rate in rates]
        assert example(f"processor of {place}") == pytest.approx(percent, rel=0.3)
    memory = [figure("a server") + count * 24 / KIB_OF_MIB for count in players]
    assert figure("a player at a table, with a sixth of it") == 24
    assert example("memory of the server") == pytest.approx(memory, rel=0.02)
    megabytes = [rate * 3600 * HOURS * figure("an action, stored") / 1e6 for rate in rates]
    shown = example("database, six hours")
    assert [shown[0], 1000 * shown[1], 1000 * shown[2]] == pytest.approx(megabytes, rel=0.1)


def test_the_limits_that_the_page_names_are_those_of_the_settings() -> None:
    limits = load({}).limits
    assert f"`MAX_TABLES` ({limits.max_tables:,}) and" in PAGE
    assert f"`MAX_CONNECTIONS` ({limits.max_connections:,})" in PAGE
    assert example("tables of six")[-1] > limits.max_tables


def test_the_commands_are_understood() -> None:
    commands = re.findall(
        r"python server.py (load|serve)(.*?)(?: > load.env)?$", PAGE, re.MULTILINE
    )
    assert len(commands) == 3
    for command, words in commands:
        assert parser().parse_args([command, *words.split()]).command == command
