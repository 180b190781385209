"""Levels may be changed while a server runs."""

import json
import logging

import pytest
import structlog

from pokerws import logs


def printed(capsys: pytest.CaptureFixture[str]) -> list[tuple[str, str]]:
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    return [(line["event"], line["level"]) for line in lines]


def test_one_logger_is_made_to_tell_more_and_less(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("json", "info")
    one, other = structlog.get_logger("pokerws.one"), structlog.get_logger("pokerws.other")
    bound = one.bind(table="t")
    steps: tuple[tuple[logs.Level, list[tuple[str, str]]], ...] = (
        ("debug", [("a", "debug"), ("b", "debug"), ("c", "info")]),
        ("info", [("c", "info")]),
        ("error", []),
    )
    for level, shown in steps:
        logs.set_level("pokerws.one", level)
        one.debug("a")
        bound.log(logging.DEBUG, "b")
        bound.info("c")
        other.debug("d")
        assert printed(capsys) == shown
    other.info("e")
    assert printed(capsys) == [("e", "info")]


def test_all_loggers_but_those_that_were_set_by_name(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("json", "info")
    one, other = structlog.get_logger("pokerws.one"), structlog.get_logger("pokerws.other")
    logs.set_level("pokerws.one", "error")
    logs.set_level("pokerws", "debug")
    one.info("a")
    other.debug("b")
    structlog.get_logger("pokerws.made_later").debug("c")
    logging.getLogger("asyncpg").debug("d")
    assert printed(capsys) == [("b", "debug"), ("c", "debug")]


def test_a_logger_is_asked_for_its_level(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("json", "info")
    bound = structlog.get_logger("pokerws.journal").bind()
    assert (logs.shows_debug(), bound.is_enabled_for(logging.DEBUG)) == (False, False)
    logs.set_level("pokerws.journal", "debug")
    assert (logs.shows_debug(), bound.is_enabled_for(logging.DEBUG)) == (True, True)
    logs.set_level("pokerws.journal", "info")
    assert (logs.shows_debug(), bound.is_enabled_for(logging.DEBUG)) == (False, False)


def test_a_library_is_made_to_tell_more_but_not_its_frames(
    capsys: pytest.CaptureFixture[str],
) -> None:
    logs.configure("json", "info")
    logs.set_level("asyncpg", "debug")
    logs.set_level("websockets.server", "debug")
    logging.getLogger("asyncpg").debug("pool")
    logging.getLogger("websockets.server").debug("> TEXT 'As Ad'")
    logging.getLogger("asyncpg").setLevel(logging.NOTSET)
    assert printed(capsys) == [("pool", "debug")]


def test_another_level_is_refused() -> None:
    logs.configure("json", "info")
    with pytest.raises(ValueError, match="expected one of debug, info, warning, error, got 'loud'"):
        logs.set_level("pokerws", "loud")  # type: ignore[arg-type]


def test_configuring_again_forgets_the_levels(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("json", "info")
    logs.set_level("pokerws.one", "debug")
    logs.configure("json", "info")
    structlog.get_logger("pokerws.one").debug("a")
    assert printed(capsys) == []


@pytest.mark.parametrize(
    ("one_in", "levels"),
    [(0, [10, 10, 10, 10]), (1, [20, 20, 20, 20]), (2, [10, 20, 10, 20])],
)
def test_one_of_so_many_hands_is_at_info(one_in: int, levels: list[int]) -> None:
    logs.configure("json", "info", hands_one_in=one_in)
    assert [logs.level_of_hand(number) for number in range(1, 5)] == levels
