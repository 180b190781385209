"""docs/architecture.md is what a server does: its walks are traced through a running one."""

import re
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from types import FrameType

import pytest
from websockets.asyncio.client import connect

from pokerws.server.app import App
from tests.server.conftest import Raw
from tests.settings import settings_of
from tests.unlimited import NO_LIMITS

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
PACKAGE = f"{ROOT / 'pokerws'}/"

Call = tuple[str, str]


def walks() -> dict[str, list[Call]]:
    """The calls of each walk of the page, as file and qualified name."""
    blocks = re.findall(r"^```walk (\w+)\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    return {
        name: [(file, function) for file, function, *_ in map(str.split, lines.splitlines())]
        for name, lines in blocks
    }


@contextmanager
def traced() -> Iterator[list[Call]]:
    """The calls of the package's functions while the block runs, in order."""
    calls: list[Call] = []

    def note(frame: FrameType, event: str, argument: object) -> None:
        code = frame.f_code
        if event == "call" and code.co_filename.startswith(PACKAGE):
            calls.append((code.co_filename.removeprefix(PACKAGE), code.co_qualname))

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        yield calls
    finally:
        sys.setprofile(before)


def first_missing(walk: Sequence[Call], calls: Sequence[Call]) -> Call | None:
    """The first call of a walk that does not follow the ones before it; None for a true walk."""
    remaining = iter(calls)
    return next((call for call in walk if call not in remaining), None)


def test_a_walk_is_true_only_in_its_order() -> None:
    calls = [("a.py", "f"), ("b.py", "g"), ("a.py", "h")]
    assert first_missing([("a.py", "f"), ("a.py", "h")], calls) is None
    assert first_missing([("a.py", "h"), ("a.py", "f")], calls) == ("a.py", "f")
    assert first_missing([("a.py", "x")], calls) == ("a.py", "x")


def test_the_page_counts_the_calls_of_an_action() -> None:
    action = walks()["action"]
    files = {file for file, _ in action}
    assert f"These are {len(action)} calls in {len(files)} files." in PAGE


class Server:
    """A durable server, and two clients of it."""

    def __init__(self, clients: Sequence[Raw]) -> None:
        self.clients = clients
        self.table = ""

    async def open_table(self) -> None:
        made = await self.clients[0].ask(
            "create_table", name="T", config={"seats": 2, "next_hand_delay_ms": 0}
        )
        self.table = made["table"]
        for client in self.clients:
            await client.ask("watch", table=self.table)

    async def sit(self, client: Raw) -> None:
        assert (await client.ask("sit", table=self.table, buy_in=10_000))["type"] == "accepted"

    async def act(self) -> None:
        """Call in the first turn of a hand."""
        turn = None
        while turn is None:
            events = (await self.clients[0].until("events"))["events"]
            turn = next((e["turn"] for e in events if e["type"] == "turn_started"), None)
        for client in self.clients:
            answer = await client.ask("act", table=self.table, turn=turn["number"], action="call")
            if answer["type"] == "accepted":
                for viewer in self.clients:
                    await viewer.until("events")
                return
        raise AssertionError("nobody could act")


@asynccontextmanager
async def durable(database_url: str, key_file: Path, *names: str) -> AsyncIterator[Server]:
    """A server whose every frame waits for its commit, and a client by each name."""
    settings = settings_of(
        port=0,
        database_url=database_url,
        use_db_repository=True,
        use_event_persistence=True,
        use_durable_acks=True,
        vault_key_file=str(key_file),
        **NO_LIMITS,
    )
    app = App(settings)
    await app.start()
    try:
        async with AsyncExitStack() as connections:
            clients = []
            for name in names:
                connection = await connections.enter_async_context(connect(app.socket_url))
                clients.append(Raw(connection))
                assert (await clients[-1].ask("hello", name=name, protocol=1))["type"] == "welcome"
            yield Server(clients)
    finally:
        await app.stop()


@pytest.fixture
async def server(database_url: str, tmp_path: Path) -> AsyncIterator[Server]:
    async with durable(database_url, tmp_path / "key", "ann", "ben") as server:
        await server.open_table()
        yield server


async def test_a_chip_goes_to_the_table_as_the_page_says(server: Server) -> None:
    with traced() as calls:
        await server.sit(server.clients[0])
    assert first_missing(walks()["chips"], calls) is None


async def test_an_action_goes_to_the_other_viewers_as_the_page_says(server: Server) -> None:
    for client in server.clients:
        await server.sit(client)
    with traced() as calls:
        await server.act()
    assert first_missing(walks()["action"], calls) is None


async def test_a_table_is_hydrated_as_the_page_says(database_url: str, tmp_path: Path) -> None:
    async with durable(database_url, tmp_path / "key", "ann") as before:
        await before.open_table()
        table = before.table
    async with durable(database_url, tmp_path / "key", "ben") as after:
        (client,) = after.clients
        with traced() as calls:
            assert (await client.ask("watch", table=table))["type"] == "accepted"
            await client.until("snapshot")
    assert first_missing(walks()["hydration"], calls) is None
