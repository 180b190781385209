"""Curves and what is said of them, connections that only are there, and a long run of seconds."""

from contextlib import ExitStack
from pathlib import Path

import msgspec
import pytest

from bench.figures import Part, figure
from bench.live import growth, long, memory
from bench.live.calls import CallFailed
from bench.live.crowd import crowd
from bench.live.idle import Idle, idling
from bench.live.load import Load
from bench.live.log_growth import measure_log
from bench.live.recording import record
from bench.live.scrape import metrics
from bench.live.servers import ServerProcess, running
from bench.live.slope import gradient, power
from bench.live.slope import growth as growth_of
from bench.long_run import LongRun, Sample, keep, stored_part
from bench.report import Results, describe, write


def test_a_power_is_found_in_what_grows_with_it() -> None:
    assert power([(x, 3 * x**0.5) for x in (1, 10, 100)]) == pytest.approx(0.5)
    assert power([(10, 7), (1000, 7)]) == pytest.approx(0)
    assert gradient([(0, 1), (1, 3), (2, 5)]) == pytest.approx(2)
    with pytest.raises(ValueError, match="two places"):
        power([(10, 1), (10, 2)])


def test_the_end_of_a_curve_is_held_against_its_beginning() -> None:
    points = [(10.0, 4.0), (50.0, 9.0), (1000.0, 6.0)]
    compared, said = growth_of("cost", "us", points, "tables", at_most=1.4)
    assert (compared.ours, compared.ceiling, compared.ratio, compared.met) == (6, 4, 1.5, False)
    assert compared.name == "cost, with 1,000 tables"
    assert said.startswith("cost: 4.00 us with 10 tables, 6.00 us with 1,000; it grows as the 0.0")


def test_a_crowd_grows_and_changes_its_pace() -> None:
    with running("ours") as server:
        load = Load(port=server.port, tables=0, watched={"server": [server.pid]})
        with crowd(load) as here:
            here.grow(1)
            assert here.play(here.closed(), 0.1).actions > 0
            here.pause()
            here.grow(3)
            assert here.connections == 18
            slow = here.play(here.open(100.0), 0.3)
            here.pause()
            assert 5 < slow.actions < 80


def test_connections_that_only_are_there_are_there_until_the_end() -> None:
    with ExitStack() as running_until_closed:
        server = running_until_closed.enter_context(running("ours"))
        with idling(Idle(server.port, 3)), idling(Idle(server.port, 2, lobby=True)):
            assert metrics(server.port)["pokerws_connections"] == 5
        with pytest.raises(CallFailed, match="restarting"), idling(Idle(server.port, 1)):
            running_until_closed.close()


@pytest.fixture
def little(monkeypatch: pytest.MonkeyPatch) -> None:
    """Play a moment, with few."""
    monkeypatch.setattr(growth, "WARM_UP_S", 0.05)
    monkeypatch.setattr(growth, "PLAYED_TABLES", 1)
    monkeypatch.setattr(growth, "WATCHED_TABLES", 1)
    monkeypatch.setattr(memory, "REST_S", 0.05)


@pytest.mark.usefixtures("little")
def test_the_costs_of_more_tables_are_measured() -> None:
    part = Part("growth", [], [])
    growth._with_tables(part, (1, 2), 0.1)
    (curve,) = part.curves
    assert [[x for x, _ in line.points] for line in curve.lines] == [[1, 2], [1, 2]]
    assert all(y > 0 for line in curve.lines for _, y in line.points)
    assert [one.target for one in part.figures] == [1.5, 1.5]


@pytest.mark.usefixtures("little")
def test_the_costs_of_more_watchers_are_measured() -> None:
    part = Part("growth", [], [])
    growth._with_watchers(part, (0, 3), 0.1)
    action, frame = part.curves
    assert [x for x, _ in action.lines[0].points] == [6, 9]
    # A frame is one of many that an action makes.
    for (_, whole), (_, one) in zip(action.lines[0].points, frame.lines[0].points, strict=True):
        assert 0 < one < whole / 6
    # That more viewers cost more is no fault.
    assert [one.target for one in part.figures] == [None, 1.0]


@pytest.mark.usefixtures("little")
def test_others_are_counted_with_those_that_play() -> None:
    points = growth.idle_costs((0, 4), 0.2)
    assert [x for x, _ in points] == [6, 10]


async def test_storing_and_reading_is_measured_on_a_log_that_grows() -> None:
    part = Part("growth", [], [])
    await measure_log(part, (20_000, 40_000), 0.2, flat=1.5, log_files=1)
    (curve,) = part.curves
    assert [[x for x, _ in line.points] for line in curve.lines] == 3 * [[20_000, 40_000]]
    assert all(y > 0 for line in curve.lines for _, y in line.points)


@pytest.mark.usefixtures("little")
def test_what_an_idle_connection_takes_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "recording", lambda style, seats: record(style, hands=2))
    # What is shared counts by the number of processes, which other tests change meanwhile.
    monkeypatch.setattr(ServerProcess, "pss_bytes", ServerProcess.rss_bytes)
    assert 4_000 < memory.idle_bytes(100) < 100_000


@pytest.mark.usefixtures("little")
def test_what_a_seated_connection_takes_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ServerProcess, "pss_bytes", ServerProcess.rss_bytes)
    assert memory.seated_bytes(10).quiet > 4_000


def test_a_crowd_is_all_served() -> None:
    many = memory.many_players(3, 50.0, 0.2)
    assert many.connections == 18
    assert many.closed.actions >= 3
    assert many.slow.actions > 0


def test_a_long_run_looks_again_and_again() -> None:
    run = long.measure("a test", minutes=0.6 / 60, tables=2, sample_s=0.3, busy_s=0.2, log_files=1)
    assert len(run.samples) >= 2
    for sample in run.samples:
        assert sample.actions > 0
        assert sample.pss_mib > 10
        assert sample.database_mib > 1
        assert set(sample.processors) == {"server", "database", "generator"}
    assert [one.name for one in run.part.figures] == [
        "memory at the end",
        "p50 at the end",
        "p99 at the end",
        "database at the end",
    ]


def sample(minute: int, *, pss_mib: float = 50.0, p99_ms: float = 2.0) -> Sample:
    return Sample(
        at_s=60.0 * minute,
        actions=1024,
        actions_per_s=1024 / 60,
        p50_ms=1.0,
        p99_ms=p99_ms,
        rss_mib=pss_mib + 10,
        pss_mib=pss_mib,
        database_mib=10.0 + minute,
        waiting=minute % 3,
        lag_ms=2.0,
        processors={"server": 0.5},
    )


def test_what_is_flat_is_told_from_what_is_not() -> None:
    samples = [sample(minute, pss_mib=50 + minute) for minute in range(1, 21)]
    part = long.part_of(samples, 2, "made")
    met = {one.name: one.met for one in part.figures}
    # Of what fills up in the first fifth nothing is held against it, of the rest it is.
    assert met == {
        "memory at the end": False,
        "p50 at the end": True,
        "p99 at the end": True,
        "database at the end": True,
    }
    assert "changes by +60.0 MiB an hour" in part.notes[2]
    assert "1,024 bytes an action" in part.notes[3]
    assert long.predicted_mib(samples)[-1] == pytest.approx(30.0)


def test_a_long_run_is_kept_beside_the_results(tmp_path: Path) -> None:
    others = Part("journal", [figure("fast", "ms", [(1, 2)], against="slow")], [])
    write(Results(describe("python -m bench"), [others]), tmp_path)
    assert stored_part(tmp_path) == []
    for pss_mib in (50.0, 60.0):
        samples = [sample(minute, pss_mib=pss_mib) for minute in range(1, 6)]
        part = long.part_of(samples, 2, "Made by this test.")
        keep(LongRun(describe("make bench-long"), part, samples), tmp_path)
    stored = msgspec.json.decode((tmp_path / "results.json").read_bytes(), type=Results)
    assert [one.name for one in stored.parts] == ["journal", "long run"]
    assert stored_part(tmp_path)[0].figures[0].ours == 60
    said = (tmp_path / "RESULTS.md").read_text(encoding="utf-8")
    assert said.count("Made by this test.") == 1
    assert "fast" in said
