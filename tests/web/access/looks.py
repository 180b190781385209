"""What players with other eyes and hands need of a page: axe, contrast, targets, focus."""

import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from playwright.async_api import Page

from tests.node_programs import FOLDER, find

RUN_AXE = """async () => {
    const { violations } = await axe.run(document, {
        resultTypes: ["violations"],
        rules: { "target-size": { enabled: true } },
    });
    return violations.flatMap(({ id, impact, nodes }) => nodes.map(
        ({ target, failureSummary }) => `${id} (${impact}) ${target}: ${failureSummary}`));
}"""

# The texts that are shown, with their colours and where they are.
TEXTS = """() => {
    const found = [];
    // What does not fit is not shown.
    const within = (one, other) => {
        const [x, y] = [Math.max(one.x, other.x), Math.max(one.y, other.y)];
        const width = Math.min(one.right, other.right) - x;
        return { x, y, width, height: Math.min(one.bottom, other.bottom) - y };
    };
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        const element = node.parentElement;
        if (!node.data.trim() || element.closest(":disabled, .unseen, option")) continue;
        if (!element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
        const range = document.createRange();
        range.selectNodeContents(node);
        const box = within(range.getBoundingClientRect(), element.getBoundingClientRect());
        const middle = [box.x + box.width / 2, box.y + box.height / 2];
        if (box.width < 2 || !element.contains(document.elementFromPoint(...middle))) continue;
        let [opacity, brightness] = [1, 1];
        for (let one = element; one; one = one.parentElement) {
            const style = getComputedStyle(one);
            opacity *= Number(style.opacity);
            brightness *= Number(/brightness\\((.*?)\\)/.exec(style.filter)?.[1] ?? 1);
        }
        found.push({
            text: node.data.trim(),
            colour: getComputedStyle(element).color,
            opacity,
            brightness,
            box: [box.x, box.y, box.width, box.height],
        });
    }
    return found;
}"""

NO_TEXTS = "*, *::before, *::after { color: transparent !important; }"

# What readers may set, by WCAG 1.4.12.
SPACED = """* { line-height: 1.5 !important; letter-spacing: 0.12em !important;
    word-spacing: 0.16em !important; }"""

# The Content-Security-Policy lets no other styles in.
ADOPT = """(styles) => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(styles);
    document.adoptedStyleSheets = [sheet];
}"""

# Buttons whose text does not fit, and whether the page scrolls sideways.
OVERFLOWING = """() => [document.documentElement, ...document.querySelectorAll("button")]
    .filter((one) => one.checkVisibility() && one.scrollWidth > one.clientWidth + 1)
    .map((one) => one.id || one.textContent)"""

# The contrast of each text with the pixels behind it, but for the `part` that is nearest to its
# colour.
CONTRASTS = """async ([picture, texts, part]) => {
    const READ = { willReadFrequently: true };
    const bytes = Uint8Array.from(atob(picture), (one) => one.charCodeAt(0));
    const image = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
    const canvas = new OffscreenCanvas(image.width, image.height).getContext("2d", READ);
    canvas.drawImage(image, 0, 0);
    const ink = new OffscreenCanvas(1, 1).getContext("2d", READ);
    const light = (rgb) => {
        const [r, g, b] = rgb.map((one) => one / 255).map(
            (one) => one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    return texts.map(({ text, colour, opacity, brightness, box }) => {
        const [x, y, width, height] = box.map(Math.round);
        ink.clearRect(0, 0, 1, 1);
        ink.fillStyle = colour;
        ink.fillRect(0, 0, 1, 1);
        const [red, green, blue, a] = ink.getImageData(0, 0, 1, 1).data;
        const [r, g, b] = [red, green, blue].map((one) => one * brightness);
        const alpha = (a / 255) * opacity;
        const { data } = canvas.getImageData(x, y, Math.max(1, width), Math.max(1, height));
        const all = [];
        for (let at = 0; at < data.length; at += 4) {
            const behind = [data[at], data[at + 1], data[at + 2]];
            const seen = [r, g, b].map((one, index) => one * alpha + behind[index] * (1 - alpha));
            const [one, other] = [light(seen), light(behind)].sort((p, q) => p - q);
            all.push((other + 0.05) / (one + 0.05));
        }
        all.sort((one, other) => one - other);
        return [text, Math.round(all[Math.floor(all.length * part)] * 100) / 100];
    });
}"""

# What can be pressed and is smaller than 24 px, without links in sentences and native lists.
SMALL_TARGETS = """() => [...document.querySelectorAll("button, input, select, a, summary")]
    .filter((one) => one.checkVisibility() && !one.disabled)
    .filter((one) => !one.closest(".link, #skip, .unseen, #ask"))
    .map((one) => one.matches("[type=checkbox], [type=radio]") ? one.closest("label") ?? one : one)
    .map((one) => [one.id || one.className || one.textContent, one.getBoundingClientRect()])
    .filter(([, { width, height }]) => width > 0 && (width < 23.9 || height < 23.9))
    .map(([name, { width, height }]) => `${name}: ${width} x ${height}`)"""

# Styles that the first view does not need are loaded with the lobby.
STYLED = """() => [...document.querySelectorAll('link[rel="stylesheet"]')]
    .every((link) => link.sheet)"""

FOCUS = "() => { const e = document.activeElement; return e.id || e.className || e.tagName; }"


async def axe_findings(page: Page) -> list[str]:
    """What axe finds in the page as it is, of any level."""
    if not await page.evaluate("'axe' in window"):
        find("node")  # Skips the test where nothing of Node.js is installed.
        await page.evaluate((FOLDER / "node_modules/axe-core/axe.min.js").read_text("utf-8"))
    found: list[str] = await page.evaluate(RUN_AXE)
    return found


@asynccontextmanager
async def with_styles(page: Page, styles: str) -> AsyncIterator[None]:
    """The page with more styles."""
    await page.evaluate(ADOPT, styles)
    yield
    await page.evaluate("document.adoptedStyleSheets = []")


async def contrasts(page: Page, part: float = 0.1) -> dict[str, float]:
    """The contrast of each shown text, from the colours that are drawn behind it.

    The system's own colours cannot be hidden, so there `part` leaves out the text itself.
    """
    texts: list[dict[str, Any]] = await page.evaluate(TEXTS)
    assert texts
    async with with_styles(page, NO_TEXTS):
        picture = await page.screenshot(caret="initial")
    pairs = await page.evaluate(CONTRASTS, [base64.b64encode(picture).decode(), texts, part])
    found: dict[str, float] = {}
    for text, contrast in pairs:
        found[text] = min(contrast, found.get(text, 99))
    return found


async def small_targets(page: Page) -> list[str]:
    found: list[str] = await page.evaluate(SMALL_TARGETS)
    return found


async def focused(page: Page) -> str:
    """The id of the element with the focus, or else its class or tag."""
    name: str = await page.evaluate(FOCUS)
    return name
