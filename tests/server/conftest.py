"""A server in memory, on a port of its own, and connections that speak plain JSON."""

import itertools
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect

from pokerws.server.app import App
from pokerws.server.tables import recent_events as history
from tests.server.fakes import ManualClock
from tests.server.slow_store import SlowStore
from tests.server.stored_house import StoredHouse, house_on
from tests.settings import settings_of
from tests.unlimited import NO_LIMITS

Message = dict[str, Any]


# No two connections of a player use an id twice.
_ids = map(str, itertools.count(1))


class Raw:
    """A connection that sends and receives JSON as it stands, with no client library between."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        self.welcome: Message = {}

    async def send(self, message: Message) -> str:
        """Send a message, with an id of its own unless it has one; returns the id."""
        message = {"id": next(_ids), **message}
        await self.connection.send(json.dumps(message))
        return str(message["id"])

    async def receive(self) -> Message:
        """The next message."""
        message: Message = json.loads(await self.connection.recv())
        return message

    async def ask(self, type: str, **fields: Any) -> Message:
        """Send a command and wait for its answer; what comes before the answer is passed over."""
        sent = await self.send({"type": type, **fields})
        while True:
            message = await self.receive()
            if message.get("id") == sent:
                return message

    async def until(self, type: str) -> Message:
        """The next message of a type."""
        while True:
            message = await self.receive()
            if message["type"] == type:
                return message


Connect = Callable[..., Awaitable[Raw]]


@pytest.fixture
async def app(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[App]:
    """A running server in memory; a test's `settings` marker changes its settings."""
    marker = request.node.get_closest_marker("settings")
    # A server in memory leaves a note at its database, if there is one.
    nowhere = f"embedded:{tmp_path / 'none'}"
    given = {**NO_LIMITS, **(marker.kwargs if marker else {})}
    app = App(settings_of(port=0, database_url=nowhere, **given))
    await app.start()
    yield app
    await app.stop()


@pytest.fixture
async def open_connection(app: App) -> AsyncIterator[Connect]:
    """Opens connections that end with the test; one with a name has said hello."""
    opened: list[ClientConnection] = []

    async def open_one(
        name: str | None = None, *, headers: dict[str, str] | None = None, **hello: Any
    ) -> Raw:
        # Frames that no test asks for must not keep it from reading the server's close frame.
        connection = await connect(
            app.socket_url, compression=None, max_queue=None, additional_headers=headers or {}
        )
        opened.append(connection)
        raw = Raw(connection)
        if name is not None:
            raw.welcome = await raw.ask("hello", name=name, **hello)
            assert raw.welcome["type"] == "welcome"
        return raw

    yield open_one
    for connection in opened:
        await connection.close()


@pytest.fixture
def store() -> SlowStore:
    return SlowStore()


@pytest.fixture
async def house(store: SlowStore) -> AsyncIterator[StoredHouse]:
    async with house_on(store, ManualClock()) as house:
        yield house


@pytest.fixture
def short_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tables remember so little that all hands are in the log."""
    monkeypatch.setattr(history, "HISTORY_EVENTS", 4)
