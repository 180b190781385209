"""The link to another device on the page, and the chat of before."""

import pytest
from playwright.async_api import Browser, Dialog, expect

from tests.web.room import Room
from tests.web.visitor import NAME, Visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def made_link(visitor: Visitor) -> str:
    page = visitor.page
    await page.click("#account")
    await page.click("#device-link-make")
    shown = page.locator("#device-link-url")
    await expect(shown).to_be_visible()
    link = await shown.input_value()
    await page.click("#account-close")
    await expect(shown).to_have_value("")
    return link


async def test_a_link_brings_the_player_to_another_browser(
    visitor: Visitor, room: Room, shared_browser: Browser
) -> None:
    await visitor.enter()
    link = await made_link(visitor)
    assert link.startswith(f"{room.address}#code=")
    other = await shared_browser.new_context()
    page = await other.new_page()
    await page.goto(link)
    await expect(page.locator("#player-name")).to_have_text(NAME)
    assert "code" not in page.url
    # It is the page's own session now; the code would be refused.
    await page.reload()
    await expect(page.locator("#player-name")).to_have_text(NAME)
    await other.close()
    third = await shared_browser.new_context()
    page = await third.new_page()
    await page.goto(link)
    await expect(page.locator("#name-error")).to_contain_text("code")
    await third.close()


async def test_a_link_of_a_stranger_replaces_no_account_unasked(
    visitor: Visitor, room: Room, shared_browser: Browser
) -> None:
    await visitor.enter()
    link = await made_link(visitor)
    other = await shared_browser.new_context()
    page = await other.new_page()
    asked: list[str] = []

    async def dismiss(dialog: Dialog) -> None:
        asked.append(dialog.message)
        await dialog.dismiss()

    page.on("dialog", dismiss)
    await page.goto(room.address)
    await page.fill("#name", "Otto")
    await page.click("#enter")
    await expect(page.locator("#player-name")).to_have_text("Otto")
    await page.goto("about:blank")
    await page.goto(link)
    await expect(page.locator("#player-name")).to_have_text("Otto")
    assert len(asked) == 1
    assert "Otto" in asked[0]
    assert "code" not in page.url
    await other.close()


async def test_the_chat_of_before_is_there_after_a_reload(visitor: Visitor, room: Room) -> None:
    await visitor.enter()
    await visitor.open_table()
    page = visitor.page
    await page.fill("#chat-input", "Good luck!")
    await page.press("#chat-input", "Enter")
    await expect(page.locator("#chat li")).to_have_count(1)
    await page.reload()
    await expect(page.locator("#chat li")).to_have_text([f"{NAME} Good luck!"])
