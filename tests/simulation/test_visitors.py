"""Visitors who come and vanish never stop a table of bots: who comes gets a seat and a hand."""

import random

import pytest

from pokerws.game import commands
from pokerws.game.blinds.departures import least_buy_in
from pokerws.game.config.presence import PresenceOptions
from pokerws.game.config.table_config import TableConfig
from pokerws.messages import Act, AddChips, ClientMessage, Sit, SitIn, Watch
from pokerws.server.background.absent_seats import AbsentSeats
from pokerws.server.sessions.context import SessionContext
from pokerws.server.tables.presence import Presence
from tests.server.fakes import ManualClock
from tests.server.in_process import Client, open_context

SEATS, BOTS = 6, 4
ABSENT_MS = 60_000
CONFIG = TableConfig(
    seats=SEATS,
    turn_time_ms=5_000,
    next_hand_delay_ms=1_000,
    presence=PresenceOptions(absent_seat_ms=ABSENT_MS),
)
STEP_MS = 500
# A hand of six players that all time out lasts so long.
PATIENCE_MS = 6 * 4 * CONFIG.turn_time_ms


class Floor:
    """A table with four bots, and visitors with connections that may end without a word."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.clock = ManualClock()
        self.context: SessionContext = open_context(self.clock, self.rng)
        self.presence = Presence(self.clock)
        self.actor = self.context.lobby.create("One", CONFIG)
        self.seats = AbsentSeats(self.context.lobby, self.presence, self.clock, 0)
        self._ids = map(str, range(10**9))
        self._visitors = 0
        self.bots = [self.enter(f"bot_{n}") for n in range(BOTS)]

    def enter(self, player: str) -> Client:
        client = Client(self.context, player=player)
        self.presence.enter(client.player)
        return client

    async def comes(self) -> Client:
        self._visitors += 1
        visitor = self.enter(f"visitor-{self._visitors}")
        await self.says(visitor, Watch(next(self._ids), self.actor.table.id))
        return visitor

    def vanishes(self, client: Client) -> None:
        client.leave()
        self.presence.leave(client.player)

    async def says(self, client: Client, message: ClientMessage) -> None:
        client.take()
        await client.asks(message)

    async def play(self, client: Client) -> None:
        """What somebody does who wants to play: sit, sit in, buy in again, act."""
        table, on = self.actor.table, self.actor.table.id
        number, id = table.seat_of(client.player), next(self._ids)
        if number is None:
            if None in table.seats or not client.player.startswith("bot_"):
                departure = table.departure_of(client.player, self.clock.table_ms())
                await self.says(client, Sit(id, on, max(10_000, least_buy_in(table, departure))))
            return
        seat, turn = table.seats[number], None if table.hand is None else table.hand.turn
        assert seat is not None
        if turn is not None and turn.seat == number:
            legal = [one for one in ("check", "call", "fold") if one in turn.actions]
            action: commands.Action = legal[self.rng.random() < 0.2 and len(legal) > 1]  # type: ignore[assignment]
            await self.says(client, Act(id, on, turn.number, action))
        elif not seat.stack and (table.hand is None or table.hand.seats[number] is None):
            await self.says(client, AddChips(id, on))
        elif seat.sitting_out and seat.stack:
            await self.says(client, SitIn(id, on))

    async def pass_time(self, *players: Client) -> None:
        for client in (*self.bots, *players):
            await self.play(client)
        self.clock.advance(STEP_MS)
        await self.seats.free()

    async def waits(self, visitor: Client) -> int:
        """How long a visitor plays until dealt into a hand, in ms."""
        start_ms, table = self.clock.now_ms(), self.actor.table
        while True:
            hand, number = table.hand, table.seat_of(visitor.player)
            if hand is not None and number is not None and hand.seats[number] is not None:
                return self.clock.now_ms() - start_ms
            waited_ms = self.clock.now_ms() - start_ms
            assert waited_ms <= 2 * PATIENCE_MS, (table.seats, hand)
            await self.pass_time(visitor)


@pytest.mark.parametrize("seed", range(4))
async def test_who_comes_to_a_table_of_vanished_visitors_gets_a_seat_and_a_hand(seed: int) -> None:
    floor = Floor(seed)
    for _ in range(20):
        # More sit down than there are seats without bots, and all vanish, some in a hand.
        for _ in range(floor.rng.randint(1, 5)):
            visitor = await floor.comes()
            await floor.waits(visitor)
            for _ in range(floor.rng.randint(0, 10)):
                await floor.pass_time(visitor)
            floor.vanishes(visitor)
            for _ in range(floor.rng.randint(0, 40)):
                await floor.pass_time()
    # All of them are gone in the end, and the bots play on.
    for _ in range((ABSENT_MS + PATIENCE_MS) // STEP_MS):
        await floor.pass_time()
    table = floor.actor.table
    assert {str(seat.player) for seat in table.seats if seat} == {f"bot_{n}" for n in range(BOTS)}
    hands = table.hand_number
    for _ in range(PATIENCE_MS // STEP_MS):
        await floor.pass_time()
    assert table.hand_number > hands
