"""Hands of a table that is played at random, one after the other, with all that houses allow."""

import random
from collections.abc import Iterator
from copy import deepcopy
from typing import NamedTuple, cast

from pokerws.game.commands import (
    Act,
    Action,
    AddChips,
    Command,
    RunIt,
    Show,
    Sit,
    SitIn,
    Straddle,
    TimeUp,
)
from pokerws.game.config.table_config import HouseRules, Mix, TableConfig
from pokerws.game.deal import shuffler
from pokerws.game.events import HandEnded, TableEvent
from pokerws.game.illegal import Illegal
from pokerws.game.state import PlayerId, Table, TableId
from pokerws.game.table import open_table, play

HOUSE = HouseRules(straddle="mississippi", run_it=3, bomb_pot_every=5, bomb_pot_boards=2)


class PlayedHand(NamedTuple):
    """The table before a hand, and all that happened from its start to what was shown after it."""

    before: Table
    events: list[TableEvent]


def played_hands(
    variant: str, seats: int, count: int, seed: int, house: HouseRules = HOUSE
) -> Iterator[PlayedHand]:
    """So many hands.  The players are named p0, p1, …, and nobody folds who can check."""
    table = _Random(variant, seats, seed, house)
    for _ in range(count):
        yield table.hand()


class _Random:
    def __init__(self, variant: str, seats: int, seed: int, house: HouseRules) -> None:
        config = TableConfig(
            variant=variant,
            seats=seats,
            min_buy_in=300,
            next_hand_delay_ms=0,
            mix=Mix(rotation="hands", hands=1),
            house=house,
        )
        self._rng = random.Random(f"{variant} {seats} {seed}")
        self._shuffle = shuffler(self._rng.randbytes)
        self._now_ms = 1_000
        self._table, _ = open_table(TableId("t"), "Table", config)
        for seat in range(seats):
            player = PlayerId(f"p{seat}")
            self._do(Sit(player, player, seat, self._rng.randint(300, 4_000)))
            self._do(RunIt(player, max(1, house.run_it - seat % 2)))
            self._do(Straddle(player, on=True))

    def _do(self, command: Command) -> list[TableEvent]:
        try:
            return play(self._table, command, self._now_ms, self._shuffle)
        except Illegal:
            return []

    def hand(self) -> PlayedHand:
        table = self._table
        for seat in filter(None, list(table.seats)):
            if seat.stack < 200:
                self._do(AddChips(seat.player, None))
            self._do(SitIn(seat.player))
        before = deepcopy(table)
        events = self._do(TimeUp())
        while table.hand is not None:
            events += self._do(self._act())
        for seat in filter(None, list(table.seats)):
            if any(isinstance(event, HandEnded) for event in events) and self._rng.random() < 0.2:
                events += self._do(Show(seat.player, table.hand_number))
        return PlayedHand(before, events)

    def _act(self) -> Act | TimeUp:
        table, rng = self._table, self._rng
        assert table.hand is not None
        turn = table.hand.turn
        assert turn is not None
        seat = table.seats[turn.seat]
        assert seat is not None
        actions = [action for action in turn.actions if action != "fold"] * 4
        if "check" not in actions and "fold" in turn.actions:
            actions.append("fold")
        action = cast(Action, rng.choice(actions))
        amount, cards = None, None
        if action in ("bet", "raise"):
            most = min(turn.max_to, 4 * turn.min_to)
            amount = rng.choice(turn.sizes or [turn.min_to, rng.randint(turn.min_to, most)])
            if rng.random() < 0.1:
                amount = turn.max_to
        if action == "discard":
            held = table.hand.seats[turn.seat]
            assert held is not None
            count = rng.randint(max(1, turn.discard_min), turn.discard_max)
            cards = rng.sample(held.cards, count)
        return Act(seat.player, turn.number, action, amount, cards)
