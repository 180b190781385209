"""Chips between accounts and tables: on the wire in memory, and with a store that can fail."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from pokerws.game import commands
from pokerws.game.illegal import Illegal
from pokerws.game.state import PlayerId
from pokerws.messages import Accepted, Events, Rejected
from pokerws.server.tables.cashier import Purse, Terms
from pokerws.server.tables.lobby.outage_pause import CHECK_LAG_MS
from pokerws.storage.accounts import player_account
from pokerws.storage.errors import StoreUnavailable
from tests.server.bank import CONFIG, USUAL, House, house_with_a_bank
from tests.server.conftest import Connect, Message, Raw

ANN = PlayerId("ann")


# ---- on the wire


async def table_of(ann: Raw, **config: int) -> str:
    slow = {"next_hand_delay_ms": 60_000}
    made = await ann.ask("create_table", name="One", config=slow | config)
    table: str = made["table"]
    return table


def amounts(account: Message) -> list[tuple[str, int]]:
    return [(line["reason"], line["amount"]) for line in account["transfers"]]


async def test_a_new_player_has_an_account_with_the_grant(open_connection: Connect) -> None:
    ann = await open_connection("Ann")

    account = await ann.ask("get_account")

    assert account["balance"] == 100_000
    assert amounts(account) == [("grant", 100_000)]
    assert "refill_at_ms" not in account


async def test_chips_go_to_the_table_and_come_home(open_connection: Connect) -> None:
    ann = await open_connection("Ann")
    table = await table_of(ann)

    await ann.ask("sit", table=table, buy_in=5_000)
    await ann.ask("add_chips", table=table, amount=1_000)
    await ann.ask("add_chips", table=table)
    seated = await ann.ask("get_account")
    await ann.ask("stand", table=table)
    home = await ann.ask("get_account")

    assert seated["balance"] == 80_000
    assert amounts(seated) == [
        ("top_up", -14_000),
        ("add_on", -1_000),
        ("buy_in", -5_000),
        ("grant", 100_000),
    ]
    assert home["balance"] == 100_000
    assert amounts(home)[0] == ("cash_out", 20_000)
    assert home["transfers"][0]["table"] == table


async def test_what_the_account_does_not_have_cannot_be_brought(open_connection: Connect) -> None:
    ann = await open_connection("Ann")
    table = await table_of(ann, min_buy_in=100, max_buy_in=500_000)

    refused = await ann.ask("sit", table=table, buy_in=100_001)
    seated = await ann.ask("sit", table=table, buy_in=99_000)
    more = await ann.ask("add_chips", table=table, amount=1_001)
    rest = await ann.ask("add_chips", table=table)
    account = await ann.ask("get_account")

    assert (refused["code"], more["code"]) == ("insufficient_chips", "insufficient_chips")
    assert seated["type"] == rest["type"] == "accepted"
    assert account["balance"] == 0
    assert amounts(account)[0] == ("add_on", -1_000)


async def test_a_command_sent_again_is_answered_although_the_account_is_empty_by_now(
    open_connection: Connect,
) -> None:
    ann = await open_connection("Ann")
    table = await table_of(ann, max_buy_in=100_000)

    first = await ann.ask("sit", table=table, buy_in=100_000, id="s")
    again = await ann.ask("sit", table=table, buy_in=100_000, id="s")

    assert first == again
    assert (await ann.ask("get_account"))["balance"] == 0


@pytest.mark.settings(refill_interval_ms=0, grant_chips=10_000)
async def test_an_account_that_is_low_can_be_filled_up(open_connection: Connect) -> None:
    ann = await open_connection("Ann")

    low = await ann.ask("get_account")
    filled = await ann.ask("refill")
    account = await ann.ask("get_account")
    early = await ann.ask("refill")

    assert low["refill_at_ms"] == low["transfers"][-1]["at_ms"]
    assert filled["type"] == "accepted"
    assert account["balance"] == 100_000
    assert amounts(account)[0] == ("refill", 90_000)
    assert early["code"] == "refill_not_due"


@pytest.mark.settings(grant_chips=10_000)
async def test_a_refill_is_not_given_before_its_time(open_connection: Connect) -> None:
    ann = await open_connection("Ann")

    refused = await ann.ask("refill")
    account = await ann.ask("get_account")

    assert refused["code"] == "refill_not_due"
    assert account["refill_at_ms"] == account["transfers"][-1]["at_ms"] + 3_600_000


async def test_a_history_is_read_in_pages(open_connection: Connect) -> None:
    ann = await open_connection("Ann")
    table = await table_of(ann)
    for _ in range(30):
        await ann.ask("sit", table=table, buy_in=2_000)
        await ann.ask("stand", table=table)

    first = await ann.ask("get_account")
    rest = await ann.ask("get_account", before=first["transfers"][-1]["id"])

    assert (len(first["transfers"]), len(rest["transfers"])) == (50, 11)
    assert amounts(rest)[-1] == ("grant", 100_000)


# ---- with a store


@pytest.fixture
async def house(request: pytest.FixtureRequest) -> AsyncIterator[House]:
    """With the terms of the test's parameter, or the usual ones."""
    async with house_with_a_bank(getattr(request, "param", USUAL)) as house:
        yield house


async def test_without_durable_acks_too_chips_are_shown_at_a_table_when_they_are_stored(
    house: House,
) -> None:
    actor = await house.open()
    house.store.open.clear()

    await house.sit(actor, house.ann, 5_000)
    await house.store.begun.wait()

    assert actor.table.chips == 5_000
    assert house.ann.take() == house.ben.take() == []
    house.store.open.set()
    await house.journal.flush(5)
    answer, events = house.ann.take()
    assert answer == Accepted("s", 2)
    assert isinstance(events, Events)
    assert await house.balance(ANN) == 95_000


async def test_what_happens_after_chips_came_is_shown_after_them(house: House) -> None:
    actor = await house.open()
    house.store.open.clear()
    await house.sit(actor, house.ann, 5_000)

    actor.handle(house.ann, "o", commands.SitOut(ANN))
    assert house.ann.take() == []
    house.store.open.set()
    await house.journal.flush(5)
    actor.handle(house.ann, "i", commands.SitIn(ANN))

    answers = [message.id for message in house.ann.take() if isinstance(message, Accepted)]
    assert answers == ["s", "o", "i"]


async def test_chips_that_go_home_are_acknowledged_when_that_is_stored(house: House) -> None:
    actor = await house.open()
    await house.sit(actor, house.ann, 5_000)
    await house.journal.flush(5)
    house.ann.take()
    house.store.open.clear()

    actor.handle(house.ann, "up", commands.Stand(ANN))

    assert house.ann.take() == []
    house.store.open.set()
    await house.journal.flush(5)
    assert house.ann.take()[0] == Accepted("up", 3)
    assert await house.balance(ANN) == 100_000


@pytest.mark.parametrize("house", [Terms(grant=6_000)], indirect=True)
async def test_two_tables_cannot_be_paid_with_the_same_chips(house: House) -> None:
    one, two = await house.open("One"), await house.open("Two")

    await asyncio.gather(house.sit(one, house.ann, 5_000), house.sit(two, house.ann, 5_000))
    await house.journal.flush(5)

    assert sorted([one.table.chips, two.table.chips]) == [0, 5_000]
    refusals = [message for message in house.ann.take() if isinstance(message, Rejected)]
    assert [refusal.code for refusal in refusals] == ["insufficient_chips"]
    assert await house.balance(ANN) == 1_000


async def test_chips_spent_elsewhere_meanwhile_undo_the_seat_that_nobody_has_seen(
    house: House,
) -> None:
    actor = await house.open()
    await house.store.accounts.open(ANN, 5_000, 0)
    house.store.open.clear()
    await house.sit(actor, house.ann, 5_000)
    await house.store.begun.wait()
    # Another server takes them first.
    house.accounts._balances[player_account(ANN)] = 100

    house.store.open.set()
    await house.journal.flush(5)

    refused = house.ann.take()[0]
    assert isinstance(refused, Rejected)
    assert (refused.code, refused.retryable) == ("table_unavailable", True)
    assert not any(isinstance(message, Events) for message in house.ben.take())
    again = await house.lobby.find(actor.table.id)
    assert again is not actor
    assert again.table.chips == 0
    assert await house.balance(ANN) == 100
    # The account is not held up by what did not come to pass.
    async with house.bank.paying(ANN) as purse:
        assert purse == Purse(100)


async def test_while_the_database_fails_no_chips_move_and_play_goes_on(house: House) -> None:
    actor = await house.open()
    await house.sit(actor, house.ann, 5_000)
    await house.sit(actor, house.ben, 5_000)
    await house.journal.flush(5)
    house.store.faults = ["before"] * 1_000
    house.clock.advance(CONFIG.next_hand_delay_ms)
    while house.journal.healthy:
        house.store.begun.clear()
        await house.store.begun.wait()
        await asyncio.sleep(0)
    # It is noted that the cards of the hand are shown ahead of the database.
    house.clock.advance(CHECK_LAG_MS)
    for _ in range(10):
        await asyncio.sleep(0)
    assert not actor.is_held
    house.ann.take()

    hand = actor.table.hand
    assert hand is not None
    assert hand.turn is not None
    mover = (house.ann, house.ben)[hand.turn.seat]
    actor.handle(mover, "c", commands.Act(mover.player, hand.turn.number, "call"))
    assert Accepted in {type(message) for message in mover.take()}
    actor.handle(house.ann, "up", commands.Stand(ANN))

    refused = house.ann.take()[-1]
    assert isinstance(refused, Rejected)
    assert (refused.code, refused.retryable) == ("bank_unavailable", True)


async def test_a_table_whose_chips_wait_for_a_hanging_database_stands_still(house: House) -> None:
    actor, other = await house.open("One"), await house.open("Two")
    house.store.open.clear()
    await house.sit(actor, house.ann, 5_000)

    house.clock.advance(2_000)

    assert (actor.is_paused, other.is_paused) == (True, False)
    assert [m.code for m in house.ann.take() if hasattr(m, "code")] == ["paused"]
    house.store.open.set()
    await house.journal.flush(5)
    house.clock.advance(500)
    assert not actor.is_paused


async def test_a_table_that_is_not_stored_any_more_plays_on_without_moving_chips(
    house: House,
) -> None:
    actor = await house.open()
    await house.sit(actor, house.ann, 5_000)
    await house.journal.flush(5)

    house.lobby.outcomes.rejected(actor.table.id)
    house.ann.take()
    actor.handle(house.ann, "o", commands.SitOut(ANN))
    actor.handle(house.ann, "up", commands.Stand(ANN))

    codes = [getattr(message, "code", "accepted") for message in house.ann.take()]
    assert codes[0] == "accepted"
    assert codes[-1] == "bank_unavailable"


async def test_an_account_that_cannot_be_read_is_a_refusal_that_may_be_tried_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: object) -> None:
        raise StoreUnavailable("no answer in time")

    monkeypatch.setattr(house.store.accounts, "open", away)
    with pytest.raises(Illegal) as refusal:
        async with house.bank.paying(ANN):
            pass
    assert refusal.value.code == "bank_unavailable"


async def test_leaving_in_mid_hand_brings_the_chips_home_without_holding_anybody_up(
    house: House,
) -> None:
    actor = await house.open()
    await house.sit(actor, house.ann, 5_000)
    await house.sit(actor, house.ben, 5_000)
    await house.journal.flush(5)
    house.clock.advance(CONFIG.next_hand_delay_ms)
    await house.journal.flush(5)
    house.store.open.clear()
    actor.handle(house.ann, "up", commands.Stand(ANN))
    house.ben.take()

    house.clock.advance(2 * CONFIG.turn_time_ms)

    assert actor.table.seat_of(ANN) is None
    assert house.ben.take(), "what happens is shown although nothing can be stored"
    house.store.open.set()
    await house.journal.flush(5)
    assert await house.balance(ANN) + await house.balance(PlayerId("ben")) + actor.table.chips == (
        200_000
    )
