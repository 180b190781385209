"""Geometry of the table screen: at no size and in no game does a part of it meet another."""

import os
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, ViewportSize, expect

from pokerws.game.state import PlayerId
from pokerws.messages import ChatSaid
from tests.web.screen_geometry import DRAWN, resize, screen_faults
from tests.web.table_states import VIEWER, State, full, showdown, state_of, states
from tests.web.visitor import DESKTOP, Visitor, at_table
from tests.web.room import CONFIG

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


class Screen:
    """A page at a table that shows any state."""

    def __init__(self, visitor: Visitor) -> None:
        self.visitor = visitor
        self.page: Page = visitor.page
        self.seq = 1_000

    def send(self, message: dict[str, Any]) -> None:
        room = self.visitor.room
        common = {"table": room.table.id, "epoch": 1, "now_ms": room.clock.table_ms()}
        text = msgspec.json.encode({**common, **message}).decode()
        # The viewer of the states is the player of the page.
        room.send_raw(text.replace(f'"player":"{VIEWER}"', '"player":"p_ann"').encode())

    async def show(self, state: State) -> None:
        """Show a state, and wait until it is drawn."""
        self.seq += 1_000
        # In a new hand, the page forgets the result of the last one.
        shown = {**state, "seq": self.seq, "id": self.visitor.room.table.id, "hand_number": self.seq}
        self.send({"type": "snapshot", "seq": self.seq, "state": shown})
        await self.page.wait_for_selector(f'#table[data-seq="{self.seq}"]')
        await self.page.evaluate(DRAWN)

    async def play(self, events: list[Any]) -> None:
        """Show what happens next."""
        encoded = msgspec.to_builtins(events)
        self.send({"type": "events", "seq": self.seq + 1, "events": encoded})
        self.seq += len(events)
        await self.page.wait_for_selector(f'#table[data-seq="{self.seq}"]')
        await self.page.evaluate(DRAWN)


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
            before, _, events = showdown(variant, seats)
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
