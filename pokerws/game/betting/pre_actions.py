"""What a player wants to do in the next turn: whether it is legal, and when it holds no longer.

A pre-action answers the betting as it stood when it was given.  It is no part of a table's state.
"""

from typing import Literal

from msgspec import Struct

from pokerws.game.betting.actions import act, possible_turn, taken_seat
from pokerws.game.commands import Act
from pokerws.game.illegal import Details, Illegal
from pokerws.game.state import Hand, PlayerId, Table, Turn

# `check_fold` checks if that is free, and folds otherwise; `call_any` calls whatever it costs.
PreActionName = Literal["fold", "check_fold", "check", "call", "call_any", "raise"]
# Why a pre-action was dropped.
DropReason = Literal["acted", "bet_changed", "round_over", "away", "rolled_back"]


class PreAction(Struct, frozen=True):
    """A player's wish for the next turn of `seat`, in one betting round.

    `amount` is the total for the street of a raise, or what a call costs.
    """

    player: PlayerId
    seat: int
    hand: int
    street: int
    action: PreActionName
    amount: int | None = None


def pre_action(
    table: Table,
    player: PlayerId,
    hand_number: int,
    action: PreActionName,
    *,
    amount: int | None = None,
    street: int | None = None,
) -> PreAction:
    """A player's pre-action, for the hand and the street that the player sees.  Raises Illegal."""
    hand, number = _waiting(table, player, hand_number)
    if street is not None and street != hand.street:
        raise Illegal("bet_changed", "that betting round is over", Details(field="street"))
    if amount is not None and action not in ("call", "raise"):
        raise Illegal("amount_not_allowed", f"{action} has no amount", Details(field="amount"))
    if hand.drawing:
        raise Illegal("illegal_action", "players are drawing cards", Details(field="action"))
    turn = possible_turn(table, hand, number)
    if action == "call" and "call" in turn.actions:
        if amount is not None and amount != turn.call:
            details = Details(field="amount", min=turn.call, max=turn.call)
            raise Illegal("bet_changed", f"a call costs {turn.call}", details)
        amount = turn.call
    wish = PreAction(player, number, hand_number, hand.street, action, amount)
    if action in ("check", "call", "raise"):
        act(table, hand, turn, _answer(wish, turn))
    return wish


def _waiting(table: Table, player: PlayerId, hand_number: int) -> tuple[Hand, int]:
    if table.closed:
        raise Illegal("table_closed", "the table is closed")
    number = table.seat_of(player)
    if number is None:
        raise Illegal("not_seated", "you have no seat at this table")
    seat, hand = taken_seat(table, number), table.hand
    part = None if hand is None else hand.seats[number]
    if hand is None or hand.number != hand_number or part is None or part.folded or not seat.stack:
        raise Illegal("not_in_hand", f"you have nothing to decide in hand {hand_number}")
    if seat.leaving:
        raise Illegal("already_leaving", "you leave when this hand is over")
    if seat.sitting_out:
        raise Illegal("already_sitting_out", "you are sitting out")
    if hand.turn is not None and hand.turn.seat == number:
        raise Illegal("your_turn", "it is your turn", Details(turn=hand.turn.number))
    return hand, number


def fault_of(table: Table, wish: PreAction) -> DropReason | None:
    """Why a pre-action holds no longer, as the table is now; None while it holds."""
    hand, seat = table.hand, table.seats[wish.seat]
    if hand is None or (hand.number, hand.street) != (wish.hand, wish.street) or hand.drawing:
        return "round_over"
    part = hand.seats[wish.seat]
    if seat is None or seat.player != wish.player or seat.leaving or seat.sitting_out:
        return "away"
    if part is None or part.folded or not seat.stack:
        return "round_over"
    turn = hand.turn
    if turn is None or turn.seat != wish.seat:
        turn = possible_turn(table, hand, wish.seat)
    elif answer_in(turn, wish) is None:
        # A bring-in is neither checked nor called.
        return "bet_changed"
    if wish.action == "call" and wish.amount != turn.call:
        return "bet_changed"
    if wish.action in ("check", "call", "raise"):
        try:
            act(table, hand, turn, _answer(wish, turn))
        except Illegal:
            return "bet_changed"
    return None


def answer_in(turn: Turn, wish: PreAction) -> Act | None:
    """The action in the player's turn; None if none of its legal ones is what the player meant."""
    answer = _answer(wish, turn)
    return answer if answer.action in turn.actions else None


def _answer(wish: PreAction, turn: Turn) -> Act:
    actions, player = turn.actions, wish.player
    match wish.action:
        case "raise":
            return Act(player, turn.number, "bet" if "bet" in actions else "raise", wish.amount)
        case "check_fold":
            return Act(player, turn.number, "check" if "check" in actions else "fold")
        case "call_any":
            return Act(player, turn.number, "check" if "check" in actions else "call")
        case "fold" | "check" | "call":
            return Act(player, turn.number, wish.action)
