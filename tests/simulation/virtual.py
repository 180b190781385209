"""A table, its journal and a store that fails at every step, in virtual time: a seed is a history.

Nothing waits for real: the loop's clock jumps to whatever is due next, and each delay and each
fault is drawn from the seed.  So a run takes milliseconds, and a seed that fails fails again.
"""

import asyncio
import random
from collections.abc import Sequence
from typing import Any, Literal, cast
from unittest.mock import patch

import msgspec

from pokerws.game.cards import Card
from pokerws.game.config.table_config import TableConfig
from pokerws.game.deal import shuffler
from pokerws.game.redaction import redact
from pokerws.game.state import TableId
from pokerws.game.table import replay
from pokerws.server.tables.actor import TableActor
from pokerws.server.tables.lobby import Lobby
from pokerws.storage.journal import change_builder
from pokerws.storage.journal.journal import Journal
from tests.server.fakes import open_cashier
from tests.server.notebook import Notebook
from tests.simulation.hostile import Deck, HostileStore, LoopClock, SeededBackOff, VirtualLoop
from tests.simulation.person import Person
from tests.vaults import VAULT

# "crashing" is dual-write with processes that are killed and replaced.
Mode = Literal["dual-write", "crashing", "durable"]

PLAYERS = 3
# Virtual seconds: of faults, and of calm after them, in which everything has to come right.  Each
# time that a table is loaded its clock gets a grace, so this takes a while.
FAULTS_S, CALM_S = 10.0, 60.0
# The events after which snapshots are stored, by seed.
TAILS = (1, 8, 64, 256)
CONFIG = TableConfig(seats=PLAYERS, turn_time_ms=2_000, next_hand_delay_ms=100)


class Process:
    """A server process: a lobby and a journal.  `crash` ends it where it stands."""

    def __init__(self, world: "World") -> None:
        self.world = world
        self.journal = Journal(
            world.store,
            overwrite_edits=world.mode != "durable",
            back_off=SeededBackOff(),
            clock=world.loop.time,
        )
        self.lobby = Lobby(
            store=world.store,
            journal=self.journal,
            keep_events=True,
            clock=LoopClock(world.loop),
            shuffle=self._shuffle,
            cashier=open_cashier(LoopClock(world.loop), world.store),
            max_tables=10,
            vault=VAULT,
            durable=world.mode == "durable",
            notes=world.notes,
        )
        self.journal.subscribe(self)
        # Which deck, of those in `world.decks`, each hand is dealt from.
        self.dealt_from: dict[int, int] = {}
        self._deal = shuffler(world.rng.randbytes)

    def _shuffle(self, cards: Sequence[Card]) -> list[Card]:
        actor = self.lobby.live(self.world.table)
        assert actor is not None
        deck = self._deal(cards)
        self.dealt_from[actor.table.hand_number + 1] = len(self.world.decks)
        self.world.decks.append(Deck(deck))
        return deck

    def resumed(self, actor: TableActor) -> None:
        """A table was loaded: no card that is to come, or that is hidden, may be known by now."""
        hand = actor.table.hand
        if hand is None:
            return
        deck_number = self.world.deck_of(hand.deck)
        self.dealt_from.setdefault(hand.number, deck_number)
        deck = self.world.decks[deck_number]
        for person in self.world.viewers:
            own = actor.table.seat_of(person.player)
            hidden = set(hand.deck)
            for number, seat in enumerate(hand.seats):
                if seat is not None and number != own and not seat.shown:
                    hidden.update(seat.cards)
            seen = deck.seen.get(person.player, set())
            self.world.holds(not hidden & seen, f"{person.player} knows cards of a hand in play")

    # ---- what the journal reports: the lobby has its own listener

    def written(self, table: TableId, version: int) -> None:
        """As it should be."""

    def fenced(self, table: TableId) -> None:
        """Another process has claimed the table."""

    def rejected(self, table: TableId) -> None:
        self.world.holds(self.world.tampered, "a table was lost without a cause")

    def conflict(self, table: TableId) -> None:
        self.rejected(table)

    def edited(self, table: TableId) -> None:
        self.rejected(table)

    def went_back(self, table: TableId) -> None:
        self.rejected(table)

    async def start(self) -> None:
        self.journal.start()
        await self.lobby.start()

    def crash(self) -> None:
        self.lobby.stop()
        assert self.journal._task is not None
        self.journal._task.cancel()


class World:
    """One table, its players, one or two processes, and what befalls them."""

    def __init__(self, seed: int, mode: Mode, loop: VirtualLoop) -> None:
        self.rng = random.Random(seed)
        self.mode = mode
        self.loop = loop
        # In every second history nobody edits a row and nothing is refused, so no table is lost.
        self.tampered = seed % 2 == 0
        self.notes = Notebook("0")
        self.decks: list[Deck] = []
        self.killed = 0
        self.store = HostileStore(self.rng, rejects=self.tampered and mode == "durable")
        if mode == "crashing":
            self.store.owner = "0"
        self.process = Process(self)
        self.people = [Person(self, f"p{number}") for number in range(PLAYERS)]
        self.spectator = Person(self, "spectator")
        self.table = TableId("")
        self.broken: list[str] = []
        # What happened, for comparing two runs of a seed.
        self.trace: list[object] = []

    def holds(self, condition: bool, otherwise: str) -> None:  # noqa: FBT001  as assert has it
        """Note what does not hold; whoever calls a viewer survives what it raises."""
        if not condition:
            self.broken.append(otherwise)

    async def run(self) -> int:
        """Play through faults, then in calm; returns how many events are stored at the end."""
        await self.process.start()
        self.table = self.process.lobby.create("One", CONFIG).table.id
        await self.process.journal.flush(CALM_S)
        self.store.calm = False
        tasks = [self.loop.create_task(one.play()) for one in self.people]
        tasks.append(self.loop.create_task(self._spectate()))
        while self.loop.time() < FAULTS_S:
            await asyncio.sleep(self.rng.expovariate(1 / 1))
            await self._strike()
        self.store.calm = True
        await self._repair()
        calm_from = len(self.store.log(self.table))
        await asyncio.sleep(CALM_S)
        for task in tasks:
            task.cancel()
        for outcome in await asyncio.gather(*tasks, return_exceptions=True):
            if not isinstance(outcome, asyncio.CancelledError):
                raise cast("BaseException", outcome)
        await self.process.journal.flush(CALM_S)
        self.process.lobby.stop()
        assert await self.process.journal.stop(CALM_S)
        return self._check(calm_from)

    async def _spectate(self) -> None:
        while True:
            await self.spectator._find()
            await asyncio.sleep(0.1)

    async def _strike(self) -> None:
        """Something happens to a process or to the row."""
        await self._repair()
        kinds = ["nothing", "edit"] if self.tampered else ["nothing"]
        kinds += ["crash", "claim", "stop"] if self.mode == "durable" else []
        kinds += ["crash"] * 3 if self.mode == "crashing" else []
        match self.rng.choice(kinds):
            case "nothing":
                pass
            case "edit":
                self.store.edit(self.table, 1_000)
                await asyncio.sleep(self.rng.expovariate(1 / 0.2))
                if self.store._rows[self.table].change.version > 1_000:
                    self.store.edit(self.table, -1_000)
            case "stop":
                await self.process.lobby.store_snapshots()
                self.process.lobby.stop()
                await self.process.journal.stop(self.rng.expovariate(1))
                await self._replace()
            case "crash":
                self.process.crash()
                if self.mode == "crashing":
                    self._kill()
                await self._replace()
            case _:
                # Another process takes over, while this one goes on and does not know yet.
                old = self.process
                await self._replace()
                self.loop.call_later(self.rng.expovariate(1 / 3), old.crash)
        self.trace.append((self.loop.time(), len(self.store._rows[self.table].log)))

    def _kill(self) -> None:
        """The next process has another name.  At times the note is lost as well."""
        old = self.store.owner
        self.store.killed.add(old)
        if self.rng.random() < 0.2:
            del self.notes.pages[self.notes.owner]
        self.killed += 1
        self.store.owner = str(self.killed)
        self.notes.begin(self.store.owner)
        for person in self.viewers:
            person.shown.clear()
            person.accepted.clear()

    @property
    def viewers(self) -> "list[Person]":
        """All who see the table."""
        return [*self.people, self.spectator]

    def deck_of(self, rest: Sequence[Card]) -> int:
        """The number of the deck that these are the last cards of."""
        cards = list(rest)
        found = [n for n, deck in enumerate(self.decks) if deck.cards[-len(cards) :] == cards]
        assert len(found) == 1
        return found[0]

    async def _repair(self) -> None:
        """An operator sees to a table in quarantine, and the server lists it again."""
        if not self.store._rows[self.table].is_open:
            self.store.let_go(self.table)
            await self.process.lobby.list_stored()

    async def _replace(self) -> None:
        self.process = Process(self)
        await self.process.start()
        for person in (*self.people, self.spectator):
            person.actor = None
            person.hang_up()

    def _check(self, calm_from: int) -> int:
        assert self.broken == []
        events = self.store.log(self.table)
        state = self.store.stored(self.table)
        if (actor := self.process.lobby.live(self.table)) is not None:
            assert msgspec.json.encode(actor.recorder.state) == msgspec.json.encode(state)
        assert msgspec.json.encode(replay(events)) == msgspec.json.encode(state.table)
        assert len(events) == state.table.seq
        assert self.store.chips(self.table) == 0
        for seq, event in self.spectator.shown.items():
            assert redact(events[seq - 1], None) == event
        for person in self.people:
            assert all(seq <= len(events) for seq in person.shown)
            assert len(set(person.accepted.values())) == len(person.accepted)
        assert len(events) > calm_from, "in calm, play has to go on"
        self.trace.append([type(event).__name__ for event in events])
        return len(events)


def run(seed: int, mode: Mode) -> tuple[int, Any]:
    """Run one seed; returns how many events were stored, and a trace of what happened.

    Raises AssertionError when anything that must hold does not.
    """
    loop = VirtualLoop()
    world = World(seed, mode, loop)
    problems: list[dict[str, Any]] = []
    loop.set_exception_handler(lambda loop, context: problems.append(context))
    # Snapshots with nearly each change, or hardly ever.
    tail = TAILS[seed // 2 % len(TAILS)]
    try:
        with patch.multiple(change_builder, SNAPSHOT_EVENTS=tail, MOST_TAIL_EVENTS=4 * tail):
            count = loop.run_until_complete(world.run())
    finally:
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()
    assert not problems, problems
    return count, world.trace
