"""A browser other than Chromium, as a test drives it: pages are opened, and scripts run in them."""

import asyncio
import json
import os
import shutil
from abc import ABC, abstractmethod

import pytest

TIMEOUT_S = 60
# What browsers say when a test takes the server away.
EXPECTED = ("WebSocket", "ws://", "healthz", "NetworkError", "Could not connect", "Load failed")


def find(*names: str) -> str:
    """The path of an installed program.  Without one the test is skipped, or fails under CI."""
    found = next((path for name in names if (path := shutil.which(name))), None)
    if found is None:
        message = f"there is no {names[0]}: run tests/install-engines.sh"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    return found


class Engine(ABC):
    """An open browser with one page."""

    name: str

    @abstractmethod
    async def open(self, url: str) -> None:
        """Load a page, and wait for it."""

    @abstractmethod
    async def resize(self, width: int, height: int) -> None:
        """Give the page this size in CSS pixels, or nearly."""

    @abstractmethod
    async def evaluate(self, promise: str) -> str:
        """The string that a promise in the page is resolved with."""

    @abstractmethod
    async def lines(self) -> list[str]:
        """Errors and warnings that were logged so far."""

    async def run(self, expression: str) -> object:
        """The value of a JavaScript expression."""
        async with asyncio.timeout(TIMEOUT_S):
            answer = f"Promise.resolve({expression}).then((value) => JSON.stringify(value ?? null))"
            return json.loads(await self.evaluate(answer))

    async def until(self, expression: str) -> None:
        """Wait in the page until an expression is true; it may throw until then."""
        await self.run(
            "new Promise((done) => { const look = () => {"
            f" let found = false; try {{ found = {expression}; }} catch {{ }}"
            " if (found) done(true); else setTimeout(look, 20); }; look(); })"
        )

    async def click(self, selector: str) -> None:
        """Click an element as soon as it is there, enabled, and not covered by another."""
        element = f"document.querySelector({json.dumps(selector)})"
        await self.until(
            f"(({{left, top, width, height}}) => {element}.contains(document.elementFromPoint("
            f"left + width / 2, top + height / 2)) && !{element}.disabled)"
            f"({element}.getBoundingClientRect())"
        )
        await self.run(f"void {element}.click()")

    async def problems(self) -> list[str]:
        """What was logged and was not to be expected."""
        return [line for line in await self.lines() if not any(part in line for part in EXPECTED)]
