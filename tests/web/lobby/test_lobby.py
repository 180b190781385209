"""The lobby: what fits, what is found, and how one comes to a seat."""

import msgspec
import pytest
from playwright.async_api import Page, expect

from pokerws.game.config.hosting import HostingRules
from pokerws.game.config.table_config import TableConfig
from pokerws.messages import Lobby as LobbyMessage
from pokerws.messages import TableSummary
from tests.web.room import Room
from tests.web.visitor import Visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")

WIDTHS = (320, 360, 480, 641, 768, 880, 1024, 1280, 1366, 1920, 3840)
LANGUAGES = ("en", "de", "es", "fr", "pt", "zh")
# Texts of cards, buttons and filters that overlap, leave their card or the page, or are cut.
FAULTS = """() => {
    const faults = [];
    const name = (element) => element.id || `${element.className} ${element.textContent}`;
    const shown = (selector, root = document) => [...root.querySelectorAll(selector)]
        .filter((one) => one.checkVisibility() && one.getBoundingClientRect().width > 1);
    const check = (owner, parts) => {
        const box = owner.getBoundingClientRect();
        const boxes = parts.map((part) => part.getBoundingClientRect());
        boxes.forEach((one, at) => {
            const part = parts[at];
            if (one.left < box.left - 0.5 || one.right > box.right + 0.5
                || one.bottom > box.bottom + 0.5 || one.top < box.top - 0.5) {
                faults.push(`${name(part)} leaves its place`);
            }
            if (part.scrollWidth > part.clientWidth + 1) faults.push(`${name(part)} is cut`);
            boxes.slice(at + 1).forEach((other, more) => {
                const isInside = parts[at].contains(parts[at + 1 + more]);
                if (!isInside && one.left < other.right - 0.5 && other.left < one.right - 0.5
                    && one.top < other.bottom - 0.5 && other.top < one.bottom - 0.5) {
                    faults.push(`${name(parts[at])} meets ${name(parts[at + 1 + more])}`);
                }
            });
        });
    };
    for (const row of shown('#lobby > li')) {
        check(row, shown('h2, .what p, .facts > p, .felt-mark, .row-buttons button', row));
    }
    check(document.body, shown('#lobby-head :is(button, h1, p), #lobby-filter label, '
        + '#seat-waits p, #seat-waits button'));
    if (document.documentElement.scrollWidth > innerWidth) faults.push('the page scrolls sideways');
    return faults;
}"""


async def names(page: Page) -> list[str]:
    """The listed tables."""
    return await page.locator("#lobby h2").all_inner_texts()


def open_tables(room: Room) -> None:
    """A full table, one with a bot alone, and others of several games and stakes."""
    room.lobby.create("Pots", TableConfig(variant="PO", small_blind=5, big_blind=10))
    room.lobby.create(
        "A name as long as a name of a table may be", TableConfig(variant="NS", seats=9)
    )
    room.lobby.create("Limits", TableConfig(variant="HORSE", big_blind=1_000, max_buy_in=10**9))
    duel = room.lobby.create("Duel", TableConfig(seats=2))
    main, room.actor = room.actor, duel
    room.seat("Xenia", 0)
    room.seat("Yves", 1)
    room.actor = main


def busy(room: Room) -> TableSummary:
    """What the server would say of a full table that has been played at for long."""
    return TableSummary(
        *(room.table.id, "A name as long as a name of a table may be", "active", 10, 123_456),
        TableConfig(
            variant="FO/8",
            seats=10,
            small_blind=500_000,
            big_blind=1_000_000,
            min_buy_in=20_000_000,
            max_buy_in=200_000_000,
            hosting=HostingRules(approval=True),
        ),
        bots=8,
        waiting=9,
        average_pot=123_456_789,
        hands_an_hour=1_234,
    )


async def test_filters_select_tables_and_previews_show_who_sits_there(
    visitor: Visitor, room: Room
) -> None:
    open_tables(room)
    for seat, name in enumerate(("Bob", "Cay", "Dora")):
        room.seat(name, seat, 5_000)
    await visitor.enter()
    page = visitor.page
    await expect(page.locator("#lobby > li")).to_have_count(5)
    assert (await names(page))[:2] == [room.table.name, "Duel"]

    async def shows(*expected: str) -> None:
        await expect(page.locator("#lobby h2")).to_have_text(list(expected))

    await page.select_option("#lobby-games", "omaha")
    await shows("Pots")
    await page.select_option("#lobby-games", "mixed")
    await shows("Limits")
    await page.select_option("#lobby-games", "any")
    await page.select_option("#lobby-stakes", "low")
    await shows("Pots")
    await page.select_option("#lobby-stakes", "any")
    await page.check("#lobby-people")
    await shows(room.table.name, "Duel")
    await page.check("#lobby-free")
    await shows(room.table.name)
    await page.check("#lobby-mine")
    await shows()
    await expect(page.locator("#lobby-empty")).to_have_text("No table matches the search.")
    for box in ("#lobby-people", "#lobby-free", "#lobby-mine"):
        await page.uncheck(box)

    room.next_hand()
    row = page.locator(f'[data-table-id="{room.table.id}"]')
    await row.locator('[data-action="preview"]').click()
    preview = row.locator(".preview")
    await expect(preview.locator("b")).to_have_text(["Bob", "Cay", "Dora"])
    await expect(preview.locator(".free")).to_have_count(3)
    await expect(preview).to_contain_text("Pot 150")
    turn = room.table.hand and room.table.hand.turn
    assert turn
    room.act("Bob", "raise", 400)
    await expect(preview).to_contain_text("4,600")
    await expect(preview).to_contain_text("Pot 550")
    await page.keyboard.press("Enter")
    await expect(preview).to_have_count(0)
    room.act("Cay", "fold")
    room.act("Dora", "fold")
    room.next_hand()
    for name in ("Cay", "Dora"):
        room.act(name, "fold")
    room.clock.advance(5_000)
    await expect(row.locator(".pace")).to_contain_text("hands an hour")
    await expect(row.locator(".average-pot")).to_have_text("average pot 175")


async def test_quick_seat_and_waiting_lists_lead_to_a_reserved_seat(
    visitor: Visitor, room: Room
) -> None:
    open_tables(room)
    await visitor.enter()
    page = visitor.page
    waits = page.locator("#seat-waits li")
    duel = page.locator("#lobby > li", has_text="Duel")
    await duel.locator('[data-action="wait"]').click()
    await expect(waits).to_contain_text("You are number 1 of 1 who wait at Duel.")
    await expect(duel.locator('[data-action="wait"]')).to_be_hidden()
    room.publish_lobby()
    await expect(duel.locator(".queue")).to_have_text("1 player waits")
    room.actor, main = next(a for a in room.lobby.actors() if a.table.name == "Duel"), room.actor
    room.stand("Yves")
    await expect(waits).to_contain_text("Seat 2 at Duel is reserved for you. 1 min")
    await waits.locator('[data-action="leave-wait"]').click()
    await expect(waits).to_have_count(0)

    room.actor = main
    await page.select_option("#lobby-games", "holdem")
    await page.click("#quick-seat")
    # The table with the most players.
    await expect(page.locator("#table-name")).to_have_text("Duel")
    await waits.locator('[data-action="take-seat"]').click()
    await page.click("#buy-in-confirm")
    await expect(page.locator('[data-seat="1"][data-own="true"]')).to_be_visible()
    await expect(waits).to_have_count(0)

    await page.click("#to-lobby")
    own = page.locator("#lobby > li").first
    await expect(own).to_contain_text("Duel")
    await page.check("#lobby-mine")
    await expect(page.locator("#lobby > li")).to_have_count(1)
    await expect(page.locator("#wait-any")).to_be_hidden()
    # No table of this name has a free seat.
    await page.fill("#lobby-search", "duel")
    await page.click("#wait-any")
    await expect(waits).to_contain_text("at any table that fits")


async def test_no_text_of_the_lobby_meets_another_at_any_width(
    visitor: Visitor, room: Room
) -> None:
    open_tables(room)
    await visitor.enter()
    page = visitor.page
    await page.click('[data-table-id] [data-action="wait"]:visible')
    await expect(page.locator("#seat-waits li")).to_have_count(1)
    for language in LANGUAGES:
        if language != "en":
            await page.evaluate(
                "language => localStorage.setItem('pokerws.settings', JSON.stringify({language}))",
                language,
            )
            await page.reload()
            await expect(page.locator("#lobby > li")).to_have_count(5)
        room.send(LobbyMessage([busy(room)]))
        await expect(page.locator("#lobby > li").first).to_contain_text("9")
        for width in WIDTHS:
            await page.set_viewport_size({"width": width, "height": 800})
            faults = await page.evaluate(FAULTS)
            assert faults == [], f"{language} {width}"
    idle = msgspec.structs.replace(busy(room), status="waiting", bots=10)
    room.send(LobbyMessage([idle]))
    badge = page.locator(f'[data-table-id="{room.table.id}"] .badge')
    await expect(badge).to_have_text("你入座后机器人开始")
    room.send(LobbyMessage([msgspec.structs.replace(idle, bots=0, bots_waiting=4)]))
    await expect(badge).to_have_text("4 个机器人在等你")
