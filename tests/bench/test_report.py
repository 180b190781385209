import json
from pathlib import Path

import msgspec
import pytest

from bench.__main__ import ENGINE_ELSEWHERE, main
from bench.figures import Part, figure, plain
from bench.report import HERE, Results, describe, text, write

COMMITTED = HERE / "results.json"


def some_results() -> Results:
    pairs = [(90.0, 100.0), (70.0, 100.0), (85.0, 100.0)]
    figures = [
        figure("fast", "changes/s", pairs, against="bare loop", target=0.8),
        figure("slow", "ms", [(5, 1)], against="bare loop", bound="at most", target=2),
        figure("known", "ms", [(9, 1)], against="bare loop"),
        plain("log", "bytes", [3900, 4100, 4000], 780),
    ]
    return Results(describe("python -m bench"), [Part("stored", figures, ["a note"])])


def test_results_are_written_for_reading_and_for_comparing(tmp_path: Path) -> None:
    results = some_results()
    write(results, tmp_path)
    stored = msgspec.json.decode((tmp_path / "results.json").read_bytes(), type=Results)
    assert stored == results
    assert [(f.ratio, f.lowest, f.met) for f in stored.parts[0].figures] == [
        (0.85, 0.7, True),
        (5, 5, False),
        (9, 9, None),
        (4000, 3900, False),
    ]
    said = (tmp_path / "RESULTS.md").read_text(encoding="utf-8")
    assert "1 of 3 targets are met." in said
    assert "| fast, changes/s | at least 0.8 | 0.85 (0.70 to 0.90) | met | 85.0 |" in said
    slow = "| slow, ms | at most 2 | 5.00 (5.00 to 5.00) | **missed** | 5.00 | bare loop: 1.00 |"
    assert slow in said
    log = "| log, bytes | at most 780 | 4,000 (3,900 to 4,100) | **missed** | 4,000 |  |"
    assert log in said
    assert "- a note" in said


def test_the_committed_files_are_of_one_run() -> None:
    results = msgspec.json.decode(COMMITTED.read_bytes(), type=Results)
    assert (HERE / "RESULTS.md").read_text(encoding="utf-8") == text(results)


def test_chosen_parts_are_printed_and_not_written(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    few_hands = ENGINE_ELSEWHERE.replace("sys.argv[2])", "sys.argv[2]), hands=10")
    monkeypatch.setattr("bench.__main__.ENGINE_ELSEWHERE", few_hands)
    before = COMMITTED.read_bytes()
    main(["engine", "--rounds", "1", "--ours", str(HERE.parent)])
    assert "actions/s" in capsys.readouterr().out
    assert COMMITTED.read_bytes() == before
    assert json.loads(before)["parts"]


@pytest.mark.parametrize("arguments", [["storm"], ["--rounds", "0"], ["hydration", "--ours", "."]])
def test_wrong_arguments_are_refused(arguments: list[str]) -> None:
    with pytest.raises(SystemExit):
        main(arguments)
