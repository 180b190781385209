"""A seat without a connection is freed by time, so that closed tabs never block a table."""

from collections.abc import AsyncIterator

import pytest
from msgspec.structs import replace

from pokerws.game.config.presence import PresenceOptions
from pokerws.game.events import PlayerStood
from pokerws.server.background.absent_seats import AbsentSeats
from pokerws.server.tables.presence import Presence
from pokerws.storage.journal.journal import Journal
from tests.server.conftest import Connect
from tests.server.fakes import ManualClock
from tests.server.resumed import watch
from tests.server.stored_house import BUY_IN, CONFIG, GRANT, Ledger, StoredHouse, balance, house_on

ABSENT_MS = 60_000


class AbsenceTest:
    """A stored lobby and its players' connections."""

    def __init__(self, house: StoredHouse, store: Ledger) -> None:
        self.house = house
        self.store = store
        self.presence = Presence(house.clock)
        self.seats = AbsentSeats(house.lobby, self.presence, house.clock, ABSENT_MS)

    def enter(self, *players: str) -> None:
        for player in players:
            self.presence.enter(self.house.viewers[player].player)

    def leave(self, *players: str) -> None:
        for player in players:
            self.presence.leave(self.house.viewers[player].player)

    async def after(self, time_ms: int) -> None:
        self.house.clock.advance(time_ms)
        await self.seats.free()


@pytest.fixture
async def absence() -> AsyncIterator[AbsenceTest]:
    store = Ledger()
    async with house_on(store, ManualClock()) as house:
        yield AbsenceTest(house, store)


async def test_a_seat_without_a_connection_is_freed_and_its_chips_go_home(
    absence: AbsenceTest,
) -> None:
    absence.enter("ann")
    actor = await absence.house.open("ann")
    absence.leave("ann")
    await absence.after(ABSENT_MS - 1)
    assert actor.table.players == 1
    assert await balance(absence.store, "ann") == GRANT - BUY_IN
    await absence.after(1)
    assert actor.table.players == 0
    await absence.house.written()
    assert await balance(absence.store, "ann") == GRANT


async def test_a_freed_seat_is_shown_when_its_chips_are_stored(absence: AbsenceTest) -> None:
    actor = await absence.house.open("ann")
    ben = absence.house.viewers["ben"]
    await watch(actor, ben)
    await absence.after(ABSENT_MS)
    assert ben.take_events() == []
    await absence.house.written()
    (shown,) = ben.take_events()
    assert isinstance(shown.events[0], PlayerStood)


async def test_a_player_with_one_of_two_connections_left_keeps_the_seat(
    absence: AbsenceTest,
) -> None:
    absence.enter("ann", "ann")
    actor = await absence.house.open("ann")
    absence.leave("ann")
    await absence.after(10 * ABSENT_MS)
    assert actor.table.players == 1


async def test_who_comes_back_in_time_keeps_the_seat(absence: AbsenceTest) -> None:
    absence.enter("ann")
    actor = await absence.house.open("ann")
    for _ in range(3):
        absence.leave("ann")
        await absence.after(ABSENT_MS - 1)
        absence.enter("ann")
        await absence.after(ABSENT_MS - 1)
    assert actor.table.players == 1


async def test_in_a_hand_the_seat_is_freed_when_the_hand_is_over(absence: AbsenceTest) -> None:
    actor = await absence.house.open_hand()
    absence.enter("ann", "ben")
    absence.leave("ann")
    # Much sooner than the clock of a turn.
    seats = AbsentSeats(absence.house.lobby, absence.presence, absence.house.clock, 1)
    absence.house.clock.advance(1)
    await seats.free()
    leaving = [seat.leaving for seat in actor.table.seats if seat]
    if actor.table.hand is not None:
        assert leaving == [True, False]
        await seats.free()
        while actor.table.hand is not None:
            absence.house.act(actor)
    assert [seat.name for seat in actor.table.seats if seat] == ["ben"]


async def test_after_a_restart_everybody_has_the_same_time_to_come_back(
    absence: AbsenceTest,
) -> None:
    actor = await absence.house.open("ann", "ben")
    absence.enter("ben")
    await absence.after(ABSENT_MS - 1)
    assert actor.table.players == 2
    await absence.after(1)
    assert [seat.name for seat in actor.table.seats if seat] == ["ben"]


async def test_a_paused_table_keeps_its_seats_until_it_goes_on(absence: AbsenceTest) -> None:
    actor = await absence.house.open("ann")
    actor.pause()
    await absence.after(ABSENT_MS)
    assert actor.table.players == 1
    actor.go_on()
    await absence.seats.free()
    assert actor.table.players == 0


async def test_a_table_that_another_server_had_gives_everybody_the_time_to_come_back(
    absence: AbsenceTest,
) -> None:
    actor = await absence.house.open("ann", "ben")
    async with house_on(absence.store, absence.house.clock) as house:
        seats = AbsentSeats(house.lobby, Presence(house.clock), house.clock, ABSENT_MS)
        # The other server has been up for long, and ann is the first to come over to it.
        house.clock.advance(10 * ABSENT_MS)
        moved = await house.lobby.find(actor.table.id)
        await seats.free()
        assert moved.table.players == 2
        house.clock.advance(ABSENT_MS)
        await seats.free()
        assert moved.table.players == 0


async def test_an_overloaded_table_keeps_its_seats_until_the_journal_has_caught_up(
    absence: AbsenceTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    actor = await absence.house.open("ann")
    with monkeypatch.context() as overloaded:
        overloaded.setattr(Journal, "over_high_water", True)
        await absence.after(ABSENT_MS)
        assert actor.table.players == 1
    await absence.seats.free()
    assert actor.table.players == 0


@pytest.mark.parametrize("absent_ms", [0, ABSENT_MS])
async def test_players_who_left_long_ago_cost_no_memory_and_stay_absent(
    absence: AbsenceTest, absent_ms: int
) -> None:
    since_ms = absence.house.clock.now_ms()
    absence.enter("ann")
    absence.house.clock.advance(ABSENT_MS)
    absence.leave("ann")
    ann = absence.house.viewers["ann"].player
    absence.house.clock.advance(ABSENT_MS + 1)
    assert absence.presence.absent_ms(ann, since_ms) == ABSENT_MS + 1
    await AbsentSeats(absence.house.lobby, absence.presence, absence.house.clock, absent_ms).free()
    assert absence.presence.absent_ms(ann, since_ms) == 2 * ABSENT_MS + 1


async def test_with_a_time_of_zero_no_seat_is_freed(absence: AbsenceTest) -> None:
    actor = await absence.house.open("ann")
    absence.house.clock.advance(10 * ABSENT_MS)
    await AbsentSeats(absence.house.lobby, absence.presence, absence.house.clock, 0).free()
    assert actor.table.players == 1


@pytest.mark.parametrize(
    ("server_ms", "table_ms", "freed_ms"),
    [(ABSENT_MS, 10_000, 10_000), (10_000, ABSENT_MS, 10_000), (0, ABSENT_MS, ABSENT_MS)],
)
async def test_a_table_may_free_seats_sooner_than_the_server_and_not_later(
    absence: AbsenceTest, server_ms: int, table_ms: int, freed_ms: int
) -> None:
    config = replace(CONFIG, presence=PresenceOptions(absent_seat_ms=table_ms))
    house, clock = absence.house, absence.house.clock
    actor = house.lobby.create("Two", config)
    await absence.store.accounts.open(house.viewers["ann"].player, GRANT, 0)
    house.sit(actor, "ann")
    await house.written()
    seats = AbsentSeats(house.lobby, absence.presence, clock, server_ms)
    # She was here for long after the table was loaded.
    absence.enter("ann")
    clock.advance(10 * ABSENT_MS)
    absence.leave("ann")
    await seats.free()
    clock.advance(freed_ms - 1)
    await seats.free()
    assert actor.table.players == 1
    clock.advance(1)
    await seats.free()
    assert actor.table.players == 0


@pytest.mark.settings(absent_seat_ms=50, next_hand_delay_ms=60_000)
async def test_two_closed_tabs_leave_their_seats_to_others(open_connection: Connect) -> None:
    visitors = [await open_connection("ann"), await open_connection("ben")]
    made = await visitors[0].ask("create_table", name="Two", config={"seats": 2})
    for visitor in visitors:
        assert (await visitor.ask("sit", table=made["table"], buy_in=10_000))["type"] == "accepted"
    cleo = await open_connection("cleo")
    assert (await cleo.ask("sit", table=made["table"], buy_in=10_000))["code"] == "table_full"
    await cleo.ask("watch", table=made["table"])
    for visitor in visitors:
        await visitor.connection.close()
    stood = 0
    while stood < 2:
        events = (await cleo.until("events"))["events"]
        stood += sum(event["type"] == "player_stood" for event in events)
    assert (await cleo.ask("sit", table=made["table"], buy_in=10_000))["type"] == "accepted"
