"""The line that says once a minute how the games are doing."""

import asyncio

import pytest
import structlog
from structlog.typing import EventDict

from pokerws.metrics import Metrics, Readings
from pokerws.server.app import App
from pokerws.server.background import report
from pokerws.server.background.report import GamesReport
from pokerws.storage.outcomes import Operation, Outcome
from tests.server.fakes import ManualClock

MINUTE_MS = 60_000


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> list[EventDict]:
    """What the report has logged."""
    capture = structlog.testing.LogCapture()
    monkeypatch.setattr(report, "log", structlog.wrap_logger(None, processors=[capture]))
    return capture.entries


def count(metrics: Metrics, operation: Operation, **outcomes: int) -> None:
    for outcome, times in outcomes.items():
        for _ in range(times):
            metrics.operation(operation, Outcome(outcome))


def test_the_line_tells_what_has_been_added_in_its_minute(lines: list[EventDict]) -> None:
    metrics = Metrics(
        Readings(
            connections=lambda: 7,
            tables_in_memory=lambda: 3,
            changes_waiting=lambda: 2,
            oldest_change_ms=lambda: 40,
            longest_lag_ms=lambda: 12,
        )
    )
    clock = ManualClock()
    count(metrics, "save_game", DB_SUCCESS=5)
    reporting = GamesReport(metrics, clock, MINUTE_MS)
    reporting.start()
    count(metrics, "save_game", DB_SUCCESS=90, DB_FAILED=4, DB_CONFLICT=3, FENCED=1)
    count(metrics, "get_game", DB_HYDRATE=2, DB_FAILED=1)
    count(metrics, "create_game", DB_SUCCESS=1)
    metrics.comparison("match")
    metrics.comparison("mismatch")
    clock.advance(MINUTE_MS - 1)
    assert lines == []
    clock.advance(1)

    (line,) = lines
    added = {
        "success_rate": 91.1,
        "saves_ok": 90,
        "saves_failed": 4,
        "save_conflicts": 3,
        "saves_fenced": 1,
        "hydrations": 2,
        "hydrations_failed": 1,
        "comparisons_match": 1,
        "comparisons_mismatch": 1,
    }
    now = {"games_in_memory": 3, "connections": 7, "changes_waiting": 2, "oldest_change_ms": 40}
    now["loop_lag_ms"] = 12
    assert (line["event"], line["over_ms"]) == ("games_report", MINUTE_MS)
    assert line == {**line, **added, **now}


def test_a_minute_without_operations_has_no_rate(lines: list[EventDict]) -> None:
    metrics, clock = Metrics(), ManualClock()
    GamesReport(metrics, clock, MINUTE_MS).start()
    count(metrics, "create_game", IN_MEMORY=1)
    count(metrics, "save_game", IN_MEMORY=1)
    clock.advance(2 * MINUTE_MS)

    assert [(line["success_rate"], line["saves_ok"]) for line in lines] == [(100.0, 1), (None, 0)]


def test_one_failure_among_many_is_not_rounded_away(lines: list[EventDict]) -> None:
    metrics, clock = Metrics(), ManualClock()
    GamesReport(metrics, clock, MINUTE_MS).start()
    count(metrics, "save_game", DB_SUCCESS=9_999, DB_FAILED=1)
    clock.advance(MINUTE_MS)

    assert lines[0]["success_rate"] == 99.9


def test_a_fault_in_one_line_leaves_the_next_one_alone(lines: list[EventDict]) -> None:
    faults = [ZeroDivisionError()]

    def connections() -> int:
        if faults:
            raise faults.pop()
        return 1

    clock = ManualClock()
    GamesReport(Metrics(Readings(connections=connections)), clock, MINUTE_MS).start()
    clock.advance(2 * MINUTE_MS)

    failed, fine = lines
    assert (failed["event"], failed["log_level"]) == ("report_failed", "error")
    assert isinstance(failed["exc_info"], ZeroDivisionError) or failed["exc_info"] is True
    assert (fine["event"], fine["connections"]) == ("games_report", 1)


def test_there_is_no_line_after_the_stop_and_none_when_it_is_off(lines: list[EventDict]) -> None:
    clock = ManualClock()
    stopped = GamesReport(Metrics(), clock, MINUTE_MS)
    stopped.start()
    stopped.stop()
    off = GamesReport(Metrics(), clock, 0)
    off.start()
    clock.advance(10 * MINUTE_MS)
    off.stop()

    assert lines == []
    assert clock.next_alarm_ms is None


@pytest.fixture
async def first_line(monkeypatch: pytest.MonkeyPatch) -> asyncio.Future[EventDict]:
    """What the report will log first."""
    first: asyncio.Future[EventDict] = asyncio.get_running_loop().create_future()

    def take(logger: object, level: str, line: EventDict) -> EventDict:
        if not first.done():
            first.set_result(line)
        raise structlog.DropEvent

    monkeypatch.setattr(report, "log", structlog.wrap_logger(None, processors=[take]))
    return first


@pytest.mark.settings(report_interval_ms=1)
async def test_a_running_server_writes_the_line(
    first_line: asyncio.Future[EventDict], app: App
) -> None:
    line = await first_line
    assert (line["event"], line["games_in_memory"]) == ("games_report", 0)
