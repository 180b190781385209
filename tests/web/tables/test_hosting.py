"""A home game from the page: an unlisted table, its link, and a guest who comes by it."""

import pytest
from playwright.async_api import Browser, Page, expect

from pokerws.game import commands
from pokerws.game.state import PlayerId
from tests.web.room import Opponent, Room
from tests.web.visitor import Visitor, visiting

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def open_unlisted(visitor: Visitor, *rules: str) -> str:
    """Create a table from the lobby; returns its link, as the button copies it."""
    page = visitor.page
    await visitor.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await page.click("#new-table")
    await page.fill('#new-table-form [name="name"]', "Home game")
    await page.click("[data-section=people] summary")
    for rule in ("unlisted", *rules):
        await page.check(f'#new-table-form [name="hosting.{rule}"]')
    await page.click("#new-table-confirm")
    await expect(page.locator("#table-name")).to_have_text("Home game")
    return await copied_link(page)


async def copied_link(page: Page) -> str:
    """The link of the open table, as the button copies it."""
    await page.click("#table-menu")
    await page.click("#menu-invite")
    await page.click("#invite-copy")
    await expect(page.locator("#message")).to_contain_text("The link is copied")
    for _ in range(2):
        await page.keyboard.press("Escape")
    return str(await page.evaluate("navigator.clipboard.readText()"))


async def test_a_guest_comes_to_an_unlisted_table_by_its_link_alone(
    shared_browser: Browser, visitor: Visitor, room: Room
) -> None:
    await visitor.enter()
    link = await open_unlisted(visitor, "bank")
    assert "&key=" in link
    async with visiting(shared_browser, room) as guest:
        await guest.enter("Gus")
        # Only the room's own table is listed.
        await expect(guest.page.locator("[data-table-id]")).to_have_count(1)
        bare = link.partition("&key=")[0]
        await guest.page.goto(bare)
        await expect(guest.page.locator("#message")).to_have_text("This table no longer exists.")
        await guest.page.goto(link)
        await expect(guest.page.locator("#table-name")).to_have_text("Home game")
        await guest.sit(2, 500 * 20)
        await expect(visitor.page.locator('[data-seat="2"] .name')).to_have_text("Gus")
        # The host needs no key, and gets it from the server.
        await visitor.page.goto(bare)
        await visitor.page.reload()
        await expect(visitor.page.locator("#table-name")).to_have_text("Home game")
        assert await copied_link(visitor.page) == link


async def test_a_seat_that_the_host_has_to_approve_is_asked_for(
    visitor: Visitor, room: Room
) -> None:
    await visitor.enter()
    await open_unlisted(visitor, "approval")
    table = room.lobby.actors()[-1].table
    table.host = None
    await visitor.page.click('[data-seat="0"] [data-action="sit"]')
    await visitor.page.click("#buy-in-confirm")
    await expect(visitor.page.locator("#log")).to_contain_text("asks the host for a seat")
    (request,) = table.hosting.requests
    assert request.name == "Hanna"
    await expect(visitor.page.locator("#prompt")).to_contain_text("has been asked")
    # With the host's approval, the player has the seat without asking again.
    table.host = PlayerId("opponent_Bob")
    host = Opponent("Bob", table.host)
    room.lobby.actors()[-1].handle(host, "1", commands.ApproveSeat(table.host, request.player))
    await expect(visitor.page.locator('[data-seat="0"][data-own]')).to_be_visible()
