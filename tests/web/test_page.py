"""The page, in a real browser, against the real server in memory with chosen cards."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, expect

from pokerws.game.state import PlayerId, TableConfig
from pokerws.messages import ChatSaid, Events, Notice
from tests.web.room import Room, open_room

pytestmark = pytest.mark.asyncio(loop_scope="session")

NAME = "Hanna"
PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 800}


class Visitor:
    """A person at the page."""

    def __init__(self, context: BrowserContext, page: Page, room: Room) -> None:
        self.context = context
        self.page = page
        self.room = room
        self.problems: list[str] = []
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        page.on("console", lambda line: self._note(line.type, line.text))

    def _note(self, kind: str, text: str) -> None:
        # That a server is away is what some tests are about.
        if kind in ("error", "warning") and "WebSocket connection" not in text:
            self.problems.append(text)

    async def enter(self, name: str = NAME) -> None:
        """Enter a name and wait for the lobby."""
        await self.page.goto(self.room.address)
        await self.page.fill("#name", name)
        await self.page.click("#enter")
        await self.page.wait_for_selector("[data-table-id]")

    async def open_table(self) -> None:
        """Go from the lobby to the room's table."""
        await self.page.click('[data-table-id] [data-action="open"]')
        await self.page.wait_for_selector('[data-seat="0"]')

    async def sit(self, seat: int, amount: int = 10_000) -> None:
        """Take a free seat."""
        await self.page.click(f'[data-seat="{seat}"] [data-action="sit"]')
        await self.page.fill("#buy-in-amount", str(amount))
        await self.page.click("#buy-in-confirm")
        await self.page.wait_for_selector(f'[data-seat="{seat}"][data-own="true"]')

    async def arrive(self, seat: int = 0, amount: int = 10_000) -> None:
        """Be at the table, seated, as one who has been here before."""
        room = self.room
        player = room.guests.new_player(NAME)
        room.seat(NAME, seat, amount, player.id)
        identity = msgspec.json.encode({"session": room.guests.token_for(player), "name": NAME})
        # Only into a page that knows nobody yet, so that a reload finds what the page itself kept.
        await self.page.add_init_script(
            f"localStorage['pokerws.identity'] ??= {msgspec.json.encode(identity.decode()).decode()}"
        )
        await self.page.goto(f"{room.address}#table={room.table.id}")
        await self.page.wait_for_selector(f'[data-seat="{seat}"][data-own="true"]')

    async def own_turn(self) -> None:
        """Wait for the buttons."""
        await self.page.wait_for_selector("#actions button:enabled:visible")

    async def shown_cards(self, where: str) -> list[str]:
        """The cards in a place, as the table's messages write them."""
        cards = self.page.locator(f"{where} [data-card]")
        return [str(await card.get_attribute("data-card")) for card in await cards.all()]

    def acts_sent(self) -> list[dict[str, object]]:
        """What the page has sent of answers to its turns."""
        return [message for message in self.room.received if message["type"] == "act"]


@pytest_asyncio.fixture(loop_scope="session")
async def room() -> AsyncIterator[Room]:
    """A table with nobody at it."""
    async with open_room() as room:
        yield room


@pytest_asyncio.fixture(loop_scope="session")
async def visitor(
    request: pytest.FixtureRequest, shared_browser: Browser, room: Room
) -> AsyncIterator[Visitor]:
    """A person with a new browser, `viewport` in size; nothing may go wrong on the page."""
    viewport = getattr(request, "param", DESKTOP)
    context = await shared_browser.new_context(viewport=viewport)
    context.set_default_timeout(5_000)
    visitor = Visitor(context, await context.new_page(), room)
    yield visitor
    await context.close()
    assert visitor.problems == []


async def heads_up(visitor: Visitor, deck: str = "Ac As Kc Ks") -> None:
    """The visitor in seat 0 with the second and fourth card against Bob in seat 1, a hand begun.

    The first hand's button is the lowest seat, so heads-up the visitor acts first.
    """
    await visitor.arrive()
    visitor.room.seat("Bob", 1)
    visitor.room.next_hand(deck)
    await visitor.own_turn()


async def test_a_hand_is_played_from_the_name_to_the_showdown(visitor: Visitor, room: Room) -> None:
    await visitor.enter()
    await visitor.open_table()
    await visitor.sit(0)
    room.seat("Bob", 1)
    room.next_hand("Ac Ks Kc Kh 2c 3d 7s 8h Jd")
    await visitor.own_turn()
    page = visitor.page
    assert await visitor.shown_cards('[data-own="true"]') == ["Ks", "Kh"]
    assert await visitor.shown_cards('[data-seat="1"]') == ["??", "??"]
    await expect(page.locator("#pot")).to_have_attribute("data-amount", "150")
    await expect(page.locator("#action-call")).to_have_text("Call 50")
    await expect(page.locator("#action-check")).to_be_hidden()

    await page.fill("#raise-amount", "300")
    await page.click("#action-raise")
    await expect(page.locator("#table")).to_have_attribute("data-turn-seat", "1")
    room.act("Bob", "call")
    room.act("Bob", "check")
    await visitor.own_turn()
    assert await visitor.shown_cards("#board") == ["2c", "3d", "7s"]
    for _street in ("flop", "turn"):
        await page.click("#action-check")
        await expect(page.locator("#table")).to_have_attribute("data-turn-seat", "1")
        room.act("Bob", "check")
        await visitor.own_turn()
    await page.click("#action-check")

    await expect(page.locator("#result")).to_have_text("Hanna wins 600 with a pair of kings")
    await expect(page.locator('[data-own="true"]')).to_have_attribute("data-winner", "")
    await expect(page.locator('[data-own="true"] [data-stack]')).to_have_attribute(
        "data-stack", "10300"
    )
    log = await page.locator("#log li").all_inner_texts()
    assert "Hanna raises to 300" in log
    assert "Flop: 2♣ 3♦ 7♠" in log
    assert log[-1] == "Hanna wins 600 with a pair of kings"

    room.next_hand()
    await expect(page.locator("#result")).not_to_have_class("won")
    await expect(page.locator("#hand-number")).to_have_text("2")


async def test_nothing_is_sent_twice(visitor: Visitor, room: Room) -> None:
    await heads_up(visitor)
    await visitor.page.evaluate(
        """() => {
            const button = document.querySelector("#action-call");
            button.click();
            button.click();
            document.dispatchEvent(new KeyboardEvent("keydown", { key: "c", bubbles: true }));
        }"""
    )
    await expect(visitor.page.locator("#table")).to_have_attribute("data-turn-seat", "1")
    assert len(visitor.acts_sent()) == 1


async def test_a_late_answer_is_told_in_words_and_the_page_goes_on(
    visitor: Visitor, room: Room
) -> None:
    await heads_up(visitor)

    def run_out_of_time(message: dict[str, object]) -> None:
        if message["type"] == "act":
            room.clock.advance(60_000)

    room.on_message = run_out_of_time
    await visitor.page.click("#action-call")
    await expect(visitor.page.locator("#message")).to_have_text("It is not your turn.")
    room.next_hand()
    room.act("Bob", "call")
    await visitor.own_turn()


async def test_an_illegal_amount_cannot_be_sent(visitor: Visitor, room: Room) -> None:
    await heads_up(visitor)
    for amount in ("199", "10001", "250.5", ""):
        await visitor.page.fill("#raise-amount", amount)
        await expect(visitor.page.locator("#action-raise")).to_be_disabled()
        await visitor.page.press("#raise-amount", "Enter")
    await visitor.page.click('[data-preset="pot"]')
    await expect(visitor.page.locator("#action-raise")).to_have_text("Raise to 300")
    assert visitor.acts_sent() == []


async def test_a_hand_is_played_with_the_keyboard_alone(visitor: Visitor, room: Room) -> None:
    await heads_up(visitor)
    keyboard = visitor.page.keyboard
    await keyboard.press("r")
    await keyboard.type("444")
    await keyboard.press("Enter")
    await expect(visitor.page.locator("#table")).to_have_attribute("data-turn-seat", "1")
    room.act("Bob", "raise", 1_000)
    await visitor.own_turn()
    await keyboard.press("4")
    await expect(visitor.page.locator("#raise-amount")).to_have_value("10000")
    await keyboard.press("f")
    await expect(visitor.page.locator("#result")).to_have_text("Bob wins 888")
    assert [message["action"] for message in visitor.acts_sent()] == ["raise", "fold"]


async def test_typing_in_the_chat_plays_nothing(visitor: Visitor, room: Room) -> None:
    await heads_up(visitor)
    await visitor.page.fill("#chat-input", "")
    await visitor.page.locator("#chat-input").press_sequentially("fcr")
    await visitor.page.click("#chat-send")
    await expect(visitor.page.locator("#chat li")).to_have_text("Hanna fcr")
    assert visitor.acts_sent() == []


async def test_a_lost_connection_is_told_and_the_missed_events_come(
    visitor: Visitor, room: Room
) -> None:
    await heads_up(visitor)
    page = visitor.page
    await room.stop()
    await expect(page.locator("#status")).to_have_attribute("data-state", "reconnecting")
    await expect(page.locator("#reconnecting")).to_be_visible()
    await expect(page.locator("#action-fold")).to_be_disabled()
    room.clock.advance(60_000)
    await room.start()
    await expect(page.locator("#status")).to_have_attribute("data-state", "online")
    await expect(page.locator("#message")).to_have_text("Back at the table")
    await expect(page.locator("#log li").last).to_have_text("Bob wins 100")
    assert room.received[-1]["after_seq"]
    assert room.received[-1]["epoch"] == 1


async def test_a_command_under_way_when_the_connection_breaks_is_carried_out_once(
    visitor: Visitor, room: Room
) -> None:
    await heads_up(visitor)
    page = visitor.page
    async with room.deaf():
        await page.click("#action-call")
        await room.wait_for(lambda: len(visitor.acts_sent()) == 1)
        await room.stop()
    await room.start()
    await expect(page.locator("#table")).to_have_attribute("data-turn-seat", "1")
    first, second = visitor.acts_sent()
    assert first == second


async def test_a_new_epoch_brings_a_snapshot(visitor: Visitor, room: Room) -> None:
    await heads_up(visitor)
    page = visitor.page
    await room.stop()
    room.actor.epoch = 2
    await room.start()
    await expect(page.locator("#table")).to_have_attribute("data-epoch", "2")
    await visitor.own_turn()
    assert await visitor.shown_cards('[data-own="true"]') == ["As", "Ks"]


async def test_a_gap_in_the_events_is_healed_by_a_snapshot(visitor: Visitor, room: Room) -> None:
    await heads_up(visitor)
    seq = room.table.seq
    room.send(Events(room.table.id, 1, seq + 5, room.clock.now_ms(), []))
    await room.wait_for(lambda: room.received[-1] == {**room.received[-1], "type": "watch"})
    assert "after_seq" not in room.received[-1]
    await expect(visitor.page.locator("#table")).to_have_attribute("data-seq", str(seq))
    await visitor.own_turn()


async def test_a_reload_comes_back_to_the_same_seat(visitor: Visitor, room: Room) -> None:
    await heads_up(visitor)
    await visitor.page.reload()
    await visitor.own_turn()
    assert await visitor.shown_cards('[data-own="true"]') == ["As", "Ks"]


async def test_a_server_that_forgot_everything_makes_a_new_player(
    visitor: Visitor, room: Room
) -> None:
    await visitor.arrive()
    await room.forget_everything()
    row = visitor.page.locator(f'[data-table-id="{room.table.id}"]')
    await expect(row).to_be_visible()
    await expect(visitor.page.locator("#player-name")).to_have_text(NAME)
    await visitor.open_table()
    await visitor.sit(3)


async def test_a_bad_name_is_refused_at_the_form(visitor: Visitor, room: Room) -> None:
    await visitor.page.goto(room.address)
    await visitor.page.fill("#name", "a\u200bb")
    await visitor.page.click("#enter")
    await expect(visitor.page.locator("#name-error")).not_to_be_empty()
    await visitor.page.fill("#name", NAME)
    await visitor.page.click("#enter")
    await visitor.page.wait_for_selector("[data-table-id]")


async def test_texts_of_others_stay_text(shared_browser: Browser) -> None:
    evil = "<img src=x onerror=x>"
    config = TableConfig(next_hand_delay_ms=4_000, turn_time_ms=60_000)
    async with open_room(config, name=evil) as room:
        context = await shared_browser.new_context(viewport=DESKTOP)
        visitor = Visitor(context, await context.new_page(), room)
        room.seat(evil, 1)
        await visitor.arrive()
        room.next_hand()
        room.send(ChatSaid(room.table.id, PlayerId("x"), evil, evil, 0))
        room.send(Notice("restarting", evil))
        await expect(visitor.page.locator("#message")).to_have_text(evil)
        await expect(visitor.page.locator("#chat li")).to_have_text(f"{evil} {evil}")
        await expect(visitor.page.locator('[data-seat="1"] .name')).to_have_text(evil)
        assert await visitor.page.locator("img").count() == 0
        await context.close()
        assert visitor.problems == []


async def test_the_lobby_opens_a_table_and_keeps_its_list_up_to_date(
    visitor: Visitor, room: Room
) -> None:
    await visitor.enter()
    page = visitor.page
    await page.click("#new-table")
    await page.fill('#new-table-form [name="name"]', "Second")
    await page.fill('#new-table-form [name="min_buy_in"]', "5")
    await page.click("#new-table-confirm")
    await expect(page.locator("#new-table-error")).to_have_text(
        "Min_buy_in must be at least the big blind."
    )
    await page.fill('#new-table-form [name="min_buy_in"]', "500")
    await page.click("#new-table-confirm")
    await expect(page.locator("#table-name")).to_have_text("Second")
    await page.click("#to-lobby")
    rows = page.locator("[data-table-id]")
    await expect(rows).to_have_count(2)
    room.seat("Bob", 4)
    await expect(rows.first).to_contain_text("1/6 seats")


async def test_a_busted_player_adds_chips_and_is_back(visitor: Visitor, room: Room) -> None:
    await heads_up(visitor, "Ac 7s Ad 2h 3c 4d 9s Th Jd")
    page = visitor.page
    await page.click('[data-preset="max"]')
    await page.click("#action-raise")
    await expect(page.locator("#table")).to_have_attribute("data-turn-seat", "1")
    room.act("Bob", "call")
    await expect(page.locator('[data-own="true"]')).to_have_attribute("data-state", "out")
    await page.click("#add-chips")
    await page.fill("#buy-in-amount", "3000")
    await page.click("#buy-in-confirm")
    await expect(page.locator('[data-own="true"] [data-stack]')).to_have_attribute(
        "data-stack", "3000"
    )
    await expect(page.locator('[data-own="true"]')).to_have_attribute("data-state", "seated")


async def test_chips_asked_for_in_a_hand_come_after_it(visitor: Visitor, room: Room) -> None:
    await heads_up(visitor)
    page = visitor.page
    await page.click("#add-chips")
    await page.fill("#buy-in-amount", "500")
    await page.click("#buy-in-confirm")
    await page.click("#action-fold")
    await expect(page.locator('[data-own="true"] [data-stack]')).to_have_attribute(
        "data-stack", "10450"
    )


async def test_sitting_out_coming_back_and_leaving(visitor: Visitor, room: Room) -> None:
    await heads_up(visitor)
    page = visitor.page
    await page.click("#sit-out")
    await expect(page.locator("#sit-in")).to_be_visible()
    await page.click("#action-fold")
    await expect(page.locator('[data-own="true"]')).to_have_attribute("data-state", "out")
    await page.click("#sit-in")
    await expect(page.locator('[data-own="true"]')).to_have_attribute("data-state", "seated")
    await page.click("#stand")
    await expect(page.locator('[data-seat="0"]')).to_have_attribute("data-state", "empty")
    await expect(page.locator('[data-seat="0"] [data-action="sit"]')).to_be_visible()


OUTSIDE = """() => [...document.querySelectorAll(
        '#action-row button, #seat-controls button, #raise-row input, #presets button, .plate, '
        + '[data-own] [data-card], #board, #pot, #to-lobby, #panel-toggle')]
    .filter((element) => element.checkVisibility())
    .map((element) => [element.id || element.className, element.getBoundingClientRect()])
    .filter(([, box]) => box.width && (box.left < 0 || box.top < 0
        || box.right > innerWidth + 0.5 || box.bottom > innerHeight + 0.5))
    .map(([name, box]) => `${name} ${JSON.stringify(box)}`)"""

OVERLAPS = """() => {
    const boxes = [...document.querySelectorAll('.plate, #board, .seat[data-own] .cards')]
        .filter((element) => element.checkVisibility())
        .map((element) => [element, element.getBoundingClientRect()]);
    const apart = (a, b) => a.right <= b.left + 1 || b.right <= a.left + 1
        || a.bottom <= b.top + 1 || b.bottom <= a.top + 1;
    return boxes.flatMap(([one, a], at) => boxes.slice(at + 1)
        .filter(([other, b]) => one.parentElement !== other.parentElement && !apart(a, b))
        .map(([other]) => `${one.className || one.id} and ${other.className || other.id}`));
}"""


@pytest.mark.parametrize("seats", [2, 6, 10])
async def test_everything_fits_on_screens_of_all_sizes(
    shared_browser: Browser, seats: int
) -> None:
    config = TableConfig(seats=seats, next_hand_delay_ms=4_000, turn_time_ms=60_000)
    sizes: list[Any] = [PHONE, {"width": 360, "height": 640}, DESKTOP, {"width": 844, "height": 390}]
    async with open_room(config) as room:
        context = await shared_browser.new_context(viewport=PHONE)
        visitor = Visitor(context, await context.new_page(), room)
        await visitor.arrive()
        for seat in range(1, seats):
            room.seat("An extraordinary name" + str(seat), seat)
        room.next_hand()
        while room.table.hand and room.table.hand.turn and room.table.hand.turn.seat != 0:
            room.act("An extraordinary name" + str(room.table.hand.turn.seat), "call")
        await visitor.own_turn()
        for size in sizes:
            await visitor.page.set_viewport_size(size)
            await asyncio.sleep(0.1)
            scroll = "[document.documentElement.scrollWidth, document.documentElement.scrollHeight]"
            assert await visitor.page.evaluate(scroll) == [size["width"], size["height"]]
            assert await visitor.page.evaluate(OUTSIDE) == [], size
            if size["height"] > 640:
                assert await visitor.page.evaluate(OVERLAPS) == [], size
        await context.close()
        assert visitor.problems == []
