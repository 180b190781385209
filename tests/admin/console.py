"""A running server, and operators who send it admin commands."""

import asyncio
import itertools
import json
from argparse import Namespace
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from io import StringIO
from pathlib import Path
from typing import Any, NamedTuple

from websockets.asyncio.client import ClientConnection, connect, unix_connect

from pokerws.admin.arguments import parser
from pokerws.admin.command import admin
from pokerws.client import Client
from pokerws.client import connect as connect_player
from pokerws.server.admin.socket_file import socket_file
from pokerws.server.app import App
from pokerws.server.auth.identity import OperatorRole
from pokerws.server.auth.operator_key import issue_for_operator
from pokerws.server.clock import Clock
from pokerws.server.net.inherited import WaysIn
from pokerws.settings import Settings
from tests.settings import settings_of
from tests.unlimited import NO_LIMITS

_ids = itertools.count(1)


class Typed(NamedTuple):
    """The exit code, the output and the errors of a command."""

    code: int
    out: str
    errors: str


class Line:
    """An operator's connection, which speaks plain JSON."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection

    async def say(self, frame: str | bytes) -> dict[str, Any]:
        """Send a frame, and wait for the answer."""
        await self.connection.send(frame)
        answer: dict[str, Any] = json.loads(await self.connection.recv())
        return answer

    async def ask(self, command: str, **fields: Any) -> dict[str, Any]:
        """Send a command, and wait for the answer."""
        sent = {"id": str(next(_ids)), "command": command, **fields}
        answer = await self.say(json.dumps(sent))
        assert answer["id"] == sent["id"]
        return answer

    async def do(self, command: str, **fields: Any) -> dict[str, Any]:
        """Send a command that is carried out; returns the result."""
        answer = await self.ask(command, **fields)
        assert answer["type"] == "done", answer
        result: dict[str, Any] = answer["result"]
        return result

    async def refused(self, command: str, **fields: Any) -> str:
        """Send a command that is refused; returns the code."""
        answer = await self.ask(command, **fields)
        assert answer["type"] == "rejected", answer
        return str(answer["code"])


class Console:
    """A running server's machine."""

    def __init__(self, app: App, settings: Settings) -> None:
        self.app = app
        self.settings = settings

    @property
    def file(self) -> Path:
        """The Unix socket."""
        file = socket_file(self.settings)
        assert file is not None
        return file

    async def type(self, *arguments: str) -> Typed:
        """Type a command."""
        out, errors = StringIO(), StringIO()
        parsed = parser().parse_args(["admin", *arguments], Namespace(env_file=None))
        code = await asyncio.to_thread(admin, self.settings, parsed, out, errors)
        return Typed(code, out.getvalue(), errors.getvalue())

    @asynccontextmanager
    async def line(self, name: str = "alice") -> AsyncIterator[Line]:
        """A connection at the Unix socket."""
        async with unix_connect(str(self.file), uri="ws://admin/", compression=None) as connection:
            line = Line(connection)
            welcome = await line.ask("hello", name=name)
            assert (welcome["who"], welcome["role"]) == (f"operator:{name}", "operator")
            yield line

    def token(self, role: OperatorRole, minutes: int = 5) -> str:
        """A token of an operator."""
        return issue_for_operator(self.settings, "bob", minutes, Clock().wall_ms(), role)

    @asynccontextmanager
    async def line_of(self, role: OperatorRole) -> AsyncIterator[Line]:
        """A connection at the port, with a token of that role."""
        async with connect(self.url, compression=None) as connection:
            line = Line(connection)
            assert (await line.ask("hello", token=self.token(role)))["role"] == role
            yield line

    @property
    def url(self) -> str:
        """The port of operators with a token."""
        return f"ws://127.0.0.1:{self.settings.admin.admin_port}/"

    def player(self, name: str) -> Client:
        """A player's client."""
        return connect_player(self.app.socket_url, name=name)


@asynccontextmanager
async def console(
    place: Path, end: Callable[[], None] = lambda: None, **more: Any
) -> AsyncIterator[Console]:
    """A server in that folder, in memory unless settings say otherwise."""
    given = {
        "vault_key_file": str(place / "vault.key"),
        "database_url": f"embedded:{place / 'none'}",
        "admin_socket": "admin.sock",
        **NO_LIMITS,
        **more,
    }
    app = App(settings_of(port=0, **given), operators=WaysIn(end=end))
    await app.start()
    try:
        yield Console(app, settings_of(port=app.port, **given))
    finally:
        await app.stop()
