"""Geometry of the table screen: at no size and in no game does a part of it meet another."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, ViewportSize, expect

from tests.web.room import CONFIG
from tests.web.screen import Screen
from tests.web.screen_geometry import resize, screen_faults
from tests.web.table_states import (
    VIEWER,
    all_bet,
    full,
    nobody_folds,
    showdown,
    state_of,
    states,
)
from tests.web.visitor import at_table

pytestmark = pytest.mark.asyncio(loop_scope="session")

WIDE = (880, 1024, 1180, 1280, 1366)
VIEWPORTS: tuple[ViewportSize, ...] = (
    {"width": 320, "height": 568},
    {"width": 360, "height": 740},
    {"width": 740, "height": 360},
    {"width": 667, "height": 375},
    {"width": 768, "height": 1024},
    {"width": 800, "height": 600},
    *[ViewportSize(width=width, height=800) for width in WIDE],
    {"width": 1920, "height": 1080},
    {"width": 3840, "height": 2160},
)


@pytest_asyncio.fixture(loop_scope="session")
async def screen(shared_browser: Browser) -> AsyncIterator[Screen]:
    """A page at a table of the room, which then shows other states."""
    async with at_table(shared_browser, CONFIG) as visitor:
        yield Screen(visitor)


async def test_nothing_meets_at_any_size_in_any_game(screen: Screen) -> None:
    shown = list(states())
    faults: dict[str, list[str]] = {}
    for size in VIEWPORTS:
        await resize(screen.page, size)
        for name, state in shown:
            await screen.show(state)
            found = await screen_faults(screen.page)
            if found:
                faults[f"{size['width']}x{size['height']} {name}"] = found
    assert faults == {}


async def test_a_result_meets_nothing(screen: Screen) -> None:
    for size in VIEWPORTS:
        await resize(screen.page, size)
        for variant, seats in (("PO/8", 9), ("F7S/8", 8), ("F2L3D", 6)):
            before, events = showdown(variant, seats)
            await screen.show(before)
            await screen.play(events)
            await expect(screen.page.locator("#result")).to_have_class("won")
            assert await screen_faults(screen.page) == [], (size, variant)


async def test_the_table_keeps_its_place_when_a_turn_starts_and_ends(screen: Screen) -> None:
    measure = "() => document.querySelector('#stage').getBoundingClientRect().height"
    game = full("NT", 6)
    before, heights = state_of(game), []
    for size in VIEWPORTS:
        await resize(screen.page, size)
        await screen.show(before)
        waiting = await screen.page.evaluate(measure)
        while game.to_act != VIEWER:
            game.acts("call")
        await screen.show(state_of(game))
        assert await screen.page.locator("#actions").is_visible()
        heights.append(await screen.page.evaluate(measure) - waiting)
    assert heights == [0] * len(VIEWPORTS)


LOW: tuple[ViewportSize, ...] = (
    {"width": 320, "height": 568},
    {"width": 320, "height": 450},
    {"width": 667, "height": 375},
)
# The buttons of the turn and the own cards are on the screen, and nothing lies on them.
HIDDEN = """() => [...document.querySelectorAll('#action-row button, [data-own] .card')]
    .filter((one) => one.checkVisibility())
    .filter((one) => {
        const { left, right, top, bottom } = one.getBoundingClientRect();
        const found = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
        return top < 0 || bottom > innerHeight || !one.contains(found);
    })
    .map((one) => one.id || one.dataset.card)"""
TO_TOP = "() => scrollTo({ top: 0, behavior: 'instant' })"


async def test_a_turn_is_on_the_screen_however_low_it_is(screen: Screen) -> None:
    turn = state_of(all_bet("NT", 10, 123_456))
    waiting = state_of(nobody_folds(full("NT", 10), 1, until_viewer=False))
    for size in LOW:
        await resize(screen.page, size)
        await screen.show(waiting)
        await screen.page.evaluate(TO_TOP)
        await screen.show(turn)
        assert await screen.page.evaluate(HIDDEN) == [], size
        await screen.page.evaluate(TO_TOP)
        hidden = await screen.page.evaluate(HIDDEN)
        assert [name for name in hidden if name.startswith("action")] == [], size
    # Nothing moves under a player who writes.
    await screen.show(waiting)
    await screen.page.click("#panel-toggle")
    await screen.page.focus("#chat-input")
    await screen.page.evaluate(TO_TOP)
    await screen.show(turn)
    assert await screen.page.evaluate("() => scrollY") == 0
    await screen.page.click("#panel-close")


WIDTHS = """() => ['[data-seat="3"] .plate', '[data-own] .card', '.board', '#table']
    .map((each) => document.querySelector(each).getBoundingClientRect().width)"""


async def test_seats_and_cards_grow_with_their_room(screen: Screen) -> None:
    for width, height in ((1440, 900), (1920, 1080), (3840, 2160)):
        await resize(screen.page, {"width": width, "height": height})
        await screen.show(state_of(all_bet("NT", 6, 123_456)))
        plate, own, board, table = await screen.page.evaluate(WIDTHS)
        assert min(plate * 8, own * 13.5, board * 2.6) > table, width
    await resize(screen.page, {"width": 360, "height": 740})
    _, own, board, table = await screen.page.evaluate(WIDTHS)
    assert min(own * 6, board * 1.6) > table
