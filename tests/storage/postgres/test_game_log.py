"""The log by command, and the view of its single events, which operators change."""

import asyncpg
import pytest
from msgspec.structs import replace

from pokerws.game.state import TableId
from pokerws.storage.postgres.connecting import Connection
from pokerws.storage.postgres.store import PostgresStore
from pokerws.storage.store import EventRow
from tests.storage.changes import change, event, logged

T1 = TableId("t1")
RECEIPT = b'["alice","k.abcdef",3,"7"]'
ROWS = "SELECT seq, events, type FROM game_log WHERE game_id = 't1' ORDER BY seq"


@pytest.fixture
async def three(store: PostgresStore) -> list[EventRow]:
    """The events of a log of two rows: one of the opening, and one of three events."""
    await store.save([change()])
    events = [event(2), event(3), event(4)]
    await store.save([replace(change(expected=1, version=4), log=(logged(events, RECEIPT),))])
    return [event(1), event(2), event(3), event(4, receipt=RECEIPT)]


async def rows_of(operator: Connection) -> list[tuple[int, int, str | None]]:
    return [tuple(row) for row in await operator.fetch(ROWS)]


async def test_the_events_of_a_command_are_one_row_and_the_view_shows_each(
    store: PostgresStore, operator: Connection, three: list[EventRow]
) -> None:
    assert await rows_of(operator) == [(1, 1, None), (4, 3, None)]
    seen = await operator.fetch(
        "SELECT seq, hand_number, type, payload, receipt FROM game_events ORDER BY seq"
    )
    assert [tuple(row) for row in seen] == [
        (row.seq, row.hand_number, row.type, row.payload.decode(), row.receipt.decode() or None)
        for row in three
    ]


async def test_a_change_of_one_event_leaves_the_others_of_its_row(
    store: PostgresStore, operator: Connection, three: list[EventRow]
) -> None:
    changed = await operator.execute("UPDATE game_events SET payload = 'no JSON' WHERE seq = 3")

    assert changed == "UPDATE 1"
    kept = [*three[:2], replace(three[2], payload=b"no JSON"), three[3]]
    assert await store.events(T1, 0, 10) == kept
    assert await rows_of(operator) == [
        (1, 1, None),
        *((seq, 1, "checked") for seq in (2, 3, 4)),
    ]
    assert await operator.fetchval("SELECT payload FROM game_events WHERE seq = 3") == "no JSON"


async def test_all_events_of_a_log_can_be_changed_at_once(
    store: PostgresStore, operator: Connection, three: list[EventRow]
) -> None:
    assert await operator.execute("UPDATE game_events SET hand_number = 99") == "UPDATE 4"

    assert await store.events(T1, 0, 10) == [replace(row, hand_number=99) for row in three]


async def test_a_deleted_event_leaves_a_gap(
    store: PostgresStore, operator: Connection, three: list[EventRow]
) -> None:
    assert await operator.execute("DELETE FROM game_events WHERE seq = 3") == "DELETE 1"

    assert await store.events(T1, 0, 10) == [three[0], three[1], three[3]]
    assert await operator.execute("DELETE FROM game_events") == "DELETE 3"
    assert await rows_of(operator) == []


@pytest.mark.parametrize("seq", [1, 2, 3, 4])
async def test_an_event_that_is_there_is_not_inserted_again(
    operator: Connection, three: list[EventRow], seq: int
) -> None:
    again = "INSERT INTO game_events VALUES ('t1', $1, 1, 'folded', '{}', now())"
    with pytest.raises(asyncpg.UniqueViolationError, match=f"has an event {seq} already"):
        await operator.execute(again, seq)

    with pytest.raises(asyncpg.UniqueViolationError):
        await operator.execute("UPDATE game_events SET seq = $1 WHERE seq = $2", seq, 5 - seq)


async def test_events_inserted_by_hand_are_read_like_others(
    store: PostgresStore, operator: Connection, three: list[EventRow]
) -> None:
    await operator.execute(
        "INSERT INTO game_events SELECT game_id, seq + 1, hand_number, type, payload, at "
        "FROM game_events WHERE seq = 4"
    )

    assert await store.events(T1, 3, 10) == [three[3], replace(event(4), seq=5)]
    with pytest.raises(asyncpg.NotNullViolationError):
        await operator.execute("UPDATE game_events SET type = NULL WHERE seq = 5")


async def test_a_row_that_cannot_be_split_is_one_event_that_cannot_be_read(
    store: PostgresStore, operator: Connection, three: list[EventRow]
) -> None:
    await operator.execute("UPDATE game_log SET payload = '[{]' WHERE seq = 4")

    events = await store.events(T1, 0, 10)

    assert [(row.seq, row.type, row.payload) for row in events[1:]] == [(4, "", b"[{]")]


async def test_a_log_ahead_of_its_row_is_cut_where_the_next_change_begins(
    store: PostgresStore, operator: Connection, three: list[EventRow]
) -> None:
    """Somebody has set the row back into the middle of a command."""
    await operator.execute("UPDATE games SET version = 2")
    claimed = await store.claim(T1)
    assert claimed is not None
    assert (claimed.version, claimed.log_seq) == (2, 4)

    ours = [event(seq, "ours") for seq in (3, 4, 5, 6)]
    await store.save([replace(change(expected=2, version=6, epoch=2), log=(logged(ours),))])

    assert await store.events(T1, 0, 10) == [*three[:2], *ours]
    assert await rows_of(operator) == [(1, 1, None), (2, 1, None), (6, 4, None)]


async def test_a_foreign_event_within_a_command_gives_way_when_it_is_read(
    store: PostgresStore, operator: Connection, three: list[EventRow]
) -> None:
    await operator.execute(
        "INSERT INTO game_events SELECT game_id, 5, 9, 'theirs', '{}', at FROM game_events "
        "WHERE seq = 4"
    )
    ours = [event(seq, "ours") for seq in (5, 6)]
    await store.save([replace(change(expected=4, version=6), log=(logged(ours),))])

    assert await store.events(T1, 4, 10) == ours
