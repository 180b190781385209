"""Time to load stored tables into memory, alone and in chunks.

The ceiling is a SELECT by primary key and the decoding of the same snapshots. A real server has
stored the tables, in the middle of their hands; ours loads them and the ceiling reads them in turn.
"""

import time
from base64 import b64encode
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from random import Random
from typing import TypeAlias

import asyncpg
import msgspec
import uvloop

from bench.figures import Part, figure
from bench.live.database import Database, database
from bench.live.matches import DURABLE
from bench.live.rounds import started
from bench.progress import rounds as rounds_of
from pokerws.game.deal import shuffler
from pokerws.game.state import TableId
from pokerws.load.generator import generator
from pokerws.load.load import Load
from pokerws.metrics import Metrics
from pokerws.server import parts
from pokerws.server.clock import Clock
from pokerws.server.tables.cashier import Cashier, Terms
from pokerws.server.tables.lobby import Lobby
from pokerws.server.tables.lobby.hydration import CHUNK, Hydration
from pokerws.settings import load
from pokerws.storage.journal.journal import Journal
from pokerws.storage.postgres import store as postgres_store
from pokerws.storage.postgres.address import address_of
from pokerws.storage.postgres.store import PostgresStore
from pokerws.storage.store import TableSnapshot
from pokerws.storage.vault.vault import KEY_BYTES, Vault, VaultKey

TABLES, ACTIONS_EACH = 300, 30
KEY = VaultKey("bench", bytes(KEY_BYTES))
VAULT = Vault([KEY])
# The server was killed; its tables may be claimed at once.
END_OWNERS = "UPDATE owners SET ended_at = now(), ended_why = 'process gone'"
IDS = "SELECT id FROM games ORDER BY id"
SELECT = "SELECT snapshot FROM game_snapshots WHERE game_id = $1"
SELECT_MANY = "SELECT snapshot FROM game_snapshots WHERE game_id = ANY($1::text[])"

_decode = msgspec.json.Decoder(TableSnapshot).decode
Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"


def measure(rounds: int) -> Part:
    """Milliseconds per table, on a database of its own."""
    with database() as postgres:
        return measure_at(postgres, rounds, TABLES)


def measure_at(postgres: Database, rounds: int, tables: int) -> Part:
    """Likewise, in an empty database."""
    store_tables(postgres, tables)
    return uvloop.run(_measure(postgres, rounds))


def store_tables(postgres: Database, tables: int) -> None:
    """Let a server store so many tables, and kill it in the middle of their hands."""
    key = f"{KEY.id}:{b64encode(KEY.secret).decode()}"
    settings = {**postgres.settings, **DURABLE.settings, "VAULT_KEYS": key}
    with started("ours", settings=settings) as server:
        secret = settings["AUTH_SECRET"]
        with generator(Load(port=server.port, tables=tables, auth_secret=secret)) as here:
            here.play_actions(ACTIONS_EACH * tables)
            here.finish()
        server.abort()


async def _measure(postgres: Database, rounds: int) -> Part:
    alone: list[tuple[float, float]] = []
    chunks: list[tuple[float, float]] = []
    bare = await asyncpg.connect(
        postgres.dsn,
        server_settings=dict(postgres_store._PLANNING),  # noqa: SLF001  same plans
        max_cached_statement_lifetime=0,
    )
    try:
        await bare.execute(END_OWNERS)
        tables = [TableId(row["id"]) for row in await bare.fetch(IDS)]
        await bare.execute("VACUUM ANALYZE")
        # The first round fills caches.
        for _ in rounds_of("hydration", 1 + rounds):
            async with opened(postgres) as store:
                before_ms = await _read_ms(bare, tables)
                load_ms = await _load_ms(store, tables)
                after_ms = await _read_ms(bare, tables)
                alone.append((load_ms, (before_ms + after_ms) / 2))
                many_ms = await _load_many_ms(store, tables)
                chunks.append((many_ms, await _read_many_ms(bare, tables)))
    finally:
        await bare.close()
    return Part(
        "hydration",
        [
            figure(what, "ms", pairs[1:], against=against, bound="at most", target=target)
            for what, pairs, against, target in (
                ("load a table", alone, "SELECT and decode", 4),
                ("load a table, in chunks", chunks, f"SELECT of {CHUNK} and decode", 2.5),
            )
        ],
        [
            f"{len(tables)} tables in the middle of a hand, stored by a server that was killed.",
            "A load includes a commit, which claims the table. Chunks make no actors.",
        ],
    )


@asynccontextmanager
async def opened(postgres: Database) -> AsyncIterator[PostgresStore]:
    """A store with no owner, which may claim tables again and again."""
    store = await PostgresStore.open(address_of(postgres.dsn))
    try:
        yield store
    finally:
        await store.close()


def new_journal(store: PostgresStore) -> Journal:
    """The journal of a server with durable acks."""
    return parts.journal_of(load(DURABLE.settings), store, Metrics())


async def _load_ms(store: PostgresStore, tables: Sequence[TableId]) -> float:
    journal, clock = new_journal(store), Clock()
    journal.start()
    lobby = Lobby(
        store=store,
        journal=journal,
        keep_events=True,
        clock=clock,
        shuffle=shuffler(Random(1).randbytes),
        cashier=Cashier(store.accounts, clock, Terms()),
        max_tables=1_000_000,
        vault=VAULT,
    )
    await lobby.start()
    try:
        started_s = time.perf_counter()
        for table in tables:
            await lobby.find(table)
        took_s = time.perf_counter() - started_s
        assert lobby.tables_in_memory == len(tables)
    finally:
        lobby.stop()
        await journal.stop(10)
    return 1000 * took_s / len(tables)


async def _read_ms(bare: Connection, tables: Sequence[TableId]) -> float:
    started_s = time.perf_counter()
    for table in tables:
        _decode(await bare.fetchval(SELECT, table))
    return 1000 * (time.perf_counter() - started_s) / len(tables)


async def _load_many_ms(store: PostgresStore, tables: Sequence[TableId]) -> float:
    hydration = Hydration(store, new_journal(store), VAULT)
    started_s, loaded = time.perf_counter(), 0
    async for _ in hydration.load_many(tables):
        loaded += 1
    took_s = time.perf_counter() - started_s
    assert loaded == len(tables)
    return 1000 * took_s / len(tables)


async def _read_many_ms(bare: Connection, tables: Sequence[TableId]) -> float:
    started_s = time.perf_counter()
    for start in range(0, len(tables), CHUNK):
        for row in await bare.fetch(SELECT_MANY, tables[start : start + CHUNK]):
            _decode(row["snapshot"])
    return 1000 * (time.perf_counter() - started_s) / len(tables)
