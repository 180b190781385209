"""The plans of the store's statements: in tables with many rows, each row is found by an index."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from typing import Any

import asyncpg
import pytest

from pokerws.storage.postgres import pruning
from pokerws.storage.postgres import store as postgres
from pokerws.storage.postgres.address import address_of
from pokerws.storage.postgres.connecting import BY_INDEX, Connection
from pokerws.storage.postgres.store import PostgresStore
from pokerws.storage.store import Change
from tests.postgres_fixtures import TEMPLATE, Databases
from tests.storage.changes import START_MS, change

GAMES, OPEN, BATCH, LARGE = 3_000, 30, 200, 2_000
# Few tables are open.  Players have accounts, links and notes, and have been at some tables.
FILL = f"""
UPDATE games SET status = 'closed' WHERE substr(id, 2)::integer >= {OPEN};
INSERT INTO accounts (id, balance, opened_at)
SELECT 'player:' || n, 0, now() FROM generate_series(1, {GAMES}) AS n;
INSERT INTO transfers (at, reason, source, target, amount, game_id, seq)
SELECT now(), 'buy_in', 'player:' || n, 'table:t' || n - 1, 1, 't' || n - 1, 1
FROM generate_series(1, {GAMES}) AS n;
INSERT INTO session_links (player, digest, name, sid, keep, made_at, expires_at)
SELECT n, lpad(n::text, 64, '0'), 'Ann', 's', true, now(), now() + n * interval '1 second'
FROM generate_series(1, {GAMES}) AS n;
INSERT INTO player_notes (owner, player) SELECT n, 'ann' FROM generate_series(1, {GAMES}) AS n;
INSERT INTO chat_lines (game_id, number, player, name, text, at_ms, public_ms)
SELECT 't' || n, 1, 'ann', 'Ann', 'hi', 1, 1 FROM generate_series(1, {GAMES}) AS n;
ANALYZE
"""
LARGE_TABLES = f"""
SELECT coalesce(pg_partition_root(oid), oid)::regclass::text AS name,
       array_agg(relname::text) AS parts
FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
GROUP BY 1
HAVING sum(reltuples) >= {LARGE}
"""
# Indexes with the column that comes first.  It is empty for those of some rows only, such as those
# of open games, which are read as a whole.
INDEXES = """
SELECT indexrelid::regclass::text AS name,
       CASE WHEN indpred IS NULL THEN pg_get_indexdef(indexrelid, 1, false) ELSE '' END AS first
FROM pg_index
"""
PARAMETERS = "SELECT cardinality(parameter_types) FROM pg_prepared_statements WHERE name = 'asked'"


def game(number: int) -> Change:
    return change(f"t{number}", version=3, at_ms=START_MS + number)


@pytest.fixture(scope="module")
def crowded_url(databases: Databases) -> Iterator[str]:
    """A database with many games, of which a few are open, and with statistics."""
    name = databases.create(TEMPLATE)
    url = databases.url(name)

    async def fill() -> None:
        store = await PostgresStore.open(address_of(url))
        for first in range(0, GAMES, BATCH):
            await store.save([game(first + n) for n in range(BATCH)])
        await store.close()

    asyncio.run(fill())
    databases.psql(url, "-c", FILL)
    yield url
    databases.drop(name)


class Plans:
    """How statements read large tables, by plans that hold for any parameters."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.large: set[str] = set()
        self._table_of: dict[str, str] = {}
        self._first_columns: dict[str, str] = {}

    async def look(self) -> None:
        """Find out which tables are large, and which indexes there are."""
        for name, parts in await self._connection.fetch(LARGE_TABLES):
            self.large.add(name)
            self._table_of.update(dict.fromkeys(parts, name))
        for index, column in await self._connection.fetch(INDEXES):
            self._first_columns[index] = column

    async def read_as_a_whole(self, statement: str) -> set[str]:
        """The large tables of which a statement reads every row."""
        found, nodes = set(), [await self.plan(statement)]
        for node in nodes:
            below = node.get("Plans", [])
            if node["Node Type"] == "Bitmap Heap Scan":
                below = [one | {"Relation Name": node["Relation Name"]} for one in below]
            nodes += below
            table = self._table_of.get(node.get("Relation Name", ""))
            if table and self._is_of_all_rows(node):
                found.add(table)
        return found

    async def plan(self, statement: str) -> dict[str, Any]:
        """The plan, with the settings that the store gives the statement."""
        settings = {**BY_INDEX, "plan_cache_mode": "force_generic_plan"}
        async with self._connection.transaction():
            for name, value in settings.items():
                await self._connection.execute(f"SET LOCAL {name} = {value}")
            if statement in pruning.STATEMENTS:
                await self._connection.execute(pruning.BY_INDEX)
            await self._connection.execute(f"PREPARE asked AS {statement}")
            count = await self._connection.fetchval(PARAMETERS)
            nothing = f"({', '.join(['NULL'] * count)})" if count else ""
            plan = await self._connection.fetchval(f"EXPLAIN (FORMAT JSON) EXECUTE asked{nothing}")
            await self._connection.execute("DEALLOCATE asked")
        top: dict[str, Any] = json.loads(plan)[0]["Plan"]
        return top

    def _is_of_all_rows(self, node: dict[str, Any]) -> bool:
        match node["Node Type"]:
            case "ModifyTable" | "Bitmap Heap Scan" | "BitmapAnd" | "BitmapOr":
                return False  # What is read is below it.
            case "Index Scan" | "Index Only Scan" | "Bitmap Index Scan":
                column = self._first_columns[node["Index Name"]]
                return column not in node.get("Index Cond", "")
            case _:
                return True


@pytest.fixture
async def plans(crowded_url: str) -> AsyncIterator[Plans]:
    connection = await asyncpg.connect(crowded_url)
    plans = Plans(connection)
    await plans.look()
    yield plans
    await connection.close()


async def test_no_statement_reads_all_rows_of_a_large_table(plans: Plans) -> None:
    assert plans.large > {"accounts", "games", "transfers", "session_links", "player_notes"}
    assert "chat_lines" in plans.large

    found = {statement: await plans.read_as_a_whole(statement) for statement in postgres.STATEMENTS}
    assert {statement: tables for statement, tables in found.items() if tables} == {}


@pytest.mark.parametrize(
    ("statement", "table"),
    [
        ("SELECT FROM games WHERE name = $1", "games"),
        ("SELECT count(*) FROM games WHERE id <> $1", "games"),
        ("UPDATE games SET players = 0 WHERE total_pot = $1", "games"),
        ("SELECT FROM transfers WHERE target > $1 OR amount = $2", "transfers"),
        ("SELECT FROM accounts LEFT JOIN games USING (balance) WHERE accounts.id = $1", "games"),
    ],
)
async def test_a_statement_without_an_index_would_be_found(
    plans: Plans, statement: str, table: str
) -> None:
    assert await plans.read_as_a_whole(statement) == {table}


async def test_known_tables_are_left_out_of_the_list_by_one_join(plans: Plans) -> None:
    """Compared one by one, ten thousand with ten thousand, they kept the database busy."""
    nodes = [await plans.plan(postgres.GAMES)]
    for node in nodes:
        nodes += node.get("Plans", [])
    assert "Anti" in {node.get("Join Type") for node in nodes}
    assert "Nested Loop" not in {node["Node Type"] for node in nodes}
