"""The settings, and what they change: looks, sounds, calls to the own turn, guards and keys."""

import json
import re
from typing import Any

import pytest
from playwright.async_api import Browser, FilePayload, expect

from tests.web.room import CONFIG, open_room
from tests.web.screen import Screen
from tests.web.table_states import all_bet, side_pots, state_of
from tests.web.visitor import Visitor, visiting

pytestmark = pytest.mark.asyncio(loop_scope="session")

# Counts what would be heard, felt and shown by the system.
FAKES = """
window.tones = 0; window.contexts = 0; window.vibrated = 0; window.notes = [];
const ramps = ['setValueAtTime', 'linearRampToValueAtTime', 'exponentialRampToValueAtTime'];
const gain = Object.fromEntries(ramps.map((name) => [name, () => {}]));
const start = () => { tones += 1; };
const node = () => ({ gain, frequency: gain, Q: {}, connect() {}, stop() {}, start });
window.AudioContext = class {
  constructor() {
    contexts += 1;
    Object.assign(this, { state: 'running', currentTime: 0, sampleRate: 8000 });
  }
  createGain() { return node(); }
  createOscillator() { return node(); }
  createBufferSource() { return node(); }
  createBiquadFilter() { return node(); }
  createBuffer() { return { getChannelData: () => [] }; }
};
navigator.vibrate = () => { vibrated += 1; };
window.answer = 'denied';
window.skew = 0;
const now = performance.now.bind(performance);
performance.now = () => now() + skew;
window.asked = 0;
window.Notification = class {
  static permission = 'default';
  static async requestPermission() { asked += 1; Notification.permission = answer; }
  constructor(title, { body }) { notes.push(`${title}: ${body}`); }
  close() { notes.push('closed'); }
};
"""
MORE_TONES = """(least) => new Promise((done) => {
  skew = 56_000;
  const timer = setInterval(() => { if (tones > least) { clearInterval(timer); done(); } }, 10);
}).then(() => { skew = 0; })"""
HIDE = """(hidden) => {
  Object.defineProperty(document, 'hidden', { value: hidden, configurable: true });
  document.dispatchEvent(new Event('visibilitychange'));
}"""
# The contrast of each text to the colour behind it; felt is behind what is half transparent.
CONTRASTS = """() => {
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const felt = getComputedStyle(document.documentElement).getPropertyValue('--felt-light');
  const shown = (...colours) => {
    canvas.clearRect(0, 0, 1, 1);
    for (const colour of colours) { canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1); }
    const parts = [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3).map((part) => part / 255)
      .map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2] + 0.05;
  };
  const places = '.bet > span, #pot, #side-pots, .tag, .seconds, .dealer, #settings label, kbd';
  const seen = [...document.querySelectorAll(places)].filter((one) => one.checkVisibility());
  return seen.map((one) => {
    let behind = one;
    const back = () => getComputedStyle(behind).backgroundColor;
    while (back() === 'rgba(0, 0, 0, 0)') behind = behind.parentElement;
    const ground = shown(felt, back());
    const ink = shown(felt, back(), getComputedStyle(one).color);
    const ratio = Math.max(ink, ground) / Math.min(ink, ground);
    return [one.className || one.id || one.tagName, ratio];
  }).filter(([, ratio]) => ratio < 4.5);
}"""


async def setting(visitor: Visitor, name: str, *, on: bool) -> None:
    await visitor.page.set_checked(f'#settings [name="{name}"]', on)


async def counts(visitor: Visitor) -> dict[str, Any]:
    names = "{ tones, contexts, vibrated, notes, asked, title: document.title }"
    found: dict[str, Any] = await visitor.page.evaluate(f"() => ({names})")
    return found


async def change_all(visitor: Visitor) -> None:
    """Change settings in the dialog, and take over those of files."""
    page, room = visitor.page, visitor.room
    assert (await counts(visitor))["contexts"] == 0, "sounds are off"
    await page.keyboard.press("?")
    await expect(page.locator("#settings-keys")).to_be_focused()
    await setting(visitor, "sound", on=True)
    assert (await counts(visitor))["tones"] > 0, "the choice is heard"
    await setting(visitor, "vibration", on=True)
    box, note = (
        page.locator('[name="notifications"]'),
        page.locator("#settings [role=status]").first,
    )
    await box.click()
    await expect(note).to_contain_text("blocks notifications")
    await expect(box).not_to_be_checked()
    await page.evaluate("answer = 'granted'; Notification.permission = 'default'")
    await box.click()
    await expect(box).to_be_checked()
    assert (await counts(visitor))["asked"] == 2
    await setting(visitor, "auto_muck", on=False)
    await room.wait_for(lambda: bool(room.sent_of("auto_muck")))
    assert room.sent_of("auto_muck")[0]["on"] is False
    await setting(visitor, "auto_top_up", on=True)
    await room.wait_for(lambda: bool(room.sent_of("auto_chips")))
    assert room.sent_of("auto_chips")[0]["top_up_to"] == 10_000

    async with page.expect_download() as downloading:
        await page.click("text=Save as a file")
    exported = json.loads((await (await downloading.value).path()).read_text("utf-8"))
    assert exported["settings"]["sound"] is True
    error = page.locator(".transfer .error")
    for wrong, words in (
        (b"{", "no settings of this page"),
        (b" " * 50_000, "too large"),
        (json.dumps({**exported, "settings": {"theme": "pink"}}).encode(), "“theme”"),
    ):
        file = FilePayload(name="a.json", mimeType="application/json", buffer=wrong)
        await page.set_input_files("#settings-file", file)
        await expect(error).to_contain_text(words)
    exported["settings"] |= {"deck": "large", "four_colours": True}
    text = json.dumps(exported).encode()
    good = FilePayload(name="a.json", mimeType="application/json", buffer=text)
    await page.set_input_files("#settings-file", good)
    await expect(page.locator(".transfer [role=status]")).to_contain_text("in use")
    await expect(page.locator('[name="deck"]')).to_have_value("large")
    await expect(page.locator("html.four-colours[data-deck=large]")).to_have_count(1)


async def be_called(visitor: Visitor) -> None:
    """The own turn calls, in a hidden tab too, and afterwards all is as before."""
    page, room = visitor.page, visitor.room
    icon = page.locator('link[rel="icon"]')
    room.seat("Bob", 1)
    before = await counts(visitor)
    await page.evaluate(HIDE, True)
    room.next_hand("Ac As Kc Ks")
    await expect(page).to_have_title("● Your turn – Test table")
    called = await counts(visitor)
    assert called["notes"] == ["It is your turn: Test table"]
    assert called["vibrated"] == 1
    assert called["tones"] == before["tones"] + 2, "the call alone is heard"
    await expect(icon).to_have_attribute("href", re.compile(r"favicon-turn\.svg"))
    await expect(page).to_have_title("Test table – pokerws")
    await expect(page).to_have_title("● Your turn – Test table")
    await page.evaluate(HIDE, False)
    assert (await counts(visitor))["notes"][-1] == "closed"
    tones = (await counts(visitor))["tones"]
    # Of the minute of the turn, 56 seconds are over.
    await page.evaluate(MORE_TONES, tones)


async def act_by_keys(visitor: Visitor) -> None:
    """Keys act unless they are turned off."""
    page, room = visitor.page, visitor.room
    await page.click("#open-settings")
    await setting(visitor, "hotkeys", on=False)
    await page.keyboard.press("Escape")
    await page.keyboard.press("c")
    await page.keyboard.press("?")
    await expect(page.locator("#settings")).to_be_hidden()
    await page.click("#open-settings")
    await setting(visitor, "hotkeys", on=True)
    await page.keyboard.press("Escape")
    assert visitor.acts_sent() == []
    await page.keyboard.press("c")
    await room.wait_for(lambda: len(visitor.acts_sent()) == 1)
    room.act("Bob", "check")
    room.act("Bob", "check")
    await visitor.own_turn()
    await expect(page).to_have_title("● Your turn – Test table")


async def fold_where_a_check_is_free(visitor: Visitor) -> None:
    """F asks, whatever the guard is set to, and the button asks if it is on."""
    page, room = visitor.page, visitor.room
    icon = page.locator('link[rel="icon"]')
    guard = page.locator("#fold-guard")
    await page.keyboard.press("f")
    await expect(guard.locator("[value=check]")).to_be_focused()
    # What is spoken meanwhile is in the dialog, and does not end with it.
    ask = "() => document.querySelector('#ask-pot').click()"
    await page.evaluate(ask)
    await expect(guard.locator("[aria-live] p")).not_to_have_count(0)
    await page.keyboard.press("Escape")
    await expect(guard).to_have_count(0)
    await page.evaluate(ask)
    await expect(page.locator("body > [aria-live] p")).not_to_have_count(0)
    await page.click("#action-fold")
    await guard.locator("[value=check]").click()
    await room.wait_for(lambda: len(visitor.acts_sent()) == 2)
    assert [act["action"] for act in visitor.acts_sent()] == ["call", "check"]
    await expect(icon).to_have_attribute("href", re.compile(r"favicon\.svg"))
    room.act("Bob", "check")
    await visitor.own_turn()
    await page.click("#open-settings")
    await setting(visitor, "fold_guard", on=False)
    await page.keyboard.press("Escape")
    await page.keyboard.press("f")
    await expect(guard).to_be_visible()
    await page.keyboard.press("Escape")
    await page.click("#action-fold")
    await room.wait_for(lambda: len(visitor.acts_sent()) == 3)
    assert visitor.acts_sent()[2]["action"] == "fold"


async def show_one_card(visitor: Visitor) -> None:
    """Of the cards of a hand that is over, one is shown by a click."""
    page, room = visitor.page, visitor.room
    own = page.locator("[data-own] button.card")
    await expect(own).to_have_count(2)
    await own.first.click()
    await expect(own.first).to_be_disabled()
    assert room.sent_of("show")[0]["cards"] == [await own.first.get_attribute("data-card")]
    await expect(own.nth(1)).to_be_enabled()


async def see_every_text(visitor: Visitor) -> None:
    """No text is too faint on what is drawn in any theme."""
    page = visitor.page
    screen = Screen(visitor)
    for theme in ("light", "contrast", "dark"):
        await page.evaluate(f"document.documentElement.dataset.theme = '{theme}'")
        for state in (all_bet("NT", 6, 900), side_pots(6)):
            await screen.show(state_of(state))
            assert await page.evaluate(CONTRASTS) == [], theme


async def test_settings_change_the_page_and_it_calls_the_player(shared_browser: Browser) -> None:
    async with open_room(CONFIG) as room, visiting(shared_browser, room) as visitor:
        page = visitor.page
        await page.add_init_script(FAKES)
        await visitor.arrive()
        await change_all(visitor)
        for theme in ("light", "contrast", "dark"):
            await page.select_option('[name="theme"]', theme)
            await expect(page.locator(f'html[data-theme="{theme}"]')).to_have_count(1)
            assert await page.evaluate(CONTRASTS) == []
        await page.keyboard.press("Escape")
        await be_called(visitor)
        await act_by_keys(visitor)
        await fold_where_a_check_is_free(visitor)
        await show_one_card(visitor)
        await see_every_text(visitor)
