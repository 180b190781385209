"""Playing on the page, in a browser, with chosen cards."""

import pytest
from playwright.async_api import expect

from tests.web.room import Room
from tests.web.visitor import Visitor, heads_up

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_hand_from_the_name_form_to_the_showdown(visitor: Visitor, room: Room) -> None:
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
    await visitor.turn_of(1)
    room.act("Bob", "call")
    room.act("Bob", "check")
    await visitor.own_turn()
    assert await visitor.shown_cards("#board") == ["2c", "3d", "7s"]
    for _street in ("flop", "turn"):
        await page.click("#action-check")
        await visitor.turn_of(1)
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


async def test_a_double_click_sends_one_action(visitor: Visitor, room: Room) -> None:
    await heads_up(visitor)
    await visitor.page.evaluate(
        """() => {
            const button = document.querySelector("#action-call");
            button.click();
            button.click();
            document.dispatchEvent(new KeyboardEvent("keydown", { key: "c", bubbles: true }));
        }"""
    )
    await visitor.turn_of(1)
    assert len(visitor.acts_sent()) == 1


async def test_an_action_after_the_time_limit_shows_an_error_and_play_continues(
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
    await visitor.page.click('[data-preset="100%"]')
    await expect(visitor.page.locator("#action-raise")).to_have_text("Raise to 300")
    assert visitor.acts_sent() == []


async def test_a_hand_can_be_played_with_the_keyboard_alone(visitor: Visitor, room: Room) -> None:
    await heads_up(visitor)
    keyboard = visitor.page.keyboard
    await keyboard.press("r")
    await keyboard.type("444")
    await keyboard.press("Enter")
    await visitor.turn_of(1)
    room.act("Bob", "raise", 1_000)
    await visitor.own_turn()
    await keyboard.press("4")
    await expect(visitor.page.locator("#raise-amount")).to_have_value("10000")
    await keyboard.press("f")
    await expect(visitor.page.locator("#result")).to_have_text("Bob wins 888")
    assert [message["action"] for message in visitor.acts_sent()] == ["raise", "fold"]


async def test_typing_in_the_chat_triggers_no_shortcut(visitor: Visitor, room: Room) -> None:
    await heads_up(visitor)
    await visitor.page.fill("#chat-input", "")
    await visitor.page.locator("#chat-input").press_sequentially("fcr")
    await visitor.page.click("#chat-send")
    await expect(visitor.page.locator("#chat li")).to_have_text("Hanna fcr")
    assert visitor.acts_sent() == []


async def test_a_busted_player_adds_chips_and_sits_in(visitor: Visitor, room: Room) -> None:
    await heads_up(visitor, "Ac 7s Ad 2h 3c 4d 9s Th Jd")
    page = visitor.page
    await page.click('[data-preset="max"]')
    await page.click("#action-raise")
    await visitor.turn_of(1)
    room.act("Bob", "call")
    await expect(page.locator('[data-own="true"]')).to_have_attribute("data-state", "out")
    await page.click("#add-chips")
    await page.fill("#buy-in-amount", "3000")
    await page.click("#buy-in-confirm")
    await expect(page.locator('[data-own="true"] [data-stack]')).to_have_attribute(
        "data-stack", "3000"
    )
    await expect(page.locator('[data-own="true"]')).to_have_attribute("data-state", "seated")


async def test_chips_added_during_a_hand_arrive_after_it(visitor: Visitor, room: Room) -> None:
    await heads_up(visitor)
    page = visitor.page
    await page.click("#add-chips")
    await page.fill("#buy-in-amount", "500")
    await page.click("#buy-in-confirm")
    await page.click("#action-fold")
    await expect(page.locator('[data-own="true"] [data-stack]')).to_have_attribute(
        "data-stack", "10450"
    )


async def test_sitting_out_sitting_in_and_standing_up(visitor: Visitor, room: Room) -> None:
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
