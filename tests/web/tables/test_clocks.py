"""The page shows which time of a turn runs, and lets the player ask for the time bank."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from msgspec.structs import replace
from playwright.async_api import Locator, expect

from pokerws.game.config.clocks import Clocks, DisconnectProtection, TimeBank
from tests.web.room import CONFIG, Room, open_room
from tests.web.visitor import Visitor, heads_up

pytestmark = pytest.mark.asyncio(loop_scope="session")

AUTO = Clocks(bank=TimeBank(start_ms=30_000), protection=DisconnectProtection())
ON_DEMAND = Clocks(bank=TimeBank(start_ms=30_000, use="on_demand"))


@pytest_asyncio.fixture(loop_scope="session")
async def room(request: pytest.FixtureRequest) -> AsyncIterator[Room]:
    """A server whose table has the clocks of the test."""
    async with open_room(replace(CONFIG, clocks=request.param)) as room:
        yield room


@pytest.fixture
def own(visitor: Visitor) -> Locator:
    """The visitor's seat."""
    return visitor.page.locator('[data-seat="0"]')


def wait_for_deadline(room: Room) -> None:
    deadline_ms = room.table.deadline_ms
    assert deadline_ms is not None
    room.clock.advance(deadline_ms - room.clock.table_ms())


@pytest.mark.parametrize("room", [AUTO], indirect=True)
async def test_a_player_sees_that_the_time_bank_runs(
    visitor: Visitor, room: Room, own: Locator
) -> None:
    await heads_up(visitor)
    await expect(own.locator(".tag")).not_to_have_text("Time bank")
    wait_for_deadline(room)
    await expect(own.locator(".tag")).to_have_text("Time bank")
    await expect(own.locator(".seconds")).to_have_text("30")
    left = "e => Number(getComputedStyle(e).getPropertyValue('--left'))"
    assert await own.evaluate(left) > 0.9, "the ring is whole again"
    await expect(visitor.page.locator("#log")).to_contain_text("uses the time bank")
    await expect(visitor.page.locator("#use-time-bank")).to_be_hidden()
    await visitor.page.click("#action-call")
    await expect(own.locator(".tag")).not_to_have_text("Time bank")


@pytest.mark.parametrize("room", [AUTO], indirect=True)
async def test_the_others_see_that_a_player_has_time_to_come_back(
    visitor: Visitor, room: Room
) -> None:
    await heads_up(visitor)
    await visitor.page.click("#action-call")
    bob = visitor.page.locator('[data-seat="1"]')
    await expect(bob.locator(".seconds")).not_to_be_empty()
    room.disconnect("Bob")
    wait_for_deadline(room)
    await expect(bob.locator(".tag")).to_have_text("Reconnecting")
    room.reconnect("Bob")
    await expect(visitor.page.locator("#log")).to_contain_text("Bob is connected again")
    await expect(bob.locator(".tag")).not_to_have_text("Reconnecting")


@pytest.mark.parametrize("room", [ON_DEMAND], indirect=True)
async def test_a_player_asks_for_more_time(visitor: Visitor, room: Room, own: Locator) -> None:
    await heads_up(visitor)
    more = visitor.page.locator("#use-time-bank")
    await more.click()
    await expect(own.locator(".tag")).to_have_text("Time bank")
    await expect(own.locator(".seconds")).to_have_text("90")
    await expect(more).to_be_hidden()
