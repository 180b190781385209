"""The page in other languages, texts outside of the catalogue, and a browser that keeps nothing."""

import re

import pytest
from playwright.async_api import Browser, Page, Route, expect

from pokerws.game.config.table_config import HouseRules, TableConfig
from pokerws.game.state import PlayerId
from pokerws.messages import ChatSaid
from tests.web.room import WEB_ROOT, Room, open_room
from tests.web.visitor import Visitor, visiting

pytestmark = pytest.mark.asyncio(loop_scope="session")

CATALOGUE = WEB_ROOT / "texts" / "en.js"
# Appended to the catalogue: each of its texts in brackets.
BRACKETS = """
const inBrackets = (text) => typeof text === "string"
  ? `⟦${text}⟧`
  : Object.fromEntries(Object.entries(text).map(([form, one]) => [form, `⟦${one}⟧`]));
export default Object.fromEntries(
  Object.entries(texts).map(([key, text]) => [key, inBrackets(text)]));
"""
# Names are Greek in this test, so that any Latin letter outside of brackets is a text of the page.
NAME, OTHER, TABLE = "Ωμέγα", "Ψι", "Τραπέζι"
# All texts of the page and of attributes that are read to people, hidden or not.  What is in
# another language by itself, such as the names of languages, has an attribute `lang`.
FIND_TEXTS = """() => {
  const found = [];
  const note = (text, place) => {
    let rest = text;
    for (let before = ""; before !== rest;) {
      before = rest;
      rest = rest.replace(/⟦[^⟦⟧]*⟧/g, "");
    }
    // A text with an element in it has its brackets in two nodes.
    rest = rest.replace(/^[^⟦⟧]*⟧|⟦[^⟦⟧]*$/g, "");
    rest = rest.replace(/(10|[2-9AKQJ])(?=[♠♥♦♣])/g, "").replace("pokerws", "");
    if (/[^\\P{L}\\p{Script=Greek}]/u.test(rest)) found.push(`${place}: ${text}`);
  };
  const what = NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT;
  const walker = document.createTreeWalker(document, what);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.nodeType === Node.TEXT_NODE ? node.parentElement : node;
    if (element.closest("head, noscript, script, body [lang], .card-corner, kbd")) continue;
    const place = `${element.tagName} ${element.id || element.className}`;
    if (node === element) {
      for (const name of ["aria-label", "aria-valuetext", "title", "placeholder", "alt", "label"]) {
        if (element.hasAttribute(name)) note(element.getAttribute(name), `${place} ${name}`);
      }
      for (const part of ["::before", "::after"]) {
        const { content } = getComputedStyle(element, part);
        // The letter of a key is the same in each language.
        if (element.hasAttribute("aria-keyshortcuts")) continue;
        if (content.startsWith('"')) note(content, `${place} ${part}`);
      }
    } else note(node.data, place);
  }
  note(document.title, "the title");
  return found;
}"""


async def no_other_texts(page: Page) -> None:
    """Check that the page has no text but those of the catalogue."""
    assert "\n".join(await page.evaluate(FIND_TEXTS)) == ""


async def bracket(page: Page) -> None:
    """Serve the catalogue with each text in brackets."""
    source = CATALOGUE.read_text(encoding="utf-8")
    assert "export default {" in source
    bracketed = source.replace("export default {", "const texts = {") + BRACKETS

    async def serve(route: Route) -> None:
        await route.fulfill(body=bracketed, content_type="text/javascript")

    await page.route(re.compile(r"/texts/en[.\w-]*\.js"), serve)


async def look_at_dialogs(page: Page) -> None:
    """Look at the dialogs of a turn; that of the pots opens here without side pots too."""
    await page.click("#edit-presets")
    await no_other_texts(page)
    await page.click("#presets-close")
    await page.evaluate("document.querySelector('#side-pots').click()")
    await expect(page.locator("#pots-list dt").first).to_be_visible()
    await no_other_texts(page)
    await page.click("#pots-close")


async def play_out(visitor: Visitor) -> None:
    """Check and call to the end of a hand, and look at the page in each own turn."""
    room, page = visitor.room, visitor.page
    while (hand := room.table.hand) is not None and hand.turn is not None:
        action = "check" if "check" in hand.turn.actions else "call"
        if hand.turn.seat == 0:
            await visitor.own_turn()
            await no_other_texts(page)
            if hand.street == 3:
                await look_at_dialogs(page)
            await page.click(f"#action-{action}")
            await expect(page.locator("#actions")).to_be_hidden()
        else:
            room.act(OTHER, "check" if action == "check" else "call")


async def test_every_text_of_the_page_is_in_the_catalogue(shared_browser: Browser) -> None:
    config = TableConfig(
        next_hand_delay_ms=4_000,
        turn_time_ms=60_000,
        house=HouseRules(straddle="mississippi", run_it=2, bomb_pot_every=2, bomb_pot_boards=2),
    )
    async with (
        open_room(config, name=TABLE) as room,
        visiting(shared_browser, room, locale="en-US") as visitor,
    ):
        page = visitor.page
        await bracket(page)
        await page.goto(room.address)
        await expect(page.locator("#name-title")).to_have_text("⟦Take a seat⟧")
        await no_other_texts(page)

        await visitor.enter(NAME)
        await page.click("#new-table")
        for game in ("NT", "F7S/8", "MIX", "HORSE"):
            await page.select_option('#new-table-form [name="variant"]', game)
            await no_other_texts(page)
        await page.fill('#new-table-form [name="min_buy_in"]', "5")
        await page.click("#new-table-confirm")
        await expect(page.locator("#new-table-error")).not_to_be_empty()
        await no_other_texts(page)
        await page.click("#new-table-cancel")
        await page.click("#account")
        await expect(page.locator("#history li")).to_have_count(1)
        await no_other_texts(page)
        await page.click("#account-close")
        await page.click("#open-settings")
        await expect(page.locator("#settings")).to_be_visible()
        await no_other_texts(page)
        await page.keyboard.press("Escape")

        await visitor.open_table()
        await no_other_texts(page)
        await page.click('[data-seat="0"] [data-action="sit"]')
        await no_other_texts(page)
        await page.fill("#buy-in-amount", "10000")
        await page.click("#buy-in-confirm")
        await page.wait_for_selector('[data-own="true"]')
        room.seat(OTHER, 1)
        for deck in ("Ac As Kc Ks", "Qc Qs Jc Js"):
            room.next_hand(deck)
            await play_out(visitor)
            await expect(page.locator("#result span").first).to_be_visible()
            await no_other_texts(page)
        await page.click("#table-menu")
        for part, shown in (("#menu-invite", "#invite-code svg"), ("#menu-ledger", ".net-chart")):
            await page.click(part)
            await expect(page.locator(shown)).to_be_visible()
            await no_other_texts(page)
            await page.keyboard.press("Escape")
        await page.keyboard.press("Escape")
        room.disconnect(OTHER)
        room.send(ChatSaid(room.table.id, PlayerId("x"), OTHER, OTHER, 0))
        await page.click("#to-lobby")
        await expect(page.locator("#lobby [data-action=open]")).to_have_text("⟦Back to your seat⟧")
        await no_other_texts(page)


async def test_the_language_is_the_browsers_until_one_is_chosen(shared_browser: Browser) -> None:
    async with open_room() as room, visiting(shared_browser, room, locale="de-AT") as visitor:
        page = visitor.page
        fetched: list[str] = []
        page.on("request", lambda request: fetched.append(request.url))
        await page.goto(room.address)
        title, html = page.locator("#name-title"), page.locator("html")
        await expect(title).to_have_text("Nimm Platz")
        await expect(html).to_have_attribute("lang", "de")
        assert [re.search(r"texts/(\w\w)\b", url) is not None for url in fetched].count(True) == 1
        for language, text in (
            ("zh", "请入座"),
            ("en", "Take a seat"),
            ("fr", "Prenez place"),
        ):
            await page.select_option("#start-language", language)
            await expect(title).to_have_text(text)
            await expect(html).to_have_attribute("lang", language)
        await visitor.enter()
        await expect(page.locator("#lobby-title")).to_have_text("Tables")
        await page.reload()
        await expect(page.locator("#lobby .seats-taken")).to_have_text("0/6 places")


# What a browser's settings, a full disk or a fault can do to the page's storage.
STORAGES = {
    "blocked": """for (const name of ["localStorage", "sessionStorage"])
        Object.defineProperty(window, name, {
            get() { throw new DOMException("blocked", "SecurityError"); } });""",
    "full": """Storage.prototype.setItem = () => {
        throw new DOMException("full", "QuotaExceededError"); };""",
    "damaged": """if (!sessionStorage.seen) {
        sessionStorage.seen = "yes";
        for (const name of ["identity", "settings"]) localStorage[`pokerws.${name}`] = "{"; }""",
}


@pytest.mark.parametrize("fault", STORAGES)
async def test_the_page_works_without_a_storage(visitor: Visitor, room: Room, fault: str) -> None:
    page = visitor.page
    await page.add_init_script(STORAGES[fault])
    await visitor.enter()
    await visitor.open_table()
    await visitor.sit(2)
    await page.click("#open-settings")
    await page.check('[name="four_colours"]')
    await expect(page.locator("html.four-colours")).to_be_visible()
    await page.keyboard.press("Escape")
    # The connection comes back as the same player.
    await room.stop()
    await expect(page.locator("#reconnecting")).to_be_visible()
    await room.start()
    await expect(page.locator("#status")).to_have_attribute("data-state", "online")
    await expect(page.locator('[data-seat="2"]')).to_have_attribute("data-own", "true")
