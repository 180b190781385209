"""The servers of a cluster on one database, with their NATS, and what they have used.

This module knows what is connected where, and nothing about what is measured.
"""

import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import MappingProxyType
from urllib.request import urlopen

from msgspec import Struct

from bench.live.database import Database
from bench.live.matches import DURABLE
from bench.live.servers import (
    START_S,
    ServerProcess,
    free_port,
    listens,
    precise_cpu_s,
    running,
    unpin,
)
from pokerws.load.load import Load

TABLES, SEATS = 20, 6
OWNER, OTHER, THIRD = range(3)


class Place(Struct, frozen=True):
    """Where the viewers of each table are connected: six players, then spectators."""

    name: str
    viewers: tuple[int, ...]
    nodes: int = 2


class Used(Struct, frozen=True):
    """What was used up to an instant: seconds of processors, messages and bytes over NATS."""

    owner: float = 0.0
    others: float = 0.0
    nats: float = 0.0
    database: float = 0.0
    messages: float = 0.0
    bytes: float = 0.0


class Nats:
    """A NATS server, which counts its messages."""

    def __init__(self, process: "subprocess.Popen[bytes]", port: int, monitor: int) -> None:
        self.pid = process.pid
        self.url = f"nats://127.0.0.1:{port}"
        self._monitor = f"http://127.0.0.1:{monitor}/varz"

    def carried(self) -> tuple[int, int]:
        """Messages that came in so far, and their bytes."""
        with urlopen(self._monitor) as answer:  # noqa: S310  its own address
            facts = json.load(answer)
        return facts["in_msgs"], facts["in_bytes"]


@contextmanager
def nats() -> Iterator[Nats]:
    """A NATS server, ended at the end."""
    program = shutil.which("nats-server") or shutil.which(
        "nats-server", path=str(Path(sys.executable).parent)
    )
    if program is None:
        raise SystemExit("nats-server is missing: install the extra `cluster`")
    port, monitor = free_port(), free_port()
    arguments = ["-a", "127.0.0.1", "-p", str(port), "-m", str(monitor)]
    process = subprocess.Popen(
        [program, *arguments], stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        deadline = time.monotonic() + START_S
        while not (listens(port) and listens(monitor)):
            if process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit("nats-server does not start")
            time.sleep(0.01)
        yield Nats(process, port, monitor)
    finally:
        process.kill()
        process.wait()


class Cluster:
    """Servers on one database."""

    def __init__(self, nodes: list[ServerProcess], bus: Nats, postgres: Database) -> None:
        self.nodes, self.bus, self._postgres = nodes, bus, postgres

    def used(self) -> Used:
        """What was used until now."""
        owner, *others = (precise_cpu_s(node.pid) for node in self.nodes)
        return Used(
            owner,
            sum(others),
            precise_cpu_s(self.bus.pid),
            sum(map(precise_cpu_s, self._postgres.pids())),
            *self.bus.carried(),
        )

    def survivors(self) -> list[int]:
        """The processes of the second server and of the database."""
        return [self.nodes[OTHER].pid, *self._postgres.pids()]

    def unpin(self) -> None:
        """Let all servers and the database use every processor, from now on."""
        for pid in [*(node.pid for node in self.nodes), *self._postgres.pids()]:
            unpin(pid)


@contextmanager
def cluster(
    postgres: Database, count: int, more: Mapping[str, str] = MappingProxyType({})
) -> Iterator[Cluster]:
    """Servers on an empty database, with `more` settings than the usual ones."""
    postgres.empty()
    with ExitStack() as stack:
        bus = stack.enter_context(nats())
        key = Path(stack.enter_context(tempfile.TemporaryDirectory())) / "vault.key"
        settings = {**DURABLE.settings, **postgres.settings, "VAULT_KEY_FILE": str(key), **more}
        if count > 1:
            settings["CLUSTER_URL"] = bus.url
        nodes = [
            stack.enter_context(running("ours", {**settings, "NODE_NAME": f"node-{node}"}))
            for node in range(count)
        ]
        yield Cluster(nodes, bus, postgres)


def load_at(place: Place, found: Cluster) -> Load:
    """The load of a place."""
    return Load(
        port=found.nodes[OWNER].port,
        ports=tuple(found.nodes[node].port for node in place.viewers),
        tables=TABLES,
        seats=SEATS,
        spectators=len(place.viewers) - SEATS,
        auth_secret=DURABLE.settings["AUTH_SECRET"],
    )
