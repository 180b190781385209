"""The page where the server asks for tokens, and where it closes the door."""

import pytest
import pytest_asyncio
from playwright.async_api import expect

from pokerws.game.state import PlayerId
from pokerws.messages import CloseCode, Notice, Refused
from pokerws.server.auth.identity import Identity
from tests.web.room import Room
from tests.web.visitor import NAME, Visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")

# Each is two strings with a dot between them, as those of a service are.
GOOD = ("good.1", "good.2")


class Door:
    """Takes good tokens, all of them Hanna's, until they have expired."""

    def __init__(self) -> None:
        self.expired: set[str] = set()

    async def admit(self, token: str | None, name: str | None) -> Identity:
        if token is None:
            raise Refused("token_missing")
        if token not in GOOD:
            raise Refused("bad_token", "the token is not valid")
        if token in self.expired:
            raise Refused("token_expired", "it ended an hour ago")
        return Identity(PlayerId("p_hanna"), NAME, expires_ms=10**13, sid="s")


@pytest_asyncio.fixture(loop_scope="session", autouse=True)
async def door(room: Room) -> Door:
    """Has the room ask for tokens."""
    await room.stop()
    room.door = door = Door()
    await room.start()
    return door


def tokens(room: Room) -> list[object]:
    return [hello.get("token") for hello in room.sent_of("hello")]


async def test_a_token_in_the_address_lets_the_visitor_in_and_leaves_the_address(
    visitor: Visitor, room: Room
) -> None:
    page = visitor.page
    await page.goto(f"{room.address}#token=good.1&table={room.table.id}")
    await page.wait_for_selector('[data-seat="0"]')
    assert page.url == f"{room.address}#table={room.table.id}"
    await page.reload()
    await page.wait_for_selector('[data-seat="0"]')
    assert tokens(room) == ["good.1", "good.1"]
    assert await page.evaluate("localStorage.getItem('pokerws.identity').includes('good')") is False


async def test_a_visitor_without_a_token_is_asked_to_paste_one(
    visitor: Visitor, room: Room
) -> None:
    page = visitor.page
    await page.goto(room.address)
    await page.fill("#name", "Hanna")
    await page.click("#enter")
    await expect(page.locator("#token")).to_be_focused()
    await expect(page.locator("#name-form")).to_be_hidden()
    await page.fill("#token", " good.1\n")
    await page.click("#enter-token")
    await page.wait_for_selector("[data-table-id]")
    assert tokens(room) == [None, "good.1"]


async def test_a_token_that_is_refused_is_told_and_not_tried_again(
    visitor: Visitor, room: Room
) -> None:
    page = visitor.page
    await page.goto(f"{room.address}#token=forged")
    await expect(page.locator("#token-error")).to_contain_text("oken is not")
    await page.fill("#token", "good.2")
    await page.click("#enter-token")
    await page.wait_for_selector("[data-table-id]")
    assert tokens(room) == ["forged", "good.2"]


async def test_a_newer_token_in_the_address_renews_the_connection(
    visitor: Visitor, room: Room
) -> None:
    page = visitor.page
    await page.goto(f"{room.address}#token=good.1&table={room.table.id}")
    await page.wait_for_selector('[data-seat="0"]')
    room.send(Notice("token_expiring", "renew it"))
    await expect(page.locator("#message")).to_have_text(
        "Your token ends soon. Get a newer link to go on."
    )
    await page.evaluate("location.hash += '&token=good.2'")
    await room.wait_for(lambda: tokens(room) == ["good.1", "good.2"])
    await expect(page.locator("#status")).to_have_attribute("data-state", "online")
    assert room.connected == 1
    assert len(room.sent_of("watch")) == 1


async def test_a_connection_whose_token_has_expired_asks_for_another(
    visitor: Visitor, room: Room, door: Door
) -> None:
    page = visitor.page
    await page.goto(f"{room.address}#token=good.1")
    await page.wait_for_selector("[data-table-id]")
    door.expired.add("good.1")
    room.close_all(CloseCode.TOKEN_EXPIRED)
    await expect(page.locator("#token-error")).to_have_text("It ended an hour ago")
    await page.fill("#token", "good.2")
    await page.click("#enter-token")
    await page.wait_for_selector("[data-table-id]")


@pytest.mark.parametrize("code", [CloseCode.BAD_MESSAGES, CloseCode.TOO_FAST])
async def test_a_page_that_is_cut_off_does_not_come_back_by_itself(
    visitor: Visitor, room: Room, code: CloseCode
) -> None:
    page = visitor.page
    await page.goto(f"{room.address}#token=good.1")
    await page.wait_for_selector("[data-table-id]")
    room.close_all(code)
    await expect(page.locator("#status")).to_have_attribute("data-state", "offline")
    await expect(page.locator("#message")).to_contain_text("Reload it to go on")
    await page.evaluate("dispatchEvent(new Event('online'))")
    assert len(tokens(room)) == 1


async def test_a_logout_elsewhere_ends_the_visit_here(visitor: Visitor, room: Room) -> None:
    page = visitor.page
    await page.goto(f"{room.address}#token=good.1")
    await page.wait_for_selector("[data-table-id]")
    room.close_all(CloseCode.LOGGED_OUT)
    await expect(page.locator("#name-error")).to_have_text("You have logged out.")
    assert await page.evaluate("sessionStorage.getItem('pokerws.token')") is None


async def test_a_crowded_server_is_left_alone_for_a_while(visitor: Visitor, room: Room) -> None:
    page = visitor.page
    await page.goto(f"{room.address}#token=good.1")
    await page.wait_for_selector("[data-table-id]")
    room.close_all(CloseCode.TOO_MANY_CONNECTIONS)
    await expect(page.locator("#message")).to_contain_text("too many pages open")
    await expect(page.locator("#status")).to_have_attribute("data-state", "reconnecting")
    await page.evaluate("dispatchEvent(new Event('online'))")
    await page.wait_for_selector("#status[data-state=online]")
