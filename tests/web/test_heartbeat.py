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
PROGRAM = FOLDER / "heartbeat.mjs"


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
    assert not await run("node", "--no-warnings", PROGRAM)


async def test_events_of_the_browser_let_the_page_check_its_connection(
    visitor: Visitor, room: Room
) -> None:
    await visitor.enter()
    for number, event in enumerate(("online", "offline", "visibilitychange"), 1):
        where = "document" if event == "visibilitychange" else "window"
        await visitor.page.evaluate(f"{where}.dispatchEvent(new Event('{event}'))")
        await room.wait_for(lambda: len(room.sent_of("ping")) == number)  # noqa: B023
