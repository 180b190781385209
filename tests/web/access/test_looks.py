"""Each view, on a phone and on a desktop: axe, contrast, the size of targets, and other colours."""

import pytest
from playwright.async_api import Browser, Page, expect

from tests.web.access.looks import (
    OVERFLOWING,
    SPACED,
    STYLED,
    axe_findings,
    contrasts,
    small_targets,
    with_styles,
)
from tests.web.room import CONFIG, open_room
from tests.web.screen import Screen
from tests.web.screen_geometry import DRAWN
from tests.web.table_states import all_bet, full, nobody_folds, showdown, side_pots, state_of
from tests.web.visitor import at_table, visiting

pytestmark = pytest.mark.asyncio(loop_scope="session")

SIZES = ((1280, 800), (360, 740))
LEAST_CONTRAST = 4.5
# The text itself is a part of what is drawn, where it cannot be hidden.
BESIDE_TEXT = 0.7


async def readable(page: Page, view: str, part: float = 0.1) -> None:
    """Each text of a view has enough contrast with what is drawn behind it."""
    pale = {text: at for text, at in (await contrasts(page, part)).items() if at < LEAST_CONTRAST}
    assert pale == {}, view


async def usable(page: Page, view: str) -> None:
    """A view has no findings, its texts can be read, and its targets can be hit, at each size."""
    for width, height in SIZES:
        await page.set_viewport_size({"width": width, "height": height})
        await page.wait_for_function(STYLED, polling=100)
        await page.evaluate(DRAWN)
        where = f"{view} at {width}"
        assert "\n".join(await axe_findings(page)) == "", where
        await readable(page, where)
        assert await small_targets(page) == [], where


async def usable_in_all_themes(page: Page, view: str) -> None:
    """A view is usable in each size, and axe finds nothing in the other themes."""
    await usable(page, view)
    usual = await page.evaluate("document.documentElement.dataset.theme")
    assert usual == "dark"
    for theme in ("light", "contrast"):
        await page.evaluate(f"document.documentElement.dataset.theme = '{theme}'")
        assert "\n".join(await axe_findings(page)) == "", f"{view} in {theme}"
    await page.evaluate(f"document.documentElement.dataset.theme = '{usual}'")


async def test_the_way_to_a_table_has_no_findings(shared_browser: Browser) -> None:
    async with open_room() as room, visiting(shared_browser, room, is_painted=True) as visitor:
        page = visitor.page
        await page.goto(room.address)
        await expect(page.locator("#name")).to_be_focused()
        await usable(page, "the start")
        await visitor.enter()
        await expect(page.locator('link[rel="later"]')).to_have_count(0)
        await usable_in_all_themes(page, "the lobby")
        await page.click("#new-table")
        await usable_in_all_themes(page, "a new table")
        await page.keyboard.press("Escape")
        await page.click("#account")
        await usable(page, "the account")
        await page.keyboard.press("Escape")
        await visitor.open_table()
        await usable(page, "an empty table")
        await page.click("#table-menu")
        await usable(page, "the menu of the table")
        await page.keyboard.press("Escape")
        await page.click('[data-seat="1"] [data-action="sit"]')
        await usable(page, "the buy-in")


async def test_the_table_has_no_findings(shared_browser: Browser) -> None:
    async with at_table(shared_browser, CONFIG, is_painted=True) as visitor:
        screen, page = Screen(visitor), visitor.page
        states = {
            "a raise": state_of(all_bet("NT", 6, 1_250)),
            "a draw": state_of(nobody_folds(full("F2L3D", 6), 1)),
            "stud": state_of(nobody_folds(full("F7S/8", 8), 4)),
            "side pots": state_of(side_pots(10)),
        }
        for view, state in states.items():
            await screen.show(state)
            await usable_in_all_themes(page, view)
        for button in ("#side-pots", "#edit-presets"):
            await page.click(button)
            await usable(page, button)
            await page.keyboard.press("Escape")
        before, events = showdown("NT", 3)
        await screen.show(before)
        await screen.play(events)
        await usable_in_all_themes(page, "after the hand")
        await page.click("#panel-toggle")
        await usable(page, "the log")
        await page.click("#open-hands")
        await page.click('[role="tab"][aria-selected="false"]')
        await usable_in_all_themes(page, "statistics")


async def test_the_table_keeps_to_what_the_system_is_set_to(shared_browser: Browser) -> None:
    async with at_table(shared_browser, CONFIG, is_painted=True) as visitor:
        screen, page = Screen(visitor), visitor.page
        await screen.show(state_of(nobody_folds(full("F2L3D", 6), 1)))
        await page.locator("[data-own] button.card").first.click()
        moving = "card => getComputedStyle(card).animationName"
        assert await page.locator("[data-own] .card").last.evaluate(moving) == "none"
        await page.emulate_media(contrast="more")
        await readable(page, "more contrast")
        for scheme in ("dark", "light"):
            await page.emulate_media(
                contrast="no-preference", forced_colors="active", color_scheme=scheme
            )
            await readable(page, f"forced colours, {scheme}", BESIDE_TEXT)
            await marked(page)
        await page.emulate_media(forced_colors="none")


async def marked(page: Page) -> None:
    """Cards, what is chosen, the turn and the buttons have lines of the system's colours."""
    lines = {
        "#board, [data-own] .card": "outlineStyle",
        '[data-own] .card[aria-pressed="true"]': "outlineWidth",
        '[data-state="to-act"] .plate': "outlineStyle",
        ".act:not([hidden])": "borderTopStyle",
        ".plate": "borderTopStyle",
    }
    found = {
        part: await page.locator(part).last.evaluate("(e, name) => getComputedStyle(e)[name]", name)
        for part, name in lines.items()
    }
    assert found.pop('[data-own] .card[aria-pressed="true"]') == "4px"
    assert set(found.values()) == {"solid"}, found
    clock = await page.locator("#clock-bar span").evaluate(
        "e => getComputedStyle(e).backgroundColor"
    )
    around = await page.locator("#clock-bar").evaluate("e => getComputedStyle(e).backgroundColor")
    assert clock != around


async def test_text_may_be_spaced_and_enlarged_four_times(shared_browser: Browser) -> None:
    async with at_table(shared_browser, CONFIG) as visitor:
        screen, page = Screen(visitor), visitor.page
        await screen.show(state_of(all_bet("NT", 6, 1_250)))
        # A window of 1280 by 1024 pixels at 400 %.
        await page.set_viewport_size({"width": 320, "height": 256})
        for button in ("#action-fold", "#action-call", "#action-raise", "#stand"):
            await page.locator(button).click(trial=True)
        assert await page.evaluate(OVERFLOWING) == []
        await page.set_viewport_size({"width": 1280, "height": 800})
        async with with_styles(page, SPACED):
            assert await page.evaluate(OVERFLOWING) == []
