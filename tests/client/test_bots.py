import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import NoReturn

import pytest
from structlog.testing import capture_logs

from pokerws.client import Backoff, CommandRejected, TableLost, TableView
from pokerws.client.bots import BotSeat, Decision, calling_station, duty, run_bot, run_bots
from pokerws.game.events import ChipsAdded, PlayerSat, PlayerSatIn, PlayerStood, TableClosed
from pokerws.game.state import Seat, Table
from pokerws.messages import (
    Accepted,
    Act,
    AddChips,
    Hello,
    ListTables,
    Rejected,
    Sit,
    SitIn,
    Tables,
    TableSummary,
)
from tests.client.fake_server import (
    AT_ONCE,
    TABLE,
    Peer,
    empty_table,
    events,
    fake_server,
    snapshot,
)
from tests.client.random_play import player_in
from tests.client.test_styles import facing

OWN = player_in(0)


def bot(**other: object) -> BotSeat:
    chosen = {"style": calling_station, "table": "Main", "name": "Ann", "delay_ms": (0, 0)} | other
    return BotSeat(**chosen)  # type: ignore[arg-type]


async def let_in(peer: Peer, table: Table, session: str = "secret") -> Hello:
    """Welcome a bot and show it the table that it asks for."""
    hello = await peer.welcome(session, player=OWN)
    config = table.config
    listed = [TableSummary(TABLE, "Main", "waiting", 0, 0, config)]
    await peer.send(Tables((await peer.receive(ListTables)).id, listed))
    await peer.show(table)
    return hello


@asynccontextmanager
async def running(url: str, *players: BotSeat, backoff: Backoff = AT_ONCE) -> AsyncIterator[None]:
    """Bots that play until the end of the block."""
    task = asyncio.create_task(run_bots(url, players, rng=random.Random(1), backoff=backoff))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])
    assert task.cancelled()


# ---- what there is to do


def seated(**seat: object) -> TableView:
    table = empty_table()
    table.seats[0] = Seat(OWN, "Ann", **{"stack": 5_000} | seat)  # type: ignore[arg-type]
    return TableView(OWN, table)


def test_a_bot_does_what_there_is_to_do() -> None:
    assert duty(TableView(OWN, empty_table())) == "sit"
    assert duty(seated()) is None
    assert duty(seated(sitting_out=True)) == "sit_in"
    assert duty(seated(sitting_out=True, stack=0)) == "buy_in_again"
    assert duty(seated(sitting_out=True, leaving=True)) is None
    assert duty(facing(100, "AsAd")) == "act"


def test_a_bot_waits_where_there_is_nothing_to_be_done() -> None:
    full = empty_table()
    full.seats = [Seat(player_in(number + 1), "Bob", 100) for number in range(6)]
    assert duty(TableView(OWN, full)) is None

    all_in = facing(100, "AsAd")
    assert all_in.table.hand is not None
    assert all_in.own is not None
    all_in.table.hand.turn = None
    all_in.own.stack = 0
    assert duty(all_in) is None


def test_a_bot_that_waits_for_company_sits_out_where_only_bots_are_left() -> None:
    bots = frozenset({"Ann", "Bob"})
    bob, eve = Seat(player_in(1), "Bob", 5_000), Seat(player_in(2), "Eve", 5_000)
    alone, among_bots, in_company = seated(), seated(), seated()
    among_bots.table.seats[1] = bob
    in_company.table.seats[1:3] = [bob, eve]
    assert [duty(v, bots) for v in (alone, among_bots, in_company)] == ["sit_out", "sit_out", None]
    for view in (alone, among_bots, in_company):
        assert view.own is not None
        view.own.sitting_out = True
    assert [duty(v, bots) for v in (alone, among_bots, in_company)] == [None, None, "sit_in"]
    for away in (
        Seat(eve.player, "Eve", 0),
        Seat(eve.player, "Eve", 5_000, sitting_out=True),
        Seat(eve.player, "Eve", 5_000, leaving=True),
    ):
        in_company.table.seats[2] = away
        assert duty(in_company, bots) is None


# ---- at a table


async def test_a_bot_takes_the_seat_that_it_likes_or_else_another_one() -> None:
    done = asyncio.Event()

    async def script(peer: Peer) -> None:
        await let_in(peer, empty_table())
        sit = await peer.receive(Sit)
        assert (sit.seat, sit.buy_in) == (3, 10_000)
        await peer.send(Rejected(sit.id, "seat_taken", "no"))
        sit = await peer.receive(Sit)
        assert sit.seat in {0, 1, 2, 4, 5}
        await peer.send(Accepted(sit.id, 2), events(2, PlayerSat(sit.seat, OWN, "Ann", 10_000)))
        done.set()
        await peer.stays()

    async with fake_server(script) as url, running(url, bot(seat=3)):
        await done.wait()


@pytest.mark.parametrize(("wished", "brought"), [(None, 10_000), (1, 2_000), (10**9, 20_000)])
async def test_a_bot_brings_what_the_table_allows(wished: int | None, brought: int) -> None:
    done = asyncio.Event()

    async def script(peer: Peer) -> None:
        await let_in(peer, empty_table())
        assert (await peer.receive(Sit)).buy_in == brought
        done.set()
        await peer.stays()

    async with fake_server(script) as url, running(url, bot(buy_in=wished)):
        await done.wait()


async def test_a_bot_that_has_a_seat_goes_on_and_a_late_action_does_no_harm() -> None:
    done = asyncio.Event()
    table = facing(300, "AcAd").table

    async def script(peer: Peer) -> None:
        await let_in(peer, table)
        act = await peer.receive(Act)
        assert (act.turn, act.action, act.amount) == (9, "call", None)
        await peer.send(Rejected(act.id, "wrong_turn", "too late"))
        # The bot must not insist, for which it has the time here, but answer what is open next.
        for _ in range(5):
            await peer.round_trip()
        await peer.send(snapshot(facing(100, "AcAd", number=12).table, epoch=2))
        assert (await peer.receive(Act)).turn == 12
        done.set()
        await peer.stays()

    with capture_logs() as logs:
        async with fake_server(script) as url, running(url, bot()):
            await done.wait()
    [refused] = [line for line in logs if line["event"] == "bot_refused"]
    assert (refused["log_level"], refused["code"], refused["bot"]) == ("debug", "wrong_turn", "Ann")


async def test_a_busted_bot_buys_in_again_and_sits_in() -> None:
    done = asyncio.Event()
    table = seated(stack=0, sitting_out=True).table

    async def script(peer: Peer) -> None:
        await let_in(peer, table)
        add = await peer.receive(AddChips)
        assert add.amount == 10_000
        await peer.send(Rejected(add.id, "overloaded", "not now", retryable=True))
        add = await peer.receive(AddChips)
        await peer.send(Accepted(add.id, 2), events(2, ChipsAdded(0, OWN, 10_000)))
        sit_in = await peer.receive(SitIn)
        await peer.send(Accepted(sit_in.id, 3), events(3, PlayerSatIn(0)))
        done.set()
        await peer.stays()

    async with fake_server(script) as url, running(url, bot()):
        await done.wait()


async def test_a_bot_that_was_too_fast_waits_as_long_as_it_is_told_and_goes_on() -> None:
    done = asyncio.Event()
    table = seated(stack=0).table
    waited_s = 0.0

    async def script(peer: Peer) -> None:
        nonlocal waited_s
        await let_in(peer, table)
        add = await peer.receive(AddChips)
        refused_s = asyncio.get_running_loop().time()
        await peer.send(Rejected(add.id, "too_fast", "wait", retryable=True, retry_after_ms=80))
        await peer.receive(AddChips)
        waited_s = asyncio.get_running_loop().time() - refused_s
        done.set()
        await peer.stays()

    async with fake_server(script) as url, running(url, bot()):
        await done.wait()
    assert waited_s >= 0.08


async def test_a_bot_comes_back_into_its_turn_after_a_lost_connection() -> None:
    done = asyncio.Event()
    table = facing(300, "AcAd").table
    sent: list[Act] = []

    async def first(peer: Peer) -> None:
        await let_in(peer, table)
        sent.append(await peer.receive(Act))
        peer.breaks()

    async def second(peer: Peer) -> None:
        await peer.welcome(player=OWN)
        assert (await peer.show(table)).after_seq == 0
        assert await peer.receive(Act) == sent[0]
        done.set()
        await peer.stays()

    async with fake_server(first, second) as url, running(url, bot()):
        await done.wait()


# ---- failures


async def test_one_bot_fails_with_what_left_it_without_a_table() -> None:
    async def no_table(peer: Peer) -> None:
        await peer.welcome()
        await peer.send(Tables((await peer.receive(ListTables)).id, []))

    async def no_entry(peer: Peer) -> None:
        hello = await peer.receive(Hello)
        await peer.send(Rejected(hello.id, "bad_name", "no"))

    async with fake_server(no_table, no_entry) as url:
        with pytest.raises(TableLost, match="table Main: unknown_table"):
            await run_bot(url, bot(), backoff=AT_ONCE)
        with pytest.raises(CommandRejected, match="bad_name"):
            await run_bot(url, bot(), backoff=AT_ONCE)


async def test_a_bot_whose_table_closes_is_without_one_and_does_not_go_back_to_it() -> None:
    async def closing(peer: Peer) -> None:
        await let_in(peer, seated().table)
        await peer.send(events(1, PlayerStood(0, OWN, 5_000), TableClosed("operator")))
        await peer.stays()

    async def closed(peer: Peer) -> None:
        await peer.welcome()
        listed = [TableSummary(TABLE, "Main", "closed", 0, 0, empty_table().config)]
        await peer.send(Tables((await peer.receive(ListTables)).id, listed))

    async with fake_server(closing, closed) as url:
        for why in ("table_closed", "unknown_table"):
            with pytest.raises(TableLost, match=why):
                await run_bot(url, bot(), backoff=AT_ONCE)


async def test_a_bot_that_fails_is_started_again_as_the_same_player() -> None:
    done = asyncio.Event()
    failures = iter([ZeroDivisionError("a bug in a style")])

    def fails_once(view: TableView, rng: random.Random) -> Decision:
        for failure in failures:
            raise failure
        return calling_station(view, rng)

    async def first(peer: Peer) -> None:
        await let_in(peer, facing(300, "AcAd").table, session="mine")
        await peer.stays()

    async def again(peer: Peer) -> None:
        assert (await let_in(peer, facing(300, "AcAd").table)).token == "mine"
        await peer.receive(Act)
        done.set()
        await peer.stays()

    with capture_logs() as logs:
        async with fake_server(first, again) as url, running(url, bot(style=fails_once)):
            await done.wait()
    [failed] = [line for line in logs if line["event"] == "bot_failed"]
    assert failed["reason"] == "ZeroDivisionError: a bug in a style"
    assert isinstance(failed["exc_info"], ZeroDivisionError)


async def test_a_bot_that_fails_does_not_stop_the_others() -> None:
    failed, done = asyncio.Event(), asyncio.Event()

    def broken(view: TableView, rng: random.Random) -> NoReturn:
        raise ZeroDivisionError("a bug in a style")

    async def script(peer: Peer) -> None:
        hello = await let_in(peer, facing(300, "AcAd").table)
        if hello.name == "Ann":
            await peer.stays()
            failed.set()
            return
        act = await peer.receive(Act)
        await failed.wait()
        await peer.send(Accepted(act.id))
        await peer.receive(Act)
        done.set()
        await peer.stays()

    # The one that fails waits for longer than the test lasts.
    once = Backoff(shortest_ms=600_000, longest_ms=600_000)
    players = [bot(style=broken), bot(name="Bob")]
    async with fake_server(script, script) as url, running(url, *players, backoff=once):
        await done.wait()


async def test_a_bot_whose_session_is_void_starts_over() -> None:
    done = asyncio.Event()

    async def no_table(peer: Peer) -> None:
        await peer.welcome("mine")
        await peer.send(Tables((await peer.receive(ListTables)).id, []))
        await peer.stays()

    async def void(peer: Peer) -> None:
        hello = await peer.receive(Hello)
        assert hello.token == "mine"
        await peer.send(Rejected(hello.id, "bad_token", "expired"))
        await peer.stays()

    async def start(peer: Peer) -> None:
        hello = await peer.receive(Hello)
        assert (hello.name, hello.token) == ("Ann", None)
        done.set()
        await peer.stays()

    async with fake_server(no_table, void, start) as url, running(url, bot()):
        await done.wait()


async def test_cancelled_bots_leave_nothing_behind() -> None:
    arrived = asyncio.Event()

    async def script(peer: Peer) -> None:
        await let_in(peer, empty_table())
        await peer.receive(Sit)
        arrived.set()
        await peer.stays()

    before = asyncio.all_tasks()
    async with fake_server(script) as url, running(url, bot()):
        await arrived.wait()
    assert asyncio.all_tasks() == before
