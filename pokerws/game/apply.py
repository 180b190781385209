"""`apply`: the only place where a table changes.  One event in, one change, no rule evaluated.

It serves live play, recovery, replay, and clients, whose tables have hidden cards in them.
"""

from copy import deepcopy
from typing import assert_never

from msgspec.structs import replace

from pokerws.game.betting import hand_seat
from pokerws.game.cards import Card
from pokerws.game.events import (
    AntePosted,
    BetPlaced,
    BetsCollected,
    BlindPosted,
    BoardDealt,
    Called,
    CardsMucked,
    CardsShown,
    Checked,
    ChipsAdded,
    ClockResumed,
    Folded,
    HandCancelled,
    HandEnded,
    HandEvent,
    HandShown,
    HandStarted,
    HoleCardsDealt,
    LogRestarted,
    NextHandCancelled,
    NextHandScheduled,
    PlayerLeaving,
    PlayerSat,
    PlayerSatIn,
    PlayerSatOut,
    PlayerStood,
    PotAwarded,
    Raised,
    Share,
    TableClosed,
    TableEvent,
    TableOpened,
    TurnStarted,
    TurnTimedOut,
    UncalledBetReturned,
)
from pokerws.game.state import Hand, HandSeat, LastHand, Pot, Seat, Table


def apply(table: Table, event: TableEvent) -> None:
    """Change `table` by what happened and count the event."""
    table.seq += 1
    if isinstance(event, HandEvent):
        assert table.hand is not None, "no hand is being played"
        _apply_to_hand(table, table.hand, event)
        return
    match event:
        case HandStarted():
            _start_hand(table, event)
        case HandEnded(unshown=unshown):
            _end_hand(table, unshown)
        case HandCancelled(refunds=refunds):
            _cancel_hand(table, refunds)
        case HandShown(seat=number, cards=cards):
            last = _last_hand(table)
            last.cards[number] = cards
            last.shown.append(number)
        case NextHandScheduled(at_ms=at_ms):
            table.next_hand_at_ms = at_ms
        case NextHandCancelled():
            table.next_hand_at_ms = None
        case PlayerSat(seat=number, player=player, name=name, stack=stack):
            assert table.seats[number] is None, f"seat {number} is taken"
            table.seats[number] = Seat(player, name, stack)
        case PlayerStood(seat=number):
            _stand(table, number)
        case PlayerLeaving(seat=number):
            _seat(table, number).leaving = True
        case ChipsAdded(seat=number, amount=amount):
            _seat(table, number).stack += amount
        case PlayerSatOut(seat=number):
            _seat(table, number).sitting_out = True
        case PlayerSatIn(seat=number):
            seat = _seat(table, number)
            seat.sitting_out = False
            seat.timeouts = 0
            seat.hands_missed = 0
        case ClockResumed(deadline_ms=deadline_ms):
            _resume_clock(table, deadline_ms)
        case TableOpened(config=config):
            table.seats = [None] * config.seats
        case TableClosed():
            table.closed = True
        case LogRestarted(table=whole):
            if whole is not None:
                _replace(table, whole)
        case _:
            assert_never(event)


def _apply_to_hand(table: Table, hand: Hand, event: HandEvent) -> None:
    match event:
        case TurnStarted(turn=turn):
            hand.turn = turn
            table.turns = turn.number
        case Folded(seat=number, auto=auto):
            _acted(table, hand, number, auto=auto).folded = True
        case Called(seat=number, amount=amount):
            _pay(table, _acted(table, hand, number), number, amount)
        case Checked(seat=number, auto=auto):
            _acted(table, hand, number, auto=auto)
        case Raised(seat=number, to=to) | BetPlaced(seat=number, to=to):
            _raise_to(table, hand, number, to)
        case BetsCollected(pots=pots):
            hand.pots = pots
            for seat in hand.seats:
                if seat is not None:
                    seat.in_pots += seat.bet
                    seat.bet = 0
        case BoardDealt(street=street, cards=cards):
            _start_street(hand, street)
            hand.board += cards
            del hand.deck[: len(cards)]
        case BlindPosted(seat=number, blind=blind, amount=amount, to_match=to_match):
            _pay(table, hand_seat(hand, number), number, amount)
            hand.bet = to_match
            if blind != "entry":
                hand.last_actor = number
        case UncalledBetReturned(seat=number, amount=amount):
            hand_seat(hand, number).bet -= amount
            _seat(table, number).stack += amount
        case PotAwarded(pot=pot, shares=shares):
            _pay_out(table, shares)
            _take_pot(hand, pot)
        case HoleCardsDealt(cards=dealt):
            for number in hand.order:
                hand_seat(hand, number).cards = dealt[number]
                del hand.deck[: len(dealt[number])]
        case CardsShown(seat=number, cards=cards):
            shown = hand_seat(hand, number)
            shown.cards = cards
            shown.shown = True
        case CardsMucked(seat=number):
            hand_seat(hand, number).mucked = True
        case TurnTimedOut(seat=number):
            _seat(table, number).timeouts += 1
        case AntePosted(seat=number, amount=amount, dead=dead):
            _seat(table, number).stack -= amount
            if dead:
                hand.dead += amount
            else:
                hand_seat(hand, number).in_pots += amount
        case _:
            assert_never(event)


def _start_hand(table: Table, event: HandStarted) -> None:
    table.hand_number = event.hand
    table.button = event.button
    table.small_blind = event.small_blind
    table.big_blind = event.big_blind
    table.next_hand_at_ms = None
    table.last_hand = None
    for number in event.missed:
        _seat(table, number).owes_blind = True
    for seat in table.seats:
        if seat is not None and seat.sitting_out:
            seat.hands_missed += 1
    for number in event.order:
        _seat(table, number).owes_blind = False
    table.hand = Hand(
        number=event.hand,
        order=event.order,
        seats=[HandSeat() if n in event.order else None for n in range(len(table.seats))],
        deck=list(event.deck),
        min_bet=event.min_bet,
        min_raise=event.min_bet,
    )


def _end_hand(table: Table, unshown: list[int]) -> None:
    hand, table.hand = table.hand, None
    assert hand is not None, "no hand is being played"
    if unshown:
        cards: list[list[Card]] = [[] for _ in hand.seats]
        for number in unshown:
            cards[number] = hand_seat(hand, number).cards
        table.last_hand = LastHand(hand.number, cards)


def _stand(table: Table, number: int) -> None:
    """Free a seat; what its player has not shown of the last hand stays unseen."""
    table.seats[number] = None
    last = table.last_hand
    if last is not None and last.cards[number]:
        last.cards[number] = []
        if number in last.shown:
            last.shown.remove(number)


def _cancel_hand(table: Table, refunds: list[Share]) -> None:
    assert sum(share.amount for share in refunds) == table.total_pot, "the refunds are the pot"
    _pay_out(table, refunds)
    table.hand = None


def _pay_out(table: Table, shares: list[Share]) -> None:
    for share in shares:
        _seat(table, share.seat).stack += share.amount


def _start_street(hand: Hand, street: int) -> None:
    hand.street = street
    hand.bet = 0
    hand.min_raise = hand.min_bet
    hand.aggressor = None
    hand.last_actor = None
    for seat in hand.seats:
        if seat is not None:
            seat.acted_to = None


def _acted(table: Table, hand: Hand, number: int, *, auto: bool = False) -> HandSeat:
    """Note that a player has acted, facing the bet as it is."""
    hand.turn = None
    hand.last_actor = number
    if not auto:
        _seat(table, number).timeouts = 0
    seat = hand_seat(hand, number)
    seat.acted_to = hand.bet
    return seat


def _raise_to(table: Table, hand: Hand, number: int, to: int) -> None:
    seat = _acted(table, hand, number)
    _pay(table, seat, number, to - seat.bet)
    hand.min_raise = max(hand.min_raise, to - hand.bet)
    hand.bet = to
    hand.aggressor = number
    seat.acted_to = to


def _pay(table: Table, hand_seat: HandSeat, number: int, amount: int) -> None:
    seat = _seat(table, number)
    assert 0 <= amount <= seat.stack, f"seat {number} cannot pay {amount} of {seat.stack}"
    seat.stack -= amount
    hand_seat.bet += amount


def _take_pot(hand: Hand, index: int) -> None:
    """Empty a pot; the chips that filled it are no longer in it."""
    hand.pots = [*hand.pots[:index], Pot(0, []), *hand.pots[index + 1 :]]
    if not any(pot.amount for pot in hand.pots):
        hand.dead = 0
        for seat in hand.seats:
            if seat is not None:
                seat.in_pots = 0


def _resume_clock(table: Table, deadline_ms: int) -> None:
    hand = table.hand
    if hand is not None and hand.turn is not None:
        hand.turn = replace(hand.turn, deadline_ms=deadline_ms)
    elif table.next_hand_at_ms is not None:
        table.next_hand_at_ms = deadline_ms


def _replace(table: Table, whole: Table) -> None:
    """Take over another table's state, all but the count of events."""
    copied = deepcopy(whole)
    for field in Table.__struct_fields__:
        if field != "seq":
            setattr(table, field, getattr(copied, field))


def _last_hand(table: Table) -> LastHand:
    assert table.last_hand is not None, "no cards of the last hand are kept"
    return table.last_hand


def _seat(table: Table, number: int) -> Seat:
    seat = table.seats[number]
    assert seat is not None, f"seat {number} is empty"
    return seat
