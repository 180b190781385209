"""A seat shows whether its player is connected, to players and spectators."""

import pytest
from playwright.async_api import Locator, expect

from pokerws.game.state import PlayerId
from tests.web.room import Room
from tests.web.visitor import Visitor, heads_up

pytestmark = pytest.mark.asyncio(loop_scope="session")


def seat(visitor: Visitor, number: int) -> Locator:
    return visitor.page.locator(f'[data-seat="{number}"]')


async def test_a_seat_shows_that_its_player_has_lost_the_connection_and_is_back(
    visitor: Visitor, room: Room
) -> None:
    await heads_up(visitor)
    bob = seat(visitor, 1)
    await expect(bob).not_to_have_attribute("data-absent", "")
    room.disconnect("Bob")
    await expect(bob).to_have_attribute("data-absent", "")
    await expect(bob.locator(".tag")).to_have_text("Disconnected")
    await expect(bob).to_have_attribute("aria-label", "Bob, 9,900 chips, bet 100, Disconnected")
    # What the tag tells instead does not hide it.
    await visitor.page.click("#action-fold")
    await expect(bob.locator(".tag")).to_have_text("+100")
    await expect(bob).to_have_attribute("aria-label", "Bob, 10,050 chips, +100, Disconnected")
    room.reconnect("Bob")
    await expect(bob).not_to_have_attribute("data-absent", "")


async def test_a_spectator_sees_at_once_who_is_disconnected(visitor: Visitor, room: Room) -> None:
    for number, name in enumerate(("Ada", "Bob")):
        room.seat(name, number)
    room.disconnect("Ada")
    await visitor.enter()
    await visitor.open_table()
    await expect(seat(visitor, 0)).to_have_attribute("data-absent", "")
    await expect(seat(visitor, 1)).not_to_have_attribute("data-absent", "")
    # The seat of a player who stands up is an empty one.
    room.stand("Ada")
    await expect(seat(visitor, 0)).to_have_attribute("aria-label", "Seat 1, empty")
    await expect(seat(visitor, 0)).not_to_have_attribute("data-absent", "")


async def test_after_a_lost_connection_the_page_knows_who_left_meanwhile(
    visitor: Visitor, room: Room
) -> None:
    await visitor.arrive()
    for number, name in enumerate(("Ada", "Bob"), 1):
        room.seat(name, number)
    room.disconnect("Ada")
    await expect(seat(visitor, 1)).to_have_attribute("data-absent", "")
    await room.stop()
    room.reconnect("Ada")
    room.disconnect("Bob")
    await room.start()
    await expect(seat(visitor, 2)).to_have_attribute("data-absent", "")
    await expect(seat(visitor, 1)).not_to_have_attribute("data-absent", "")


async def test_the_mark_of_a_bot_is_seen_beside_a_long_name(visitor: Visitor, room: Room) -> None:
    await visitor.arrive()
    await visitor.page.set_viewport_size({"width": 360, "height": 740})
    room.seat("Archimedes of Syracuse", 1, player=PlayerId("bot_archimedes"))
    who = visitor.page.locator('[data-seat="1"][data-bot] .who')
    await expect(who).to_be_visible()
    name, parts = who.locator(".name"), "e => [e.clientWidth, e.scrollWidth]"
    shown, needed = await name.evaluate(parts)
    assert shown < needed, "the name is cut off"
    assert shown > 30, "and only as much as the mark needs"
    width, all_of_it = await who.evaluate(parts)
    assert all_of_it <= width, "the mark is not"
    assert shown < width - 10, "the mark is beside the name"
