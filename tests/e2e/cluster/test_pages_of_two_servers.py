"""Two people at pages of two servers, whose table a third one owns, which is killed."""

import asyncio
import os
from pathlib import Path

from playwright.async_api import Browser, Page

from pokerws.client import connect
from pokerws.game.config.table_config import TableConfig
from pokerws.game.state import TableId
from tests.e2e.cluster.rig import nodes, stop_all
from tests.e2e.database import check_database
from tests.e2e.faults import Cluster
from tests.e2e.process import ServerProcess
from tests.e2e.test_browser import OWN_TURN, TIMEOUT_MS, hand_number, own_turn, what_is_shown
from tests.server.cluster.nats_server import NatsServer
from tests.web.visitor import DESKTOP

DUEL = TableConfig(seats=2, turn_time_ms=60_000, next_hand_delay_ms=300)
# What a person would see of a fault, and that it is still the same page.
OBSERVE = """() => {
    const seen = window.seenByPlayer = [];
    const status = document.querySelector('#status');
    const look = () => {
        if (status.dataset.state !== 'online') seen.push(status.textContent);
        for (const one of document.querySelectorAll('#message, [role=alert], .error')) {
            if (one.offsetParent && one.textContent.trim()) seen.push(one.textContent.trim());
        }
    };
    new MutationObserver(look).observe(document.body, {
        subtree: true, childList: true, characterData: true, attributes: true,
    });
}"""


async def sits(page: Page, server: ServerProcess, name: str, table: TableId) -> None:
    """Come to a table of the lobby by its server's page, and take a seat."""
    page.set_default_timeout(TIMEOUT_MS)
    await page.goto(server.address)
    await page.fill("#name", name)
    await page.click("#enter")
    await page.click(f'[data-table-id="{table}"] [data-action="open"]')
    await page.locator('[data-action="sit"]:visible').first.click()
    await page.fill("#buy-in-amount", "10000")
    await page.click("#buy-in-confirm")
    await page.wait_for_selector('[data-own="true"]')
    await page.evaluate(OBSERVE)


async def plays(page: Page, hands: int) -> None:
    """Check and call until so many more hands have begun."""
    first = await hand_number(page)
    while await hand_number(page) < first + hands:
        await page.wait_for_function(
            """([turn, number]) => document.querySelector(turn)
            || Number(document.querySelector('#hand-number').textContent) >= number""",
            arg=[OWN_TURN, first + hands],
        )
        if await page.locator(OWN_TURN).count():
            number = await page.get_attribute("#table", "data-turn-number")
            check = page.locator("#action-check")
            await (check if await check.is_visible() else page.locator("#action-call")).click()
            await page.wait_for_function(
                "number => document.querySelector('#table').dataset.turnNumber !== number",
                arg=number,
            )


async def shoot(name: str, *pages: Page) -> None:
    """Keep what the pages show, for people who look at it."""
    directory = os.environ.get("SCREENSHOTS")
    for number, page in enumerate(pages, 1):
        if directory:
            await page.screenshot(path=Path(directory) / f"{name}-{number}.png")


async def test_two_pages_play_on_while_the_server_of_their_table_is_killed(
    postgres: Cluster, nats: NatsServer, browser: Browser
) -> None:
    dsn = await postgres.database()
    async with nodes(nats, dsn, 3) as (first, second, owner):
        async with connect(owner.socket_url, name="Opener") as opener:
            table = await opener.create_table("Duel", DUEL)
        ann, ben = [
            await (await browser.new_context(viewport=DESKTOP)).new_page() for _ in range(2)
        ]
        problems: list[str] = []
        for page in ann, ben:
            page.on("pageerror", lambda error: problems.append(str(error)))
        await sits(ann, first, "Ann", table)
        await sits(ben, second, "Ben", table)
        await asyncio.gather(plays(ann, 1), plays(ben, 1))

        await asyncio.wait(
            [asyncio.ensure_future(own_turn(page)) for page in (ann, ben)],
            return_when=asyncio.FIRST_COMPLETED,
        )
        before = [await what_is_shown(page) for page in (ann, ben)]
        await shoot("before", ann, ben)
        await owner.kill()
        await shoot("killed", ann, ben)
        assert [await what_is_shown(page) for page in (ann, ben)] == before
        await asyncio.gather(plays(ann, 2), plays(ben, 2))
        await shoot("after", ann, ben)

        # The observer is gone after a reload.
        assert [await page.evaluate("window.seenByPlayer") for page in (ann, ben)] == [[], []]
        assert problems == []
        for server in first, second:
            assert not server.log("session_ended")
        await stop_all(first, second)
    await check_database(dsn)
