"""What every store keeps to: one suite for memory, Postgres, and a pooler in transaction mode."""

from collections.abc import AsyncIterator
from dataclasses import replace as replace_address

import pytest
from msgspec.structs import replace

from pokerws.game.config.table_config import TableConfig
from pokerws.game.state import TableId
from pokerws.storage.errors import StoreRejected
from pokerws.storage.log_events import events_in
from pokerws.storage.postgres.address import Pooler, address_of
from pokerws.storage.postgres.store import PostgresStore
from pokerws.storage.store import Change, Claimed, EventRow, Position, Store
from tests.storage.changes import START_MS, change, event, logged
from tests.storage.memory_store import MemoryStore

T1, T2, T3 = TableId("t1"), TableId("t2"), TableId("t3")


@pytest.fixture(params=["memory", "postgres", "transaction"])
async def store(request: pytest.FixtureRequest) -> AsyncIterator[Store]:
    if request.param == "memory":
        yield MemoryStore()
        return
    url: str = request.getfixturevalue("database_url")
    pooler: Pooler = "transaction" if request.param == "transaction" else "none"
    postgres = await PostgresStore.open(replace_address(address_of(url), pooler=pooler))
    yield postgres
    await postgres.close()


def later_events(claimed: Claimed) -> list[EventRow]:
    """The events after the snapshot, however they are in rows."""
    return [event for row in claimed.later_rows for event in events_in(row)]


async def test_a_new_table_can_be_loaded(store: Store) -> None:
    made = change(version=3, at_ms=START_MS)

    assert await store.save([made]) == {T1}

    loaded = await store.claim(T1)
    assert loaded is not None
    assert loaded.snapshot == made.snapshot
    assert (loaded.version, loaded.saved_ms, loaded.log_seq) == (3, START_MS, 3)
    assert loaded.later_rows == []


async def test_loading_a_table_raises_its_epoch_by_one_each_time(store: Store) -> None:
    await store.save([change(epoch=1)])

    epochs = [claimed.epoch for _ in range(3) if (claimed := await store.claim(T1)) is not None]

    assert epochs == [2, 3, 4]
    assert await store.position(T1) == Position(version=1, epoch=4)


async def test_an_unknown_table_has_no_position_no_events_and_cannot_be_loaded(
    store: Store,
) -> None:
    assert await store.position(T1) is None
    assert await store.claim(T1) is None
    assert await store.events(T1, 0, 10) == []


async def test_a_table_is_made_only_once(store: Store) -> None:
    await store.save([change(mark="first")])

    assert await store.save([change(mark="second")]) == set()

    loaded = await store.claim(T1)
    assert loaded is not None
    assert b"first" in loaded.snapshot
    assert await store.events(T1, 0, 10) == [event(1, "first")]


async def test_another_config_is_written_with_the_change_that_brings_it(store: Store) -> None:
    await store.save([change("t1"), change("t2")])
    other = TableConfig(variant="PO", seats=6, big_blind=500)
    changed = replace(change("t1", expected=1), config=other, is_changed=True)

    assert await store.save([changed, change("t2", expected=1), change("t3")]) == {T1, T2, T3}

    listed = {game.table: game.config for game in await store.games()}
    assert listed == {T1: other, T2: TableConfig(seats=6), T3: TableConfig(seats=6)}


async def test_a_change_is_written_from_the_version_that_it_follows(store: Store) -> None:
    await store.save([change(version=2)])

    assert await store.save([change(expected=2, version=5)]) == {T1}

    assert await store.position(T1) == Position(version=5, epoch=1)
    assert [row.seq for row in await store.events(T1, 0, 10)] == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("expected", [1, 3])
async def test_a_change_that_follows_another_version_writes_nothing(
    store: Store, expected: int
) -> None:
    await store.save([change(version=2)])

    assert await store.save([change(expected=expected, version=9)]) == set()

    assert await store.position(T1) == Position(version=2, epoch=1)
    assert [row.seq for row in await store.events(T1, 0, 10)] == [1, 2]


async def test_a_change_to_a_table_that_is_not_there_writes_nothing(store: Store) -> None:
    assert await store.save([change(expected=4)]) == set()
    assert await store.position(T1) is None


async def test_who_lost_a_table_to_another_owner_writes_nothing(store: Store) -> None:
    await store.save([change()])
    await store.claim(T1)

    assert await store.save([change(expected=1, epoch=1)]) == set()
    assert await store.save([change(expected=1, epoch=2)]) == {T1}


async def test_a_table_that_is_elsewhere_keeps_only_its_own_rows_out_of_a_batch(
    store: Store,
) -> None:
    await store.save([change("t1"), change("t2")])

    batch = [change("t1", 1, 3), change("t2", 7, 8), change("t3", 0, 2)]
    assert await store.save(batch) == {T1, T3}

    assert await store.position(T2) == Position(version=1, epoch=1)
    assert [len(await store.events(table, 0, 10)) for table in (T1, T2, T3)] == [3, 1, 2]


@pytest.mark.parametrize(
    "bad",
    [
        {"total_pot": -1},
        {"hand_number": -1},
        {"players": -1},
        {"status": "asleep"},
        {"name": ""},
        {"snapshot": b" " * (2**20 + 1)},
    ],
    ids=lambda bad: next(iter(bad)),
)
async def test_data_that_breaks_a_rule_is_rejected_with_the_whole_batch(
    store: Store, bad: dict[str, object]
) -> None:
    batch: list[Change] = [change("t1"), replace(change("t2"), **bad), change("t3")]

    with pytest.raises(StoreRejected):
        await store.save(batch)

    assert [await store.position(table) for table in (T1, T2, T3)] == [None, None, None]
    assert await store.save([change("t1"), change("t3")]) == {T1, T3}


async def test_an_event_without_a_seq_is_rejected(store: Store) -> None:
    with pytest.raises(StoreRejected):
        await store.save([replace(change(), log=(logged([event(0)]),))])


async def test_saving_nothing_writes_nothing(store: Store) -> None:
    assert await store.save([]) == set()


async def test_a_change_without_a_snapshot_keeps_the_stored_one_and_adds_to_the_log(
    store: Store,
) -> None:
    made = change(version=2)
    await store.save([made])

    narrow = change(
        *("t1", 2, 5), narrow=True, players=4, hand_number=9, at_ms=START_MS + 7, mark="x"
    )
    assert await store.save([narrow]) == {T1}

    [game] = await store.games()
    assert (game.players, game.hand_number, game.version) == (4, 9, 5)
    loaded = await store.claim(T1)
    assert loaded is not None
    assert (loaded.snapshot, loaded.snapshot_version) == (made.snapshot, 2)
    assert (loaded.version, loaded.log_seq, loaded.saved_ms) == (5, 5, START_MS + 7)
    assert later_events(loaded) == [event(seq, "x", START_MS + 7) for seq in (3, 4, 5)]


async def test_a_snapshot_stands_for_the_log_until_its_version(store: Store) -> None:
    await store.save([change(version=2)])
    await store.save([change(expected=2, version=4, narrow=True)])
    newest = change(expected=4, version=6, mark="newest")

    assert await store.save([newest, change("t2")]) == {T1, T2}

    loaded = await store.claim(T1)
    assert loaded is not None
    assert (loaded.snapshot, loaded.snapshot_version) == (newest.snapshot, 6)
    assert (loaded.version, loaded.later_rows) == (6, [])


async def test_tables_claimed_together_come_each_with_its_later_events(store: Store) -> None:
    await store.save([change("t1", version=2), change("t2"), change("t3", version=9)])
    await store.save([change("t1", 2, 4, narrow=True), change("t3", 9, 10, narrow=True)])

    loaded = await store.claim_many([T3, T2, T1, TableId("none")])

    found = {
        table: (one.snapshot_version, one.version, [event.seq for event in later_events(one)])
        for table, one in loaded.items()
    }
    assert found == {T1: (2, 4, [3, 4]), T2: (1, 1, []), T3: (9, 10, [10])}


async def test_a_batch_may_mix_changes_with_and_without_a_snapshot(store: Store) -> None:
    await store.save([change("t1"), change("t2")])

    batch = [
        change("t1", 1, 2, narrow=True),
        change("t2", 1, 2, mark="b"),
        change("t3", mark="c"),
    ]
    assert await store.save(batch) == {T1, T2, T3}

    stored = {table: await store.look(table) for table in (T1, T2, T3)}
    found = {table: one and (one.snapshot_version, one.version) for table, one in stored.items()}
    assert found == {T1: (1, 2), T2: (2, 2), T3: (1, 1)}


async def test_a_change_that_is_not_written_leaves_the_snapshot_as_it_is(store: Store) -> None:
    made = change(version=3)
    await store.save([made])
    await store.claim(T1)

    late = [change(expected=3, version=4, epoch=1), change(expected=2, version=3, epoch=2)]
    for each in late:
        assert await store.save([each]) == set()

    stored = await store.look(T1)
    assert stored is not None
    assert (stored.snapshot, stored.snapshot_version, stored.version) == (made.snapshot, 3, 3)


@pytest.mark.parametrize(
    "bad",
    [change(narrow=True), change(expected=2, version=2, narrow=True)],
    ids=["a new table", "a step back"],
)
async def test_a_change_that_the_log_cannot_complete_needs_a_snapshot(
    store: Store, bad: Change
) -> None:
    await store.save([change("t2", version=2)])

    with pytest.raises(StoreRejected):
        await store.save([change("t3"), bad])

    assert await store.position(T3) is None


async def test_the_receipt_of_a_command_is_read_with_its_last_event(store: Store) -> None:
    receipt = b'["alice","k.abcdef",3,"7"]'
    await store.save([change(version=2)])

    steps = (
        logged([event(3), event(4)], receipt),
        logged([event(5)]),
        logged([event(6)], b'["bob","k.123456",6,"9"]'),
    )
    await store.save([replace(change(expected=2, version=6, narrow=True), log=steps)])

    loaded = await store.claim(T1)
    assert loaded is not None
    expected = [event(3), event(4, receipt=receipt), event(5)]
    assert later_events(loaded)[:3] == expected
    assert later_events(loaded)[3].receipt == b'["bob","k.123456",6,"9"]'
    assert await store.events(T1, 2, 3) == expected


async def test_a_row_is_whole_if_snapshot_and_log_lead_to_its_version(store: Store) -> None:
    await store.save([change(snapshot=b'{"table":{"seq":1}}')])
    await store.save([change(expected=1, version=3, narrow=True)])
    stored = await store.look(T1)
    assert stored is not None
    assert stored.is_whole

    await store.save([change(expected=3, version=5, narrow=True, events=False)])

    edited = await store.look(T1)
    assert edited is not None
    assert not edited.is_whole


async def test_events_come_in_order_after_a_seq_and_up_to_a_limit(store: Store) -> None:
    await store.save([change(version=10), change("t2", version=4)])

    rows = await store.events(T1, after_seq=3, limit=4)

    assert rows == [event(4), event(5), event(6), event(7)]
    assert await store.events(T1, after_seq=10, limit=4) == []


async def test_the_log_may_end_before_the_snapshot_where_events_were_not_kept(
    store: Store,
) -> None:
    await store.save([change(version=2)])
    await store.save([change(expected=2, version=9, events=False)])

    loaded = await store.claim(T1)

    assert loaded is not None
    assert (loaded.version, loaded.log_seq, loaded.later_rows) == (9, 2, [])


async def test_a_table_without_a_log_has_log_seq_0(store: Store) -> None:
    await store.save([change(version=9, events=False)])

    loaded = await store.claim(T1)

    assert loaded is not None
    assert loaded.log_seq == 0


async def test_events_of_somebody_else_at_the_same_seqs_are_replaced(store: Store) -> None:
    await store.save([change(version=2, mark="ours")])
    theirs = logged([event(seq, "theirs") for seq in (3, 4)])
    await store.save([replace(change(expected=2, version=3), log=(theirs,))])

    assert await store.save([change(expected=3, version=6, mark="x"), change("t2")]) == {T1, T2}

    log = await store.events(T1, 0, 10)
    assert [row.seq for row in log] == [1, 2, 3, 4, 5, 6]
    assert log[3] == event(4, "x")


async def test_a_change_back_to_an_earlier_version_takes_the_later_events_away(
    store: Store,
) -> None:
    await store.save([change(version=8, mark="theirs"), change("t2", version=8)])
    ours = [event(seq, "ours") for seq in (3, 4, 5)]
    back = replace(change(expected=8, version=5), log=(logged(ours),))

    assert await store.save([back, change("t2", 8, 9)]) == {T1, T2}

    log = await store.events(T1, 0, 10)
    assert await store.position(T1) == Position(version=5, epoch=1)
    assert [row.seq for row in log] == [1, 2, 3, 4, 5]
    assert log[2:] == ours
    assert len(await store.events(T2, 0, 10)) == 9


async def test_games_are_listed_oldest_first_as_they_are_now(store: Store) -> None:
    await store.save([change("t2", name="Älteste ♠", at_ms=START_MS, status="waiting")])
    await store.save([change("t1", at_ms=START_MS + 1)])
    await store.save(
        [change("t2", 1, 4, name="Älteste ♠", players=5, hand_number=7, at_ms=START_MS + 9)]
    )
    await store.claim(T1)

    games = await store.games()

    assert [game.table for game in games] == [T2, T1]
    assert [game.name for game in games] == ["Älteste ♠", "Main table"]
    assert [game.status for game in games] == ["active", "active"]
    assert [game.players for game in games] == [5, 2]
    assert [game.hand_number for game in games] == [7, 1]
    assert [game.version for game in games] == [4, 1]
    assert [game.epoch for game in games] == [1, 2]
    assert games[0].config == change().config


async def test_the_bytes_of_a_snapshot_come_back_as_they_were(store: Store) -> None:
    snapshot = '{"name":"Ünï ♥ \\u0000 \\\\ \'quoted\' $1 {}"}'.encode()
    await store.save([change(snapshot=snapshot)])

    loaded = await store.claim(T1)

    assert loaded is not None
    assert loaded.snapshot == snapshot
