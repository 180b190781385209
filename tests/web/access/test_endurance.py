"""The page after hundreds of hands: it keeps no memory of them, and asks for no extra layouts."""

import pytest
from playwright.async_api import Browser, CDPSession

from pokerws.game.events import TableEvent
from pokerws.game.redaction import redact_all
from pokerws.game.state import PlayerId
from tests.web.room import CONFIG
from tests.web.screen import Screen
from tests.web.table_states import CALM, VIEWER, State, full, state_of
from tests.web.visitor import at_table

pytestmark = pytest.mark.asyncio(loop_scope="session")

# By then the log has all the lines that it keeps, and most of the code is compiled. What is
# compiled later takes up to 220 kB; a hand whose events are kept takes 3 kB and more.
WARM_HANDS = 150
HANDS = 300
MOST_GROWTH_BYTES = 400_000
MOST_MORE_NODES = 200
# A frame has a layout of its own, and sometimes one more, if a size that is observed has changed.
MOST_LAYOUTS_A_FRAME = 1.2

COUNT_FRAMES = """() => {
    window.frames_drawn = 0;
    const count = () => { window.frames_drawn += 1; requestAnimationFrame(count); };
    requestAnimationFrame(count);
}"""


def recorded(variant: str) -> tuple[State, list[list[TableEvent]]]:
    """The state at the start of a hand, and what each of its actions causes."""
    game = full(variant, 6)
    state, steps = state_of(game), []
    while game.to_act is not None:
        game.acts(next(action for action in CALM if action in game.turn.actions))
        steps.append(redact_all(game.events, PlayerId(VIEWER)))
    return state, steps


async def play(screen: Screen, state: State, steps: list[list[TableEvent]]) -> None:
    """Feed the page with a hand, an action after the other, and wait until its end is drawn."""
    screen.begin(state)
    for events in steps:
        screen.follow(events)
    await screen.drawn()


async def measured(session: CDPSession) -> dict[str, float]:
    """Chromium's own counts, once all that can be freed is freed."""
    for _ in range(2):
        await session.send("HeapProfiler.collectGarbage")
    found = await session.send("Performance.getMetrics")
    return {metric["name"]: metric["value"] for metric in found["metrics"]}


async def test_hundreds_of_hands_leave_nothing_behind(shared_browser: Browser) -> None:
    async with at_table(shared_browser, CONFIG) as visitor:
        screen, page = Screen(visitor), visitor.page
        hands = [recorded(variant) for variant in ("NT", "F2L3D", "F7S/8")]
        session = await page.context.new_cdp_session(page)
        await session.send("Performance.enable")
        for number in range(WARM_HANDS):
            await play(screen, *hands[number % 3])
        before = await measured(session)
        await page.evaluate(COUNT_FRAMES)
        for number in range(WARM_HANDS, HANDS):
            await play(screen, *hands[number % 3])
        frames = await page.evaluate("window.frames_drawn")
        after = await measured(session)

    def more(name: str) -> float:
        return after[name] - before[name]

    assert more("JSHeapUsedSize") < MOST_GROWTH_BYTES
    assert more("Nodes") < MOST_MORE_NODES
    assert more("JSEventListeners") < MOST_MORE_NODES
    assert more("LayoutCount") < MOST_LAYOUTS_A_FRAME * frames, "a layout is forced"
