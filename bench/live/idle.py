"""Connections that only are there, as a process of their own: guests in the lobby, who listen.

`python -m bench.live.idle` reads an `Idle` as JSON, opens its connections, says "ready", and holds
them until its input ends.
"""

import asyncio
import itertools
import secrets
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import msgspec
import uvloop
from msgspec import Struct

from bench.live.calls import Call, CallFailed, Ending, hold
from bench.live.servers import CHECKOUT, OTHER_CPU, allow_many_files, pin

READY = b"ready\n"


class Idle(Struct, frozen=True):
    """So many connections to a port; in the `lobby` they are told of every table that changes."""

    port: int
    connections: int
    lobby: bool = False


@contextmanager
def idling(idle: Idle) -> Iterator[None]:
    """Have the connections.  Raises CallFailed where they cannot be had, or were lost."""
    with subprocess.Popen(
        [sys.executable, "-m", "bench.live.idle"],
        cwd=CHECKOUT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        try:
            process.stdin.write(msgspec.json.encode(idle) + b"\n")
            process.stdin.flush()
            if process.stdout.readline() == READY:
                yield
        finally:
            process.stdin.close()
            said = process.stderr.read().decode()
        if process.wait():
            raise CallFailed(f"{idle} failed: {said[-2000:]}")


class _Guest:
    """One of them.  `on_welcome` gets to know when it has been let in."""

    def __init__(
        self, number: int, idle: Idle, ending: Ending, on_welcome: Callable[[], None]
    ) -> None:
        hello = {"type": "hello", "id": "1", "capabilities": [], "name": f"Idle {number}"}
        self.call = Call(msgspec.json.encode(hello), self._hear, ending.fail)
        self._idle = idle
        self._on_welcome = on_welcome

    def _hear(self, payload: bytes) -> None:
        if payload.startswith(b'{"type":"welcome"'):
            if self._idle.lobby:
                self.call.send(b'{"type":"watch_lobby","id":"2"}')
            self._on_welcome()


async def be_there(idle: Idle) -> None:
    """Hold the connections until the input ends.  Raises CallFailed where one is lost."""
    loop = asyncio.get_running_loop()
    ending, welcomed = Ending(), itertools.count(1)

    def on_welcome() -> None:
        if next(welcomed) == idle.connections:
            sys.stdout.buffer.write(READY)
            sys.stdout.buffer.flush()

    def end() -> None:
        sys.stdin.buffer.read()
        loop.call_soon_threadsafe(ending.done)

    # Names are for one player each, also where several of these processes are.
    first = secrets.randbelow(10**9)
    calls = [
        _Guest(first + number, idle, ending, on_welcome).call for number in range(idle.connections)
    ]
    input_ends = loop.run_in_executor(None, end)
    await hold(idle.port, calls, ending, timeout_s=None)
    await input_ends


def main() -> None:
    """Read what is wanted, and be there."""
    idle = msgspec.json.decode(sys.stdin.buffer.readline(), type=Idle)
    pin(0, OTHER_CPU)
    allow_many_files()
    uvloop.run(be_there(idle))


if __name__ == "__main__":
    main()
