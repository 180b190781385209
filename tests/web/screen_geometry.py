"""Scripts that measure the page in the browser; each returns a list of faults, one line each."""

from playwright.async_api import Page, ViewportSize

# Resolves when the page has been laid out and drawn at its present size.
_DRAWN = """() => new Promise((resolve) => {
    requestAnimationFrame(() => requestAnimationFrame(resolve));
})"""

# The page's areas, and the parts of each that must stay inside it and on top.
_AREAS = """() => {
    const AREAS = {
        '#top': '#top button, #status, #table-title',
        '#stage': '.plate, .seat > button, .card, .tag, .bet, .drew, .dealer, '
            + '#pot, .board, #result',
        '#controls': '#controls *',
        '#panel': '#panel > *, #panel-head > *, #chat-form > *',
    };
    const ON_TOP = '#top button, #controls :is(button, input, select), .plate, #log, #chat, '
        + '#panel :is(button, input), .seat[data-own] .card';
    const faults = [];
    const name = (element) => element.id || element.className || element.tagName;
    const isShown = (element) => element.checkVisibility({ visibilityProperty: true })
        && element.getBoundingClientRect().width > 0;
    const shown = (selector) => [...document.querySelectorAll(selector)].filter(isShown);
    const inside = (box, area) => box.left >= area.left - 0.5 && box.top >= area.top - 0.5
        && box.right <= area.right + 0.5 && box.bottom <= area.bottom + 0.5;
    const meet = (a, b) => a.left < b.right - 0.5 && b.left < a.right - 0.5
        && a.top < b.bottom - 0.5 && b.top < a.bottom - 0.5;
    const screen = { left: 0, top: 0, right: innerWidth, bottom: innerHeight };

    const panel = document.querySelector('#panel');
    const sheetIsOpen = getComputedStyle(panel).position === 'fixed' && isShown(panel);
    const areas = sheetIsOpen ? ['#panel']
        : Object.keys(AREAS).filter((area) => isShown(document.querySelector(area)));
    const boxes = areas.map((area) => document.querySelector(area).getBoundingClientRect());
    boxes.forEach((box, at) => {
        if (!inside(box, screen)) faults.push(`${areas[at]} leaves the screen`);
        boxes.slice(at + 1).forEach((other, more) => {
            if (meet(box, other)) faults.push(`${areas[at]} meets ${areas[at + 1 + more]}`);
        });
        for (const element of shown(AREAS[areas[at]])) {
            if (element.tagName === 'OPTION') continue;
            if (!inside(element.getBoundingClientRect(), box)) {
                faults.push(`${name(element)} leaves ${areas[at]}`);
            }
        }
    });
    for (const element of shown(ON_TOP)) {
        if (sheetIsOpen && !panel.contains(element)) continue;
        const box = element.getBoundingClientRect();
        const isCard = element.matches('.card');  // Another card may lie over its middle.
        const x = isCard ? box.left + box.width * 0.2 : (box.left + box.right) / 2;
        const y = isCard ? box.top + box.height * 0.2 : (box.top + box.bottom) / 2;
        const found = document.elementFromPoint(x, y);
        if (!element.contains(found)) {
            faults.push(`${name(element)} is covered by ${found ? name(found) : 'nothing'}`);
        }
    }
    const controls = shown('#controls :is(button, input, select, p)');
    controls.forEach((one, at) => controls.slice(at + 1).forEach((other) => {
        if (meet(one.getBoundingClientRect(), other.getBoundingClientRect())) {
            faults.push(`${name(one)} meets ${name(other)}`);
        }
    }));
    const { scrollWidth, scrollHeight } = document.documentElement;
    if (scrollWidth > innerWidth || scrollHeight > innerHeight) faults.push('the page scrolls');
    return faults;
}"""


async def resize(page: Page, size: ViewportSize) -> None:
    """Resize the page and wait until it is drawn."""
    await page.set_viewport_size(size)
    await page.evaluate(_DRAWN)


async def area_faults(page: Page) -> list[str]:
    """Controls, cards and seats that leave their area or are covered by something else."""
    faults: list[str] = await page.evaluate(_AREAS)
    return faults
