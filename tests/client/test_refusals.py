"""What a refusal tells a program that uses the client."""

import pytest

from pokerws.client import CommandRejected
from pokerws.messages import Details, Rejected, Sit, server_decoder
from tests.client.fake_server import TABLE, Peer, ann, fake_server


async def test_how_long_to_wait_is_part_of_the_refusal() -> None:
    async def script(peer: Peer) -> None:
        await peer.welcome()
        sit = await peer.receive(Sit)
        await peer.send(Rejected(sit.id, "too_fast", "slow down", True, 1_500))

    async with fake_server(script) as url, ann(url) as client:
        with pytest.raises(CommandRejected, match="too_fast") as caught:
            await client.sit(TABLE, 5_000)
        assert caught.value.retry_after_ms == 1_500
        # An older server sends neither category nor details.
        assert caught.value.category == ""
        assert caught.value.details == Details()


async def test_a_refusal_has_its_category_and_what_is_legal_as_data() -> None:
    legal = Details(field="buy_in", min=2_000, max=200_000)

    async def script(peer: Peer) -> None:
        await peer.welcome()
        sit = await peer.receive(Sit)
        await peer.send(Rejected(sit.id, "buy_in_too_small", "no", category="rules", details=legal))

    async with fake_server(script) as url, ann(url) as client:
        with pytest.raises(CommandRejected, match="buy_in_too_small") as caught:
            await client.sit(TABLE, 500)
        assert caught.value.category == "rules"
        assert caught.value.details == legal


def test_a_refusal_of_a_newer_server_is_read_as_far_as_it_is_known() -> None:
    newer = b"""{"type":"rejected","id":"1","code":"too_dark","message":"no","category":"light",
        "details":{"scope":"moon","limit":3,"phase":"new"}}"""
    heard = server_decoder().decode(newer)
    assert isinstance(heard, Rejected)
    assert heard.category == "light"
    assert heard.details == Details(scope="moon", limit=3)
