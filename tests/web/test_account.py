"""The account on the page: balance, history, refills, and chips for the table."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Locator, Page, expect

from pokerws.game.config.table_config import TableConfig
from pokerws.server.tables.cashier import Terms
from pokerws.storage.accounts import Account
from pokerws.storage.errors import StoreUnavailable
from tests.web.room import Room, open_room
from tests.web.screen_geometry import SIZES, resize
from tests.web.visitor import NAME, Visitor, heads_up

pytestmark = pytest.mark.asyncio(loop_scope="session")

LOW = "A refill is available when you are low on chips, those at tables included."
INTERVAL_MS = Terms().refill_interval_ms


@pytest_asyncio.fixture(loop_scope="session")
async def room() -> AsyncIterator[Room]:
    """A table with a maximum buy-in of twice the balance of a new account."""
    config = TableConfig(max_buy_in=200_000, next_hand_delay_ms=4_000, turn_time_ms=60_000)
    async with open_room(config) as room:
        yield room


def header(page: Page) -> Locator:
    return page.locator("#account")


async def lines(page: Page) -> list[tuple[str, str]]:
    """The texts and amounts of the history."""
    shown = await page.locator("#history li").all()
    return [
        (await line.locator(".what").inner_text(), await line.locator("b").inner_text())
        for line in shown
    ]


async def stack(page: Page, amount: int) -> None:
    """Wait until the visitor's stack has this amount."""
    own = page.locator('[data-own="true"] [data-stack]')
    await expect(own).to_have_attribute("data-stack", str(amount))


async def spend(visitor: Visitor, amount: int) -> None:
    """Sit down with an amount from a new account."""
    await visitor.enter()
    await visitor.open_table()
    await visitor.sit(0, amount)
    await expect(header(visitor.page)).to_have_text(f"{100_000 - amount:,}")


def come_and_go(room: Room, times: int) -> None:
    """Stand the visitor in seat 0 up and sit it down again."""
    seat = room.table.seats[0]
    assert seat is not None
    for _ in range(times):
        room.stand(NAME)
        room.seat(NAME, 0, player=seat.player)


async def ask_for_a_seat_elsewhere(visitor: Visitor) -> None:
    """Open a second table and click a seat there."""
    page = visitor.page
    other = visitor.room.lobby.create("Second", TableConfig()).table.id
    visitor.room.publish_lobby()
    await page.click("#to-lobby")
    await page.click(f'[data-table-id="{other}"] [data-action="open"]')
    await page.click('[data-seat="2"] [data-action="sit"]')


# ---- the balance and the history


async def test_buy_ins_and_cash_outs_change_the_balance_and_the_history(
    visitor: Visitor, room: Room
) -> None:
    page = visitor.page
    await visitor.enter()
    await expect(header(page)).to_have_text("100,000")
    await expect(header(page)).to_have_attribute("aria-label", "Your account: 100,000 chips")
    await visitor.open_table()
    await visitor.sit(0, 30_000)
    await expect(header(page)).to_have_text("70,000")

    await header(page).click()
    await expect(page.locator("#account-balance")).to_have_text("70,000")
    await expect(page.locator("#account-table")).to_have_text("At Test table")
    await expect(page.locator("#account-stack")).to_have_text("30,000")
    await page.click("#account-close")
    await page.click("#stand")
    await expect(header(page)).to_have_text("100,000")

    await page.click("#to-lobby")
    await header(page).click()
    await expect(page.locator("#history li")).to_have_count(3)
    assert await lines(page) == [
        ("Left Test table", "+30,000"),
        ("Sat down at Test table", "−30,000"),
        ("Welcome gift", "+100,000"),
    ]
    await expect(page.locator("#account-at-table")).to_be_hidden()
    await expect(page.locator("#history-more")).to_be_hidden()


async def test_a_long_history_loads_page_by_page_and_keeps_its_lines_on_updates(
    visitor: Visitor, room: Room
) -> None:
    await visitor.arrive()
    page = visitor.page
    come_and_go(room, 30)
    await header(page).click()
    history = page.locator("#history li")
    await expect(history).to_have_count(50)

    await page.click("#history-more")
    await expect(history).to_have_count(62)
    await expect(page.locator("#history-more")).to_be_hidden()
    await expect(history.last).to_contain_text("Welcome gift")
    room.stand(NAME)
    await expect(history).to_have_count(63)
    await expect(history.first).to_contain_text("Left Test table")
    await expect(page.locator("#history-more")).to_be_hidden()


async def test_the_history_describes_a_closed_table_without_its_name(
    visitor: Visitor, room: Room
) -> None:
    await spend(visitor, 5_000)
    room.close_table()
    # Send the batched changes of the lobby first, or the new connection would still get the name.
    room.publish_lobby()
    await visitor.page.reload()
    await header(visitor.page).click()
    await expect(visitor.page.locator("#history li").first).to_contain_text(
        "Refund from a closed table"
    )


async def test_an_account_without_transfers_shows_an_empty_history(
    visitor: Visitor, room: Room
) -> None:
    room.bank._terms = Terms(grant=0)
    await visitor.enter()
    await header(visitor.page).click()
    await expect(visitor.page.locator("#account-balance")).to_have_text("0")
    await expect(visitor.page.locator("#history-empty")).to_be_visible()


async def test_an_unreadable_account_shows_an_error_until_a_retry_succeeds(
    visitor: Visitor, room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: object) -> Account:
        raise StoreUnavailable("no answer in time")

    page, error = visitor.page, visitor.page.locator("#account-error")
    await page.clock.install()
    with monkeypatch.context() as broken:
        broken.setattr(room.bank._accounts, "open", away)
        await visitor.enter()
        await header(page).click()
        await expect(error).to_have_text(
            "Accounts are unavailable right now. Try again in a moment."
        )
        await expect(header(page)).to_have_text("–")
    # It retries by itself, after a few seconds.
    await page.clock.fast_forward(10_000)
    await expect(page.locator("#account-balance")).to_have_text("100,000")
    await expect(error).to_be_hidden()


async def test_the_account_dialog_opens_and_closes_with_the_keyboard(
    visitor: Visitor, room: Room
) -> None:
    await visitor.enter()
    page = visitor.page
    await header(page).focus()
    await page.keyboard.press("Enter")
    await expect(page.locator("#account-dialog")).to_be_visible()
    await expect(page.locator("#account-close")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(page.locator("#account-dialog")).to_be_hidden()
    await expect(header(page)).to_be_focused()


async def test_the_account_fits_on_screens_of_all_sizes(visitor: Visitor, room: Room) -> None:
    await visitor.arrive()
    come_and_go(room, 10)
    page = visitor.page
    await header(page).click()
    await expect(page.locator("#history li")).to_have_count(22)
    for size in SIZES:
        await resize(page, size)
        box = await page.locator("#account-dialog").bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["y"] >= 0
        assert box["x"] + box["width"] <= size["width"]
        assert box["y"] + box["height"] <= size["height"]
        body = "({ scrollWidth, clientWidth }) => scrollWidth - clientWidth"
        assert await page.locator("#account-body").evaluate(body) == 0


# ---- refills


async def test_a_refill_is_available_once_due_by_the_servers_clock(
    visitor: Visitor, room: Room
) -> None:
    room.bank._terms = Terms(grant=5_000)
    await visitor.enter()
    page = visitor.page
    button, words = page.locator("#account-refill button"), page.locator("#account-refill p")
    await header(page).click()
    await expect(words.first).to_have_text("Available at 01:16, in 1 h.")
    await expect(button).to_be_disabled()

    room.clock.advance(INTERVAL_MS)
    await page.reload()
    await header(page).click()
    await expect(words.first).to_have_text("Your balance is low. You can refill it now.")
    await button.click()
    await expect(page.locator("#account-balance")).to_have_text("100,000")
    await expect(header(page)).to_have_text("100,000")
    assert (await lines(page))[0] == ("Refill", "+95,000")
    await expect(button).to_be_disabled()
    await expect(words.first).to_have_text(LOW)


async def test_a_rejected_refill_shows_its_reason(visitor: Visitor, room: Room) -> None:
    room.bank._terms = Terms(grant=5_000, refill_interval_ms=0)
    await visitor.enter()
    page = visitor.page
    await header(page).click()
    room.bank._terms = Terms()
    await page.click("#account-refill button")
    await expect(page.locator("#account-refill [role=alert]")).to_have_text(
        "No refill is available yet."
    )
    await expect(page.locator("#account-refill button")).to_be_disabled()


# ---- chips for the table


async def test_a_buy_in_above_the_balance_cannot_be_confirmed(visitor: Visitor, room: Room) -> None:
    await visitor.enter()
    await visitor.open_table()
    page = visitor.page
    await page.click('[data-seat="0"] [data-action="sit"]')
    await expect(page.locator("#buy-in-account")).to_have_text(
        "Your account has 100,000, less than the table allows."
    )
    for amount in ("100001", "200000", "1999", ""):
        await page.fill("#buy-in-amount", amount)
        await expect(page.locator("#buy-in-confirm")).to_be_disabled()
        await page.press("#buy-in-amount", "Enter")
    assert not any(message["type"] == "sit" for message in room.received)

    await page.fill("#buy-in-amount", "100000")
    await page.click("#buy-in-confirm")
    await stack(page, 100_000)
    await expect(header(page)).to_have_text("0")


async def test_a_balance_below_the_minimum_buy_in_offers_a_refill(
    visitor: Visitor, room: Room
) -> None:
    room.bank._terms = Terms(grant=1_000)
    await visitor.enter()
    await visitor.open_table()
    page = visitor.page
    await ask_for_a_seat_elsewhere(visitor)
    await expect(page.locator("#buy-in-account")).to_have_text("Your account has only 1,000.")
    await expect(page.locator("#buy-in-amount")).to_be_hidden()
    await expect(page.locator("#buy-in-confirm")).to_be_disabled()
    await expect(page.locator("#buy-in-refill")).to_contain_text("Available at")

    room.clock.advance(INTERVAL_MS)
    await page.reload()
    await page.click('[data-seat="2"] [data-action="sit"]')
    await page.click("#buy-in-refill button")
    await expect(page.locator("#buy-in-account")).to_have_text("Your account has 100,000.")
    await expect(page.locator("#buy-in-refill")).to_be_hidden()
    await page.click("#buy-in-confirm")
    await stack(page, 10_000)


async def test_a_top_up_is_limited_by_the_balance(visitor: Visitor, room: Room) -> None:
    await spend(visitor, 30_000)
    page = visitor.page
    await page.click("#top-up")
    await stack(page, 100_000)
    await expect(header(page)).to_have_text("0")
    # The account is empty, so there is no top-up, and adding chips says so.
    await expect(page.locator("#top-up")).to_be_hidden()
    await page.click("#add-chips")
    await expect(page.locator("#buy-in-account")).to_have_text("Your account has only 0.")
    await expect(page.locator("#buy-in-confirm")).to_be_disabled()
    [sent] = [message for message in room.received if message["type"] == "add_chips"]
    assert "amount" not in sent


async def test_a_top_up_during_a_hand_is_sent_after_it(visitor: Visitor, room: Room) -> None:
    await heads_up(visitor)
    page = visitor.page
    await page.click("#top-up")
    await expect(page.locator("#message")).to_have_text(
        "Your stack will be topped up after this hand."
    )
    await page.click("#action-fold")
    await stack(page, 200_000)
    await expect(page.locator("#top-up")).to_be_hidden()


async def test_a_new_player_sees_how_much_of_the_grant_can_be_used(
    visitor: Visitor, room: Room
) -> None:
    room.bank._terms = Terms(newcomer_chips=30_000, newcomer_ms=INTERVAL_MS)
    room.address_of_guests = "home"
    await visitor.enter()
    await visitor.open_table()
    page = visitor.page
    await page.click('[data-seat="0"] [data-action="sit"]')
    await expect(page.locator("#buy-in-account")).to_have_text(
        "Your account is new: you can use 30,000 of 100,000 until 01:16."
    )
    await page.fill("#buy-in-amount", "30001")
    await expect(page.locator("#buy-in-confirm")).to_be_disabled()
    await page.fill("#buy-in-amount", "30000")
    await page.click("#buy-in-confirm")
    await stack(page, 30_000)
    # The rest is held: the account says until when, and there is nothing to top up with.
    await expect(header(page)).to_have_text("70,000")
    await expect(page.locator("#add-chips")).to_be_visible()
    await expect(page.locator("#top-up")).to_be_hidden()
    await header(page).click()
    await expect(page.locator("#account-held")).to_have_text(
        "Your account is new: 70,000 cannot be used until 01:16."
    )
