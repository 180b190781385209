"""How the bus starts over a real NATS server, and what it refuses."""

import asyncio
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from pokerws.server.cluster import nats_bus
from pokerws.server.cluster.bus import BusError, BusRefused, BusUnavailable
from pokerws.server.cluster.nats_address import TlsFiles
from tests.certificates import self_signed
from tests.server.cluster.nats_nodes import NO_FILES, opened, until
from tests.server.cluster.nats_server import NatsServer

# ---- starting


async def test_messages_reach_who_listens_to_their_subject(nats: NatsServer) -> None:
    await nats.start()
    async with (
        opened(nats.url, "a", "all") as (one, hears_one),
        opened(nats.url, "b", "all") as (two, hears_two),
    ):
        # There is nothing to wait for first: the start has seen that messages arrive.
        assert one.send("b", b"to b")
        assert two.send("all", b"to all")
        await until(lambda: len(hears_one.messages) + len(hears_two.messages) == 3)
        assert hears_one.messages == [("all", b"to all")]
        assert sorted(hears_two.messages) == [("all", b"to all"), ("b", b"to b")]
        assert hears_one.changes == hears_two.changes == ["connected"]


async def test_a_bus_is_closed_although_an_answer_comes_in_the_same_moment(
    nats: NatsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The library's waits may lose a cancellation then, as after a sleep of the process."""
    await nats.start()
    is_waiting = asyncio.Event()

    async def answered_when_cancelled(**_: float) -> None:
        is_waiting.set()
        if not is_lost:
            is_lost.append(True)
            with suppress(asyncio.CancelledError):
                await asyncio.Event().wait()

    is_lost: list[bool] = []
    monkeypatch.setattr(nats_bus, "PING_EVERY_S", 0.001)
    async with opened(nats.url, "a") as (bus, _):
        assert bus._connection is not None
        monkeypatch.setattr(bus._connection._client, "rtt", answered_when_cancelled)
        await is_waiting.wait()
        async with asyncio.timeout(30):
            await bus.close()


async def test_a_start_waits_for_a_server_that_is_late(nats: NatsServer) -> None:
    async def start_late() -> None:
        await asyncio.sleep(0.5)
        await nats.start()

    starting = asyncio.create_task(start_late())
    async with opened(nats.url, "a") as (bus, listener):
        assert bus.send("a", b"x")
        await until(lambda: listener.messages == [("a", b"x")])
    await starting


async def test_a_start_without_a_server_fails(
    nats: NatsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nats_bus, "OPEN_S", 0.3)
    with pytest.raises(BusUnavailable, match=f"127.0.0.1:{nats.port}.*[Cc]onnect"):
        async with opened(nats.url, "a"):
            pass


async def test_the_next_of_several_servers_is_tried(nats: NatsServer) -> None:
    await nats.start()
    async with opened(f"nats://127.0.0.1:1,{nats.url}", "a") as (bus, listener):
        assert bus.send("a", b"x")
        await until(lambda: listener.messages == [("a", b"x")])


def test_a_server_without_a_cluster_imports_none_of_it() -> None:
    names = "m for m in sys.modules if m == 'nats' or m.startswith('pokerws.server.cluster')"
    command = f"import pokerws.serve, pokerws.server.app, sys; print([{names}])"
    ended = subprocess.run(
        [sys.executable, "-c", command], capture_output=True, text=True, check=True, timeout=100
    )
    assert ended.stdout == "[]\n"


# ---- who may


LOGIN = 'authorization { user: "node", password: "p@ss:word" }'
FORBIDDEN = """
authorization { users = [ { user: node, password: pw, permissions: {
    publish: ["pk.>"], subscribe: ["pk.node.>", "_INBOX.>"] } } ] }
"""
MUTE = FORBIDDEN.replace('publish: ["pk.>"]', 'publish: ["pk.node.>"]').replace(
    'subscribe: ["pk.node.>",', 'subscribe: ["pk.>",'
)


async def test_a_password_in_the_url_logs_in(nats: NatsServer) -> None:
    nats.config = LOGIN
    await nats.start()
    async with opened(f"nats://node:p%40ss%3Aword@127.0.0.1:{nats.port}", "a") as (bus, _):
        assert bus.send("a", b"x")


async def test_a_token_in_the_url_logs_in(nats: NatsServer) -> None:
    nats.config = "authorization { token: secret }"
    await nats.start()
    async with opened(f"nats://secret@127.0.0.1:{nats.port}", "a") as (bus, _):
        assert bus.send("a", b"x")


@pytest.mark.parametrize("login", ["node:wrong@", "wrong@", ""])
async def test_a_wrong_password_ends_the_start_at_once_and_is_not_told(
    nats: NatsServer, login: str
) -> None:
    nats.config = LOGIN
    await nats.start()
    with capture_logs() as lines, pytest.raises(BusRefused, match="Authorization") as refused:
        async with opened(f"nats://{login}127.0.0.1:{nats.port}", "a"):
            pass
    assert "wrong" not in f"{refused.value}{lines}"


@pytest.mark.parametrize(("config", "verb"), [(FORBIDDEN, "subscription"), (MUTE, "publish")])
async def test_a_forbidden_subject_ends_the_start_at_once_and_is_named(
    nats: NatsServer, config: str, verb: str
) -> None:
    nats.config = config
    await nats.start()
    with capture_logs(), pytest.raises(BusRefused, match=f"(?i){verb}.*pk.all"):
        async with opened(f"nats://node:pw@127.0.0.1:{nats.port}", "pk.node.a", "pk.all"):
            pass


async def test_a_subject_that_is_forbidden_later_is_logged(nats: NatsServer) -> None:
    nats.config = FORBIDDEN
    await nats.start()
    with capture_logs() as lines:
        async with opened(f"nats://node:pw@127.0.0.1:{nats.port}", "pk.node.a") as (bus, _):
            assert bus.send("other", b"x")
            await until(lambda: any(line["event"] == "nats_forbidden" for line in lines))


# ---- TLS


def tls_config(directory: Path, *more: str) -> str:
    files = self_signed(directory, "localhost")
    lines = f"cert_file: {files['tls_cert_file']}\nkey_file: {files['tls_key_file']}\n"
    return f"tls {{\n{lines}{''.join(more)}}}"


async def test_an_encrypted_connection_trusts_the_named_authority_alone(
    nats: NatsServer, tmp_path: Path
) -> None:
    nats.config = tls_config(tmp_path)
    await nats.start()
    url = f"tls://localhost:{nats.port}"
    async with opened(url, "a", files=TlsFiles(ca=tmp_path / "server.pem")) as (bus, listener):
        assert bus.send("a", b"x")
        await until(lambda: listener.messages == [("a", b"x")])
    # Another authority, and another host than the certificate's.
    for other, files in (
        (url, NO_FILES),
        (f"tls://127.0.0.1:{nats.port}", TlsFiles(ca=tmp_path / "server.pem")),
    ):
        with capture_logs(), pytest.raises(BusRefused, match="CERTIFICATE_VERIFY_FAILED"):
            async with opened(other, "a", files=files):
                pass


async def test_a_nodes_own_certificate_is_shown(
    nats: NatsServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nats_bus, "OPEN_S", 0.3)
    own = tmp_path / "own"
    own.mkdir()
    self_signed(own, "node")
    nats.config = tls_config(tmp_path, f"ca_file: {own / 'server.pem'}\nverify: true\n")
    await nats.start()
    url, ca = f"tls://localhost:{nats.port}", tmp_path / "server.pem"
    files = TlsFiles(ca, own / "server.pem", own / "server.key")
    async with opened(url, "a", files=files) as (bus, _):
        assert bus.send("a", b"x")
    # The server says so, or just hangs up, as it happens.
    with capture_logs(), pytest.raises(BusError):
        async with opened(url, "a", files=TlsFiles(ca)):
            pass


@pytest.mark.parametrize("login", ["node:secret@", "secret@", ""])
async def test_a_password_is_not_sent_in_plain_text_where_tls_is_asked_for(login: str) -> None:
    sent: list[bytes] = []
    ended = asyncio.Event()

    async def pretend(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Speak NATS without TLS, as somebody between the node and its server would."""
        writer.write(b'INFO {"max_payload": 1048576, "auth_required": true}\r\n')
        while line := await reader.readline():
            sent.append(line)
            writer.write(b"PONG\r\n" if line == b"PING\r\n" else b"")
        writer.close()
        await writer.wait_closed()
        ended.set()

    server = await asyncio.start_server(pretend, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(BusRefused, match="no TLS"):
            async with opened(f"tls://{login}127.0.0.1:{port}", "a"):
                pass
        await ended.wait()
    assert b"secret" not in b"".join(sent)
