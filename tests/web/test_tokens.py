"""A server that requires tokens, and connections that it closes."""

import pytest
import pytest_asyncio
from playwright.async_api import expect

from pokerws.game.state import PlayerId
from pokerws.messages import CloseCode, Notice, Refused
from pokerws.server.auth.identity import Identity
from pokerws.server.auth.player_names import PlayerNames
from pokerws.server.clock import Clock
from pokerws.storage.names import MemoryNames
from tests.web.room import Room
from tests.web.visitor import NAME, Visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")

# With a dot, like a JWT.
GOOD = ("good.1", "good.2")


class TokenAdmission:
    """Accepts the good tokens, all of one player, until they expire."""

    def __init__(self) -> None:
        self.expired: set[str] = set()
        self.names = PlayerNames(MemoryNames(), Clock())

    async def admit(self, token: str | None, name: str | None) -> Identity:
        if token is None:
            raise Refused("token_missing")
        if token not in GOOD:
            raise Refused("bad_token", "the token is not valid")
        if token in self.expired:
            raise Refused("token_expired", "it ended an hour ago")
        return Identity(PlayerId("p_hanna"), NAME, expires_ms=10**13, sid="s")


@pytest_asyncio.fixture(loop_scope="session", autouse=True)
async def admission(room: Room) -> TokenAdmission:
    """Makes the room require tokens."""
    await room.stop()
    room.admission = admission = TokenAdmission()
    await room.start()
    return admission


def tokens(room: Room) -> list[object]:
    return [hello.get("token") for hello in room.sent_of("hello")]


async def test_a_token_in_the_address_is_used_and_removed_from_the_address(
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


async def test_a_form_asks_for_a_missing_token(visitor: Visitor, room: Room) -> None:
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


async def test_a_rejected_token_shows_an_error_and_is_not_retried(
    visitor: Visitor, room: Room
) -> None:
    page = visitor.page
    await page.goto(f"{room.address}#token=forged")
    await expect(page.locator("#token-error")).to_contain_text("oken is not")
    await page.fill("#token", "good.2")
    await page.click("#enter-token")
    await page.wait_for_selector("[data-table-id]")
    assert tokens(room) == ["forged", "good.2"]


async def test_a_newer_token_in_the_address_renews_the_session(
    visitor: Visitor, room: Room
) -> None:
    page = visitor.page
    await page.goto(f"{room.address}#token=good.1&table={room.table.id}")
    await page.wait_for_selector('[data-seat="0"]')
    room.send(Notice("token_expiring", "renew it"))
    await expect(page.locator("#message")).to_have_text(
        "Your token expires soon. Get a new link to continue."
    )
    await page.evaluate("location.hash += '&token=good.2'")
    await room.wait_for(lambda: tokens(room) == ["good.1", "good.2"])
    await expect(page.locator("#status")).to_have_attribute("data-state", "online")
    assert room.connected == 1
    assert len(room.sent_of("watch")) == 1


async def test_an_expired_token_asks_for_another(
    visitor: Visitor, room: Room, admission: TokenAdmission
) -> None:
    page = visitor.page
    await page.goto(f"{room.address}#token=good.1")
    await page.wait_for_selector("[data-table-id]")
    admission.expired.add("good.1")
    room.close_all(CloseCode.TOKEN_EXPIRED)
    await expect(page.locator("#token-error")).to_have_text("The token has expired. Get a new one.")
    await page.fill("#token", "good.2")
    await page.click("#enter-token")
    await page.wait_for_selector("[data-table-id]")


@pytest.mark.parametrize("code", [CloseCode.BAD_MESSAGES, CloseCode.TOO_FAST])
async def test_a_final_close_does_not_reconnect(
    visitor: Visitor, room: Room, code: CloseCode
) -> None:
    page = visitor.page
    await page.goto(f"{room.address}#token=good.1")
    await page.wait_for_selector("[data-table-id]")
    room.close_all(code)
    await expect(page.locator("#status")).to_have_attribute("data-state", "offline")
    await expect(page.locator("#message")).to_contain_text("Reload the page to continue")
    await page.evaluate("dispatchEvent(new Event('online'))")
    assert len(tokens(room)) == 1


async def test_a_logout_on_another_page_ends_this_session(visitor: Visitor, room: Room) -> None:
    page = visitor.page
    await page.goto(f"{room.address}#token=good.1")
    await page.wait_for_selector("[data-table-id]")
    room.close_all(CloseCode.LOGGED_OUT)
    await expect(page.locator("#name-error")).to_have_text("You have logged out.")
    assert await page.evaluate("sessionStorage.getItem('pokerws.token')") is None


async def test_too_many_connections_delay_the_reconnection(visitor: Visitor, room: Room) -> None:
    page = visitor.page
    await page.goto(f"{room.address}#token=good.1")
    await page.wait_for_selector("[data-table-id]")
    room.close_all(CloseCode.TOO_MANY_CONNECTIONS)
    await expect(page.locator("#message")).to_contain_text("Too many pages are open")
    await expect(page.locator("#status")).to_have_attribute("data-state", "reconnecting")
    await page.evaluate("dispatchEvent(new Event('online'))")
    await page.wait_for_selector("#status[data-state=online]")
