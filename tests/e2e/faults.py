"""What the tests of faults share: a Postgres to stop and kill, and tables in play."""

import asyncio
import itertools
import os
import random
import shutil
import signal
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Any

import asyncpg
from websockets.asyncio.client import ClientConnection
from websockets.asyncio.client import connect as connect_raw
from websockets.exceptions import ConnectionClosed

from pokerws.client import Client, CommandRejected, TableLost, TableView, connect
from pokerws.client.client import News
from pokerws.game.state import TableId, Turn
from pokerws.messages import (
    ClientMessage,
    Events,
    Hello,
    Notice,
    ServerMessage,
    Snapshot,
    Watch,
    encode,
    server_decoder,
)
from pokerws.storage.postgres.address import address_of
from pokerws.storage.postgres.embedded import EmbeddedPostgres
from pokerws.storage.postgres.migrate import migrate
from tests.e2e.database import check_database
from tests.e2e.process import ServerProcess
from tests.postgres_fixtures import FAST, TEMPLATE, new_directory
from tests.simulation.crash import BACKOFF, CONFIG, Progress, Recorder, check_shown
from tests.storage.clusters import postmaster, processes_of

# A killed Postgres loses nothing that the operating system has, so waiting for the disk proves
# nothing here.
OPTIONS = FAST
TABLES, PLAYERS = 2, 3
# Players who think this long leave the machine to what is tested.
THINK_S = 0.005
# So often they look whether a table that was set aside is back.
ASIDE_S = 0.05
# For a test in which statements never end.  Elsewhere a slow machine must not look like an outage.
SHORT_STATEMENTS = {"db_statement_timeout_ms": 500}
# Longer than anything takes that happens at all.
MOST_S = 120
# A save that waits for a lock.
WRITING = """
SELECT pid FROM pg_stat_activity
WHERE application_name = 'pokerws' AND datname = current_database() AND wait_event_type = 'Lock'
LIMIT 1
"""


class Cluster:
    """A PostgreSQL whose processes are ours to stop and to kill; a database for each test."""

    def __init__(self, directory: Path) -> None:
        self.postgres = EmbeddedPostgres._start(directory, OPTIONS)
        self._numbers = itertools.count(1)
        self._has_template = False
        self._hung: list[int] = []

    async def database(self, more: str = "", *, is_migrated: bool = True) -> str:
        """The address of a new database without rows."""
        if is_migrated and not self._has_template:
            await self.ask(self.postgres.dsn, f"CREATE DATABASE {TEMPLATE}")
            await migrate(address_of(self._url(TEMPLATE)))
            self._has_template = True
        name = f"faults_{next(self._numbers)}"
        template = TEMPLATE if is_migrated else "template0"
        copy = f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY {more}"
        await self.ask(self.postgres.dsn, copy)
        return self._url(name)

    def _url(self, name: str) -> str:
        return self.postgres.dsn.replace("/postgres?", f"/{name}?")

    async def copy(self, dsn: str) -> str:
        """Copy a database as it is at this instant; its connections are dropped for that."""
        name = _name_of(dsn)
        async with self._without_connections(name):
            await self.ask(self.postgres.dsn, f"CREATE DATABASE {name}_copy TEMPLATE {name}")
        return f"{name}_copy"

    async def put_in_place(self, copy: str, dsn: str) -> None:
        """Put an older copy in the place of a database, as a failover or a restore does."""
        name = _name_of(dsn)
        async with self._without_connections(name):
            await self.ask(self.postgres.dsn, f"ALTER DATABASE {name} RENAME TO {name}_lost")
            await self.ask(self.postgres.dsn, f"ALTER DATABASE {copy} RENAME TO {name}")

    @asynccontextmanager
    async def _without_connections(self, name: str) -> AsyncIterator[None]:
        """Nobody can connect to a database; at the end one of that name takes connections."""
        allow = "ALTER DATABASE {} ALLOW_CONNECTIONS {}"
        await self.ask(self.postgres.dsn, allow.format(name, "false"))
        gone = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = $1"
        while await self.ask(self.postgres.dsn, gone, name):
            pass
        yield
        await self.ask(self.postgres.dsn, allow.format(name, "true"))

    @staticmethod
    async def ask(dsn: str, query: str, *arguments: object) -> Any:
        """Run one statement, on a connection of its own."""
        connection = await asyncpg.connect(dsn)
        try:
            return await connection.fetchval(query, *arguments)
        finally:
            await connection.close()

    async def kill_a_backend(self, dsn: str) -> None:
        """SIGKILL for a process in the midst of a write; Postgres starts over by itself."""
        connection = await asyncpg.connect(dsn)
        try:
            await connection.execute("BEGIN")
            await connection.execute("SELECT FROM games FOR UPDATE")
            while (pid := await connection.fetchval(WRITING)) is None:
                await connection.execute("SELECT pg_stat_clear_snapshot()")
            os.kill(pid, signal.SIGKILL)
        finally:
            connection.terminate()

    def quit(self) -> None:
        """SIGQUIT: it ends at once, without a word to anybody."""
        os.kill(postmaster(self.postgres), signal.SIGQUIT)

    def kill(self) -> None:
        """SIGKILL for all of it."""
        self._send_all(processes_of(self.postgres), signal.SIGKILL)

    async def start_again(self) -> None:
        """Start it where it has ended."""
        await asyncio.to_thread(self.postgres._run)

    def hang(self) -> None:
        """SIGSTOP for all of it: there, and dead to the world."""
        self._hung = processes_of(self.postgres)
        self._send_all(self._hung, signal.SIGSTOP)

    def go_on(self) -> None:
        """The end of a `hang`."""
        hung, self._hung = self._hung, []
        self._send_all(hung, signal.SIGCONT)

    @staticmethod
    def _send_all(pids: list[int], number: signal.Signals) -> None:
        """Send a signal to those that have not ended meanwhile."""
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, number)

    def stop(self) -> None:
        """The end, whatever state a test has left it in."""
        self.go_on()
        self.postgres._stop()


def _name_of(dsn: str) -> str:
    return dsn.partition("?")[0].rpartition("/")[2]


class Witness(Recorder):
    """A recorder that thinks a little, and comes back to a table that was set aside."""

    # Chips that move while nothing can be stored would stop the table.
    leaves = 0.0
    # The longest time that an action waited for its answer.
    longest_s = 0.0
    think_s = THINK_S

    async def play(self, url: str, table: TableId) -> None:
        async with connect(url, name=self.name, backoff=BACKOFF) as client:
            self.player = client.player
            while True:
                try:
                    view = await client.watch(table, self._record)
                    while True:
                        self.highest_seq = max(self.highest_seq, view.seq)
                        await self._step(client, view)
                except (CommandRejected, TableLost) as lost:
                    # Set aside, or on the way back.
                    if lost.code not in ("table_quarantined", "table_unavailable"):
                        raise
                    await asyncio.sleep(ASIDE_S)

    async def _step(self, client: Client, view: TableView) -> None:
        await asyncio.sleep(self.think_s)
        await super()._step(client, view)

    async def _act(self, client: Client, view: TableView, turn: Turn) -> None:
        began_s = time.perf_counter()
        await super()._act(client, view, turn)
        self.longest_s = max(self.longest_s, time.perf_counter() - began_s)


class TablesInPlay:
    """Tables in full play on one server, and what was shown there."""

    def __init__(self, server: ServerProcess, dsn: str, tables: int = TABLES) -> None:
        self._wanted = tables
        self.server = server
        self.dsn = dsn
        self.progress = Progress()
        self.players: dict[TableId, list[Witness]] = {}

    async def open(self) -> None:
        """Open the tables; the players are about to come."""
        rng = random.Random(5)
        async with connect(self.server.socket_url, name="Opener") as opener:
            for number in range(self._wanted):
                table = await opener.create_table(f"Table {number}", CONFIG)
                self.players[table] = [
                    Witness(f"P{number}{seat}", random.Random(rng.random()), self.progress)
                    for seat in range(PLAYERS)
                ]

    @property
    def tables(self) -> list[TableId]:
        return list(self.players)

    @property
    def longest_s(self) -> float:
        """The longest time that an action waited for its answer."""
        return max(one.longest_s for players in self.players.values() for one in players)

    async def more(self, count: int) -> None:
        """Wait for so many more events to be shown at each table."""
        for table in self.tables:
            await self.more_at(table, count)

    async def more_at(self, table: TableId, count: int) -> None:
        """Wait for so many more events to be shown at one table."""
        before = self.highest(table)
        while self.highest(table) < before + count:
            await self.progress.more(1)

    def highest(self, table: TableId) -> int:
        """The last event that a player of a table was shown."""
        return max((max(one.shown, default=0) for one in self.players[table]), default=0)

    def nobody_was_disconnected(self) -> None:
        assert len(self.server.log("session_opened")) == len(self.tables) * PLAYERS + 1
        assert len(self.server.log("session_ended")) == 1, "only who opened the tables has left"

    async def everything_shown_is_stored(self) -> int:
        """Also: each game is whole, and each accepted command stands where it was said to.

        Returns the number of events that were checked.
        """
        versions = await check_database(self.dsn)
        assert set(self.tables) <= set(versions)
        checked = await check_shown(self.dsn, self.players)
        assert checked > 0
        return checked


def server_on(dsn: str, *, durable: bool, **settings: object) -> ServerProcess:
    """A server on a database, not started yet."""
    usual: dict[str, object] = {
        "database_url": dsn,
        "use_db_repository": True,
        "use_event_persistence": True,
        "use_input_validation": True,
        "use_durable_acks": durable,
    }
    return ServerProcess(**{**usual, **settings})


@asynccontextmanager
async def serving(dsn: str, *, durable: bool, **settings: object) -> AsyncIterator[ServerProcess]:
    """A server that has started, and that is gone at the end in any case."""
    server = server_on(dsn, durable=durable, **settings)
    await server.start()
    try:
        yield server
    finally:
        if server.running:
            await server.kill()


@asynccontextmanager
async def tables_in_play(
    server: ServerProcess, dsn: str, *others: ServerProcess, tables: int = TABLES
) -> AsyncIterator[TablesInPlay]:
    """All tables in play on a server; at the end the players go.

    If there are other servers of its cluster, the players are connected to those.
    """
    played = TablesInPlay(server, dsn, tables)
    await played.open()
    urls = [other.socket_url for other in others or (server,)]
    async with asyncio.TaskGroup() as group:
        tasks = [
            group.create_task(player.play(urls[number % len(urls)], table))
            for table, players in played.players.items()
            for number, player in enumerate(players)
        ]
        # Somebody who comes while the database is away would be refused.
        while sum(len(one.log("session_opened")) for one in {server, *others}) <= len(tasks):
            await played.progress.more(1)
        await played.progress.more(50)
        yield played
        for task in tasks:
            task.cancel()


class Guest:
    """Somebody at a table whom a test moves by hand."""

    def __init__(self, client: Client, view: TableView, notices: list[str]) -> None:
        self.client = client
        self.view = view
        self.notices = notices


@asynccontextmanager
async def guest(
    server: ServerProcess, name: str, table: TableId, *, token: str | None = None
) -> AsyncIterator[Guest]:
    """A guest who watches a table and keeps the codes of the notices that come."""
    notices: list[str] = []

    def hear(message: News) -> None:
        if isinstance(message, Notice):
            notices.append(message.code)

    async with connect(
        server.socket_url, name=name, token=token, backoff=BACKOFF, on_message=hear
    ) as client:
        yield Guest(client, await client.watch(table), notices)


async def heard(guests: list[Guest], code: str) -> None:
    """Wait until all of them have had a notice."""
    async with asyncio.timeout(MOST_S):
        while not all(code in one.notices for one in guests):  # noqa: ASYNC110  no view changes
            await asyncio.sleep(0.01)


class Onlooker:
    """A connection that watches a table, keeps what it is sent, and does not come back."""

    def __init__(self, connection: ClientConnection) -> None:
        self.messages: list[ServerMessage] = []
        self.is_shown = asyncio.Event()
        self._connection = connection
        self._reader = asyncio.create_task(self._read())

    @property
    def highest_seq(self) -> int:
        """The last event that it was shown, or that a snapshot of its had in it."""
        seqs = [one.seq for one in self.messages if isinstance(one, Snapshot)]
        seqs += [one.seq + len(one.events) - 1 for one in self.messages if isinstance(one, Events)]
        return max(seqs, default=0)

    def missed_nothing(self) -> None:
        """It has each event since its only snapshot, once and in order."""
        (first,) = (one for one in self.messages if isinstance(one, Snapshot))
        shown = [
            one.seq + n
            for one in self.messages
            if isinstance(one, Events)
            for n in range(len(one.events))
        ]
        assert shown == list(range(first.seq + 1, self.highest_seq + 1))

    async def send(self, message: ClientMessage) -> None:
        """Send a message; its answer is kept with the others."""
        await self._connection.send(encode(message), text=True)

    async def closed(self) -> int | None:
        """Wait for the end; the code that the server closed with."""
        async with asyncio.timeout(MOST_S):
            await self._reader
        return self._connection.close_code

    async def _read(self) -> None:
        decode = server_decoder().decode
        with suppress(ConnectionClosed):
            async for frame in self._connection:
                self.messages.append(decode(frame))
                if isinstance(self.messages[-1], Snapshot):
                    self.is_shown.set()


@asynccontextmanager
async def onlooker(server: ServerProcess, table: TableId, *, token: str) -> AsyncIterator[Onlooker]:
    """An onlooker at a table: the player that the token is of."""
    connection = await connect_raw(server.socket_url, compression=None, proxy=None)
    try:
        await connection.send(encode(Hello("h", token=token)), text=True)
        await connection.send(encode(Watch("w", table)), text=True)
        yield Onlooker(connection)
    finally:
        connection.transport.abort()


def a_cluster(cluster_template: Path) -> Iterator[Cluster]:
    """What a fixture needs to have one."""
    with new_cluster(cluster_template) as cluster:
        yield cluster


@contextmanager
def new_cluster(template: Path | None = None) -> Iterator[Cluster]:
    """One of its own, which is made sooner as a copy of a template."""
    path = new_directory()
    if template is not None:
        subprocess.run(["cp", "-a", template, path / "postgres"], check=True)
    cluster = Cluster(path / "postgres")
    try:
        yield cluster
    finally:
        cluster.stop()
        shutil.rmtree(path)
