"""Servers as processes: started, pinned to a processor, watched, and stopped.

Ours is what users run, `python server.py serve`, configured by its environment. This module knows
nothing about the load on a server.
"""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from pokerws.load.processes import CPUS, SERVER_CPU
from pokerws.load.unlimited import unlimited

# "probed" is ours with a probe of its event loop.
Kind = Literal["ours", "probed", "ceiling", "peer"]
OURS: tuple[Kind, ...] = ("ours", "probed")

CHECKOUT = Path(__file__).parents[2]
PEER = CHECKOUT / "bench/live/peer"
# tests/install-node.sh installs Node.js beside Python where the machine has none.
_PATH = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
NODE = shutil.which("node", path=_PATH) if (PEER / "node_modules").is_dir() else None
PROGRAMS: dict[Kind, tuple[str, ...]] = {
    "ours": (sys.executable, "server.py", "serve"),
    "probed": (sys.executable, str(CHECKOUT / "bench/live/probed.py"), "serve"),
    "ceiling": (sys.executable, "-m", "bench.live.ceiling"),
    "peer": (NODE or "node", str(PEER / "server.mjs")),
}
FOLDERS: dict[Kind, Path] = dict.fromkeys(PROGRAMS, CHECKOUT)
START_S, STOP_S, ANSWER_S = 40.0, 40.0, 10.0
# Under valgrind.
SLOW_START_S = 300.0
LOG_TAIL_BYTES = 4000
LONGEST_TURN = re.compile(r"longest turn, us: (\d+)\n")

# A checkout may have others than this one.
_RATES = re.findall(
    "^([A-Z_]+_RATE)=", (CHECKOUT / ".env.example").read_text("utf-8"), re.MULTILINE
)
UNLIMITED = MappingProxyType(
    {
        **unlimited(_RATES),
        "BOTS": "0",
        "LOG_FORMAT": "json",
        "LOG_LEVEL": "warning",
    }
)


class ServerDied(Exception):
    """A server ended by itself, or did not start or stop. The message ends with its log."""


class ServerProcess:
    """A running server, made by `running`; its memory is read from /proc."""

    def __init__(self, kind: Kind, process: "subprocess.Popen[bytes]", port: int, log: Path):
        self.port = port
        self.pid = process.pid
        self._kind = kind
        self._process = process
        self._log = log

    def pss_bytes(self) -> int:
        """Memory, with pages that are shared divided by the number of processes."""
        self.check()
        text = Path(f"/proc/{self.pid}/smaps_rollup").read_text(encoding="utf-8")
        (kib,) = re.findall(r"^Pss: +(\d+) kB", text, re.MULTILINE)
        return int(kib) * 1024

    def rss_bytes(self) -> int:
        """Memory, shared pages included, as `top` shows it."""
        self.check()
        pages = Path(f"/proc/{self.pid}/statm").read_text(encoding="utf-8").split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE")

    def check(self) -> None:
        """Raise ServerDied if it has ended."""
        code = self._process.poll()
        if code is not None:
            raise ServerDied(f"{self._kind} ended with {code}:\n{self.log_tail()}")

    def log_tail(self) -> str:
        """The end of its output."""
        with self._log.open("rb") as log:
            log.seek(max(0, self._log.stat().st_size - LOG_TAIL_BYTES))
            return log.read().decode(errors="replace")

    def reset_probe(self) -> None:
        """Let its probe begin again, if it has one."""
        if self._kind == "probed":
            self._process.send_signal(signal.SIGUSR1)

    def longest_turn_ms(self) -> float | None:
        """What its probe has found since it began, or None without one.  Raises ServerDied."""
        if self._kind != "probed":
            return None
        self._process.send_signal(signal.SIGUSR2)
        deadline = time.monotonic() + ANSWER_S
        while not (said := LONGEST_TURN.findall(self.log_tail())):
            self.check()
            if time.monotonic() > deadline:
                raise ServerDied(f"the probe says nothing:\n{self.log_tail()}")
            time.sleep(0.01)
        return int(said[-1]) / 1000

    def stop(self) -> str:
        """Ask it to stop, and wait; return the end of its output. Raises ServerDied."""
        self.check()
        self._process.send_signal(signal.SIGTERM)
        try:
            code = self._process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self.abort()
            raise ServerDied(f"{self._kind} did not stop:\n{self.log_tail()}") from None
        if code not in (0, -signal.SIGTERM):
            raise ServerDied(f"{self._kind} stopped with {code}:\n{self.log_tail()}")
        return self.log_tail()

    def wait_until_it_listens(self, timeout_s: float) -> None:
        """Return as soon as its port accepts connections. Raises ServerDied."""
        deadline = time.monotonic() + timeout_s
        while not listens(self.port):
            self.check()
            if time.monotonic() > deadline:
                raise ServerDied(f"{self._kind} does not listen:\n{self.log_tail()}")
            time.sleep(0.02)

    def abort(self) -> None:
        """Kill it if it still runs."""
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()


def measure_checkout(checkout: Path) -> None:
    """From now on, run our server from another checkout."""
    FOLDERS.update(dict.fromkeys(OURS, checkout))


@contextmanager
def running(
    kind: Kind,
    settings: Mapping[str, str] = MappingProxyType({}),
    *,
    under: tuple[str, ...] = (),
) -> Iterator[ServerProcess]:
    """A server on a free port of 127.0.0.1, stopped at the end unless it was stopped before.

    `settings` are environment variables, which override `UNLIMITED`. `under` is a command that
    runs the server slowly. Raises ServerDied, also if the server ended meanwhile.
    """
    directory = Path(tempfile.mkdtemp(prefix="pokerws-live-"))
    # The account that PostgreSQL runs as must have access.
    directory.chmod(0o755)
    port = free_port()
    log = directory / "log"
    try:
        with log.open("wb") as output:
            process = subprocess.Popen(
                [*under, *PROGRAMS[kind]],
                cwd=FOLDERS[kind],
                env=_environment(kind, directory) | {"PORT": str(port), **settings},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                # Ctrl-C in the terminal is for this process, which then stops the server.
                start_new_session=True,
            )
        server = ServerProcess(kind, process, port, log)
        try:
            os.sched_setaffinity(process.pid, {SERVER_CPU})
            server.wait_until_it_listens(SLOW_START_S if under else START_S)
            yield server
            if process.returncode is None:
                server.stop()
        finally:
            server.abort()
    finally:
        shutil.rmtree(directory)


def unpin(pid: int) -> None:
    """Let a process, which may just have ended, use all processors of this one."""
    for thread in Path(f"/proc/{pid}/task").glob("*"):
        with suppress(ProcessLookupError):
            os.sched_setaffinity(int(thread.name), CPUS)


def precise_cpu_s(pid: int) -> float:
    """Processor time of the threads that a process has, to the nanosecond."""
    threads = Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(one.read_text(encoding="utf-8").split()[0]) for one in threads) / 1e9


def _environment(kind: Kind, directory: Path) -> dict[str, str]:
    """The variables that a program needs, without settings meant for another server."""
    plain = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    if kind not in OURS:
        return plain
    own = {
        "DATABASE_URL": f"embedded:{directory / 'database'}",
        "VAULT_KEY_FILE": str(directory / "vault.key"),
    }
    return plain | own | dict(UNLIMITED)


def free_port() -> int:
    """A port of 127.0.0.1 that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def listens(port: int) -> bool:
    """Whether a port of 127.0.0.1 accepts connections."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
