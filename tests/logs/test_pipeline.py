import json
import logging
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import structlog

from pokerws import logs

ROOT = Path(__file__).resolve().parents[2]


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    out, err = capsys.readouterr()
    assert err == ""
    return [json.loads(line) for line in out.splitlines()]


def test_a_json_line_has_its_event_level_time_and_values(
    capsys: pytest.CaptureFixture[str],
) -> None:
    logs.configure("json", "info")
    structlog.get_logger().bind(table="t1").info("game_saved", seq=7, note="two\nlines")
    [line] = lines(capsys)
    time = datetime.fromisoformat(line.pop("timestamp"))
    assert abs(datetime.now(UTC) - time) < timedelta(minutes=1)
    assert line == {
        "event": "game_saved",
        "level": "info",
        "table": "t1",
        "seq": 7,
        "note": "two\nlines",
    }


def test_a_line_of_a_library_goes_the_same_way(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("json", "info")
    structlog.contextvars.bind_contextvars(process="p1")
    logging.getLogger("asyncpg").warning("pool of %d", 3)
    [line] = lines(capsys)
    del line["timestamp"]
    assert line == {
        "event": "pool of 3",
        "level": "warning",
        "logger": "asyncpg",
        "process": "p1",
    }


@pytest.mark.parametrize(
    ("level", "printed"),
    [
        ("debug", ["debug", "info", "warning", "error"]),
        ("warning", ["warning", "error"]),
        ("error", ["error"]),
    ],
)
def test_less_than_the_level_is_not_printed(
    capsys: pytest.CaptureFixture[str], level: Any, printed: list[str]
) -> None:
    logs.configure("json", level)
    for logger in (structlog.get_logger(), logging.getLogger("asyncpg")):
        for severity in ("debug", "info", "warning", "error"):
            getattr(logger, severity)("hello")
    assert [line["level"] for line in lines(capsys)] == printed * 2


def test_frames_are_not_logged_even_at_debug_level(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("json", "debug")
    logging.getLogger("websockets.server").debug("> TEXT 'As Ad'")
    logging.getLogger("websockets.server").info("connection open")
    logging.getLogger("websockets.server").warning("heard")
    assert [line["event"] for line in lines(capsys)] == ["heard"]


@pytest.mark.parametrize("form", ["json", "console"])
def test_a_traceback_shows_no_local_variables(
    capsys: pytest.CaptureFixture[str], form: Any
) -> None:
    logs.configure(form, "info")
    hidden = "sA"[::-1]
    try:
        raise ValueError("broken" if hidden else "")
    except ValueError:
        structlog.get_logger().exception("table_failed", table="t1")
        logging.getLogger("asyncio").exception("task failed")
    out = capsys.readouterr().out
    assert out.count("ValueError: broken") == 2
    assert "As" not in out


def test_the_console_form_is_for_a_person(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("console", "info")
    structlog.get_logger().info("game_saved", table="t1", seq=7)
    [line] = capsys.readouterr().out.splitlines()
    assert "game_saved" in line
    assert "seq=7 table=t1" in line
    assert "\x1b" not in line, "colours are for terminals"


def test_configuring_again_does_not_print_twice(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("console", "debug")
    logs.configure("json", "info")
    structlog.get_logger().info("once")
    logging.getLogger("asyncpg").info("once")
    assert [line["event"] for line in lines(capsys)] == ["once", "once"]


def test_each_line_is_written_at_once_into_a_pipe() -> None:
    script = (
        "import os, structlog\n"
        "from pokerws import logs\n"
        "logs.configure('json', 'info')\n"
        "structlog.get_logger().info('written')\n"
        "os._exit(0)\n"  # Leaves without flushing, as a kill does.
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, check=True, capture_output=True, text=True
    )
    assert json.loads(done.stdout)["event"] == "written"


@pytest.mark.parametrize("form", ["json", "console"])
@pytest.mark.parametrize(
    "said",
    [
        "'As'",
        "HandSeat(cards=['Kd', '7c'], bet=5)",
        "not a card: AsKdQh",
        repr(b'{"cards":["As","Kd"]}'),
        repr(b"\xa5cards\x92\xa2As\xa2Kd"),
    ],
)
def test_what_an_exception_says_is_logged_without_its_cards(
    capsys: pytest.CaptureFixture[str], form: Any, said: str
) -> None:
    logs.configure(form, "info")
    try:
        raise KeyError(said) from ValueError(said)
    except KeyError:
        structlog.get_logger().exception("table_failed", table="t1", error=said)
        logging.getLogger("asyncio").exception("Task exception was never retrieved: %s", said)
    out = capsys.readouterr().out
    assert "table_failed" in out
    assert "??" in out
    assert not re.findall("As|Kd|Qh|7c", out)
