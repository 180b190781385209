"""A NATS server for a test: its own process on a fixed port, which ends with the test."""

import asyncio
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.e2e.process import reserve_port
from tests.external.programs import accepts, program

# Against hanging only.
MOST_S = 60.0


class NatsServer:
    """A server that can be stopped, frozen and started again, with the same address."""

    def __init__(self, directory: Path, port: int, config: str) -> None:
        self.port = port
        self.url = f"nats://127.0.0.1:{port}"
        self.config = config
        self._directory = directory
        self._process: subprocess.Popen[bytes] | None = None

    async def start(self) -> None:
        """Return when it accepts connections."""
        file = self._directory / "nats.conf"
        file.write_text(f"listen: 127.0.0.1:{self.port}\n{self.config}\n")
        command = program("nats-server", Path(sys.executable).parent)
        with (self._directory / "nats.out").open("ab") as output:
            self._process = subprocess.Popen(  # noqa: ASYNC220  it returns at once
                [command, "-c", file],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                # A key for Ctrl-C is not for it: the test ends it.
                start_new_session=True,
            )
        async with asyncio.timeout(MOST_S):
            while not accepts(self.port):
                assert self._process.poll() is None, self.said()
                await asyncio.sleep(0.01)

    def kill(self) -> None:
        """End it at once; safe to call twice, and while it is frozen."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(MOST_S)
            self._process = None

    def freeze(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    async def restart(self) -> None:
        self.kill()
        await self.start()

    def said(self) -> str:
        return (self._directory / "nats.out").read_text(errors="replace")


@contextmanager
def nats_server(directory: Path, config: str = "") -> Iterator[NatsServer]:
    """A server that is not started yet, on a port that is kept free for it."""
    reserved: socket.socket
    with reserve_port() as reserved:
        server = NatsServer(directory, reserved.getsockname()[1], config)
        try:
            yield server
        finally:
            server.kill()
