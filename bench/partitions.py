"""How the log should be partitioned: each way is filled, written, read, thinned out and vacuumed.

Run it with `python -m bench.partitions`; it starts a PostgreSQL of its own in a temporary directory
and removes it.  The figures in docs/decisions/0012-partitions.md are its output.  It owns the ways
that are compared, and changes nothing of the program's: what it times are the program's statements.
"""

import argparse
import asyncio
import random
import re
import shutil
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

import asyncpg

from pokerws.game.state import TableConfig, TableId
from pokerws.maintenance import stored_log
from pokerws.storage.postgres import store as postgres
from pokerws.storage.postgres.embedded import EmbeddedPostgres
from pokerws.storage.postgres.migrate import migrate
from pokerws.storage.postgres.store import PostgresStore
from pokerws.storage.store import Change, EventRow

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
Times: TypeAlias = dict[str, list[float]]
# From a game and the seq of its last event to the arguments of a statement.
Asked: TypeAlias = Callable[[str, int], tuple[object, ...]]

GAMES = 5000
BATCH = 200
BATCHES = 40
ROUNDS = 5
READS = 300
THINNED = 200
DAYS = 14
DAY_MS = 86_400_000
START_MS = 1_780_000_000_000
SNAPSHOT = b'{"cards":"%s"}' % (b"x" * 1570)
PAYLOAD = '{"type":"bet_placed","seat":3,"pad":"%s"}' % ("x" * 120)
# Checkpoints and vacuum come when they are asked for, or they would hit some ways and not others.
OPTIONS = {"autovacuum": "off", "max_wal_size": "16GB", "checkpoint_timeout": "1d"}
GENERIC = {"plan_cache_mode": "force_generic_plan", "enable_seqscan": "off", "jit": "off"}

HASH = (
    "CREATE TABLE game_events_{n} PARTITION OF game_events FOR VALUES "
    "WITH (MODULUS {of}, REMAINDER {n})"
)
RANGE = (
    "CREATE TABLE game_events_{n} PARTITION OF game_events FOR VALUES "
    "FROM (to_timestamp({first})) TO (to_timestamp({last}))"
)
REMAKE = """
ALTER TABLE game_events RENAME TO former;
ALTER INDEX game_events_pkey RENAME TO former_pkey;
CREATE TABLE game_events (LIKE former INCLUDING CONSTRAINTS) {by};
DROP TABLE former;
"""
PRIMARY_KEY = "ALTER TABLE game_events ADD PRIMARY KEY ({key})"
# One event a table in turn, as play has it; half an hour lies between two events of a table.
LOAD = """
INSERT INTO game_events (game_id, seq, hand_number, type, payload, at)
SELECT 't' || to_char(game, 'FM00000'), seq, seq / 20, 'bet_placed', $3::text,
       to_timestamp($4::bigint / 1000.0 + seq * $5::float8)
FROM generate_series(1, $2::int) AS seq, generate_series(0, $1::int - 1 + 0 * seq) AS game
"""
THIN = "DELETE FROM game_events WHERE game_id = $1 AND seq <= $2"
LEAVES = r"""
SELECT relname AS name, pg_relation_size(oid) AS bytes, pg_indexes_size(oid) AS index_bytes
FROM pg_class WHERE relkind = 'r' AND relname ~ '^game_events(_\d+)?$'
"""
LEAVES_OF = "SELECT DISTINCT tableoid::regclass::text AS name FROM game_events WHERE game_id = $1"
READ_STATEMENTS: dict[str, tuple[str, Asked]] = {
    "EVENTS, the last 20": (postgres.EVENTS, lambda game, last: (game, last - 20, 100_000)),
    "EVENTS, all": (postgres.EVENTS, lambda game, last: (game, 0, 100_000)),
    "LOG_SEQ": (postgres.LOG_SEQ, lambda game, last: (game,)),
    "LOG (replay, verify), all": (stored_log.LOG, lambda game, last: (game, last)),
    "LOG_BOUNDS of a hand": (stored_log.LOG_BOUNDS, lambda game, last: (game, 3, None)),
}


SCANNED = re.compile(r"(?<!Bitmap Index )Scan(?: Backward)?(?: using \w+)? on (game_events\w*)")


@dataclass
class Way:
    """One way to keep the log, in a database of its own."""

    name: str
    by: str = ""
    key: str = "game_id, seq"
    hashed: int = 0
    dsn: str = ""
    versions: dict[int, int] = field(default_factory=dict)
    times: Times = field(default_factory=dict)

    def partitions(self) -> Iterator[str]:
        if self.hashed:
            yield from (HASH.format(n=n, of=self.hashed) for n in range(self.hashed))
        elif self.by:
            for day in range(DAYS + 2):
                first = (START_MS + day * DAY_MS) // 1000
                yield RANGE.format(n=day, first=first, last=first + DAY_MS // 1000)

    @contextmanager
    def timed(self, what: str) -> Iterator[None]:
        began = time.perf_counter()
        yield
        self.note(what, (time.perf_counter() - began) * 1000)

    def note(self, what: str, value: float) -> None:
        self.times.setdefault(what, []).append(value)


def ways() -> list[Way]:
    hashed = [Way(f"hash {n}", "PARTITION BY HASH (game_id)", hashed=n) for n in (8, 16, 32)]
    by_time = Way("range", "PARTITION BY RANGE (at)", "game_id, seq, at")
    return [Way("one table"), *hashed, by_time]


async def create(way: Way, server: EmbeddedPostgres) -> None:
    """A database with games that have been played for a while, and an empty log."""
    name = way.name.replace(" ", "_")
    async with connected(server.dsn) as connection:
        await connection.execute(f"CREATE DATABASE {name}")
    way.dsn = server.dsn.replace("/postgres?", f"/{name}?")
    await migrate(way.dsn)
    async with connected(way.dsn) as connection:
        await connection.execute(REMAKE.format(by=way.by))
        for statement in way.partitions():
            await connection.execute(statement)
        await connection.execute(PRIMARY_KEY.format(key=way.key))


async def open_games(way: Way, version: int) -> None:
    store = await PostgresStore.open(way.dsn)
    for first in range(0, GAMES, BATCH):
        await store.save([change(game, 0, version, []) for game in range(first, first + BATCH)])
    await store.close()
    way.versions = dict.fromkeys(range(GAMES), version)


def change(game: int, expected: int, version: int, events: list[EventRow]) -> Change:
    return Change(
        table=TableId(f"t{game:05}"),
        name="Main table",
        status="active",
        config=TableConfig(seats=6),
        players=4,
        hand_number=version // 20,
        total_pot=0,
        expected=expected,
        version=version,
        epoch=1,
        snapshot=SNAPSHOT,
        at_ms=START_MS + DAYS * DAY_MS + 1000,
        events=tuple(events),
    )


def played(way: Way, games: list[int], count: int = 2) -> list[Change]:
    """The next events of these games."""
    changes = []
    for game in games:
        was = way.versions[game]
        now = way.versions[game] = was + count
        at_ms = START_MS + DAYS * DAY_MS + 1000
        events = [
            EventRow(seq, seq // 20, "bet_placed", PAYLOAD.encode(), at_ms)
            for seq in range(was + 1, now + 1)
        ]
        changes.append(change(game, was, now, events))
    return changes


async def save(way: Way, label: str, seed: int) -> None:
    """One round of saves, which begins after a checkpoint: the first change of a page is dear."""
    draw = random.Random(seed)
    store = await PostgresStore.open(way.dsn, statement_timeout_ms=60_000)
    async with connected(way.dsn) as operator:
        await operator.execute("CHECKPOINT")
        for size, what in ((BATCH, "200 tables"), (1, "1 table")):
            await store.save(played(way, draw.sample(range(GAMES), size)))
            began = await operator.fetchval("SELECT pg_current_wal_insert_lsn()")
            for _ in range(BATCHES):
                changes = played(way, draw.sample(range(GAMES), size))
                with way.timed(f"save of {what}, {label}: ms"):
                    written = await store.save(changes)
                assert len(written) == size
            wal = await operator.fetchval("SELECT pg_current_wal_insert_lsn() - $1::pg_lsn", began)
            way.note(f"WAL of a save of {what}, {label}: kB", float(wal) / 1024 / BATCHES)
    await store.close()


async def load(way: Way, each: int) -> None:
    async with connected(way.dsn) as connection:
        await connection.execute("TRUNCATE game_events")
        between_s = DAYS * DAY_MS / 1000 / each
        with way.timed("loading: ms"):
            await connection.execute("SET jit = off")
            await connection.fetch(LOAD, GAMES, each, PAYLOAD, START_MS, between_s)
        await connection.execute("VACUUM (FREEZE, ANALYZE) game_events")
        leaves = await connection.fetch(LEAVES)
        way.note("log: MB", sum(row["bytes"] for row in leaves) / 1e6)
        way.note("index: MB", sum(row["index_bytes"] for row in leaves) / 1e6)
        way.note("largest partition: MB", max(row["bytes"] for row in leaves) / 1e6)
    # The rows of games are as they were: their versions went on from the same number.
    async with connected(way.dsn) as connection:
        await connection.execute("UPDATE games SET version = $1", each)
        await connection.execute("VACUUM (FULL, ANALYZE) games")
    way.versions = dict.fromkeys(range(GAMES), each)


async def read(way: Way, each: int, settings: dict[str, str], label: str) -> None:
    draw = random.Random(2)
    for _ in range(10):
        with way.timed("first read of a new connection: ms"):
            async with connected(way.dsn, settings) as connection:
                await connection.fetch(postgres.LOG_SEQ, "t00001")
    async with connected(way.dsn, settings) as connection:
        for what, (statement, arguments) in READ_STATEMENTS.items():
            prepared = await connection.prepare(statement)
            games = [f"t{draw.randrange(GAMES):05}" for _ in range(READS)]
            for game in games[:10]:
                await prepared.fetch(*arguments(game, each))
            for game in games:
                with way.timed(f"{what}{label}: ms"):
                    await prepared.fetch(*arguments(game, each))
            way.note(
                f"{what}{label}: partitions", await touched(connection, statement, each, arguments)
            )


async def touched(connection: Connection, statement: str, each: int, arguments: Asked) -> float:
    """How many parts of the log a prepared statement opens."""
    values = ", ".join(
        "NULL" if value is None else repr(value) for value in arguments("t00001", each)
    )
    await connection.execute(f"PREPARE seen AS {statement}")
    rows = await connection.fetch(
        f"EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) EXECUTE seen({values})"
    )
    await connection.execute("DEALLOCATE seen")
    scans = [row[0] for row in rows if "never executed" not in row[0]]
    return float(len({name for scan in scans for name in SCANNED.findall(scan)}))


async def thin_out(way: Way, each: int) -> None:
    """What the archive does: the older events of some games go, and vacuum makes room of them."""
    games = random.Random(3).sample(range(GAMES), THINNED)
    async with connected(way.dsn, GENERIC) as connection:
        for game in games:
            with way.timed("DELETE of a game's oldest 9 in 10: ms"):
                await connection.execute(THIN, f"t{game:05}", each * 9 // 10)
        leaves = [row["name"] for row in await connection.fetch(LEAVES)]
        whole = 0.0
        longest = 0.0
        began = await connection.fetchval("SELECT pg_current_wal_insert_lsn()")
        for leaf in leaves:
            since = time.perf_counter()
            await connection.execute(f"VACUUM (INDEX_CLEANUP ON) {leaf}")
            took_ms = (time.perf_counter() - since) * 1000
            whole, longest = whole + took_ms, max(longest, took_ms)
        wal = await connection.fetchval("SELECT pg_current_wal_insert_lsn() - $1::pg_lsn", began)
        way.note("VACUUM of all: ms", whole)
        way.note("its longest part: ms", longest)
        way.note("VACUUM's WAL: MB", float(wal) / 1e6)
        # One game more: only where it was has anything to be done.
        where = [row["name"] for row in await connection.fetch(LEAVES_OF, "t00007")]
        await connection.execute(THIN, "t00007", each)
        with way.timed("VACUUM after one game more: ms"):
            for leaf in where:
                await connection.execute(f"VACUUM (INDEX_CLEANUP ON) {leaf}")


async def run(each: int) -> None:
    place = Path(tempfile.mkdtemp(prefix="pokerws-bench-"))
    place.chmod(0o755)  # noqa: ASYNC240  nothing else runs yet
    server = await EmbeddedPostgres.start(place / "postgres", OPTIONS)
    try:
        compared = ways()
        for way in compared:
            await create(way, server)
            await open_games(way, each)
        # The ways take turns, so that what else the machine does hits all of them.
        for number in range(ROUNDS):
            for way in compared:
                await save(way, "empty log", number)
        for way in compared:
            await load(way, each)
            print(f"loaded: {way.name}", flush=True)
        for number in range(ROUNDS):
            for way in compared:
                await save(way, "full log", number)
        for way in compared:
            await read(way, each, GENERIC, "")
        for way in compared:
            await thin_out(way, each)
        show(compared, each)
    finally:
        await server.stop()
        shutil.rmtree(place)


def show(compared: list[Way], each: int) -> None:
    print(f"{GAMES * each / 1e6:.1f} M events of {GAMES} games")
    print("| |", " | ".join(way.name for way in compared), "|")
    print("| --- |", " | ".join("---:" for _ in compared), "|")
    for what in compared[0].times:
        # Other work of the machine only ever adds to a time, so the best tenth says most.
        tenths = [sorted(way.times[what])[len(way.times[what]) // 10] for way in compared]
        cells = [f"{tenth:.4g}" for tenth in tenths]
        print(f"| {what} |", " | ".join(cells), "|")


@asynccontextmanager
async def connected(dsn: str, settings: dict[str, str] | None = None) -> AsyncIterator[Connection]:
    connection = await asyncpg.connect(dsn, server_settings=settings)
    try:
        yield connection
    finally:
        await connection.close()


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--each", type=int, default=1000, help="events of each of 5000 games")
    asyncio.run(run(arguments.parse_args().each))
