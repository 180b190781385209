"""Servers as processes of their own: started, pinned to a processor, watched, ended by their id.

Ours is what users run, `python server.py serve`, with its settings in the environment.  This module
knows nothing of what is played on a server.
"""

import os
import resource
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Literal, get_args

from pokerws.settings import variables

Kind = Literal["ours", "ceiling", "peer"]
KINDS: tuple[Kind, ...] = get_args(Kind)

CHECKOUT = Path(__file__).parents[2]
# Where the machine has no Node.js, there may be one beside Python.
_PLACES = os.pathsep.join([os.environ.get("PATH", ""), str(Path(sys.executable).parent)])
NODE = shutil.which("node", path=_PLACES) or "node"
PROGRAMS: dict[Kind, tuple[str, ...]] = {
    "ours": (sys.executable, "server.py", "serve"),
    "ceiling": (sys.executable, "-m", "bench.live.ceiling"),
    "peer": (NODE, "bench/live/peer/server.mjs"),
}
# The server has a processor to itself, and all else another one, where there are two.
_CPUS = sorted(os.sched_getaffinity(0))
SERVER_CPU, OTHER_CPU = _CPUS[0], _CPUS[-1]
START_S, STOP_S = 40.0, 40.0
LOG_TAIL_BYTES = 4000
TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")

# Nothing that a client asks for is refused as too much: a load is a few players who play for many.
# One rate stays, that of refusals, since there are to be none.
UNLIMITED = MappingProxyType(
    {
        **{name: "0" for name in variables() if name.endswith("_RATE") and name != "REFUSAL_RATE"},
        "MAX_TABLES": "100000",
        "MAX_TABLES_OPENED_PER_PLAYER": "0",
        "MAX_TABLES_PER_PLAYER": "0",
        "MAX_CONNECTIONS": "0",
        "MAX_CONNECTIONS_PER_ADDRESS": "0",
        "MAX_CONNECTIONS_PER_PLAYER": "0",
        "MAX_WATCHED_TABLES": "0",
        "MAX_WATCHERS_PER_TABLE": "0",
        "GRANT_CHIPS": "1000000000",
        "BOTS": "0",
        "LOG_FORMAT": "json",
        "LOG_LEVEL": "warning",
    }
)


class ServerDied(Exception):
    """A server ended by itself, or could not be started or stopped.  It ends with its log."""


class ServerProcess:
    """A running server, made by `running`; what it has used so far is read from /proc."""

    def __init__(self, kind: Kind, process: "subprocess.Popen[bytes]", port: int, log: Path):
        self.kind = kind
        self.port = port
        self.pid = process.pid
        self._process = process
        self._log = log

    def cpu_s(self) -> float:
        """Processor time used since its start, in seconds, of all its threads."""
        self.check()
        return cpu_s(self.pid)

    def rss_bytes(self) -> int:
        """Memory of its own and shared, as `top` has it."""
        return int(self._read("statm").split()[1]) * PAGE_BYTES

    def pss_bytes(self) -> int:
        """Memory, of which what is shared with other processes counts by their number."""
        return self._memory("Pss:")

    def private_bytes(self) -> int:
        """Memory that would be free without it."""
        return self._memory("Private_Clean:") + self._memory("Private_Dirty:")

    def check(self) -> None:
        """Raise ServerDied if it has ended."""
        code = self._process.poll()
        if code is not None:
            raise ServerDied(f"the server ({self.kind}) ended with {code}:\n{self.log_tail()}")

    def log_tail(self) -> str:
        """The end of what it has printed."""
        with self._log.open("rb") as log:
            log.seek(max(0, self._log.stat().st_size - LOG_TAIL_BYTES))
            return log.read().decode(errors="replace")

    def stop(self) -> None:
        """Ask it to stop, and see that it does.  Raises ServerDied if it fails to."""
        self.check()
        self._process.send_signal(signal.SIGTERM)
        try:
            code = self._process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            raise ServerDied(f"{self.kind} did not stop:\n{self.log_tail()}") from None
        if code not in (0, -signal.SIGTERM):
            raise ServerDied(f"{self.kind} stopped with {code}:\n{self.log_tail()}")

    def wait_until_it_listens(self) -> None:
        """Return as soon as its port takes connections."""
        deadline = time.monotonic() + START_S
        while not _listens(self.port):
            self.check()
            if time.monotonic() > deadline:
                raise ServerDied(f"{self.kind} does not listen:\n{self.log_tail()}")
            time.sleep(0.02)

    def abort(self) -> None:
        """End it at once, if it still runs."""
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()

    def _memory(self, name: str) -> int:
        for line in self._read("smaps_rollup").splitlines():
            if line.startswith(name):
                return int(line.split()[1]) * 1024
        raise LookupError(f"/proc tells no {name} of process {self.pid}")

    def _read(self, name: str) -> str:
        self.check()
        return Path(f"/proc/{self.pid}/{name}").read_text(encoding="utf-8")


@contextmanager
def running(
    kind: Kind, settings: Mapping[str, str] = MappingProxyType({}), *, cpu: int = SERVER_CPU
) -> Iterator[ServerProcess]:
    """A server on a free port of 127.0.0.1, from when it listens until it has stopped.

    `settings` are variables of its environment; those of ours win over `UNLIMITED`.  Raises
    ServerDied, also where it ended while it was used.
    """
    directory = Path(tempfile.mkdtemp(prefix="pokerws-live-"))
    # PostgreSQL's account must be able to pass, where the settings have a database here.
    directory.chmod(0o755)
    port = _free_port()
    log = directory / "log"
    try:
        with log.open("wb") as output:
            process = subprocess.Popen(
                PROGRAMS[kind],
                cwd=CHECKOUT,
                env=_environment(kind, directory) | {"PORT": str(port), **settings},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                # Ctrl-C in the terminal is for us, who then end it.
                start_new_session=True,
            )
        server = ServerProcess(kind, process, port, log)
        try:
            pin(process.pid, cpu)
            server.wait_until_it_listens()
            yield server
            server.stop()
        finally:
            server.abort()
    finally:
        shutil.rmtree(directory)


def cpu_s(pid: int) -> float:
    """Processor time that a process has used since its start, in seconds, of all its threads.

    What it started and has ended counts too; a process that has gone has used nothing.
    """
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    # The second field is a name in brackets, which may hold anything.
    fields = stat.rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / TICKS_A_SECOND


def pin(pid: int, cpu: int) -> None:
    """Keep a process on one processor, with all that it starts later; 0 is this process."""
    os.sched_setaffinity(pid, {cpu})


def allow_many_files() -> None:
    """Let this process, and those that it starts, have as many open files as the system allows."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def _environment(kind: Kind, directory: Path) -> dict[str, str]:
    """Of the own environment what a program needs, and nothing that is set for another server."""
    plain = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    if kind != "ours":
        return plain
    own = {
        "DATABASE_URL": f"embedded:{directory / 'database'}",
        "VAULT_KEY_FILE": str(directory / "vault.key"),
    }
    return plain | own | dict(UNLIMITED)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
