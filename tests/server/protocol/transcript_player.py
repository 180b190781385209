"""Says what a transcript of the protocol document says, and compares what is answered."""

import itertools
import json
import re
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from pokerws.messages import JSON, Wire
from pokerws.schema.transcripts import ELISION, Transcript
from pokerws.server.app import App
from pokerws.server.sessions.variant_summaries import GAMES_ETAG
from tests.server.protocol.servers import Servers

# Where a value of the document stands for another one: it is learnt when it is first seen.  A hash
# is one, since ids and times are hashed.
# Of a link; other codes are as the document has them.
CODE = "pC4yvXcWbYdOZ2qk0fJm3A"
IDS = frozenset({"host", "player", "session", "state_hash", "table"})
# What is set, and so is the same everywhere.
SET_MS = frozenset({"next_hand_delay_ms", "over_ms", "turn_time_ms"})
CARDS = frozenset({"board", "cards", "discarded", "drawn"})
CLOSED = re.compile(r"The connection is closed with (\d+)\.")
NEW_CONNECTION = "A new connection."
# The document's etag of the games.
ETAG = "24b9e2d1c07f5a63"

_numbers = itertools.count()


class Speaker:
    """One connection, by which frames go as they stand."""

    def __init__(self, connection: ClientConnection, wire: Wire) -> None:
        self.connection = connection
        self.wire = wire
        self.welcome: dict[str, Any] = {}
        self._ids = (f"setup-{number}" for number in itertools.count(1))

    async def say(self, frame: str | bytes) -> None:
        await self.connection.send(frame)

    async def hear(self) -> dict[str, Any]:
        frame = await self.connection.recv()
        assert isinstance(frame, str) == self.wire.is_text
        heard: dict[str, Any] = (
            json.loads(frame) if isinstance(frame, str) else msgspec.msgpack.decode(frame)
        )
        return heard

    async def ask(self, type: str, **fields: Any) -> dict[str, Any]:
        """Say a command and wait for its answer; what comes before it is passed over."""
        message = {"type": type, "id": next(self._ids), **fields}
        await self.say(json.dumps(message))
        while (heard := await self.hear()).get("id") != message["id"]:
            pass
        return heard

    async def do(self, type: str, **fields: Any) -> dict[str, Any]:
        """Say a command that is accepted.

        The database of a shared server may have been away for the situation before this one.
        """
        answer = await self.ask(type, **fields)
        while answer.get("code") == "bank_unavailable":
            answer = await self.ask(type, **fields)
        assert answer["type"] != "rejected", answer
        return answer

    async def event(self, type: str) -> dict[str, Any]:
        """The next event of a type, at any table that is watched."""
        while True:
            for event in (await self.hear()).get("events", ()):
                if event["type"] == type:
                    found: dict[str, Any] = event
                    return found


class Scene:
    """What a transcript is said in.  A situation sets `client` and what surrounds it.

    `stands_for` is what values of the document are here; `directions` is what happens where a line
    says it, `after_saying` what happens whenever something was said.
    """

    def __init__(self, servers: Servers) -> None:
        letters = "abcdefghkmnpqrstuvwxyz"  # No two of them look alike.
        number = next(_numbers)
        tail = letters[number // len(letters)] + letters[number % len(letters)]
        self.servers = servers
        self.server = "memory"
        self.stands_for = {name: name + tail for name in ("Ann", "Ben", "Cleo")}
        self.stands_for[ETAG] = GAMES_ETAG
        self.directions: dict[str, Callable[[], Awaitable[None]]] = {NEW_CONNECTION: self._anew}
        self.after_saying: Callable[[], Awaitable[None]] | None = None
        self.ends = AsyncExitStack()
        self.client: Speaker

    async def app(self) -> App:
        return await self.servers.app(self.server)

    async def open(self, wire: Wire = JSON) -> Speaker:
        """A connection that ends with the scene."""
        connection = await connect(
            (await self.app()).socket_url,
            compression=None,
            subprotocols=[Subprotocol(wire.subprotocol)],
        )
        self.ends.push_async_callback(connection.close)
        return Speaker(connection, wire)

    async def greeted(self, name: str, **hello: Any) -> Speaker:
        """A connection of the player whom the document calls `name`."""
        speaker = await self.open()
        speaker.welcome = await speaker.do("hello", **({"name": self.stands_for[name]} | hello))
        return speaker

    async def again(self, speaker: Speaker) -> Speaker:
        """Another connection of the same player, which watches nothing."""
        other = await self.open()
        other.welcome = await other.do("hello", token=speaker.welcome["session"])
        return other

    async def _anew(self) -> None:
        await self.client.connection.close()
        self.client = await self.open(self.client.wire)

    # ---- transcripts

    async def play(self, transcript: Transcript) -> None:
        """Say it, and compare what is heard."""
        for who, text in transcript.lines:
            match who:
                case ">":
                    await self.client.say(self._frame(text))
                    if self.after_saying is not None:
                        await self.after_saying()
                case "<":
                    expected = json.loads(text)
                    heard = await self.client.hear()
                    while heard["type"] == "heartbeat" != expected["type"]:
                        heard = await self.client.hear()
                    faults = list(self.differences("", expected, heard))
                    assert not faults, "\n".join([*faults, f"said: {text}", f"heard: {heard}"])
                case "#" if closed := CLOSED.fullmatch(text):
                    await self.client.connection.wait_closed()
                    assert self.client.connection.close_code == int(closed[1])
                case "#":
                    await self.directions[text]()

    def _frame(self, text: str) -> str | bytes:
        if text.startswith("0x"):
            return bytes.fromhex(text[2:])
        return self._here(text)

    def _here(self, text: str) -> str:
        """A text of the document with what its values stand for."""
        for there, here in self.stands_for.items():
            text = text.replace(there, here)
        return text

    def differences(self, name: str, there: Any, here: Any, where: str = "$") -> list[str]:
        """What is not as the document has it, one line each."""
        if isinstance(there, dict) and isinstance(here, dict):
            return self._of_objects(there, here, where)
        if isinstance(there, list) and isinstance(here, list) and len(there) == len(here):
            pairs = enumerate(zip(there, here, strict=True))
            return [
                fault
                for number, (one, other) in pairs
                for fault in self.differences(name, one, other, f"{where}[{number}]")
            ]
        if self._is_same(name, there, here):
            return []
        return [f"{where} is {here!r} where the document has {there!r}"]

    def _of_objects(self, there: dict[str, Any], here: dict[str, Any], where: str) -> list[str]:
        missing = there.keys() - here.keys() - {ELISION}
        # A server may have more games than the document.
        may_have_more = ELISION in there or where in ("$.variants", "$.mixes")
        more = set() if may_have_more else here.keys() - there.keys()
        faults = [f"{where} has no {key}" for key in sorted(missing)]
        faults += [f"{where} has {key} too, which is {here[key]!r}" for key in sorted(more)]
        for key in sorted(there.keys() & here.keys()):
            faults += self.differences(key, there[key], here[key], f"{where}.{key}")
        return faults

    def _is_same(self, name: str, there: Any, here: Any) -> bool:
        if name.endswith("_ms") and name not in SET_MS:
            return type(there) is type(here)
        if name in CARDS and isinstance(there, str) and isinstance(here, str):
            return (there == "??") == (here == "??")
        if isinstance(there, str) and isinstance(here, str):
            if name in IDS or there == CODE:
                self.stands_for.setdefault(there, here)
            return self._here(there) == here
        return type(there) is type(here) and bool(there == here)
