"""A table of any game in random play, and what must hold at it after every command.

Its configuration, house rules, stacks and players' wishes are random; now and then the clock runs
out or a player leaves.  A second table follows the events as they are read from JSON.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from random import Random
from typing import cast, get_args

import pytest
from msgspec.structs import replace

from pokerws.game.apply import apply
from pokerws.game.betting.actions import hand_seat
from pokerws.game.blinds.button import ready_seats
from pokerws.game.blinds.departures import least_buy_in
from pokerws.game.cards import Card
from pokerws.game.commands import (
    Act,
    Action,
    AddChips,
    ApproveSeat,
    AutoMuck,
    ChooseGame,
    Close,
    Command,
    ConnectionChanged,
    GiveChips,
    HostUnban,
    RabbitHunt,
    ResumeTable,
    RunIt,
    Show,
    Sit,
    SitIn,
    SitOut,
    Stand,
    Straddle,
    TimeUp,
    VoteBombPot,
)
from pokerws.game.config.hosting import HostingRules
from pokerws.game.config.table_config import TableConfig
from pokerws.game.events import (
    BoardDealt,
    CardsDrawn,
    ChipsAdded,
    ChipsGiven,
    ChipsTaken,
    DeckReshuffled,
    HandStarted,
    HoleCardsDealt,
    PlayerSat,
    PlayerStood,
    RakeTaken,
    RunItAgreed,
    TableEvent,
)
from pokerws.game.hosting.admission import needs_approval
from pokerws.game.illegal import Illegal
from pokerws.game.next_hand import games_of
from pokerws.game.state import Hand, PlayerId, Seat, Table, TableId, Turn
from pokerws.game.table import decide, open_table, play, replay
from pokerws.game.variants import VARIANTS
from tests.game.hosting.random_hosting import random_hosting
from tests.game.random_configs import random_config
from tests.game.random_hands import player_at, random_act
from tests.game.script import decode_event, encode
from tests.server.seating_whims import seating_whim

ACTIONS: tuple[str, ...] = get_args(Action)
# A hand has so many commands at most; they have nothing like it.
MOST_COMMANDS = 1_000
DEALS = (HandStarted, HoleCardsDealt, BoardDealt, CardsDrawn, DeckReshuffled, RunItAgreed)


class RandomTable:
    """The table, what follows its events, and what nobody may be dealt in this hand."""

    def __init__(self, rng: Random, code: str) -> None:
        self.rng = rng
        config = random_config(rng, code)
        hosting = HostingRules(*(rng.random() < 0.3 for _ in range(3)))
        self.table, opened = open_table(TableId("t"), "table", replace(config, hosting=hosting))
        self.follower = replay(decode_event(encode(event)) for event in opened)
        self.now_ms = 0
        self.chips = 0
        self.hands = 0
        self.commands = 0
        # What each seat threw away in this hand, and whether that may be dealt again.
        self.thrown: dict[int, set[Card]] = {}
        self.reshuffled = False
        # The stacks before the hand.
        self.stacks: dict[int, int] = {}
        for seat in range(self.config.seats):
            self.sit(seat)

    @property
    def config(self) -> TableConfig:
        """The host changes it now and then."""
        return self.follower.config

    def shuffle(self, cards: Sequence[Card]) -> list[Card]:
        return self.rng.sample(cards, len(cards))

    def sit(self, seat: int) -> None:
        player = player_at(seat)
        least = least_buy_in(self.table, self.table.departure_of(player, self.now_ms))
        buy_in = self.rng.randint(least, self.config.max_buy_in)
        if player in self.table.hosting.banned:
            self.play(HostUnban(None, player))
        if needs_approval(self.table, player):
            with suppress(Illegal):  # The request may be there.
                self.play(Sit(player, player, seat, buy_in))
            self.play(ApproveSeat(None, player))
        self.play(Sit(player, player, seat, buy_in))
        times = self.rng.randint(1, self.config.house.run_it)
        if times > 1:
            self.play(RunIt(player, times))
        if self.config.house.straddle != "none" and self.rng.random() < 0.5:
            self.play(Straddle(player, on=True))

    def play_hands(self, hands: int) -> None:
        """Until so many have ended."""
        while self.hands < hands or self.table.hand is not None:
            if self.table.hand is None:
                self.between_hands()
            else:
                self.take_turn(self.table.hand)

    def close_within_a_hand(self) -> None:
        """Everybody goes with the chips that there were before it, if it is still being played."""
        self.between_hands()
        for _ in range(self.rng.randrange(8)):
            if self.table.hand is not None:
                self.take_turn(self.table.hand)
        playing = self.table.hand is not None
        stood = self.play(Close("operator"))
        if playing:
            taken = {event.seat: event.stack for event in stood if isinstance(event, PlayerStood)}
            assert taken == {seat: self.stacks[seat] for seat in taken}
        assert self.chips == 0

    def between_hands(self) -> None:
        """Cards are shown, seats fill up again, and the hand that is due begins."""
        self.use_extras()
        if self.table.hosting.paused:
            self.play(ResumeTable(None))
        for number, seat in enumerate(self.table.seats):
            if seat is None:
                self.sit(number)
            elif seat.stack < self.config.min_buy_in and (
                not seat.stack or self.rng.random() < 0.3
            ):
                self.bring_chips(seat)
                if seat.sitting_out:
                    self.play(SitIn(seat.player))
            elif seat.sitting_out and (self.rng.random() < 0.5 or len(ready_seats(self.table)) < 2):
                self.play(SitIn(seat.player))
        game = self.table.game
        if game is not None and game.chooser is not None:
            chooser = self.table.seats[game.chooser]
            others = [code for code in games_of(self.config) if code != game.variant]
            if chooser is not None:
                self.play(ChooseGame(chooser.player, self.rng.choice(others)))
        assert self.table.next_hand_at_ms is not None
        self.now_ms = max(self.now_ms, self.table.next_hand_at_ms)
        self.commands = 0
        self.play(TimeUp())
        self.hands += 1

    def bring_chips(self, seat: Seat) -> None:
        """Fill a stack up, out of the account or the table's bank."""
        if self.config.hosting.bank:
            self.play(GiveChips(None, seat.player, self.config.max_buy_in - seat.stack))
        else:
            self.play(AddChips(seat.player, None))

    def use_extras(self) -> None:
        """Players show cards of the last hand, hunt rabbits, vote and wish."""
        for number, seat in enumerate(self.table.seats):
            last = self.table.last_hand
            if seat is None or self.rng.random() < 0.5:
                continue
            if last is not None and last.cards[number]:
                seen = last.parts[number] if last.parts else []
                left = [card for card in last.cards[number] if card not in seen]
                if number not in last.shown:
                    part = self.rng.choice((None, [self.rng.choice(left)]))
                    self.play(Show(seat.player, last.number, part))
                rabbit = last.rabbit
                if rabbit is not None and not rabbit.shown and number not in rabbit.agreed:
                    self.play(RabbitHunt(seat.player, last.number))
            if self.config.house.bomb_pot_vote != "off":
                votes = [] if self.table.extras is None else self.table.extras.bomb_votes
                self.play(VoteBombPot(seat.player, number not in votes))
            if self.rng.random() < 0.1:
                self.play(AutoMuck(seat.player, not seat.auto_muck))

    def take_turn(self, hand: Hand) -> None:
        turn = hand.turn
        assert turn is not None, "between commands it is somebody's turn"
        self.check_turn(hand, turn)
        chance = self.rng.random()
        if chance < 0.02:
            self.now_ms = turn.deadline_ms
            self.play(TimeUp(connected=self.rng.random() < 0.5))
        elif turn.time != "turn" and chance < 0.3:
            connected = turn.time == "protection"
            self.play(ConnectionChanged(player_at(turn.seat), connected=connected))
        elif turn.time != "turn" and chance < 0.4:
            # As late as the lag allows.
            self.now_ms = turn.deadline_ms + 100
        elif chance < 0.03 and _ready(self.table, turn.seat):
            self.play(SitOut(player_at(turn.seat)))
        elif chance < 0.035:
            seat = self.rng.choice([n for n in hand.order if not _leaving(self.table, n)])
            self.play(Stand(player_at(seat)))
        elif chance < 0.045:
            with suppress(Illegal):
                player = player_at(self.rng.choice(hand.order))
                self.play(seating_whim(self.rng, self.table, player))
        elif chance < 0.055:
            with suppress(Illegal):
                players = [player_at(number) for number in range(len(self.table.seats))]
                self.play(random_hosting(self.rng, self.table, players))
        elif chance < 0.06 and self.config.house.run_it > 1:
            self.change_run_it(self.rng.choice(hand.order))
        else:
            held = hand_seat(hand, turn.seat).cards
            self.play(random_act(self.rng, turn, turn.actions, held))

    def change_run_it(self, number: int) -> None:
        """A player thinks again in mid-hand."""
        seat = self.table.seats[number]
        assert seat is not None
        times = [n for n in range(1, self.config.house.run_it + 1) if n != seat.run_it]
        self.play(RunIt(player_at(number), self.rng.choice(times)))

    def play(self, command: Command) -> list[TableEvent]:
        """The events of a legal command, after which all must hold."""
        self.commands += 1
        assert self.commands < MOST_COMMANDS, "the hand does not end"
        events = play(self.table, command, self.now_ms, self.shuffle)
        for event in events:
            self.follow(decode_event(encode(event)))
        assert self.table.chips == self.chips
        assert encode(self.follower) == encode(self.table)
        return events

    def follow(self, event: TableEvent) -> None:
        if isinstance(event, PlayerSat):
            self.chips += event.stack
        elif isinstance(event, PlayerStood):
            self.chips -= event.stack
        elif isinstance(event, RakeTaken):
            self.chips -= event.amount
        elif isinstance(event, ChipsAdded | ChipsGiven):
            self.chips += event.amount
            self.stacks[event.seat] = self.stacks.get(event.seat, 0) + event.amount
        elif isinstance(event, ChipsTaken):
            self.chips -= event.amount
            self.stacks[event.seat] -= event.amount
        elif isinstance(event, CardsDrawn):
            self.check_draw(event)
        elif isinstance(event, HandStarted):
            self.check_game(event)
            self.thrown = {number: set() for number in event.order}
            self.reshuffled = False
            seats = enumerate(self.follower.seats)
            self.stacks = {number: seat.stack for number, seat in seats if seat is not None}
        elif isinstance(event, DeckReshuffled):
            self.reshuffled = True
        apply(self.follower, event)
        if isinstance(event, DEALS):
            assert self.follower.hand is not None
            check_cards(self.follower.hand, reshuffled=self.reshuffled)

    def check_game(self, event: HandStarted) -> None:
        assert event.variant in games_of(self.config)
        game = self.follower.game
        assert (game is None) == (self.config.variant in VARIANTS)
        assert game is None or (game.variant == event.variant and game.hands_left > 0)
        assert sorted(event.deck) == sorted(VARIANTS[event.variant].deck)

    def check_draw(self, event: CardsDrawn) -> None:
        """The cards are the next of the deck that the player has not thrown away."""
        hand = self.follower.hand
        assert hand is not None
        thrown = self.thrown[event.seat]
        thrown.update(event.discarded)
        assert not thrown & {*event.drawn}
        left = [card for card in hand.deck if card not in thrown]
        assert event.drawn == left[: len(event.drawn)]

    def check_turn(self, hand: Hand, turn: Turn) -> None:
        """What is legal is accepted, all else is refused, and none of it changes anything."""
        before = encode(self.table)
        player = player_at(turn.seat)
        held = hand_seat(hand, turn.seat).cards
        check_bounds(hand, turn, self.table)
        for act in legal_acts(player, turn, held):
            assert decide(self.table, act, self.now_ms, self.shuffle)
        for code, act in illegal_acts(player, turn, held, hand):
            try:
                decide(self.table, act, self.now_ms, self.shuffle)
            except Illegal as refused:
                assert refused.code == code, (act, refused)  # noqa: PT017 -- it is cheaper.
            else:
                raise AssertionError(f"{act} is accepted in {turn}")
        for early in (ChooseGame(player, "NT"), ChooseGame(player_at(99), "NT")):
            with pytest.raises(Illegal):
                decide(self.table, early, self.now_ms, self.shuffle)
        assert encode(self.table) == before


def _ready(table: Table, number: int) -> bool:
    """Whether a player has not said to sit out."""
    seat = table.seats[number]
    return seat is not None and not seat.sitting_out


def _leaving(table: Table, number: int) -> bool:
    seat = table.seats[number]
    return seat is None or seat.leaving


def check_cards(hand: Hand, *, reshuffled: bool) -> None:
    """No card is in two places, and none is missing.

    The places are the deck, the boards, and what lies before those who have not folded.  So are the
    folded hands and what was thrown away, until the deck was reshuffled: then their cards may be
    in one of the others again.
    """
    seen = hand.deck + hand.board
    for board in hand.extra_boards:
        # What was dealt before the board was run several times is on all of them.
        seen += [
            card for index, card in enumerate(board) if hand.board[index : index + 1] != [card]
        ]
    out = [card for cards in hand.discards for card in cards]
    for part in hand.seats:
        if part is not None:
            (out if part.folded else seen).extend(part.cards)
            (out if part.folded else seen).extend(part.up)
    if not reshuffled:
        seen += out
    places = {*seen}
    assert len(places) == len(seen), "a card is in two places"
    assert places | {*out} == {*VARIANTS[hand.variant].deck}, "a card is missing"


def check_bounds(hand: Hand, turn: Turn, table: Table) -> None:
    """A turn tells of amounts and cards where it offers them, and of none where it does not."""
    seat, part = table.seats[turn.seat], hand_seat(hand, turn.seat)
    assert seat is not None
    assert not part.folded
    if not {"bet", "raise"} & {*turn.actions}:
        assert turn.min_to == turn.max_to == 0
        assert not turn.sizes
    else:
        assert hand.bet < turn.min_to <= turn.max_to <= part.bet + seat.stack
        if turn.sizes:
            assert [turn.min_to, turn.max_to] == [turn.sizes[0], turn.sizes[-1]]
            assert turn.sizes == sorted({*turn.sizes})
        elif hand.limit is not None:
            assert turn.min_to == turn.max_to
        if hand.limit is not None:
            variant = VARIANTS[hand.variant]
            able = sum(
                bool(other is not None and not other.folded and taken is not None and taken.stack)
                for other, taken in zip(hand.seats, table.seats, strict=True)
            )
            house = 0 if variant.max_bets_always else table.config.house.max_bets
            capped = hand.limit.bets >= (house or variant.max_bets)
            assert not capped or (able <= 2 and not variant.max_bets_always)
    assert 0 <= turn.call <= seat.stack
    assert bool(turn.call) == bool({"call", "bring_in"} & {*turn.actions})
    assert turn.discard_min <= turn.discard_max <= len(part.cards)
    assert bool(turn.discard_max) == ("discard" in turn.actions)


def legal_acts(player: PlayerId, turn: Turn, held: list[Card]) -> Iterator[Act]:
    for action in turn.actions:
        amounts: list[int | None] = [None]
        cards: list[list[Card] | None] = [None]
        if action in ("bet", "raise"):
            amounts = [*turn.sizes] or [turn.min_to, (turn.min_to + turn.max_to) // 2, turn.max_to]
        elif action == "discard":
            cards = [held[:n] for n in range(max(1, turn.discard_min), turn.discard_max + 1)]
        for amount in amounts:
            for some in cards:
                yield Act(player, turn.number, cast(Action, action), amount, some)


def illegal_acts(
    player: PlayerId, turn: Turn, held: list[Card], hand: Hand
) -> Iterator[tuple[str, Act]]:
    """Acts with the code with which they are refused."""
    number = turn.number
    for action in cast(tuple[Action, ...], ACTIONS):
        if action not in turn.actions:
            amount = turn.min_to or 10 if action in ("bet", "raise") else None
            cards = held[:1] if action == "discard" else None
            yield "illegal_action", Act(player, number, action, amount, cards)
        elif action in ("bet", "raise"):
            yield "amount_missing", Act(player, number, action)
            yield "amount_too_small", Act(player, number, action, turn.min_to - 1)
            yield "amount_too_large", Act(player, number, action, turn.max_to + 1)
            if turn.sizes and turn.sizes[0] + 1 < turn.sizes[-1]:
                yield "amount_not_a_size", Act(player, number, action, turn.sizes[0] + 1)
        else:
            yield "amount_not_allowed", Act(player, number, action, 10)
        if action in turn.actions and action != "discard":
            amount = turn.min_to if action in ("bet", "raise") else None
            yield "cards_not_allowed", Act(player, number, action, amount, held[:1])
    first = cast(Action, turn.actions[0])
    yield "wrong_turn", Act(player, number - 1, first)
    others = [seat for seat in hand.order if seat != turn.seat]
    yield "not_your_turn", Act(player_at(others[0]), number, first)
    if turn.discard_max:
        yield "cards_missing", Act(player, number, "discard")
        yield "cards_missing", Act(player, number, "discard", cards=[])
        another = next(card for card in VARIANTS[hand.variant].deck if card not in held)
        yield "not_your_cards", Act(player, number, "discard", cards=[another])
        yield "not_your_cards", Act(player, number, "discard", cards=[held[0], held[0]])
        if turn.discard_max < len(held):
            yield "wrong_number_of_cards", Act(player, number, "discard", cards=held)
