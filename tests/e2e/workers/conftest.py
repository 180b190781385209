"""Groups of workers, of which nothing is left after a test."""

import os
import signal
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, suppress

import pytest

from tests.e2e.workers.group import Group, all_ended

Grouped = Callable[..., Group]


@pytest.fixture
async def grouped() -> AsyncIterator[Grouped]:
    """Makes groups."""
    async with AsyncExitStack() as stack:

        def group(**settings: object) -> Group:
            made = Group(**settings)
            stack.push_async_callback(_end, made)
            return made

        yield group


async def _end(group: Group) -> None:
    if group.running:
        processes = group.processes
        for process in processes:
            os.kill(process, signal.SIGCONT)
        await group.kill()
        await all_ended(processes)


@pytest.fixture
def free_ports() -> int:
    """The first of two ports in a row that nobody listens at."""
    while True:
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            port: int = first.getsockname()[1]
            with suppress(OSError, OverflowError):
                second.bind(("127.0.0.1", port + 1))
                return port
