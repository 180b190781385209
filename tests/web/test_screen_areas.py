"""Geometry of the table screen: at no width does a part of it leave its area or cover another."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import Browser, Page, expect

from pokerws.game.commands import Action
from pokerws.game.config.table_config import HouseRules, Mix, TableConfig
from tests.web.room import Room
from tests.web.screen_geometry import SIZES, area_faults, resize, seat_faults
from tests.web.visitor import DESKTOP, PHONE, Visitor, at_table

pytestmark = pytest.mark.asyncio(loop_scope="session")

WIDTHS = (320, 360, 480, 600, 768, 860, 861, 880, 900, 1000, 1024, 1180, 1280, 1400, 1920, 3840)
# On both sides of each width where the layout changes.
FEW_WIDTHS = (320, 480, 575, 600, 860, 861, 1090, 1400)
HEIGHT = 800
PLAIN = HouseRules()
ALL_OPTIONS = HouseRules(straddle="mississippi", run_it=3)
# Amounts with many digits make wide buttons.
LARGE = 1_000_000


@asynccontextmanager
async def seated(
    browser: Browser, variant: str, house: HouseRules = ALL_OPTIONS, mix: Mix | None = None
) -> AsyncIterator[Visitor]:
    """A visitor with a large stack against Bob, who has the same."""
    config = TableConfig(
        variant=variant,
        max_buy_in=10 * LARGE,
        next_hand_delay_ms=4_000,
        turn_time_ms=60_000,
        house=house,
        mix=mix or Mix(),
    )
    async with at_table(browser, config, "Bob", buy_in=2 * LARGE) as visitor:
        yield visitor


async def faults_by_width(page: Page, widths: tuple[int, ...] = FEW_WIDTHS) -> dict[int, list[str]]:
    """What is wrong, by width in pixels."""
    found: dict[int, list[str]] = {}
    for width in widths:
        await resize(page, {"width": width, "height": HEIGHT})
        found[width] = await area_faults(page)
    return {width: faults for width, faults in found.items() if faults}


@pytest.mark.parametrize("house", [PLAIN, ALL_OPTIONS], ids=["plain", "all options"])
async def test_a_raise_stays_in_its_area(shared_browser: Browser, house: HouseRules) -> None:
    async with seated(shared_browser, "NT", house) as visitor:
        page = visitor.page
        visitor.room.next_hand()
        await visitor.own_turn()
        await page.fill("#raise-amount", str(LARGE))
        assert await faults_by_width(page, WIDTHS) == {}
        # After the hand, one more button stands beside the others.
        await resize(page, DESKTOP)
        await page.click("#action-fold")
        await page.wait_for_selector("#show-cards")
        assert await faults_by_width(page) == {}


async def test_a_choice_between_two_bets_stays_in_its_area(shared_browser: Browser) -> None:
    async with seated(shared_browser, "F7S") as visitor:
        visitor.room.next_hand("Ac As Kc Ks 9d 2c  9h Jd")
        await visitor.own_turn()
        await visitor.page.click("text=Bring in 30")
        await visitor.turn_of(1)
        visitor.room.act("Bob", "bet", 100)
        await visitor.own_turn()
        await visitor.page.click("text=Call 70")
        await visitor.turn_of(1)
        visitor.room.act("Bob", "check")
        await visitor.page.wait_for_selector("#action-raise-big")
        assert await faults_by_width(visitor.page) == {}


async def test_a_draw_stays_in_its_area(shared_browser: Browser) -> None:
    async with seated(shared_browser, "F2L3D") as visitor:
        room = visitor.room
        room.next_hand()
        await visitor.own_turn()
        await visitor.page.click("#action-call")
        await visitor.turn_of(1)
        room.act("Bob", "check")
        room.act("Bob", "stand_pat")
        await visitor.page.wait_for_selector("#action-discard")
        assert await faults_by_width(visitor.page) == {}


async def test_the_choice_of_a_game_stays_in_its_area(shared_browser: Browser) -> None:
    mix = Mix(games=("NT", "F2L3D", "PO"), rotation="choice")
    async with seated(shared_browser, "MIX", mix=mix) as visitor:
        await visitor.page.wait_for_selector("#choice")
        assert await faults_by_width(visitor.page) == {}


async def test_choices_for_the_next_turn_stay_in_their_area(shared_browser: Browser) -> None:
    async with seated(shared_browser, "NT") as visitor:
        visitor.room.next_hand()
        await visitor.own_turn()
        await visitor.page.click("#action-call")
        await visitor.turn_of(1)
        await visitor.page.wait_for_selector("#pre-actions")
        assert await faults_by_width(visitor.page, WIDTHS) == {}
        await visitor.page.check("#pre-actions input[value=check_fold]")
        await visitor.page.check("#pre-actions input[value=call_any]")
        await visitor.page.wait_for_selector("#pre-actions input[value=check_fold]:not(:checked)")
        assert await faults_by_width(visitor.page) == {}


async def test_the_table_keeps_its_size_when_a_turn_ends(shared_browser: Browser) -> None:
    measure = "['#stage', '#seat-controls'].map(s => document.querySelector(s).clientHeight)"

    async def heights(page: Page) -> list[list[int]]:
        found: list[list[int]] = []
        for width in (390, 600, 861, 1024, 1280):
            await resize(page, {"width": width, "height": HEIGHT})
            found.append(await page.evaluate(measure))
        return found

    async with seated(shared_browser, "NT", PLAIN) as visitor:
        page = visitor.page
        visitor.room.next_hand()
        await visitor.own_turn()
        during = await heights(page)
        await page.click("#action-call")
        await visitor.turn_of(1)
        assert await heights(page) == during


async def test_a_tag_beside_the_edge_stays_on_the_screen(shared_browser: Browser) -> None:
    config = TableConfig(next_hand_delay_ms=4_000, turn_time_ms=60_000)
    names = ("Ada", "Bob", "Cleo", "Dave", "Eve")
    async with at_table(shared_browser, config, *names, viewport=PHONE) as visitor:
        visitor.room.next_hand()
        for name in names:
            visitor.room.disconnect(name)
        await expect(visitor.page.locator(".seat[data-absent] .tag")).to_have_count(5)
        assert await faults_by_width(visitor.page, (320, 360, 390)) == {}


@pytest.mark.parametrize("width", [360, 860])
async def test_the_open_panel_covers_the_table(shared_browser: Browser, width: int) -> None:
    async with seated(shared_browser, "NT") as visitor:
        page = visitor.page
        await resize(page, {"width": width, "height": HEIGHT})
        await page.click("#panel-toggle")
        assert await area_faults(page) == []
        await page.click("#panel-close")
        assert await area_faults(page) == []


ROOMY_HEIGHT = 641


@pytest.mark.parametrize(
    ("variant", "seats", "street"),
    [("NT", 2, 0), ("NT", 6, 0), ("NT", 10, 0), ("F7S/8", 8, 3), ("PO6", 7, 0), ("F2L3D", 7, 1)],
)
async def test_a_full_table_fits_on_a_phone_and_a_desktop(
    shared_browser: Browser, variant: str, seats: int, street: int
) -> None:
    names = ["An extraordinary name" + str(seat) for seat in range(1, seats)]
    config = TableConfig(
        variant=variant, seats=seats, next_hand_delay_ms=4_000, turn_time_ms=60_000
    )
    async with at_table(shared_browser, config, *names, viewport=PHONE) as visitor:
        visitor.room.next_hand()
        nobody_folds(visitor.room, street)
        await visitor.own_turn()
        for size in SIZES:
            await resize(visitor.page, size)
            assert await area_faults(visitor.page) == [], size
            if size["height"] >= ROOMY_HEIGHT:
                assert await seat_faults(visitor.page) == [], size


def nobody_folds(room: Room, street: int) -> None:
    """Play the least on, for the visitor too, up to the visitor's first turn on a street."""
    while True:
        hand = room.table.hand
        assert hand is not None, "the hand goes on"
        assert hand.turn is not None, "somebody is to act"
        if hand.turn.seat == 0 and hand.street == street:
            return
        seat = room.table.seats[hand.turn.seat]
        assert seat is not None, "who acts is seated"
        least: tuple[Action, ...] = ("check", "call", "bring_in", "stand_pat")
        room.act(seat.name, next(action for action in least if action in hand.turn.actions))
