"""Plays a recorded hand with the engine: cards and actions are those of the record.

A hand is played by the rulebook, which is what the engine does at a table, or as PokerKit, the
standard's reference implementation, would play it; then what the engine's rules allow is legal as
well (`reference`).  A call has no amount in the notation.  By the rulebook it matches the whole
blind or bring-in, even if that was short.  In PokerKit it matches the largest bet of any player;
pot-limit bets are limited by the chips that are really in the pot, and odd chips go to the first
winner.
"""

from collections.abc import Callable, Sequence
from typing import assert_never

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
from pokerws.game.hand import Deal, deal_hand
from pokerws.game.illegal import Illegal
from pokerws.game.state import FixedLimit, Hand, PlayerId, Table, Turn
from pokerws.game.table import advance, decide
from pokerws.game.variants import Forced, Variant
from pokerws.hand_histories.errors import Refused, Unfinished
from pokerws.hand_histories.kept_hand import hand_in_play
from pokerws.hand_histories.phh.actions import Amount, Move, Script
from pokerws.hand_histories.phh.reference import ReferenceStreet, reach_of_others
from pokerws.hand_histories.phh.seating import Amounts, Rules, antes_of


class Replay:
    """Plays a record at a table.

    `by_reference` stays true while the reference implementation would allow every action too.
    """

    def __init__(
        self,
        table: Table,
        variant: Variant,
        script: Script,
        chips: Callable[[Amount], int],
        rules: Rules,
    ) -> None:
        self.table = table
        self.by_reference = True
        # What each seat took from the pots.
        self.collected = [0] * len(script.hole)
        self._rules = rules
        self._variant = variant
        self._script = script
        self._chips = chips
        self._street = ReferenceStreet()
        self._at_street = 0
        self._next_move = 0
        # How many cards were dealt: to each seat before its first draw, and to the board.
        self._dealt = [0] * len(script.hole)
        self._on_board = 0
        self._draws = [0] * len(script.hole)
        # Awards at a showdown, each with the seats that could win the pot.
        self._awards: list[tuple[PotAwarded, list[int]]] = []
        # The seats with chips behind when the betting is over.  A record may still have checks,
        # calls and raises of theirs, which change nothing.
        self._able: set[int] = set()

    def deal(self, amounts: Amounts) -> None:
        """Post the antes and blinds, and deal the first cards."""
        deal = Deal(
            self._variant,
            self._positions(amounts),
            antes_of(amounts),
            amounts.blinds,
            amounts.min_bet,
            self._first_deck(),
            boards=1 if self._shared_cards() else len(self._rules.boards) + 1,
        )
        for event in deal_hand(self.table, deal):
            self._apply(event)

    def _positions(self, amounts: Amounts) -> Positions:
        count = len(amounts.stacks)
        order = list(range(count))
        small, big = (1, 0) if count == 2 else (0, 1)
        if self._rules.by_book:
            of_kind = {blind.blind: blind.seat for blind in amounts.blinds}
            small, big = of_kind.get("small", count), of_kind.get("big", big)
        return Positions(count - 1, small, big, order, entering=[], missed=[])

    def _shared_cards(self) -> int:
        """How many cards all boards share, if there are several: those before the all-in."""
        boards = [self._script.board, *self._rules.boards]
        shared = 0
        for cards in zip(*boards, strict=False):
            if len({*cards}) > 1 or UNKNOWN in cards:
                break
            shared += 1
        return shared if len(boards) > 1 else 0

    def _first_deck(self) -> list[Card]:
        first = self._variant.streets[0]
        count = first.down + first.up
        hole = [groups[0] for groups in self._script.hole]
        self._dealt = [count] * len(hole)
        return [cards[turn] for turn in range(count) for cards in hole] + self._first_board()

    def _first_board(self) -> list[Card]:
        size = sum(street.board for street in self._variant.streets)
        return self._script.board + [UNKNOWN] * (size - len(self._script.board))

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
            raise Unfinished(f"the actions end before p{self.table.hand.turn.seat + 1} has acted")

    def _take(self, hand: Hand, turn: Turn, move: Move) -> None:
        if "discard" in turn.actions:
            self._draw(turn, move)
            return
        action: Action
        match move.verb:
            case "cbr" if self._is_wager(hand, move):
                self._wager(hand, turn, move)
                return
            case "f":
                action = "fold"
                # In PokerKit a player who must bring in cannot fold.
                self.by_reference = self.by_reference and "bring_in" not in turn.actions
            case "cc" | "cbr":
                action = "call" if "call" in turn.actions or "bring_in" in turn.actions else "check"
            case "pb":
                action = "bring_in"
            case "sd":
                raise Refused(f"{move.text!r}: p{move.seat + 1} cannot draw now")
            case _:
                assert_never(move.verb)
        self._street.acted(move.seat)
        if action == "bring_in" and action in turn.actions and not self._rules.by_book:
            posted = bring_in(self.table, hand, turn)
            self._apply(replace(posted, to_match=posted.amount))
        else:
            self._decide(turn, move, action)

    def _is_wager(self, hand: Hand, move: Move) -> bool:
        """Whether a raise is more than a call.

        It is a call if nobody can call the raise; by the rulebook also if it is an all-in of less
        than a short blind should have been.
        """
        if hand.bet >= reach_of_others(self.table, hand, move.seat):
            return False
        owned = hand_seat(hand, move.seat).bet + stack_of(self.table, move.seat)
        return not (self._rules.by_book and self._chips(move.to) == owned <= hand.bet)

    def _wager(self, hand: Hand, turn: Turn, move: Move) -> None:
        to = self._chips(move.to)
        least, most = self._street.bounds(self.table, hand, turn.seat)
        by_reference = bool(most) and least <= to <= most and not self._rules.by_book
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
            self._put_boards_on_top(hand)
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

    def _put_boards_on_top(self, hand: Hand) -> None:
        """With several boards, set the next cards to be dealt, in the order of the deal.

        While there is betting, each street is dealt to all boards; after it, board by board.
        """
        later = self._variant.streets[hand.street + 1 :]
        if not self._rules.boards or not later:
            return
        runs = len(self._able) < 2 and not any(street.draw or street.discard for street in later)
        first = len(hand.board)
        last = None if runs else first + later[0].board
        deck = [
            card
            for board in (self._first_board(), *self._rules.boards)
            for card in board[first:last]
        ]
        self._apply(DeckReshuffled(deck, hand.street))

    def _apply(self, event: TableEvent) -> None:
        match event:
            case BetsCollected():
                self._check_folded()
            case BlindPosted():
                event = replace(event, limit=self._limit_over(event))
            case HoleCardsDealt(street=street, opener=opener):
                if street:
                    for seat, (down, up) in enumerate(
                        zip(event.cards[:-1], event.up[:-1], strict=True)
                    ):
                        self._dealt[seat] += len(down) + len(up)
                if opener is not None:
                    event = replace(event, opener=self._opener(opener, event.up))
            case PotAwarded(shares=shares):
                for share in shares:
                    self.collected[share.seat] += share.amount
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


def _is_legal(turn: Turn, to: int) -> bool:
    can_bet = "bet" in turn.actions or "raise" in turn.actions
    in_range = turn.min_to <= to <= turn.max_to
    return can_bet and in_range and (not turn.sizes or to in turn.sizes)


def _has_no_say(table: Table, hand: Hand, seat: int) -> bool:
    """Whether a player is in the hand and owes nothing, but nobody could call a bet."""
    part, reach = hand_seat(hand, seat), reach_of_others(table, hand, seat)
    owes = part.folded or part.bet < min(hand.bet, reach)
    return not owes and stack_of(table, seat) > 0 and hand.bet >= reach
