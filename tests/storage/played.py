"""A game that was really played: actor, journal and Postgres, by a clock that tests turn."""

import random
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import cast

from pokerws.game import commands
from pokerws.game.config.table_config import TableConfig
from pokerws.game.deal import Shuffle, shuffler
from pokerws.game.state import PlayerId, TableId
from pokerws.game.table import open_table
from pokerws.server.tables.actor import TableActor
from pokerws.storage.journal.journal import Journal
from pokerws.storage.postgres.address import address_of
from pokerws.storage.postgres.store import PostgresStore
from pokerws.storage.store import TableSnapshot
from pokerws.storage.vault.replayed import ReplayedTable
from tests.server.fakes import FakeOwner, FakeViewer, ManualClock
from tests.vaults import VAULT

CONFIG = TableConfig(seats=4, turn_time_ms=10_000, next_hand_delay_ms=1_000)


def actor_of(
    snapshot: TableSnapshot,
    epoch: int,
    journal: Journal,
    clock: ManualClock,
    shuffle: Shuffle,
    *,
    keep_events: bool,
    tail: int | None = None,
) -> TableActor:
    """An actor that stores what happens at its table."""
    return TableActor(
        snapshot,
        epoch,
        clock=clock,
        shuffle=shuffle,
        journal=journal,
        keep_events=keep_events,
        owner=FakeOwner(),
        vault=VAULT,
        tail=tail,
    )


async def load(
    store: PostgresStore,
    journal: Journal,
    table: TableId,
    clock: ManualClock,
    shuffle: Shuffle,
    *,
    keep_events: bool,
) -> TableActor:
    """The actor of a stored table, which goes on as on a new server."""
    claimed = await store.claim(table)
    assert claimed is not None
    replayed = ReplayedTable.of(VAULT, table, claimed.snapshot, claimed.snapshot_version)
    for row in claimed.later_rows:
        replayed.take_row(row, claimed.version)
    actor = actor_of(
        *(replayed.snapshot, claimed.epoch, journal, clock, shuffle),
        keep_events=keep_events,
        tail=replayed.taken,
    )
    gap = keep_events and claimed.log_seq != claimed.version
    actor.resume(claimed.saved_ms, 0, restart_log=gap)
    return actor


class PlayedGame:
    """A table with Ada, Bob and Cleo, who act when they are told to."""

    def __init__(
        self,
        journal: Journal,
        game: str = "t1",
        *,
        keep_events: bool = True,
        seed: int = 7,
        config: TableConfig = CONFIG,
    ) -> None:
        self.clock = ManualClock()
        self.journal = journal
        self._shuffle = shuffler(random.Random(seed).randbytes)
        self._rng = random.Random(seed)
        self._ids = map(str, range(1_000_000))
        self.viewers = {name: FakeViewer(name.lower()) for name in ("Ada", "Bob", "Cleo")}
        table, events = open_table(TableId(game), "Main table", config)
        self.actor = actor_of(
            *(TableSnapshot(table), 1, journal, self.clock, self._shuffle), keep_events=keep_events
        )
        self.actor.opened(events)

    async def load_again(
        self, store: PostgresStore, journal: Journal, *, keep_events: bool
    ) -> None:
        """Go on with what is stored, as a new server does."""
        self.actor.stop()
        self.journal = journal
        table = self.actor.table.id
        self.actor = await load(
            *(store, journal, table, self.clock, self._shuffle), keep_events=keep_events
        )

    def sit(self) -> None:
        for seat, (name, viewer) in enumerate(self.viewers.items()):
            self._do(viewer, commands.Sit(viewer.player, name, seat, 10_000))

    def play_until(self, done: Callable[[TableActor], bool]) -> None:
        """Play at random, folding seldom, until something holds."""
        while not done(self.actor):
            hand = self.actor.table.hand
            if hand is None:
                self.clock.advance(CONFIG.next_hand_delay_ms)
                continue
            assert hand.turn is not None
            turn = hand.turn
            action = self._rng.choice([a for a in turn.actions if a != "fold"] * 3 + ["fold"])
            amount = turn.min_to if action in ("bet", "raise") else None
            seat = self.actor.table.seats[turn.seat]
            assert seat is not None
            act = commands.Act(seat.player, turn.number, cast("commands.Action", action), amount)
            self._do(self.viewers[seat.name], act)

    def play_hands(self, count: int) -> None:
        """Play until so many hands are over."""
        table = self.actor.table
        last = table.hand_number + count
        self.play_until(lambda _: table.hand_number == last and table.hand is None)

    def _do(self, viewer: FakeViewer, command: commands.Command) -> None:
        viewer.take()
        self.actor.handle(viewer, next(self._ids), command)


async def open_accounts(store: PostgresStore) -> None:
    """Give those who play the chips to do so."""
    for player in ("ada", "bob", "cleo"):
        await store.accounts.open(PlayerId(player), 10**9, 0)


@asynccontextmanager
async def writing(store: PostgresStore, *, keep_events: bool = True) -> AsyncIterator[Journal]:
    """A journal that has written everything when the block is over."""
    journal = Journal(store)
    journal.start()
    try:
        yield journal
        assert await journal.stop(10)
    finally:
        await journal.stop(0)


async def play_a_game(
    url: str,
    game: str = "t1",
    *,
    hands: int = 5,
    keep_events: Sequence[bool] = (True,),
    killed: bool = False,
) -> PlayedGame:
    """Play a game, in so many lives of a server, each to the middle of the hand after `hands`.

    If the servers are `killed`, they store no snapshot as they stop.
    """
    store = await PostgresStore.open(address_of(url))
    await open_accounts(store)
    try:
        played: PlayedGame | None = None
        for keep in keep_events:
            async with writing(store, keep_events=keep) as journal:
                if played is None:
                    played = PlayedGame(journal, game, keep_events=keep)
                    played.sit()
                else:
                    await played.load_again(store, journal, keep_events=keep)
                played.play_hands(hands)
                played.play_until(_on_the_flop)
                if not killed:
                    played.actor.store_snapshot()
                played.actor.stop()
        assert played is not None
        return played
    finally:
        await store.close()


def _on_the_flop(actor: TableActor) -> bool:
    hand = actor.table.hand
    return hand is not None and len(hand.board) == 3 and hand.turn is not None
