"""Showing cards after a hand."""

import pytest
from playwright.async_api import expect

from tests.web.room import Room
from tests.web.visitor import Visitor, heads_up

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_folded_hand_can_be_shown_once_and_stays_visible_until_the_next_hand(
    visitor: Visitor, room: Room
) -> None:
    await heads_up(visitor)
    page = visitor.page
    button = page.locator("#show-cards")
    await expect(button).to_be_hidden()
    await page.click("#action-fold")
    await button.click()
    await expect(page.locator("#log li").last).to_have_text("Hanna shows A♠ K♠")
    await expect(button).to_be_hidden()
    assert [message["hand"] for message in room.sent_of("show")] == [1]
    assert await visitor.shown_cards('[data-own="true"]') == ["As", "Ks"]
    assert await visitor.shown_cards('[data-seat="1"]') == ["??", "??"]
    await page.reload()
    await expect(page.locator('[data-own="true"] [data-card="As"]')).to_be_visible()
    await expect(button).to_be_hidden()
    room.next_hand("Qc Qs Jc Js")
    await expect(page.locator('[data-own="true"] [data-card="As"]')).to_have_count(0)


async def test_a_folded_player_sees_the_cards_that_an_uncalled_winner_shows(
    visitor: Visitor, room: Room
) -> None:
    await heads_up(visitor, "7c As 2d Ks")
    await visitor.page.click("#action-fold")
    await expect(visitor.page.locator("#result")).to_have_class("won")
    room.show("Bob")
    await expect(visitor.page.locator('[data-seat="1"] [data-card="7c"]')).to_be_visible()
    assert await visitor.shown_cards('[data-seat="1"]') == ["7c", "2d"]
    await expect(visitor.page.locator("#log li").last).to_have_text("Bob shows 7♣ 2♦")


async def test_the_show_button_disappears_when_the_next_hand_starts(
    visitor: Visitor, room: Room
) -> None:
    await heads_up(visitor)
    await visitor.page.click("#action-fold")
    await expect(visitor.page.locator("#show-cards")).to_be_visible()
    room.next_hand()
    await expect(visitor.page.locator("#show-cards")).to_be_hidden()
