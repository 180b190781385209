"""A session by keyboard and ear: what has the focus, and what a screen reader is given to say."""

import re

import pytest
from playwright.async_api import Browser, Page, expect

from pokerws.game.config.table_config import TableConfig
from tests.web.access.looks import focused
from tests.web.room import open_room
from tests.web.screen_geometry import DRAWN
from tests.web.visitor import DESKTOP, TIMEOUT_MS, Visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")

# Keep what is said, politely or at once, wherever the page puts it.
LISTEN = """() => {
    window.spoken = [];
    window.warnings = [];
    const note = (place) => new MutationObserver((changes) => changes.forEach(({ addedNodes }) =>
        addedNodes.forEach(({ textContent }) => {
            const text = (place.ariaLive === "assertive" ? "! " : "") + textContent;
            const isWarning = /^! \\d+ seconds? left/.test(text);
            (isWarning ? window.warnings : window.spoken).push(text);
        }),
    )).observe(place, { childList: true });
    note(document.querySelector("#said"));
    note(document.querySelector("#said-now"));
}"""

SET_HOTKEYS = """async (on) => {
    const { src } = document.querySelector("script[type=module]");
    (await import(new URL("model/settings.js", src))).setSetting("hotkeys", on);
}"""

# Something is said while a question is open, which is then removed, and something afterwards.
SAY = """async () => {
    const { src } = document.querySelector("script[type=module]");
    const { announce } = await import(new URL("ui/announce.js", src));
    const { confirmed } = await import(new URL("ui/modal.js", src));
    const answer = confirmed("Sure?", "Yes");
    announce("During the question.");
    document.querySelector("#confirm [value=yes]").click();
    await answer;
    announce("After it.");
}"""

# What lies over the element with the focus, if something does.
COVERED = """() => {
    const focused = document.activeElement;
    const { x, y, width, height } = focused.getBoundingClientRect();
    const over = document.elementFromPoint(x + width / 2, y + height / 2);
    const isSeen = over && (focused.contains(over) || over.contains(focused));
    return isSeen ? null : `${focused.id || focused.tagName} is below ${over?.id}`;
}"""
# A turn soon has ten seconds left, and none of these ends by itself: the server's clock is still.
CONFIG = TableConfig(turn_time_ms=11_000, next_hand_delay_ms=4_000)


class Listener:
    """A player who has a keyboard and hears the page."""

    def __init__(self, page: Page) -> None:
        self.page = page

    async def press(self, *keys: str) -> None:
        """Press keys; the focus must be somewhere after each."""
        for key in keys:
            await self.page.keyboard.press(key)
            await self.has_focus()

    async def has_focus(self) -> None:
        """The focus is not lost or covered, once the page has drawn what was pressed."""
        await self.page.wait_for_function("() => document.activeElement !== document.body")
        await self.page.evaluate(DRAWN)
        assert await self.page.evaluate(COVERED) is None

    async def tab_to(self, element: str, key: str = "Tab") -> None:
        """Go to an element, which must be reached within 40 steps."""
        for _ in range(40):
            if await self.page.evaluate("(to) => document.activeElement.matches(to)", element):
                return
            await self.press(key)
        raise AssertionError(f"{element} is not reached from {await focused(self.page)}")

    async def hears(self, text: str) -> None:
        """Exactly this is said next, beside warnings of the time."""
        await self.page.wait_for_function("() => window.spoken.length > 0")
        said: list[str] = await self.page.evaluate("window.spoken.splice(0)")
        assert [re.sub(r"\d+ seconds? left", "N seconds left", one) for one in said] == [text]

    async def hears_gathered(self, text: str) -> None:
        """This is said next, at once or in parts if there was time in between."""
        await self.page.wait_for_function("(text) => window.spoken.join(' ') === text", arg=text)
        await self.page.evaluate("window.spoken.splice(0)")

    async def is_warned(self) -> None:
        """It was said once in this turn that it ends soon."""
        await self.page.wait_for_function("() => window.warnings.length > 0")
        assert len(await self.page.evaluate("window.warnings.splice(0)")) == 1

    async def asks(self, key: str, text: str) -> None:
        """A key is answered at once."""
        await self.press(key)
        await self.hears(f"! {text}")


async def test_a_session_by_keyboard_and_speech(shared_browser: Browser) -> None:
    async with open_room(CONFIG) as room:
        context = await shared_browser.new_context(viewport=DESKTOP, reduced_motion="reduce")
        context.set_default_timeout(TIMEOUT_MS)
        visitor = Visitor(context, await context.new_page(), room)
        listener = Listener(visitor.page)
        await enter(visitor, listener)
        await sit(visitor, listener)
        await play(visitor, listener)
        await leave(visitor, listener)
        await context.close()
        assert visitor.problems == []


async def test_what_is_said_during_a_question_and_after_it_is_heard(visitor: Visitor) -> None:
    await visitor.enter()
    await visitor.page.evaluate(SAY)
    await expect(visitor.page.locator("body > #said")).to_have_text("During the question.After it.")


async def enter(visitor: Visitor, listener: Listener) -> None:
    """From the name to the table."""
    page, room = visitor.page, visitor.room
    await page.goto(room.address)
    await expect(page.locator("#name")).to_be_focused()
    await page.evaluate(LISTEN)
    await page.keyboard.type("Hanna")
    await listener.press("Enter")
    await expect(page.locator("#lobby-title")).to_be_focused()
    await page.wait_for_selector("[data-table-id]")
    await listener.tab_to('[data-action="open"]')
    await listener.press("Enter")
    await expect(page.locator("#table-name")).to_be_focused()
    await listener.hears("Test table. No-limit hold’em 50 / 100. 0/6 seats.")


async def sit(visitor: Visitor, listener: Listener) -> None:
    """Take a seat: the skip link leads to its controls, and the dialog gives the focus back."""
    page, room = visitor.page, visitor.room
    await listener.tab_to("#skip", "Shift+Tab")
    await listener.press("Enter")
    await expect(page.locator("#controls")).to_be_focused()
    await listener.tab_to('[data-seat="0"] [data-action="sit"]', "Shift+Tab")
    await listener.press("Enter")
    await expect(page.locator("#buy-in")).to_be_visible()
    await listener.press("Escape")
    await expect(page.locator('[data-seat="0"] [data-action="sit"]')).to_be_focused()
    await listener.press("Enter")
    await listener.tab_to("#buy-in-confirm")
    await listener.press("Enter")
    await page.wait_for_selector('[data-seat="0"][data-own="true"]')
    await listener.has_focus()
    room.seat("Bob", 1)
    await listener.hears_gathered("Hanna sits down with 10,000. Bob sits down with 10,000.")


async def play(visitor: Visitor, listener: Listener) -> None:
    """A hand to its showdown, with every question."""
    page, room = visitor.page, visitor.room
    room.next_hand("2c As 7d Kh  Qs Jd 3h 5c 9s")
    cards = "ace of spades, king of hearts"
    await listener.hears(
        f"! Hand 1 – Hanna deals. You post 50. Your turn: 50 to call into 150, your cards {cards}."
    )
    await listener.is_warned()
    await listener.asks("h", f"Your cards: {cards}.")
    await listener.asks("o", "There are no cards on the board.")
    await listener.asks("m", "Pot 150.")
    await listener.asks("s", "You, 9,950 chips, bet 50, dealer. Bob, 9,900 chips, bet 100.")
    await listener.asks("l", "You, 9,950 chips, bet 50, dealer. Bob, 9,900 chips, bet 100.")
    await listener.asks("w", f"Your turn: 50 to call into 150, your cards {cards}. N seconds left.")
    await listener.tab_to("#action-call")
    await listener.press("Enter")
    await listener.hears("You call 50.")
    await listener.asks("w", "Waiting for Bob.")
    room.act("Bob", "check")
    await visitor.turn_of(1)
    await listener.hears(
        "Bob checks. Flop: queen of spades, jack of diamonds, 3 of hearts. Pot 200."
    )
    await named(page)
    room.act("Bob", "bet", 100)
    board = "queen of spades, jack of diamonds, 3 of hearts"
    await listener.hears(
        f"! Bob bets 100. Your turn: 100 to call into 300, your cards {cards}; board {board}."
    )
    await listener.press("c")
    await listener.hears("You call 100. Turn: 5 of clubs. Pot 400.")
    await listener.tab_to("#account", "Shift+Tab")
    await listener.press("Enter")
    room.act("Bob", "check")
    await listener.hears(
        "! Bob checks. "
        f"Your turn: you can check, pot 400, your cards {cards}; board {board}, 5 of clubs."
    )
    # Outside of the open dialog, nothing is there for a screen reader.
    await expect(page.locator("dialog[open] #said-now")).to_have_count(1)
    await listener.press("Escape")
    await expect(page.locator("#account")).to_be_focused()
    await listener.asks("h", f"Your cards: {cards}. Ace high.")
    await guarded(visitor, listener)
    await listener.press("c")
    await listener.hears("You check. River: 9 of spades. Pot 400.")
    room.act("Bob", "check")
    await listener.hears(
        "! Bob checks. Your turn: you can check, pot 400, "
        f"your cards {cards}; board {board}, 5 of clubs, 9 of spades."
    )
    await listener.press("k")
    await listener.hears(
        "You check. Bob shows 2 of clubs, 7 of diamonds – queen high. "
        "Hanna shows ace of spades, king of hearts – ace high. "
        "You win 400 with ace high. Your stack is 10,200."
    )
    await expect(page.locator("#actions")).to_be_hidden()


async def named(page: Page) -> None:
    """Seats, cards, the board and the pot have names where a screen reader looks for them."""
    seat = page.get_by_role("group", name="Bob, 9,900 chips", exact=False)
    await expect(seat.get_by_role("img", name="a face-down card")).to_have_count(2)
    own = page.get_by_role("group", name="Hanna, 9,900 chips, dealer")
    await expect(own.get_by_role("img", name="king of hearts")).to_be_visible()
    board = page.get_by_role("group", name="Board", exact=True)
    await expect(board.get_by_role("img", name="jack of diamonds")).to_be_visible()
    await expect(page.get_by_text("Pot 200", exact=True)).to_be_visible()


async def guarded(visitor: Visitor, listener: Listener) -> None:
    """Keys that do nothing: letters in a field, or all.  F asks where a check is free."""
    page = visitor.page
    await listener.press("f")
    await expect(page.locator("#fold-guard [value=check]")).to_be_focused()
    await listener.press("Escape")
    await page.focus("#chat-input")
    await listener.press("c", "h")
    await expect(page.locator("#chat-input")).to_have_value("ch")
    await page.focus("#controls")
    await page.evaluate(SET_HOTKEYS, False)
    await listener.press("c", "h", "f")
    await page.evaluate(SET_HOTKEYS, True)
    await listener.asks("m", "Pot 400.")
    assert [act["action"] for act in visitor.acts_sent()] == ["call", "call"]


async def leave(visitor: Visitor, listener: Listener) -> None:
    """Stand up, go to the lobby, and log out."""
    page = visitor.page
    await listener.tab_to("#stand")
    await listener.press("Enter")
    await page.wait_for_selector('[data-seat="0"][data-state="empty"]')
    await listener.hears("Hanna leaves the table with 10,200. Waiting for players.")
    await listener.tab_to("#to-lobby", "Shift+Tab")
    await listener.press("Enter")
    await expect(page.locator("#lobby-title")).to_be_focused()
    await listener.tab_to("#account", "Shift+Tab")
    await listener.press("Enter")
    await listener.tab_to("#log-out")
    await listener.press("Enter")
    await expect(page.locator("#name")).to_be_focused()
