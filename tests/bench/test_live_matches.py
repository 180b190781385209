"""Rounds and matches are played for a moment each, and their outcomes are compared."""

from collections import Counter

import pytest

from bench.instructions import compare
from bench.live import generator, rounds
from bench.live.database import database
from bench.live.generator import LoadFailed
from bench.live.joining import NotJoined
from bench.live.load import Interval, Load, percentile_us
from bench.live.matches import (
    CEILING,
    CLOSED,
    DUAL_WRITE,
    DURABLE,
    HALF,
    HAND_HEAVY,
    OFF,
    PEER,
    Compared,
    Match,
    Server,
    compared,
    play,
)
from bench.live.recording import record
from bench.live.rounds import Outcome, measure_round
from bench.live.servers import UNLIMITED
from pokerws.settings import load as load_settings


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(generator, "WARM_UP_S", 0.1)
    monkeypatch.setattr(rounds, "recording", lambda style: record(style, hands=3))


def outcome(*, actions: int = 1, wait_us: int = 1000) -> Outcome:
    """A round of one second in which all actions had the same latency."""
    seen = Interval(
        seconds=1.0,
        actions=actions,
        frames=7 * actions,
        cpu={"server": 0.5, "generator": 0.5},
        latencies_us=Counter({wait_us: 100}),
    )
    return Outcome(seen=seen)


def test_percentiles() -> None:
    latencies = Counter({5_000: 15, 100: 980, 90_000: 5})
    assert percentile_us(latencies, 50) == 100
    assert percentile_us(latencies, 99) == 5_000
    assert percentile_us(latencies, 99.9) == 90_000
    assert percentile_us(Counter(), 99) == 0


@pytest.mark.parametrize("server", [OFF, DUAL_WRITE, DURABLE], ids=lambda server: server.name)
def test_settings_of_each_server_are_accepted(server: Server) -> None:
    settings = load_settings({**UNLIMITED, **server.settings})
    assert settings.features.use_db_repository is server.stores
    assert settings.features.use_durable_acks is (server is DURABLE)
    rates = {name for name in UNLIMITED if name.endswith("_RATE")}
    assert len(rates) > 10
    assert "REFUSAL_RATE" not in rates


def test_each_comparison_is_there_once() -> None:
    found = [
        (match.name, pair.ours.name, pair.against.name)
        for match in (*CLOSED, *HALF, HAND_HEAVY)
        for pair in match.pairs
    ]
    assert len(set(found)) == len(found)


def test_rates_are_compared_per_turn() -> None:
    match = Match(
        name="m", load=Load(port=0), pairs=(Compared(OFF, target=0.9), Compared(OFF, PEER))
    )
    played = {
        OFF.name: [outcome(actions=100), outcome(actions=60), outcome(actions=80)],
        CEILING.name: 3 * [outcome(actions=100)],
    }
    # The peer did not play.
    (figure,) = compared(match, played)
    assert (figure.ratio, figure.lowest, figure.highest, figure.met) == (0.8, 0.6, 1.0, False)


def test_a_durable_answer_may_take_a_bare_commit_longer() -> None:
    pairs = (Compared(OFF, target=2.0), Compared(DURABLE, target=2.0))
    played = {
        CEILING.name: [outcome(wait_us=1000)],
        OFF.name: [outcome(wait_us=2500)],
        DURABLE.name: [outcome(wait_us=2500)],
    }
    off, durable = compared(Match(name="m", load=Load(port=0), pairs=pairs, by="p99"), played, 0.6)
    assert (off.theirs, off.met) == (1.0, False)
    assert (durable.theirs, durable.met) == (2.6, True)


@pytest.mark.usefixtures("short")
def test_a_match_is_played_on_all_its_servers() -> None:
    load = Load(port=0, tables=2, seats=6)
    match = Match(name="m", load=load, pairs=(Compared(OFF), Compared(DURABLE)))
    with database() as postgres:
        played = play(match, 1, postgres, seconds=0.3)
    assert [*played] == [CEILING.name, OFF.name, DURABLE.name]
    for name, (one,) in played.items():
        assert one.seen.actions > 0
        # Each action is answered to one, and shown to six.
        assert one.seen.frames > 6 * one.seen.actions
        assert 0 < one.seen.percentile_ms(50) <= one.seen.percentile_ms(99)
        assert (one.stored is not None) is (name == DURABLE.name)
    stored = played[DURABLE.name][0].stored
    assert stored is not None
    assert stored.wal > 100
    assert all(figure.ours > 0 and figure.theirs > 0 for figure in compared(match, played))


def test_an_open_loop_plays_what_is_due_and_no_more() -> None:
    load = Load(port=0, tables=5, style="hand_heavy")
    seen = measure_round("ours", load, rate=100, seconds=0.5, warm_up_s=0.1).seen
    assert 10 < seen.latencies_us.total() < 110


def test_a_round_in_which_commands_are_refused_fails() -> None:
    settings = {"CONNECTION_COMMAND_RATE": "10/9s"}
    with pytest.raises(LoadFailed, match="too_fast"):
        measure_round("ours", Load(port=0, tables=1), settings, seconds=0.5, warm_up_s=0)


def test_a_load_that_is_not_let_in_is_reported_with_the_log() -> None:
    settings = {"USE_AUTH_MIDDLEWARE": "true", "AUTH_SECRET": 32 * "x"}
    with pytest.raises(NotJoined, match=r"(?s)expected welcome.*The server's log"):
        measure_round("ours", Load(port=0, tables=1), settings, seconds=0.1)


def test_more_instructions_than_recorded_are_reported() -> None:
    recorded = {"flags off": 250.0}
    lines, within = compare({"flags off": 265.0, "durable": 550.0}, recorded)
    assert not within
    assert lines[0].endswith("recorded 250.0: +6.0%")
    assert compare({"flags off": 251.0}, recorded)[1]
