"""Who has brought and taken how much at a table, at any moment, and who may know."""

import csv
import io
import random
from collections import Counter
from typing import Any

import pytest
from msgspec.structs import replace

from pokerws.game.commands import Act, Action
from pokerws.game.config.hosting import HostingRules
from pokerws.game.config.table_config import HouseRules, Rake, TableConfig
from pokerws.game.events import ChipsAdded, PlayerSat, PlayerStood
from pokerws.game.state import PlayerId
from pokerws.messages import AddChips, GetLedger, Sit, Stand
from pokerws.server.auth.identity import Identity
from pokerws.server.sessions.context import SessionContext
from pokerws.server.sessions.handlers import ledgers
from pokerws.server.tables.cashier import Cashier, Terms
from pokerws.storage.ledgers import stacks_at
from tests.server.fakes import ManualClock
from tests.server.in_process import Client, open_context, read
from tests.server.random_play import RandomPlay
from tests.server.stored_house import BUY_IN, Ledger, StoredHouse


def messages_of(client: Client) -> list[dict[str, Any]]:
    return [read(client.session.wire, frame) for frame in client.take()]


async def ask(client: Client, table: Any, **more: Any) -> dict[str, Any]:
    """The answer to `get_ledger`."""
    client.take()
    await client.asks(GetLedger("l", table, **more))
    return next(one for one in messages_of(client) if one.get("id") == "l")


def check(answer: dict[str, Any]) -> None:
    """Fail unless all nets and the rake add up to zero, and the payments settle them."""
    nets = {row["player"]: row["net"] for row in answer["rows"]}
    assert "house" not in nets
    nets["house"] = answer.get("rake", 0)
    assert not sum(nets.values())
    for row in answer["rows"]:
        assert row["net"] == row["cashed_out"] + row["stack"] - row["bought_in"]
    for payment in answer["settle"]:
        nets[payment["from"]] += payment["amount"]
        nets[payment["to"]] -= payment["amount"]
    assert not any(nets.values())


@pytest.mark.parametrize("variant", ["NT", "F7S", "HORSE"])
async def test_in_random_play_with_chips_that_come_and_go_it_is_what_happened(
    monkeypatch: pytest.MonkeyPatch, variant: str
) -> None:
    config = TableConfig(variant=variant, seats=4, max_buy_in=4_000, next_hand_delay_ms=10)
    game = RandomPlay(monkeypatch, config, seed=5)
    asker = Client(game.context, player="admin")
    asker.session.identity = Identity(PlayerId("admin"), "admin", "admin")
    asked = 0
    for step in range(3_000):
        await game.step()
        if step % 50 or not game.events:
            continue
        answer = await ask(asker, game.table.id)
        if answer["type"] == "rejected":
            assert answer["code"] == "forbidden"
            continue
        check(answer)
        brought, taken = Counter[str](), Counter[str]()
        for event in game.events:
            match event:
                case PlayerSat(player=player, stack=amount):
                    brought[player] += amount
                case ChipsAdded(player=player, amount=amount):
                    brought[player] += amount
                case PlayerStood(player=player, stack=amount):
                    taken[player] += amount
                case _:
                    pass
        stacks = stacks_at(game.table)
        assert {
            row["player"]: (row["bought_in"], row["cashed_out"], row["stack"])
            for row in answer["rows"]
        } == {one: (brought[one], taken[one], stacks.get(PlayerId(one), 0)) for one in brought}
        asked += len(answer["rows"]) > 2
    assert asked > 10


async def test_only_who_plays_there_and_who_moderates_may_know() -> None:
    context = open_context(ManualClock(), random.Random(1))
    table = context.lobby.create("T", TableConfig()).table.id
    players = [Client(context, player=name) for name in ("ann", "ben", "sam")]
    ann, ben, sam = players
    for client in (ann, ben):
        await client.asks(Sit("s", table, 2_000))
    await ben.asks(Stand("u", table))

    for client in (ann, ben):
        check(await ask(client, table))
    refused = await ask(sam, table)
    assert (refused["type"], refused["code"]) == ("rejected", "forbidden")
    sam.session.identity = Identity(PlayerId("sam"), "sam", "operator")
    check(await ask(sam, table))

    await context.lobby.close(table, "operator")
    closed = await ask(ann, table)
    assert [(row["player"], row["cashed_out"], row["stack"]) for row in closed["rows"]] == [
        ("ann", 2_000, 0),
        ("ben", 2_000, 0),
    ]
    assert (await ask(ann, "nowhere"))["code"] == "unknown_table"


async def test_a_long_ledger_comes_in_pages_without_payments(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ledgers, "PAGE_ROWS", 2)
    context = open_context(ManualClock(), random.Random(1))
    table = context.lobby.create("T", TableConfig()).table.id
    clients = [Client(context, player=f"p{number}") for number in range(5)]
    for client in clients:
        await client.asks(Sit("s", table, 2_000))
    pages, after = [], None
    while True:
        page = await ask(clients[0], table, after=after)
        pages.append([row["player"] for row in page["rows"]])
        after = page.get("next")
        assert page.get("settle") is None
        if after is None:
            break
    assert pages == [["p0", "p1"], ["p2", "p3"], ["p4"]]
    text = (await ask(clients[0], table, format="csv"))["text"]
    assert [row[0] for row in csv.reader(io.StringIO(text))] == ["player", "p0", "p1"]


@pytest.mark.parametrize("bank", [False, True])
async def test_rake_is_no_players_and_a_bank_has_a_row_for_each(*, bank: bool) -> None:
    rake = Rake(percent=1_000, no_flop_no_drop=False)
    config = TableConfig(house=HouseRules(rake=rake), hosting=HostingRules(bank=bank))
    clock = ManualClock()
    context = open_context(clock, random.Random(1))
    actor = context.lobby.create("T", config)
    ann, ben, sam = clients = [Client(context, player=name) for name in ("ann", "ben", "sam")]
    for client in clients[:2]:
        await client.asks(Sit("s", actor.table.id, 2_000))
    raked = 0
    while not raked:
        clock.advance(config.next_hand_delay_ms)
        hand = actor.table.hand
        if hand is not None and hand.turn is not None:
            seat = actor.table.seats[hand.turn.seat]
            assert seat is not None
            action: Action = "call" if hand.turn.call else "check"
            actor.carry_out(Act(seat.player, hand.turn.number, action))
        raked = 4_000 - actor.table.chips
        check(await ask(ann, actor.table.id))
    await ben.asks(Stand("u", actor.table.id))
    answer = await ask(ben, actor.table.id)
    check(answer)
    assert answer["rake"] == raked
    assert [(row["player"], row["bought_in"]) for row in answer["rows"]] == [
        ("ann", 2_000),
        ("ben", 2_000),
    ]
    assert (await ask(sam, actor.table.id))["code"] == "forbidden"
    text = (await ask(ann, actor.table.id, format="csv"))["text"]
    assert f"rake,{raked}\r\n" in text


# ---- with a store


def context_of(house: StoredHouse) -> SessionContext:
    context = open_context(house.clock, random.Random(1))
    cashier = Cashier(house.store.accounts, house.clock, Terms())
    return replace(context, lobby=house.lobby, cashier=cashier)


@pytest.mark.parametrize("durable", [False, True])
async def test_chips_that_are_on_their_way_count_once(*, durable: bool) -> None:
    store = Ledger()
    house = StoredHouse(store, ManualClock(), durable=durable)
    house.journal.start()
    await house.lobby.start()
    actor = await house.open_hand()
    context = context_of(house)
    ann = Client(context, player="ann")
    rng = random.Random(2)
    for step in range(60):
        if step % 3 == 0:
            # What happens now is stored only later.
            store.open.clear()
        if rng.random() < 0.2:
            house.leave(actor, "ben")
        elif actor.table.seat_of(PlayerId("ben")) is None:
            house.sit(actor, "ben", f"b{step}")
        house.act(actor)
        ann.take()
        await ann.asks(GetLedger("l", actor.table.id))
        store.open.set()
        await house.written()
        answer = next(one for one in messages_of(ann) if one.get("id") == "l")
        check(answer)
        assert sum(row["stack"] for row in answer["rows"])
    assert store.total == 0
    await house.close()


async def test_a_top_up_is_in_the_ledger_at_once() -> None:
    store = Ledger()
    house = StoredHouse(store, ManualClock())
    house.journal.start()
    await house.lobby.start()
    actor = await house.open("ann")
    ann = Client(context_of(house), player="ann")
    await ann.asks(AddChips("a", actor.table.id, 500))
    await house.written()
    (row,) = (await ask(ann, actor.table.id))["rows"]
    assert (row["bought_in"], row["stack"], row["net"]) == (BUY_IN + 500, BUY_IN + 500, 0)
    await house.close()
