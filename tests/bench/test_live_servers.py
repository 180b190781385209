import os
from pathlib import Path

import pytest

from bench.live.joining import NotJoined, join_poker, join_script
from bench.live.load import Load
from bench.live.recording import Recording, record
from bench.live.servers import SERVER_CPU, ServerDied, running


@pytest.fixture(scope="module")
def recording() -> Recording:
    return record("usual", hands=3)


def test_a_server_is_pinned_and_watched_and_gone_at_the_end() -> None:
    with running("ours") as server:
        assert os.sched_getaffinity(server.pid) == {SERVER_CPU}
        assert server.cpu_s() > 0
        assert server.rss_bytes() >= server.pss_bytes() >= server.private_bytes() > 2**20
        assert server.log_tail() == ""
    assert not Path(f"/proc/{server.pid}").exists()


def test_a_server_that_does_not_start_is_reported_with_what_it_says() -> None:
    with (
        pytest.raises(ServerDied, match="USE_DURABLE_ACKS"),
        running("ours", {"USE_DURABLE_ACKS": "true"}),
    ):
        pytest.fail("it should not start")


def test_a_server_that_dies_meanwhile_is_reported() -> None:
    with pytest.raises(ServerDied, match="ended with -9"):
        kill_while_it_runs()


def kill_while_it_runs() -> None:
    with running("ours") as server:
        os.kill(server.pid, 9)
        # Until it is dead, but without taking its end from who started it.
        os.waitid(os.P_PID, server.pid, os.WEXITED | os.WNOWAIT)


def test_a_recording_has_whole_hands_of_all_players(recording: Recording) -> None:
    starts = [step.shown[1] for step in recording.steps if len(step.shown) == 2]
    assert len(starts) == 3
    assert len(recording.steps[-1].shown) == 2
    for start in starts:
        # Everybody has cards of their own, which nobody else sees.
        assert set(start.private) == set(range(6))
        assert len({start.public, *start.private.values()}) == 7
        assert b'"hole_cards_dealt"' in start.public
    assert all(step.answer.startswith(b'{"type":"accepted"') for step in recording.steps)


def test_the_ceiling_sends_to_each_viewer_the_very_bytes_of_the_recording(
    recording: Recording, tmp_path: Path
) -> None:
    file = tmp_path / "recording"
    recording.write(file)
    assert Recording.read(file) == recording
    with running("ceiling", {"RECORDING": str(file)}) as server:
        (joined,) = join_script(Load(port=server.port, tables=1, spectators=1), [0])
        assert joined.turn == recording.steps[0].turn
        # Once more from its beginning when it has come to its end.
        for step in [*recording.steps, recording.steps[0]]:
            actor = joined.connections[step.turn.seat]
            actor.send(any="thing")
            assert actor.receive_text() == step.answer
            for shown in step.shown:
                for seat, viewer in enumerate(joined.connections):
                    assert viewer.receive_text() == shown.to(seat)
        joined.leave()


def test_the_turn_that_is_joined_at_is_the_one_that_the_server_waits_for() -> None:
    with running("ours") as server:
        (joined,) = join_poker(Load(port=server.port, tables=1, seats=3, spectators=1), [0])
        act = {"id": "1", "table": joined.id, "turn": joined.turn.number, "action": "fold"}
        actor = joined.connections[joined.turn.seat]
        actor.send(type="act", **act)
        assert actor.receive()["type"] == "accepted"
        # The first thing that anybody is shown is what has just happened.
        for viewer in joined.connections:
            assert viewer.receive()["events"][0]["type"] == "folded"
        joined.leave()


def test_a_server_that_lets_nobody_in_is_reported() -> None:
    settings = {"USE_AUTH_MIDDLEWARE": "true", "AUTH_SECRET": 32 * "x"}
    with running("ours", settings) as server, pytest.raises(NotJoined, match="welcome"):
        join_poker(Load(port=server.port, tables=1), [0])
