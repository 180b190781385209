"""A lobby, a bank and a journal over a store whose saves wait or fail as told."""

import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from pokerws.game import commands
from pokerws.game.config.table_config import TableConfig
from pokerws.game.deal import shuffler
from pokerws.game.state import PlayerId
from pokerws.messages import Watch
from pokerws.server.tables.actor import TableActor
from pokerws.server.tables.cashier import Cashier, Terms
from pokerws.server.tables.lobby import Lobby
from pokerws.storage.journal.journal import Journal
from pokerws.storage.memory_accounts import MemoryAccounts
from tests.server.fakes import FakeViewer, ManualClock
from tests.storage.faulty_store import FaultyStore
from tests.vaults import VAULT

USUAL = Terms()
CONFIG = TableConfig(seats=3, min_buy_in=2_000, max_buy_in=20_000, next_hand_delay_ms=1_000)


class House:
    """A lobby and a journal over a store whose saves wait or fail as told."""

    def __init__(self, *, durable: bool = False, terms: Terms = USUAL) -> None:
        self.clock = ManualClock()
        self.store = FaultyStore()
        # Here nobody has chips who has not been to the bank.
        self.store._accounts = self.accounts = MemoryAccounts()
        self.journal = Journal(
            self.store,
            clock=lambda: self.clock.now_ms() / 1000,
        )
        self.bank = Cashier(self.store.accounts, self.clock, terms)
        self.lobby = Lobby(
            store=self.store,
            journal=self.journal,
            keep_events=True,
            clock=self.clock,
            shuffle=shuffler(random.Random(3).randbytes),
            cashier=self.bank,
            vault=VAULT,
            max_tables=10,
            durable=durable,
        )
        self.ann, self.ben = FakeViewer("ann"), FakeViewer("ben")

    async def open(self, name: str = "One") -> TableActor:
        """A stored table that both watch."""
        actor = self.lobby.create(name, CONFIG)
        for viewer in (self.ann, self.ben):
            actor.watch(viewer, Watch("w", actor.table.id))
        await self.journal.flush(5)
        self.ann.take()
        self.ben.take()
        return actor

    async def sit(self, actor: TableActor, viewer: FakeViewer, chips: int) -> None:
        """What a session does with a `sit`."""
        async with self.bank.paying(viewer.player) as purse:
            sit = commands.Sit(viewer.player, viewer.player.title(), None, chips, purse.available)
            actor.handle(viewer, "s", sit)

    async def balance(self, player: PlayerId) -> int:
        return (await self.store.accounts.open(player, 0, 0)).balance


@asynccontextmanager
async def house_with_a_bank(terms: Terms = USUAL) -> AsyncIterator[House]:
    """A started one."""
    house = House(terms=terms)
    house.journal.start()
    await house.lobby.start()
    yield house
    house.lobby.stop()
    house.store.open.set()
    house.store.faults.clear()
    await house.journal.stop(5)
