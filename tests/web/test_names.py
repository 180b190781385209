"""Names that are taken, and logging out."""

import pytest
from playwright.async_api import expect

from pokerws.storage.errors import StoreUnavailable
from tests.web.room import Room
from tests.web.visitor import NAME, Visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_taken_name_is_rejected_and_another_can_be_chosen(
    visitor: Visitor, room: Room
) -> None:
    await room.guests.admit(None, "Hannah")
    page = visitor.page
    await page.goto(room.address)
    await page.fill("#name", "HANNAH")
    await page.click("#enter")
    await expect(page.locator("#name-error")).to_have_text(
        "Another player has this name, or one that looks like it."
    )
    await expect(page.locator("#name")).to_have_value("HANNAH")

    await page.fill("#name", NAME)
    await page.click("#enter")
    await expect(page.locator("#player-name")).to_have_text(NAME)


async def test_a_rejected_rename_keeps_the_session(visitor: Visitor, room: Room) -> None:
    await room.guests.admit(None, "Bob")
    await visitor.enter()
    page = visitor.page
    await page.click("#change-name")
    await page.fill("#name", "Bob")
    await page.click("#enter")
    await expect(page.locator("#name-error")).to_contain_text("Another player has this name")
    await page.fill("#name", "Bobby")
    await page.click("#enter")
    await expect(page.locator("#player-name")).to_have_text("Bobby")
    first, *_, last = [message for message in room.received if message["type"] == "hello"]
    assert "token" not in first
    assert last["token"]


async def test_logging_out_ends_the_session_on_every_page(visitor: Visitor, room: Room) -> None:
    await visitor.enter()
    page, other = visitor.page, await visitor.context.new_page()
    await other.goto(room.address)
    await expect(other.locator("#player-name")).to_have_text(NAME)

    await page.click("#account")
    await page.click("#log-out")
    for one in (page, other):
        await expect(one.locator("#name-error")).to_have_text("You have logged out.")
        await expect(one.locator("#name")).to_have_value("")
    assert await page.evaluate("localStorage['pokerws.identity']") == "{}"

    await page.fill("#name", "Somebody else")
    await page.click("#enter")
    await expect(page.locator("#player-name")).to_have_text("Somebody else")


async def test_a_logout_that_cannot_be_stored_shows_an_error_and_changes_nothing(
    visitor: Visitor, room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: object, **__: object) -> None:
        raise StoreUnavailable("no answer in time")

    await visitor.enter()
    monkeypatch.setattr("pokerws.storage.names.MemoryNames.end_session", away)
    page = visitor.page
    await page.click("#account")
    await page.click("#log-out")
    await expect(page.locator("#message")).to_have_text(
        "You cannot be logged out right now. Try again in a moment."
    )
    await expect(page.locator("#status")).to_have_attribute("data-state", "online")
