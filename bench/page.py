"""Frames of the page, while it shows a table where six bots act as fast as they can.

The page is in Chromium without a graphics card, and shares the processors with the server and the
bots. Of each round are also the page's share of a processor, and how much the table moved.
"""

import asyncio
import shutil

from playwright.async_api import Page, async_playwright

from bench.figures import Part, plain
from bench.progress import rounds as rounds_of
from pokerws.client.bots import BotSeat, calling_station, run_bots
from pokerws.server.app import App
from pokerws.settings import compose

CHROMIUM = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")
BOTS, DELAY_MS = 6, (20, 60)
SETTINGS = {"PORT": 0, "BOTS": BOTS, "SESSION_KEY": "k" * 32, "NEXT_HAND_DELAY_MS": 300}
SETTLE_S, ROUND_S = 3.0, 20.0
LONG_MS = 50
WATCH = """() => {
    window.seen = { frames: 0, long: 0 };
    new PerformanceObserver((list) => (window.seen.long += list.getEntries().length))
        .observe({ entryTypes: ["longtask"] });
    const count = () => { window.seen.frames += 1; requestAnimationFrame(count); };
    requestAnimationFrame(count);
}"""


def measure(rounds: int) -> Part:
    """The share of frames that took longer than 50 ms."""
    chromium = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if chromium is None:
        return Part("page", [], ["No Chromium is installed."])
    seen = [asyncio.run(_watched(chromium, ROUND_S)) for _ in rounds_of("page", rounds)]
    frames, events = (sum(each) / len(seen) for each in list(zip(*seen, strict=True))[2:])
    return Part(
        "page",
        [
            plain(f"frames over {LONG_MS} ms", "%", [100 * one[0] for one in seen], 1),
            plain("processor time of the page", "%", [100 * one[1] for one in seen]),
        ],
        [f"{frames:.0f} frames and {events:.0f} events a round of {ROUND_S:.0f} s."],
    )


async def _watched(chromium: str, round_s: float) -> tuple[float, float, int, int]:
    """The shares of long frames and of a processor, the frames, and the table's events."""
    app = App(compose(SETTINGS))
    await app.start()
    table, *_ = await app.open_bot_tables()
    names = [f"Bot{number}" for number in range(BOTS)]
    seats = [
        BotSeat(calling_station, table.id, name, app.bot_token(name), delay_ms=DELAY_MS)
        for name in names
    ]
    bots = asyncio.create_task(run_bots(app.socket_url, seats))
    try:
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
            page = await browser.new_page(viewport={"width": 1280, "height": 800})
            await page.goto(app.socket_url.replace("ws://", "http://").replace("/ws", "/"))
            await page.fill("#name", "Watcher")
            await page.click("#enter")
            await page.click('[data-action="open"]')
            await page.wait_for_selector('[data-seat="0"]')
            await asyncio.sleep(SETTLE_S)
            return await _counted(page, round_s)
    finally:
        bots.cancel()
        await asyncio.wait([bots])
        await app.stop()


async def _counted(page: Page, round_s: float) -> tuple[float, float, int, int]:
    session = await page.context.new_cdp_session(page)
    await session.send("Performance.enable", {"timeDomain": "threadTicks"})

    async def busy_s() -> float:
        found = await session.send("Performance.getMetrics")
        (seconds,) = (one["value"] for one in found["metrics"] if one["name"] == "TaskDuration")
        return float(seconds)

    async def events() -> int:
        return int(await page.get_attribute("#table", "data-seq") or 0)

    before, first = await busy_s(), await events()
    await page.evaluate(WATCH)
    await asyncio.sleep(round_s)
    seen = await page.evaluate("window.seen")
    busy = (await busy_s() - before) / round_s
    return seen["long"] / seen["frames"], busy, seen["frames"], await events() - first
