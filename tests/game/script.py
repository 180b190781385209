"""A small language in which a hand reads like the rulebook: `alice.raises_to(40)`.

Whatever a script does, the chips are counted after every event, and the events are written as
JSON, read again and replayed, and must lead to the same table.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import msgspec
import pytest

from pokerws.game.apply import apply
from pokerws.game.cards import Card, parse_cards
from pokerws.game.commands import (
    Act,
    Action,
    AddChips,
    ChooseGame,
    Command,
    ConnectionChanged,
    Entry,
    RunIt,
    Show,
    Sit,
    SitIn,
    SitOut,
    Stand,
    Straddle,
    TimeUp,
    UseTimeBank,
)
from pokerws.game.config.clocks import Clocks
from pokerws.game.config.seating import Seating
from pokerws.game.config.table_config import AnteKind, HouseRules, LimitStakes, Mix, TableConfig
from pokerws.game.events import (
    BlindPosted,
    ChipsAdded,
    HandStarted,
    LogRestarted,
    PlayerSat,
    PlayerStood,
    RakeTaken,
    TableEvent,
)
from pokerws.game.illegal import Illegal
from pokerws.game.state import Hand, HandSeat, PlayerId, Seat, Table, TableId, Turn
from pokerws.game.table import decide, open_table, play, replay
from pokerws.game.variants import VARIANTS

_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(TableEvent)


def encode(struct: object) -> bytes:
    """The bytes as which a table or event is stored."""
    return _encoder.encode(struct)


def decode_event(data: bytes) -> TableEvent:
    """The event that was stored as these bytes."""
    event: TableEvent = _decoder.decode(data)
    return event


def chips(table: Table) -> int:
    """All chips at a table."""
    return sum(seat.stack for seat in table.seats if seat is not None) + table.total_pot


class Game:
    """A table with its players by name.  `events` are those of the last command."""

    def __init__(
        self,
        *,
        seats: int = 6,
        small_blind: int = 50,
        big_blind: int = 100,
        ante: int = 0,
        ante_kind: AnteKind = "each",
        turn_time_ms: int = 20_000,
        variant: str = "NT",
        limit: LimitStakes = LimitStakes(),  # noqa: B008 -- it is frozen, as the next three are.
        mix: Mix = Mix(),  # noqa: B008
        house: HouseRules = HouseRules(),  # noqa: B008
        clocks: Clocks = Clocks(),  # noqa: B008
        seating: Seating = Seating(),  # noqa: B008
    ) -> None:
        config = TableConfig(
            variant=variant,
            seats=seats,
            small_blind=small_blind,
            big_blind=big_blind,
            ante=ante,
            ante_kind=ante_kind,
            min_buy_in=max(big_blind, limit.small_bet),
            max_buy_in=1_000_000,
            turn_time_ms=turn_time_ms,
            limit=limit,
            mix=mix,
            house=house,
            clocks=clocks,
            seating=seating,
        )
        self.table, opened = open_table(TableId("t"), "table", config)
        self.now_ms = 1_000
        self.events: list[TableEvent] = opened
        self.log = [encode(event) for event in opened]
        self.chips = 0

    def seat(self, *stacks: int) -> "list[Player]":
        """Players alice, bob, carol, … with these stacks from seat 0 on.

        In the first hand alice has the button, bob the small blind (heads-up the big one), carol
        the big blind.  A stack below the buy-in stands for what earlier hands left of one.
        """
        names = "alice bob carol dave erin frank grace heidi ivan judy".split()
        players = []
        for number, (name, stack) in enumerate(zip(names, stacks, strict=False)):
            players.append(self.sits(name, max(stack, self.table.config.min_buy_in), number))
            players[-1].now_has(stack)
        return players

    def sits(
        self, name: str, stack: int = 1_000, seat: int | None = None, entry: Entry = "post"
    ) -> "Player":
        """A player takes a seat, and posts a blind to be dealt in at once."""
        self.play(Sit(PlayerId(name), name, seat, stack, entry=entry))
        return Player(self, name)

    def deal(self, board: str = "", **holes: str) -> HandStarted:
        """Start the hand that is due, with these cards; all others come from the rest.

        In stud the last of a player's cards lies face up, and those of the next streets, as those
        that are drawn, are the `board`.
        """
        assert self.table.next_hand_at_ms is not None, "no hand is due"
        self.now_ms = self.table.next_hand_at_ms
        due = decide(self.table, TimeUp(), self.now_ms, list)[0]
        assert isinstance(due, HandStarted)
        variant = VARIANTS[due.variant]
        count = variant.streets[0].down + variant.streets[0].up
        named = parse_cards(board + "".join(holes.values()))
        rest = [card for card in variant.deck if card not in named]
        hands = [
            parse_cards(holes.pop(self.name_of(number), "")) or [rest.pop() for _ in range(count)]
            for number in due.order
        ]
        assert not holes, f"not dealt in: {holes}"
        deck = [hand[turn] for turn in range(count) for hand in hands]
        self.play(TimeUp(), deck + parse_cards(board) + rest)
        (started,) = self.of(HandStarted)
        assert isinstance(started, HandStarted)
        return started

    def play(self, command: Command, deck: Sequence[Card] = ()) -> list[TableEvent]:
        """Play a command, which must be legal, and check what must always hold.

        The shuffle returns `deck`, or leaves the order unchanged.
        """
        before = replay(map(decode_event, self.log))
        self.events = play(self.table, command, self.now_ms, lambda cards: list(deck or cards))
        for event in self.events:
            self.log.append(encode(event))
            apply(before, decode_event(self.log[-1]))
            match event:
                case PlayerSat(stack=stack) | ChipsAdded(amount=stack):
                    self.chips += stack
                case PlayerStood(stack=stack):
                    self.chips -= stack
                case RakeTaken(amount=amount):
                    self.chips -= amount
                case _:
                    pass
            assert chips(before) == self.chips, f"{event} makes or loses chips"
        assert encode(before) == encode(self.table)
        return self.events

    def name_of(self, number: int) -> str:
        """Who sits in a seat."""
        seat = self.table.seats[number]
        assert seat is not None, f"seat {number} is empty"
        return seat.name

    @property
    def hand(self) -> Hand:
        """The hand in play."""
        assert self.table.hand is not None, "no hand is being played"
        return self.table.hand

    @property
    def turn(self) -> Turn:
        """The open turn."""
        assert self.hand.turn is not None
        return self.hand.turn

    @property
    def to_act(self) -> str | None:
        """Whose turn it is; None between hands."""
        return None if self.table.hand is None else self.name_of(self.turn.seat)

    @property
    def order(self) -> list[str]:
        """Who was dealt in, from the left of the button."""
        return [self.name_of(number) for number in self.hand.order]

    @property
    def pots(self) -> list[tuple[int, list[str]]]:
        """Chips and contenders of each pot."""
        return [(pot.amount, [self.name_of(n) for n in pot.seats]) for pot in self.hand.pots]

    def positions(self) -> tuple[int | None, int | None, int | None]:
        """Button, small blind and big blind of the latest hand, by seat."""
        return self.table.button, self.table.small_blind, self.table.big_blind

    def of(self, kind: type[Any]) -> list[Any]:
        """The last command's events of one kind."""
        return [event for event in self.events if isinstance(event, kind)]

    def folds_around(self) -> None:
        """Everyone folds to the end of the hand, after the bring-in if there is one."""
        while self.to_act is not None:
            self.acts("fold" if "fold" in self.turn.actions else "bring_in")

    def acts(self, action: Action, amount: int | None = None) -> None:
        """The player who is to act does this."""
        assert self.to_act is not None
        Player(self, self.to_act).acts(action, amount)

    def check_down(self) -> None:
        """Everyone stays to the end of the hand as cheaply as possible."""
        calm: tuple[Action, ...] = ("check", "call", "bring_in", "stand_pat")
        while self.to_act is not None:
            self.acts(next(action for action in calm if action in self.turn.actions))


class Player:
    """One player; what they do must be legal, and where it is not, `refused` says so."""

    def __init__(self, game: Game, name: str) -> None:
        self.game = game
        self.name = name
        self.id = PlayerId(name)

    def acts(
        self, action: Action, amount: int | None = None, cards: list[Card] | None = None
    ) -> None:
        """Answer the open turn, whoever's it is."""
        self.game.play(Act(self.id, self.game.turn.number, action, amount, cards))

    def folds(self) -> None:
        self.acts("fold")

    def checks(self) -> None:
        self.acts("check")

    def calls(self) -> None:
        self.acts("call")

    def bets(self, to: int) -> None:
        self.acts("bet", to)

    def raises_to(self, to: int) -> None:
        self.acts("raise", to)

    def brings_in(self) -> None:
        self.acts("bring_in")

    def stands_pat(self) -> None:
        self.acts("stand_pat")

    def discards(self, cards: str) -> None:
        """Throw cards away, and in a draw get as many."""
        self.acts("discard", cards=parse_cards(cards))

    def goes_all_in(self) -> None:
        """Bet or raise all there is, or call with it where it is no more than that."""
        turn = self.game.turn
        if turn.max_to:
            self.acts("raise" if "raise" in turn.actions else "bet", turn.max_to)
        else:
            assert self.stack == turn.call
            self.calls()

    def times_out(self) -> None:
        """Let the clock run out."""
        assert self.game.to_act == self.name
        self.runs_out()

    def runs_out(self, *, connected: bool = True) -> None:
        """The deadline of the player's turn comes, and what follows it."""
        assert self.game.to_act == self.name
        self.game.now_ms = self.game.turn.deadline_ms
        self.game.play(TimeUp(connected))

    def asks_for_time(self, turn: int | None = None) -> None:
        """Use the time bank, in the open turn or in another one."""
        number = self.game.turn.number if turn is None else turn
        self.game.play(UseTimeBank(self.id, number))

    def loses_the_line(self) -> None:
        self.game.play(ConnectionChanged(self.id, connected=False))

    def is_back(self) -> None:
        self.game.play(ConnectionChanged(self.id, connected=True))

    def stands(self) -> None:
        self.game.play(Stand(self.id))

    def sits_out(self) -> None:
        self.game.play(SitOut(self.id))

    def sits_in(self, entry: Entry = "post") -> None:
        self.game.play(SitIn(self.id, entry))

    def adds(self, amount: int | None, balance: int | None = None) -> None:
        self.game.play(AddChips(self.id, amount, balance))

    def shows(self, hand: int | None = None) -> None:
        """Show the cards of the hand that has just ended, or of another one."""
        self.game.play(Show(self.id, self.game.table.hand_number if hand is None else hand))

    def straddles(self, *, on: bool = True) -> None:
        """From the next hand on, or no more."""
        self.game.play(Straddle(self.id, on))

    def would_run_it(self, times: int) -> None:
        self.game.play(RunIt(self.id, times))

    def chooses(self, variant: str) -> None:
        """Name the game of the hand that is due."""
        self.game.play(ChooseGame(self.id, variant))

    def now_has(self, stack: int) -> None:
        """Give the player another stack, as if the log started here."""
        self.game.chips += stack - self.seat.stack
        self.seat.stack = stack
        self.game.log = [encode(LogRestarted(self.game.table))]
        self.game.table.seq += 1

    @property
    def number(self) -> int:
        """The player's seat."""
        number = self.game.table.seat_of(self.id)
        assert number is not None, f"{self.name} has no seat"
        return number

    @property
    def seat(self) -> Seat:
        seat = self.game.table.seats[self.number]
        assert seat is not None
        return seat

    @property
    def stack(self) -> int:
        return self.seat.stack

    @property
    def in_hand(self) -> HandSeat:
        """The player's part in the hand."""
        seat = self.game.hand.seats[self.number]
        assert seat is not None, f"{self.name} was not dealt in"
        return seat

    @property
    def options(self) -> Sequence[str]:
        """What the player whose turn it is may do."""
        assert self.game.to_act == self.name, f"{self.game.to_act} is to act"
        return self.game.turn.actions


@contextmanager
def refused(game: Game, code: str) -> Iterator[None]:
    """What is done inside must be illegal with this code, and change nothing."""
    before = encode(game.table)
    with pytest.raises(Illegal) as caught:
        yield
    assert caught.value.code == code, caught.value
    assert caught.value.detail
    assert encode(game.table) == before


def posted(game: Game) -> list[tuple[str, str, int]]:
    """The blinds of the script so far that cost chips: who posted which, and how much."""
    return [(game.name_of(e.seat), e.blind, e.amount) for e in game.of(BlindPosted) if e.amount]


def a_hand(game: Game) -> None:
    """Play a hand in which everybody checks where that is free, and else folds."""
    game.deal()
    while game.to_act is not None:
        player = Player(game, game.to_act)
        player.checks() if "check" in player.options else player.folds()
