"""The real server as a process of its own, to be started, asked, and killed."""

import asyncio
import json
import os
import re
import signal
import socket
import sys
import weakref
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

from tests.unlimited import NO_LIMITS
from tests.vaults import VAULT_KEYS

REPOSITORY = Path(__file__).parents[2]
PROGRAM = (sys.executable, str(REPOSITORY / "server.py"))
START_TIMEOUT_S = 120
# The address of a database that is not there.
NO_DATABASE = "embedded:/nonexistent/pokerws"
# What a process of the tests gets from their environment; the last is for `make coverage`.
INHERITED = "PATH HOME LANG TMPDIR CI COVERAGE_PROCESS_CONFIG".split()


def reserve_port() -> socket.socket:
    """A socket bound to a free port, which nobody else is given while it is open.

    On Linux a server can listen on the port at the same time, because neither socket of the two
    that share it listens twice.  Elsewhere the port is only likely to stay free.
    """
    reserved = socket.socket()
    reserved.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    reserved.bind(("127.0.0.1", 0))
    return reserved


class ServerProcess:
    """`python server.py` with its own settings; its output is kept for assertions."""

    def __init__(self, **settings: object) -> None:
        reserved = reserve_port()
        weakref.finalize(self, reserved.close)
        self.port: int = reserved.getsockname()[1]
        # In memory, a server looks at the tables of its database.  The port is reserved for this
        # address only.
        usual = {"vault_keys": VAULT_KEYS, "database_url": NO_DATABASE, "host": "127.0.0.1"}
        # The socket would be the same file for all of them.
        given = {"admin_socket": "", **usual, **NO_LIMITS, **settings}
        self.settings = {name.upper(): str(value) for name, value in given.items()}
        self.output: list[str] = []
        self._process: asyncio.subprocess.Process | None = None
        self._reader: asyncio.Task[None] | None = None
        self._more = asyncio.Condition()

    @property
    def address(self) -> str:
        """The page's address."""
        return f"http://127.0.0.1:{self.port}/"

    @property
    def socket_url(self) -> str:
        """The socket's address."""
        return f"ws://127.0.0.1:{self.port}/ws"

    async def metrics(self) -> dict[str, float]:
        """The values by name and labels, as they are written: `pokerws_ready{part="lease"}`."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n")
        text = (await reader.read()).decode()
        writer.close()
        return {name: float(value) for name, value in re.findall(r"(?m)^(\w\S*) (\S+)$", text)}

    async def bytes_compressed(self) -> tuple[float, float]:
        """What the metrics say of the messages that were sent compressed: before and after."""
        name, now = "pokerws_compressed_bytes_total", await self.metrics()
        return now[f'{name}{{size="before"}}'], now[f'{name}{{size="after"}}']

    async def start(
        self,
        *arguments: str,
        program: Sequence[str] = PROGRAM,
        cwd: Path | None = None,
    ) -> None:
        """Start and wait until the server says that it serves."""
        started = await self.launch(*arguments, program=program, cwd=cwd)
        assert self._reader is not None
        waiting = asyncio.create_task(started.wait())
        async with asyncio.timeout(START_TIMEOUT_S):
            await asyncio.wait({waiting, self._reader}, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        assert started.is_set(), "the server did not start:\n" + "\n".join(self.output)

    async def launch(
        self,
        *arguments: str,
        program: Sequence[str] = PROGRAM,
        cwd: Path | None = None,
    ) -> asyncio.Event:
        """Start without waiting; the event is set when the server says that it serves."""
        environment = {name: os.environ[name] for name in INHERITED if name in os.environ}
        self._process = await asyncio.create_subprocess_exec(
            *program,
            *arguments,
            cwd=cwd,
            env={**environment, "PORT": str(self.port), "LOG_FORMAT": "json", **self.settings},
            # With a terminal, SIGHUP would mean the terminal's end.
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        started = asyncio.Event()
        self._reader = asyncio.create_task(self._read(self._process, started))
        return started

    async def kill(self) -> None:
        """`kill -9`: no chance to say or store anything."""
        await self.end(signal.SIGKILL)

    async def stop(self) -> int:
        """Ask it to stop; returns the exit code."""
        return await self.end(signal.SIGTERM)

    def hang_up(self) -> None:
        """Send SIGHUP, as an operator does to have files read again."""
        self.send(signal.SIGHUP)

    def send(self, number: signal.Signals) -> None:
        """Send it a signal, without waiting for what follows."""
        assert self._process is not None, "not started"
        if self._process.returncode is None:
            # `send_signal` would look whether it has ended, and take its exit code from asyncio.
            with suppress(ProcessLookupError):
                os.kill(self._process.pid, number)

    async def end(self, number: signal.Signals) -> int:
        """Send it a signal and wait for its end; returns the exit code."""
        self.send(number)
        return await self.ended()

    async def ended(self) -> int:
        """Wait for its end; returns the exit code."""
        process = self._process
        assert process is not None, "not started"
        code = await process.wait()
        assert self._reader is not None
        await self._reader
        self._process = None
        return code

    @property
    def running(self) -> bool:
        """Whether there is a process."""
        return self._process is not None

    def log(self, event: str) -> list[dict[str, Any]]:
        """The log lines of one event, in order."""
        return [line for line in self.lines if line.get("event") == event]

    @property
    def lines(self) -> list[dict[str, Any]]:
        """All lines of the log."""
        return [json.loads(line) for line in self.output if line.startswith("{")]

    async def health(self) -> dict[str, Any]:
        """What `/healthz` says."""
        body = await asyncio.to_thread(lambda: urlopen(f"{self.address}healthz").read())
        facts: dict[str, Any] = json.loads(body)
        return facts

    async def unready(self) -> set[str]:
        """The parts that `/readyz` has a reason of."""

        def ask() -> tuple[int, bytes]:
            try:
                with urlopen(f"{self.address}readyz") as answer:
                    return answer.status, answer.read()
            except HTTPError as error:
                return error.code, error.read()

        status, body = await asyncio.to_thread(ask)
        facts = json.loads(body)
        assert (status, facts["ready"]) == ((503, False) if facts["reasons"] else (200, True))
        return {reason["part"] for reason in facts["reasons"]}

    async def all_written(self, version: int) -> None:
        """Wait until the journal says that a table's event of that number is in the database."""
        await self.logged(
            "save_game",
            lambda line: line["outcome"] == "DB_SUCCESS" and line["version"] >= version,
        )

    async def logged(
        self, event: str, fits: Callable[[dict[str, Any]], bool] = lambda line: True
    ) -> dict[str, Any]:
        """The first line of an event that fits, once it is there."""
        async with asyncio.timeout(START_TIMEOUT_S), self._more:
            while True:
                line = next((line for line in self.log(event) if fits(line)), None)
                if line is not None:
                    return line
                await self._more.wait()

    async def _read(self, process: asyncio.subprocess.Process, started: asyncio.Event) -> None:
        assert process.stdout is not None
        async for line in process.stdout:
            async with self._more:
                self.output.append(line.decode().rstrip())
                self._more.notify_all()
            if "server_started" in self.output[-1]:
                started.set()
