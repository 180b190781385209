"""No viewer's bytes ever hold a card that it may not see."""

import itertools
import random
import re
from collections import defaultdict
from typing import cast

import msgspec
import pytest

from pokerws.game import commands
from pokerws.game.deal import shuffler
from pokerws.game.events import BoardDealt, CardsShown, HoleCardsDealt, TableEvent
from pokerws.game.state import PlayerId, Table, TableConfig, TableId
from pokerws.game.table import open_table
from pokerws.messages import Events, Snapshot, Watch
from pokerws.server.table_actor import TableActor
from tests.server.fakes import FakeOwner, FakeSink, FakeViewer, ManualClock
from tests.vaults import VAULT

SEATS = 4
CARD = re.compile(rb'"([2-9TJQKA][cdhs])"')


class Watched:
    """A table in random play, and for each viewer the cards that it may know of."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.clock, self.sink = ManualClock(), FakeSink()
        config = TableConfig(seats=SEATS, min_buy_in=200, next_hand_delay_ms=10)
        table, events = open_table(TableId("t"), "T", config)
        self.actor = TableActor(
            table,
            1,
            {},
            clock=self.clock,
            shuffle=shuffler(self.rng.randbytes),
            sink=self.sink,
            keep_events=True,
            owner=FakeOwner(),
            vault=VAULT,
        )
        self.sink.actor = self.actor
        self.actor.opened(events)
        self.ids = map(str, itertools.count())
        self.viewers = [FakeViewer(f"p{number}") for number in range(SEATS + 2)]
        self.known: defaultdict[tuple[int, PlayerId], set[str]] = defaultdict(set)
        self.hand_of = {1: 0}
        for viewer in self.viewers:
            self.actor.watch(viewer, Watch(next(self.ids), table.id))

    def step(self) -> None:
        """Do one random thing."""
        table = self.actor.table
        if self.rng.random() < 0.1:
            viewer = self.rng.choice(self.viewers)
            after = self.rng.choice([None, self.rng.randint(0, table.seq)])
            self.actor.watch(viewer, Watch(next(self.ids), table.id, after, 1))
        hand = table.hand
        if hand is not None and hand.turn is not None and self.rng.random() < 0.95:
            turn = hand.turn
            seat = table.seats[turn.seat]
            assert seat is not None
            action = cast("commands.Action", self.rng.choice(turn.actions))
            amount = None
            if action in ("bet", "raise"):
                amount = self.rng.choice([turn.min_to, turn.max_to])
            self.do(seat.player, commands.Act(seat.player, turn.number, action, amount))
        elif self.rng.random() < 0.5:
            self.clock.advance(30_000)
        else:
            player = self.rng.choice(self.viewers).player
            wishes: list[commands.Command] = [
                commands.Sit(player, player, None, self.rng.randint(200, 2_000)),
                commands.Stand(player),
                commands.SitIn(player),
            ]
            self.do(player, self.rng.choice(wishes))

    def do(self, player: PlayerId, command: commands.Command) -> None:
        viewer = next(viewer for viewer in self.viewers if viewer.player == player)
        self.actor.handle(viewer, next(self.ids), command)

    def check(self) -> int:
        """Compare what was sent since the last call with what may be known; returns the cards."""
        for change in self.sink.changes:
            for row in change.events:
                self.hand_of[row.seq] = row.hand_number
                event = VAULT.open_event(self.actor.table.id, row.hand_number, row.payload)
                self._learn(row.hand_number, event)
        self.sink.changes.clear()
        count = 0
        for viewer in self.viewers:
            for message in viewer.take():
                match message:
                    case Events(seq=seq, events=events):
                        for number, event in enumerate(events, seq):
                            count += self._check(viewer, self.hand_of[number], event)
                    case Snapshot(state=table):
                        count += self._check(viewer, table.hand_number, table)
                    case _:
                        assert not CARD.findall(msgspec.json.encode(message))
        return count

    def _check(self, viewer: FakeViewer, hand: int, sent: TableEvent | Table) -> int:
        cards = {card.decode() for card in CARD.findall(msgspec.json.encode(sent))}
        assert cards <= self.known[hand, viewer.player], (viewer.player, sent)
        return len(cards)

    def _learn(self, hand: int, event: TableEvent) -> None:
        match event:
            case HoleCardsDealt(cards=dealt):
                for seat, cards in zip(self.actor.table.seats, dealt, strict=True):
                    if seat is not None:
                        self.known[hand, seat.player].update(cards)
            case BoardDealt(cards=cards) | CardsShown(cards=cards):
                for viewer in self.viewers:
                    self.known[hand, viewer.player].update(cards)
            case _:
                pass


@pytest.mark.parametrize("seed", range(20))
def test_no_viewer_is_sent_a_card_that_it_may_not_see(seed: int) -> None:
    watched = Watched(seed)
    cards = 0
    for _ in range(300):
        watched.step()
        cards += watched.check()
    watched.actor.stop()
    assert cards > 100, "the play showed hardly any cards, so this proves nothing"
