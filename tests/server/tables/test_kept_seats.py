"""A seat is its player's, whatever becomes of the connections: two tabs, or none for a while."""

from collections.abc import AsyncIterator

import pytest

from pokerws.game import commands
from pokerws.game.cards import UNKNOWN
from pokerws.game.events import TurnTimedOut
from pokerws.messages import Accepted, Events, Rejected, Snapshot
from tests.server.fakes import FakeViewer, ManualClock
from tests.server.resumed import watch
from tests.server.slow_store import SlowStore
from tests.server.stored_house import StoredHouse, house_on


@pytest.fixture
async def house() -> AsyncIterator[StoredHouse]:
    async with house_on(SlowStore(), ManualClock()) as house:
        yield house


async def test_a_seat_in_two_tabs_is_seen_in_both_and_acts_once_a_turn(house: StoredHouse) -> None:
    actor = await house.open_hand()
    hand = actor.table.hand
    assert hand is not None
    assert hand.turn is not None
    turn, seat = hand.turn, actor.table.seats[hand.turn.seat]
    assert seat is not None
    tabs = [FakeViewer(seat.player) for _ in range(2)]
    for tab in tabs:
        shown = await watch(actor, tab)
        assert isinstance(shown, Snapshot)
        assert shown.seat == turn.seat
        assert shown.state.hand is not None
        own = shown.state.hand.seats[turn.seat]
        assert own is not None
        assert UNKNOWN not in own.cards
    call = commands.Act(seat.player, turn.number, "call")
    for number, tab in enumerate(tabs):
        actor.handle(tab, f"click {number}", call)
    first, second = (tab.take() for tab in tabs)
    accepted, news = first
    assert isinstance(accepted, Accepted)
    assert isinstance(news, Events)
    assert second[0] == news
    assert isinstance(second[1], Rejected)
    assert second[1].code in ("not_your_turn", "wrong_turn")


async def test_a_seat_and_its_clock_do_not_notice_that_its_player_is_away(
    house: StoredHouse,
) -> None:
    actor = await house.open_hand()
    hand = actor.table.hand
    assert hand is not None
    assert hand.turn is not None
    turn, seat = hand.turn, actor.table.seats[hand.turn.seat]
    assert seat is not None
    viewer = FakeViewer(seat.player)
    await watch(actor, viewer)
    seq = actor.table.seq
    house.clock.advance(4_000)
    actor.unwatch(viewer)
    house.clock.advance(4_000)
    back = FakeViewer(seat.player)
    assert await watch(actor, back, seq, 1) is None
    assert actor.table.hand is not None
    assert actor.table.hand.turn == turn
    assert actor.table.seats[turn.seat] == seat
    house.clock.advance(turn.deadline_ms - house.clock.now_ms() - 1)
    assert back.take_events() == []
    house.clock.advance(1)
    (news,) = back.take_events()
    assert news.seq == seq + 1
    assert isinstance(news.events[0], TurnTimedOut)
