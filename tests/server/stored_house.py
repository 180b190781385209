"""A lobby with its journal over a store, by a clock that tests turn, and the tables in it."""

import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import cast

from pokerws.game import commands
from pokerws.game.config.table_config import TableConfig
from pokerws.game.deal import shuffler
from pokerws.game.state import TableId
from pokerws.server.background.absent_seats import AbsentSeats
from pokerws.server.background.upkeep import Upkeep
from pokerws.server.tables.actor import TableActor
from pokerws.server.tables.cashier import Cashier, Terms
from pokerws.server.tables.interfaces import NO_LEASE, Lease
from pokerws.server.tables.lobby import Lobby
from pokerws.server.tables.presence import Presence
from pokerws.storage.ahead.notes import NO_NOTES, Notes
from pokerws.storage.journal.journal import Journal
from pokerws.storage.memory_accounts import MemoryAccounts
from pokerws.storage.store import Store
from pokerws.storage.vault.vault import Vault
from tests.server.fakes import FakeViewer, ManualClock
from tests.storage.faulty_store import FaultyStore
from tests.storage.memory_store import MemoryStore
from tests.vaults import VAULT

CONFIG = TableConfig(seats=3, next_hand_delay_ms=1_000, turn_time_ms=10_000)
BUY_IN = 10_000
GRANT = 10**9
NAMES = ("ann", "ben", "cleo")
IDLE_MS, ABANDONED_MS = 2_000, 3_600_000


class Ledger(FaultyStore):
    """A store whose accounts start empty, so that chips come only from grants."""

    def __init__(self) -> None:
        super().__init__()
        self._accounts = MemoryAccounts()

    @property
    def total(self) -> int:
        """All that is in accounts, at tables and with the house: nothing, if nothing is lost."""
        at_tables = sum(row.change.chips for row in self._rows.values())
        return sum(self._accounts._balances.values()) + at_tables


async def balance(store: MemoryStore, player: str) -> int:
    return (await store.accounts.open(FakeViewer(player).player, 0, 0)).balance


class StoredHouse:
    """One server's lobby, journal and upkeep, over a store that others may use too."""

    def __init__(
        self,
        store: Store,
        clock: ManualClock,
        *,
        vault: Vault = VAULT,
        idle_ms: int = IDLE_MS,
        unused_ms: int = 0,
        durable: bool = False,
        notes: Notes = NO_NOTES,
        lease: Lease = NO_LEASE,
        seed: int = 3,
    ) -> None:
        self.store = store
        self.vault = vault
        self.clock = clock
        self.journal = Journal(
            store,
            overwrite_edits=not durable,
            clock=lambda: clock.now_ms() / 1000,
        )
        self.lobby = Lobby(
            store=store,
            journal=self.journal,
            keep_events=True,
            clock=clock,
            shuffle=shuffler(random.Random(seed).randbytes),
            cashier=Cashier(store.accounts, clock, Terms()),
            max_tables=20_000,
            vault=vault,
            durable=durable,
            notes=notes,
            lease=lease,
        )
        self.upkeep = Upkeep(
            self.lobby,
            store,
            clock,
            idle_ms=idle_ms,
            abandoned_ms=ABANDONED_MS,
            unused_ms=unused_ms,
            # These tests free no seats; tests/server/background/test_absent_seats.py does.
            absent_seats=AbsentSeats(self.lobby, Presence(clock), clock, 0),
        )
        self.viewers = {name: FakeViewer(name) for name in NAMES}
        self._rng = random.Random(5)
        self._ids = map(str, range(1_000_000))

    async def written(self) -> None:
        """Wait until all that has happened is stored."""
        await self.journal.flush(10)

    async def open(self, *players: str, name: str = "One") -> TableActor:
        """A stored table where these players sit, and that nobody watches."""
        actor = self.lobby.create(name, CONFIG)
        for player in players:
            await self.store.accounts.open(self.viewers[player].player, GRANT, 0)
            self.sit(actor, player)
        await self.written()
        return actor

    def sit(self, actor: TableActor, player: str, command_id: str = "s") -> None:
        viewer = self.viewers[player]
        actor.handle(viewer, command_id, commands.Sit(viewer.player, player, None, BUY_IN))

    def leave(self, actor: TableActor, player: str) -> None:
        viewer = self.viewers[player]
        actor.handle(viewer, "up", commands.Stand(viewer.player))

    async def open_hand(self) -> TableActor:
        """A stored table where Ann and Ben are in a hand."""
        actor = await self.open("ann", "ben")
        self.clock.advance(CONFIG.next_hand_delay_ms)
        await self.written()
        assert actor.table.hand is not None
        return actor

    def act(self, actor: TableActor) -> None:
        """Whoever's turn it is does something legal, or the next hand starts."""
        hand = actor.table.hand
        if hand is None or hand.turn is None:
            self._bring_more(actor)
            self.clock.advance(CONFIG.next_hand_delay_ms)
            return
        turn = hand.turn
        action = self._rng.choice([a for a in turn.actions if a != "fold"] * 3 + ["fold"])
        amount = turn.min_to if action in ("bet", "raise") else None
        seat = actor.table.seats[turn.seat]
        assert seat is not None
        viewer = self.viewers[seat.player]
        act = commands.Act(seat.player, turn.number, cast("commands.Action", action), amount)
        actor.handle(viewer, next(self._ids), act)
        viewer.frames.clear()

    def _bring_more(self, actor: TableActor) -> None:
        """Who has lost everything plays on with new chips."""
        for seat in actor.table.seats:
            if seat is not None and not seat.stack:
                viewer = self.viewers[seat.player]
                for more in (commands.AddChips(seat.player, None), commands.SitIn(seat.player)):
                    actor.handle(viewer, next(self._ids), more)

    async def listed(self) -> set[TableId]:
        """The tables that are open in the store."""
        return {game.table for game in await self.store.games()}

    async def close(self) -> None:
        """Stop, with everything stored."""
        self.lobby.stop()
        await self.journal.stop(5)


@asynccontextmanager
async def house_on(
    store: Store,
    clock: ManualClock,
    *,
    vault: Vault = VAULT,
    idle_ms: int = IDLE_MS,
    unused_ms: int = 0,
) -> AsyncIterator[StoredHouse]:
    """A house that has started."""
    house = StoredHouse(store, clock, vault=vault, idle_ms=idle_ms, unused_ms=unused_ms)
    house.journal.start()
    await house.lobby.start()
    try:
        yield house
    finally:
        await house.close()
