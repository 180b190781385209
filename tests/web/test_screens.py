"""The name form, the lobby, closed tables, and texts of other players."""

import pytest
from playwright.async_api import Browser, ViewportSize, expect

from pokerws.game.config.table_config import TableConfig
from pokerws.game.state import PlayerId
from pokerws.messages import ChatSaid, Notice
from tests.web.room import Room, open_room
from tests.web.visitor import NAME, Visitor, heads_up, visiting

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_an_invalid_name_is_rejected_in_the_form(visitor: Visitor, room: Room) -> None:
    await visitor.page.goto(room.address)
    await visitor.page.fill("#name", "a\u200bb")
    await visitor.page.click("#enter")
    await expect(visitor.page.locator("#name-error")).not_to_be_empty()
    await visitor.page.fill("#name", NAME)
    await visitor.page.click("#enter")
    await visitor.page.wait_for_selector("[data-table-id]")


async def test_texts_of_other_players_are_never_markup(shared_browser: Browser) -> None:
    evil = "<img src=x onerror=x>"
    config = TableConfig(next_hand_delay_ms=4_000, turn_time_ms=60_000)
    async with open_room(config, name=evil) as room, visiting(shared_browser, room) as visitor:
        room.seat(evil, 1)
        await visitor.arrive()
        room.next_hand()
        room.send(ChatSaid(room.table.id, PlayerId("x"), evil, evil, 0))
        # The page has a text of its own for each code that it knows.
        room.send(Notice("of_a_newer_server", evil))
        await expect(visitor.page.locator("#message")).to_have_text(evil)
        await expect(visitor.page.locator("#chat li")).to_have_text(f"{evil} {evil}")
        await expect(visitor.page.locator('[data-seat="1"] .name')).to_have_text(evil)
        assert await visitor.page.locator("img").count() == 0


async def test_the_lobby_creates_a_table_and_updates_its_list(visitor: Visitor, room: Room) -> None:
    await visitor.enter()
    page = visitor.page
    await page.click("#new-table")
    await page.fill('#new-table-form [name="name"]', "Second")
    await page.fill('#new-table-form [name="min_buy_in"]', "5")
    await page.click("#new-table-confirm")
    await expect(page.locator("#new-table-error")).to_have_text(
        "The smallest buy-in must be at least 100."
    )
    await page.fill('#new-table-form [name="min_buy_in"]', "500")
    await page.click("#new-table-confirm")
    await expect(page.locator("#table-name")).to_have_text("Second")
    await page.click("#to-lobby")
    rows = page.locator("[data-table-id]")
    room.publish_lobby()
    await expect(rows).to_have_count(2)
    room.seat("Bob", 4)
    room.publish_lobby()
    await expect(rows.first).to_contain_text("1/6 seats")


async def test_a_long_list_is_searched(visitor: Visitor, room: Room) -> None:
    rows, more = visitor.page.locator("#lobby li"), visitor.page.locator("#lobby-more")
    search = visitor.page.locator("#lobby-search")
    room.lobby_limit = 3
    await visitor.enter()
    await expect(rows).to_have_count(1)
    await expect(search).to_be_hidden()
    for number in range(3):
        room.lobby.create(f"Corner {number}", TableConfig(seats=2))
    room.publish_lobby()
    await expect(rows.locator("h2")).to_have_text(["Corner 0", "Corner 1", room.table.name])
    await expect(more).to_be_visible()

    async def asked(**selection: object) -> None:
        """Wait until the page has asked for this, which it does when the typing pauses."""
        await room.wait_for(lambda: room.sent_of("watch_lobby")[-1]["filter"] == selection)

    await search.fill(" corner 2 ")
    await asked(name="corner 2", free_seats=0)
    await expect(rows.locator("h2")).to_have_text(["Corner 2"])
    await expect(more).to_be_hidden()
    room.lobby.create("A corner 21", TableConfig())
    room.publish_lobby()
    await expect(rows).to_have_count(2)

    await search.fill(room.table.name)
    await asked(name=room.table.name, free_seats=0)
    await expect(rows.locator("h2")).to_have_text([room.table.name])
    for seat in range(room.table.config.seats):
        room.seat(f"Player {seat}", seat)
    await visitor.page.check("#lobby-free")
    await asked(name=room.table.name, free_seats=1)
    await expect(rows).to_have_count(0)
    await expect(visitor.page.locator("#lobby-empty")).to_have_text("No table matches the search.")
    await search.fill("")
    await visitor.page.uncheck("#lobby-free")
    await asked(free_seats=0)
    await expect(rows).to_have_count(3)
    await expect(more).to_be_visible()


async def test_a_closed_table_returns_its_viewers_to_the_lobby(
    visitor: Visitor, room: Room
) -> None:
    await heads_up(visitor)
    page = visitor.page
    room.close_table()
    message, rows = page.locator("#message"), page.locator("[data-table-id]")
    await expect(message).to_have_text("The table is closed: the operator closed it")
    await expect(page.locator("#lobby-empty")).to_be_visible()
    await expect(rows).to_have_count(0)

    await page.goto(f"{room.address}#table={room.table.id}")
    await expect(message).to_have_text("This table no longer exists.")
    await expect(page.locator("#lobby-empty")).to_be_visible()


# What reaches over its dialog or the screen, or is cut within its own box.
WIDER = """() => [document.documentElement, ...document.querySelectorAll('dialog[open] *')]
    .filter((one) => one.checkVisibility() && getComputedStyle(one).overflowX !== 'auto')
    .filter((one) => {
        const place = one.closest('dialog') ?? document.documentElement;
        const right = Math.min(innerWidth, place.getBoundingClientRect().right);
        return one.getBoundingClientRect().right > right
            || one.scrollWidth > one.clientWidth + 1
                && (one.matches('html, button') || getComputedStyle(one).overflowX !== 'visible');
    })
    .map((one) => one.id || one.className || one.tagName)"""


async def test_nothing_is_cut_in_long_words_on_the_smallest_phone(shared_browser: Browser) -> None:
    async with open_room() as room:
        phone = ViewportSize(width=320, height=568)
        context = await shared_browser.new_context(
            viewport=phone, locale="de-DE", reduced_motion="reduce"
        )
        page = await context.new_page()
        visitor = Visitor(context, page, room)
        await page.goto(room.address)
        await page.wait_for_selector("#name")
        assert await page.evaluate(WIDER) == [], "the start"
        await visitor.enter()
        for button in ("#new-table", "#open-settings", "#account", "#my-hands"):
            await page.click(button)
            await page.wait_for_selector("dialog[open] button")
            assert await page.evaluate(WIDER) == [], button
            await page.keyboard.press("Escape")
        await visitor.open_table()
        assert await page.evaluate(WIDER) == [], "free seats"
        await page.click('[data-seat="1"] [data-action="sit"]')
        assert await page.evaluate(WIDER) == [], "the buy-in"
        await context.close()
        assert visitor.problems == []
