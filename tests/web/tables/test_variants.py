"""Games other than no-limit hold'em: what the page shows, and how they are played.

Heads-up the visitor, in seat 0, has the button: cards go to Bob first, and he acts first but where
there are blinds before the flop.
"""

import pytest
from playwright.async_api import Browser, expect

from pokerws.game.config.table_config import HouseRules, Mix, TableConfig
from tests.web.room import Room
from tests.web.visitor import Visitor, at_table

pytestmark = pytest.mark.asyncio(loop_scope="session")

OWN, BOB = '[data-own="true"]', '[data-seat="1"]'


def table_of(
    variant: str, seats: int = 2, mix: Mix | None = None, house: HouseRules | None = None
) -> TableConfig:
    return TableConfig(
        variant=variant,
        seats=seats,
        next_hand_delay_ms=4_000,
        turn_time_ms=60_000,
        mix=mix or Mix(),
        house=house or HouseRules(),
    )


async def test_discards_are_selected_by_click_or_key(shared_browser: Browser) -> None:
    async with at_table(shared_browser, table_of("F2L3D"), "Bob") as visitor:
        page, room = visitor.page, visitor.room
        room.next_hand("2c 7s 3c Kd 4c 5h 9h 4d 9s Qs  Tc Td  2h 3h")
        await visitor.own_turn()
        await expect(page.locator("#stakes")).to_have_text("FL 2-7 triple draw 100 / 200")
        await expect(page.locator("#raise-row")).to_be_hidden()
        await expect(page.locator("#action-raise")).to_have_text("Raise to 200")
        await page.click("#action-call")
        await visitor.turn_of(1)
        room.act("Bob", "check")
        room.act("Bob", "discard", cards="9h 9s")
        await expect(page.locator(f"{BOB} .drew")).to_have_text("drew 2")

        draw, stand_pat = page.locator("#action-discard"), page.locator("#action-stand-pat")
        await expect(draw).to_be_disabled()
        await expect(stand_pat).to_be_enabled()
        await page.click(f"{OWN} [data-card=Kd]")
        await page.focus(f"{OWN} [data-card=Qs]")
        await page.keyboard.press("Space")
        await page.keyboard.press("1")
        await expect(draw).to_have_text("Draw 3")
        await page.keyboard.press("1")
        for card, pressed in (("7s", "false"), ("Kd", "true"), ("Qs", "true")):
            chosen = page.locator(f"{OWN} [data-card='{card}']")
            await expect(chosen).to_have_attribute("aria-pressed", pressed)
        await expect(stand_pat).to_be_disabled()
        await expect(draw).to_have_text("Draw 2")
        await draw.click()
        await expect(page.locator(f"{OWN} [data-card='2h']")).to_be_visible()
        assert await visitor.shown_cards(OWN) == ["7s", "5h", "4d", "2h", "3h"]
        assert visitor.acts_sent()[-1]["cards"] == ["Kd", "Qs"]
        assert await visitor.shown_cards(BOB) == ["??"] * 5
        log = page.locator("#log li")
        await expect(log.last).to_have_text("Hanna discards K♦ Q♠ and draws 2♥ 3♥")
        await expect(log.nth(-2)).to_have_text("Bob draws 2")


async def test_pineapple_discards_exactly_one_card(shared_browser: Browser) -> None:
    async with at_table(shared_browser, table_of("NP"), "Bob") as visitor:
        page, room = visitor.page, visitor.room
        room.next_hand("2c As 3c Ks 4c 7d")
        await visitor.own_turn()
        await page.click("#action-call")
        await visitor.turn_of(1)
        room.act("Bob", "check")
        room.act("Bob", "discard", cards="2c")
        discard = page.locator("#action-discard")
        await expect(discard).to_be_disabled()
        await expect(page.locator("#action-stand-pat")).to_be_hidden()
        await page.click(f"{OWN} [data-card=As]")
        await page.click(f"{OWN} [data-card='7d']")
        await expect(page.locator(f"{OWN} [aria-pressed=true]")).to_have_count(1)
        await expect(discard).to_have_text("Discard")
        await discard.click()
        await expect(page.locator("#table")).to_have_attribute("data-street", "1")
        assert await visitor.shown_cards(OWN) == ["As", "Ks"]


async def test_stud_shows_face_up_cards_and_a_button_for_each_bet_size(
    shared_browser: Browser,
) -> None:
    async with at_table(shared_browser, table_of("F7S"), "Bob") as visitor:
        page, room = visitor.page, visitor.room
        room.next_hand("Ac As Kc Ks 9d 2c  9h Jd")
        await visitor.own_turn()
        stakes = "FL seven card stud 100 / 200, ante 20, bring-in 30"
        await expect(page.locator("#stakes")).to_have_text(stakes)
        assert await visitor.shown_cards(OWN) == ["As", "Ks", "2c"]
        assert await visitor.shown_cards(BOB) == ["??", "??", "9d"]
        await expect(page.locator("#board")).to_be_hidden()
        await expect(page.locator("#action-raise")).to_have_text("Complete to 100")
        await page.click("text=Bring in 30")
        await expect(page.locator(f"{OWN} .tag")).to_have_text("Bring-in")
        room.act("Bob", "bet", 100)
        await visitor.own_turn()
        await expect(page.locator("#action-raise")).to_have_text("Raise to 200")
        await expect(page.locator("#raise-row")).to_be_hidden()
        await page.click("text=Call 70")

        await expect(page.locator(f"{BOB} [data-card='9h']")).to_be_visible()
        room.act("Bob", "check")
        await expect(page.locator("#action-raise")).to_have_text("Bet 100")
        await page.click("text=Bet 200")
        await visitor.turn_of(1)
        assert visitor.acts_sent()[-1]["amount"] == 200
        room.act("Bob", "fold")
        await expect(page.locator("#result")).to_have_text("Hanna wins 240")


async def test_pot_limit_omaha_hi_lo_splits_the_pot(shared_browser: Browser) -> None:
    async with at_table(shared_browser, table_of("PO/8"), "Bob") as visitor:
        page, room = visitor.page, visitor.room
        room.next_hand("2c Kd 3d Kc Jh Qs Jd Qh  4h 5s 8c Kh Ks")
        await visitor.own_turn()
        await expect(page.locator(f"{OWN} [data-card]")).to_have_count(4)
        await expect(page.locator('[data-preset="max"]')).to_be_hidden()
        await page.click('[data-preset="100%"]')
        await page.click("text=Raise to 300")
        await visitor.turn_of(1)
        room.act("Bob", "call")
        for _street in ("flop", "turn", "river"):
            room.act("Bob", "check")
            await visitor.own_turn()
            await page.click("#action-check")
            await expect(page.locator("#actions")).to_be_hidden()
        lines = page.locator("#result span")
        await expect(lines).to_have_text(
            [
                "High: Hanna wins 300 with four of a kind, kings",
                "Low: Bob wins 300 with 8-5-4-3-2 low",
            ]
        )
        await expect(page.locator(f"{BOB}[data-winner]")).to_be_visible()


async def test_a_bomb_pot_with_two_boards_and_the_table_options(
    shared_browser: Browser,
) -> None:
    house = HouseRules(
        straddle="mississippi", run_it=2, bomb_pot_every=1, bomb_pot_ante=100, bomb_pot_boards=2
    )
    async with at_table(shared_browser, table_of("NT", house=house), "Bob") as visitor:
        page, room = visitor.page, visitor.room
        await page.check("#straddle")
        await page.select_option("#run-it", "2")
        await expect(page.locator("#run-it")).to_be_enabled()
        seat = room.table.seats[0]
        assert seat is not None
        assert (seat.straddle, seat.run_it) == (True, 2)

        room.next_hand("2c As 2d Ah  Ac Kd Qd  2h 2s 7c  Jc 8c  Jd 8d")
        await expect(page.locator("#game-note")).to_have_text("Bomb pot")
        assert await visitor.shown_cards("#board") == ["Ac", "Kd", "Qd"]
        assert await visitor.shown_cards("#extra-boards") == ["2h", "2s", "7c"]
        for _street in ("flop", "turn", "river"):
            room.act("Bob", "check")
            await visitor.own_turn()
            await page.click("#action-check")
            await expect(page.locator("#actions")).to_be_hidden()
        await expect(page.locator("#result span")).to_have_text(
            [
                "Board 1: Hanna wins 100 with a full house, aces full of jacks",
                "Board 2: Bob wins 100 with four of a kind, twos",
            ]
        )
        assert await visitor.shown_cards("#extra-boards") == ["2h", "2s", "7c", "8c", "8d"]


async def test_an_option_keeps_its_value_until_its_event_arrives(shared_browser: Browser) -> None:
    config = table_of("NT", house=HouseRules(straddle="mississippi"))
    async with at_table(shared_browser, config, "Bob") as visitor:
        page, seq = visitor.page, visitor.room.table.seq
        await expect(page.locator("#table")).to_have_attribute("data-seq", str(seq))
        # Record the states that the page sets, also those that are gone before the next frame.
        await page.evaluate("""() => {
            const box = document.querySelector("#straddle");
            const { get, set } = Object.getOwnPropertyDescriptor(
                HTMLInputElement.prototype, "checked");
            window.states = [];
            Object.defineProperty(box, "checked", {
                get() { return get.call(this); },
                set(value) { window.states.push(value); set.call(this, value); },
            });
        }""")
        await page.click("#straddle")
        await expect(page.locator("#table")).to_have_attribute("data-seq", str(seq + 1))
        await expect(page.locator("#straddle")).to_be_enabled()
        assert await page.evaluate("window.states.includes(false)") is False


async def test_dealers_choice_is_made_by_the_player_with_the_next_button(
    shared_browser: Browser,
) -> None:
    mix = Mix(games=("NT", "FR", "PO"), rotation="choice")
    async with at_table(shared_browser, table_of("MIX", mix=mix), "Bob") as visitor:
        page, room = visitor.page, visitor.room
        await expect(page.locator("#choice")).to_be_visible()
        await page.select_option("#choice-game", "FR")
        await page.click("#choose-game")
        await expect(page.locator("#log li").last).to_have_text("Hanna chooses Fixed-limit razz")
        room.next_hand()
        await expect(page.locator("#choice")).to_be_hidden()
        await expect(page.locator("#stakes")).to_contain_text("Mix · FL razz 100 / 200")


async def test_a_mix_shows_the_next_game(shared_browser: Browser) -> None:
    mix = Mix(rotation="hands", hands=2)
    async with at_table(shared_browser, table_of("HORSE", mix=mix), "Bob") as visitor:
        room = visitor.room
        room.next_hand()
        await visitor.own_turn()
        note = visitor.page.locator("#game-note")
        await expect(note).to_have_text("1 more hand, then FL Omaha hi-lo")
        await visitor.page.click("#action-fold")
        await expect(visitor.page.locator("#actions")).to_be_hidden()
        room.next_hand()
        await expect(note).to_have_text("Last hand, then FL Omaha hi-lo")


async def test_the_new_table_form_shows_the_fields_of_the_game(
    visitor: Visitor, room: Room
) -> None:
    await visitor.enter()
    page = visitor.page
    await page.click("#new-table")
    small_blind = page.locator("[name=small_blind]")
    await expect(small_blind).to_be_visible()
    await page.select_option("[name=variant]", "FR")
    await expect(small_blind).to_be_hidden()
    await page.fill("[name=small_bet]", "10")
    await expect(page.locator("[name=big_bet]")).to_have_value("20")
    await expect(page.locator("[name=min_buy_in]")).to_have_value("200")
    await expect(page.locator("[name=seats]")).to_have_attribute("max", "8")
    stakes = page.locator("#new-table-stakes")
    await expect(stakes).to_have_text("Stakes: 10 / 20, ante 2, bring-in 3.")
    await page.click("#house-rules summary")
    await page.fill("[name=stud_ante]", "1")
    await page.click("#new-table-confirm")
    await expect(page.locator("#stakes")).to_have_text("FL razz 10 / 20, ante 1, bring-in 3")

    await page.click("#to-lobby")
    room.publish_lobby()
    row = page.locator("[data-table-id]", has_text="Hanna")
    offer = "Fixed-limit razz 10 / 20, ante 1, bring-in 3 · buy-in 200–2,000"
    await expect(row.locator(".what p")).to_have_text(offer)
    await page.click("#new-table")
    await page.select_option("[name=variant]", "MIX")
    await expect(page.locator("#house-rules")).to_be_visible()
    await page.check("#mix-games [value=F2L3D]")
    await expect(page.locator("[name=seats]")).to_have_attribute("max", "7")
    await page.select_option("[name=rotation]", "choice")
    await page.select_option("[name=run_it]", "3")
    await page.click("#new-table-confirm")
    await expect(page.locator("#stakes")).to_contain_text("Mix · NL hold’em 50 / 100")
    created = room.lobby.summaries()[-1].config
    assert created.mix == Mix(("NT", "PO", "F2L3D"), "choice")
    assert created.house.run_it == 3
