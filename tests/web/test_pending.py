"""What the page shows of a command that is not answered, and what becomes of it."""

import pytest
from playwright.async_api import expect

from tests.web.room import Room
from tests.web.visitor import Visitor, heads_up

pytestmark = pytest.mark.asyncio(loop_scope="session")

# The page's clock is the test's: a second of it, and what the page may need to say so.
SENDING_MS = 500
LATE_MS = 3_000
DEAD_MS = 3_000
BACK_MS = 5_000


async def test_a_click_on_a_dead_line_is_shown_and_carried_out_once_it_is_back(
    visitor: Visitor, room: Room
) -> None:
    page = visitor.page
    await page.clock.install()
    await heads_up(visitor)
    call, status = page.locator("#action-call"), page.locator("#status")
    async with room.deaf():
        await call.click()
        await room.wait_for(lambda: len(visitor.acts_sent()) == 1)
        await expect(call).to_be_disabled()
        await page.clock.run_for(SENDING_MS)
        await expect(call).to_have_text("Sending…")
        await page.clock.run_for(LATE_MS)
        await expect(call).to_have_text("Not answered yet…")
        # Neither the button nor its key sends it again.
        await page.keyboard.press("c")
        # The heartbeats are 10 s apart: it is the line of one's own hand that is watched closely.
        await page.clock.run_for(DEAD_MS)
        await expect(status).to_have_attribute("data-state", "reconnecting")
    await page.clock.run_for(BACK_MS)
    await visitor.turn_of(1)
    await expect(status).to_have_attribute("data-state", "online")
    first, second = visitor.acts_sent()
    assert first == second
    await expect(call).to_have_text("Call 50")


async def test_a_click_that_comes_after_its_turn_is_dropped_with_a_message(
    visitor: Visitor, room: Room
) -> None:
    page = visitor.page
    await page.clock.install()
    await heads_up(visitor)
    async with room.deaf():
        await page.click("#action-call")
        await room.wait_for(lambda: len(visitor.acts_sent()) == 1)
        room.clock.advance(60_000)
        await page.clock.run_for(LATE_MS + SENDING_MS)
    await room.stop()
    await room.start()
    await page.clock.run_for(BACK_MS)
    await expect(page.locator("#message")).to_contain_text("did not arrive in time")
    await expect(page.locator("#action-call")).to_have_text("Call 50")


async def test_a_browser_that_opens_no_socket_is_told_of_and_tried_again(
    visitor: Visitor, room: Room
) -> None:
    page = visitor.page
    await page.add_init_script(
        "const Real = WebSocket; window.blocked = true;"
        "WebSocket = function (url) { if (window.blocked) throw new Error('no');"
        "return new Real(url); }"
    )
    await page.goto(room.address)
    await page.fill("#name", "Hanna")
    await page.click("#enter")
    await expect(page.locator("#status")).to_contain_text("does not let this page connect")
    await page.evaluate("window.blocked = false")
    await expect(page.locator("#status")).to_have_attribute("data-state", "online")
    assert all("is not allowed" in visitor.problems.pop() for _ in visitor.problems[:])


async def test_a_reload_shows_the_hands_and_the_chat_of_before(
    visitor: Visitor, room: Room
) -> None:
    await heads_up(visitor)
    page = visitor.page
    await page.fill("#chat-input", "Good luck")
    await page.click("#chat-send")
    await page.click("#action-fold")
    room.next_hand()
    await expect(page.locator("#log")).to_contain_text("Hand 2")
    # The lines of the first hand, without those of the second, which goes on.
    lines = await page.locator("#log li").all_text_contents()
    first = lines[lines.index("Hand 1 – Hanna deals") : lines.index("Hand 2 – Bob deals")]
    await page.reload()
    await expect(page.locator("#log li").last).to_have_text("You joined at hand 2")
    await expect(page.locator("#log")).to_contain_text("Hand 1")
    shown = await page.locator("#log li").all_text_contents()
    assert shown == [*first, "You joined at hand 2"]
    assert await page.locator("#log li").first.get_attribute("class") == "heading"
    await expect(page.locator("#chat li")).to_have_text("Hanna Good luck")


async def test_the_focus_returns_to_the_button_that_opened_the_sheet(visitor: Visitor) -> None:
    page = visitor.page
    await page.set_viewport_size({"width": 390, "height": 844})
    await visitor.arrive()
    for target, key in (("#chat-input", "Escape"), ("#panel-close", "Enter")):
        await page.click("#panel-toggle")
        await page.focus("#chat-input")
        await page.press(target, key)
        await expect(page.locator("#panel-toggle")).to_be_focused()
