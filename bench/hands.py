"""Whole hands by the rules alone: any variant, random legal actions, 100 big blinds deep.

It owns the choice of an action, and the reset of stacks between hands. It times nothing.
"""

import os
from collections.abc import Callable, Sequence
from typing import cast

from pokerws.game import commands
from pokerws.game.apply import apply
from pokerws.game.cards import Card
from pokerws.game.config.table_config import TableConfig
from pokerws.game.deal import shuffler
from pokerws.game.events import ChipsAdded, PlayerSatIn, TableEvent
from pokerws.game.state import Hand, PlayerId, TableId, Turn
from pokerws.game.table import advance, open_table, play
from pokerws.game.variants import VARIANTS, Variant

SEATS = 6
SMALL_BLIND, BIG_BLIND = 50, 100
STACK = 100 * BIG_BLIND
# The clock stands still, far in the future: hands are due at once, and no turn times out.
NOW_MS = 4_000_000_000_000

# Returns the next random number of a hand, in [0, 1).
Draw = Callable[[], float]


class OurTable:
    """A table that plays one hand after the other, as a server's does.

    `events` are those of the last hand.
    """

    name = "pokerws"

    def __init__(self, variant: str = "NT", players: int = SEATS) -> None:
        self.shuffle = shuffler(os.urandom)
        config = _config(VARIANTS[variant])
        self.table, self.events = open_table(TableId("5f0c64a2e19b"), "Main table", config)
        players = min(players, config.seats)
        self.players = [PlayerId(f"p_{number:016x}") for number in range(players)]
        for number, player in enumerate(self.players):
            sit = commands.Sit(player, f"Player {number}", number, STACK)
            play(self.table, sit, NOW_MS, self.shuffle)

    def prepare(self) -> None:
        """Reset every stack to 100 big blinds, and apply all that precedes the next hand."""
        table = self.table
        for number, seat in enumerate(table.seats):
            assert seat is not None, "nobody leaves"
            # An event, not a command: no command takes chips from a player who stays.
            apply(table, ChipsAdded(number, seat.player, STACK - seat.stack))
            if seat.sitting_out:
                apply(table, PlayerSatIn(number))
        while following := advance(table, NOW_MS):
            for event in following:
                apply(table, event)

    def play(self, draw: Draw) -> int:
        """Play the hand that is due; return the number of actions."""
        table, shuffle = self.table, self.shuffle
        events: list[TableEvent] = play(table, commands.TimeUp(), NOW_MS, shuffle)
        actions = 0
        while (hand := table.hand) is not None:
            events += play(table, self.choose(hand, draw), NOW_MS, shuffle)
            actions += 1
        self.events = events
        return actions

    def choose(self, hand: Hand, draw: Draw) -> commands.Act:
        """A random answer to the open turn."""
        turn = hand.turn
        assert turn is not None, "a hand always waits for a player"
        player, action = self.players[turn.seat], choose_action(turn.actions, draw)
        if action in ("bet", "raise"):
            return commands.Act(player, turn.number, action, turn.min_to)
        if action == "discard":
            seat = hand.seats[turn.seat]
            assert seat is not None, "the player to act has cards"
            cards = choose_discards(turn, seat.cards, draw)
            return commands.Act(player, turn.number, action, cards=cards)
        return commands.Act(player, turn.number, action)


def choose_action(actions: Sequence[str], draw: Draw) -> commands.Action:
    """Any action, all equally likely, but no fold where a check is free. A fold comes first."""
    first = 1 if actions[0] == "fold" and "check" in actions else 0
    action = actions[first + int(draw() * (len(actions) - first))]
    return cast("commands.Action", action)


def choose_discards(turn: Turn, cards: Sequence[Card], draw: Draw) -> list[Card]:
    """A random legal number of the cards, at least one."""
    least = max(1, turn.discard_min)
    count = least + int(draw() * (turn.discard_max - least + 1))
    left = list(cards)
    return [left.pop(int(draw() * len(left))) for _ in range(count)]


def _config(variant: Variant) -> TableConfig:
    return TableConfig(
        variant=variant.code,
        seats=min(SEATS, variant.max_seats),
        small_blind=SMALL_BLIND,
        big_blind=BIG_BLIND,
        min_buy_in=STACK,
        max_buy_in=STACK,
        next_hand_delay_ms=0,
    )
