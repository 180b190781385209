"""An evening of a host, from the page: requests, bots, bank, bans, pause, change, ledger, end."""

import asyncio
from pathlib import Path

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from tests.web.room import Room
from tests.web.visitor import Visitor, visiting

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def open_home_game(visitor: Visitor, room: Room) -> str:
    """Create a home game from the lobby and sit down there; returns its link."""
    page = visitor.page
    await page.click("#new-table")
    await page.click("[data-preset-config=home]")
    await page.click("#new-table-confirm")
    await expect(page.locator("#table-menu")).to_be_visible()
    await visitor.sit(0)
    room.actor = room.lobby.actors()[-1]
    await page.click("#table-menu")
    await page.click("#menu-invite")
    link = await page.input_value("#invite-link")
    await expect(page.locator("#invite-code svg")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.locator("#menu-invite")).to_be_focused()
    return link


def line(page: Page, group: str, name: str) -> Locator:
    """The line of a player in the host's lists."""
    return page.locator(f'.host-lists [data-group="{group}"] li', has_text=name)


async def press(page: Page, group: str, name: str, action: str, *, sure: bool = False) -> None:
    """Press a button of a player's line, and confirm that."""
    await line(page, group, name).locator(f'[data-host="{action}"]').click()
    if sure:
        await page.click('#confirm [value="yes"]')


async def ask_for_seat(guest: Visitor, seat: int) -> None:
    await guest.page.click(f'[data-seat="{seat}"] [data-action="sit"]')
    await guest.page.click("#buy-in-confirm")


async def let_in(visitor: Visitor, guest: Visitor) -> None:
    """Gus is refused first, then approved; the menu says so to the host alone."""
    page = visitor.page
    for action in ("deny_seat", "approve_seat"):
        await ask_for_seat(guest, 1)
        await expect(page.locator("#table-menu-count")).to_have_text("1")
        await expect(line(page, "requests", "Gus")).to_contain_text("10,000")
        await press(page, "requests", "Gus", action)
        await expect(page.locator("#table-menu-count")).to_be_hidden()
    await expect(guest.page.locator('[data-seat="1"][data-own="true"]')).to_be_visible()
    await guest.page.click("#table-menu")
    await expect(guest.page.locator(".host")).to_be_hidden()
    await guest.page.keyboard.press("Escape")
    await expect(guest.page.locator("#table-menu")).to_be_focused()


async def have_a_bot(page: Page) -> None:
    """Add a bot and remove it."""
    await page.select_option("#bot-style", "calling_station")
    await page.click('[data-host="add_bot"]')
    bot = page.locator('[data-group="bots"] li')
    await expect(bot).to_contain_text("loose and passive")
    await bot.locator('[data-host="remove_bot"]').click()
    await expect(bot).to_have_count(0)


async def change_and_pause(visitor: Visitor, room: Room) -> None:
    """In a hand: plan a change and take it back, pause, and give chips, which has to wait."""
    page = visitor.page
    room.next_hand()
    await expect(page.locator(".turn-note")).to_have_text("It is your turn.")
    await page.click('[data-host="change"]')
    await expect(page.locator('#change-table-dialog [name="seats"]')).to_be_disabled()
    await page.fill('#change-table-dialog [name="big_blind"]', "200")
    await page.click("#change-table-confirm")
    await expect(page.locator(".planned")).to_contain_text("after this hand")
    await page.click('[data-host="keep"]')
    await expect(page.locator(".planned")).to_be_hidden()
    assert room.table.hosting.next_config is None
    await page.click('[data-host="pause"]')
    await expect(page.locator('[data-host="pause"]')).to_have_text("Go on")
    await page.fill("[data-player] .bank input >> nth=1", "500")
    await page.click('[data-group="players"] li:has-text("Gus") [data-host="give_chips"]')
    await expect(page.locator("#message")).to_have_text("That is possible only between hands.")
    await expect(page.locator("[data-player] .bank input >> nth=1")).to_have_value("500")
    await page.keyboard.press("Escape")
    await visitor.own_turn()
    await page.click("#action-fold")
    await expect(page.locator("#actions")).to_be_hidden()

    await page.click("#table-menu")
    gus = line(page, "players", "Gus")
    amount = gus.locator(".bank input")
    for chips, action in ((500, "give_chips"), (200, "take_chips")):
        # It is written while the chips of before are on their way, and the list is drawn again.
        await amount.fill(str(chips))
        await gus.locator(f'[data-host="{action}"]').click()
        await expect(amount).to_have_value("")
    await expect(gus).to_contain_text("10,350")
    await amount.fill("7")
    for action, other in (("host_mute", "host_unmute"), ("host_unmute", "host_mute")):
        await gus.locator(f'[data-host="{action}"]').click()
        await expect(gus.locator(f'[data-host="{other}"]')).to_be_visible()
        assert bool(room.table.hosting.muted) is (action == "host_mute")
    # The list was drawn again, and what the host had begun to write is still there.
    await expect(amount).to_have_value("7")
    await page.click('[data-host="pause"]')
    await expect(page.locator('[data-host="pause"]')).to_have_text("Pause")


async def settle(visitor: Visitor, guest: Visitor, room: Room, file: Path) -> None:
    """Play more hands, for the chart; then look at the ledger, also as a file."""
    page = visitor.page
    await page.keyboard.press("Escape")
    for folds in (guest, visitor):
        room.next_hand()
        await folds.own_turn()
        await folds.page.click("#action-fold")
        await expect(folds.page.locator("#actions")).to_be_hidden()
    rows = page.locator(".ledger tbody tr")
    for one in (guest.page, page):
        await one.click("#table-menu")
        await one.click("#menu-ledger")
        await expect(one.locator(".net-chart polyline")).to_have_count(2)
        await expect(one.locator(".ledger tbody tr")).to_have_count(2)
    await expect(rows.first).to_contain_text("Gus")
    await expect(rows.first.locator("td").first).to_have_text("+50")
    await expect(page.locator("#settle li")).to_have_text(["Hanna pays Gus 50"])
    async with page.expect_download() as download:
        await page.click("#ledger-csv")
    await (await download.value).save_as(file)
    text = await asyncio.to_thread(file.read_text, "utf-8")
    assert "Hanna,10000,0,9950,-50" in text
    await page.keyboard.press("Escape")


async def ban_and_let_in(visitor: Visitor, guest: Visitor, link: str) -> None:
    """Ban Gus, let him in again, and have a link that he did not know."""
    page = visitor.page
    await press(page, "players", "Gus", "host_ban", sure=True)
    await expect(guest.page.locator("#lobby-view")).to_be_visible()
    await press(page, "banned", "Gus", "host_unban")
    await expect(page.locator('[data-group="banned"]')).to_have_count(0)
    await page.click('[data-host="renew"]')
    await page.click('#confirm [value="yes"]')
    await expect(page.locator("#invite-link")).not_to_have_value(link)
    link = await page.input_value("#invite-link")
    await page.keyboard.press("Escape")
    await guest.page.goto(link)
    await ask_for_seat(guest, 2)
    await press(page, "requests", "Gus", "approve_seat")
    await expect(guest.page.locator('[data-seat="2"][data-own="true"]')).to_be_visible()


async def end_the_evening(page: Page, guest: Visitor, room: Room) -> None:
    """Make Gus the host, who removes Hanna and closes the table."""
    await press(page, "players", "Gus", "hand_over", sure=True)
    await expect(page.locator(".host")).to_be_hidden()
    await guest.page.keyboard.press("Escape")
    await guest.page.click("#table-menu")
    await press(guest.page, "players", "Hanna", "host_kick", sure=True)
    await expect(line(guest.page, "players", "Hanna")).to_have_count(0)
    await guest.page.click('[data-host="close"]')
    await guest.page.click('#confirm [type="submit"] >> nth=0')
    assert not room.table.closed
    await guest.page.click('[data-host="close"]')
    await guest.page.click('#confirm [value="yes"]')
    await expect(guest.page.locator("#lobby-view")).to_be_visible()
    assert room.table.closed


async def test_a_host_leads_an_evening_and_settles_it(
    shared_browser: Browser, visitor: Visitor, room: Room, tmp_path: Path
) -> None:
    await visitor.enter("Hanna")
    page = visitor.page
    link = await open_home_game(visitor, room)
    async with visiting(shared_browser, room) as guest:
        await guest.page.goto(link)
        await guest.page.fill("#name", "Gus")
        await guest.page.click("#enter")
        await let_in(visitor, guest)
        await have_a_bot(page)
        await change_and_pause(visitor, room)
        await settle(visitor, guest, room, tmp_path / "ledger.csv")
        await ban_and_let_in(visitor, guest, link)
        await end_the_evening(page, guest, room)
