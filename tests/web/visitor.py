"""Drives the page in a browser as a visitor would."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec
from playwright.async_api import Browser, BrowserContext, Page, ViewportSize, expect

from pokerws.game.config.table_config import TableConfig
from pokerws.game.state import PlayerId
from tests.web.room import Room, open_room

NAME = "Hanna"
PHONE: ViewportSize = {"width": 390, "height": 844}
# Against hanging, on a machine of any speed.
TIMEOUT_MS = 60_000
expect.set_options(timeout=TIMEOUT_MS)
DESKTOP: ViewportSize = {"width": 1280, "height": 800}

# Painting takes most of a page's time without a graphics card, and few tests look at pixels.
# What is laid out, visible or covered is the same: opacity counts for none of these.
UNPAINTED = """{
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(":root { opacity: 0 !important; }");
    document.adoptedStyleSheets = [sheet];
}"""


class Visitor:
    """A visitor: a browser page and the actions on it."""

    def __init__(self, context: BrowserContext, page: Page, room: Room) -> None:
        self.context = context
        self.page = page
        self.room = room
        self.problems: list[str] = []
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        page.on("console", lambda line: self._note(line.type, line.text))

    def _note(self, kind: str, text: str) -> None:
        # Some tests stop the server on purpose.
        if kind in ("error", "warning") and "WebSocket connection" not in text:
            self.problems.append(text)

    async def enter(self, name: str = NAME) -> None:
        """Enter a name and wait for the lobby."""
        await self.page.goto(self.room.address)
        await self.page.fill("#name", name)
        await self.page.click("#enter")
        await self.page.wait_for_selector("[data-table-id]")

    async def open_table(self) -> None:
        """Open the room's table from the lobby."""
        await self.page.click('[data-table-id] [data-action="open"]')
        await self.page.wait_for_selector('[data-seat="0"]')

    async def sit(self, seat: int, amount: int = 10_000) -> None:
        """Take a free seat."""
        await self.page.click(f'[data-seat="{seat}"] [data-action="sit"]')
        await self.page.fill("#buy-in-amount", str(amount))
        await self.page.click("#buy-in-confirm")
        await self.page.wait_for_selector(f'[data-seat="{seat}"][data-own="true"]')

    async def arrive(self, seat: int = 0, amount: int = 10_000) -> None:
        """Open the table with a stored session that already has a seat."""
        room = self.room
        player = PlayerId("p_ann")
        room.seat(NAME, seat, amount, player)
        session = room.guests.token_for(player, NAME)
        identity = msgspec.json.encode({"session": session, "name": NAME})
        # Only if the page has no identity, so that a reload finds the one that the page stored.
        quoted = msgspec.json.encode(identity.decode()).decode()
        await self.page.add_init_script(f"localStorage['pokerws.identity'] ??= {quoted}")
        await self.page.goto(f"{room.address}#table={room.table.id}")
        await self.page.wait_for_selector(f'[data-seat="{seat}"][data-own="true"]')

    async def own_turn(self) -> None:
        """Wait until it is the visitor's turn."""
        await self.page.wait_for_selector("#actions button:enabled:visible")

    async def turn_of(self, seat: int) -> None:
        """Wait until it is this seat's turn."""
        await self.page.wait_for_selector(f'#table[data-turn-seat="{seat}"]')

    async def shown_cards(self, where: str) -> list[str]:
        """The cards shown in an element, in the notation of the messages."""
        cards = self.page.locator(f"{where} [data-card]")
        return [str(await card.get_attribute("data-card")) for card in await cards.all()]

    def acts_sent(self) -> list[dict[str, object]]:
        """The `act` messages that the page has sent."""
        return [message for message in self.room.received if message["type"] == "act"]


@asynccontextmanager
async def visiting(
    browser: Browser, room: Room, *, is_painted: bool = False, **options: Any
) -> AsyncIterator[Visitor]:
    """A visitor with a new browser context, without motion; the page must log no error."""
    defaults = {"viewport": DESKTOP, "reduced_motion": "reduce"}
    context = await browser.new_context(**{**defaults, **options})
    context.set_default_timeout(TIMEOUT_MS)
    if not is_painted:
        await context.add_init_script(UNPAINTED)
    visitor = Visitor(context, await context.new_page(), room)
    yield visitor
    await context.close()
    assert visitor.problems == []


@asynccontextmanager
async def at_table(
    browser: Browser,
    config: TableConfig,
    *others: str,
    buy_in: int = 10_000,
    is_painted: bool = False,
) -> AsyncIterator[Visitor]:
    """A visitor in seat 0 of a table with this configuration, and others in the next seats."""
    async with (
        open_room(config) as room,
        visiting(browser, room, is_painted=is_painted) as visitor,
    ):
        await visitor.arrive(amount=buy_in)
        for seat, name in enumerate(others, 1):
            room.seat(name, seat, buy_in)
        yield visitor


async def heads_up(visitor: Visitor, deck: str = "Ac As Kc Ks") -> None:
    """Start a hand: the visitor in seat 0, with the second and fourth card, and Bob in seat 1.

    The first hand's button is the lowest seat, so heads-up the visitor acts first.
    """
    await visitor.arrive()
    visitor.room.seat("Bob", 1)
    visitor.room.next_hand(deck)
    await visitor.own_turn()
