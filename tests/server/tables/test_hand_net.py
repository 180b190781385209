"""What each player won or lost in a hand, as the owner of the table is told."""

import random
from typing import cast

from msgspec import structs

from pokerws.game import commands
from pokerws.game.config.table_config import TableConfig
from pokerws.game.deal import shuffler
from pokerws.game.state import TableId
from pokerws.game.table import open_table
from pokerws.server.tables.actor import TableActor
from pokerws.storage.store import TableSnapshot
from tests.server.fakes import FakeJournal, FakeOwner, FakeViewer, ManualClock
from tests.vaults import VAULT

CONFIG = TableConfig(seats=3, big_blind=100, min_buy_in=100, next_hand_delay_ms=1_000)
NAMES = ("ann", "ben", "cleo")


class Played:
    """A table whose owner notes the nets."""

    def __init__(self, seed: int, config: TableConfig = CONFIG) -> None:
        self.clock, self.owner, self.journal = ManualClock(), FakeOwner(), FakeJournal()
        self.rng = random.Random(seed)
        table, events = open_table(TableId("t"), "One", config)
        self.actor = self.made(TableSnapshot(table))
        self.actor.opened(events)
        self.viewers = {name: FakeViewer(name) for name in NAMES}
        self._ids = map(str, range(10_000))

    def made(self, snapshot: TableSnapshot) -> TableActor:
        return TableActor(
            snapshot,
            1,
            clock=self.clock,
            shuffle=shuffler(self.rng.randbytes),
            journal=self.journal,
            vault=VAULT,
            keep_events=False,
            owner=self.owner,
        )

    def do(self, name: str, command: commands.Command) -> None:
        self.actor.handle(self.viewers[name], next(self._ids), command)

    def sit(self, name: str, chips: int) -> None:
        player = self.viewers[name].player
        self.do(name, commands.Sit(player, name, None, chips))

    def stacks(self) -> dict[str, int]:
        return {seat.player: seat.stack for seat in self.actor.table.seats if seat is not None}

    def act(self) -> None:
        hand = self.actor.table.hand
        assert hand is not None
        assert hand.turn is not None
        seat = self.actor.table.seats[hand.turn.seat]
        assert seat is not None
        action = cast("commands.Action", self.rng.choice(hand.turn.actions))
        amount = self.rng.choice((hand.turn.min_to, hand.turn.max_to))
        to = amount if action in ("bet", "raise") else None
        self.do(seat.player, commands.Act(seat.player, hand.turn.number, action, to))


def test_the_net_of_a_hand_is_what_the_stacks_have_changed_by() -> None:
    hands = 0
    for seed in range(40):
        played = Played(seed)
        for name in NAMES:
            played.sit(name, 2_000)
        before = played.stacks()
        played.clock.advance(1_000)
        if seed % 3 == 0:
            # It is loaded half-way through the hand.
            played.act()
            played.actor.stop()
            if played.actor.table.hand is not None:
                played.actor = played.made(TableSnapshot(played.actor.table))
                played.actor.resume(played.clock.table_ms(), 0, restart_log=False)
        if seed % 2 and played.actor.table.hand is not None:
            played.do("ann", commands.Stand(played.viewers["ann"].player))
        while played.actor.table.hand is not None:
            played.act()
        [net] = played.owner.nets
        assert sum(net.values()) == 0
        assert {name: before[name] + won for name, won in net.items() if name != "ann"} == {
            name: chips for name, chips in played.stacks().items() if name != "ann"
        }
        hands += any(net.values())
    assert hands == 40


def test_a_hand_that_is_over_as_soon_as_it_begins_has_a_net_too() -> None:
    played = Played(1, structs.replace(CONFIG, ante=100))
    for name in ("ann", "ben"):
        played.sit(name, 100)
    # Both are all-in with the ante.
    played.clock.advance(1_000)
    assert played.actor.table.hand is None
    [net] = played.owner.nets
    assert sum(net.values()) == 0
    assert sorted(played.stacks().values()) == sorted(100 + won for won in net.values())


def test_what_happens_between_hands_is_no_net() -> None:
    played = Played(1)
    played.sit("ann", 2_000)
    played.do("ann", commands.AddChips(played.viewers["ann"].player, 500))
    played.do("ann", commands.Stand(played.viewers["ann"].player))
    assert played.owner.nets == []
