import os
from pathlib import Path

import pytest

from bench.live.recording import record
from bench.live.scripted import join_script
from bench.live.servers import ServerDied, running
from pokerws.load.joining import join_poker
from pokerws.load.load import Load
from pokerws.load.processes import SERVER_CPU


def test_a_server_is_pinned_and_gone_at_the_end() -> None:
    with running("ours") as server:
        assert os.sched_getaffinity(server.pid) == {SERVER_CPU}
        assert server.rss_bytes() >= server.pss_bytes() > 2**20
        assert server.log_tail() == ""
    assert not Path(f"/proc/{server.pid}").exists()


def test_a_server_that_does_not_start_is_reported_with_its_log() -> None:
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
        # Wait until it is dead, but leave its exit status to its parent's code.
        os.waitid(os.P_PID, server.pid, os.WEXITED | os.WNOWAIT)


def test_the_ceiling_sends_each_viewer_the_recorded_bytes(tmp_path: Path) -> None:
    recording = record("usual", hands=3)
    starts = [step.shown[1] for step in recording.steps if len(step.shown) == 2]
    assert len(starts) == 3
    assert len(recording.steps[-1].shown) == 2
    # Each player has private cards.
    assert all(set(start.private) == set(range(6)) for start in starts)
    file = tmp_path / "recording"
    recording.write(file)
    with running("ceiling", {"RECORDING": str(file)}) as server:
        (joined,) = join_script(Load(port=server.port, spectators=1), [0])
        assert joined.turn == recording.steps[0].turn
        # It begins again at its end.
        for step in [*recording.steps, recording.steps[0]]:
            actor = joined.connections[step.turn.seat]
            actor.send(any="thing")
            assert actor.receive_text() == step.answer
            for shown in step.shown:
                for seat, viewer in enumerate(joined.connections):
                    assert viewer.receive_text() == shown.to(seat)
        joined.leave()


def test_after_joining_the_server_waits_for_the_turn_that_was_returned() -> None:
    with running("ours") as server:
        (joined,) = join_poker(Load(port=server.port, seats=3, spectators=1), [0])
        act = {"id": "1", "table": joined.id, "turn": joined.turn.number, "action": "fold"}
        actor = joined.connections[joined.turn.seat]
        actor.send(type="act", **act)
        actor.receive("accepted")
        # The first frame that each viewer gets is of this action.
        for viewer in joined.connections:
            assert viewer.receive("events")["events"][0]["type"] == "folded"
        joined.leave()
