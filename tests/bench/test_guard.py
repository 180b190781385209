from collections.abc import Sequence

import pytest

from bench import guarded
from bench.guard import Counts, build, calls_and_bytes, check, compare, shown
from bench.guarded import WORK
from pokerws.game.events import TableEvent
from pokerws.game.redaction import redact_all
from pokerws.game.state import PlayerId
from pokerws.server.tables import viewers as audience

PIECES = 20


@pytest.mark.parametrize("work", WORK)
def test_what_is_counted_is_nearly_the_same_each_time(work: str) -> None:
    make, _ = WORK[work]
    first, second = (calls_and_bytes(make(), PIECES) for _ in range(2))
    assert min(first.values()) > 10
    assert not [verdict.said for verdict in compare({work: second}, {work: first}) if verdict.said]


def test_a_function_that_has_become_slower_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def slower(events: Sequence[TableEvent], viewer: PlayerId | None) -> list[TableEvent]:
        return redact_all(redact_all(list(events), viewer), viewer)

    before = {"frames": calls_and_bytes(guarded.frames(), PIECES)}
    monkeypatch.setattr(audience, "redact_all", slower)
    monkeypatch.setattr(audience, "are_public", lambda events: False)
    after = {"frames": calls_and_bytes(guarded.frames(), PIECES)}
    assert check(after, {build(): before}) == 1
    assert "WORSE" in capsys.readouterr().out
    assert check(before, {build(): before}) == 0


def test_what_is_kept_for_longer_is_named() -> None:
    before: Counts = {"work": calls_and_bytes(lambda: bytes(1000), PIECES)}
    after: Counts = {"work": calls_and_bytes(lambda: bytes(1050), PIECES)}
    said = {verdict.unit: verdict.said for verdict in compare(after, before)}
    assert said == {"calls": "", "bytes": "WORSE"}


def test_what_has_become_better_is_to_be_recorded(capsys: pytest.CaptureFixture[str]) -> None:
    counted: Counts = {"work": {"calls": 90.0}}
    assert check(counted, {build(): {"work": {"calls": 100.0}}}) == 0
    assert "Record it" in capsys.readouterr().out


def test_figures_of_another_python_are_not_compared(capsys: pytest.CaptureFixture[str]) -> None:
    counted: Counts = {"work": {"calls": 200.0}}
    assert check(counted, {"CPython 2.7": {"work": {"calls": 100.0}}}) == 0
    said = capsys.readouterr().out
    assert "only of CPython 2.7" in said
    assert "RECORD=1" in said


def test_the_table_has_the_change_of_each_figure() -> None:
    lines = shown(compare({"a hand": {"calls": 108.0}}, {"a hand": {"calls": 100.0}})).splitlines()
    assert lines[1].split() == ["a", "hand", "calls", "100", "108", "+8.0%", "WORSE"]
