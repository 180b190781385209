"""What holds at a table whatever happens: random lives of a table, and who watches it.

After every event: no chip is made or lost, the deck is whole, the events read from JSON lead to
the same table, and so do the events as one player sees them, but for the cards.
"""

from random import Random
from typing import cast, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from pokerws.game.apply import apply
from pokerws.game.cards import DECK, UNKNOWN, Card
from pokerws.game.commands import (
    Act,
    Action,
    AddChips,
    Command,
    Resume,
    Show,
    Sit,
    SitIn,
    SitOut,
    Stand,
    TimeUp,
)
from pokerws.game.events import (
    ChipsAdded,
    HandStarted,
    HoleCardsDealt,
    LogRestarted,
    PlayerSat,
    PlayerStood,
    TableEvent,
)
from pokerws.game.illegal import Illegal
from pokerws.game.state import AnteKind, HandSeat, PlayerId, Table, TableConfig, TableId
from pokerws.game.table import open_table, play, replay
from tests.game.script import chips, decode_event, encode

SEATS = 6
PLAYERS = [PlayerId(f"p{number}") for number in range(8)]
WATCHER = PLAYERS[0]

configs = st.builds(
    TableConfig,
    seats=st.just(SEATS),
    small_blind=st.integers(0, 10),
    big_blind=st.sampled_from([10, 11]),
    ante=st.sampled_from([0, 0, 3, 10, 40]),
    ante_kind=st.sampled_from(["each", "big_blind"]),
    min_buy_in=st.just(20),
    max_buy_in=st.just(400),
)
step = st.tuples(
    st.sampled_from(
        ["act"] * 12
        + ["time up"] * 4
        + ["sit"] * 3
        + ["stand", "sit out", "sit in", "sit in", "add", "show", "resume", "anything"]
    ),
    st.integers(0, 10_000),
)
# Hypothesis alone would make most lives about five steps long.
lives = st.integers(0, 150).flatmap(lambda n: st.lists(step, min_size=n, max_size=n))


class Life:
    """A table, a copy that follows its stored events, and one that follows what WATCHER sees."""

    def __init__(self, config: TableConfig) -> None:
        self.table, (opened,) = open_table(TableId("t"), "table", config)
        self.now_ms = 0
        self.log = [encode(opened)]
        self.stored = replay([opened])
        self.seen = replay([opened])
        self.chips = 0

    def step(self, what: str, number: int) -> None:
        command = self.command(what, number)
        if command is None:
            return
        before = encode(self.table)
        try:
            events = play(
                self.table,
                command,
                self.now_ms,
                lambda cards: Random(number).sample(cards, len(cards)),
            )
        except Illegal:
            if what in ("act", "time up", "resume"):
                raise
            assert encode(self.table) == before
            return
        for event in events:
            self.follow(event)
        assert encode(self.stored) == encode(self.table)
        self.check_state()

    def command(self, what: str, number: int) -> Command | None:
        """A command of this kind; None where there is nothing to act on."""
        player = PLAYERS[number % len(PLAYERS)]
        match what:
            case "act" if self.table.hand is not None:
                return self.legal_act(number)
            case "act" | "time up":
                if self.table.deadline_ms is None:
                    return None
                self.now_ms = max(self.now_ms, self.table.deadline_ms)
                return TimeUp()
            case "sit":
                seat = number // 8 % (SEATS + 1)
                return Sit(player, player, None if seat == SEATS else seat, 20 + number % 381)
            case "stand":
                return Stand(player)
            case "sit out":
                return SitOut(player)
            case "sit in":
                return SitIn(player)
            case "add":
                return AddChips(player, number % 300)
            case "show":
                return Show(player, self.table.hand_number - number // 8 % 2)
            case "resume":
                saved_ms = self.now_ms
                self.now_ms += number
                return Resume(saved_ms, grace_ms=number % 1_000, restart_log=number % 2 == 0)
            case _:
                return self.any_act(player, number)

    def legal_act(self, number: int) -> Act:
        assert self.table.hand is not None
        turn = self.table.hand.turn
        assert turn is not None
        seat = self.table.seats[turn.seat]
        assert seat is not None
        action = turn.actions[number % len(turn.actions)]
        amount = None
        if action in ("bet", "raise"):
            amount = turn.min_to + number % (turn.max_to - turn.min_to + 1)
        return Act(seat.player, turn.number, cast(Action, action), amount)

    def any_act(self, player: PlayerId, number: int) -> Act:
        actions = get_args(Action)
        amounts = [None, -number, 0, number % 50, number, 2**53]
        return Act(
            player,
            self.table.turns + number % 3 - 1,
            actions[number % len(actions)],
            amounts[number % len(amounts)],
        )

    def follow(self, event: TableEvent) -> None:
        """Apply an event to both copies, and check what each event has to leave whole."""
        self.log.append(encode(event))
        assert decode_event(self.log[-1]) == event
        apply(self.stored, decode_event(self.log[-1]))
        apply(self.seen, redacted(event, self.stored))
        match event:
            case PlayerSat(stack=amount) | ChipsAdded(amount=amount):
                self.chips += amount
            case PlayerStood(stack=amount):
                self.chips -= amount
            case _:
                pass
        assert chips(self.stored) == self.chips
        assert encode(self.seen) == encode(redacted_table(self.stored))
        if self.stored.hand is not None:
            hand = self.stored.hand
            cards = [*hand.deck, *hand.board]
            cards += [card for seat in hand.seats if seat is not None for card in seat.cards]
            assert sorted(cards) == sorted(DECK)

    def check_state(self) -> None:
        """Between commands it is somebody's turn, or the clock's, or nobody can play."""
        hand = self.table.hand
        if hand is None:
            for seat in self.table.seats:
                assert seat is None or not seat.leaving
                assert seat is None or seat.stack or seat.sitting_out
            ready = sum(1 for seat in self.table.seats if seat is not None and not seat.sitting_out)
            assert (self.table.next_hand_at_ms is not None) == (ready >= 2)
            return
        turn = hand.turn
        assert turn is not None
        seat, part = self.table.seats[turn.seat], hand.seats[turn.seat]
        assert seat is not None
        assert part is not None
        assert not part.folded
        assert 0 <= turn.call <= seat.stack
        assert ("call" if turn.call else "check") in turn.actions
        if {"bet", "raise"} & {*turn.actions}:
            assert hand.bet < turn.min_to <= turn.max_to == part.bet + seat.stack

    def end(self) -> None:
        """When nobody does anything any more, the hand comes to its end."""
        for _ in range(100):
            if self.table.hand is None:
                break
            self.step("time up", 0)
        assert self.table.hand is None
        assert encode(replay(map(decode_event, self.log))) == encode(self.table)


def redacted(event: TableEvent, table: Table) -> TableEvent:
    """An event as WATCHER sees it."""
    match event:
        case HandStarted():
            return replace(event, deck=[])
        case HoleCardsDealt(cards=hands):
            return replace(
                event, cards=[hidden(cards, number, table) for number, cards in enumerate(hands)]
            )
        case LogRestarted():
            return LogRestarted(None)
        case _:
            return event


def redacted_table(table: Table) -> Table:
    """A table as WATCHER sees it."""
    hand, last = table.hand, table.last_hand
    if last is not None:
        cards = [
            cards if number in last.shown else hidden(cards, number, table)
            for number, cards in enumerate(last.cards)
        ]
        return replace(table, last_hand=replace(last, cards=cards))
    if hand is None:
        return table
    seats: list[HandSeat | None] = [
        part
        if part is None or part.shown
        else replace(part, cards=hidden(part.cards, number, table))
        for number, part in enumerate(hand.seats)
    ]
    return replace(table, hand=replace(hand, deck=[], seats=seats))


def hidden(cards: list[Card], number: int, table: Table) -> list[Card]:
    seat = table.seats[number]
    own = seat is not None and seat.player == WATCHER
    return cards if own else [UNKNOWN] * len(cards)


@given(configs, lives)
def test_chips_cards_and_events_hold_together(
    config: TableConfig, life: list[tuple[str, int]]
) -> None:
    table = Life(config)
    for number in (0, 9, 18):
        table.step("sit", number)
    for what, number in life:
        table.step(what, number)
    table.end()


@pytest.mark.parametrize("ante_kind", ["each", "big_blind"])
def test_a_long_life(ante_kind: AnteKind) -> None:
    """Long enough for stacks to be lost, seats to change hands, and all-ins of many depths."""
    rng = Random(f"life {ante_kind}")
    table = Life(
        TableConfig(
            seats=SEATS,
            small_blind=5,
            big_blind=10,
            ante=3,
            ante_kind=ante_kind,
            min_buy_in=20,
            max_buy_in=400,
        )
    )
    kinds = ["act"] * 80 + ["time up"] * 4 + ["sit"] * 4 + ["sit in", "add"] * 4
    kinds += ["stand", "sit out", "resume", "anything"]
    for _ in range(8_000):
        table.step(rng.choice(kinds), rng.randrange(10_000))
    table.end()
    assert table.table.hand_number > 500
