"""Fixtures: a server with one table, and a browser page."""

from collections.abc import AsyncIterator

import pytest_asyncio
from playwright.async_api import Browser

from tests.web.room import Room, open_room
from tests.web.visitor import Visitor, visiting


@pytest_asyncio.fixture(loop_scope="session")
async def room() -> AsyncIterator[Room]:
    """A server with an empty table."""
    async with open_room() as room:
        yield room


@pytest_asyncio.fixture(loop_scope="session")
async def visitor(shared_browser: Browser, room: Room) -> AsyncIterator[Visitor]:
    """A visitor with a new browser context; the page must log no error."""
    async with visiting(shared_browser, room, timezone_id="UTC") as visitor:
        yield visitor
