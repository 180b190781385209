"""Clients that are sent away are told when to come back, each another time, and keep to it."""

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack, suppress
from functools import partial

import pytest
from structlog.testing import capture_logs
from websockets.asyncio.client import connect as connect_raw
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from pokerws.client import connect
from pokerws.client.client import News
from pokerws.messages import JSON, WIRES, CloseCode, Hello, Notice, client_decoder
from pokerws.server import listener as listening
from pokerws.server.app import App
from pokerws.server.away import ELSEWHERE, STOPPED, Away
from tests.server.conftest import Connect, Message, Raw

CLIENTS = 60


class Crowd:
    """Clients of one server, and what becomes of them."""

    def __init__(self) -> None:
        self._now_s: Callable[[], float] = asyncio.get_running_loop().time
        # By client: when it was told, and what.
        self.told: dict[int, tuple[float, int]] = {}
        # By session: when it came back.
        self.back_s: dict[str, float] = {}
        self.all_back = asyncio.Event()

    def hear(self, number: int, news: News) -> None:
        assert isinstance(news, Notice)
        assert news.retry_after_ms is not None
        assert number not in self.told, "it is told once"
        self.told[number] = self._now_s(), news.retry_after_ms

    async def take_back(self, connection: ServerConnection) -> None:
        decoder = client_decoder(strict=True, wire=WIRES.get(connection.subprotocol or "", JSON))
        hello = decoder.decode(await connection.recv(decode=False))
        assert isinstance(hello, Hello)
        self.back_s.setdefault(hello.token or "", self._now_s())
        if len(self.back_s) == CLIENTS:
            self.all_back.set()
        await connection.wait_closed()


@pytest.mark.parametrize(
    ("away", "soonest_ms", "latest_ms"), [(ELSEWHERE, 50, 150), (STOPPED, 250, 750)]
)
async def test_each_client_is_told_another_time_and_its_first_attempt_keeps_it(
    app: App, away: Away, soonest_ms: int, latest_ms: int
) -> None:
    crowd, port = Crowd(), app.port
    with capture_logs() as lines:
        async with AsyncExitStack() as stack:
            clients = [
                connect(
                    app.socket_url,
                    name=f"Player {number}",
                    wire="json" if number % 2 else "msgpack",
                    on_message=partial(crowd.hear, number),
                )
                for number in range(CLIENTS)
            ]
            for client in clients:
                await stack.enter_async_context(client)
            sessions = [client.session or "" for client in clients]
            await app.listener.send_away(away)
            wires = [Subprotocol(name) for name in WIRES]
            async with serve(crowd.take_back, "127.0.0.1", port, subprotocols=wires):
                await crowd.all_back.wait()
                await stack.aclose()
    told_ms = sorted(ms for _, ms in crowd.told.values())
    assert soonest_ms <= told_ms[0]
    assert told_ms[-1] <= latest_ms
    assert len(set(told_ms)) > CLIENTS / 3
    broken = [line for line in lines if line["event"] == "connection_broken"]
    first_ms = [line["retry_in_ms"] for line in broken if line["reason"] == "closed with 1012"]
    assert sorted(first_ms) == told_ms
    for number, (told_s, retry_after_ms) in crowd.told.items():
        assert crowd.back_s[sessions[number]] - told_s >= retry_after_ms / 1000


def spread(away: Away, clients: int) -> tuple[int, int]:
    times_ms = [away.retry_after_ms(clients) for _ in range(20_000)]
    return min(times_ms), max(times_ms)


def test_many_clients_are_spread_over_more_time_and_none_comes_later_than_before() -> None:
    assert spread(ELSEWHERE, 1) == spread(ELSEWHERE, 100) == (50, 150)
    assert spread(ELSEWHERE, 300) == (50, 350)
    assert spread(ELSEWHERE, 30_000) == (50, 750)
    assert spread(STOPPED, 1) == spread(STOPPED, 30_000) == (250, 750)


async def what_is_said(raw: Raw) -> list[Message]:
    """Everything until the server closes the connection."""
    said = []
    with suppress(ConnectionClosed):
        while True:
            said.append(await raw.receive())
    assert raw.connection.close_code == CloseCode.RESTARTING
    return said


async def test_an_announcement_leaves_the_loop_to_others_and_is_made_once(
    app: App, open_connection: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listening, "TOLD_AT_ONCE", 1)
    early = [await open_connection(name) for name in ("Ann", "Ben", "Cleo")]
    announcing = asyncio.create_task(app.listener.announce())
    turns = 0
    while not announcing.done():
        await asyncio.sleep(0)
        turns += 1
    assert turns >= len(early)
    late = await open_connection("Dan")
    await app.stop()
    for raw in (*early, late):
        (notice,) = [one for one in await what_is_said(raw) if one["type"] == "notice"]
        assert notice["code"] == "restarting"
        assert 250 <= notice["retry_after_ms"] <= 750


async def test_who_has_not_been_answered_yet_is_only_closed(
    app: App, open_connection: Connect
) -> None:
    async with connect_raw(app.socket_url, proxy=None) as connection:
        greeted = await open_connection("Ann")
        await app.listener.announce()
        await app.stop()
        assert await what_is_said(Raw(connection)) == []
        assert [one["type"] for one in await what_is_said(greeted)] == ["notice"]
