"""A server that says what a test tells it to: one script a connection, in the order of arrival."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from types import MappingProxyType
from typing import TypeVar

from msgspec.structs import replace
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from pokerws.client import Backoff, Client, OnMessage, connect
from pokerws.game.config.table_config import TableConfig
from pokerws.game.events import PlayerSat, TableEvent
from pokerws.game.state import PlayerId, Table, TableId
from pokerws.game.table import open_table
from pokerws.messages import (
    JSON,
    PROTOCOL,
    WIRES,
    Accepted,
    ClientMessage,
    Events,
    HeartbeatTimes,
    Hello,
    Limits,
    Message,
    ServerMessage,
    Snapshot,
    TableSummary,
    VariantSummary,
    Watch,
    Welcome,
    client_decoder,
)

AT_ONCE = Backoff(shortest_ms=0, longest_ms=0)
ANN = PlayerId("p_ann")
TABLE = TableId("t1")
NO_GAMES: Mapping[str, VariantSummary] = MappingProxyType({})

_DECODERS = {wire: client_decoder(strict=True, wire=wire) for wire in WIRES.values()}

SAT = PlayerSat(2, ANN, "Ann", 5_000)

M = TypeVar("M", bound=Message)


def empty_table(config: TableConfig | None = None) -> Table:
    table, _ = open_table(TABLE, "Main", config or TableConfig())
    return table


def summary(name: str, players: int = 0) -> TableSummary:
    return TableSummary(TABLE, name, "waiting", players, 0, TableConfig())


def ann(url: str, on_message: OnMessage | None = None) -> Client:
    """Ann's client, which connects again at once."""
    return connect(url, name="Ann", backoff=AT_ONCE, on_message=on_message)


class Peer:
    """The server's end of one connection."""

    def __init__(self, connection: ServerConnection) -> None:
        self._connection = connection
        self.subprotocol = connection.subprotocol
        self._wire = WIRES.get(connection.subprotocol or "", JSON)
        self._decode = _DECODERS[self._wire].decode

    async def receive(self, kind: type[M]) -> M:
        """The next message, which has to be of this kind."""
        message: ClientMessage = self._decode(await self._connection.recv(decode=False))
        assert isinstance(message, kind), message
        return message

    async def send(self, *messages: ServerMessage) -> None:
        for message in messages:
            frame = self._wire.encode(message)
            await self._connection.send(frame, text=self._wire.is_text)

    async def send_raw(self, text: str) -> None:
        await self._connection.send(text)

    async def welcome(
        self,
        session: str | None = "secret",
        player: PlayerId = ANN,
        *also: str,
        heartbeat: HeartbeatTimes | None = None,
        games: Mapping[str, VariantSummary] = NO_GAMES,
        games_etag: str | None = None,
    ) -> Hello:
        hello = await self.receive(Hello)
        limits = Limits(max_message_bytes=4096)
        welcome = Welcome(
            hello.id, player, "Ann", "player", PROTOCOL, 1_000, {}, limits, ["chat", *also], session
        )
        of_games = {"variants": dict(games), "games_etag": games_etag}
        await self.send(replace(welcome, heartbeat=heartbeat, **of_games))
        return hello

    async def show(self, table: Table, epoch: int = 1) -> Watch:
        """Answer a watch by a snapshot."""
        watch = await self.receive(Watch)
        await self.send(Accepted(watch.id, table=table.id), snapshot(table, epoch))
        return watch

    async def close(self, code: int, reason: str = "") -> None:
        await self._connection.close(code, reason)

    async def round_trip(self) -> None:
        """Until the client has read all that was sent."""
        await (await self._connection.ping())

    async def stays(self) -> None:
        """Until the client goes."""
        await self._connection.wait_closed()

    def breaks(self) -> None:
        """Drop the connection without a word."""
        self._connection.transport.abort()


def snapshot(table: Table, epoch: int = 1) -> Snapshot:
    return Snapshot(table.id, epoch, table.seq, 1_000, table, table.seat_of(ANN))


def events(seq: int, *events: TableEvent, epoch: int = 1) -> Events:
    return Events(TABLE, epoch, seq, 1_000, list(events))


Script = Callable[[Peer], Awaitable[None]]


@asynccontextmanager
async def fake_server(
    *scripts: Script, port: int = 0, subprotocols: Sequence[str] = tuple(WIRES)
) -> AsyncIterator[str]:
    """Serve one connection a script; gives the URL.

    A script that goes wrong ends the test at once, with what went wrong in it.  At the end it
    waits for all scripts.
    """
    waiting = list(scripts)
    results: list[asyncio.Future[None]] = []
    test = asyncio.current_task()
    assert test is not None

    async def handle(connection: ServerConnection) -> None:
        result: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        results.append(result)
        try:
            assert waiting, "there are more connections than scripts"
            await waiting.pop(0)(Peer(connection))
        except (AssertionError, ConnectionClosed) as error:
            result.set_exception(error)
            test.cancel()
        else:
            result.set_result(None)

    server: Server
    spoken = [Subprotocol(name) for name in subprotocols]
    async with serve(
        handle, "127.0.0.1", port, compression=None, subprotocols=spoken or None
    ) as server:
        try:
            yield f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/ws"
            await asyncio.wait(results)
            assert not waiting, "there are fewer connections than scripts"
        finally:
            for result in results:
                if result.done() and result.exception() is not None:
                    test.uncancel()
                    # What the client made of it is only the effect.
                    result.result()
