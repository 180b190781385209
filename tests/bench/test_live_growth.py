"""Memory, growth and the lobby are measured for a moment each."""

import itertools

import pytest

from bench.live import generator, growth, lobby, memory, rounds
from bench.live.recording import record
from bench.live.servers import ServerProcess


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(generator, "WARM_UP_S", 0.1)
    monkeypatch.setattr(rounds, "recording", lambda style: record(style, hands=2))
    monkeypatch.setattr(memory, "REST_S", 0.05)
    # PSS depends on the number of processes, which other tests change meanwhile.
    monkeypatch.setattr(ServerProcess, "pss_bytes", ServerProcess.rss_bytes)


@pytest.mark.usefixtures("short")
def test_memory_of_connections_is_measured() -> None:
    assert 4 < memory.idle_kib(100) < 100
    quiet, played = memory.seated_kib(10, played_s=0.2)
    assert quiet > 4
    assert played > 4


def test_many_players_are_all_served() -> None:
    assert memory.many_players(3, 50.0, 0.2).startswith("18 players in one process")


@pytest.mark.usefixtures("short")
def test_costs_of_tables_guests_and_viewers_are_measured() -> None:
    # The system counts processor time in ticks, and a busy machine may give none in a short round.
    costs = [
        *itertools.chain(*growth.with_tables(1, 2, 0.3)),
        *growth.with_guests(1, 4, 0.3),
        *growth.with_viewers(1, 20, 0.3),
    ]
    assert len(costs) == 8
    assert min(costs) >= 0
    assert max(costs) > 0


def test_watchers_of_the_lobby_are_measured() -> None:
    mine = lobby.ours({"limit": 2}, tables=3, watchers=2, seconds=0.3)
    assert mine.sent.first > 2 * 200
    assert mine.reconnect_s > 0
    theirs = lobby.ceiling(mine.sent, watchers=2, seconds=0.3)
    assert theirs.sent.first == mine.sent.first
