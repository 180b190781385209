"""How many lines there are about games: each fact once, and no flood."""

import logging

import pytest

from pokerws.game.state import TableId
from pokerws.storage.journal import outcome_log
from pokerws.storage.journal.outcome_log import FIRST_SAVES, REPEAT_S, OutcomeLog
from pokerws.storage.outcomes import Outcome
from tests.storage.changes import change
from tests.storage.conftest import Logged

T1 = TableId("t1")


class Time:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def lines(time: Time) -> OutcomeLog:
    return OutcomeLog(time)


def test_a_failure_that_repeats_itself_is_a_line_a_minute_with_the_number(
    lines: OutcomeLog, time: Time, logged: Logged
) -> None:
    def fail(times: int, table: TableId = T1, outcome: Outcome = Outcome.DB_CONFLICT) -> None:
        for _ in range(times):
            lines.failed(logging.WARNING, outcome, table, version=7)

    fail(100)
    assert len(logged.all("save_game", table="t1", outcome="DB_CONFLICT", version=7)) == 1
    fail(1, TableId("t2"))
    fail(1, outcome=Outcome.FENCED)
    assert len(logged.all("save_game")) == 3, "another table, and another outcome"
    time.now_s += REPEAT_S
    fail(100)
    assert [line.get("suppressed") for line in logged.all("save_game", outcome="DB_CONFLICT")] == [
        None,
        None,
        99,
    ]


def test_of_a_game_that_cannot_be_stored_both_lines_say_so(
    lines: OutcomeLog, logged: Logged
) -> None:
    lines.failed(logging.ERROR, Outcome.DB_FAILED, T1, created=True, error="rejected: too long")
    for operation in ("create_game", "save_game"):
        (line,) = logged.all(operation, outcome="DB_FAILED", table="t1", log_level="error")
        assert line["error"] == "rejected: too long"


def test_an_outage_is_logged_at_once_then_every_minute_and_at_once_again_the_next_time(
    lines: OutcomeLog, time: Time, logged: Logged
) -> None:
    def outage(*failures: int, level: int = logging.WARNING) -> None:
        for number in failures:
            lines.outage(level, failures=number, error="away", waiting=number)

    outage(1, 2, 3)
    outage(4, 5, level=logging.ERROR)
    time.now_s += REPEAT_S
    outage(6, 7)
    outage(1)
    shown = [(line["log_level"], line.get("failures")) for line in logged.all("save_game")]
    assert shown == [("warning", None), ("error", 4), ("warning", 6), ("warning", None)]


def test_a_game_that_is_new_in_an_outage_is_said_to_be_so_once(
    lines: OutcomeLog, logged: Logged
) -> None:
    for _ in range(10):
        lines.not_created(T1, "away")
    assert len(logged.all("create_game", outcome="DB_FAILED", table="t1")) == 1


def test_first_saves_of_many_games_at_once_are_no_flood(
    lines: OutcomeLog, time: Time, logged: Logged
) -> None:
    def save(numbers: range) -> None:
        for number in numbers:
            lines.stored(TableId(f"t{number}"), 5, created=False, verbose=False)

    save(range(5 * FIRST_SAVES))
    assert len(logged.entries) == FIRST_SAVES
    save(range(5 * FIRST_SAVES))
    assert len(logged.entries) == FIRST_SAVES, "each only once"
    time.now_s += REPEAT_S
    save(range(10_000, 10_010))
    assert len(logged.entries) == FIRST_SAVES + 10


def test_what_is_remembered_of_games_is_bounded(
    lines: OutcomeLog, logged: Logged, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outcome_log, "MOST_KNOWN", 10)
    for number in range(100):
        lines.in_memory(change(f"t{number}", expected=1), verbose=False)
        lines.failed(logging.ERROR, Outcome.FENCED, TableId(f"t{number}"))
    assert len(lines._in_memory.known) <= 10
    assert len(lines._repeats._passed) <= 10
