"""Rounds and matches are played for a moment each, and their outcomes are compared."""

from collections import Counter
from collections.abc import Iterator

import pytest

from bench import hydration
from bench.instructions import compare
from bench.live import rounds
from bench.live.database import Database, Sizes, database
from bench.live.matches import (
    CEILING,
    DUAL_WRITE,
    DURABLE,
    MATCHES,
    OFF,
    PEER,
    PROBED,
    Match,
    Server,
    compared,
    play,
)
from bench.live.recording import record
from bench.live.rounds import Outcome, measure_round
from bench.live.servers import UNLIMITED
from pokerws.load.generator import LoadFailed
from pokerws.load.joining import NotJoined
from pokerws.load.load import Interval, Load, percentile_us
from pokerws.settings import load as load_settings


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rounds, "WARM_UP_S", 0.1)
    monkeypatch.setattr(rounds, "recording", lambda style: record(style, hands=3))


@pytest.fixture(scope="module")
def postgres() -> Iterator[Database]:
    with database() as found:
        yield found


def outcome(actions: int, wait_us: int = 1000) -> Outcome:
    """A round of seconds in which all actions had the same latency."""
    seen = Interval(
        seconds=1.0,
        actions=actions,
        frames=7 * actions,
        cpu={"server": 0.5, "generator": 0.5},
        latencies_us=Counter({wait_us: 100}),
    )
    return Outcome(closed=seen, half=seen)


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


MATCH = Match(
    name="m",
    load=Load(port=0, tables=2),
    servers=(CEILING, OFF, DURABLE, PROBED),
    rates={OFF.name: 0.9, DURABLE.name: 0.5},
)


def full_outcome(server: Server) -> Outcome:
    """A round with all that is measured of a server."""
    one = outcome(100)
    return Outcome(
        closed=one.closed if server.closed else None,
        half=one.half if server.half else None,
        stored=Sizes(700, 300) if server.stores else None,
        longest_ms=4.0 if server.kind == "probed" else None,
    )


def test_each_target_is_there_once() -> None:
    figures = [
        figure
        for match in MATCHES
        for figure in compared(
            match, {server.name: [full_outcome(server)] for server in match.servers}, commit_ms=1
        )
    ]
    assert all(figure.target for figure in figures)
    assert len({figure.name + figure.against for figure in figures}) == len(figures) == 20


def test_rounds_of_the_same_turn_are_compared() -> None:
    played = {
        CEILING.name: [outcome(100), outcome(50), outcome(100)],
        OFF.name: [outcome(100), outcome(30), outcome(80)],
        DURABLE.name: 3 * [outcome(50)],
    }
    # The peer and the probed server did not play.
    rate, durable, *waits = compared(MATCH, played, commit_ms=0)
    assert (rate.ratio, rate.lowest, rate.highest, rate.met) == (0.8, 0.6, 1.0, False)
    assert (durable.ratio, durable.highest, durable.met) == (0.5, 1.0, True)
    assert [figure.unit for figure in waits] == ["ms p99", "ms p99"]


def test_a_durable_answer_may_take_a_bare_commit_longer() -> None:
    played = {
        CEILING.name: [outcome(1, wait_us=1000)],
        OFF.name: [outcome(1, wait_us=2500)],
        DURABLE.name: [outcome(1, wait_us=2500)],
    }
    off, durable = compared(MATCH, played, commit_ms=0.6)[2:]
    assert (off.theirs, off.met) == (2.0, False)
    assert (durable.theirs, durable.met) == (2.6, True)


def test_a_server_is_compared_with_the_peer_where_there_is_one() -> None:
    played = {name: [outcome(100)] for name in (CEILING.name, OFF.name, DURABLE.name)}
    against = [figure.against for figure in compared(MATCH, played, 0)]
    with_peer = compared(MATCH, {**played, PEER.name: [outcome(80)]}, 0)
    assert PEER.name not in against
    (peer,) = (figure for figure in with_peer if figure.against == PEER.name)
    assert (peer.ours, peer.theirs, peer.ratio) == (100, 80, 1.25)


@pytest.mark.usefixtures("short")
def test_a_match_is_played_on_all_its_servers(postgres: Database) -> None:
    played = play(MATCH, 1, postgres, seconds=0.3)

    assert [*played] == [server.name for server in MATCH.servers]
    for name, (one,) in played.items():
        assert (one.closed is None) is (name == PROBED.name)
        for seen in (one.closed, one.half):
            if seen is not None:
                assert seen.actions > 0
                # Each action is answered to one, and shown to six.
                assert seen.frames > 6 * seen.actions
                assert 0 < seen.percentile_ms(50) <= seen.percentile_ms(99)
        assert (one.stored is not None) is (name in {DURABLE.name, PROBED.name})
        assert (one.longest_ms is not None) is (name == PROBED.name)
    (durable,), (probed,) = played[DURABLE.name], played[PROBED.name]
    assert isinstance(durable.stored, Sizes)
    assert durable.stored.wal > 100
    assert probed.longest_ms
    figures = compared(MATCH, played, 0)
    assert all(figure.ours > 0 and figure.theirs > 0 for figure in figures[:-2])
    assert [figure.unit for figure in figures[-3:]] == ["bytes", "bytes", "ms"]


def test_hydration_is_measured(postgres: Database) -> None:
    postgres.empty()
    part = hydration.measure_at(postgres, rounds=1, tables=3)
    assert part.notes[0].startswith("3 tables")
    assert [figure.ours > 0 < figure.theirs for figure in part.figures] == [True, True]


@pytest.mark.usefixtures("short")
def test_an_open_loop_plays_what_is_due_and_no_more() -> None:
    load = Load(port=0, tables=5, style="hand_heavy")
    seen = measure_round("ours", load, closed=False, half_of=200, seconds=0.5).half
    assert seen is not None
    assert 10 < seen.latencies_us.total() < 110


def test_a_round_in_which_commands_are_refused_fails() -> None:
    settings = {"CONNECTION_COMMAND_RATE": "10/9s"}
    with pytest.raises(LoadFailed, match="too_fast"):
        measure_round("ours", Load(port=0, tables=1), settings, seconds=0.5)


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
