from pathlib import Path

import msgspec

from bench import hydration, journal, latency
from bench.figures import Part, figure
from bench.place import measuring_place
from bench.played import EVENTS_A_CHANGE, Played
from bench.report import Results, describe, text, write


async def test_each_part_measures_what_it_says_with_tiny_numbers() -> None:
    played = Played.make(tables=1, hands=4)
    async with measuring_place() as place:
        parts = [
            await journal.measure(place, played, rounds=1, batches=2, pgbench_s=1),
            await latency.measure(
                place, played, tables=200, rate=400, seconds=0.5, rounds=1, ceiling_batches=2
            ),
            await hydration.measure(place, played, tables=6, blocks=2),
        ]
    assert [part.name for part in parts] == ["journal", "latency", "hydration"]
    for part in parts:
        assert part.figures
        assert all(figure.ours > 0 and figure.ceiling > 0 for figure in part.figures)


def test_what_is_written_was_played_and_follows_in_order() -> None:
    played = Played.make(tables=1, hands=4)
    steps = played.steps_of(played.opened.table, 0)
    version = played.opened.version
    for _ in range(2 * len(played.steps)):
        step = next(steps)
        assert step.expected == version
        version = step.version
        assert [event.seq for event in step.events] == [version - 1, version]
        assert len(step.events) == EVENTS_A_CHANGE


def test_a_target_that_is_missed_is_named_as_such(tmp_path: Path) -> None:
    part = Part(
        "journal",
        [
            figure(
                "fast",
                "changes/s",
                [(90, 100), (70, 100), (85, 100)],
                against="bare",
                bound="at least",
                target=0.8,
            ),
            figure(
                "slow", "ms", [(5, 1)], against="bare", bound="at most", target=2, why="the disk"
            ),
            figure("known", "ms", [(9, 1)], against="bare"),
        ],
        ["a note"],
    )
    results = Results(describe("python -m bench"), [part])
    write(results, tmp_path)
    stored = msgspec.json.decode((tmp_path / "results.json").read_bytes(), type=Results)
    assert [(f.ratio, f.lowest, f.met) for f in stored.parts[0].figures] == [
        (0.85, 0.7, True),
        (5, 5, False),
        (9, 9, None),
    ]
    targets, _, figures = text(results).partition("## Journal")
    assert "1 of 2 are met." in targets
    assert "| slow | bare | 5 (5 to 5) | at most 2 | **missed** | the disk |" in targets
    assert "known" not in targets
    assert figures.count("**missed**") == 1
    assert figures.count("| met |") == 1
