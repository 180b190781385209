"""Applies the events of a hand in play.  `apply` calls these functions, and nothing else does.

They record what happened; no rule is evaluated.
"""

from pokerws.game.betting.actions import hand_seat, taken_seat
from pokerws.game.cards import UNKNOWN, Card
from pokerws.game.clocks.applying import apply_to_clock
from pokerws.game.events import (
    AntePosted,
    BetPlaced,
    BlindPosted,
    BoardDealt,
    BringInPosted,
    CardsDrawn,
    CardsMucked,
    CardsShown,
    DeckReshuffled,
    DrawStarted,
    HoleCardsDealt,
    Raised,
    RakeTaken,
    RarerHandEvent,
    RunItAgreed,
    Share,
    TurnTimedOut,
    UncalledBetReturned,
)
from pokerws.game.extras.applying import take_rake
from pokerws.game.illegal import Inconsistent
from pokerws.game.state import FixedLimit, Hand, HandSeat, Pot, Table


def apply_to_hand(table: Table, hand: Hand, event: RarerHandEvent) -> None:
    """Apply an event of a hand that is not one of the frequent kinds."""
    match event:
        case UncalledBetReturned(seat=number, amount=amount):
            hand_seat(hand, number).bet -= amount
            taken_seat(table, number).stack += amount
        case CardsShown(seat=number, cards=cards):
            shown = hand_seat(hand, number)
            shown.cards = cards
            shown.shown = True
        case CardsMucked(seat=number):
            hand_seat(hand, number).mucked = True
        case TurnTimedOut(seat=number):
            taken_seat(table, number).timeouts += 1
        case AntePosted():
            _post_ante(table, hand, event)
        case CardsDrawn():
            _draw(table, hand, event)
        case DrawStarted(street=street, seats=seats):
            if street != hand.street:
                _start_street(hand, street, event.limit)
            # The bets are in the pots, so there is no bet to match.
            hand.bet = 0
            hand.drawing = list(seats)
        case BringInPosted(seat=number, amount=amount, to_match=to_match, auto=auto):
            hand.bet = to_match
            acted(table, hand, number, amount, auto)
        case DeckReshuffled(deck=deck):
            hand.deck = list(deck)
        case RunItAgreed(times=times):
            hand.extra_boards = [list(hand.board) for _ in range(times - 1)]
        case RakeTaken():
            take_rake(hand, event)
        case _:
            apply_to_clock(table, hand, event)


def pay_out(table: Table, shares: list[Share]) -> None:
    """Add chips of the pot to stacks."""
    for share in shares:
        taken_seat(table, share.seat).stack += share.amount


def _start_street(hand: Hand, street: int, limit: FixedLimit | None) -> None:
    hand.street = street
    hand.bet = 0
    hand.min_raise = hand.min_bet
    hand.limit = limit
    hand.aggressor = None
    hand.last_actor = None
    hand.opener = None
    for seat in hand.seats:
        # Setting a field takes longer than looking at it.
        if seat is not None and seat.acted_to is not None:
            seat.acted_to = None


def acted(
    table: Table,
    hand: Hand,
    number: int,
    paid: int,
    auto: bool = False,  # noqa: FBT001, FBT002
) -> HandSeat:
    """Record an action of a player who faced the current bet and paid `paid`."""
    part, seat = hand.seats[number], table.seats[number]
    if part is None or seat is None:
        raise Inconsistent(f"seat {number} is not in the hand")
    hand.turn = None
    hand.last_actor = number
    part.acted_to = hand.bet
    if paid:
        if paid < 0 or paid > seat.stack:
            raise Inconsistent(f"seat {number} cannot pay {paid} of {seat.stack}")
        seat.stack -= paid
        part.bet += paid
    if seat.timeouts and not auto:
        seat.timeouts = 0
    return part


def raise_to(table: Table, hand: Hand, event: BetPlaced | Raised) -> None:
    """Record a bet or raise."""
    number, to = event.seat, event.to
    by = to - hand.bet
    hand.bet = to
    acted(table, hand, number, to - hand_seat(hand, number).bet)
    hand.aggressor = number
    if by > hand.min_raise:
        hand.min_raise = by
    if event.limit is not None:
        hand.limit = event.limit


def _pay(table: Table, seat: HandSeat, number: int, amount: int) -> None:
    payer = taken_seat(table, number)
    if not 0 <= amount <= payer.stack:
        raise Inconsistent(f"seat {number} cannot pay {amount} of {payer.stack}")
    payer.stack -= amount
    seat.bet += amount


def post_blind(table: Table, hand: Hand, event: BlindPosted) -> None:
    """Take a blind from its stack."""
    number, blind = event.seat, event.blind
    seat = hand_seat(hand, number)
    if blind == "dead":
        _pay_dead(table, hand, number, event.amount)
        return
    _pay(table, seat, number, event.amount)
    hand.bet = event.to_match
    if blind not in ("entry", "sleeper"):
        hand.last_actor = number
    if event.min_raise:
        hand.min_raise = event.min_raise
    if event.limit is not None:
        hand.limit = event.limit


def _post_ante(table: Table, hand: Hand, event: AntePosted) -> None:
    if event.dead:
        _pay_dead(table, hand, event.seat, event.amount)
    else:
        taken_seat(table, event.seat).stack -= event.amount
        hand_seat(hand, event.seat).in_pots += event.amount


def _pay_dead(table: Table, hand: Hand, number: int, amount: int) -> None:
    """Pay dead chips, and record whose they were."""
    taken_seat(table, number).stack -= amount
    hand_seat(hand, number).dead += amount
    hand.dead += amount


def deal_board(hand: Hand, event: BoardDealt) -> None:
    """Move cards from the deck to a board; on the first one a street begins."""
    if event.board:
        hand.extra_boards[event.board - 1] += event.cards
    else:
        _start_street(hand, event.street, event.limit)
        hand.opener = event.opener
        hand.board += event.cards
    del hand.deck[: len(event.cards)]


def deal_cards(hand: Hand, event: HoleCardsDealt) -> None:
    """Move cards from the deck to the players."""
    if event.street:
        _start_street(hand, event.street, event.limit)
    hand.opener = event.opener
    for number in hand.order:
        seat = hand_seat(hand, number)
        dealt = event.cards[number]
        if dealt:
            seat.cards = seat.cards + dealt
            del hand.deck[: len(dealt)]
        if event.up and event.up[number]:
            seat.up = seat.up + event.up[number]
            del hand.deck[: len(event.up[number])]


def _draw(table: Table, hand: Hand, event: CardsDrawn) -> None:
    number = event.seat
    hand.turn = None
    hand.drawing.remove(number)
    if not event.auto:
        taken_seat(table, number).timeouts = 0
    seat = hand_seat(hand, number)
    seat.cards = _kept(seat.cards, event.discarded) + event.drawn
    seat.drew = len(event.drawn)
    if hand.deck:
        # If cards are hidden, there are neither a deck nor discards.
        for card in event.drawn:
            # Usually the next card, which is also removed if the drawn card is not in the deck.
            place = hand.deck.index(card) if card in hand.deck else 0
            del hand.deck[place : place + 1]
        if not hand.discards:
            hand.discards = [[] for _ in hand.seats]
        hand.discards[number] += event.discarded


def _kept(cards: list[Card], discarded: list[Card]) -> list[Card]:
    """The cards left after a discard; all are hidden if any card is."""
    if UNKNOWN in cards or UNKNOWN in discarded:
        return [UNKNOWN] * (len(cards) - len(discarded))
    kept = list(cards)
    for card in discarded:
        kept.remove(card)
    return kept


def collect(hand: Hand, pots: list[Pot]) -> None:
    """Move the bets of a street into the pots."""
    hand.pots = pots
    for seat in hand.seats:
        if seat is not None and seat.bet:
            seat.in_pots += seat.bet
            seat.bet = 0


def take_from_pot(hand: Hand, index: int, amount: int) -> None:
    """Take chips out of a pot.  After its last award the pot is empty."""
    # A log that pays out too much is detected elsewhere, by the sum of all chips.
    left = max(0, hand.pots[index].amount - amount)
    pot = Pot(left, hand.pots[index].seats if left else [])
    hand.pots = [*hand.pots[:index], pot, *hand.pots[index + 1 :]]
    for pot in hand.pots:
        if pot.amount:
            return
    hand.dead = 0
    for seat in hand.seats:
        if seat is not None:
            seat.in_pots = 0
            seat.dead = 0
