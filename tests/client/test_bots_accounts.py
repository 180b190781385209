"""Bots whose accounts run low."""

import asyncio

import pytest
from msgspec.structs import replace
from structlog.testing import capture_logs

from pokerws.client import Backoff, TableLost
from pokerws.client.bots import run_bot
from pokerws.game.events import TableClosed
from pokerws.game.state import Departure
from pokerws.messages import (
    Accepted,
    Account,
    AddChips,
    GetAccount,
    Ping,
    Pong,
    Refill,
    Rejected,
    Sit,
)
from tests.client.fake_server import Peer, empty_table, events, fake_server
from tests.client.test_bots import OWN, bot, let_in, running, seated


async def too_little(peer: Peer, kind: type[Sit | AddChips], *, refilled: bool) -> None:
    """Refuse a buy-in for the account's sake, and answer the wish for a refill."""
    buy_in = await peer.receive(kind)
    await peer.send(Rejected(buy_in.id, "insufficient_chips", "no"))
    refill = await peer.receive(Refill)
    refused = Rejected(refill.id, "refill_not_due", "no")
    await peer.send(Accepted(refill.id) if refilled else refused)


async def show_account(peer: Peer, balance: int, refill_at_ms: int | None = None) -> None:
    asked = await peer.receive(GetAccount)
    await peer.send(Account(asked.id, balance, [], refill_at_ms))


async def test_a_bot_with_too_little_in_its_account_asks_for_a_refill_and_sits_down() -> None:
    done = asyncio.Event()

    async def script(peer: Peer) -> None:
        await let_in(peer, empty_table())
        await too_little(peer, Sit, refilled=True)
        await show_account(peer, 100_000)
        assert (await peer.receive(Sit)).buy_in == 10_000
        done.set()
        await peer.stays()

    async with fake_server(script) as url, running(url, bot()):
        await done.wait()


@pytest.mark.parametrize("balance", [2_000, 9_999])
async def test_a_bot_without_a_refill_brings_what_it_has_down_to_the_tables_minimum(
    balance: int,
) -> None:
    done = asyncio.Event()

    async def script(peer: Peer) -> None:
        await let_in(peer, seated(stack=0, sitting_out=True).table)
        await too_little(peer, AddChips, refilled=False)
        await show_account(peer, balance, refill_at_ms=10**12)
        assert (await peer.receive(AddChips)).amount == balance
        done.set()
        await peer.stays()

    async with fake_server(script) as url, running(url, bot()):
        await done.wait()


async def test_a_bot_with_less_than_the_minimum_waits_until_a_refill_is_due() -> None:
    done = asyncio.Event()

    async def script(peer: Peer) -> None:
        await let_in(peer, empty_table())
        await too_little(peer, Sit, refilled=False)
        await show_account(peer, 1_999, refill_at_ms=5_000_000)
        # By the server's clock it is due in a moment, whatever the bot's own says.
        await peer.send(Pong((await peer.receive(Ping)).id, 4_999_950))
        asked_at_s = asyncio.get_running_loop().time()
        await too_little(peer, Sit, refilled=True)
        assert asyncio.get_running_loop().time() - asked_at_s > 0.04
        await show_account(peer, 100_000)
        await peer.receive(Sit)
        done.set()
        await peer.stays()

    with capture_logs() as logs:
        async with fake_server(script) as url, running(url, bot()):
            await done.wait()
    [waits] = [line for line in logs if line["event"] == "bot_waits_for_chips"]
    assert (waits["balance"], waits["wait_ms"]) == (1_999, 50)


@pytest.mark.parametrize("refill_at_ms", [None, 4_000_000])
async def test_a_bot_that_gets_no_refill_although_it_is_due_or_never_will_be_does_not_insist(
    refill_at_ms: int | None,
) -> None:
    done = asyncio.Event()

    async def script(peer: Peer) -> None:
        await let_in(peer, empty_table())
        await too_little(peer, Sit, refilled=False)
        await show_account(peer, 1_999, refill_at_ms)
        if refill_at_ms is not None:
            await peer.send(Pong((await peer.receive(Ping)).id, 4_999_950))
        # It would have the time here.
        for _ in range(5):
            await peer.round_trip()
        await peer.send(events(2, TableClosed("operator")))
        # A closed table ends the wait.
        done.set()
        await peer.stays()

    never = Backoff(shortest_ms=600_000, longest_ms=600_000)
    async with fake_server(script) as url:
        with pytest.raises(TableLost, match="table_closed"):
            await run_bot(url, bot(), backoff=never)
    assert done.is_set()


async def test_a_bot_whose_account_paid_elsewhere_meanwhile_tries_again() -> None:
    done = asyncio.Event()

    async def script(peer: Peer) -> None:
        await let_in(peer, empty_table())
        await too_little(peer, Sit, refilled=False)
        await show_account(peer, 5_000)
        sit = await peer.receive(Sit)
        await peer.send(Rejected(sit.id, "insufficient_chips", "no"))
        assert (await peer.receive(Sit)).buy_in == 10_000
        done.set()
        await peer.stays()

    async with fake_server(script) as url, running(url, bot()):
        await done.wait()


async def test_a_bot_that_left_lately_brings_back_what_it_left_with() -> None:
    done = asyncio.Event()

    async def script(peer: Peer) -> None:
        left = Departure(OWN, 12_345, 5_000_000)
        await let_in(peer, replace(empty_table(), departed=[left]))
        await peer.send(Pong((await peer.receive(Ping)).id, 4_999_999))
        assert (await peer.receive(Sit)).buy_in == 12_345
        done.set()
        await peer.stays()

    async with fake_server(script) as url, running(url, bot()):
        await done.wait()
