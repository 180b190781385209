"""Firefox, driven by WebDriver BiDi, which it speaks itself: no other program is needed."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
from websockets.asyncio.client import ClientConnection, connect

from tests.web.engines.engine import Engine, find

# Everything that is not this machine goes to a proxy that does not exist.
PREFERENCES = {
    "network.proxy.type": 1,
    "network.proxy.http": "127.0.0.1",
    "network.proxy.http_port": 9,
    "network.proxy.ssl": "127.0.0.1",
    "network.proxy.ssl_port": 9,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "app.normandy.enabled": False,
    "app.update.disabledForTesting": True,
    "browser.shell.checkDefaultBrowser": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "extensions.update.enabled": False,
    "services.settings.server": "data:,#",
    "toolkit.telemetry.enabled": False,
}


class Firefox(Engine):
    """One tab of Firefox."""

    name = "Firefox"

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._answers: dict[int, asyncio.Future[dict[str, object]]] = {}
        self._lines: list[str] = []
        self._tab = ""
        self._reading = asyncio.create_task(self._read())

    async def start(self) -> None:
        """Begin a session, with the first tab."""
        await self._ask("session.new", capabilities={})
        await self._ask("session.subscribe", events=["log.entryAdded"])
        tree = await self._ask("browsingContext.getTree")
        (tab,) = msgspec.convert(tree["contexts"], list[dict[str, object]])
        self._tab = str(tab["context"])

    async def stop(self) -> None:
        """End the session."""
        self._reading.cancel()
        await asyncio.wait([self._reading])

    async def open(self, url: str) -> None:
        await self._ask("browsingContext.navigate", context=self._tab, url=url, wait="complete")

    async def resize(self, width: int, height: int) -> None:
        viewport = {"width": width, "height": height}
        await self._ask("browsingContext.setViewport", context=self._tab, viewport=viewport)

    async def evaluate(self, promise: str) -> str:
        target = {"context": self._tab}
        found = await self._ask(
            "script.evaluate", expression=promise, target=target, awaitPromise=True
        )
        assert found["type"] == "success", found
        return str(msgspec.convert(found["result"], dict[str, object])["value"])

    async def lines(self) -> list[str]:
        return self._lines

    async def _ask(self, method: str, **parameters: object) -> dict[str, object]:
        number = len(self._answers)
        self._answers[number] = asyncio.get_running_loop().create_future()
        command = {"id": number, "method": method, "params": parameters}
        await self._socket.send(msgspec.json.encode(command).decode())
        answer = await self._answers[number]
        assert answer["type"] == "success", answer
        return msgspec.convert(answer["result"], dict[str, object])

    async def _read(self) -> None:
        async for frame in self._socket:
            message = msgspec.json.decode(frame, type=dict[str, object])
            if message["type"] == "event":
                entry = msgspec.convert(message["params"], dict[str, object])
                if entry["level"] in ("error", "warn"):
                    self._lines.append(str(entry["text"]))
            else:
                self._answers[msgspec.convert(message["id"], int)].set_result(message)


@asynccontextmanager
async def firefox(folder: Path) -> AsyncIterator[Engine]:
    """Firefox with a new profile in `folder`."""
    written = "".join(
        f"user_pref({msgspec.json.encode(name).decode()}, {msgspec.json.encode(value).decode()});\n"
        for name, value in PREFERENCES.items()
    )
    (folder / "user.js").write_text(written)
    options = ("--headless", "--no-remote", "--profile", folder, "--remote-debugging-port", "0")
    process = await asyncio.create_subprocess_exec(
        find("firefox-esr", "firefox"),
        *options,
        "about:blank",
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with connect(
            f"{await _address(process)}/session", max_size=None, ping_interval=None
        ) as socket:
            browser = Firefox(socket)
            await browser.start()
            yield browser
            await browser.stop()
    finally:
        process.kill()
        await process.communicate()


async def _address(process: asyncio.subprocess.Process) -> str:
    assert process.stderr is not None
    async for line in process.stderr:
        if found := re.search(r"BiDi listening on (ws://\S+)", line.decode()):
            return found[1]
    raise AssertionError("Firefox has ended")
