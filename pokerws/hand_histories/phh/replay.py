"""Plays a recorded hand with the engine: cards and actions are those of the record.

The rules are the engine's, or those of the standard's reference implementation (`reference`).  A
call has no amount in the notation: it matches the largest bet of any player.  After a short blind
or bring-in, that is less than the full blind.  Pot-limit bets are limited by the chips that are
really in the pot, and odd chips go to the first winner.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple, assert_never

from msgspec.structs import replace

from pokerws.game.apply import apply
from pokerws.game.betting.actions import (
    bring_in,
    hand_seat,
    live_seats,
    next_turn,
    stack_of,
)
from pokerws.game.betting.fixed_limit import after_wager
from pokerws.game.blinds.button import Positions
from pokerws.game.cards import UNKNOWN, Card
from pokerws.game.commands import Act, Action
from pokerws.game.events import (
    BetPlaced,
    BetsCollected,
    BlindKind,
    BlindPosted,
    BoardDealt,
    CardsDrawn,
    CardsShown,
    DeckReshuffled,
    HoleCardsDealt,
    PotAwarded,
    Raised,
    TableEvent,
)
from pokerws.game.hand import Ante, Blind, Deal, deal_hand
from pokerws.game.illegal import Illegal
from pokerws.game.state import (
    FixedLimit,
    Hand,
    HouseRules,
    LimitStakes,
    PlayerId,
    Seat,
    Table,
    TableConfig,
    TableId,
    Turn,
)
from pokerws.game.table import advance, decide
from pokerws.game.variants import Betting, Forced, Variant
from pokerws.hand_histories.errors import Refused
from pokerws.hand_histories.kept_hand import hand_in_play
from pokerws.hand_histories.phh.actions import Amount, Move, Script
from pokerws.hand_histories.phh.reference import ReferenceStreet, reach_of_others


class Amounts(NamedTuple):
    """The amounts of a record, in chips of the engine, by seat.

    `limit` has 0 for stakes that the game does not have.  A negative blind is posted by a player
    who enters late; the betting does not start after it.
    """

    stacks: list[int]
    antes: list[int]
    blinds: list[int]
    min_bet: int
    limit: LimitStakes
    dead_antes: bool


def seat_players(name: str, variant: Variant, amounts: Amounts) -> Table:
    """A table with the players p1, p2, …, seated in order from the left of the button."""
    fixed = variant.betting is Betting.FIXED_LIMIT
    straddles = sum(amount > 0 for amount in amounts.blinds[2:])
    config = TableConfig(
        variant=variant.code,
        seats=len(amounts.stacks),
        # Only the blinds of the record are posted.
        small_blind=0,
        big_blind=amounts.min_bet if fixed else 0,
        limit=amounts.limit,
        house=HouseRules(
            max_bets=0 if variant.max_bets_always else variant.max_bets + 1 + straddles,
            odd_chips="button",
            whole_pot=True,
        ),
    )
    table = Table(TableId("record"), name, config)
    for number, stack in enumerate(amounts.stacks, start=1):
        table.seats.append(Seat(PlayerId(f"p{number}"), f"p{number}", stack))
    return table


class Replay:
    """Plays a record at a table.

    `by_reference` stays true while the reference implementation would allow every action too.
    """

    def __init__(
        self, table: Table, variant: Variant, script: Script, chips: Callable[[Amount], int]
    ) -> None:
        self.table = table
        self.by_reference = True
        self._variant = variant
        self._script = script
        self._chips = chips
        self._street = ReferenceStreet()
        self._at_street = 0
        self._next_move = 0
        # How many cards were dealt: to each seat before its first draw, and to the board.
        self._dealt = [0] * len(table.seats)
        self._on_board = 0
        self._draws = [0] * len(table.seats)
        # Awards at a showdown, each with the seats that could win the pot.
        self._awards: list[tuple[PotAwarded, list[int]]] = []
        # The seats with chips behind when the betting is over.  A record may still have checks,
        # calls and raises of theirs, which change nothing.
        self._able: set[int] = set()

    def deal(self, amounts: Amounts) -> None:
        """Post the antes and blinds, and deal the first cards."""
        count = len(amounts.stacks)
        order = list(range(count))
        positions = (
            Positions(button=1, small_blind=1, big_blind=0, order=order, entering=[], missed=[])
            if count == 2
            else Positions(count - 1, 0, 1, order, entering=[], missed=[])
        )
        antes = [Ante(seat, ante, amounts.dead_antes) for seat, ante in enumerate(amounts.antes)]
        deal = Deal(
            self._variant,
            positions,
            antes,
            _blinds(amounts),
            amounts.min_bet,
            self._first_deck(),
        )
        for event in deal_hand(self.table, deal):
            self._apply(event)

    def _first_deck(self) -> list[Card]:
        first = self._variant.streets[0]
        count = first.down + first.up
        hole = [groups[0] for groups in self._script.hole]
        self._dealt = [count] * len(hole)
        deck = [cards[turn] for turn in range(count) for cards in hole]
        board = sum(street.board for street in self._variant.streets)
        return deck + self._script.board + [UNKNOWN] * (board - len(self._script.board))

    def play(self) -> None:
        """Play all moves of the record, to the end of the hand.  Raises Refused."""
        self._advance()
        for number, move in enumerate(self._script.moves, start=1):
            self._next_move = number
            hand = self.table.hand
            turn = None if hand is None else hand.turn
            if hand is None or turn is None:
                if move.verb not in ("cc", "cbr") or move.seat not in self._able:
                    raise Refused(f"{move.text!r}: the betting is over")
                continue
            asked = turn.seat == move.seat and not hand.drawing
            if move.verb == "cc" and not asked and _has_no_say(self.table, hand, move.seat):
                continue
            if turn.seat != move.seat:
                raise Refused(f"{move.text!r}: p{turn.seat + 1} is to act")
            self._take(hand, turn, move)
            self._advance()
        if self.table.hand is not None and self.table.hand.turn is not None:
            raise Refused(f"the actions end before p{self.table.hand.turn.seat + 1} has acted")

    def _take(self, hand: Hand, turn: Turn, move: Move) -> None:
        if "discard" in turn.actions:
            self._draw(turn, move)
            return
        action: Action
        match move.verb:
            case "cbr" if hand.bet < reach_of_others(self.table, hand, move.seat):
                self._wager(hand, turn, move)
                return
            case "f":
                action = "fold"
                # In PokerKit a player who must bring in cannot fold.
                self.by_reference = self.by_reference and "bring_in" not in turn.actions
            case "cc" | "cbr":
                # A raise that nobody can call is a call.
                action = "call" if "call" in turn.actions or "bring_in" in turn.actions else "check"
            case "pb":
                action = "bring_in"
            case "sd":
                raise Refused(f"{move.text!r}: p{move.seat + 1} cannot draw now")
            case _:
                assert_never(move.verb)
        self._street.acted(move.seat)
        if action == "bring_in" and action in turn.actions:
            posted = bring_in(self.table, hand, turn)
            self._apply(replace(posted, to_match=posted.amount))
        else:
            self._decide(turn, move, action)

    def _wager(self, hand: Hand, turn: Turn, move: Move) -> None:
        to = self._chips(move.to)
        least, most = self._street.bounds(self.table, hand, turn.seat)
        by_reference = bool(most) and least <= to <= most
        self.by_reference = self.by_reference and by_reference
        all_in = to == hand_seat(hand, turn.seat).bet + stack_of(self.table, turn.seat)
        self._street.raised(turn.seat, to - hand.bet, all_in=all_in)
        # In fixed-limit games only its minimum is a legal amount.
        if by_reference and not _is_legal(turn, to) and (hand.limit is None or to == least):
            limit = None if hand.limit is None else after_wager(self.table, hand, hand.limit, to)
            event = Raised if hand.bet else BetPlaced
            self._apply(event(turn.seat, to, limit))
            return
        self._decide(turn, move, "bet" if "bet" in turn.actions else "raise", to)

    def _decide(self, turn: Turn, move: Move, action: Action, amount: int | None = None) -> None:
        """Play an action by the engine's rules.  Raises Refused."""
        act = Act(PlayerId(f"p{move.seat + 1}"), turn.number, action, amount)
        try:
            events = decide(self.table, act, 0, list)
        except Illegal as illegal:
            raise Refused(f"{move.text!r}: {illegal.detail}") from None
        for event in events:
            self._apply(event)

    def _draw(self, turn: Turn, move: Move) -> None:
        """Discard cards, known or not, and deal those of the record."""
        seat, count = move.seat, len(move.cards)
        if move.verb != "sd":
            raise Refused(f"{move.text!r}: p{seat + 1} is to draw or discard")
        if not turn.discard_min <= count <= turn.discard_max:
            raise Refused(
                f"{move.text!r}: expected {turn.discard_min} to {turn.discard_max} discards"
            )
        self._draws[seat] += 1
        drawn = self._script.hole[seat][self._draws[seat]]
        street, player = hand_in_play(self.table).street, PlayerId(f"p{seat + 1}")
        self._apply(CardsDrawn(seat, player, move.cards, drawn, street=street))

    def _advance(self) -> None:
        """Let the dealer act until the next turn, or the end of the hand."""
        self._able = set()
        while (hand := self.table.hand) is not None and hand.turn is None:
            live = live_seats(hand)
            one_left = len(live) < 2
            self._able = set() if one_left else {n for n in live if stack_of(self.table, n)}
            if self._script.tabled and not one_left:
                self._table_hands(hand, live)
            self._put_cards_on_top(hand, live)
            for event in advance(self.table, 0):
                if isinstance(event, PotAwarded) and not one_left:
                    self._note_award(event)
                self._apply(event)
        self._check_lows()

    def _table_hands(self, hand: Hand, live: Sequence[int]) -> None:
        """After the last betting round, show the hands that were unknown until then."""
        is_last = hand.street == len(self._variant.streets) - 1 and not hand.drawing
        if is_last and next_turn(self.table, hand, 0) is None:
            for seat in live:
                if seat in self._script.tabled:
                    self._apply(CardsShown(seat, self._script.tabled.pop(seat)))

    def _note_award(self, event: PotAwarded) -> None:
        if not event.hand:
            raise Refused("no hand was shown that can win a pot")
        self._awards.append((event, hand_in_play(self.table).pots[event.pot].seats))

    def _check_lows(self) -> None:
        """Note a difference in high-low split pots.

        If one pot has a low hand and another has none, the reference implementation divides half of
        the other among all who have won anything.
        """
        winners = {share.seat for event, _ in self._awards for share in event.shares}
        if any(event.side == "low" for event, _ in self._awards):
            for event, seats in self._awards:
                if not event.side and len(winners & set(seats)) > 1:
                    self.by_reference = False

    def _put_cards_on_top(self, hand: Hand, live: Sequence[int]) -> None:
        """In stud, set the next cards to be dealt: one for each live player, or one for all."""
        if self._variant.forced is not Forced.BRING_IN:
            return
        hole = [self._script.hole[seat][0][self._dealt[seat] :] for seat in live]
        deck = [cards[0] if cards else UNKNOWN for cards in hole]
        if not any(hole) and self._on_board < len(self._script.board):
            deck = [self._script.board[self._on_board]]
        if deck != hand.deck:
            self._apply(DeckReshuffled(deck, hand.street))

    def _apply(self, event: TableEvent) -> None:
        match event:
            case BetsCollected():
                self._check_folded()
            case BlindPosted():
                event = replace(event, limit=self._limit_over(event))
            case HoleCardsDealt(street=street, opener=opener):
                if street:
                    for seat, (down, up) in enumerate(zip(event.cards, event.up, strict=True)):
                        self._dealt[seat] += len(down) + len(up)
                if opener is not None:
                    event = replace(event, opener=self._opener(opener, event.up))
            case BoardDealt(cards=cards, opener=opener):
                self._on_board += len(cards)
                if opener is not None:
                    event = replace(event, opener=self._opener(opener, []))
            case _:
                pass
        apply(self.table, event)
        hand = self.table.hand
        if hand is not None and hand.street != self._at_street:
            self._at_street, self._street = hand.street, ReferenceStreet()

    def _limit_over(self, event: BlindPosted) -> FixedLimit | None:
        """In fixed-limit games, let a raise over a large blind or straddle be one bet more."""
        hand = hand_in_play(self.table)
        limit, size = hand.limit, hand.min_bet
        if event.limit is not None or limit is None or event.to_match <= limit.full_bet:
            return event.limit
        return FixedLimit(max(1, limit.bets), event.to_match, size)

    def _check_folded(self) -> None:
        """Note a difference in uncalled bets.

        If a folded player has paid more than any player left in the hand, the reference
        implementation may return the excess to another player, or to nobody.
        """
        parts = [part for part in hand_in_play(self.table).seats if part is not None]
        live = [part for part in parts if not part.folded]
        most = max(part.bet for part in live)
        most_in_all = max(part.bet + part.in_pots for part in live)
        if any(part.bet > most or part.bet + part.in_pots > most_in_all for part in parts):
            self.by_reference = False

    def _opener(self, opener: int, up: Sequence[list[Card]]) -> int:
        """The first to act by the face-up cards, or by the record if one of them is unknown."""
        hand, moves = hand_in_play(self.table), self._script.moves
        live = live_seats(hand)
        showing = [card for seat in live for card in hand_seat(hand, seat).up]
        showing += [card for seat in live if up for card in up[seat]]
        if UNKNOWN not in showing or self._next_move >= len(moves):
            return opener
        seat = moves[self._next_move].seat
        return seat if seat in live else opener


def _blinds(amounts: Amounts) -> list[Blind]:
    """Entry blinds, then the others from the smallest: the betting starts after the largest.

    A blind is at most the player's stack, so nobody has to match more than that.
    """
    posted: list[tuple[int, int]] = []
    blinds: list[Blind] = []
    for seat, amount in enumerate(amounts.blinds):
        able = max(0, amounts.stacks[seat] - amounts.antes[seat])
        if amount < 0:
            blinds.append(Blind(seat, min(able, -amount), "entry"))
        elif amount:
            posted.append((min(able, amount), seat))
    kinds: list[BlindKind] = ["small", "big"]
    kinds = kinds[-len(posted) :] + ["straddle"] * (len(posted) - 2)
    for (amount, seat), kind in zip(sorted(posted), kinds, strict=False):
        blinds.append(Blind(seat, amount, kind))
    return blinds


def _is_legal(turn: Turn, to: int) -> bool:
    can_bet = "bet" in turn.actions or "raise" in turn.actions
    in_range = turn.min_to <= to <= turn.max_to
    return can_bet and in_range and (not turn.sizes or to in turn.sizes)


def _has_no_say(table: Table, hand: Hand, seat: int) -> bool:
    """Whether a player is in the hand and owes nothing, but nobody could call a bet."""
    part, reach = hand_seat(hand, seat), reach_of_others(table, hand, seat)
    owes = part.folded or part.bet < min(hand.bet, reach)
    return not owes and stack_of(table, seat) > 0 and hand.bet >= reach
