"""Alice loses the line with the pot at 40 big blinds and comes back after 25 s; meanwhile the
server is killed, after or before each change is stored.
"""

from collections.abc import Callable, Sequence

import pytest

from pokerws.game import commands
from pokerws.game.config.clocks import Clocks, DisconnectProtection, TimeBank
from pokerws.game.config.table_config import TableConfig
from pokerws.game.events import (
    ConnectionProtected,
    ConnectionRestored,
    TableEvent,
    TimeBankStarted,
    TimeBankStopped,
    TurnTimedOut,
)
from pokerws.game.state import PlayerId, SeatClock, Table, Turn
from pokerws.game.table import replay
from pokerws.server.tables.presence import Presence
from tests.server.fakes import FakeViewer, ManualClock
from tests.server.stored_house import GRANT, StoredHouse
from tests.storage.faulty_store import FaultyStore
from tests.storage.logs import stored_state
from tests.vaults import VAULT

ALICE, BOB = PlayerId("alice"), PlayerId("bob")
CONFIG = TableConfig(
    seats=2,
    next_hand_delay_ms=1_000,
    turn_time_ms=20_000,
    clocks=Clocks(
        bank=TimeBank(start_ms=30_000, refill_hands=100),
        protection=DisconnectProtection(times=3, base_ms=20_000, big_blind_ms=500),
    ),
)


class Story:
    """The table in one server after the other; the players connect again after each start."""

    def __init__(self, *, durable: bool) -> None:
        self.store = FaultyStore()
        self.clock = ManualClock()
        self.connected = {ALICE, BOB}
        self._durable = durable
        self._sent = 0

    async def begin(self) -> None:
        """Alice is to act, facing a bet."""
        self._start()
        self.actor = self.house.lobby.create("One", CONFIG)
        for player in (ALICE, BOB):
            await self.store.accounts.open(player, GRANT, 0)
            self._do(player, commands.Sit(player, player, None, 20_000))
        self.clock.advance(1_000)
        self._do(ALICE, commands.Act(ALICE, 1, "call"))
        self._do(BOB, commands.Act(BOB, 2, "raise", 3_900))
        await self.house.written()
        assert self.actor.table.total_pot == 40 * CONFIG.big_blind

    def _start(self) -> None:
        self.house = StoredHouse(self.store, self.clock, durable=self._durable)
        self.house.journal.start()
        self.presence = Presence(self.clock)
        self.house.lobby.follow(self.presence)
        for player in sorted(self.connected):
            self.presence.enter(player)

    async def kill(self, *, stored: bool) -> None:
        """The server is killed, and the next one has the table as it is stored."""
        if stored:
            await self.house.written()
        else:
            self.house.journal.drop(self.actor.table.id, self.actor.epoch)
        await self.house.close()
        self.clock.advance(3_000)
        self._start()
        await self.house.lobby.list_stored()
        self.actor = await self.house.lobby.find(self.actor.table.id)
        await self.house.written()

    def _do(self, player: PlayerId, command: commands.Command) -> None:
        self._sent += 1
        self.actor.handle(FakeViewer(player), str(self._sent), command)

    @property
    def turn(self) -> Turn:
        assert self.actor.table.hand is not None
        assert self.actor.table.hand.turn is not None
        return self.actor.table.hand.turn

    # ---- what happens; each step changes the table at most once, and may happen again

    def time_runs_out(self) -> None:
        self.clock.advance(self.turn.deadline_ms - self.clock.table_ms())

    def alice_loses_the_line(self) -> None:
        if ALICE in self.connected:
            self.connected.discard(ALICE)
            self.presence.leave(ALICE)

    def some_seconds_pass(self) -> None:
        self.clock.advance(25_000)

    def alice_is_back(self) -> None:
        if ALICE not in self.connected:
            self.connected.add(ALICE)
            self.presence.enter(ALICE)

    def alice_calls(self) -> None:
        self._do(ALICE, commands.Act(ALICE, self.turn.number, "call"))

    async def events(self) -> list[TableEvent]:
        """All that is stored."""
        row = self.store._rows[self.actor.table.id]
        return [
            VAULT.open_event(self.actor.table.id, event.hand_number, event.payload)
            for _, event in sorted(row.log.items())
        ]


Step = Callable[[Story], None]
COMES_BACK: list[Step] = [
    Story.alice_loses_the_line,
    Story.time_runs_out,
    Story.some_seconds_pass,
    Story.alice_is_back,
    Story.alice_calls,
]
# The bank has begun when the line is lost.
LOSES_IT_IN_THE_BANK: list[Step] = [
    Story.time_runs_out,
    Story.alice_loses_the_line,
    Story.some_seconds_pass,
    Story.alice_is_back,
    Story.alice_calls,
]


async def told(steps: Sequence[Step], killed_at: int, *, durable: bool, stored: bool) -> Story:
    """The story, in which the server is killed after one of the steps."""
    story = Story(durable=durable)
    await story.begin()
    for number, step in enumerate(steps):
        before = story.actor.table.seq
        step(story)
        if number == killed_at:
            is_lost = not stored and story.actor.table.seq > before
            await story.kill(stored=stored)
            if is_lost:
                # What was not stored has not happened, and happens again.
                step(story)
        await story.house.written()
    return story


def count(events: list[TableEvent], kind: type[TableEvent]) -> int:
    return sum(isinstance(event, kind) for event in events)


def clock_of(table: Table, player: PlayerId) -> SeatClock:
    number = table.seat_of(player)
    assert number is not None
    seat = table.seats[number]
    assert seat is not None
    assert seat.clock is not None
    return seat.clock


@pytest.mark.parametrize("mode", ["durable", "dual-write"])
@pytest.mark.parametrize("fate", ["stored", "lost"])
@pytest.mark.parametrize("killed_at", range(-1, len(COMES_BACK)))
async def test_alice_comes_back_after_25_s_and_plays_on(
    killed_at: int, fate: str, mode: str
) -> None:
    is_durable, is_stored = mode == "durable", fate == "stored"
    story = await told(COMES_BACK, killed_at, durable=is_durable, stored=is_stored)
    events = await story.events()
    assert count(events, TurnTimedOut) == 0
    assert count(events, ConnectionProtected) == 1
    assert count(events, ConnectionRestored) == 1
    table = story.actor.table
    assert table.total_pot == 78 * CONFIG.big_blind
    assert clock_of(table, ALICE) == SeatClock(30_000, 1, 2)
    assert clock_of(table, BOB) == SeatClock(30_000, 1, 3)
    assert (await stored_state(story.store, table.id, VAULT)).table == table
    assert replay(events) == table
    await story.house.close()


# After a start nobody is connected yet, so that a bank goes on: the loss must have been stored.
@pytest.mark.parametrize("killed_at", range(-1, len(LOSES_IT_IN_THE_BANK)))
@pytest.mark.parametrize("fate", ["stored", "lost"])
async def test_the_bank_stops_while_alice_is_away(killed_at: int, fate: str) -> None:
    is_stored = fate == "stored" or LOSES_IT_IN_THE_BANK[killed_at] is Story.alice_loses_the_line
    story = await told(LOSES_IT_IN_THE_BANK, killed_at, durable=True, stored=is_stored)
    events = await story.events()
    assert count(events, TurnTimedOut) == 0
    assert count(events, TimeBankStarted) == 1
    assert count(events, TimeBankStopped) == 1
    assert count(events, ConnectionProtected) == 1
    assert clock_of(story.actor.table, ALICE) == SeatClock(30_000, 1, 2)
    await story.house.close()


@pytest.mark.parametrize("killed_at", range(-1, 2))
async def test_alice_does_not_come_back_and_folds(killed_at: int) -> None:
    steps = [Story.alice_loses_the_line, Story.time_runs_out, Story.time_runs_out]
    story = await told(steps, killed_at, durable=True, stored=True)
    events = await story.events()
    assert count(events, ConnectionProtected) == 1
    assert count(events, TurnTimedOut) == 1
    assert story.actor.table.hand is None
    await story.house.close()
