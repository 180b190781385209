"""Measures the page in the browser: what leaves its area, overlaps or is covered."""

from playwright.async_api import Page, ViewportSize

from tests.web.visitor import DESKTOP, PHONE

# Phones in both orientations, and a desktop.
SIZES: tuple[ViewportSize, ...] = (
    PHONE,
    {"width": 360, "height": 640},
    DESKTOP,
    {"width": 844, "height": 390},
)

# Resolves when the page has been rendered at its current size.
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
        + '#panel :is(button, input)';
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
        const found = document.elementFromPoint(
            (box.left + box.right) / 2, (box.top + box.bottom) / 2);
        // The cards of one hand may overlap.
        const whole = element.closest('.cards') ?? element;
        if (!whole.contains(found)) {
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


_OVERLAPS = """() => {
    const boxes = [...document.querySelectorAll('.plate, #board, .seat[data-own] .cards')]
        .filter((element) => element.checkVisibility())
        .map((element) => [element, element.getBoundingClientRect()]);
    const apart = (a, b) => a.right <= b.left + 1 || b.right <= a.left + 1
        || a.bottom <= b.top + 1 || b.bottom <= a.top + 1;
    return boxes.flatMap(([one, a], at) => boxes.slice(at + 1)
        .filter(([other, b]) => one.parentElement !== other.parentElement && !apart(a, b))
        .map(([other]) => `${one.className || one.id} and ${other.className || other.id}`));
}"""

# Names, amounts and corners of cards that something else covers.
_COVERED = """() => {
    const visible = (selector) => [...document.querySelectorAll(selector)]
        .filter((element) => element.checkVisibility());
    const notes = visible('.drew, .bet').map((element) => element.getBoundingClientRect());
    const isCovered = (element) => {
        const box = element.getBoundingClientRect();
        const corner = element.matches('.card');
        const x = corner ? box.left + box.width * 0.3 : box.left + box.width / 2;
        const y = corner ? box.top + 6 : box.top + box.height / 2;
        const whole = element.closest('.plate') ?? element;
        return !whole.contains(document.elementFromPoint(x, y)) || notes.some((note) =>
            note.left < x && note.right > x && note.top < y && note.bottom > y);
    };
    return visible('.name, .stack, #pot, #action-row button, .card:not(.card-back)')
        .filter(isCovered)
        .map((element) => element.id || `${element.className} ${element.textContent}`);
}"""


async def resize(page: Page, size: ViewportSize) -> None:
    """Resize the page and wait until it is drawn."""
    await page.set_viewport_size(size)
    await page.evaluate(_DRAWN)


async def area_faults(page: Page) -> list[str]:
    """Controls, cards and seats that leave their area or are covered."""
    faults: list[str] = await page.evaluate(_AREAS)
    return faults


async def seat_faults(page: Page) -> list[str]:
    """Seats, boards and cards that overlap, and texts that are covered."""
    faults: list[str] = await page.evaluate(_OVERLAPS)
    covered: list[str] = await page.evaluate(_COVERED)
    return faults + [f"{name} is covered" for name in covered]
