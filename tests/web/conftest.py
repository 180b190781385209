"""Fixtures: a server with one table, and a browser page."""

from collections.abc import AsyncIterator

import pytest_asyncio
from playwright.async_api import Browser

from tests.web.room import Room, open_room
from tests.web.visitor import DESKTOP, TIMEOUT_MS, Visitor


@pytest_asyncio.fixture(loop_scope="session")
async def room() -> AsyncIterator[Room]:
    """A server with an empty table."""
    async with open_room() as room:
        yield room


@pytest_asyncio.fixture(loop_scope="session")
async def visitor(shared_browser: Browser, room: Room) -> AsyncIterator[Visitor]:
    """A visitor with a new browser context; the page must log no error."""
    context = await shared_browser.new_context(viewport=DESKTOP, timezone_id="UTC")
    context.set_default_timeout(TIMEOUT_MS)
    visitor = Visitor(context, await context.new_page(), room)
    yield visitor
    await context.close()
    assert visitor.problems == []
