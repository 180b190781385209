"""A person at the page, in a real browser, against the real server on a real Postgres."""

import re
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from tests.e2e.database import check_database
from tests.e2e.process import ServerProcess

NAME = "Hanna"
TIMEOUT_MS = 60_000
MAX_CALL = 800
OWN_TURN = '#table[data-turn-seat]:has([data-own="true"][data-state="to-act"])'

# Hands are played at a person's pace, and the server is started twice.
pytestmark = pytest.mark.timeout(300)


async def join_and_sit(page: Page, address: str) -> None:
    """Enter a name, open the bots' table and take a free seat."""
    page.set_default_timeout(TIMEOUT_MS)
    await page.goto(address)
    await page.fill("#name", NAME)
    await page.click("#enter")
    await page.click('[data-table-id] [data-action="open"]')
    await page.locator('[data-action="sit"]:visible').first.click()
    await page.fill("#buy-in-amount", "10000")
    await page.click("#buy-in-confirm")
    await page.wait_for_selector('[data-own="true"]')


async def own_turn(page: Page) -> None:
    """Wait until the person is to act."""
    await page.wait_for_selector(OWN_TURN)


async def stay_in(page: Page) -> None:
    """Check, or call what is cheap: a busted player has no more turns."""
    number = await page.get_attribute("#table", "data-turn-number")
    button = page.locator("#action-check")
    if not await button.is_visible():
        button = page.locator("#action-call")
        price = int(re.sub(r"\D", "", await button.inner_text()))
        if price > MAX_CALL:
            button = page.locator("#action-fold")
    await button.click()
    await page.wait_for_function(
        "number => document.querySelector('#table').dataset.turnNumber !== number", arg=number
    )


async def hand_number(page: Page) -> int:
    return int(await page.inner_text("#hand-number") or 0)


async def play_to_next_hand(page: Page) -> None:
    """Stay in cheaply until another hand has begun."""
    number = await hand_number(page)
    while await hand_number(page) == number:
        await page.wait_for_function(
            """([turn, number]) => document.querySelector(turn)
            || document.querySelector('#hand-number').textContent !== number""",
            arg=[OWN_TURN, str(number)],
        )
        if await page.locator(OWN_TURN).count():
            await stay_in(page)


async def what_is_shown(page: Page) -> dict[str, Any]:
    """What the page shows of the hand."""
    shown: dict[str, Any] = await page.evaluate(
        """() => {
            const cards = (where) => [...document.querySelectorAll(`${where} [data-card]`)]
                .map((card) => card.dataset.card);
            const table = document.querySelector('#table').dataset;
            return {
                hand: document.querySelector('#hand-number').textContent,
                own: cards('[data-own="true"]'),
                board: cards('#board'),
                pot: document.querySelector('#pot').dataset.amount,
                turn: [table.turnSeat, table.turnNumber, table.street],
                stacks: [...document.querySelectorAll('[data-seat] [data-stack]')]
                    .map((stack) => stack.dataset.stack),
            };
        }"""
    )
    return shown


async def test_a_person_plays_hands_to_their_end_and_the_server_is_killed_in_one(
    server: ServerProcess, browser: Browser, database_url: str
) -> None:
    server.settings["COMPRESSION"] = "on"
    await server.start()
    page = await browser.new_page(viewport={"width": 1280, "height": 800})
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    await join_and_sit(page, server.address)
    await own_turn(page)
    await play_to_next_hand(page)

    await own_turn(page)
    before = await what_is_shown(page)
    assert len(before["own"]) == 2
    await server.all_written(int(await page.get_attribute("#table", "data-seq") or 0))
    await server.kill()
    await expect(page.locator("#status")).to_have_attribute(
        "data-state", "reconnecting", timeout=TIMEOUT_MS
    )
    await server.start()
    await expect(page.locator("#status")).to_have_attribute(
        "data-state", "online", timeout=TIMEOUT_MS
    )
    await own_turn(page)
    assert await what_is_shown(page) == before
    await play_to_next_hand(page)

    plain, compressed = await server.bytes_compressed()
    assert 0 < compressed < plain / 2
    await page.click("#stand")
    await page.close()
    assert problems == []
    assert await server.stop() == 0
    assert await check_database(database_url)
