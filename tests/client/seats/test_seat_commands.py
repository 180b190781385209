"""The client's commands for coming to a table and going, and its places on waiting lists."""

import pytest

from pokerws.client import NotUnderstood
from pokerws.messages import (
    Accepted,
    AutoChips,
    JoinWaitingList,
    LeaveWaitingList,
    Ping,
    Pong,
    PostBlind,
    QuickSeat,
    Sit,
    SitIn,
    SitOut,
    Stand,
    Stay,
    TableFilter,
    Waiting,
)
from tests.client.fake_server import TABLE, Peer, ann, fake_server


async def test_what_is_asked_for_is_what_is_sent() -> None:
    async def script(peer: Peer) -> None:
        await peer.welcome()
        for wanted in (
            PostBlind("", TABLE, on=False),
            Stay("", TABLE),
            AutoChips("", TABLE, 5_000, 2_000, 9_000),
            Stand("", TABLE, "next_big_blind"),
            SitOut("", TABLE, "next_big_blind"),
            SitIn("", TABLE, "post"),
        ):
            sent = await peer.receive(type(wanted))
            assert {
                name: getattr(sent, name) for name in sent.__struct_fields__ if name != "id"
            } == {name: getattr(wanted, name) for name in wanted.__struct_fields__ if name != "id"}
            await peer.send(Accepted(sent.id))

    async with fake_server(script) as url, ann(url) as client:
        await client.post_blind(TABLE, on=False)
        await client.stay(TABLE)
        await client.auto_chips(TABLE, top_up_to=5_000, rebuy_to=2_000, at_most=9_000)
        await client.stand(TABLE, "next_big_blind")
        await client.sit_out(TABLE, "next_big_blind")
        await client.sit_in(TABLE, "post")


async def test_the_client_knows_its_places_on_waiting_lists() -> None:
    first, later, over = Waiting(2, TABLE, 2), Waiting(1, TABLE, 1, 3, 99), Waiting(0, TABLE, 0)

    async def script(peer: Peer) -> None:
        await peer.welcome()
        await peer.send(Accepted((await peer.receive(JoinWaitingList)).id), first)
        await peer.send(Pong((await peer.receive(Ping)).id, 1), later)
        await peer.send(Pong((await peer.receive(Ping)).id, 1))
        await peer.send(over, Accepted((await peer.receive(LeaveWaitingList)).id))

    heard: list[object] = []
    async with fake_server(script) as url, ann(url, heard.append) as client:
        await client.join_waiting_list(TABLE)
        await client.ping()
        await client.ping()
        assert client.waiting == {TABLE: later}
        await client.leave_waiting_list(TABLE)
        assert client.waiting == {}
    assert heard == [first, later, over]


async def test_quick_seat_takes_the_seat_that_was_reserved() -> None:
    wanted = TableFilter(games=("NT",))

    async def script(peer: Peer) -> None:
        await peer.welcome()
        asked = await peer.receive(QuickSeat)
        assert asked.filter == wanted
        await peer.send(Accepted(asked.id, 7, TABLE))
        sit = await peer.receive(Sit)
        assert (sit.table, sit.buy_in, sit.seat, sit.entry) == (TABLE, 5_000, None, "post")
        await peer.send(Accepted(sit.id, 8))
        await peer.send(Accepted((await peer.receive(QuickSeat)).id))

    async with fake_server(script) as url, ann(url) as client:
        assert await client.quick_seat(5_000, wanted, "post") == TABLE
        with pytest.raises(NotUnderstood, match="no table id"):
            await client.quick_seat(5_000)
