"""Draws the page's icons and its preview from `favicon.svg`: run `python -m tests.web.icons`.

The pictures are committed, since a server has no browser to draw them with.
"""

import asyncio

from playwright.async_api import Page

from tests.browser_fixtures import launched
from tests.web.room import WEB_ROOT

GREEN = "#14532d"
# Name, width and height, and the width of the square icon in the middle.
ICONS = {
    "192": (192, 192, 192),
    "512": (512, 512, 512),
    # Launchers cut it to a shape of theirs, at most to the inner 80 %.
    "maskable": (512, 512, 400),
    # iPhones round its corners, and make what is transparent black.
    "touch": (180, 180, 180),
}
PREVIEW = (1200, 630)
CARDS = (("A", "♠", -15), ("K", "♥", -5), ("Q", "♣", 5), ("J", "♦", 15))


def icon(size: int, drawn: int, svg: str) -> str:
    """HTML of an icon; one that is drawn to the edge keeps its round corners."""
    ground = "transparent" if size == drawn and size != ICONS["touch"][0] else GREEN
    return (
        f"<body style='margin:0;background:{ground};display:grid;place-items:center;height:100vh'>"
        f"<div style='width:{drawn}px;height:{drawn}px'>{svg}</div>"
    )


def preview(svg: str) -> str:
    """HTML of the preview: name and purpose on felt, beside a fan of cards."""
    cards = "".join(
        f"<div style='position:absolute;left:{72 * at}px;width:200px;height:300px;"
        f"background:#fdfdf8;border:2px solid #15181a;border-radius:18px;transform-origin:50% 130%;"
        f"transform:rotate({turned}deg);color:{'#c8102e' if suit in '♥♦' else '#15181a'};"
        f"font:bold 84px/1 sans-serif;padding:18px 20px;box-sizing:border-box'>{rank}"
        f"<div style='font-size:76px'>{suit}</div></div>"
        for at, (rank, suit, turned) in enumerate(CARDS)
    )
    return (
        "<body style='margin:0;height:100vh;background:#14663f;"
        "color:#f2f4ef;font-family:sans-serif;overflow:hidden'>"
        f"<div style='position:absolute;left:80px;top:150px;width:110px'>{svg}</div>"
        "<div style='position:absolute;left:80px;top:280px;font:bold 84px/1 sans-serif'>pokerws"
        "</div><div style='position:absolute;left:80px;top:390px;font:38px/1.3 sans-serif;"
        "color:#dbe7df'>Poker with friends,<br>free and for play money</div>"
        f"<div style='position:absolute;left:650px;top:170px'>{cards}</div>"
    )


async def draw(page: Page, name: str, width: int, height: int, html: str) -> None:
    """Write a picture of some HTML."""
    await page.set_viewport_size({"width": width, "height": height})
    await page.set_content(f"<!doctype html>{html}")
    path = WEB_ROOT / "icons" / f"{name}.png"
    await page.screenshot(path=path, omit_background=True)


async def main() -> None:
    """Draw all pictures."""
    svg = (WEB_ROOT / "favicon.svg").read_text(encoding="utf-8")
    square = svg.replace('rx="7"', "")
    async with launched() as browser:
        page = await browser.new_page()
        for name, (width, height, drawn) in ICONS.items():
            drawing = svg if name in ("192", "512") else square
            await draw(page, name, width, height, icon(width, drawn, drawing))
        await draw(page, "preview", *PREVIEW, preview(svg))


if __name__ == "__main__":
    asyncio.run(main())
