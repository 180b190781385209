"""Several servers at one port as one program, and the processes that belong to it."""

import asyncio
import os
import signal
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pokerws.client import connect
from tests.e2e.process import PROGRAM, ServerProcess

FLAGS = dict.fromkeys(
    ("use_db_repository", "use_event_persistence", "use_durable_acks", "use_input_validation"), True
)
MOST_S = 60
# Far above what it takes until each worker has had one, were they chosen by lot.
MOST_CONNECTIONS = 300


class Group(ServerProcess):
    """A supervisor with two workers, in a process group of its own, as from a shell."""

    def __init__(self, **settings: object) -> None:
        super().__init__(**{**FLAGS, "workers": 2, **settings})

    async def start_all(self, *program: str | Path) -> None:
        """Start, and wait until all workers serve."""
        await self.launch_group(*program)
        await self.logged("workers_started")

    async def launch_group(self, *program: str | Path) -> None:
        """Start, and do not wait."""
        command = map(str, program or PROGRAM[1:])
        await self.launch(program=("setsid", sys.executable, *command))

    def expect(self, event: str) -> "asyncio.Task[dict[str, Any]]":
        """The next line of an event, from now on."""
        before = len(self.log(event))
        return asyncio.create_task(
            self.logged(event, lambda line: line in self.log(event)[before:])
        )

    async def reloaded(self, event: str) -> dict[str, Any]:
        """Send SIGHUP, and wait for a line of that event."""
        line = self.expect(event)
        self.hang_up()
        return await line

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def interrupt(self) -> None:
        """Ctrl-C: a terminal sends it to the whole group."""
        os.killpg(self.pid, signal.SIGINT)

    @property
    def workers(self) -> dict[int, int]:
        """The process ids of the workers by their numbers."""
        found = {}
        for child in children(self.pid):
            variables = Path(f"/proc/{child}/environ").read_bytes().split(b"\0")
            for one in variables:
                name, _, value = one.partition(b"=")
                if name == b"POKERWS_WORKER":
                    found[int(value)] = child
        return found

    @property
    def services(self) -> int:
        """The process that has the services."""
        (found,) = {*children(self.pid)} - {*self.workers.values()}
        return found

    @property
    def nats(self) -> int:
        (found,) = children(self.services)
        return found

    @property
    def processes(self) -> list[int]:
        """All processes of the program but PostgreSQL's, which is nobody's child."""
        found = [self.pid]
        for process in found:
            found += children(process)
        return found

    async def reach_both(self) -> None:
        """Connect until each worker has had a player."""
        for number in range(MOST_CONNECTIONS):
            async with connect(self.socket_url, name=f"P{number}"):
                pass
            lines = self.log("session_opened")
            if {line["worker"] for line in lines if line["name"].startswith("P")} == {1, 2}:
                return
        raise AssertionError(f"one worker had none of {MOST_CONNECTIONS} connections")

    async def again(self, event: str, **values: Any) -> dict[str, Any]:
        """The next line of an event with these values, after those that are there now."""
        before = self.log(event)
        return await self.logged(
            event, lambda line: line not in before and values.items() <= line.items()
        )


def children(process: int) -> list[int]:
    tasks = Path(f"/proc/{process}/task").iterdir()
    return [int(word) for task in tasks for word in (task / "children").read_text().split()]


async def all_ended(processes: Iterable[int]) -> None:
    """Wait until none of these processes runs."""
    loop = asyncio.get_running_loop()
    for process in processes:
        try:
            descriptor = os.pidfd_open(process)
        except ProcessLookupError:
            continue
        ended = asyncio.Event()
        loop.add_reader(descriptor, ended.set)
        try:
            async with asyncio.timeout(MOST_S):
                await ended.wait()
        finally:
            loop.remove_reader(descriptor)
            os.close(descriptor)
