"""What a visit to the page costs, after a deployment, installed as an app, and offline."""

import asyncio
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, CDPSession, Page, Request, Route, expect

from pokerws.server.app import App
from pokerws.server.net.http import WEB_ROOT
from pokerws.server.net.site import site_of
from tests.settings import settings_of
from tests.unlimited import NO_LIMITS
from tests.web.icons import ICONS, PREVIEW
from tests.web.visitor import TIMEOUT_MS

in_session = pytest.mark.asyncio(loop_scope="session")
MOST_BYTES = 80_000
# As in an installed app, which headless Chromium is not.
STANDALONE = """
    const { matchMedia } = window;
    window.matchMedia = (query) =>
        query.includes("standalone") ? { matches: true } : matchMedia.call(window, query);
"""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def app() -> AsyncIterator[App]:
    """A server, below a path as well as at the root."""
    app = App(settings_of(port=0, base_path="/poker", session_key="k" * 32, **NO_LIMITS))
    await app.start()
    yield app
    await app.stop()


@pytest_asyncio.fixture(loop_scope="session")
async def context(shared_browser: Browser) -> AsyncIterator[BrowserContext]:
    """A browser that has been nowhere yet."""
    context = await shared_browser.new_context()
    context.set_default_timeout(TIMEOUT_MS)
    yield context
    await context.close()


class Traffic:
    """What a page loads over the network: addresses, with the bytes of the answers."""

    def __init__(self, cdp: CDPSession) -> None:
        self.loaded: dict[str, int] = {}
        self._names: dict[str, str] = {}
        self._more = asyncio.Event()
        cdp.on("Network.responseReceived", self._received)
        cdp.on("Network.loadingFinished", self._finished)

    def _received(self, event: dict[str, Any]) -> None:
        response = event["response"]
        if not response.get("fromDiskCache"):
            self._names[event["requestId"]] = response["url"]

    def _finished(self, event: dict[str, Any]) -> None:
        name, size = self._names.get(event["requestId"]), int(event["encodedDataLength"])
        # What comes from the cache in memory has no bytes.
        if name is not None and size:
            self.loaded[name] = self.loaded.get(name, 0) + size
            self._more.set()

    async def until_loaded(self, names: set[str]) -> None:
        """Wait until all of these have been loaded."""
        async with asyncio.timeout(TIMEOUT_MS / 1000):
            while not names <= self.loaded.keys():
                self._more.clear()
                await self._more.wait()


@asynccontextmanager
async def visit(context: BrowserContext, address: str) -> AsyncIterator[tuple[Page, Traffic]]:
    """A page in a new tab and its traffic, when everything is loaded."""
    page = await context.new_page()
    cdp = await context.new_cdp_session(page)
    await cdp.send("Network.enable")
    traffic = Traffic(cdp)
    await page.goto(address, wait_until="networkidle")
    yield page, traffic
    await page.close()


@in_session
async def test_the_first_visit_is_small_and_the_second_takes_one_request(
    app: App, context: BrowserContext
) -> None:
    async with visit(context, app.address) as (page, first):
        listed = 'link[rel="later"]'
        later = await page.eval_on_selector_all(listed, "(all) => all.map((one) => one.href)")
        await page.fill("#name", "Hanna")
        await page.click("#enter")
        await expect(page.locator("#new-table")).to_be_visible()
        await expect(page.locator(listed)).to_have_count(0)
        await first.until_loaded(set(later))
        assert sum(first.loaded[url] for url in first.loaded.keys() - set(later)) < MOST_BYTES
    async with visit(context, app.address) as (page, second):
        await expect(page.locator("#new-table")).to_be_visible()
        assert list(second.loaded) == [app.address]
        assert second.loaded[app.address] < 2_000, "the page has not changed either"


@in_session
async def test_a_page_whose_files_have_gone_reloads_itself_once(
    app: App, context: BrowserContext
) -> None:
    visits: list[str] = []
    page = await context.new_page()

    def note(request: Request) -> None:
        if request.is_navigation_request():
            visits.append(request.url)

    page.on("request", note)
    is_old = True

    async def old(route: Route) -> None:
        """The page of an earlier version."""
        answer = await route.fetch()
        body = await answer.text()
        await route.fulfill(response=answer, body=outdated(body) if is_old else body)

    await page.route(app.address, old)
    await page.goto(app.address, wait_until="networkidle")
    assert len(visits) == 2
    is_old = False
    await page.evaluate("sessionStorage.clear()")
    await page.reload()
    await expect(page.locator("#enter")).to_be_visible()
    assert len(visits) == 3


def outdated(body: str) -> str:
    """The page with its files in another folder, but for the script that reloads."""
    own, other = site_of(WEB_ROOT).folder, "v-0123456789abcdef/"
    return body.replace(own, other).replace(f"{other}reload.js", f"{own}reload.js")


@in_session
async def test_chromium_can_install_the_page(app: App, whole_browser: Browser) -> None:
    context = await whole_browser.new_context()
    async with visit(context, app.address) as (page, _):
        cdp = await context.new_cdp_session(page)
        found = await cdp.send("Page.getAppManifest")
        assert found["errors"] == []
        assert found["manifest"]["startUrl"] == app.address
        assert found["manifest"]["scope"] == app.address
        assert found["manifest"]["display"] == "kStandalone"
        errors = await cdp.send("Page.getInstallabilityErrors")
        named = {error["errorId"] for error in errors["installabilityErrors"]}
        # The contexts of tests are private ones, in which nothing is installed.
        assert named == {"in-incognito"}
        link = page.locator('link[rel="apple-touch-icon"]')
        touch = await context.request.get(f"{app.address}{await link.get_attribute('href')}")
        assert touch.ok


@pytest.mark.parametrize("name", [*ICONS, "preview"])
def test_every_picture_has_the_size_that_is_said(name: str) -> None:
    png = (WEB_ROOT / "icons" / f"{name}.png").read_bytes()
    said = PREVIEW if name == "preview" else ICONS[name][:2]
    assert struct.unpack(">II", png[16:24]) == said
    assert len(png) < 100_000


@in_session
async def test_the_installed_app_says_that_it_is_offline_and_comes_back(
    app: App, context: BrowserContext
) -> None:
    await context.add_init_script(STANDALONE)
    page = await context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    await page.goto(app.address)
    await page.evaluate("navigator.serviceWorker.ready.then(() => null)")
    await context.set_offline(True)
    await page.reload()
    await expect(page.locator("h1")).to_have_text("The server cannot be reached")
    colour = await page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert colour == "rgb(14, 21, 18)", "its style is there too"
    await context.set_offline(False)
    await expect(page.locator("#enter")).to_be_visible()
    # What the page is made of still comes from the server.
    async with visit(context, app.address) as (again, _):
        assert await again.locator("#retry").count() == 0
    assert problems == []


@in_session
async def test_a_tab_has_no_worker(app: App, context: BrowserContext) -> None:
    async with visit(context, app.address) as (page, _):
        count = "navigator.serviceWorker.getRegistrations().then((all) => all.length)"
        assert await page.evaluate(count) == 0
