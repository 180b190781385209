"""The wall clock is put right during play: tables follow it, and nobody's time is up for that."""

import pytest
from structlog.testing import capture_logs

from pokerws.server.auth.guests import Guests
from pokerws.server.auth.player_names import PlayerNames
from pokerws.server.background.clock_watch import ClockWatch
from pokerws.server.clock import MOST_AHEAD_MS
from pokerws.server.sessions.token_expiry import LOOK_MS, Expiry
from pokerws.server.tables.actor import TableActor
from pokerws.storage.names import MemoryNames
from tests.server.fakes import ManualClock
from tests.server.stored_house import Ledger, StoredHouse, house_on

HOUR_MS = 3_600_000
THOUGHT_MS = 3_000


async def times(house: StoredHouse, actor: TableActor) -> list[int]:
    """When the events of a table happened, as stored."""
    await house.written()
    rows = await house.store.events(actor.table.id, 0, 10_000)
    assert [row.at_ms for row in rows] == sorted(row.at_ms for row in rows)
    return [row.at_ms for row in rows]


def jump(house: StoredHouse, by_ms: int) -> ClockWatch:
    """Move the wall clock, and let the watch notice it."""
    watch = ClockWatch(house.clock, house.lobby.put_clock_forward)
    house.clock.wall_ahead_ms += by_ms
    watch.look()
    return watch


def turn_of(actor: TableActor) -> int:
    assert actor.table.hand is not None
    assert actor.table.hand.turn is not None
    return actor.table.hand.turn.number


def check_time_left(house: StoredHouse, actor: TableActor, left_ms: int) -> None:
    """The turn ends after so long, by the clock of the people at the table."""
    number = turn_of(actor)
    house.clock.advance(left_ms - 1)
    assert turn_of(actor) == number
    house.clock.advance(1)
    assert actor.table.hand is None or turn_of(actor) != number


@pytest.mark.parametrize("by_ms", [HOUR_MS, -HOUR_MS])
async def test_a_turn_keeps_its_time_when_the_wall_clock_is_moved(by_ms: int) -> None:
    async with house_on(Ledger(), ManualClock()) as house:
        actor = await house.open_hand()
        house.clock.advance(THOUGHT_MS)
        jump(house, by_ms)
        check_time_left(house, actor, actor.table.config.turn_time_ms - THOUGHT_MS)
        stored = await times(house, actor)
        ahead_ms = stored[-1] - house.clock.now_ms()
        # It follows forwards, and never goes back.
        assert ahead_ms == max(by_ms, 0)
        assert house.clock.table_ms() == stored[-1]


async def test_a_jump_is_logged_once_and_a_small_drift_is_none() -> None:
    async with house_on(Ledger(), ManualClock()) as house:
        with capture_logs() as lines:
            jump(house, 900)
            watch = jump(house, HOUR_MS)
            watch.look()
            jump(house, -HOUR_MS)
        shown = [(line["event"], line["by_ms"], line["tables_put_forward_ms"]) for line in lines]
        assert shown == [
            ("clock_jumped", HOUR_MS, HOUR_MS + 900),
            ("clock_jumped", -HOUR_MS, 0),
        ]


async def test_a_paused_table_keeps_its_time_too() -> None:
    async with house_on(Ledger(), ManualClock()) as house:
        actor = await house.open_hand()
        house.clock.advance(THOUGHT_MS)
        actor.pause()
        house.clock.advance(60_000)
        jump(house, HOUR_MS)
        house.clock.advance(60_000)
        actor.go_on()
        check_time_left(house, actor, actor.table.config.turn_time_ms - THOUGHT_MS)


async def test_stored_times_do_not_go_back_in_a_server_whose_clock_is_behind() -> None:
    store, ahead = Ledger(), ManualClock()
    ahead.advance(HOUR_MS)
    async with house_on(store, ahead) as before:
        actor = await before.open_hand()
        number, last_ms = turn_of(actor), (await times(before, actor))[-1]
    async with house_on(store, ManualClock()) as house:
        other = await house.open_hand()
        left_ms = other.table.config.turn_time_ms
        loaded = await house.lobby.find(actor.table.id)
        assert turn_of(loaded) == number
        assert house.clock.table_ms() == last_ms
        # The table that was in memory here keeps its time.
        check_time_left(house, other, left_ms)
        await times(house, other)
        assert (await times(house, loaded))[-1] >= last_ms


async def test_a_stored_time_that_can_only_be_a_mistake_is_not_followed() -> None:
    clock = ManualClock()
    assert clock.behind_ms(clock.wall_ms() + MOST_AHEAD_MS) == MOST_AHEAD_MS
    assert clock.behind_ms(clock.wall_ms() + MOST_AHEAD_MS + 1) == 0


async def test_tokens_are_checked_by_the_wall_clock_as_it_is_now() -> None:
    clock = ManualClock()
    guests = Guests("k" * 32, clock, names=PlayerNames(MemoryNames(), clock))
    session = (await guests.admit(None, "Ann")).session
    clock.wall_ahead_ms = HOUR_MS
    later = await guests.admit(session, None)
    assert later.expires_ms is not None
    assert later.expires_ms > clock.wall_ms() > clock.now_ms()


def test_a_token_expires_by_the_wall_clock_that_was_put_forward() -> None:
    clock, heard = ManualClock(), list[str]()
    expiry = Expiry(clock, 0, warn=lambda: None, expire=lambda: heard.append("expire"))
    expiry.set(clock.wall_ms() + HOUR_MS)
    clock.wall_ahead_ms = HOUR_MS
    assert heard == []
    clock.advance(LOOK_MS)
    assert heard == ["expire"]
    assert clock.next_alarm_ms is None
