"""The log's partitions: what was there before them is kept, and one game's reads open one."""

import json
from collections.abc import AsyncIterator
from typing import TypeAlias

import asyncpg
import pytest

from pokerws.game.state import TableId
from pokerws.maintenance import stored_log
from pokerws.storage.postgres import store as postgres
from pokerws.storage.postgres.address import address_of
from pokerws.storage.postgres.claiming import states
from pokerws.storage.postgres.migrate import SQL, migrate
from pokerws.storage.postgres.store import PostgresStore
from tests.postgres_fixtures import TEMPLATE, Databases
from tests.storage.changes import change
from tests.storage.postgres.test_migrate import schema

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

PARTITIONS = [f"game_log_p{number:02}" for number in range(16)]
OLD_GAMES = """
INSERT INTO games (id, name, status, variant, players, hand_number, total_pot, version, epoch,
                   snapshot, config, created_at, updated_at)
SELECT 'old' || game, 'Old', 'closed', 'NT', 0, 1, 0, 30, 1, '{}', '{}', now(), now()
FROM generate_series(1, 40) AS game
"""
# Backwards, so that the order of the rows on the disk is not the order of the seqs.
OLD_EVENTS = """
INSERT INTO game_events
SELECT 'old' || game, seq, seq / 10, 'checked', '{"seat":' || game || '}',
       timestamptz '2026-01-01' + seq * interval '1 ms'
FROM generate_series(1, 40) AS game, generate_series(30, 1, -1) AS seq
"""
ALL_EVENTS = (
    "SELECT game_id, seq, hand_number, type, payload, at FROM game_events ORDER BY game_id, seq"
)
LOG_SEQ = "SELECT max(seq) FROM game_log WHERE game_id = $1"
WHERE_IT_IS = "SELECT DISTINCT tableoid::regclass::text FROM game_log WHERE game_id = $1"
# What takes old events of a game away does it with these conditions.
DELETE_OLD = "DELETE FROM game_log WHERE game_id = $1 AND seq <= $2"

# As docs/decisions/0012-partitions.md has it for a partition that has become too large.
SPLIT = """
BEGIN;
LOCK TABLE games IN SHARE ROW EXCLUSIVE MODE;
LOCK TABLE game_log IN ACCESS EXCLUSIVE MODE;
ALTER TABLE game_log DETACH PARTITION game_log_p05;
CREATE TABLE game_log_p05a PARTITION OF game_log FOR VALUES WITH (MODULUS 32, REMAINDER 5);
CREATE TABLE game_log_p05b PARTITION OF game_log FOR VALUES WITH (MODULUS 32, REMAINDER 21);
INSERT INTO game_log SELECT * FROM game_log_p05;
DROP TABLE game_log_p05;
COMMIT;
"""


@pytest.fixture
async def before(databases: Databases, bare_database_url: str) -> AsyncIterator[Connection]:
    """A database of before the partitions, with games and their logs."""
    for file in sorted(SQL.glob("000[12]_*.sql")):
        databases.psql(bare_database_url, "-f", str(file))
    connection = await asyncpg.connect(bare_database_url)
    await connection.execute(OLD_GAMES)
    await connection.execute(OLD_EVENTS)
    yield connection
    await connection.close()


async def test_a_log_from_before_the_partitions_is_kept_whole_and_in_order(
    before: Connection, bare_database_url: str
) -> None:
    rows = await before.fetch(ALL_EVENTS)

    await migrate(address_of(bare_database_url))

    assert len(rows) == 1200
    assert await before.fetch(ALL_EVENTS) == rows
    used = await before.fetch("SELECT DISTINCT tableoid::regclass::text FROM game_log")
    assert len(used) > 8
    assert await before.fetchval("SELECT count(*) FROM ONLY game_log") == 0
    store = await PostgresStore.open(address_of(bare_database_url))
    events = await store.events(TableId("old7"), 10, 100)
    await store.close()
    assert [event.seq for event in events] == list(range(11, 31))
    assert {event.payload for event in events} == {b'{"seat":7}'}


async def test_a_database_with_a_log_becomes_the_same_as_an_empty_one(
    before: Connection, databases: Databases, bare_database_url: str
) -> None:
    await migrate(address_of(bare_database_url))

    assert schema(databases, bare_database_url) == schema(databases, databases.url(TEMPLATE))


async def test_partitioning_again_moves_nothing(
    before: Connection, databases: Databases, bare_database_url: str
) -> None:
    where = "SELECT tableoid, ctid, game_id, seq FROM game_events ORDER BY 1, 2"
    file = str(SQL / "0003_event_partitions.sql")
    databases.psql(bare_database_url, "-v", "ON_ERROR_STOP=1", "-f", file)
    rows = await before.fetch(where)

    databases.psql(bare_database_url, "-v", "ON_ERROR_STOP=1", "-f", file)

    assert await before.fetch(where) == rows


async def test_who_might_read_the_log_still_may(before: Connection, bare_database_url: str) -> None:
    await before.execute("GRANT SELECT ON game_events TO pg_monitor WITH GRANT OPTION")
    await before.execute("GRANT INSERT ON game_events TO pg_database_owner")
    granted = (
        "SELECT grantee, privilege_type, is_grantable FROM pg_class, aclexplode(relacl) "
        "WHERE oid = 'game_events'::regclass ORDER BY 1, 2"
    )
    rows = await before.fetch(granted)

    await migrate(address_of(bare_database_url))

    assert await before.fetch(granted) == rows


async def test_a_statement_prepared_before_the_partitions_goes_on_after_them(
    before: Connection, databases: Databases, bare_database_url: str
) -> None:
    """A server may be playing while another process migrates."""
    prepared = await before.prepare(
        "WITH written AS (UPDATE games SET version = version + 1 WHERE id = $1 RETURNING *) "
        "INSERT INTO game_events SELECT id, version, 3, 'checked', '{}', now() FROM written"
    )
    await prepared.fetch("old7")

    databases.psql(bare_database_url, "-f", str(SQL / "0003_event_partitions.sql"))
    await prepared.fetch("old7")

    last = await before.fetchval("SELECT max(seq) FROM game_events WHERE game_id = 'old7'")
    assert last == 32


@pytest.mark.parametrize("plan", ["force_generic_plan", "force_custom_plan"])
async def test_one_games_events_are_looked_for_in_one_partition(
    store: PostgresStore, operator: Connection, plan: str
) -> None:
    await store.save([change(f"t{number}", version=5) for number in range(50)])
    await operator.execute(f"SET plan_cache_mode = {plan}; SET enable_seqscan = off; SET jit = off")
    home = await operator.fetchval(WHERE_IT_IS, "t1")

    assert home in PARTITIONS
    for statement, arguments in (
        (postgres.EVENTS, "'t1', 2, 100"),
        (postgres.LOOK, "'t1'"),
        (states.STATES, "ARRAY['t1'], 100"),
        (stored_log.LOG, "'t1', 2, 99, 100"),
        (stored_log.LOG_BOUNDS, "'t1', 1, 3"),
        (stored_log.LOG_BOUNDS, "'t1', NULL, NULL"),
        (DELETE_OLD, "'t1', 3"),
    ):
        looked = await looked_into(operator, statement, arguments)
        assert looked - {"games", "game_snapshots"} == {home}, statement


async def test_a_read_across_games_would_be_seen_to_look_into_all_partitions(
    store: PostgresStore, operator: Connection
) -> None:
    await store.save([change(f"t{number}", version=5) for number in range(50)])

    everywhere = await looked_into(operator, "SELECT * FROM game_log WHERE seq = $1", "5")

    assert everywhere == set(PARTITIONS)


async def looked_into(operator: Connection, statement: str, arguments: str) -> set[str]:
    """The tables that a prepared statement scans when it is executed."""
    await operator.execute(f"PREPARE asked AS {statement}")
    explained = "EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF, FORMAT JSON) EXECUTE asked"
    plan = await operator.fetchval(f"{explained} ({arguments})")
    await operator.execute("DEALLOCATE asked")
    nodes = [json.loads(plan)[0]["Plan"]]
    found = set()
    while nodes:
        node = nodes.pop()
        nodes += node.get("Plans", [])
        if node["Actual Loops"] and node["Node Type"] != "ModifyTable" and "Relation Name" in node:
            found.add(node["Relation Name"])
    return found


async def test_the_constraints_stay_under_the_name_of_the_log(
    before: Connection, databases: Databases, bare_database_url: str
) -> None:
    constraints = (
        "SELECT conname, contype, pg_get_constraintdef(oid) FROM pg_constraint "
        "WHERE conrelid = '{}'::regclass AND conparentid = 0 ORDER BY 1"
    )
    rows = await before.fetch(constraints.format("game_events"))

    await migrate(address_of(bare_database_url))

    kept = {tuple(row) for row in rows if row["conname"] != "game_events_game_id_fkey"}
    named = [
        (row["conname"].replace("game_log", "game_events"), *tuple(row)[1:])
        for row in await before.fetch(constraints.format("game_log"))
    ]
    assert "game_events_pkey" in {name for name, *_ in kept}
    # An array of events has no type.
    assert kept - set(named) == {row for row in kept if row[0] == "game_events_type_not_null"}
    assert sorted(name for name, *_ in set(named) - kept) == [
        *(["game_events_events_counts"]),
        *(["game_events_events_not_null"] if before.get_server_version()[0] >= 18 else []),
        "game_events_receipt_bounded",
    ]


async def test_what_breaks_a_rule_is_told_the_rules_name(
    store: PostgresStore, operator: Connection
) -> None:
    await store.save([change()])
    for broken, constraint in (
        ("seq = 0", "game_log_seq_counts"),
        ("hand_number = -1", "game_log_hand_number_counts"),
        ("type = ''", "game_log_type_bounded"),
        ("payload = ''", "game_log_payload_bounded"),
    ):
        with pytest.raises(asyncpg.IntegrityConstraintViolationError) as caught:
            await operator.execute(f"UPDATE game_events SET {broken}")
        assert caught.value.constraint_name == constraint


async def test_a_game_has_an_event_of_each_number_once(
    store: PostgresStore, operator: Connection
) -> None:
    await store.save([change(version=2)])

    with pytest.raises(asyncpg.UniqueViolationError, match="has an event 2 already"):
        await operator.execute("INSERT INTO game_events SELECT * FROM game_events WHERE seq = 2")


async def test_an_operator_sees_the_log_as_one_and_by_partition(
    store: PostgresStore, databases: Databases, database_url: str
) -> None:
    await store.save([change(f"t{number}", version=5) for number in range(50)])

    out = databases.psql(database_url, "-f", str(SQL / "monitoring.sql"))

    shown = {line.partition("|")[0] for line in out.splitlines()}
    assert shown >= {"games", "game_snapshots", "game_log", *PARTITIONS}


async def test_one_partition_can_be_split_in_two_and_the_others_stay(
    store: PostgresStore, operator: Connection
) -> None:
    await store.save([change(f"t{number}", version=5) for number in range(200)])
    rows = await operator.fetch(ALL_EVENTS)

    await operator.execute(SPLIT)

    assert await operator.fetch(ALL_EVENTS) == rows
    halves = "SELECT game_id FROM game_log_p05{} LIMIT 1"
    for half in "ab":
        game = await operator.fetchval(halves.format(half))
        assert [event.seq for event in await store.events(TableId(game), 0, 9)] == [1, 2, 3, 4, 5]
        await store.save([change(game, 5, 7)])
        assert await operator.fetchval(LOG_SEQ, game) == 7
