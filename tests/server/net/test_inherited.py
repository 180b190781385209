"""Sockets that a server is started with, as systemd passes them."""

import asyncio
import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from urllib.request import urlopen

import pytest

from pokerws.server.net.inherited import NOTHING, inherited, passing
from tests.e2e.process import INHERITED, NO_DATABASE, PROGRAM, REPOSITORY

# Prints what it has inherited: ports, other descriptors, and what is left for its own children.
SHOW = """
import os
from pokerws.server.net.inherited import inherited
sockets, _, others = inherited(os.environ, {"pipe"})
print([one.getsockname()[1] for one in sockets], others)
print([name for name in os.environ if name.startswith("LISTEN_")])
print([os.get_inheritable(fd) for fd in (3, 4, 5)])
"""


@pytest.fixture
def opened() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def listening(opened: ExitStack) -> socket.socket:
    return opened.enter_context(socket.create_server(("127.0.0.1", 0)))


def environment(**more: str) -> dict[str, str]:
    return {**{name: os.environ[name] for name in INHERITED if name in os.environ}, **more}


def test_a_program_takes_the_descriptors_that_are_passed_to_it_by_their_names(
    opened: ExitStack,
) -> None:
    read, write = os.pipe()
    opened.callback(os.close, read)
    opened.callback(os.close, write)
    one, two = listening(opened), listening(opened)
    given = [("http", two.fileno()), ("pipe", read), ("http", one.fileno())]
    command, environ, descriptors = passing([sys.executable, "-c", SHOW], given)
    done = subprocess.run(
        command,
        env=environment(PYTHONPATH=".", **environ),
        pass_fds=descriptors,
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
    )
    ports = [two.getsockname()[1], one.getsockname()[1]]
    assert done.stdout.splitlines() == [f"{ports} {{'pipe': 4}}", "[]", "[False, False, False]"]


@pytest.mark.parametrize(
    "environ",
    [
        {},
        {"LISTEN_FDS": "1"},
        # Meant for the process that started this one.
        {"LISTEN_FDS": "1", "LISTEN_PID": str(os.getppid())},
        {"LISTEN_FDS": "x", "LISTEN_PID": str(os.getpid())},
        {"LISTEN_FDS": "0", "LISTEN_PID": str(os.getpid())},
    ],
)
def test_what_is_meant_for_another_process_is_not_taken(environ: dict[str, str]) -> None:
    assert inherited(environ) == NOTHING
    assert not environ, "it would mislead programs that are started later"


@pytest.mark.parametrize(
    ("kind", "why"),
    [
        ("file", "descriptor 3, which is no socket: "),
        ("bound", "descriptor 3, which is no socket that listens on an address and a port: write"),
        ("unix", "descriptor 3, which is no socket that listens on an address and a port: write"),
    ],
)
def test_what_cannot_be_listened_on_is_refused_in_one_line(
    opened: ExitStack, kind: str, why: str
) -> None:
    match kind:
        case "file":
            passed = os.open(os.devnull, os.O_RDONLY)
            opened.callback(os.close, passed)
        case "bound":
            passed = opened.enter_context(socket.socket()).fileno()
        case _:
            one = opened.enter_context(socket.socket(socket.AF_UNIX))
            one.bind("")
            one.listen()
            passed = one.fileno()
    command, environ, descriptors = passing(PROGRAM, [("http", passed)])
    done = subprocess.run(
        command,
        env=environment(DATABASE_URL=NO_DATABASE, **environ),
        pass_fds=descriptors,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"pokerws: LISTEN_FDS passes {why}")


async def test_a_server_serves_at_inherited_sockets_and_leaves_them_open(
    opened: ExitStack,
) -> None:
    """The one that is started next answers who has connected in between."""
    one, two = listening(opened), listening(opened)
    port = one.getsockname()[1]
    given = [("http", one.fileno()), ("http", two.fileno())]
    command, environ, descriptors = passing(PROGRAM, given)
    for _ in range(2):
        server = await asyncio.create_subprocess_exec(
            *command,
            # Of these it must take neither.
            env=environment(HOST="192.0.2.1", PORT="1", DATABASE_URL=NO_DATABASE, **environ),
            pass_fds=descriptors,
            stdout=asyncio.subprocess.PIPE,
        )
        bodies = [await asyncio.to_thread(health, each) for each in (one, two)]
        assert all(b'"status":"ok"' in re.sub(rb"\s", b"", body) for body in bodies)
        server.terminate()
        output, _ = await server.communicate()
        assert f"http://127.0.0.1:{port}/" in output.decode()
        assert server.returncode == 0


def health(at: socket.socket) -> bytes:
    """What is answered there, by a server that may still be starting."""
    with urlopen(f"http://127.0.0.1:{at.getsockname()[1]}/healthz", timeout=60) as answer:
        body: bytes = answer.read()
    return body
