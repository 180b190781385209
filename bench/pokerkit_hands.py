"""The same hold'em hands in PokerKit, in the fastest way it offers.

At every turn it states the legal actions and answers with the choice that ours makes of them, so
the same numbers lead to the same actions. It times nothing.
"""

from pokerkit import (
    Automation,
    BettingStructure,
    Deck,
    Opening,
    StandardHighHand,
    State,
    Street,
)

from bench.hands import BIG_BLIND, SEATS, SMALL_BLIND, STACK, Draw

# No card is burned before a street: ours burns none either, and PokerKit needs an operation for it.
_STREETS = tuple(
    Street(False, down, board, False, Opening.POSITION, BIG_BLIND, None)
    for down, board in (((False, False), 0), ((), 3), ((), 1), ((), 1))
)
# Those that a hand needs; each more costs time.
_AUTOMATIONS = (
    Automation.BET_COLLECTION,
    Automation.BLIND_OR_STRADDLE_POSTING,
    Automation.BOARD_DEALING,
    Automation.HAND_KILLING,
    Automation.CHIPS_PUSHING,
    Automation.CHIPS_PULLING,
    Automation.HOLE_CARDS_SHOWING_OR_MUCKING,
)


class PokerKitTable:
    """Plays one hand after the other. Both hole cards are dealt in one operation."""

    name = "PokerKit"

    def prepare(self) -> None:
        """Nothing to do: each hand has a new state with new stacks."""

    def play(self, draw: Draw) -> int:
        """Play a hand; return the number of actions."""
        state = State(
            _AUTOMATIONS,
            Deck.STANDARD,
            (StandardHighHand,),
            _STREETS,
            BettingStructure.NO_LIMIT,
            True,
            0,
            (SMALL_BLIND, BIG_BLIND),
            0,
            (STACK,) * SEATS,
            SEATS,
        )
        for _ in range(SEATS):
            state.deal_hole(2)
        actions = 0
        while state.status:
            _answer(state, draw)
            actions += 1
        return actions


def _answer(state: State, draw: Draw) -> None:
    """Fold, call or raise the minimum, all equally likely; never fold where a check is free."""
    to_call = state.checking_or_calling_amount
    least = state.min_completion_betting_or_raising_to_amount
    first = 0 if to_call else 1
    chosen = first + int(draw() * (2 - first + (least is not None)))
    if chosen == 0:
        state.fold()
    elif chosen == 1:
        state.check_or_call()
    else:
        state.complete_bet_or_raise_to(least)
