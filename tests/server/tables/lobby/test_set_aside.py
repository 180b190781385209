"""Stored tables that an older version accepted, with numbers beyond their bounds, are set aside."""

from collections.abc import AsyncIterator

import asyncpg
import msgspec
import pytest
from msgspec.structs import replace
from structlog.testing import capture_logs

from pokerws.game import commands
from pokerws.game.config.table_config import MAX_CHIPS, LimitStakes
from pokerws.game.illegal import Illegal
from pokerws.game.state import MAX_EXACT, TableId
from pokerws.messages import MSGPACK, Watch, WatchLobby
from pokerws.storage.outcomes import UNMEASURED
from pokerws.storage.postgres.address import address_of
from pokerws.storage.postgres.store import PostgresStore
from tests.maintenance.repairs import UNBOUNDED
from tests.server.fakes import FakeViewer, ManualClock
from tests.server.stored_house import CONFIG, StoredHouse, house_on

STATUS = "SELECT status FROM games WHERE id = $1"


@pytest.fixture
async def postgres(database_url: str) -> AsyncIterator[PostgresStore]:
    store = await PostgresStore.open(address_of(database_url))
    yield store
    await store.close()


@pytest.fixture
async def operator(database_url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(database_url)
    yield connection
    await connection.close()


async def stored(store: PostgresStore, clock: ManualClock) -> list[TableId]:
    """Three tables in a hand, stored by a server that has stopped."""
    async with house_on(store, clock) as house:
        return [(await house.open_hand()).table.id for _ in range(3)]


async def test_a_config_beyond_its_bounds_is_not_listed_and_its_table_quarantined(
    postgres: PostgresStore, operator: asyncpg.Connection
) -> None:
    clock = ManualClock()
    bad, *good = await stored(postgres, clock)
    before = UNMEASURED.quarantined.value
    for statement, column in zip(UNBOUNDED[:2], ("id", "game_id"), strict=True):
        assert await operator.execute(f"{statement} WHERE {column} = '{bad}'") == "UPDATE 1"
    with capture_logs() as lines:
        async with house_on(postgres, clock) as house:
            assert [one.table for one in house.lobby.summaries()] == good
            house.lobby.list_watchers.subscribe(viewer := FakeViewer("ann"), WatchLobby("1"))
            assert len(viewer.take()) == 1
            for table in good:
                assert (await house.lobby.find(table)).table.hand is not None
            with pytest.raises(Illegal, match="unknown_table"):
                await house.lobby.find(bad)
            # Later rounds do not meet it again.
            told = [line for line in lines if line.get("table") == bad]
            await house.lobby.list_stored()
            assert [line for line in lines if line.get("table") == bad] == told
    assert await operator.fetchval(STATUS, bad) == "quarantined"
    assert UNMEASURED.quarantined.value == before + 1
    assert [line["table"] for line in lines if line["event"] == "table_quarantined"] == [bad]
    assert next(line for line in lines if line.get("column") == "config")["table"] == bad


async def test_a_column_that_was_damaged_does_no_harm_to_its_table(
    postgres: PostgresStore, operator: asyncpg.Connection
) -> None:
    clock = ManualClock()
    tables = await stored(postgres, clock)
    await operator.execute("UPDATE games SET config = repeat('[', 60000) WHERE id = $1", tables[1])
    async with house_on(postgres, clock) as house:
        listed = house.lobby.summaries()
        assert {one.table for one in listed} == set(tables)
        assert {one.config for one in listed} == {CONFIG}


@pytest.mark.parametrize("number", [10**30, 2**53])
@pytest.mark.parametrize("field", ['"stack":10000', '"hand_number":0', '"turns":0'])
async def test_a_snapshot_with_a_number_that_no_client_can_read_is_set_aside(
    house: StoredHouse, field: str, number: int
) -> None:
    actor, other = await house.open("ann"), await house.open("ben")
    assert actor.table.seats[0] is not None
    row = house.store._rows[actor.table.id]  # type: ignore[attr-defined]
    name = field.partition(":")[0]
    house.clock.advance(10_000)
    house.lobby.evict(house.clock.now_ms())
    await house.written()
    assert field.encode() in row.snapshot
    row.snapshot = row.snapshot.replace(field.encode(), f"{name}:{number}".encode())
    with pytest.raises(Illegal, match="table_quarantined"):
        await house.lobby.find(actor.table.id)
    assert (await house.lobby.find(other.table.id)).table.players == 1


async def test_ten_stacks_at_their_bound_are_stored_and_shown_exactly(
    postgres: PostgresStore, operator: asyncpg.Connection
) -> None:
    most = replace(CONFIG, seats=10, big_blind=MAX_CHIPS, small_blind=MAX_CHIPS // 2)
    most = replace(most, min_buy_in=MAX_CHIPS, max_buy_in=MAX_CHIPS)
    viewers = [FakeViewer(f"p{number}") for number in range(10)]
    viewers[0].wire = MSGPACK
    async with house_on(postgres, ManualClock()) as house:
        actor = house.lobby.create("Huge", most)
        for viewer in viewers:
            await postgres.accounts.open(viewer.player, MAX_CHIPS, 0)
            actor.watch(viewer, Watch("w", actor.table.id))
            actor.handle(viewer, "s", commands.Sit(viewer.player, "P", None, MAX_CHIPS))
        await house.written()
        house.clock.advance(CONFIG.next_hand_delay_ms)
        pots = set()
        while (hand := actor.table.hand) is not None and hand.turn is not None:
            pots.add(actor.table.total_pot)
            seat = actor.table.seats[hand.turn.seat]
            assert seat is not None
            viewer = next(one for one in viewers if one.player == seat.player)
            call = commands.Act(seat.player, hand.turn.number, "call")
            actor.handle(viewer, f"c{hand.turn.number}", call)
        await house.written()
        assert max(pots) >= 9 * MAX_CHIPS
        assert actor.table.chips == 10 * MAX_CHIPS < MAX_EXACT
        row = await operator.fetchrow("SELECT chips, balance FROM games")
        assert row is not None
        assert tuple(row) == (10 * MAX_CHIPS, 10 * MAX_CHIPS)
    async with house_on(postgres, house.clock) as second:
        assert (await second.lobby.find(actor.table.id)).table.chips == 10 * MAX_CHIPS


def test_what_is_set_aside_is_what_an_older_version_stored() -> None:
    config = replace(CONFIG, limit=LimitStakes(bring_in=10**30))
    text = msgspec.json.encode(CONFIG).decode()
    bring_in = UNBOUNDED[0].split("'")[3]
    assert text.replace('"limit":{}', bring_in).encode() == msgspec.json.encode(config)
