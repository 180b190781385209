"""The page notices by itself that its connection has died, and opens another one."""

import pytest
from playwright.async_api import expect

from pokerws.server.sessions.heartbeats import Heartbeats
from tests.frozen_path import path_to
from tests.node_programs import FOLDER, run
from tests.web.room import Room
from tests.web.visitor import Visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")

BRIEF_MS = 200


async def test_the_page_reconnects_when_its_connection_dies_without_a_close(
    visitor: Visitor, room: Room
) -> None:
    await room.stop()
    room.heartbeats = Heartbeats(BRIEF_MS)
    room.heartbeats.start(lambda task: None)
    await room.start()
    async with path_to(room.port) as path:
        room.page_port = path.port
        await visitor.enter()
        await visitor.open_table()
        status = visitor.page.locator("#status")
        await expect(status).to_have_attribute("data-state", "online")
        hellos = len(room.sent_of("hello"))
        path.freeze()
        await room.wait_for(lambda: len(room.sent_of("hello")) > hellos)
        await expect(visitor.page.locator("#message")).to_have_text("Reconnected to the table")
        await expect(status).to_have_attribute("data-state", "online")
        # What happens now arrives.
        room.seat("Bob", 1)
        await expect(visitor.page.locator('[data-seat="1"] .name')).to_have_text("Bob")
    await room.heartbeats.stop()


async def test_silence_is_counted_and_an_answer_ends_it() -> None:
    assert not await run("node", "--no-warnings", FOLDER / "heartbeat.mjs")


async def test_after_an_outage_of_any_length_a_page_is_back_within_five_seconds() -> None:
    assert not await run("node", "--no-warnings", FOLDER / "reconnect.mjs")


async def test_events_of_the_browser_let_the_page_check_its_connection(
    visitor: Visitor, room: Room
) -> None:
    await visitor.enter()
    page = visitor.page
    for number, event in enumerate(("online", "visibilitychange"), 1):
        where = "document" if event == "visibilitychange" else "window"
        await page.evaluate(f"{where}.dispatchEvent(new Event('{event}'))")
        await room.wait_for(lambda: len(room.sent_of("ping")) == number)  # noqa: B023
    # When the network has gone, or the page was put aside, nobody waits for the line to answer.
    for event in ("new Event('offline')", "new PageTransitionEvent('pageshow', {persisted: true})"):
        hellos = len(room.sent_of("hello"))
        state = f"dispatchEvent({event}), document.querySelector('#status').dataset.state"
        assert await page.evaluate(state) == "reconnecting"
        await room.wait_for(lambda: len(room.sent_of("hello")) > hellos)  # noqa: B023
        await expect(page.locator("#status")).to_have_attribute("data-state", "online")
