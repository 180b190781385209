"""Servers reach NATS with TLS and a password, and say why they may not."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.certificates import self_signed
from tests.e2e.cluster.rig import at_each, nobody_left, nodes, play, stop_all
from tests.e2e.faults import Cluster, server_on
from tests.server.cluster.nats_server import NatsServer, nats_server

SECRET = "a secret of the cluster"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The directory of a certificate for `localhost` and its key."""
    directory = tmp_path_factory.mktemp("authority")
    self_signed(directory, "localhost")
    return directory


@pytest.fixture(scope="module")
def guarded(authority: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[NatsServer]:
    files = f"cert_file: {authority / 'server.pem'}\nkey_file: {authority / 'server.key'}"
    login = f'authorization {{ user: poker, password: "{SECRET}" }}'
    with nats_server(tmp_path_factory.mktemp("nats"), f"tls {{\n{files}\n}}\n{login}") as server:
        yield server


def settings(nats: NatsServer, authority: Path, login: str) -> dict[str, object]:
    """How a server reaches NATS."""
    return {
        "cluster_url": f"tls://{login}localhost:{nats.port}",
        "cluster_ca_file": str(authority / "server.pem"),
    }


async def test_servers_with_the_right_password_play_over_tls(
    postgres: Cluster, guarded: NatsServer, authority: Path
) -> None:
    dsn = await postgres.database()
    right = settings(guarded, authority, f"poker:{SECRET.replace(' ', '%20')}@")
    async with nodes(guarded, dsn, 2, right, right) as (first, second):
        async with play(dsn, *at_each(first, second)) as played:
            await played.more(20)
            nobody_left(played, first, second)
        await stop_all(first, second)
        for server in first, second:
            assert SECRET not in "".join(server.output)
    await played.nothing_is_lost()


@pytest.mark.parametrize(
    ("login", "change", "why"),
    [
        ("poker:wrong@", {}, "Authorization Violation"),
        ("", {}, "Authorization Violation"),
        ("poker:wrong@", {"cluster_ca_file": ""}, "CERTIFICATE_VERIFY_FAILED"),
    ],
    ids=["wrong-password", "no-password", "unknown-authority"],
)
async def test_a_server_that_nats_refuses_ends_with_one_line_that_says_why(
    postgres: Cluster,
    guarded: NatsServer,
    authority: Path,
    *,
    login: str,
    change: dict[str, object],
    why: str,
) -> None:
    dsn = await postgres.database()
    await guarded.start()
    try:
        refused = {**settings(guarded, authority, login), **change, "log_format": "console"}
        server = server_on(dsn, durable=True, **refused)
        await server.launch()
        assert await server.ended() == 2
    finally:
        guarded.kill()
    (line,) = [line for line in server.output if "CLUSTER_URL" in line]
    assert why in line
    assert "wrong" not in "".join(server.output)
    assert "Traceback" not in "".join(server.output)
