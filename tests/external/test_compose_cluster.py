"""The profile `cluster` of docker-compose.yml without Docker: each service is a process here.

They have the environment, commands and files of the compose file; only addresses and ports are the
test's.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractContextManager, AsyncExitStack
from pathlib import Path

import pytest

from pokerws.client import connect
from pokerws.client.bots import STYLES, BotSeat, run_bots
from pokerws.client.table_view import TableView
from pokerws.game.config.table_config import TableConfig
from tests.e2e.database import check_database
from tests.e2e.process import REPOSITORY, ServerProcess
from tests.external.debian_postgres import DebianPostgres
from tests.external.pgbouncer import compose_pooler
from tests.external.proxies import Proxy, proxy
from tests.house.test_compose import NODES, given
from tests.server.cluster.nats_server import NatsServer, nats_server
from tests.simulation.crash import BACKOFF
from tests.vaults import VAULT_KEYS

MOST_S = 120
FAST = TableConfig(next_hand_delay_ms=0)
OWNER = """
SELECT node FROM owners JOIN games ON games.owner_incarnation = owners.incarnation
WHERE games.id = '{}'
"""


@pytest.fixture
async def nats(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[NatsServer]:
    """NATS with the file of `deploy/`."""
    text = (REPOSITORY / "deploy" / "nats.conf").read_text(encoding="utf-8")
    for line in ("port: 4222\n", "http: 8222\n"):
        assert line in text
        text = text.replace(line, "")
    monkeypatch.setenv("NATS_TOKEN", "secret")
    with nats_server(tmp_path, text) as server:
        await server.start()
        yield server


def node(name: str, url: str, nats: NatsServer, keys: Path) -> ServerProcess:
    """A node as the compose file has it, at other addresses."""
    changed = {
        "HOST": "127.0.0.1",
        "DATABASE_URL": url,
        "CLUSTER_URL": f"nats://secret@127.0.0.1:{nats.port}",
        "TRUSTED_PROXIES": "127.0.0.1",
    }
    environment = {**given(name), **changed, "VAULT_KEY_FILE": str(keys / "vault.key")}
    # The test's server has a port of its own.
    del environment["PORT"]
    # On the volume that all share.
    assert environment["VAULT_KEYS"] == ""
    return ServerProcess(**{key.lower(): value for key, value in environment.items()})


async def hands(view: TableView, count: int) -> None:
    """Wait until so many more hands have begun."""
    wanted = view.table.hand_number + count
    async with asyncio.timeout(MOST_S):
        await view.wait_for(lambda view: view.table.hand_number >= wanted)


async def test_play_through_caddy_goes_on_when_the_server_of_the_table_is_killed(
    postgres: DebianPostgres, owner: str, database: str, nats: NatsServer, tmp_path: Path
) -> None:
    url = postgres.url(database, owner)
    async with AsyncExitStack() as stack:
        (tmp_path / "vault.key").write_text(VAULT_KEYS)
        nodes = {name: node(name, url, nats, tmp_path) for name in NODES}
        for server in nodes.values():
            # One after the other, as `depends_on` has it: the first makes the key.
            await server.start()
            stack.push_async_callback(end, server)
        front = stack.enter_context(caddy(nodes))
        async with (
            asyncio.TaskGroup() as group,
            connect(front.socket_url, name="Sue", tls=front.trusting, backoff=BACKOFF) as sue,
        ):
            table = await sue.create_table("Compose", FAST)
            seats = [
                BotSeat(style, table, f"Bot {number}", delay_ms=(0, 5))
                for number, style in enumerate(STYLES.values())
            ]
            bots = group.create_task(
                run_bots(front.socket_url, seats, tls=front.trusting, backoff=BACKOFF)
            )
            view = await sue.watch(table)
            await hands(view, 3)
            killed = postgres.psql(url, OWNER.format(table))
            await nodes[killed].kill()
            await hands(view, 3)
            # Caddy passes over the one that is gone.
            for number in range(6):
                async with connect(front.socket_url, name=f"New {number}", tls=front.trusting):
                    pass
            bots.cancel()
        for name, server in nodes.items():
            if name != killed:
                assert await server.stop() == 0
    assert await check_database(url)


async def end(server: ServerProcess) -> None:
    if server.running:
        await server.kill()


def caddy(nodes: dict[str, ServerProcess]) -> AbstractContextManager[Proxy]:
    """Caddy with the compose file's Caddyfile and its default domain."""
    ports = {f"{name}:8765": f"127.0.0.1:{server.port}" for name, server in nodes.items()}
    return proxy("Caddyfile-cluster", None, {"{$DOMAIN:localhost}": "localhost", **ports})


async def test_a_server_works_through_the_pooler_of_the_compose_file(
    postgres: DebianPostgres,
) -> None:
    postgres.psql(postgres.url(), "CREATE ROLE poker LOGIN PASSWORD 'secret'")
    name = postgres.database("poker")
    with compose_pooler(postgres, name) as port:
        environment = {**given(), "HOST": "127.0.0.1", "USE_DURABLE_ACKS": "true"}
        del environment["PORT"]
        changed = environment["DATABASE_URL"].replace("@db:5432", f"@127.0.0.1:{port}")
        assert changed != environment["DATABASE_URL"]
        environment |= {"DATABASE_URL": changed, "VAULT_KEYS": VAULT_KEYS}
        server = ServerProcess(**{key.lower(): value for key, value in environment.items()})
        await server.start()
        async with connect(server.socket_url, name="Sue") as sue:
            await sue.create_table("Pooled", FAST)
        assert await server.stop() == 0
    assert await check_database(postgres.url(name))
