"""Names that seats show, and marks of tables: one suite for memory and Postgres."""

import json
from collections.abc import AsyncIterator

import asyncpg
import pytest
from msgspec.structs import replace

from pokerws.game.state import PlayerId, TableId
from pokerws.storage.names import SeatName
from pokerws.storage.postgres.address import address_of
from pokerws.storage.postgres.marks import MARK
from pokerws.storage.postgres.migrate import SQL
from pokerws.storage.postgres.store import PostgresStore
from pokerws.storage.store import Change, LogRow, Store
from tests.storage.changes import START_MS, change
from tests.storage.memory_store import MemoryStore

ANN, BEN = PlayerId("p_ann"), PlayerId("p_ben")
T1 = TableId("t1")
DAY_MS = 86_400_000
SEAT = SeatName(T1, ANN, "Ann")
# The time at which a player may be about to sit is over.
LATER_MS = START_MS + 300_000
NAMES_AT_TABLES = next(SQL.glob("*_names_at_tables.sql"))


@pytest.fixture(params=["memory", "postgres"])
async def store(request: pytest.FixtureRequest) -> AsyncIterator[Store]:
    if request.param == "memory":
        yield MemoryStore()
        return
    postgres = await PostgresStore.open(address_of(request.getfixturevalue("database_url")))
    yield postgres
    await postgres.close()


def showing(*seats: tuple[PlayerId, str], after: int = 0, table: str = "t1") -> Change:
    """A change to a table whose seats show these names."""
    taken = [{"player": player, "name": name, "stack": 1} for player, name in seats]
    snapshot = {"table": {"id": table, "seq": after + 1, "seats": [None, *taken]}}
    return change(table, after, snapshot=json.dumps(snapshot).encode(), players=len(seats))


async def claims(store: Store, player: PlayerId, name: str, now_ms: int = LATER_MS) -> bool:
    until_ms = now_ms + DAY_MS
    return await store.names.claim(name.lower(), player, name, now_ms=now_ms, until_ms=until_ms)


async def holds(store: Store, seat: SeatName, *, given: bool = False) -> bool:
    skeleton = seat.name.lower()
    return await store.names.hold(
        skeleton, seat, now_ms=START_MS, until_ms=LATER_MS - 1, given=given
    )


async def ann_renames_at_the_table(store: Store) -> None:
    assert await claims(store, ANN, "Ann", START_MS)
    assert await holds(store, SEAT)
    await store.save([showing((ANN, "Ann"))])
    assert await claims(store, ANN, "Anna", START_MS)


async def test_a_name_that_a_stored_seat_shows_is_nobody_elses(store: Store) -> None:
    await ann_renames_at_the_table(store)
    assert not await claims(store, BEN, "Ann")
    assert not await claims(store, BEN, "Anna")
    assert await store.names.name_of(BEN, LATER_MS) is None
    assert await claims(store, ANN, "Ann"), "but its player's"


@pytest.mark.parametrize("how", ["stood", "closed"])
async def test_it_is_free_when_no_seat_shows_it(store: Store, how: str) -> None:
    await ann_renames_at_the_table(store)
    if how == "stood":
        await store.save([showing((BEN, "Ben"), after=1)])
    else:
        await store.save([change(expected=1, status="closed", players=0)])
    assert await claims(store, BEN, "Ann")


async def test_a_player_who_is_about_to_sit_has_the_name_before_anything_is_stored(
    store: Store,
) -> None:
    assert await holds(store, SEAT)
    assert not await claims(store, BEN, "Ann", START_MS)
    assert await store.names.seats("ann") == [SEAT]
    # The server that has the table in memory says that the player did not sit down.
    await store.names.settle([SEAT])
    assert await claims(store, BEN, "Ann", START_MS)


async def test_nobody_sits_down_under_a_name_that_is_anothers_by_now(store: Store) -> None:
    assert await claims(store, BEN, "Ann", START_MS)
    assert not await holds(store, SEAT)
    assert await store.names.seats("ann") == []
    assert await holds(store, SEAT, given=True)


async def test_a_given_name_is_taken_from_its_holder(store: Store) -> None:
    assert await claims(store, BEN, "Ann", START_MS)
    await store.names.give("ben", ANN, "Ben", until_ms=LATER_MS + 1)
    await store.names.give("ann", ANN, "Ann", until_ms=LATER_MS + 1)
    assert not await claims(store, BEN, "Ann")
    assert await claims(store, BEN, "Ben"), "a player has one name"
    assert await store.names.name_of(ANN, LATER_MS) == "Ann"
    assert await store.names.name_of(ANN, LATER_MS + 1) is None


async def test_a_marked_table_is_listed_with_its_mark(store: Store) -> None:
    await store.mark_table(T1)
    await store.save([change("t1"), change("t2", at_ms=2 * START_MS)])
    listed = {game.table: game.is_server_table for game in await store.games()}
    assert listed == {"t1": True, "t2": False}
    assert not await store.adopt_table(T1), "it is marked already"
    assert not await store.adopt_table(TableId("t2")), "it is newer than the marks"


# ---- what only the database does


async def test_seats_and_bot_tables_of_an_older_version_are_found(database_url: str) -> None:
    """The migration reads the seats of open tables; a server adds the skeletons."""
    operator = await asyncpg.connect(database_url)
    store = await PostgresStore.open(address_of(database_url))
    try:
        await store.save([showing((ANN, "Ann"), (BEN, "Ben"))])
        await store.save([change("broken", snapshot=b'{"table"', players=1)])
        await operator.execute(
            "DROP TABLE seat_names; DELETE FROM schema_migrations WHERE name = 'names_at_tables'"
        )
        await operator.execute(NAMES_AT_TABLES.read_text())
        await operator.execute(NAMES_AT_TABLES.read_text())  # Once more changes nothing.
        unread = await store.names.unread_seats(10)
        assert sorted(unread) == [SEAT, SeatName(T1, BEN, "Ben")]
        await store.names.set_skeletons([(seat, seat.name.lower()) for seat in unread])
        assert await store.names.unread_seats(10) == []
        assert not await claims(store, PlayerId("p_cleo"), "Ann")

        # The table was created at START_MS, before this database was migrated.
        await operator.execute("UPDATE games SET created_at = created_at - interval '1 year'")
        assert await store.adopt_table(T1)
        assert not await store.adopt_table(T1)
    finally:
        await store.close()
        await operator.close()


async def test_rows_that_reserve_nothing_are_removed(database_url: str) -> None:
    operator = await asyncpg.connect(database_url)
    store = await PostgresStore.open(address_of(database_url))
    old_ms = START_MS - DAY_MS
    try:
        await store.save([showing((ANN, "Ann"))])
        for player, name in ((ANN, "Ann"), (ANN, "Anna"), (BEN, "Ben")):
            seat = SeatName(T1, player, name)
            await store.names.hold(name.lower(), seat, now_ms=old_ms, until_ms=old_ms + 1)
        await holds(store, SeatName(T1, BEN, "Benny"))
        left = await operator.fetch("SELECT name FROM seat_names ORDER BY name")
        assert [row["name"] for row in left] == ["Ann", "Benny"]

        await store.mark_table(TableId("never stored"))
        await operator.execute("UPDATE server_tables SET marked_at = now() - interval '2 days'")
        await operator.execute(MARK, "t1")
        marks = await operator.fetch("SELECT game_id FROM server_tables")
        assert [row["game_id"] for row in marks] == ["t1"]
    finally:
        await store.close()
        await operator.close()


async def test_seats_taken_and_left_after_the_snapshot_are_seen_in_the_log(store: Store) -> None:
    assert await claims(store, ANN, "Ann", START_MS)
    assert await holds(store, SEAT)
    await store.save([showing()])
    sat = b'[{"type":"player_sat","seat":0,"player":"p_ann","name":"Ann","stack":5}]'
    row = LogRow(2, 1, 0, sat, START_MS)
    await store.save([replace(change("t1", 1, narrow=True), log=(row,))])
    assert await claims(store, ANN, "Anna", START_MS)
    assert not await claims(store, BEN, "Ann")

    stood = b'[{"type":"player_stood","seat":0,"player":"p_ann","stack":5}]'
    row = LogRow(3, 1, 0, stood, START_MS)
    await store.save([replace(change("t1", 2, narrow=True), log=(row,))])

    assert await claims(store, BEN, "Ann")
