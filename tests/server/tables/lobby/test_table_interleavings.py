"""What happens to a table comes in any order, and never asks for an illegal transition."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from contextlib import suppress

import pytest

from pokerws.game.commands import Stand
from pokerws.game.illegal import Illegal
from pokerws.game.state import TableId
from pokerws.game.table import play
from pokerws.server.tables.actor import TableActor
from pokerws.server.tables.lobby import table_registry
from pokerws.server.tables.lobby.outage_pause import CHECK_LAG_MS, PAUSE_AFTER_MS
from pokerws.server.tables.lobby.table_registry import IllegalTransition, TableState
from pokerws.storage.errors import StoreUnavailable
from pokerws.storage.store import Claimed
from tests.server.fakes import ManualClock
from tests.server.stored_house import CONFIG, GRANT, IDLE_MS, NAMES, StoredHouse
from tests.storage.faulty_store import FaultyStore

STEPS = 300


class SlowStore(FaultyStore):
    """A store in which a claim waits while `claiming` is clear, and `lost_claims` fail."""

    def __init__(self) -> None:
        super().__init__()
        self.lost_claims = 0
        self.claiming = asyncio.Event()
        self.claiming.set()

    async def claim(
        self, table: TableId, above_epoch: int = 0, shown_seq: int = 0, seen_seq: int = 0
    ) -> Claimed | None:
        await self.claiming.wait()
        if self.lost_claims:
            self.lost_claims -= 1
            raise StoreUnavailable("connection refused")
        return await super().claim(table, above_epoch, shown_seq, seen_seq)


class Life:
    """Two servers on one store, with something done to their tables at random."""

    def __init__(self, seed: int, *, durable: bool, monkeypatch: pytest.MonkeyPatch) -> None:
        self.rng = random.Random(seed)
        self.clock = ManualClock()
        self.store = SlowStore()
        self.houses = [StoredHouse(self.store, self.clock, durable=durable) for _ in range(2)]
        self.asked: set[asyncio.Task[object]] = set()
        self.buggy = False

        def maybe_buggy(*arguments: object) -> object:
            if self.buggy:
                self.buggy = False
                raise ZeroDivisionError("a bug in the rules")
            return play(*arguments)  # type: ignore[arg-type]  # Passed on as they are.

        monkeypatch.setattr("pokerws.server.tables.actor.play", maybe_buggy)

    async def run(self) -> None:
        for name in NAMES:
            viewer = self.houses[0].viewers[name]
            await self.store.accounts.open(viewer.player, GRANT, 0)
        for house in self.houses:
            house.journal.start()
            await house.lobby.start()
        for _ in range(STEPS):
            self.step(self.rng.choice(self.houses))
            for _ in range(self.rng.randrange(4)):
                await asyncio.sleep(0)
        self.buggy = False
        self.store.claiming.set()
        self.store.open.set()
        self.store.faults.clear()
        await asyncio.gather(*self.asked, return_exceptions=True)
        for house in self.houses:
            await house.close()

    def step(self, house: StoredHouse) -> None:
        deeds: list[Callable[[StoredHouse], None]] = [
            self.create,
            self.find,
            self.find,
            self.close,
            self.sit,
            self.stand,
            self.report,
            self.list_stored,
            self.evict,
            self.turn_a_valve,
            self.fail_a_save,
            self.fail_a_claim,
            self.break_a_command,
            self.pause,
        ]
        self.rng.choice(deeds)(house)

    def ask(self, asked: Awaitable[object]) -> None:
        task = asyncio.ensure_future(self.only_refused(asked))
        self.asked.add(task)
        task.add_done_callback(self.asked.discard)

    async def only_refused(self, asked: Awaitable[object]) -> None:
        with suppress(Illegal, TimeoutError):
            await asked

    def any_table(self, house: StoredHouse) -> TableId | None:
        tables = [summary.table for summary in house.lobby.summaries()]
        tables += [actor.table.id for actor in house.lobby.actors()]
        return self.rng.choice(tables) if tables else None

    def any_actor(self, house: StoredHouse) -> TableActor | None:
        actors = house.lobby.actors()
        return self.rng.choice(actors) if actors else None

    def create(self, house: StoredHouse) -> None:
        if house.lobby.tables_in_memory < 3:
            house.lobby.create("One", CONFIG)

    def find(self, house: StoredHouse) -> None:
        if table := self.any_table(house):
            self.ask(house.lobby.find(table))

    def close(self, house: StoredHouse) -> None:
        if table := self.any_table(house):
            self.ask(house.lobby.close(table, "operator"))

    def sit(self, house: StoredHouse) -> None:
        if actor := self.any_actor(house):
            house.sit(actor, self.rng.choice(NAMES), str(self.rng.random()))

    def stand(self, house: StoredHouse) -> None:
        if actor := self.any_actor(house):
            for seat in actor.table.seats:
                if seat is not None and not seat.leaving:
                    actor.carry_out(Stand(seat.player))

    def report(self, house: StoredHouse) -> None:
        """A report of the journal, whether it is true or not."""
        if table := self.any_table(house):
            outcomes = house.lobby.outcomes
            reports = [outcomes.fenced, outcomes.rejected, outcomes.conflict]
            self.rng.choice(reports)(table)

    def list_stored(self, house: StoredHouse) -> None:
        self.ask(house.lobby.list_stored())

    def evict(self, house: StoredHouse) -> None:
        self.clock.advance(IDLE_MS)
        house.lobby.evict(self.clock.now_ms())

    def turn_a_valve(self, _: StoredHouse) -> None:
        valve = self.rng.choice([self.store.claiming, self.store.open])
        if valve.is_set():
            valve.clear()
        else:
            valve.set()

    def fail_a_save(self, _: StoredHouse) -> None:
        self.store.faults.append(self.rng.choice(["before", "after", "bug"]))

    def fail_a_claim(self, _: StoredHouse) -> None:
        self.store.lost_claims += 1

    def break_a_command(self, _: StoredHouse) -> None:
        self.buggy = True

    def pause(self, house: StoredHouse) -> None:
        if actor := self.any_actor(house):
            if actor.is_paused:
                actor.go_on()
            else:
                actor.pause()


@pytest.mark.parametrize("durable", [False, True])
@pytest.mark.parametrize("seed", range(10))
async def test_in_any_order_a_table_only_takes_transitions_that_there_are(
    seed: int,
    durable: bool,  # noqa: FBT001  pytest passes parameters by name.
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    illegal: list[str] = []

    class Noted(IllegalTransition):
        """Noted, since the journal logs an exception of its listeners and goes on."""

        def __init__(self, table: TableId, state: TableState, to: TableState) -> None:
            super().__init__(table, state, to)
            illegal.append(str(self))

    monkeypatch.setattr(table_registry, "IllegalTransition", Noted)
    await Life(seed, durable=durable, monkeypatch=monkeypatch).run()
    assert illegal == []


async def test_a_closed_table_does_not_keep_others_paused_after_an_outage() -> None:
    clock, store = ManualClock(), FaultyStore()
    house = StoredHouse(store, clock, durable=True)
    house.journal.start()
    await house.lobby.start()
    tables = [await house.open(name=name) for name in ("One", "Two")]
    store.open.clear()
    for actor in tables:
        house.sit(actor, "ann")
    clock.advance(PAUSE_AFTER_MS + 2 * CHECK_LAG_MS)
    assert [actor.is_paused for actor in tables] == [True, True]
    store.open.set()
    await house.written()
    # Closed between the end of the outage and the end of the pause.
    clock.advance(CHECK_LAG_MS // 2)
    store.open.clear()
    await house.lobby.close(tables[0].table.id, "operator")
    clock.advance(CHECK_LAG_MS // 2)
    assert [actor.is_paused for actor in tables] == [False, False]
    store.open.set()
    await house.close()
