"""The server behind real proxies, with the files that `deploy/` gives to operators."""

import asyncio
import itertools
import json
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidStatus
from websockets.frames import Frame, Opcode
from websockets.protocol import Event
from websockets.typing import Origin

from tests.e2e.process import ServerProcess
from tests.e2e.test_browser import join_and_sit, own_turn, play_to_next_hand
from tests.external.proxies import NAMES, Proxy, proxy

PATH = "/poker"
# A proxy's time-out, and the server's pings: so many of them take longer than the time-out.
TIMEOUT, PING_MS, PINGS = "6s", 2_500, 3
FRONTS: dict[str, tuple[str, dict[str, str]]] = {
    "nginx": ("nginx.conf", {}),
    "nginx-path": ("nginx-path.conf", {}),
    "nginx-path-cut-off": (
        "nginx-path.conf",
        {"proxy_pass http://pokerws;": "proxy_pass http://pokerws/;"},
    ),
    "caddy": ("Caddyfile", {}),
    "caddy-path": ("Caddyfile-path", {}),
    "caddy-path-cut-off": (
        "Caddyfile-path",
        {"handle /poker/* {": "handle_path /poker/* {"},
    ),
}

# Connections from one address. The two bots, the browser and its last page need four.
MOST = 5
# Addresses of this machine that clients come from, each with its own limits.
SOURCES = (f"127.0.0.{number}" for number in itertools.count(10))

# The browser lives in the loop of the session, and so does the server here.
pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def server() -> AsyncIterator[ServerProcess]:
    """A server with the settings that the files name, and two bots."""
    process = ServerProcess(
        trusted_proxies="127.0.0.1,::1",
        allowed_hosts=",".join(NAMES),
        base_path=PATH,
        ping_interval_ms=PING_MS,
        max_connections_per_address=MOST,
        database_url="embedded:var/none",
        bots=2,
        bot_min_delay_ms=0,
        bot_max_delay_ms=20,
        next_hand_delay_ms=100,
        log_level="debug",
        compression="on",
    )
    await process.start()
    yield process
    assert await process.stop() == 0


@pytest.fixture(params=FRONTS)
def front(request: pytest.FixtureRequest, server: ServerProcess) -> Iterator[Proxy]:
    """Each of the proxies in turn."""
    file, changes = FRONTS[request.param]
    with proxy(file, server.port, changes) as started:
        yield started


class Pinged(ClientConnection):
    """A connection that sends nothing by itself, and counts the pings of the server."""

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self.pings = asyncio.Semaphore(0)

    def process_event(self, event: Event) -> None:
        if isinstance(event, Frame) and event.opcode is Opcode.PING:
            self.pings.release()
        super().process_event(event)

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        # Nobody need wait any more.
        for _ in range(PINGS):
            self.pings.release()


def opened(front: Proxy, *, origin: str | None = None, source: str = "127.0.0.1") -> connect:
    """A socket through the proxy, of a page of its site and from an address of this machine."""
    return connect(
        front.socket_url,
        host="127.0.0.1",
        port=front.port,
        ssl=front.trusting,
        origin=Origin(origin or front.origin),
        local_addr=(source, 0),
        create_connection=Pinged,
        ping_interval=None,
        proxy=None,
    )


async def ask(connection: ClientConnection, **message: object) -> dict[str, Any]:
    """Send a message and wait for its answer."""
    await connection.send(json.dumps({"id": "1", **message}))
    async for frame in connection:
        answer: dict[str, Any] = json.loads(frame)
        if answer.get("id") == "1":
            return answer
    raise AssertionError("the connection ended without an answer")


async def fetch(front: Proxy, path: str, host: str | None = None) -> tuple[int, str]:
    """Status and text of the answer to GET, with its headers."""
    reader, writer = await asyncio.open_connection(
        "127.0.0.1", front.port, ssl=front.trusting, server_hostname=front.name
    )
    named = host or f"{front.name}:{front.port}"
    writer.write(f"GET {path} HTTP/1.1\r\nHost: {named}\r\nConnection: close\r\n\r\n".encode())
    answer = (await reader.read()).decode(errors="replace")
    writer.close()
    return int(answer.split()[1]), answer


async def test_page_and_socket_work_through_the_proxy_and_the_client_is_known_by_its_address(
    front: Proxy, server: ServerProcess
) -> None:
    status, page = await fetch(front, front.base)
    assert status == 200
    for link in re.findall(r'(?:href|src)="([^"#]+)"', page):
        assert (await fetch(front, f"{front.base}{link}"))[0] == 200, link
    # With the scheme that the proxy reports, and below the path of the settings.
    assert f'property="og:image" content="{front.origin}{PATH}/icons/preview.png"' in page
    status, answer = await fetch(front, f"{front.base}v-0123456789abcdef/app.js")
    assert (status, "no-store" in answer) == (404, True)
    assert (await fetch(front, f"{front.base}healthz"))[0] == 200
    assert (await fetch(front, f"{front.base}metrics"))[0] == 404
    if front.base != "/":
        for query in ("", "?from=mail"):
            status, answer = await fetch(front, front.base[:-1] + query)
            assert status == 308
            to = rf"^location: {front.base}{re.escape(query)}\r$"
            assert re.search(to, answer, re.IGNORECASE | re.MULTILINE)

    source = next(SOURCES)
    async with AsyncExitStack() as stack:
        one, *_ = [
            await stack.enter_async_context(opened(front, source=source)) for _ in range(MOST)
        ]
        assert one.protocol.extensions, "compression is negotiated through the proxy"
        assert (await ask(one, type="hello", name=f"Guest {source}"))["type"] == "welcome"
        await server.logged("connection_admitted", lambda line: line["address"] == source)
        with pytest.raises(InvalidStatus) as refused:
            await opened(front, source=source)
        assert refused.value.response.status_code == 429, "its own address has its limit"
        await stack.enter_async_context(opened(front, source=next(SOURCES)))


async def test_names_and_origins_that_are_not_the_servers_are_refused_behind_a_proxy(
    server: ServerProcess,
) -> None:
    with proxy("nginx.conf", server.port) as front:
        assert (await fetch(front, "/", host="evil.example"))[0] == 421
        await server.logged("host_refused", lambda line: line["host"] == "evil.example")
        with pytest.raises(InvalidStatus) as refused:
            await opened(front, origin="https://evil.example")
        assert refused.value.response.status_code == 403
        line = await server.logged(
            "origin_refused", lambda line: line["origin"] == "https://evil.example"
        )
        assert line["host"] == f"{front.name}:{front.port}"


async def test_a_proxy_that_does_not_pass_on_the_host_is_found_in_the_log(
    server: ServerProcess,
) -> None:
    line = "        proxy_set_header Host              $http_host;\n"
    to_address = {"http://pokerws;": f"http://127.0.0.1:{server.port};"}
    with (
        proxy("nginx.conf", server.port, {line: "", **to_address}) as front,
        pytest.raises(InvalidStatus) as refused,
    ):
        await opened(front)
    assert refused.value.response.status_code == 403
    assert b"ALLOWED_ORIGINS" in (refused.value.response.body or b"")
    logged = await server.logged("origin_refused", lambda line: line["origin"] == front.origin)
    assert logged["host"] == f"127.0.0.1:{server.port}"
    assert "ALLOWED_ORIGINS" in logged["action"]
    assert "Host" in logged["action"]


async def test_a_quiet_connection_outlives_the_proxys_time_out_by_the_servers_pings(
    server: ServerProcess,
) -> None:
    shorter = {"proxy_read_timeout 120s": f"proxy_read_timeout {TIMEOUT}"}
    with proxy("nginx.conf", server.port, shorter) as front:
        async with opened(front) as connection:
            assert isinstance(connection, Pinged)
            assert (await ask(connection, type="hello", name="Quinn"))["type"] == "welcome"
            for _ in range(PINGS):
                await connection.pings.acquire()
            assert (await ask(connection, type="ping"))["type"] == "pong"


async def test_a_person_plays_below_a_path_behind_tls_and_http_2(
    server: ServerProcess, shared_browser: Browser
) -> None:
    with proxy("nginx-path.conf", server.port) as front:
        context = await shared_browser.new_context(ignore_https_errors=True)
        page = await context.new_page()
        problems: list[str] = []
        page.on("pageerror", lambda error: problems.append(str(error)))
        await join_and_sit(page, front.address[:-1])
        assert page.url.startswith(front.address)
        assert await page.evaluate("performance.getEntries()[0].nextHopProtocol") == "h2"
        assert await page.evaluate("Object.keys(localStorage)") == ["pokerws.identity /poker/"]
        await own_turn(page)
        await play_to_next_hand(page)
        await page.reload()
        await page.wait_for_selector('[data-own="true"]')

        # The browser finds this server under a name that somebody else's page has.
        answer = await page.goto(f"http://evil.example:{server.port}/")
        assert answer is not None
        assert answer.status == 421
        assert "ALLOWED_HOSTS" in await page.inner_text("body")
        await context.close()
    assert problems == []
