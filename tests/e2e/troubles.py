"""The troubles of docs/troubleshooting.md, made to happen: one for each heading.

Each is a server, or none, in the middle of its trouble, for as long as the context lasts.
"""

import asyncio
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from msgspec import Struct, field

from pokerws.client import CommandRejected, connect
from pokerws.game.config.table_config import TableConfig
from pokerws.storage.postgres.address import address_of
from pokerws.storage.postgres.connecting import connected
from tests.e2e.faults import Cluster, server_on, serving
from tests.e2e.guide import missing
from tests.e2e.process import START_TIMEOUT_S, ServerProcess
from tests.vaults import VAULT_KEYS

# As an operator sees them, with a table of bots that always has something to write.
SHOWN = {"log_format": "console", "use_event_persistence": True}
BOTS = {"bots": 3, "bot_min_delay_ms": 5, "bot_max_delay_ms": 15, "next_hand_delay_ms": 0}
USUAL = {**SHOWN, **BOTS}
NO_ROOM = """
CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    RAISE 'could not extend file "base/16384/16402": No space left on device'
    USING ERRCODE = 'disk_full';
END $$
"""
FULL_DISK = "CREATE TRIGGER no_room BEFORE UPDATE ON games FOR EACH ROW EXECUTE FUNCTION no_room()"


class Trouble(Struct):
    """`server` is the one whose log has it; `environment` is what the guide's commands get."""

    server: ServerProcess | None = None
    environment: dict[str, str] = field(default_factory=dict)

    async def says(self, lines: str) -> None:
        """Wait until the log has these lines, in this order."""
        server = self.server
        assert server is not None, "it is not in a log"
        absent: str | None = lines
        try:
            async with asyncio.timeout(START_TIMEOUT_S), server._more:
                while absent := missing("\n".join(server.output), lines):
                    await server._more.wait()
        except TimeoutError:
            pytest.fail(f"the log has no line\n{absent}\n\n" + "\n".join(server.output[-40:]))


Making = Callable[[Cluster], AbstractAsyncContextManager[Trouble]]
TROUBLES: dict[str, Making] = {}


def trouble(heading: str) -> Callable[[Callable[[Cluster], AsyncIterator[Trouble]]], None]:
    """Enter a trouble under its heading."""

    def enter(making: Callable[[Cluster], AsyncIterator[Trouble]]) -> None:
        TROUBLES[heading] = asynccontextmanager(making)

    return enter


@asynccontextmanager
async def playing(
    cluster: Cluster, *, durable: bool = False, batches: int = 10, **settings: object
) -> AsyncIterator[tuple[Trouble, ServerProcess, str]]:
    """A server that stores what bots play, and has done so a few times; and its database."""
    dsn = await cluster.database()
    given = {**USUAL, "log_level": "debug", **settings}
    async with serving(dsn, durable=durable, **given) as server:
        trouble = Trouble(server, {"DATABASE_URL": dsn, "VAULT_KEYS": VAULT_KEYS})
        # Before they sit there is nothing to lose.
        await trouble.says("… save_batch …\n" * batches)
        yield trouble, server, dsn


@trouble("The server cannot listen")
async def cannot_listen(cluster: Cluster) -> AsyncIterator[Trouble]:
    yield Trouble()


@trouble("A browser is refused with 403 or 421")
async def browser_refused(cluster: Cluster) -> AsyncIterator[Trouble]:
    """A proxy that replaces `Host`; tests/external/test_proxies.py has a real one."""
    server = ServerProcess(log_format="console", database_url="embedded:var/none")
    await server.start()
    page = {"Origin": "https://poker.example"}
    for path, headers in (("ws", page), ("", {"Host": "poker.example"})):
        with pytest.raises(HTTPError):
            await asyncio.to_thread(urlopen, Request(f"{server.address}{path}", headers=headers))
    yield Trouble(server)
    await server.stop()


@trouble("The database cannot be reached at the start")
async def unreachable(cluster: Cluster) -> AsyncIterator[Trouble]:
    yield Trouble()


@trouble("The database is refused at the start")
async def foreign(cluster: Cluster) -> AsyncIterator[Trouble]:
    """A table of migrations as other tools make it."""
    dsn = await cluster.database(is_migrated=False)
    await cluster.ask(dsn, "CREATE TABLE schema_migrations (version varchar PRIMARY KEY)")
    yield Trouble(None, {"DATABASE_URL": dsn})


@trouble("A setting is misspelt")
async def misspelt(cluster: Cluster) -> AsyncIterator[Trouble]:
    yield Trouble()


@trouble("Tables are in play in the database, and the server would play in memory")
async def left_behind(cluster: Cluster) -> AsyncIterator[Trouble]:
    async with playing(cluster) as (trouble, server, _):
        assert await server.stop() == 0
        yield trouble


@trouble("The start takes long, or does not end")
async def slow_start(cluster: Cluster) -> AsyncIterator[Trouble]:
    dsn = await cluster.database()
    server = server_on(dsn, durable=False, **SHOWN)
    trouble = Trouble(server)
    async with connected(address_of(dsn), "another") as other:
        await other.execute("SELECT pg_advisory_lock(5052081501)")
        await server.launch()
        await trouble.says("… start_waits …")
        assert await server.end(signal.SIGTERM) == 0
    yield trouble


@trouble("The database goes away during play")
async def away(cluster: Cluster) -> AsyncIterator[Trouble]:
    async with playing(cluster) as (trouble, _, _):
        cluster.quit()
        await trouble.says("… outcome=DB_FAILED …")
        await cluster.start_again()
        yield trouble


@trouble("Tables are paused, or commands are refused as overloaded")
async def paused(cluster: Cluster) -> AsyncIterator[Trouble]:
    async with playing(cluster, durable=True) as (trouble, _, _):
        cluster.quit()
        await trouble.says("… tables_paused …")
        await cluster.start_again()
        yield trouble


@trouble("The disk of the database is full")
async def full_disk(cluster: Cluster) -> AsyncIterator[Trouble]:
    """Postgres says what it then says; tests/e2e/test_faults.py fills a disk."""
    async with playing(cluster) as (trouble, _, dsn):
        for statement in (NO_ROOM, FULL_DISK):
            await cluster.ask(dsn, statement)
        await trouble.says("… outcome=DB_FAILED …")
        await cluster.ask(dsn, "DROP TRIGGER no_room ON games")
        yield trouble


@trouble("Somebody has edited a row")
async def edited(cluster: Cluster) -> AsyncIterator[Trouble]:
    async with playing(cluster) as (trouble, _, dsn):
        await cluster.ask(dsn, "UPDATE games SET version = version + 1000")
        yield trouble


@trouble("A game is not found after a restart")
async def not_found(cluster: Cluster) -> AsyncIterator[Trouble]:
    async with playing(cluster) as (trouble, server, dsn):
        game = await cluster.ask(dsn, "SELECT id FROM games")
        assert await server.stop() == 0
        server.settings |= {"USE_DB_REPOSITORY": "false", "USE_EVENT_PERSISTENCE": "false"}
        await server.start("--overtake")
        async with connect(server.socket_url, name="Gus") as gus:
            with pytest.raises(CommandRejected, match="unknown_table"):
                await gus.watch(game)
        yield trouble


@trouble("A table is FENCED, and its clients closed with 4409")
async def fenced(cluster: Cluster) -> AsyncIterator[Trouble]:
    """As a server of a release without leases claims it."""
    async with playing(cluster) as (trouble, _, dsn):
        await cluster.ask(dsn, "UPDATE games SET epoch = epoch + 1")
        yield trouble


@trouble("A table is refused, because another server owns it")
async def owned_elsewhere(cluster: Cluster) -> AsyncIterator[Trouble]:
    async with (
        playing(cluster, node_name="poker-1") as (trouble, _, dsn),
        serving(dsn, durable=False, **SHOWN) as second,
    ):
        yield Trouble(second, trouble.environment)


@trouble("The database went back to an older state")
async def went_back(cluster: Cluster) -> AsyncIterator[Trouble]:
    async with playing(cluster) as (trouble, server, dsn):
        copy = await cluster.copy(dsn)
        # Between two hands nothing is saved, so a copy made then fails no save.
        saved = sum(" save_batch " in line for line in server.output)
        await trouble.says("… save_batch …\n" * (saved + 5))
        await cluster.put_in_place(copy, dsn)
        yield trouble


@trouble("A table is in quarantine")
async def in_quarantine(cluster: Cluster) -> AsyncIterator[Trouble]:
    async with playing(cluster) as (trouble, server, dsn):
        assert await server.stop() == 0
        game = await cluster.ask(
            dsn, "UPDATE game_snapshots SET snapshot = left(snapshot, 40) RETURNING game_id"
        )
        await server.start()
        trouble.environment["GAME"] = game
        yield trouble


@trouble("The vault key is missing")
async def keyless(cluster: Cluster) -> AsyncIterator[Trouble]:
    """One table, stopped in the middle of a hand."""
    async with playing(cluster, batches=1, bot_min_delay_ms=3_000, bot_max_delay_ms=3_000) as (
        trouble,
        server,
        dsn,
    ):
        async with asyncio.timeout(START_TIMEOUT_S):
            while not await cluster.ask(dsn, "SELECT key_id FROM games"):  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        await server.kill()
        trouble.environment["USE_DB_REPOSITORY"] = "true"
        yield trouble


@trouble("The comparator finds a mismatch")
async def mismatch(cluster: Cluster) -> AsyncIterator[Trouble]:
    dsn = await cluster.database()
    async with serving(dsn, durable=False, compare_interval_ms=10, **SHOWN) as server:
        trouble = Trouble(server)
        async with connect(server.socket_url, name="Gus") as gus:
            await gus.create_table("Quiet", TableConfig())
            await trouble.says("… create_game outcome=DB_SUCCESS …")
            await cluster.ask(
                dsn,
                """UPDATE game_snapshots
                   SET snapshot = replace(snapshot, '"Quiet"', '"Silent"')""",
            )
            yield trouble
