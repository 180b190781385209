"""Free chips are limited: by address and day, for new guests, and while chips are at tables."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

import pytest

from pokerws.game import commands
from pokerws.game.state import PlayerId
from pokerws.messages import Refused
from pokerws.server.app import App
from pokerws.server.tables.cashier import Cashier, Purse, Terms
from pokerws.settings import variables
from pokerws.storage.accounts import ALLOWANCE_MS
from pokerws.storage.memory_accounts import MemoryAccounts
from tests.server.bank import USUAL, House, house_with_a_bank
from tests.server.conftest import Connect, Message, Raw
from tests.server.fakes import FakeViewer, ManualClock

ANN = PlayerId("ann")
HOUR_MS = 3_600_000
TERMS = Terms(address_chips=1_000_000, newcomer_chips=20_000, newcomer_ms=HOUR_MS)
DEFAULTS = pytest.mark.settings.with_args(
    **{
        name: variables()[name.upper()].default
        for name in ("free_chips_per_address", "newcomer_chips", "newcomer_ms")
    }
)
# Whoever is dumped into is given nearly the whole stack in one hand.
DUMP = {
    "seats": 2,
    "small_blind": 50,
    "big_blind": 100,
    "min_buy_in": 100,
    "max_buy_in": 100_000,
    "next_hand_delay_ms": 0,
    "turn_time_ms": 60_000,
}


@pytest.fixture
async def house(request: pytest.FixtureRequest) -> AsyncIterator[House]:
    """With the terms of the test's parameter, or the usual ones."""
    async with house_with_a_bank(getattr(request, "param", USUAL)) as house:
        yield house


# ---- attacks on the wire


async def dumps(giver: Raw, receiver: Raw, chips: int) -> None:
    """Lose all but a few of `chips` in one hand, and leave."""
    table = (await giver.ask("create_table", name="Dump", config=DUMP))["table"]
    players = [giver, receiver]
    for number, player in enumerate(players):
        await player.ask("watch", table=table)
        await player.ask("sit", table=table, seat=number, buy_in=chips)
    is_first = True
    while True:
        for event in (await giver.until("events"))["events"]:
            if event["type"] == "turn_started":
                if is_first:
                    # There is no second hand.
                    await giver.ask("sit_out", table=table)
                is_first, turn = False, event["turn"]
                await act(players, table, turn)
            elif event["type"] == "hand_ended":
                for player in players:
                    await player.ask("stand", table=table)
                return


async def act(players: list[Raw], table: str, turn: Message) -> None:
    """Put nearly all of the giver's stack in before the flop, and fold there."""
    actions, seat = turn["actions"], turn["seat"]
    action: Message = {"action": "check" if "check" in actions else "call"}
    if seat == 0 and "raise" in actions:
        action = {"action": "raise", "amount": turn["max_to"] - 100}
    elif seat == 0 and "check" not in actions:
        action = {"action": "fold"}
    elif seat == 1 and "bet" in actions:
        action = {"action": "bet", "amount": turn["max_to"]}
    await players[seat].ask("act", table=table, turn=turn["number"], **action)


async def wealth(*players: Raw) -> int:
    return sum([(await player.ask("get_account"))["balance"] for player in players])


@DEFAULTS
async def test_a_dozen_new_guests_cannot_dump_their_grants_into_one_account(
    app: App, open_connection: Connect
) -> None:
    boss = await open_connection("Boss")
    guests = [await open_connection(f"Guest {number}") for number in range(12)]

    assert await wealth(boss, *guests) == 1_000_000, "of an address, thirteen would have more"
    table = (await guests[0].ask("create_table", name="All", config=DUMP))["table"]
    held = await guests[0].ask("sit", table=table, buy_in=20_001)
    for giver in guests[:9]:
        await dumps(giver, boss, 20_000)

    assert (held["code"], held["retryable"]) == ("grant_held", True)
    assert 0 < held["retry_after_ms"] <= HOUR_MS
    gained = await wealth(boss) - 100_000
    assert 9 * 19_000 < gained <= 9 * 20_000, "of 1,200,000 that they hoped for"
    # Nor do those who have lost the little get more from the address.
    for guest in guests:
        assert (await guest.ask("refill"))["code"] in ("refill_not_due", "free_chips_used_up")
    assert await wealth(boss, *guests) == 1_000_000


@pytest.mark.settings(free_chips_per_address=100_000, trusted_proxies=("127.0.0.1",))
async def test_a_guest_of_an_address_without_free_chips_enters_with_an_empty_account(
    app: App, open_connection: Connect
) -> None:
    at_home = {"X-Forwarded-For": "2001:db8:1:2::1"}
    first = await open_connection("Ann", headers=at_home)
    assert await wealth(first) == 100_000
    # Another address of the same customer.
    ben = await open_connection("Ben", headers={"X-Forwarded-For": "2001:db8:1:2::9"})
    await ben.send({"type": "get_account", "id": "a"})
    notice, account = await ben.receive(), await ben.receive()
    table = (await ben.ask("create_table", name="One", config={}))["table"]
    poor = await ben.ask("sit", table=table, buy_in=2_000)
    refused = await ben.ask("refill")

    assert (notice["type"], notice["code"]) == ("notice", "no_grant")
    assert (account["balance"], account["transfers"]) == (0, [])
    assert account["refill_at_ms"] > ben.welcome["now_ms"] + 23 * HOUR_MS
    assert poor["code"] == "insufficient_chips"
    assert (refused["code"], refused["retryable"]) == ("free_chips_used_up", True)
    assert 23 * HOUR_MS < refused["retry_after_ms"] <= 24 * HOUR_MS
    assert "pokerws_grants_refused_total 1.0" in app._metrics.text().decode()
    # The notice comes once.
    assert (await ben.ask("get_account"))["balance"] == 0
    others = await open_connection("Cleo", headers={"X-Forwarded-For": "2001:db8:1:3::1"})
    bot = await open_connection("Bot", headers=at_home, token=app.bot_token("Bot"))
    assert [await wealth(one) for one in (others, bot)] == [100_000, 100_000]


# ---- what a new guest can pay


@contextmanager
def refused(code: str) -> Iterator[None]:
    with pytest.raises(Refused) as caught:
        yield
    assert caught.value.code == code


def bank(
    accounts: MemoryAccounts, clock: ManualClock, terms: Terms = TERMS, key: str = "k"
) -> Cashier:
    return Cashier(accounts, clock, terms, key=key)


async def test_the_rest_of_a_grant_is_available_after_an_hour() -> None:
    accounts, clock = MemoryAccounts(), ManualClock()
    cashier = bank(accounts, clock)
    opened_ms = clock.table_ms()

    async with cashier.paying(ANN, "home") as purse:
        assert purse == Purse(100_000, 80_000, opened_ms + HOUR_MS)
        purse.check(20_000, opened_ms)
        # The table says so if the account does not have it at all.
        purse.check(100_001, opened_ms)
        with refused("grant_held"):
            purse.check(20_001, opened_ms)
    clock.advance(HOUR_MS - 1)
    assert (await cashier.statement(ANN, None, "home")).purse.available == 20_000
    clock.advance(1)
    assert (await cashier.statement(ANN, None, "home")).purse == Purse(100_000)


async def test_players_of_a_login_have_their_whole_grant_at_once() -> None:
    cashier = bank(MemoryAccounts(), ManualClock(), Terms(address_chips=100_000))
    for name in ("ann", "ben", "cleo"):
        async with cashier.paying(PlayerId(name)) as purse:
            assert purse == Purse(100_000)


async def test_the_store_learns_no_address_and_another_key_counts_anew() -> None:
    accounts, clock = MemoryAccounts(), ManualClock()
    terms = Terms(address_chips=100_000)

    async def granted(name: str, key: str) -> int:
        cashier = bank(accounts, clock, terms, key)
        return (await cashier.statement(PlayerId(name), None, "203.0.113.7")).purse.balance

    assert [await granted("a", "one"), await granted("b", "one")] == [100_000, 0]
    assert await granted("c", "another") == 100_000
    assert not any("203" in address for address in accounts._allowances)


async def test_addresses_in_memory_are_forgotten_when_all_their_chips_are_back() -> None:
    accounts, clock = MemoryAccounts(), ManualClock()
    cashier = bank(accounts, clock)
    for number in range(5):
        await cashier.open_for(PlayerId("unlimited"))
        await cashier.statement(PlayerId(f"p{number}"), None, f"address {number}")
    assert len(accounts._allowances) == 5
    clock.advance(ALLOWANCE_MS)
    for number in range(5, 10):
        await cashier.statement(PlayerId(f"p{number}"), None, f"address {number}")
    assert len(accounts._allowances) == 5


# ---- refills


async def refill(house: House) -> None:
    await house.bank.refill(ANN, None, house.lobby.tables_of)


@pytest.mark.parametrize(
    "house", [Terms(refill_interval_ms=0, refill_to=100_000, refill_below=96_000)], indirect=True
)
async def test_no_refill_while_chips_are_at_a_table(house: House) -> None:
    actor = await house.open()
    await house.sit(actor, house.ann, 5_000)
    await house.journal.flush(5)

    with refused("chips_at_table"):
        await refill(house)
    assert (await house.bank.statement(ANN, None, None, house.lobby.tables_of)).refill_at_ms is None
    actor.handle(house.ann, "up", commands.Stand(ANN))
    await house.journal.flush(5)
    with refused("refill_not_due"):
        await refill(house)
    assert await house.balance(ANN) == 100_000


@pytest.mark.parametrize(
    "house", [Terms(refill_interval_ms=0, refill_to=100_000, refill_below=96_000)], indirect=True
)
async def test_a_bot_that_is_busted_at_one_table_gets_a_refill_with_chips_at_another(
    house: House,
) -> None:
    actor, bot = await house.open(), FakeViewer("bot_ada")
    await house.sit(actor, bot, 5_000)
    await house.journal.flush(5)

    tables = house.lobby.tables_of
    statement = await house.bank.statement(bot.player, None, None, tables)
    assert statement.refill_at_ms is not None
    await house.bank.refill(bot.player, None, tables)
    assert await house.balance(bot.player) == 100_000


@pytest.mark.parametrize(
    "house", [Terms(refill_interval_ms=0, refill_to=200_000, refill_below=200_000)], indirect=True
)
async def test_chips_on_their_way_to_a_table_count(house: House) -> None:
    actor = await house.open()
    house.store.open.clear()
    await house.sit(actor, house.ann, 5_000)
    await house.store.begun.wait()

    with refused("chips_at_table"):
        await refill(house)
    house.store.open.set()
    await house.journal.flush(5)
    assert await house.balance(ANN) == 95_000


@pytest.mark.parametrize("house", [Terms(grant=2_000, refill_interval_ms=0)], indirect=True)
async def test_chips_in_a_pot_count_and_a_busted_player_gets_a_refill(house: House) -> None:
    actor = await house.open()
    for viewer in (house.ann, house.ben):
        await house.sit(actor, viewer, 2_000)
    await house.journal.flush(5)
    house.clock.advance(1_000)
    while (hand := actor.table.hand) is not None and hand.turn is not None:
        mover, turn = (house.ann, house.ben)[hand.turn.seat], hand.turn
        with refused("chips_at_table"):
            await refill(house)
        act = ("raise", turn.max_to) if "raise" in turn.actions else ("call", None)
        actor.handle(mover, f"c{turn.number}", commands.Act(mover.player, turn.number, *act))
    await house.journal.flush(5)
    loser, winner = sorted((house.ann, house.ben), key=lambda one: stack(house, one.player))
    assert stack(house, loser.player) == 0

    await house.bank.refill(loser.player, None, house.lobby.tables_of)
    with refused("chips_at_table"):
        await house.bank.refill(winner.player, None, house.lobby.tables_of)
    assert await house.balance(loser.player) == 100_000


def stack(house: House, player: PlayerId) -> int:
    """The chips of a player at the only table."""
    [table] = [actor.table for actor in house.lobby.actors()]
    number = table.seat_of(player)
    assert number is not None
    seat = table.seats[number]
    assert seat is not None
    return seat.stack


@pytest.mark.parametrize("house", [Terms(grant=10)], indirect=True)
async def test_of_two_refills_at_once_one_is_given(house: House) -> None:
    await house.bank.open_for(ANN)
    house.clock.advance(HOUR_MS)
    results = await asyncio.gather(*(refill(house) for _ in range(5)), return_exceptions=True)
    assert [result for result in results if result is None] == [None]
    assert await house.balance(ANN) == 100_000
