"""What the report says and draws of servers under load."""

import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import msgspec

from bench.figures import Curve, Line, Part, Round, Scenario, figure
from bench.live.latencies import summed_up
from bench.live.summary import percentiles
from bench.plots import draw
from bench.report import Results, describe, text, write

PAIR = [(41_000.0, 40_000.0), (39_000.0, 40_000.0), (42_000.0, 40_000.0)]


def a_round(actions_per_s: float, refused: int = 0) -> Round:
    return Round(
        actions_per_s=actions_per_s,
        p50_ms=1.2,
        p99_ms=3.4,
        p999_ms=5.6,
        processors={"server": 0.98, "generator": 0.6},
        refused=refused,
    )


def a_part() -> Part:
    ratio = figure("flags off", "actions/s", PAIR, against="fan-out")
    waits = [(0.0, 0.5), (50.0, 1.2), (99.0, 3.4), (100.0, 9.0)]
    return Part(
        "under load",
        [],
        ["A note."],
        scenarios=[
            Scenario(
                name="50 tables",
                server="ours",
                rounds=[a_round(ours) for ours, _ in PAIR],
                figure=ratio,
                percentiles=waits,
            ),
            Scenario(name="50 tables", server="ceiling", rounds=[a_round(40_000, refused=3)]),
        ],
        curves=[
            Curve(
                name="memory by tables",
                x_label="tables",
                y_label="memory, MiB",
                lines=[Line("ours", [(1, 40.0), (1000, 60.0)]), Line("idle", [(1, 39.0)])],
                log_x=True,
                log_y=True,
                note="flat.",
            )
        ],
    )


def test_a_scenario_has_a_row_with_its_rounds_and_its_ratio_to_the_ceiling() -> None:
    said = text(Results(describe("python -m bench"), [a_part()]))
    assert (
        "| 50 tables | ours | 41,000 (39,000 to 42,000) | 1.02 (0.975 to 1.05) | 1.20, 3.40, 5.60 "
        "| server 98%, generator 60% | 0 |"
    ) in said
    assert (
        "| 50 tables | ceiling | 40,000 (40,000 to 40,000) |  | 1.20, 3.40, 5.60 "
        "| server 98%, generator 60% | 3 |"
    ) in said
    assert "- memory by tables: flat." in said


def test_each_plot_is_drawn_and_shown_and_those_of_before_are_gone(tmp_path: Path) -> None:
    (tmp_path / "plots").mkdir()
    (tmp_path / "plots" / "of-before.svg").touch()
    written = Results(describe("python -m bench"), [a_part()])
    write(written, tmp_path)
    drawn = sorted(path.name for path in (tmp_path / "plots").iterdir())
    assert drawn == ["memory-by-tables.svg", "under-load-latency.svg", "under-load-throughput.svg"]
    said = (tmp_path / "RESULTS.md").read_text(encoding="utf-8")
    assert all(f"](plots/{name})" in said for name in drawn)
    read = msgspec.json.decode((tmp_path / "results.json").read_bytes(), type=Results)
    assert read == written


def test_a_plot_has_its_labels_as_text_and_is_the_same_each_time(tmp_path: Path) -> None:
    (names,) = draw([a_part()], tmp_path / "one").values()
    draw([a_part()], tmp_path / "two")
    for name in names:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
    texts = {
        element.text
        for name in names
        for element in ET.parse(tmp_path / "one" / name).iter()
        if element.tag.endswith("}text")
    }
    assert texts >= {"memory, MiB", "tables", "50 tables: ours", "99.9 %", "40,000", "idle"}


def test_percentiles_are_those_of_all_actions() -> None:
    found = dict(percentiles(summed_up([(1000, 98), (5000, 1), (9000, 1)])))
    assert found[0] == found[50] == found[98] == 1.0
    assert abs(found[99] - 5.0) < 0.01
    assert abs(found[99.5] - found[100]) < 0.01
    assert abs(found[100] - 9.0) < 0.02


def test_what_only_prints_does_not_load_what_draws() -> None:
    code = "import sys, bench.__main__; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=50).returncode == 0
