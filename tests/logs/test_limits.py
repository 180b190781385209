"""No client and no outage fills the log, and what is left out is told."""

import json
import logging
from collections.abc import Callable
from typing import Any

import pytest
import structlog

from pokerws import logs
from pokerws.logs import pipeline
from pokerws.logs.events import EVENTS
from pokerws.logs.limits import LIMITS, USUAL, WINDOW_S, LogLimits

# Not limited: for what reason stands beside each in LIMITS.
UNLIMITED = {"hand_ended", "lines_suppressed", "moderated"}
KINDS = [
    (event.name, level)
    for event in EVENTS.values()
    for level in event.levels.split()
    if level != "debug" and event.name not in UNLIMITED
]


class Time:
    """A clock that stands still until it is moved."""

    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def begin(monkeypatch: pytest.MonkeyPatch) -> Callable[[], Time]:
    """Begins a log at level debug, to the standard output of the moment; returns its clock."""

    def begin() -> Time:
        time = Time()
        logs.configure("json", "debug")
        monkeypatch.setattr(pipeline._limits, "_clock", time)
        return time

    return begin


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_only_these_have_no_limit() -> None:
    assert {name for name, most in LIMITS.items() if most is None} == UNLIMITED


@pytest.mark.parametrize(("event", "level"), KINDS)
def test_a_flood_of_each_line_is_a_few_and_a_number(
    begin: Callable[[], Time], capsys: pytest.CaptureFixture[str], event: str, level: str
) -> None:
    time = begin()
    log, most = structlog.get_logger("pokerws.test"), LIMITS.get(event, USUAL)
    assert most is not None
    for _ in range(most + 7):
        getattr(log, level)(event)
    assert len(lines(capsys)) == most
    time.now_s += WINDOW_S
    getattr(log, level)(event)
    getattr(log, level)(event)
    assert [line.get("suppressed") for line in lines(capsys)] == [7, None]


def test_what_is_left_out_is_told_even_if_no_such_line_follows(
    begin: Callable[[], Time], capsys: pytest.CaptureFixture[str]
) -> None:
    begin()
    log = structlog.get_logger("pokerws.test")
    for _ in range(25):
        log.warning("host_refused")
    logs.tell_suppressed()
    logs.tell_suppressed()
    line = lines(capsys)[-1]
    assert (line["event"], line["line"], line["count"]) == ("lines_suppressed", "host_refused", 15)


def test_a_flood_of_one_line_or_level_does_not_use_up_another(
    begin: Callable[[], Time], capsys: pytest.CaptureFixture[str]
) -> None:
    begin()
    log = structlog.get_logger("pokerws.test")
    for _ in range(1_000):
        log.info("get_game")
    log.warning("get_game")
    log.info("save_game")
    assert [(line["event"], line["level"]) for line in lines(capsys)[-2:]] == [
        ("get_game", "warning"),
        ("save_game", "info"),
    ]


def test_debug_lines_have_no_limit(
    begin: Callable[[], Time], capsys: pytest.CaptureFixture[str]
) -> None:
    begin()
    for _ in range(500):
        structlog.get_logger("pokerws.test").debug("get_game")
    assert len(lines(capsys)) == 500


def test_lines_of_a_library_are_limited_by_logger_whatever_they_say(
    begin: Callable[[], Time], capsys: pytest.CaptureFixture[str]
) -> None:
    begin()
    for number in range(1_000):
        logging.getLogger("asyncio").error("Task %d was never retrieved", number)
    assert len(lines(capsys)) == USUAL
    logs.tell_suppressed()
    (line,) = lines(capsys)
    assert (line["line"], line["count"]) == ("asyncio", 1_000 - USUAL)


def test_counts_of_the_line_itself_add_up(
    begin: Callable[[], Time], capsys: pytest.CaptureFixture[str]
) -> None:
    time = begin()
    log = structlog.get_logger("pokerws.test")
    for _ in range(LIMITS["save_game"] or 0):
        log.error("save_game", suppressed=1)
    log.error("save_game", suppressed=1)
    time.now_s += WINDOW_S
    log.error("save_game", suppressed=2)
    assert lines(capsys)[-1]["suppressed"] == 3


def test_limits_are_counted_from_the_first_line_of_a_minute() -> None:
    time = Time()
    limits = LogLimits(time)
    assert [limits.take("host_refused", "warning") for _ in range(12)] == [0] * 10 + [None] * 2
    time.now_s = WINDOW_S - 1
    assert limits.take("host_refused", "warning") is None
    time.now_s = WINDOW_S
    assert limits.take("host_refused", "warning") == 3
