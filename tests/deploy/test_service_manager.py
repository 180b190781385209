"""What systemd is told: by real servers, over a real socket in place of systemd's."""

import asyncio
import os
import signal
import socket
import struct
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from pokerws.service_manager import PINGS, ServiceManager
from tests.e2e.process import ServerProcess, reserve_port
from tests.e2e.workers.group import Group
from tests.postgres_fixtures import new_directory

MOST_S = 120
# Between pings there is a third of it; a machine under load is late by less than the rest.
WATCHDOG_US = 1_500_000
# On SIGUSR1 the event loop hangs, while other threads of the process go on.
HANGING = """
import signal, sys, threading
def hang_here(*_):
    print('{"event": "hanging"}', flush=True)
    threading.Event().wait()
signal.signal(signal.SIGUSR1, hang_here)
sys.argv = ["server.py"]
from pokerws.main import main
sys.exit(main())
"""


class Listening:
    """The socket of a service manager."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        self._socket.bind(address.replace("@", "\0", 1))
        self.sender = 0

    async def next(self, within_s: float = MOST_S) -> str:
        """The next message; `sender` is the process that has sent it.  Raises TimeoutError."""
        return await asyncio.to_thread(self._next, within_s)

    def _next(self, within_s: float) -> str:
        self._socket.settimeout(within_s)
        message, (credentials,), _, _ = self._socket.recvmsg(4096, 256)
        self.sender, _, _ = struct.unpack("3i", credentials[2])
        return message.decode()

    def rest(self) -> list[str]:
        """What has been sent so far and was not received yet."""
        found = []
        while True:
            try:
                found.append(self._next(0))
            except BlockingIOError:
                return found

    def close(self) -> None:
        self._socket.close()


@pytest.fixture(params=["a file", "abstract"])
def manager(request: pytest.FixtureRequest) -> Iterator[Listening]:
    directory = new_directory()
    path = directory / "notify"
    listening = Listening(str(path) if request.param == "a file" else f"@{path}")
    yield listening
    listening.close()
    path.unlink(missing_ok=True)
    directory.rmdir()


@pytest.fixture
async def server(manager: Listening) -> AsyncIterator[ServerProcess]:
    process = ServerProcess(notify_socket=manager.address)
    yield process
    if process.running:
        await process.kill()


async def test_a_server_says_when_it_serves_and_when_it_stops(
    manager: Listening, server: ServerProcess
) -> None:
    await server.launch()
    assert await manager.next() == f"READY=1\nSTATUS=Serving {server.address}"
    assert (await server.health())["status"] == "ok"
    assert manager.rest() == [], "no watchdog is asked for"
    assert await server.stop() == 0
    (stopping,) = manager.rest()
    assert stopping.startswith("STOPPING=1\n")


async def test_a_server_that_cannot_serve_is_never_ready(
    manager: Listening, server: ServerProcess
) -> None:
    with reserve_port() as taken:
        taken.listen()
        server.settings["PORT"] = str(taken.getsockname()[1])
        await server.launch()
        assert await server.ended() == 1
    assert manager.rest() == []


async def test_the_watchdog_misses_a_loop_that_hangs_and_the_log_shows_where(
    manager: Listening, server: ServerProcess
) -> None:
    server.settings["WATCHDOG_USEC"] = str(WATCHDOG_US)
    await server.start(program=(sys.executable, "-c", HANGING))
    assert (await manager.next()).startswith("READY=1\n")
    for _ in range(2 * PINGS):
        assert await manager.next(WATCHDOG_US / 1e6) == "WATCHDOG=1"
    server.send(signal.SIGUSR1)
    await server.logged("hanging")
    manager.rest()
    with pytest.raises(TimeoutError):
        await manager.next(WATCHDOG_US / 1e6)
    # As systemd does then.
    assert await server.end(signal.SIGABRT) == -signal.SIGABRT
    assert any("in hang_here" in line for line in server.output)


async def test_workers_are_one_service_whose_supervisor_speaks(
    manager: Listening, database_url: str
) -> None:
    group = Group(database_url=database_url, notify_socket=manager.address)
    await group.start_all()
    assert await manager.next() == "READY=1\nSTATUS=2 workers serve"
    assert manager.sender == group.pid
    assert not [worker for worker in group.workers.values() if knows_the_manager(worker)]
    assert await group.stop() == 0
    (stopping,) = manager.rest()
    assert stopping.startswith("STOPPING=1\n")


def knows_the_manager(process: int) -> bool:
    return b"NOTIFY_SOCKET=" in Path(f"/proc/{process}/environ").read_bytes()


# ---- by itself


async def test_a_watchdog_of_another_process_is_not_pinged(manager: Listening) -> None:
    environ = {
        "NOTIFY_SOCKET": manager.address,
        "WATCHDOG_USEC": "30000000",
        "WATCHDOG_PID": str(os.getpid() + 1),
    }
    ServiceManager(environ).ready("Serving")
    assert manager.rest() == ["READY=1\nSTATUS=Serving"]
    assert environ == {}, "programs that are started later do not speak for this process"


async def test_a_manager_that_is_away_holds_nothing_up() -> None:
    with capture_logs() as lines:
        ServiceManager({"NOTIFY_SOCKET": "/nonexistent/notify"}).ready("Serving")
        ServiceManager({}).ready("Serving")
    assert [line["event"] for line in lines] == ["service_manager_not_told"]
