"""In memory-only play a table with a bug is lost, but not its chips, however far the bug got."""

import random
from collections.abc import Callable

import pytest

from pokerws.game import commands
from pokerws.game.apply import apply
from pokerws.game.commands import Command
from pokerws.game.config.table_config import TableConfig
from pokerws.game.deal import Shuffle, shuffler
from pokerws.game.events import TableEvent
from pokerws.game.illegal import Illegal
from pokerws.game.state import Table
from pokerws.game.table import decide, play
from pokerws.messages import Lobby as LobbyMessage
from pokerws.messages import Notice, Rejected, Watch, WatchLobby
from pokerws.server.tables import actor as table_actor
from pokerws.server.tables.actor import TableActor
from pokerws.server.tables.cashier import Terms
from pokerws.server.tables.lobby.list_watchers import GATHER_MS
from pokerws.storage.accounts import player_account, refunds_of
from pokerws.storage.memory_accounts import MemoryAccounts
from tests.server.fakes import FakeViewer, ManualClock, open_memory_lobby

CONFIG = TableConfig(seats=3, next_hand_delay_ms=1_000, turn_time_ms=10_000)
GRANT, BUY_IN = 50_000, 10_000


def half(table: Table, command: Command, now_ms: int, shuffle: Shuffle) -> list[TableEvent]:
    """What the command itself does, and then a bug before what follows from it."""
    for event in decide(table, command, now_ms, shuffle):
        apply(table, event)
    raise ZeroDivisionError("a bug in what follows")


def almost(table: Table, command: Command, now_ms: int, shuffle: Shuffle) -> list[TableEvent]:
    """All of the command, and then a bug."""
    play(table, command, now_ms, shuffle)
    raise ZeroDivisionError("a bug at the very end")


def nothing(table: Table, command: Command, now_ms: int, shuffle: Shuffle) -> list[TableEvent]:
    raise ZeroDivisionError("a bug at the very start")


class MemoryHouse:
    """A lobby without a store, and Ann, Ben and Cleo with their accounts."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.accounts = MemoryAccounts()
        self.lobby, self.bank = open_memory_lobby(
            self.clock,
            shuffler(random.Random(3).randbytes),
            accounts=self.accounts,
            terms=Terms(grant=GRANT),
        )
        self.ann, self.ben, self.cleo = map(FakeViewer, ("ann", "ben", "cleo"))

    async def sit(self, actor: TableActor, viewer: FakeViewer) -> None:
        async with self.bank.paying(viewer.player) as purse:
            sit = commands.Sit(viewer.player, viewer.player, None, BUY_IN, purse.available)
            actor.handle(viewer, "s", sit)

    async def open_hand(self, config: TableConfig = CONFIG) -> TableActor:
        """A table where Ann and Ben are in a hand; Cleo has an account."""
        actor = self.lobby.create("One", config)
        await self.sit(actor, self.ann)
        await self.sit(actor, self.ben)
        await self.accounts.open(self.cleo.player, GRANT, 0)
        self.clock.advance(config.next_hand_delay_ms)
        assert actor.table.total_pot > 0
        return actor

    def balances(self) -> list[int]:
        players = (self.ann, self.ben, self.cleo)
        return [self.accounts._balances[player_account(one.player)] for one in players]


@pytest.fixture
def house() -> MemoryHouse:
    return MemoryHouse()


async def sits_down(house: MemoryHouse, actor: TableActor) -> None:
    await house.sit(actor, house.cleo)


async def buys_more(house: MemoryHouse, actor: TableActor) -> None:
    actor.handle(house.cleo, "+", commands.AddChips(house.cleo.player, 1_000))


async def leaves(house: MemoryHouse, actor: TableActor) -> None:
    actor.handle(house.ann, "up", commands.Stand(house.ann.player))


async def folds(house: MemoryHouse, actor: TableActor) -> None:
    """The other one wins the pot."""
    assert actor.table.hand is not None
    turn = actor.table.hand.turn
    assert turn is not None
    viewer = (house.ann, house.ben)[turn.seat]
    actor.handle(viewer, "f", commands.Act(viewer.player, turn.number, "fold"))


async def runs_out_of_time(house: MemoryHouse, actor: TableActor) -> None:
    house.clock.advance(CONFIG.turn_time_ms)


async def test_what_was_won_in_an_earlier_hand_is_its_winners_when_a_later_one_is_lost(
    house: MemoryHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    actor = await house.open_hand()
    await folds(house, actor)
    house.clock.advance(CONFIG.next_hand_delay_ms)
    assert actor.table.hand_number == 2

    monkeypatch.setattr(table_actor, "play", nothing)
    await folds(house, actor)

    ann, ben, _ = house.balances()
    assert ann != GRANT
    assert ann + ben == 2 * GRANT


@pytest.mark.parametrize("bug", [nothing, half, almost])
@pytest.mark.parametrize("command", [sits_down, leaves, folds, runs_out_of_time])
async def test_a_bug_in_a_command_brings_everybody_home_what_was_theirs_before_it(
    house: MemoryHouse,
    monkeypatch: pytest.MonkeyPatch,
    bug: Callable[..., list[TableEvent]],
    command: Callable[..., object],
) -> None:
    actor = await house.open_hand()
    watcher, lister = FakeViewer("dan"), FakeViewer("eve")
    actor.watch(watcher, Watch("w", actor.table.id))
    house.lobby.list_watchers.subscribe(lister, WatchLobby("l"))
    house.clock.advance(GATHER_MS)
    watcher.take()
    lister.take()

    monkeypatch.setattr(table_actor, "play", bug)
    await command(house, actor)  # type: ignore[misc]

    assert house.balances() == [GRANT, GRANT, GRANT]
    assert sum(house.accounts._balances.values()) == 0
    assert [m.code for m in watcher.take() if isinstance(m, Notice)] == ["table_failed"]
    house.clock.advance(GATHER_MS)
    (news,) = lister.take()
    assert isinstance(news, LobbyMessage)
    assert [(one.table, one.status) for one in news.tables] == [(actor.table.id, "closed")]
    with pytest.raises(Illegal, match="unknown_table"):
        await house.lobby.find(actor.table.id)


async def test_so_it_does_after_a_long_turn_in_which_the_table_was_packed(
    house: MemoryHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    actor = await house.open_hand()
    turn = actor.table.hand.turn if actor.table.hand is not None else None
    assert turn is not None
    caller = (house.ann, house.ben)[turn.seat]
    actor.handle(caller, "c", commands.Act(caller.player, turn.number, "call"))
    assert actor.table.hand is not None, "the other one may still raise"
    while actor.pack():
        pass

    monkeypatch.setattr(table_actor, "play", half)
    await runs_out_of_time(house, actor)

    assert house.balances() == [GRANT, GRANT, GRANT]


async def test_what_was_won_and_brought_before_the_bug_stays_so(
    house: MemoryHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    actor = await house.open_hand()
    await folds(house, actor)
    await house.sit(actor, house.cleo)
    await buys_more(house, actor)
    stacks = [seat.stack for seat in actor.table.seats if seat is not None]
    assert stacks[0] != stacks[1]

    monkeypatch.setattr(table_actor, "play", half)
    house.clock.advance(CONFIG.next_hand_delay_ms)

    assert house.balances() == [GRANT - BUY_IN + stacks[0], GRANT - BUY_IN + stacks[1], GRANT]
    assert sum(house.accounts._balances.values()) == 0


async def test_commands_after_the_bug_are_refused_and_give_nothing_back_again(
    house: MemoryHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    actor = await house.open_hand()
    with monkeypatch.context() as patch:
        patch.setattr(table_actor, "play", half)
        await leaves(house, actor)
    house.ann.take()

    await leaves(house, actor)
    house.clock.advance(600_000)

    (refused,) = house.ann.take()
    assert isinstance(refused, Rejected)
    assert house.balances() == [GRANT, GRANT, GRANT]


@pytest.mark.parametrize("ante", [0, 50])
async def test_refunds_are_all_chips_at_the_table_at_any_moment(
    house: MemoryHouse, ante: int
) -> None:
    config = TableConfig(seats=3, next_hand_delay_ms=0, turn_time_ms=100, ante=ante)
    actor = await house.open_hand(config)
    await house.sit(actor, house.cleo)
    rng = random.Random(8)
    streets = set()
    for number in range(400):
        table = actor.table
        refunds = refunds_of(table, 0)
        assert sum(move.amount for move in refunds) == table.chips
        if table.hand is None or table.hand.turn is None:
            house.clock.advance(100)
            continue
        streets.add(table.hand.street)
        turn = table.hand.turn
        seat = table.seats[turn.seat]
        assert seat is not None
        actions: tuple[commands.Action, ...] = ("check", "call", "raise")
        action = rng.choice([a for a in actions if a in turn.actions])
        amount = turn.min_to if action == "raise" else None
        act = commands.Act(seat.player, turn.number, action, amount)
        actor.handle(FakeViewer(seat.player), str(number), act)
    assert streets == {0, 1, 2, 3}


async def test_a_dead_ante_goes_back_to_the_big_blind_who_paid_it(house: MemoryHouse) -> None:
    actor = await house.open_hand()
    table = actor.table
    assert table.hand is not None
    assert table.big_blind is not None
    payer = table.seats[table.big_blind]
    assert payer is not None
    payer.stack -= 100
    table.hand.dead = 100

    refunds = refunds_of(table, 0)

    assert {move.target: move.amount for move in refunds} == {
        player_account(viewer.player): BUY_IN for viewer in (house.ann, house.ben)
    }
