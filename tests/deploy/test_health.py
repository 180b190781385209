"""The health command against real servers: it speaks what the server of its settings speaks."""

import asyncio
import os
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest

from pokerws.health import Unhealthy, ask
from pokerws.server.app import App
from pokerws.settings.network import Network
from tests.certificates import self_signed
from tests.e2e.process import REPOSITORY
from tests.settings import settings_of

HOSTS = ["127.0.0.1", "0.0.0.0", "127.0.0.2", "localhost", "::1", "::", "127.0.0.1,::1"]


def run(cwd: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """`python server.py` with these arguments and nothing but these settings."""
    return subprocess.run(
        [sys.executable, REPOSITORY / "server.py", *arguments],
        cwd=cwd,
        env={"PATH": os.environ["PATH"], **settings},
        capture_output=True,
        text=True,
        check=False,
        timeout=170,
    )


@pytest.fixture
async def tls_app(tmp_path: Path) -> AsyncIterator[App]:
    """A server with a certificate that has expired and names another host."""
    pair = self_signed(tmp_path, "poker.example", valid_hours=-1)
    app = App(settings_of(port=0, host=("0.0.0.0",), base_path="/poker", **pair))
    await app.start()
    yield app
    await app.stop()


@pytest.mark.parametrize("host", HOSTS)
async def test_the_server_is_found_where_it_listens(host: str) -> None:
    if ":" in host and not has_ipv6():
        pytest.skip("this machine has no IPv6")
    hosts = tuple(host.split(","))
    app = App(settings_of(port=0, host=hosts))
    await app.start()
    try:
        port = app.port
        said = await asyncio.to_thread(ask, Network(host=hosts, port=port))
        # An address where nobody listens is passed over.
        beside = Network(host=("127.9.9.9", *hosts), port=port)
        assert "answers" in await asyncio.to_thread(ask, beside)
    finally:
        await app.stop()
    assert said.endswith(f":{port}/healthz answers, database off")


async def test_the_command_checks_a_server_over_tls_whatever_its_certificate(
    tls_app: App, tmp_path: Path
) -> None:
    """The image runs this command, and no restart renews a certificate."""
    (tmp_path / "settings.env").write_text(
        f"HOST=0.0.0.0\nBASE_PATH=/poker/\nTLS_CERT_FILE={tmp_path}/server.pem\nTLS_KEY_FILE={tmp_path}/server.key\n"
    )
    arguments = ["--env-file", "settings.env", "health"]
    done = await asyncio.to_thread(run, tmp_path, *arguments, PORT=str(tls_app.port))
    expected = f"ok: https://127.0.0.1:{tls_app.port}/poker/healthz answers, database off\n"
    assert (done.returncode, done.stdout, done.stderr) == (0, expected, "")

    # The other settings of the server do not matter: a secret need not be readable here.
    plain = {"PORT": str(tls_app.port), "DATABASE_URL_FILE": "/nowhere"}
    done = await asyncio.to_thread(run, tmp_path, "health", **plain)
    assert done.returncode == 1
    assert f"no answer from http://127.0.0.1:{tls_app.port}/healthz: " in done.stderr


async def test_tls_where_the_server_has_none_is_told(tmp_path: Path) -> None:
    pair = self_signed(tmp_path, "poker.example")
    app = App(settings_of(port=0))
    await app.start()
    network = settings_of(port=app.port, **pair).network
    try:
        with pytest.raises(Unhealthy, match=r"it does not speak TLS \(\w+\); is a server"):
            await asyncio.to_thread(ask, network)
    finally:
        await app.stop()


def test_nobody_there_is_one_line_and_exit_code_1(tmp_path: Path) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = str(unused.getsockname()[1])
        done = run(tmp_path, "health", PORT=port)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        f"pokerws: no answer from http://127.0.0.1:{port}/healthz: Connection refused; "
        "is a server running with these settings?\n"
    )


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ({"PORT": "0"}, "PORT is 0"),
        ({"PORT": "many"}, "PORT must be a whole number"),
    ],
)
def test_settings_that_name_no_port_are_exit_code_1_too(
    setting: dict[str, str], said: str, tmp_path: Path
) -> None:
    """Docker knows 0 and 1 alone."""
    done = run(tmp_path, "health", **setting)
    assert done.returncode == 1
    assert done.stderr.startswith(f"pokerws: {said}")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]", "is not this server"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", "is not this server"),
        (b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", "answers with HTTP 404"),
        (b"SSH-2.0-OpenSSH\r\n", "no answer from"),
        (b"", "no answer from"),
    ],
)
async def test_another_program_on_the_port_is_not_the_server(answer: bytes, said: str) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        writer.close()
        await writer.wait_closed()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(Unhealthy, match=said):
            await asyncio.to_thread(ask, Network(port=port))


async def test_a_server_that_answers_in_drops_is_given_up_in_time(tmp_path: Path) -> None:
    """Docker would end a check that takes longer, without a line that says why."""

    given_up = asyncio.Event()

    async def drip(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        with suppress(ConnectionError):
            while True:
                writer.write(b" ")
                await writer.drain()
                await asyncio.sleep(0.1)
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()
        given_up.set()

    async with await asyncio.start_server(drip, "127.0.0.1", 0) as server:
        port = str(server.sockets[0].getsockname()[1])
        done = await asyncio.to_thread(run, tmp_path, "health", PORT=port)
        await given_up.wait()
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "pokerws: no complete answer within 4 s; is the server overloaded?\n"


def test_the_check_imports_neither_the_server_nor_its_libraries() -> None:
    """It runs every few seconds: what it imports is most of what it costs."""
    imports = "import sys, pokerws.main, pokerws.health; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", imports], cwd=REPOSITORY, capture_output=True, text=True, check=True
    )
    loaded = set(done.stdout.split())
    assert "pokerws.health" in loaded
    assert loaded.isdisjoint(
        "pokerws.cli pokerws.server pokerws.game asyncio asyncpg websockets dotenv".split()
    )


def has_ipv6() -> bool:
    """Whether there is an IPv6 loopback to bind to."""
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True
