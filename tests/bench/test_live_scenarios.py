"""What scenarios are made of, and how their outcomes are judged; one is played for a moment."""

from importlib import import_module
from itertools import chain

import pytest
from msgspec.structs import asdict, astuple

from bench.__main__ import LIVE
from bench.figures import Part
from bench.live import scenarios
from bench.live.latencies import summed_up
from bench.live.load import Latencies, Load, Outcome
from bench.live.recording import record
from bench.live.scenarios import (
    CEILING,
    CLOSED,
    DUAL_WRITE,
    DURABLE,
    FURTHER,
    HALF,
    LIMITED,
    OFF,
    OURS,
    PEERS,
    Match,
    judged,
    play,
)
from bench.live.servers import UNLIMITED
from bench.why import WHY
from pokerws.settings import load as load_settings

EVERY = (*CLOSED, *HALF, *FURTHER, *PEERS)


def outcome(*, actions: int, waits_us: Latencies | None = None) -> Outcome:
    """What a round of one second has come to."""
    return Outcome(
        seconds=1.0,
        actions=actions,
        hands=1,
        frames=7 * actions,
        bytes=1000 * actions,
        generator_cpu=0.5,
        watched_cpu={"server": 0.5},
        latencies=waits_us or all_of(1000),
        intervals=[],
        refused=0,
        refusal="",
        unfinished=0,
        connections=6,
        set_up_s=0.1,
    )


def all_of(latency_us: int) -> Latencies:
    return summed_up([(latency_us, 100)])


@pytest.mark.parametrize("matches", [(*CLOSED, *HALF, *FURTHER), PEERS], ids=["live", "peer"])
def test_each_scenario_of_a_part_is_there_once(matches: tuple[Match, ...]) -> None:
    names = [
        (match.name, server.name) for match in matches for server in (match.against, *match.servers)
    ]
    assert len(set(names)) == len(names)


def test_targets_are_of_servers_that_play() -> None:
    for match in EVERY:
        assert set(match.targets) <= {server.name for server in match.servers}


@pytest.mark.parametrize("server", [*OURS, LIMITED], ids=lambda server: server.name)
def test_each_of_our_servers_has_settings_that_are_accepted(server: scenarios.Server) -> None:
    settings = load_settings({**UNLIMITED, **server.settings})
    assert settings.features.use_db_repository is server.stores
    assert settings.features.use_auth_middleware is bool(server.auth_secret)


def test_all_on_is_all_that_can_be_on() -> None:
    settings = load_settings({**UNLIMITED, **DURABLE.settings})
    assert all(astuple(settings.features))
    assert load_settings({**UNLIMITED, **DUAL_WRITE.settings}).features.use_durable_acks is False


def test_with_limits_on_no_rate_is_off() -> None:
    settings = load_settings({**UNLIMITED, **LIMITED.settings})
    rates = [value for name, value in asdict(settings.limits).items() if name.endswith("_rate")]
    assert rates
    assert "0" not in rates


def test_rates_are_compared_a_turn() -> None:
    match = Match(name="m", load=Load(port=0, tables=1), servers=(OFF,), targets={OFF.name: 0.9})
    played = {
        OFF.name: [outcome(actions=100), outcome(actions=60), outcome(actions=80)],
        CEILING.name: [outcome(actions=100), outcome(actions=100), outcome(actions=100)],
    }
    figure = judged(match, played)[OFF.name]
    assert (figure.ratio, figure.lowest, figure.highest, figure.met) == (0.8, 0.6, 1.0, False)


def test_a_durable_answer_may_take_a_bare_commit_longer() -> None:
    load = Load(port=0, tables=1)
    targets = {OFF.name: 2.0, DURABLE.name: 2.0}
    match = Match(
        name="m", load=load, servers=(OFF, DURABLE), compares="p99", targets=targets, pairs=1
    )
    played = {
        CEILING.name: [outcome(actions=1, waits_us=all_of(1000))],
        OFF.name: [outcome(actions=1, waits_us=all_of(2500))],
        DURABLE.name: [outcome(actions=1, waits_us=all_of(2500))],
    }
    figures = judged(match, played, bare=all_of(600))
    assert figures[OFF.name].met is False
    assert figures[DURABLE.name].ceiling == pytest.approx(2.6, rel=0.01)
    assert figures[DURABLE.name].met is True


def test_why_a_target_is_missed_is_said_of_figures_that_there_are() -> None:
    named = {f"{server.name}, {match.name}" for match in EVERY for server in match.servers}
    said = {name for part, name in WHY if part in ("live", "peer")}
    assert said <= named


def test_each_part_of_the_command_line_is_there() -> None:
    for module, function in LIVE.values():
        assert callable(getattr(import_module(module), function))


def test_a_match_is_played_on_all_its_servers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "bench.live.rounds.recording", lambda style, seats: record(style, seats=seats, hands=3)
    )
    load = Load(port=0, tables=2, seats=3, seconds=0.2, warm_up_s=0.0)
    match = Match(name="m", load=load, servers=(OFF,), pairs=1)
    played = play(match, None)
    part = Part("live", [], [])
    scenarios._add(part, match, played, judged(match, played))
    assert [(one.name, one.server) for one in part.scenarios] == [
        ("m", "fan-out ceiling"),
        ("m", "flags off"),
    ]
    assert part.figures[0].ours > 0
    assert part.figures[0].ceiling > 0
    for one in chain(*played.values()):
        assert one.watched_cpu["server"] > 0
    assert "flags off" in part.notes[0]
