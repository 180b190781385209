"""Memory is measured for a moment."""

import pytest

from bench.live import memory, rounds
from bench.live.recording import record
from bench.live.servers import ServerProcess


def test_memory_of_connections_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rounds, "recording", lambda style: record(style, hands=2))
    monkeypatch.setattr(memory, "REST_S", 0.05)
    # PSS depends on the number of processes, which other tests change meanwhile.
    monkeypatch.setattr(ServerProcess, "pss_bytes", ServerProcess.rss_bytes)

    assert 4 < memory.idle_kib(100) < 100
    quiet, played = memory.seated_kib(10, played_s=0.2)
    assert quiet > 4
    assert played > 4


def test_many_players_are_all_served() -> None:
    assert memory.many_players(3, 50.0, 0.2).startswith("18 players in one process")
