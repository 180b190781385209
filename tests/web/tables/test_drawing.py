"""What the page adds to a state: who can win a pot, own hands in words, marks and amounts."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from pokerws.game.state import PlayerId
from pokerws.messages import ChatSaid
from tests.web.room import CONFIG
from tests.web.screen import Screen
from tests.web.table_states import all_bet, full, nobody_folds, showdown, side_pots, state_of
from tests.web.visitor import at_table

pytestmark = pytest.mark.asyncio(loop_scope="session")

SET = """async ([name, value]) => {
    const { src } = document.querySelector('script[type=module]');
    const { setSetting } = await import(new URL('model/settings.js', src).href);
    setSetting(name, value);
}"""


@pytest_asyncio.fixture(loop_scope="session")
async def screen(shared_browser: Browser) -> AsyncIterator[Screen]:
    """A page at a table of the room, which then shows other states."""
    async with at_table(shared_browser, CONFIG) as visitor:
        yield Screen(visitor)


async def set_setting(screen: Screen, name: str, value: str) -> None:
    await screen.page.evaluate(SET, [name, value])


async def test_side_pots_are_folded_and_listed_with_who_can_win_them(screen: Screen) -> None:
    page = screen.page
    await screen.show(state_of(side_pots(10)))
    await expect(page.locator("#side-pots")).to_have_text("Main 20,000 + 8")
    await page.click("#side-pots")
    pots = page.locator("#pots-list > div")
    await expect(pots).to_have_count(9)
    await expect(pots.first).to_contain_text("Main pot20,000")
    await expect(pots.last).to_contain_text("Side pot 8")
    await expect(pots.last.locator(".soft")).to_have_text(
        "can be won by An extraordinary name 1 and An extraordinary name 0"
    )
    await page.click("#pots-close")
    await expect(page.locator("#pots-dialog")).to_be_hidden()


async def test_the_own_hand_is_in_words_high_and_low(screen: Screen) -> None:
    words = screen.page.locator("[data-own] .words")
    holdings = {
        "NT": (["As", "Ah"], ["Kc", "Kd", "2s"], "Two pair, aces and kings"),
        "PO/8": (["As", "2h", "Kc", "Kd"], ["3c", "4d", "8s"], "A pair of kings · 8-4-3-2-A low"),
        "FR": (["As", "2h", "3c", "4d", "8h"], [], "8-4-3-2-A low"),
        "F2L3D": (["7s", "5h", "4c", "3d", "2h"], [], "7-5-4-3-2 low"),
        "FB": (["As", "2h", "3h", "4d"], [], "A three-card badugi, 4-2-A"),
    }
    for variant, (cards, board, text) in holdings.items():
        state = state_of(full(variant, 2))
        state["hand"]["board"] = board
        state["hand"]["seats"][0] |= {"cards": cards, "up": []}
        await screen.show(state)
        await expect(words).to_have_text(text)


async def test_the_cards_that_win_are_marked(screen: Screen) -> None:
    before, events = showdown("NT", 3)
    await screen.show(before)
    await screen.play(events)
    assert await screen.page.locator(".card[data-won]").count() >= 5
    await expect(screen.page.locator("#board .card[data-won]")).not_to_have_count(0)


async def test_a_chat_bubble_takes_no_clicks_and_leaves_the_own_cards_free(screen: Screen) -> None:
    page, room = screen.page, screen.visitor.room
    await screen.show(state_of(nobody_folds(full("F2L3D", 6), 1)))
    for player in ("p_ann", "bob"):
        room.send(ChatSaid(room.table.id, PlayerId(player), player, "Hello", 0))
    await expect(page.locator('[data-seat="1"] .bubble')).to_have_text("Hello")
    await expect(page.locator("[data-own] .bubble")).to_be_hidden()
    style = "element => getComputedStyle(element).pointerEvents"
    assert await page.locator('[data-seat="1"] .bubble').evaluate(style) == "none"
    cards = page.locator("[data-own] button.card")
    for number in range(5):
        await cards.nth(number).click()
        await expect(cards.nth(number)).to_have_attribute("aria-pressed", "true")


async def test_amounts_are_in_chips_or_in_big_blinds(screen: Screen) -> None:
    page = screen.page
    await screen.show(state_of(all_bet("NT", 3, 1_250)))
    bet = page.locator('[data-seat="1"] .bet')
    await expect(bet).to_have_text("1,250")
    await set_setting(screen, "amounts", "bb")
    await expect(bet).to_have_text("12.5 BB")
    await expect(page.locator("#pot")).to_contain_text("BB")
    await expect(page.locator('[data-seat="1"] .stack')).to_have_text("8,987.5 BB")


async def test_the_amount_is_set_by_presets_that_one_chooses_by_wheel_and_by_keys(
    screen: Screen,
) -> None:
    page = screen.page
    await screen.show(state_of(all_bet("NT", 3, 900)))
    amount = page.locator("#raise-amount")
    await page.click("#edit-presets")
    await page.uncheck('#presets-list [value="50%"]')
    await page.check('#presets-list [value="75%"]')
    await page.check('#presets-list [value="3bb"]')
    await expect(page.locator('#presets-list [value="33%"]')).to_be_disabled()
    await page.click("#presets-close")
    buttons = page.locator("#presets [data-preset]")
    await expect(buttons).to_have_text(["Min", "3 BB", "75%", "Pot", "All-in"])
    # 900 to call, and 2,700 in the pot after it, of which 75 % are 2,025.
    await page.click('[data-preset="75%"]')
    await expect(amount).to_have_value("2925")
    await page.keyboard.press("1")
    await expect(amount).to_have_value("1700")
    await amount.focus()
    await page.keyboard.press("ArrowUp")
    await expect(amount).to_have_value("1800")
    await page.keyboard.press("PageUp")
    await expect(amount).to_have_value("2800")
    await page.hover("#raise-amount")
    await page.mouse.wheel(0, 100)
    await expect(amount).to_have_value("2700")


async def test_chips_move_unless_motion_is_off(screen: Screen) -> None:
    page = screen.page
    count = """() => { window.moved = 0; new MutationObserver((all) => {
        window.moved += all.reduce((sum, each) => sum + each.addedNodes.length, 0);
    }).observe(document.querySelector('#moving-chips'), { childList: true }); }"""
    await page.evaluate(count)
    before, events = showdown("NT", 3)
    await screen.show(before)
    await screen.play(events)
    assert await page.evaluate("window.moved") == 0, "the page is to show less motion"
    await page.emulate_media(reduced_motion="no-preference")
    await screen.show(before)
    await screen.play(events)
    await page.wait_for_function("window.moved > 0")
    await set_setting(screen, "animation_speed", "off")
    moved = await page.evaluate("window.moved")
    await screen.show(before)
    await screen.play(events)
    assert await page.evaluate("window.moved") == moved


async def test_many_changes_are_drawn_once_a_frame_and_in_a_hidden_tab_at_once(
    screen: Screen,
) -> None:
    drawn = await screen.page.evaluate("""async () => {
        const { Frame } = await import('/ui/frame.js');
        const drawn = [];
        const frame = new Frame(() => drawn.push(1));
        for (let at = 0; at < 100; at += 1) frame.request();
        const before = drawn.length;
        await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
        const visible = drawn.length;
        Object.defineProperty(document, 'hidden', { value: true, configurable: true });
        frame.request();
        frame.request();
        await new Promise((done) => setTimeout(done));
        return [before, visible, drawn.length];
    }""")
    assert drawn == [0, 1, 2]
