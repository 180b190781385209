"""Seats are offered to those who wait, and chips added between hands, through crashes as well."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from msgspec.structs import replace

from pokerws.game import commands
from pokerws.game.config.seating import Seating
from pokerws.game.config.table_config import TableConfig
from pokerws.game.state import AutoBuy, PlayerId, TableId
from pokerws.messages import Notice, Rejected, TableFilter, Waiting
from pokerws.server.background.absent_seats import AbsentSeats
from pokerws.server.tables.actor import TableActor
from pokerws.server.tables.lobby.table_loader import RESUME_GRACE_MS
from pokerws.server.tables.presence import Presence
from tests.server.fakes import FakeViewer, ManualClock
from tests.server.stored_house import Ledger, StoredHouse

RESERVE_MS, ABSENT_MS = 30_000, 60_000
CONFIG = TableConfig(
    seats=2,
    next_hand_delay_ms=1_000,
    turn_time_ms=10_000,
    seating=Seating(reserve_ms=RESERVE_MS),
)
ANN, BEN, CLEO, DAN, EVE = (PlayerId(name) for name in ("ann", "ben", "cleo", "dan", "eve"))


class Connection:
    """A connection of a player, which notes what it is told."""

    def __init__(self) -> None:
        self.told: list[Notice | Waiting] = []

    def warn(self, notice: Notice | Waiting) -> None:
        self.told.append(notice)

    def take(self) -> list[Notice | Waiting]:
        told, self.told = self.told, []
        return told


class Room:
    """A server over a store, that can crash: what is not stored then is lost."""

    def __init__(self, *, durable: bool = False) -> None:
        self.durable = durable
        self.clock = ManualClock()
        self.store = Ledger()
        self.presence = Presence(self.clock)
        self.connections: dict[PlayerId, Connection] = {}
        self.table = TableId("")
        self.crashes = 0
        self._ids = map(str, range(1_000_000))

    async def start(self) -> None:
        self.house = StoredHouse(self.store, self.clock, durable=self.durable)
        self.house.journal.start()
        await self.house.lobby.start()
        seating = self.house.lobby.seating
        self.house.lobby.follow(self.presence)
        seating.callers.connections = lambda player: (
            [self.connections[player]] if player in self.connections else []
        )
        self.absent = AbsentSeats(self.house.lobby, self.presence, self.clock, ABSENT_MS)

    async def crash(self) -> None:
        """The process dies: nothing of it is stored any more, and another one starts."""
        await self.settle()
        self.crashes += 1
        self.house.lobby.stop()
        await self.house.journal.stop(0)
        await self.start()
        await self.actor()
        await self.settle()

    async def settle(self) -> None:
        """Wait until nothing is under way any more."""
        while True:
            await self.house.written()
            chips = self.house.lobby.seating.chips._running
            running = [task for key in chips if (task := chips.get(key)) is not None]
            if not running:
                return
            await asyncio.wait(running)

    async def actor(self) -> TableActor:
        return await self.house.lobby.find(self.table)

    async def open(self, config: TableConfig = CONFIG) -> TableActor:
        actor = self.house.lobby.create("One", config)
        self.table = actor.table.id
        return actor

    async def enter(self, *players: PlayerId, chips: int = 100_000) -> None:
        for player in players:
            await self.store.accounts.open(player, chips, 0)
            self.connections[player] = Connection()
            self.presence.enter(player)

    async def do(self, command: Any, command_id: str | None = None) -> list[Any]:
        """Carry out a player's command; returns the refusals."""
        actor, viewer = await self.actor(), FakeViewer(command.player)
        actor.handle(viewer, command_id or next(self._ids), command)
        await self.settle()
        return [one.code for one in viewer.take() if isinstance(one, Rejected)]

    async def sit(self, *players: PlayerId, buy_in: int = 10_000) -> None:
        for player in players:
            assert await self.do(commands.Sit(player, player, None, buy_in)) == []

    async def waiting(self) -> list[tuple[str, int | None]]:
        return [(one.player, one.seat) for one in (await self.actor()).table.waiting]

    async def after(self, time_ms: int) -> None:
        self.clock.advance(time_ms)
        await self.settle()

    async def balance(self, player: PlayerId) -> int:
        await self.settle()
        return (await self.store.accounts.open(player, 0, 0)).balance

    async def stack(self, player: PlayerId) -> int:
        table = (await self.actor()).table
        return sum(seat.stack for seat in table.seats if seat is not None and seat.player == player)

    async def close(self) -> None:
        await self.settle()
        assert self.store.total == 0
        await self.house.close()


@pytest.fixture
async def room() -> AsyncIterator[Room]:
    room = Room()
    await room.start()
    yield room
    await room.close()


@pytest.mark.parametrize("crash_at", [*range(8), None])
async def test_a_seat_goes_to_the_first_who_is_connected_and_then_to_the_next(
    room: Room, crash_at: int | None
) -> None:
    """With a crash after each step in turn, and after all of them."""
    steps = iter(range(100))

    async def step() -> None:
        if crash_at in (next(steps), None):
            await room.crash()

    await room.open()
    await room.enter(ANN, BEN, CLEO, DAN, EVE)
    await room.sit(ANN, BEN)
    await step()
    for player in (CLEO, DAN, EVE):
        assert await room.do(commands.JoinWaitingList(player, player)) == []
        await step()
    room.presence.leave(CLEO)
    assert await room.do(commands.Stand(ANN)) == []
    assert await room.waiting() == [(CLEO, None), (DAN, 0), (EVE, None)]
    await step()
    # Nobody else gets it, and Dan has the same time after a crash.
    assert await room.do(commands.Sit(EVE, EVE, 0, 10_000)) == ["seat_reserved"]
    await room.after(RESERVE_MS - 1)
    assert (await room.waiting())[1] == (DAN, 0)
    await step()
    # After a crash it goes on with what was left at the last stored event, and a grace.
    most_ms = 1_000 if crash_at in range(4) else RESERVE_MS + 2 * RESUME_GRACE_MS
    while (await room.waiting())[1] == (DAN, 0):
        await room.after(1_000)
        most_ms -= 1_000
        assert most_ms >= 0
    assert await room.waiting() == [(CLEO, None), (EVE, 0)]
    await step()
    await room.sit(EVE)
    assert await room.waiting() == [(CLEO, None)]
    await step()
    assert await room.do(commands.Stand(EVE)) == []
    assert await room.waiting() == [(CLEO, None)]
    room.presence.enter(CLEO)
    assert await room.waiting() == [(CLEO, 0)]
    assert room.crashes == (8 if crash_at is None else 1)


async def test_those_who_wait_are_told_their_places(room: Room) -> None:
    await room.open()
    await room.enter(ANN, BEN, CLEO, DAN)
    await room.sit(ANN, BEN)
    for player in (CLEO, DAN):
        await room.do(commands.JoinWaitingList(player, player))
    cleo, dan, table = room.connections[CLEO], room.connections[DAN], room.table
    assert cleo.take() == [Waiting(1, table, 1), Waiting(1, table, 2)]
    assert dan.take() == [Waiting(2, table, 2)]
    until_ms = room.clock.table_ms() + RESERVE_MS
    await room.do(commands.Stand(ANN))
    assert cleo.take() == [Waiting(1, table, 2, 0, until_ms)]
    other = Connection()
    room.house.lobby.seating.callers.greet(CLEO, other)
    assert other.take() == [Waiting(1, table, 2, 0, until_ms)]
    await room.sit(CLEO)
    assert cleo.take() == [Waiting(0, table, 1)]
    assert dan.take() == [Waiting(1, table, 1)]
    assert room.house.lobby.summaries()[0].waiting == 1
    await room.do(commands.LeaveWaitingList(DAN))
    assert dan.take() == [Waiting(0, table, 0)]
    assert room.connections[ANN].take() == []


async def test_nothing_is_told_before_it_is_stored() -> None:
    room = Room(durable=True)
    await room.start()
    actor = await room.open()
    await room.enter(ANN, BEN, CLEO)
    await room.sit(ANN, BEN)
    actor.handle(FakeViewer(CLEO), "j", commands.JoinWaitingList(CLEO, CLEO))
    assert room.connections[CLEO].take() == []
    await room.settle()
    assert room.connections[CLEO].take() == [Waiting(1, room.table, 1)]
    await room.close()


async def test_who_is_absent_for_too_long_loses_the_place(room: Room) -> None:
    await room.open()
    await room.enter(ANN, BEN, CLEO)
    await room.sit(ANN, BEN)
    await room.do(commands.JoinWaitingList(CLEO, CLEO))
    room.presence.leave(CLEO)
    await room.after(ABSENT_MS - 1)
    await room.absent.free()
    assert await room.waiting() == [(CLEO, None)]
    await room.after(1)
    await room.absent.free()
    await room.settle()
    assert await room.waiting() == []


async def test_who_waits_with_a_filter_gets_a_seat_at_any_such_table(room: Room) -> None:
    await room.open()
    await room.enter(ANN, BEN, CLEO)
    await room.sit(ANN, BEN)
    finder = room.house.lobby.seating.finder
    finder.wait(CLEO, CLEO, TableFilter(games=("NT",)))
    finder.look_for(CLEO)
    assert room.connections[CLEO].take() == [Waiting(1)]
    other = room.house.lobby.create("Two", replace(CONFIG, variant="PO"))
    await room.settle()
    assert other.table.waiting == []
    await room.do(commands.Stand(BEN))
    assert await room.waiting() == [(CLEO, 1)]
    told = room.connections[CLEO].take()
    assert Waiting(0) in told
    assert Waiting(1, room.table, 1, 1, room.clock.table_ms() + RESERVE_MS) in told
    # It is the table's now, so that a crash keeps it.
    await room.crash()
    assert await room.waiting() == [(CLEO, 1)]
    assert not room.house.lobby.seating.finder.leave(CLEO)


@pytest.mark.parametrize("crash_at", [0, 1, 2, None])
async def test_a_stack_is_topped_up_between_hands_from_the_account(
    room: Room, crash_at: int | None
) -> None:
    steps = iter(range(100))

    async def step() -> None:
        if crash_at in (next(steps), None):
            await room.crash()

    await room.open()
    await room.enter(ANN, BEN)
    await room.sit(ANN, BEN)
    await room.do(commands.AutoChips(ANN, AutoBuy(top_up_to=12_000)))
    # At once, since no hand is in play.
    assert (await room.stack(ANN), await room.balance(ANN)) == (12_000, 88_000)
    await step()
    await room.after(20_000)
    assert (await room.actor()).table.hand is not None
    await step()
    while (hand := (await room.actor()).table.hand) is not None:
        assert hand.turn is not None
        seat = (await room.actor()).table.seats[hand.turn.seat]
        assert seat is not None
        fold = commands.Act(seat.player, hand.turn.number, "fold")
        assert await room.do(fold) == []
    assert await room.stack(ANN) >= 12_000
    await step()
    paid = 100_000 - await room.balance(ANN)
    assert await room.stack(ANN) + await room.stack(BEN) == 10_000 + paid
    assert sum([await room.balance(ANN), await room.balance(BEN)]) + 10_000 + paid == 200_000


async def test_the_player_is_told_once_that_the_account_cannot_pay(room: Room) -> None:
    await room.open()
    await room.enter(ANN, chips=10_500)
    await room.enter(BEN)
    await room.sit(ANN)
    await room.do(commands.AutoChips(ANN, AutoBuy(top_up_to=12_000)))
    told = room.connections[ANN].take()
    assert [one.code for one in told if isinstance(one, Notice)] == ["auto_chips_failed"]
    await room.do(commands.SitOut(ANN))
    await room.do(commands.SitIn(ANN))
    assert room.connections[ANN].take() == []
    assert (await room.stack(ANN), await room.balance(ANN)) == (10_000, 500)
    # What the account can pay is added.
    await room.do(commands.AutoChips(ANN, AutoBuy(top_up_to=10_400)))
    assert (await room.stack(ANN), await room.balance(ANN)) == (10_400, 100)


async def test_no_chips_are_added_while_the_database_is_away_but_afterwards(room: Room) -> None:
    actor = await room.open()
    await room.enter(ANN)
    await room.sit(ANN)
    actor.pause()
    actor.table.seats[0].auto = AutoBuy(top_up_to=12_000)  # type: ignore[union-attr]
    room.house.lobby.seating.changed(actor.table)
    await room.settle()
    assert await room.stack(ANN) == 10_000
    actor.go_on()
    await room.settle()
    assert await room.stack(ANN) == 12_000


async def test_a_server_command_that_the_rules_refuse_stops_no_table(room: Room) -> None:
    actor = await room.open()
    await room.enter(ANN, BEN, CLEO)
    await room.sit(ANN)
    room.house.lobby.seating.finder.wait(ANN, ANN, TableFilter())
    room.house.lobby.seating.finder.look_for(ANN)
    await room.settle()
    assert not actor.stopped
    assert await room.waiting() == []
