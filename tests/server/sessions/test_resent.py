"""A command that comes again, to the same server or to the one after a crash, is answered as the
first time and carried out once.
"""

from collections.abc import Callable
from typing import TypeAlias

import pytest
from msgspec.structs import replace

from pokerws.game import commands
from pokerws.game.commands import Command
from pokerws.game.config.clocks import Clocks, TimeBank
from pokerws.game.config.table_config import HouseRules
from pokerws.game.state import PlayerId
from pokerws.messages import Accepted, Rejected
from pokerws.server.tables.actor import TableActor
from tests.server.fakes import FakeViewer, ManualClock
from tests.server.stored_house import BUY_IN, CONFIG, GRANT, StoredHouse, house_on
from tests.storage.faulty_store import FaultyStore

ANN = PlayerId("ann")
ALLOWING = replace(
    CONFIG,
    house=HouseRules(straddle="under_the_gun", run_it=2),
    clocks=Clocks(bank=TimeBank(use="on_demand")),
)
Prepare: TypeAlias = Callable[[StoredHouse, TableActor], Command]


def sits(house: StoredHouse, actor: TableActor) -> Command:
    return commands.Sit(ANN, "ann", 2, BUY_IN)


def stands(house: StoredHouse, actor: TableActor) -> Command:
    house.sit(actor, "ann")
    return commands.Stand(ANN)


def adds_chips(house: StoredHouse, actor: TableActor) -> Command:
    house.sit(actor, "ann")
    return commands.AddChips(ANN, 500)


def acts(house: StoredHouse, actor: TableActor) -> Command:
    house.sit(actor, "ann")
    house.sit(actor, "ben")
    house.clock.advance(CONFIG.next_hand_delay_ms)
    hand = actor.table.hand
    assert hand is not None
    assert hand.turn is not None
    assert actor.table.seat_of(ANN) == hand.turn.seat
    return commands.Act(ANN, hand.turn.number, "fold")


def leaves_in_mid_hand(house: StoredHouse, actor: TableActor) -> Command:
    acts(house, actor)
    return commands.Stand(ANN)


def shows(house: StoredHouse, actor: TableActor) -> Command:
    actor.handle(FakeViewer(ANN), "f", acts(house, actor))
    return commands.Show(ANN, 1)


def straddles(house: StoredHouse, actor: TableActor) -> Command:
    house.sit(actor, "ann")
    return commands.Straddle(ANN, on=True)


def runs_it_twice(house: StoredHouse, actor: TableActor) -> Command:
    house.sit(actor, "ann")
    return commands.RunIt(ANN, 2)


def uses_the_time_bank(house: StoredHouse, actor: TableActor) -> Command:
    acts(house, actor)
    return commands.UseTimeBank(ANN, actor.table.turns)


@pytest.fixture
async def store() -> FaultyStore:
    store = FaultyStore()
    for player in ("ann", "ben"):
        await store.accounts.open(PlayerId(player), GRANT, 0)
    return store


@pytest.mark.parametrize(
    "prepare",
    [
        sits,
        stands,
        adds_chips,
        acts,
        leaves_in_mid_hand,
        shows,
        straddles,
        runs_it_twice,
        uses_the_time_bank,
    ],
    ids=lambda f: f.__name__,
)
async def test_a_command_sent_again_is_answered_as_the_first_time_before_and_after_a_crash(
    store: FaultyStore, prepare: Prepare
) -> None:
    clock = ManualClock()
    async with house_on(store, clock) as house:
        actor = house.lobby.create("One", ALLOWING)
        command = prepare(house, actor)
        await house.written()
        viewer, seq = FakeViewer(ANN), actor.table.seq + 1
        for _ in range(2):
            actor.handle(viewer, "again", command)
            await house.written()
        assert viewer.take() == [Accepted("again", seq)] * 2
        balance = (await store.accounts.open(ANN, 0, 0)).balance
        table, events = actor.table.id, actor.table.seq
    async with house_on(store, clock) as house:
        actor = await house.lobby.find(table)
        resumed = actor.table.seq
        assert resumed - events <= 1
        actor.handle(viewer, "again", command)
        await house.written()
        assert viewer.take() == [Accepted("again", seq)]
        assert actor.table.seq == resumed
        assert (await store.accounts.open(ANN, 0, 0)).balance == balance
        actor.handle(viewer, "again", commands.ChooseGame(ANN, "NT"))
        await house.written()
        (conflict,) = viewer.take()
        assert isinstance(conflict, Rejected)
        assert conflict.code == "id_conflict"
        # It is the memory of the first that does it: under another id it is a new command.
        actor.handle(viewer, "anew", command)
        await house.written()
        (refusal,) = viewer.take()
        if isinstance(command, commands.AddChips):
            assert isinstance(refusal, Accepted)
        else:
            assert isinstance(refusal, Rejected)
