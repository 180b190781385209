"""Whole rounds with the generator as a process, of a few hundred milliseconds each."""

import os

import pytest

from bench.live.database import database
from bench.live.load import Load
from bench.live.recording import record
from bench.live.rounds import RoundFailed, measure, measure_round
from bench.live.servers import OTHER_CPU, running

SECRET = "a secret of the tests that is long enough"


def test_a_closed_loop_counts_what_it_has_done() -> None:
    load = Load(port=0, tables=3, seats=4, spectators=1, seconds=0.4, warm_up_s=0.1, intervals=2)
    outcome = measure_round("ours", load)
    assert outcome.connections == 15
    assert outcome.actions > 10
    # Each action is answered to one, and shown to five; the starts of hands come on top.
    assert outcome.frames > 5 * outcome.actions
    assert outcome.bytes > 100 * outcome.frames
    assert outcome.latencies.count > 10
    assert outcome.latencies.p50_us <= outcome.latencies.p99_us <= outcome.latencies.max_us
    assert 0 < outcome.generator_cpu < 1.1
    parts = outcome.intervals
    assert len(parts) == 2
    assert sum(part.actions for part in parts) == outcome.actions
    assert sum(part.latencies.count for part in parts) == outcome.latencies.count


def test_an_open_loop_plays_what_is_due_and_no_more() -> None:
    load = Load(port=0, tables=5, rate=100, seconds=0.5, warm_up_s=0.1, style="hand_heavy")
    outcome = measure_round("ours", load)
    assert 10 < outcome.latencies.count < 110
    assert outcome.hands > 0


def test_all_that_can_be_switched_on_is_played_through_too() -> None:
    load = Load(port=0, tables=1, seconds=0.3, warm_up_s=0, auth_secret=SECRET)
    with database() as postgres:
        settings = {
            **postgres.settings,
            "USE_EVENT_PERSISTENCE": "true",
            "USE_INPUT_VALIDATION": "true",
            "USE_DURABLE_ACKS": "true",
            "USE_AUTH_MIDDLEWARE": "true",
            "AUTH_SECRET": SECRET,
        }
        assert all(os.sched_getaffinity(pid) == {OTHER_CPU} for pid in postgres.pids())
        assert measure_round("ours", load, settings).actions > 0


def test_the_ceiling_takes_the_same_load(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bench.live.rounds.recording", lambda style, seats: record(style, hands=3))
    outcome = measure_round("ceiling", Load(port=0, tables=2, seconds=0.3, warm_up_s=0.1))
    assert outcome.actions > 10
    assert outcome.frames > 6 * outcome.actions


def test_a_round_in_which_commands_are_refused_is_no_round() -> None:
    settings = {"CONNECTION_COMMAND_RATE": "10/9s"}
    with running("ours", settings) as server:
        load = Load(port=server.port, tables=1, seconds=0.5, warm_up_s=0)
        with pytest.raises(RoundFailed, match="too_fast"):
            measure(load)


def test_a_load_that_cannot_be_put_on_is_reported_with_what_the_server_says() -> None:
    settings = {"USE_AUTH_MIDDLEWARE": "true", "AUTH_SECRET": SECRET}
    with pytest.raises(RoundFailed, match=r"(?s)waited for welcome.*The server's log"):
        measure_round("ours", Load(port=0, tables=1, seconds=0.1), settings)
