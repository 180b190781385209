"""Several tables at once, the questions of extra rules, and the equity of an all-in."""

import pytest
from playwright.async_api import Browser, expect

from pokerws.game.config.table_config import HouseRules, TableConfig
from tests.web.screen import Screen
from tests.web.table_states import full, state_of
from tests.web.visitor import Visitor, at_table

pytestmark = pytest.mark.asyncio(loop_scope="session")

HOUSE = HouseRules(straddle="mississippi", run_it=2, rabbit_hunt="open", bomb_pot_vote="all")
CONFIG = TableConfig(next_hand_delay_ms=4_000, turn_time_ms=60_000, house=HOUSE)
SET = """async ([name, value]) => {
    const { src } = document.querySelector('script[type=module]');
    const { setSetting } = await import(new URL('model/settings.js', src).href);
    setSetting(name, value);
}"""


async def answer_questions(visitor: Visitor) -> None:
    """Straddling and running it are asked about one after the other, and once."""
    page, room = visitor.page, visitor.room
    text, answers = page.locator("#question-text"), page.locator("#question-answers")
    await expect(text).to_have_text("Post a straddle whenever you can?")
    await answers.get_by_text("No").click()
    await expect(text).to_contain_text("how often shall the board be run?")
    await answers.get_by_text("twice").click()
    await room.wait_for(lambda: bool(room.sent_of("run_it")))
    await expect(page.locator("#question")).to_be_hidden()
    await expect(page.locator("#run-it")).to_have_value("2")
    assert room.sent_of("straddle") == []
    await page.check("#bomb-pot")
    await expect(page.locator("#bomb-pot-text")).to_have_text("Vote: bomb pot (1)")


async def hunt(visitor: Visitor) -> None:
    """Fold, and see the cards that would have come."""
    page, board = visitor.page, visitor.page.locator("#board .card")
    await visitor.own_turn()
    await page.click("#action-fold")
    await page.click("#rabbit-hunt")
    await expect(board).to_have_count(5)
    await expect(page.locator("#board [data-rabbit]")).to_have_count(5)
    await expect(page.locator("#rabbit-hunt")).to_be_hidden()


async def test_all_tables_of_a_player_are_followed(shared_browser: Browser) -> None:
    async with at_table(shared_browser, CONFIG) as visitor:
        page, room = visitor.page, visitor.room
        first = room.actor
        await answer_questions(visitor)
        bar = page.locator("#my-tables")
        await expect(bar).to_be_hidden()

        second = room.actor = room.lobby.create("Second", CONFIG)
        room.seat("Cay", 1)
        await page.evaluate(f"location.hash = 'table={second.table.id}'")
        await visitor.sit(0)
        tabs = bar.locator("button")
        await expect(tabs).to_have_count(2)
        await expect(tabs.nth(1)).to_have_attribute("aria-current", "page")

        # A hand at each of them: the other table's own turn is called and seen.
        room.actor = first
        room.seat("Bob", 1)
        await expect(tabs.nth(0).locator(".state")).to_have_text("Waiting")
        room.next_hand()
        await expect(tabs.nth(0)).to_contain_text("Your turn, 60 s")
        await expect(tabs.nth(1)).to_contain_text("Your turn")
        await expect(tabs.nth(0).locator(".held")).to_have_text(visitor_cards(visitor))
        await page.keyboard.press("Shift+Digit1")
        await expect(page.locator("#table-name")).to_have_text("Test table")
        await expect(tabs.nth(0)).to_have_attribute("aria-current", "page")
        await hunt(visitor)
        await tabs.nth(1).click()
        await expect(page.locator("#table-name")).to_have_text("Second")
        await visitor.own_turn()
        await page.click("#action-call")
        await expect(tabs.nth(1)).to_contain_text("In the hand")

        # The table that waits for the player comes forward, if the player wants it.
        room.next_hand()
        room.act("Bob", "call")
        await expect(tabs.nth(0)).to_contain_text("Your turn")
        await expect(page.locator("#table-name")).to_have_text("Second")
        await page.evaluate(SET, ["follow_turn", True])
        await expect(page.locator("#table-name")).to_have_text("Test table")
        await visitor.own_turn()
        await page.click("#to-lobby")
        await expect(page.locator("#table-name")).to_have_text("Test table")
        await page.reload()
        await expect(tabs).to_have_count(2)
        await page.evaluate(SET, ["follow_turn", False])
        await show_equity(visitor)


def visitor_cards(visitor: Visitor) -> str:
    """The visitor's cards at the first table, as they are shown in the bar."""
    hand = visitor.room.table.hand
    assert hand is not None
    part = hand.seats[0]
    assert part is not None
    signs = str.maketrans({"c": "♣", "d": "♦", "h": "♥", "s": "♠", "T": "10"})
    return " ".join(str(card).translate(signs) for card in part.cards)


async def show_equity(visitor: Visitor) -> None:
    """An all-in on the turn, and then one with a hidden hand."""
    screen, page = Screen(visitor), visitor.page
    state = state_of(full("NT", 2))
    state["hand"] |= {"board": ["2h", "7h", "9c", "3d"], "street": 2}
    state["hand"].pop("turn")
    first, other = state["hand"]["seats"]
    first |= {"cards": ["As", "Ad"]}
    other |= {"cards": ["Kh", "Qh"]}
    await screen.show(state)
    tags = page.locator(".tag[data-kind=equity]")
    await expect(tags).to_have_count(2)
    await expect(page.locator('[data-seat="0"] .tag')).to_have_text("80%")
    await expect(page.locator('[data-seat="1"] .tag')).to_have_text("20%")
    other |= {"cards": ["??", "??"]}
    await screen.show(state)
    await expect(tags).to_have_count(0)
