"""On the page: posting a blind or waiting for it, and the waiting list of a full table."""

import pytest
from playwright.async_api import expect

from pokerws.game.config.table_config import TableConfig
from pokerws.game.state import PlayerId
from tests.web.room import Room
from tests.web.visitor import Visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_new_player_chooses_to_post_or_to_wait(visitor: Visitor, room: Room) -> None:
    for seat, name in enumerate(("Ann", "Bob", "Cleo")):
        room.seat(name, seat)
    room.next_hand()
    await visitor.enter()
    await visitor.open_table()
    await visitor.sit(5)
    page = visitor.page
    post, wait = page.locator("#post-blind"), page.locator("#wait-for-blind")
    await expect(page.locator("#prompt")).to_have_text("You wait for the big blind.")
    await expect(wait).to_be_hidden()
    tag = page.locator('[data-seat="5"] .tag')
    await expect(tag).to_have_text("Waiting")
    await post.click()
    await expect(post).to_be_hidden()
    await expect(tag).to_have_text("Next hand")
    own = room.table.seats[5]
    assert own is not None
    assert own.posts
    await wait.click()
    await expect(post).to_be_visible()
    assert not own.posts
    log = await page.locator("#log li").all_inner_texts()
    assert log[-2:] == ["Hanna will post a blind", "Hanna waits for the big blind"]


async def test_a_visitor_of_a_full_table_waits_for_a_seat(visitor: Visitor, room: Room) -> None:
    for seat in range(room.table.config.seats):
        room.seat(f"P{seat}", seat)
    await visitor.enter()
    await visitor.open_table()
    page = visitor.page
    join, leave = page.locator("#join-list"), page.locator("#leave-list")
    await join.click()
    await expect(page.locator("#prompt")).to_have_text("You are number 1 on the waiting list.")
    await expect(join).to_be_hidden()
    room.stand("P2")
    await expect(page.locator("#prompt")).to_have_text("Seat 3 is reserved for you.")
    await visitor.sit(2)
    await expect(leave).to_be_hidden()
    assert room.table.seat_of(PlayerId("p_P2")) is None
    assert room.table.waiting == []


async def test_a_game_without_blinds_asks_for_none(visitor: Visitor, room: Room) -> None:
    room.actor = room.lobby.create("Stud", TableConfig(variant="F7S", seats=6))
    room.seat("Bob", 0)
    room.seat("Carl", 1)
    room.next_hand()
    await visitor.arrive(2)
    await expect(visitor.page.locator("#prompt")).to_have_text(
        "You will be dealt in from the next hand."
    )
    await expect(visitor.page.locator("#post-blind")).to_be_hidden()
    await expect(visitor.page.locator("[data-own] .tag")).to_have_text("Next hand")
