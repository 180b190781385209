"""A server in memory behind a proxy, so that clients have addresses, and an operator of it."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect

from pokerws.server.app import App
from pokerws.server.auth.operator_tokens import issue_operator_token
from tests.server.conftest import Raw

OPERATOR_KEY = "a key that the operator of this server has"
# The settings of a server that believes the address that a client of this machine reports.
PROXIED: dict[str, object] = {"operator_key": OPERATOR_KEY, "trusted_proxies": ("127.0.0.1", "::1")}
OPERATOR_ADDRESS = "192.0.2.1"

Enter = Callable[..., Awaitable[Raw]]


def operator_token(key: str = OPERATOR_KEY, name: str = "alice") -> str:
    now_ms = time.time_ns() // 1_000_000
    return issue_operator_token(key, name, now_ms=now_ms, lifetime_ms=300_000)


@pytest.fixture
async def enter(app: App) -> AsyncIterator[Enter]:
    """Opens connections from an address; one with a name or a token has said hello."""
    opened: list[ClientConnection] = []

    async def open_one(address: str = "198.51.100.1", **hello: Any) -> Raw:
        headers = {"X-Forwarded-For": address}
        connection = await connect(app.socket_url, compression=None, additional_headers=headers)
        opened.append(connection)
        raw = Raw(connection)
        if hello:
            raw.welcome = await raw.ask("hello", **hello)
        return raw

    yield open_one
    for connection in opened:
        await connection.close()


@pytest.fixture
async def operator(enter: Enter) -> Raw:
    """An operator's connection."""
    raw = await enter(OPERATOR_ADDRESS, token=operator_token())
    assert raw.welcome["type"] == "welcome", raw.welcome
    return raw


async def done(raw: Raw, type: str, **fields: Any) -> dict[str, Any]:
    """Say a command that is accepted; returns the answer."""
    answer = await raw.ask(type, **fields)
    assert answer["type"] != "rejected", answer
    return answer


async def close_code(raw: Raw) -> int | None:
    """What the server closes a connection with."""
    await raw.connection.wait_closed()
    return raw.connection.close_code


async def two_in_a_hand(ann: Raw, ben: Raw) -> tuple[str, dict[str, Any]]:
    """A table at which both play a hand, and its first turn; both watch."""
    config = {"seats": 2, "next_hand_delay_ms": 0, "turn_time_ms": 60_000}
    table = str((await done(ann, "create_table", name="One", config=config))["table"])
    for number, player in enumerate((ann, ben)):
        await done(player, "watch", table=table)
        await done(player, "sit", table=table, seat=number, buy_in=5_000)
    while True:
        for event in (await ann.until("events"))["events"]:
            if event["type"] == "turn_started":
                return table, event["turn"]
