"""The note that play has gone on in memory: left at a database or beside it, found, and settled."""

import os
from pathlib import Path

import asyncpg
import pytest

from pokerws.storage.errors import StoreUnavailable
from pokerws.storage.postgres import overtaken as memory_play
from pokerws.storage.postgres.address import Address, address_of
from pokerws.storage.postgres.migrate import SQL
from pokerws.storage.postgres.overtaken import (
    NOTE,
    note,
    note_locally,
    overtaken,
    settle,
    tables_in_play,
)
from pokerws.storage.postgres.store import PostgresStore
from tests.postgres_fixtures import Databases
from tests.storage.changes import START_MS, change

NOWHERE = "postgres://nobody@127.0.0.1:1/none"


def beside(folder: Path, url: str = NOWHERE) -> Address:
    """The address of an embedded database in `folder`, whose PostgreSQL is at `url`."""
    return address_of(f"embedded:{folder}").running_at(url)


@pytest.fixture
def cluster(tmp_path: Path) -> Path:
    """A directory that looks as if the server had its own Postgres there."""
    (tmp_path / "cluster").mkdir()
    return tmp_path


def entries(directory: Path) -> list[Path]:
    return list(directory.iterdir())


async def ask(url: str, query: str) -> object:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


async def overtaken_ms(address: Address) -> int | None:
    found = await overtaken(address)
    return None if found is None else found.since_ms


@pytest.mark.parametrize("statement", memory_play.STATEMENTS)
async def test_each_statement_is_valid_in_a_migrated_database(
    database_url: str, statement: str
) -> None:
    connection = await asyncpg.connect(database_url)
    assert (await connection.prepare(statement)).get_query() == statement
    await connection.close()


async def test_a_note_is_found_until_it_is_settled(database_url: str, store: PostgresStore) -> None:
    await store.save([change()])
    assert await overtaken_ms(address_of(database_url)) is None

    await note(address_of(database_url), START_MS)

    assert await overtaken_ms(address_of(database_url)) == START_MS
    assert await overtaken_ms(address_of(database_url)) == START_MS
    await settle(address_of(database_url))
    assert await overtaken_ms(address_of(database_url)) is None
    await note(address_of(database_url), START_MS + 1)
    assert await overtaken_ms(address_of(database_url)) == START_MS + 1


async def test_of_several_notes_the_latest_counts_and_one_twice_is_one(
    database_url: str, store: PostgresStore
) -> None:
    await store.save([change()])
    for began_ms in (START_MS + 5, START_MS, START_MS + 9, START_MS + 9):
        await note(address_of(database_url), began_ms)

    assert await overtaken_ms(address_of(database_url)) == START_MS + 9
    assert await ask(database_url, "SELECT count(*) FROM memory_play") == 3
    await settle(address_of(database_url))
    assert await overtaken_ms(address_of(database_url)) is None


async def test_nothing_is_noted_where_no_table_is_open(
    database_url: str, store: PostgresStore
) -> None:
    await note(address_of(database_url), START_MS)
    await store.save([change(status="closed")])
    await note(address_of(database_url), START_MS)

    assert await overtaken_ms(address_of(database_url)) is None
    assert await ask(database_url, "SELECT count(*) FROM memory_play") == 0


async def test_nothing_is_noted_where_there_is_no_schema_or_an_older_one(
    databases: Databases, bare_database_url: str
) -> None:
    await note(address_of(bare_database_url), START_MS)

    for file in sorted(SQL.glob("000[1-4]_*.sql")):
        databases.psql(bare_database_url, "-f", str(file))
    await note(address_of(bare_database_url), START_MS)

    assert await ask(bare_database_url, "SELECT to_regclass('memory_play')") is None


@pytest.mark.parametrize("url", [NOWHERE, "postgres:///"], ids=["no server", "no address"])
async def test_a_database_that_cannot_be_reached_is_one_kind_of_error(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGHOST", "127.0.0.1")
    monkeypatch.setenv("PGPORT", "1")
    address = address_of(url)
    for asking in (note(address, START_MS), overtaken_ms(address), settle(address)):
        with pytest.raises(StoreUnavailable):
            await asking


# ---- what play in memory would leave behind, and has left behind


async def test_only_tables_that_no_play_in_memory_has_left_behind_are_in_play(
    database_url: str, store: PostgresStore
) -> None:
    address = address_of(database_url)
    await store.save([change("old"), change("older"), change("over", status="closed")])
    assert await tables_in_play(address) == 2

    await note(address, START_MS + 1)

    assert await tables_in_play(address) == 0
    assert await overtaken(address) == (START_MS + 1, 2)
    await store.save([change("new", at_ms=START_MS + 2)])
    assert await tables_in_play(address) == 1
    assert await overtaken(address) == (START_MS + 1, 2)
    await settle(address)
    assert await tables_in_play(address) == 3


async def test_where_there_is_no_schema_or_an_older_one_tables_are_counted_all_the_same(
    databases: Databases, bare_database_url: str
) -> None:
    address = address_of(bare_database_url)
    assert await tables_in_play(address) == 0
    for file in sorted(SQL.glob("000[1-4]_*.sql")):
        databases.psql(bare_database_url, "-f", str(file))
    assert await tables_in_play(address) == 0


async def test_a_note_for_a_database_that_was_never_reached_is_found_by_the_next_start(
    database_url: str, store: PostgresStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory_play, "LOCAL", tmp_path / "var")
    address = address_of(database_url)
    await store.save([change()])

    file = note_locally(address, START_MS + 1)
    assert note_locally(address, START_MS + 9) == file, "the first one counts"

    assert await tables_in_play(address) == 0
    assert await overtaken(address_of(f"{database_url}&application_name=x")) == (START_MS + 1, 1)
    assert not file.exists()
    note_locally(address, START_MS + 2)
    await note(address, START_MS + 2)
    assert not file.exists(), "the database has been reached"


# ---- beside the server's own Postgres, which does not run then


async def test_a_file_is_the_note_where_postgres_does_not_run(
    database_url: str, store: PostgresStore, cluster: Path
) -> None:
    await store.save([change()])

    await note(beside(cluster), START_MS)
    await note(beside(cluster), START_MS + 7)

    assert await overtaken_ms(beside(cluster, database_url)) == START_MS + 7
    assert not (cluster / NOTE).exists(), "by now it is in the database"
    assert await overtaken_ms(beside(cluster, database_url)) == START_MS + 7
    await settle(address_of(database_url))
    assert await overtaken_ms(beside(cluster, database_url)) is None


async def test_nothing_is_noted_where_there_never_was_a_database(tmp_path: Path) -> None:
    await note(beside(tmp_path), START_MS)
    await note(beside(tmp_path / "none"), START_MS)

    assert entries(tmp_path) == []


async def test_a_file_beside_a_database_without_open_tables_says_nothing(
    database_url: str, cluster: Path
) -> None:
    await note(beside(cluster), START_MS)

    assert await overtaken_ms(beside(cluster, database_url)) is None
    assert not (cluster / NOTE).exists()


WHOLE = b"%d\n" % START_MS


@pytest.mark.parametrize(
    "left",
    [b"", WHOLE[:1], WHOLE[:6], WHOLE[:-1], bytes(len(WHOLE)), b"\xff\xfe\n", b"\n"],
    ids=["empty", "a digit", "half", "no end", "zeros", "garbage", "no number"],
)
async def test_a_file_that_was_cut_short_counts_from_when_it_was_written(
    database_url: str, store: PostgresStore, cluster: Path, left: bytes
) -> None:
    await store.save([change()])
    (cluster / NOTE).write_bytes(left)
    written_ms = START_MS + 60_000
    os.utime(cluster / NOTE, (written_ms / 1000, written_ms / 1000))

    assert await overtaken_ms(beside(cluster, database_url)) == written_ms


async def test_a_note_that_cannot_be_written_is_an_error_that_can_be_tried_again(
    cluster: Path,
) -> None:
    (cluster / NOTE).mkdir()

    with pytest.raises(OSError, match=NOTE):
        await note(beside(cluster), START_MS)
