"""Measures the page in the browser: what leaves its area, meets something else or is cut."""

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
DRAWN = """() => new Promise((resolve) => {
    requestAnimationFrame(() => requestAnimationFrame(resolve));
})"""

_FAULTS = """() => {
    const faults = new Set();
    const all = (selector, root = document) => [...root.querySelectorAll(selector)];
    const isShown = (element) => element.checkVisibility({ visibilityProperty: true })
        && element.getBoundingClientRect().width > 1;
    const shown = (selector, root) => all(selector, root).filter(isShown);
    const known = new Map();
    // Places on the page, which may be scrolled.
    const box = (element) => {
        if (!known.has(element)) {
            const { x, y, width, height } = element.getBoundingClientRect();
            known.set(element, new DOMRect(x, y + scrollY, width, height));
        }
        return known.get(element);
    };
    const seatOf = (element) => element.closest('.seat')?.dataset.seat ?? '';
    const name = (element) => [element.id || element.className || element.tagName,
        seatOf(element)].filter(Boolean).join(' of seat ');
    const inside = (a, b) => a.left >= b.left - 1 && a.top >= b.top - 1
        && a.right <= b.right + 1 && a.bottom <= b.bottom + 1;
    const meet = (a, b, by = 1) => a.left < b.right - by && b.left < a.right - by
        && a.top < b.bottom - by && b.top < a.bottom - by;

    // The areas, and what belongs to each.
    const AREAS = {
        '#top': '#top button, #status, #table-title h1, #table-title p',
        '#stage': '.plate, .seat > button, .card, .tag, .bet, .drew, .words, .dealer, #pot, '
            + '#side-pots, .board, #game-note',
        '#controls': '#controls *',
        '#panel': '#panel > *, #panel-head > *, #chat-form > *',
    };
    const panel = document.querySelector('#panel');
    const isSheet = getComputedStyle(panel).position === 'fixed' && isShown(panel);
    const areas = isSheet ? ['#panel']
        : Object.keys(AREAS).filter((area) => isShown(document.querySelector(area)));
    const boxes = areas.map((area) => box(document.querySelector(area)));
    const { scrollWidth, scrollHeight } = document.documentElement;
    // A table that does not fit makes the page higher than the screen.
    const least = document.querySelector('.tall-table') ? 624
        : innerWidth > innerHeight ? 320 : 544;
    const screen = { left: 0, top: 0, right: innerWidth, bottom: Math.max(innerHeight, least) };
    if (scrollWidth > innerWidth) faults.add('the page scrolls sideways');
    if (scrollHeight > screen.bottom) faults.add('the page scrolls');
    boxes.forEach((area, at) => {
        if (!inside(area, screen)) faults.add(`${areas[at]} leaves the screen`);
        boxes.slice(at + 1).forEach((other, more) => {
            if (meet(area, other)) faults.add(`${areas[at]} meets ${areas[at + 1 + more]}`);
        });
        for (const element of shown(AREAS[areas[at]])) {
            if (element.tagName === 'OPTION') continue;
            if (!inside(box(element), area)) faults.add(`${name(element)} leaves ${areas[at]}`);
        }
    });

    // Controls lie on top, and beside each other.
    const on_top = '#top button, #controls :is(button, input, select), .plate, #side-pots, '
        + '#log, #chat, #panel :is(button, input)';
    for (const element of shown(on_top)) {
        if (isSheet && !panel.contains(element)) continue;
        const { left, right, top, bottom } = element.getBoundingClientRect();
        if (bottom > innerHeight || top < 0) continue;
        const found = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
        const whole = element.closest('.seat') ?? element;
        if (!whole.contains(found)) {
            faults.add(`${name(element)} is covered by ${found ? name(found) : 'nothing'}`);
        }
    }
    const controls = shown('#controls :is(button, input, select, p, li)');
    controls.forEach((one, at) => controls.slice(at + 1).forEach((other) => {
        if (!one.contains(other) && meet(box(one), box(other))) {
            faults.add(`${name(one)} meets ${name(other)}`);
        }
    }));

    // On the table, nothing meets what belongs to another seat or to the middle.
    const parts = shown('.plate, .seat > button, .tag, .bet, .words, .drew, .dealer, .card, '
        + '#pot, #side-pots, #game-note');
    const isOwnCard = (element) => element.matches('[data-own] .card');
    const group = (element) => element.closest('.board, .seat') ?? element;
    parts.forEach((one, at) => parts.slice(at + 1).forEach((other) => {
        const a = box(one), b = box(other);
        if (group(one) !== group(other)) {
            // Boards that are run together cover each other's lower parts on a small screen.
            const boards = one.closest('.board') && other.closest('.board');
            if (!boards && meet(a, b)) faults.add(`${name(one)} meets ${name(other)}`);
        } else if (isOwnCard(one) !== isOwnCard(other) && !one.matches('.board *')) {
            if (meet(a, b)) faults.add(`${name(one)} meets ${name(other)}`);
        } else if ([one, other].some((each) => each.matches('.bet'))) {
            if (meet(a, b, 5)) faults.add(`${name(one)} meets ${name(other)}`);
        }
    }));

    // Nothing is cut, and every text can be read.
    const uncut = '#controls :is(button, label, input, p, li, label, select), #top button, #pot, '
        + '#side-pots, .bet, .stack, #game-note, #table-title p, #panel :is(h2, button)';
    for (const element of shown(uncut)) {
        if (element.matches('#ticker li')) continue;
        if (element.scrollWidth > element.clientWidth + 1) faults.add(`${name(element)} is cut`);
    }
    const letters = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (letters.nextNode()) {
        const element = letters.currentNode.parentElement;
        if (!letters.currentNode.data.trim() || !isShown(element)) continue;
        if (parseFloat(getComputedStyle(element).fontSize) < 11.99) {
            faults.add(`the text of ${name(element)} is small`);
        }
    }
    return [...faults].slice(0, 12);
}"""


async def resize(page: Page, size: ViewportSize) -> None:
    """Resize the page and wait until it is drawn."""
    await page.set_viewport_size(size)
    await page.evaluate(DRAWN)


async def screen_faults(page: Page) -> list[str]:
    """What meets, leaves its area, is cut, or is too small to read."""
    faults: list[str] = await page.evaluate(_FAULTS)
    return faults
