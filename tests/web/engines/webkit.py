"""WebKitGTK's small browser, driven by its WebDriver on a display of its own."""

import asyncio
import os
import re
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from urllib.request import Request, urlopen

import msgspec

from tests.web.engines.engine import TIMEOUT_S, Engine, find

LOGGED = re.compile(r"CONSOLE \S+ (?:ERROR|WARN\w*) .*")


class WebKit(Engine):
    """One window of WebKitGTK."""

    name = "WebKitGTK"

    def __init__(self, address: str, log: Path) -> None:
        self._address = address
        self._log = log

    async def start(self, browser: str) -> None:
        """Open the window; the console is written to where the driver's output goes."""
        arguments = ["--automation", "--enable-write-console-messages-to-stdout=true"]
        options = {"webkitgtk:browserOptions": {"binary": browser, "args": arguments}}
        answer = await self._ask("POST", "", {"capabilities": {"alwaysMatch": options}})
        self._address += f"/{msgspec.convert(answer, dict[str, object])['sessionId']}"
        await self._ask("POST", "/timeouts", {"script": TIMEOUT_S * 1000})

    async def stop(self) -> None:
        """Close the window."""
        await self._ask("DELETE", "")

    async def open(self, url: str) -> None:
        await self._ask("POST", "/url", {"url": url})

    async def resize(self, width: int, height: int) -> None:
        # The window has a bar above the page.
        inner = msgspec.convert(await self.run("[innerWidth, innerHeight]"), tuple[int, int])
        rect = msgspec.convert(await self._ask("GET", "/window/rect"), dict[str, int])
        wanted = {
            "width": rect["width"] - inner[0] + width,
            "height": rect["height"] - inner[1] + height,
        }
        await self._ask("POST", "/window/rect", wanted)

    async def evaluate(self, promise: str) -> str:
        script = f"const done = arguments[0]; {promise}.then(done, (error) => done(String(error)));"
        return str(await self._ask("POST", "/execute/async", {"script": script, "args": []}))

    async def lines(self) -> list[str]:
        return LOGGED.findall(self._log.read_text(errors="replace"))

    async def _ask(self, method: str, path: str, body: object = None) -> object:
        content = None if body is None else msgspec.json.encode(body)
        request = Request(f"{self._address}{path}", content, method=method)

        def ask() -> bytes:
            with urlopen(request, timeout=TIMEOUT_S) as answer:
                return bytes(answer.read())

        return msgspec.json.decode(await asyncio.to_thread(ask), type=dict[str, object])["value"]


@asynccontextmanager
async def webkit(folder: Path, port: int) -> AsyncIterator[Engine]:
    """WebKitGTK with a new profile; its driver listens on `port`."""
    driver, server = find("WebKitWebDriver"), find("Xvfb")
    async with AsyncExitStack() as stack:
        display = await asyncio.create_subprocess_exec(
            *(server, "-displayfd", "1", "-screen", "0", "1400x1000x24", "-nolisten", "tcp"),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        stack.push_async_callback(_end, display)
        assert display.stdout is not None
        number = (await display.stdout.readline()).decode().strip()
        log = folder / "console"
        process = await asyncio.create_subprocess_exec(
            *(driver, f"--port={port}"),
            stdout=stack.enter_context(log.open("wb")),
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,
            env={**os.environ, "DISPLAY": f":{number}", "HOME": str(folder), "GDK_BACKEND": "x11"},
        )
        stack.push_async_callback(_end_all, process)
        await _listening(port)
        window = WebKit(f"http://127.0.0.1:{port}/session", log)
        await window.start(_small_browser())
        yield window
        await window.stop()


def _small_browser() -> str:
    """The path of WebKitGTK's browser, which lies beside its library."""
    found = sorted(Path("/usr/lib").glob("*/webkit2gtk-4.*/MiniBrowser"))
    return find(str(found[-1]) if found else "MiniBrowser")


async def _listening(port: int) -> None:
    """Wait until something listens on a port."""
    while True:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except ConnectionRefusedError:
            await asyncio.sleep(0.02)
        else:
            writer.close()
            return


async def _end(process: asyncio.subprocess.Process) -> None:
    process.terminate()
    await process.communicate()


async def _end_all(process: asyncio.subprocess.Process) -> None:
    """End the driver with the browser that it has started."""
    os.killpg(process.pid, signal.SIGTERM)
    await process.wait()
