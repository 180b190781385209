"""Clients that come back, to a server that runs and to one that was started anew."""

from collections.abc import Iterator

import pytest
import uvloop

from bench.live import cold, storm
from bench.live.calls import CallFailed, shake_hands
from bench.live.crowd import Crowd, crowd
from bench.live.load import Load
from bench.live.recording import record
from bench.live.returning import come_back
from bench.live.scenarios import DURABLE
from bench.live.servers import ServerProcess, _free_port, running


@pytest.fixture
def server() -> Iterator[ServerProcess]:
    with running("ours") as process:
        yield process


@pytest.fixture
def no_handshakes(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (storm, cold):
        monkeypatch.setattr(module, "handshakes", lambda count: storm.Storm(1.0, 2.0, 3.0))


def seated(server: ServerProcess, here: Crowd, tables: int = 2) -> None:
    here.grow(tables)
    here.play(here.closed(), 0.2)
    here.pause()


def test_all_come_back_and_get_just_what_they_missed(server: ServerProcess) -> None:
    with crowd(Load(port=server.port, tables=2)) as here:
        seated(server, here)
        places = [storm.places_of(joined, missed=5) for joined in here.joined]
    back = uvloop.run(come_back(server.port, places))
    assert len(back.caught_up_s) == 12
    assert len(back.played_s) == 2
    assert back.snapshots == 0
    # A table's action follows the return of its last player.
    assert max(back.played_s) > max(back.caught_up_s) > 0


def test_who_has_missed_too_much_gets_the_whole_table(server: ServerProcess) -> None:
    with crowd(Load(port=server.port, tables=1)) as here:
        seated(server, here, tables=1)
        places = [
            [place._replace(epoch=place.epoch + 1) for place in storm.places_of(joined)]
            for joined in here.joined
        ]
    assert uvloop.run(come_back(server.port, places)).snapshots == 6


def test_somebody_whom_the_server_does_not_know_is_no_return(server: ServerProcess) -> None:
    with crowd(Load(port=server.port, tables=1)) as here:
        seated(server, here, tables=1)
        places = [storm.places_of(joined) for joined in here.joined]
    places[0][3] = places[0][3]._replace(token="made up")
    with pytest.raises(CallFailed, match="bad_token"):
        uvloop.run(come_back(server.port, places))


def test_who_finds_no_server_is_told_so() -> None:
    with pytest.raises(CallFailed, match="no connection"):
        uvloop.run(shake_hands(_free_port(), [b"anything"]))


def test_handshakes_are_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storm, "recording", lambda style, seats: record(style, hands=2))
    bare = storm.handshakes(12)
    assert 0 < bare.p50_ms <= bare.p99_ms <= bare.last_ms


@pytest.mark.usefixtures("no_handshakes")
def test_a_storm_is_measured() -> None:
    part = storm.measure(servers=[DURABLE], tables=2, rounds=1, played_s=0.2)
    assert [(figure.name, figure.ceiling) for figure in part.figures] == [
        ("back, the last one, all on, durable", 3),
        ("back, p50, all on, durable", 1),
        ("back, p99, all on, durable", 2),
    ]
    assert all(figure.ours > 0 for figure in part.figures)


@pytest.mark.usefixtures("no_handshakes")
def test_a_cold_start_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    way = "all tables at the start"
    monkeypatch.setattr(cold, "WAYS", {way: cold.WAYS[way]})
    part = cold.measure(tables=2, rounds=1, played_s=0.2)
    assert [figure.ceiling for figure in part.figures] == [3, 3]
    assert all(figure.ours > 0 for figure in part.figures)
