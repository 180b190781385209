"""What an operator does with the servers of a cluster: lists them, and moves tables."""

import asyncio
import os
from io import StringIO

from pokerws.game.state import TableId
from pokerws.nodes.asking import move
from pokerws.nodes.command import move_table
from pokerws.server.cluster.packets import Incarnation, Peer, name_of
from pokerws.settings import Settings
from pokerws.settings.cluster import Cluster
from pokerws.storage.postgres.address import address_of
from tests.e2e.faults import Cluster as Postgres
from tests.e2e.process import INHERITED, PROGRAM, ServerProcess
from tests.server.cluster.nats_server import NatsServer

HOLDER = """
SELECT owners.node, owners.incarnation FROM games
JOIN owners ON owners.incarnation = coalesce(given_to, owner_incarnation)
WHERE games.id = $1
"""
INCARNATION = "SELECT incarnation FROM owners WHERE node = $1 AND ended_at IS NULL"


async def command(server: ServerProcess, *arguments: str) -> tuple[int | None, str, str]:
    """Run a command with a server's settings: exit code, output and errors."""
    environment = {name: os.environ[name] for name in INHERITED if name in os.environ}
    process = await asyncio.create_subprocess_exec(
        *PROGRAM,
        *arguments,
        env={**environment, **server.settings},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, errors = await process.communicate()
    return process.returncode, out.decode(), errors.decode()


class Operator:
    """Moves tables of a cluster, as the command does."""

    def __init__(self, nats: NatsServer, postgres: Postgres, dsn: str) -> None:
        self._settings = Settings(cluster=Cluster(cluster_url=nats.url))
        self._postgres, self._dsn = postgres, dsn

    async def peer(self, node: str) -> Peer:
        incarnation = await self._postgres.ask(self._dsn, INCARNATION, node)
        return Peer(name_of(node), Incarnation(incarnation))

    async def holder(self, table: TableId) -> str:
        """The name of the server that holds a table."""
        node: str = await self._postgres.ask(self._dsn, HOLDER, table)
        return node

    async def move(self, table: TableId, to: Peer) -> str | None:
        """Have a table moved; returns why it was not."""
        return await self.ask(await self.peer(await self.holder(table)), table, to)

    async def command(self, table: str, node: str) -> str:
        """The output of the command `move`.  Raises NotMoved."""
        out = StringIO()
        await move_table(self._settings, address_of(self._dsn), table, node, out)
        return out.getvalue()

    async def ask(self, holder: Peer, table: TableId, to: Peer) -> str | None:
        """The same of a server that may not hold it.  Raises NotMoved without an answer."""
        return await move(self._settings, holder, table, to)
