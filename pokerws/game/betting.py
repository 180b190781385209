"""Betting rounds: who acts next, what is legal, and the events of an action.

No-limit rules.  A raise is at least as large as the largest full bet or raise before it on the
street (TDA rule 43).  An all-in that is less than that does not reopen the betting to those who
have acted, unless several add up to it (TDA rule 47).  The bet to match before the flop is the
whole big blind, even when its poster was short of it (Robert's Rules of Poker, section 14).  A
fold is legal at every turn, also where checking is free (TDA rule 58).
"""

from pokerws.game.commands import Act
from pokerws.game.events import (
    BetPlaced,
    Called,
    Checked,
    Folded,
    Raised,
    TableEvent,
)
from pokerws.game.illegal import Illegal
from pokerws.game.state import Hand, HandSeat, Table, Turn


def hand_seat(hand: Hand, number: int) -> HandSeat:
    """The part in the hand of a seat that was dealt in."""
    seat = hand.seats[number]
    assert seat is not None, f"seat {number} is not in the hand"
    return seat


def stack_of(table: Table, number: int) -> int:
    """The chips behind of a taken seat."""
    seat = table.seats[number]
    assert seat is not None, f"seat {number} is empty"
    return seat.stack


def live_seats(hand: Hand) -> list[int]:
    """The seats that have not folded, from the left of the button."""
    return [number for number in hand.order if not hand_seat(hand, number).folded]


def next_to_act(table: Table, hand: Hand) -> int | None:
    """The seat whose turn is next, or None when the betting round is over.

    A player who owes nothing is not asked when nobody is left who could answer a bet.
    """
    if len(live_seats(hand)) == 1:
        return None
    order = hand.order
    first = 0 if hand.last_actor is None else order.index(hand.last_actor) + 1
    for number in order[first:] + order[:first]:
        seat = hand_seat(hand, number)
        if seat.folded or not stack_of(table, number):
            continue
        if seat.bet < hand.bet or seat.acted_to is None:
            others = reach_of_others(table, hand, number)
            if seat.bet < min(hand.bet, others) or (seat.acted_to is None and hand.bet < others):
                return number
    return None


def reach_of_others(table: Table, hand: Hand, number: int) -> int:
    """The most that anybody else in the hand could have in on this street.

    No more has to be called, and a raise beyond it would only come back.
    """
    return max(
        hand_seat(hand, other).bet + stack_of(table, other)
        for other in live_seats(hand)
        if other != number
    )


def next_turn(table: Table, hand: Hand, number: int, now_ms: int) -> Turn:
    """The turn of a seat, with the legal actions and their exact bounds."""
    seat, stack = hand_seat(hand, number), stack_of(table, number)
    others = reach_of_others(table, hand, number)
    call = min(stack, min(hand.bet, others) - seat.bet)
    actions = ["fold", "call" if call else "check"]
    min_to = max_to = 0
    if hand.bet < min(seat.bet + stack, others) and _is_open(hand, seat):
        actions.append("raise" if hand.bet else "bet")
        max_to = seat.bet + stack
        min_to = min(max_to, hand.bet + hand.min_raise)
    return Turn(
        seat=number,
        number=table.turns + 1,
        actions=actions,
        call=call,
        min_to=min_to,
        max_to=max_to,
        started_ms=now_ms,
        deadline_ms=now_ms + table.config.turn_time_ms,
    )


def _is_open(hand: Hand, seat: HandSeat) -> bool:
    """Whether a player may raise: who has acted, only when facing a full raise since then."""
    return seat.acted_to is None or hand.bet - seat.acted_to >= hand.min_raise


def act(turn: Turn, command: Act) -> TableEvent:
    """The event of an action by the player whose turn it is.  Raises Illegal."""
    if command.action not in turn.actions:
        raise Illegal(
            "illegal_action", f"cannot {command.action} now, only {', '.join(turn.actions)}"
        )
    amount = command.amount
    if command.action not in ("bet", "raise"):
        if amount is not None:
            raise Illegal("amount_not_allowed", f"{command.action} takes no amount")
        return _passive(turn, command.action)
    if amount is None:
        raise Illegal("amount_missing", f"{command.action} needs an amount")
    if amount < turn.min_to:
        raise Illegal("amount_too_small", f"{amount} is less than the minimum, {turn.min_to}")
    if amount > turn.max_to:
        raise Illegal("amount_too_large", f"{amount} is more than the maximum, {turn.max_to}")
    if command.action == "bet":
        return BetPlaced(turn.seat, amount)
    return Raised(turn.seat, amount)


def _passive(turn: Turn, action: str) -> TableEvent:
    match action:
        case "fold":
            return Folded(turn.seat)
        case "check":
            return Checked(turn.seat)
        case _:
            return Called(turn.seat, turn.call)


def act_for_absent(turn: Turn) -> TableEvent:
    """What is done for a player who does not act: check where that is free, else fold."""
    if "check" in turn.actions:
        return Checked(turn.seat, auto=True)
    return Folded(turn.seat, auto=True)
