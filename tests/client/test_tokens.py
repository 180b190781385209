"""A client that is given its tokens by somebody, and what it does when one ends."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from pokerws.client import Client, CommandRejected, ConnectionEnded, TokenProvider, connect, link
from pokerws.messages import CloseCode, Hello, Notice, Ping, Pong, Rejected
from pokerws.server.app import App
from tests.client.fake_server import AT_ONCE, Peer, ann, fake_server
from tests.client.token_service import SECRET, TokenService
from tests.settings import settings_of

EXPIRING = Notice("token_expiring", "renew it")


@pytest.fixture(autouse=True)
def without_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tokens may be renewed as fast as they come."""
    monkeypatch.setattr(link, "RENEW_EVERY_S", 0)


def tokens(*given: str) -> TokenProvider:
    """Gives one after the other."""
    waiting = list(given)

    async def provide() -> str:
        return waiting.pop(0)

    return provide


def with_token(url: str, token: str | Callable[[], Awaitable[str]]) -> Client:
    return connect(url, token=token, backoff=AT_ONCE)


async def answer_ping(peer: Peer) -> None:
    await peer.send(Pong((await peer.receive(Ping)).id, 1))


async def refuse(peer: Peer, token: str, code: str) -> None:
    hello = await peer.receive(Hello)
    assert hello.token == token
    await peer.send(Rejected(hello.id, code, "no"))


async def test_each_connection_has_a_token_of_its_own() -> None:
    async def first(peer: Peer) -> None:
        assert (await peer.welcome(session=None)).token == "one"
        await peer.close(1012)

    async def second(peer: Peer) -> None:
        assert (await peer.welcome(session=None)).token == "two"
        await answer_ping(peer)

    async with fake_server(first, second) as url, with_token(url, tokens("one", "two")) as client:
        await client.ping()
        assert client.session is None


async def test_a_token_that_is_about_to_expire_is_renewed_on_the_same_connection() -> None:
    renewed = asyncio.Event()

    async def script(peer: Peer) -> None:
        assert (await peer.welcome(session=None)).token == "one"
        await peer.send(EXPIRING)
        renewal = await peer.welcome(session="newer")
        assert renewal.token == "two"
        renewed.set()
        await answer_ping(peer)

    async with fake_server(script) as url, with_token(url, tokens("one", "two")) as client:
        await renewed.wait()
        await client.ping()
        assert client.welcome.session == "newer"


async def test_a_guest_renews_the_session_with_itself() -> None:
    renewed = asyncio.Event()

    async def script(peer: Peer) -> None:
        await peer.welcome("older")
        await peer.send(EXPIRING)
        assert (await peer.welcome("newer")).token == "older"
        renewed.set()
        await answer_ping(peer)

    async with fake_server(script) as url, ann(url) as client:
        await renewed.wait()
        await client.ping()
        assert client.session == "newer"


async def test_a_single_token_is_not_said_again() -> None:
    async def script(peer: Peer) -> None:
        await peer.welcome(session=None)
        await peer.send(EXPIRING)
        await answer_ping(peer)
        await peer.close(CloseCode.TOKEN_EXPIRED, "token expired")

    async with fake_server(script) as url, with_token(url, "one") as client:
        await client.ping()
        with pytest.raises(ConnectionEnded, match="the token has expired, and no token provider"):
            await client.ping()


async def test_a_renewal_that_is_refused_leaves_the_connection_as_it_is() -> None:
    refused = asyncio.Event()

    async def script(peer: Peer) -> None:
        await peer.welcome(session=None)
        await peer.send(EXPIRING)
        await refuse(peer, "two", "wrong_player")
        refused.set()
        await answer_ping(peer)

    async with fake_server(script) as url, with_token(url, tokens("one", "two")) as client:
        await refused.wait()
        await client.ping()


async def test_the_same_token_is_not_said_twice_on_a_connection() -> None:
    asked = asyncio.Event()
    given = tokens("one", "one")

    async def provide() -> str:
        token = await given()
        if asked.is_set():
            again.set()
        asked.set()
        return token

    again = asyncio.Event()

    async def script(peer: Peer) -> None:
        await peer.welcome(session=None)
        await peer.send(EXPIRING)
        await answer_ping(peer)

    async with fake_server(script) as url, with_token(url, provide) as client:
        await again.wait()
        await client.ping()


async def test_a_provider_that_fails_at_a_renewal_costs_no_connection() -> None:
    asked = asyncio.Event()

    async def provide() -> str:
        if not asked.is_set():
            asked.set()
            return "one"
        raise ValueError("out of tokens")

    async def script(peer: Peer) -> None:
        await peer.welcome(session=None)
        await peer.send(EXPIRING)
        await answer_ping(peer)

    async with fake_server(script) as url, with_token(url, provide) as client:
        await client.ping()


async def test_a_connection_whose_token_has_expired_is_made_again_with_a_newer_one() -> None:
    async def first(peer: Peer) -> None:
        await peer.welcome(session=None)
        await peer.close(CloseCode.TOKEN_EXPIRED)

    async def second(peer: Peer) -> None:
        assert (await peer.welcome(session=None)).token == "two"
        await answer_ping(peer)

    async with fake_server(first, second) as url, with_token(url, tokens("one", "two")) as client:
        await client.ping()


@pytest.mark.parametrize("code", ["bad_token", "token_expired"])
async def test_a_token_that_is_refused_is_replaced_once(code: str) -> None:
    async def first(peer: Peer) -> None:
        await refuse(peer, "one", code)

    async def second(peer: Peer) -> None:
        await refuse(peer, "two", code)

    async with fake_server(first, second) as url:
        with pytest.raises(CommandRejected, match=code):
            async with with_token(url, tokens("one", "two", "three")):
                pytest.fail("neither was good")


async def test_a_better_token_opens_the_door() -> None:
    async def first(peer: Peer) -> None:
        await refuse(peer, "one", "token_expired")

    async def second(peer: Peer) -> None:
        assert (await peer.welcome(session=None)).token == "two"
        await answer_ping(peer)

    async with fake_server(first, second) as url, with_token(url, tokens("one", "two")) as client:
        await client.ping()


async def test_a_refusal_for_another_reason_is_no_reason_for_another_token() -> None:
    async def script(peer: Peer) -> None:
        await refuse(peer, "one", "forbidden")

    async with fake_server(script) as url:
        with pytest.raises(CommandRejected, match="forbidden"):
            async with with_token(url, tokens("one", "two")):
                pytest.fail("the door is shut")


async def test_a_provider_that_cannot_be_reached_is_asked_again() -> None:
    asked = 0

    async def provide() -> str:
        nonlocal asked
        asked += 1
        if asked == 1:
            raise ConnectionRefusedError
        return "one"

    async def script(peer: Peer) -> None:
        assert (await peer.welcome(session=None)).token == "one"
        await answer_ping(peer)

    async with fake_server(script) as url, with_token(url, provide) as client:
        await client.ping()
    assert asked == 2


async def test_what_else_a_provider_raises_ends_the_client() -> None:
    async def provide() -> str:
        raise LookupError("there is no such user")

    with pytest.raises(LookupError, match="no such user"):
        async with with_token("ws://127.0.0.1:9/ws", provide):
            pytest.fail("without a token there is no way in")


async def test_a_real_server_renews_a_connection_as_often_as_there_are_tokens() -> None:
    service = TokenService()
    renewed = asyncio.Event()

    async def provide() -> str:
        if service.asked == 3:
            renewed.set()
        return await service.token_for("ann")

    # Each token lives for ten minutes, so the warning comes as soon as there is a connection.
    settings = settings_of(
        port=0, use_auth_middleware=True, auth_secret=SECRET, auth_warning_ms=3_600_000
    )
    app = App(settings)
    await app.start()
    try:
        async with with_token(app.socket_url, provide) as client:
            await renewed.wait()
            assert client.player == "ann"
            assert app.listener.connections == 1
    finally:
        await app.stop()
