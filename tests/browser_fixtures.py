"""A real browser for tests: where Chromium is, one for a test, and one for the whole run.

Tests that use `shared_browser` run in the loop that it lives in: mark them, or their module, with
`pytest.mark.asyncio(loop_scope="session")`.
"""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright

# Chromium without the parts of a desktop: it takes half the processor time for the same pages.
SHELLS = ("chromium-headless-shell", "chrome-headless-shell")
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC = "/Applications/Chromium.app/Contents/MacOS/Chromium"

# It stays offline and leaves the machine alone; containers have no room for its sandbox.
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    # Sites of the tests; the domain is reserved, so there are no others.
    "--host-resolver-rules=MAP *.example 127.0.0.1",
)


def find_chromium(*, whole: bool = False) -> str | None:
    """The path of an installed Chromium, a `whole` one or else rather its shell, or None.

    `CHROMIUM` in the environment names another.
    """
    candidates = (os.environ.get("CHROMIUM"), *(() if whole else SHELLS), *NAMES, MAC)
    return next((found for name in candidates if name and (found := shutil.which(name))), None)


def needed_chromium(*, whole: bool = False) -> str:
    """The same for a test, which without one is skipped, or fails under CI."""
    path = find_chromium(whole=whole)
    if path is None:
        message = "no Chromium is installed: run tests/install-browser.sh"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    return path


@asynccontextmanager
async def launched(*, whole: bool = False) -> AsyncIterator[Browser]:
    """Chromium.  Without one the test is skipped, or fails under CI."""
    path = needed_chromium(whole=whole)
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield chromium
        await chromium.close()


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """A browser of the test's own."""
    async with launched() as chromium:
        yield chromium


@pytest_asyncio.fixture(loop_scope="session")
async def whole_browser() -> AsyncIterator[Browser]:
    """For what the shell lacks: it finds no fault with what is to be installed."""
    async with launched(whole=True) as chromium:
        yield chromium


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def shared_browser() -> AsyncIterator[Browser]:
    """One browser for many short tests, in the session's loop."""
    async with launched() as chromium:
        yield chromium
