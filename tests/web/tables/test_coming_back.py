"""A player who stands up and sits down again, on the page."""

import pytest
from playwright.async_api import expect

from tests.web.room import Room
from tests.web.visitor import Visitor, heads_up

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_player_who_comes_back_is_told_what_to_bring_and_what_is_owed(
    visitor: Visitor, room: Room
) -> None:
    await heads_up(visitor)
    page = visitor.page
    await page.fill("#chat-input", "Back soon")
    await page.click("#chat-send")
    await page.click("#action-fold")
    await page.click("#stand")
    await expect(page.locator("#stand")).to_be_hidden()

    await page.click('[data-seat="0"] [data-action="sit"]')
    hint = page.locator("#buy-in-hint")
    await expect(hint).to_contain_text("From 9,950 to ")
    await expect(hint).to_contain_text("You left with 9,950: bring it back.")
    await expect(hint).to_contain_text("You owe both blinds, since you left.")
    await page.fill("#buy-in-amount", "9949")
    await expect(page.locator("#buy-in-confirm")).to_be_disabled()
    await page.fill("#buy-in-amount", "9950")
    await page.click("#buy-in-confirm")
    await page.wait_for_selector('[data-seat="0"][data-own="true"]')
    room.next_hand()
    await expect(page.locator("#log")).to_contain_text("Hanna posts")
