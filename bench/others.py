"""The same hold'em hands in other engines: PokerKit in several modes, and clubs.

Each states the legal actions at every turn and answers with the choice that ours makes of them, so
that the same numbers lead to the same actions.  It times nothing.
"""

import importlib
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

from pokerkit import (
    Automation,
    BettingStructure,
    Deck,
    NoLimitTexasHoldem,
    Opening,
    StandardHighHand,
    State,
    Street,
)

from bench.hands import BIG_BLIND, SEATS, SMALL_BLIND, STACK, Draw

LEAN, LEAN_ALL_SHOWN = "PokerKit, lean", "PokerKit, lean, every hand shown"
FOLD, CHECK_OR_CALL = 0, 1

_ALL = NoLimitTexasHoldem(tuple(Automation), True, 0, (SMALL_BLIND, BIG_BLIND), BIG_BLIND)
# Burning a card before each street, as its hold'em does and ours does not, is an operation more.
_UNBURNT = tuple(
    Street(False, down, board, False, Opening.POSITION, BIG_BLIND, None)
    for down, board in (((False, False), 0), ((), 3), ((), 1), ((), 1))
)
_LEAN = (
    Automation.BET_COLLECTION,
    Automation.BLIND_OR_STRADDLE_POSTING,
    Automation.BOARD_DEALING,
    Automation.HAND_KILLING,
    Automation.CHIPS_PUSHING,
    Automation.CHIPS_PULLING,
)


class HandFailed(Exception):
    """An engine broke in the middle of a hand."""


def choice(to_call: int, *, may_raise: bool, draw: Draw) -> int:
    """0 to fold, 1 to check or call, 2 to raise: equally likely, but nobody folds who may check."""
    first = FOLD if to_call else CHECK_OR_CALL
    return first + int(draw() * (2 - first + may_raise))


class PokerKit:
    """PokerKit as its documentation shows it: all automations, and all that it says of a turn."""

    name = "PokerKit, all automations"

    def prepare(self) -> None:
        """A new state has new stacks."""

    def play(self, draw: Draw) -> int:
        """Play a hand; the number of actions."""
        state = _ALL((STACK,) * SEATS, SEATS)
        actions = 0
        while state.status:
            may_fold = state.can_fold()
            to_call = state.checking_or_calling_amount
            least = state.min_completion_betting_or_raising_to_amount
            most = state.max_completion_betting_or_raising_to_amount
            assert to_call is not None
            assert may_fold or not to_call
            assert (least is None) == (most is None)
            _answer(state, to_call, least, draw)
            actions += 1
        return actions


class LeanPokerKit:
    """PokerKit with as few operations as a hand can do with.

    Nothing is burnt, both hole cards are dealt at once, only the automations that a hand needs are
    on, and of a turn just the call and the least raise are asked for.  With `show_all` it does less
    than the others: it does not find out who may muck.
    """

    def __init__(self, *, show_all: bool) -> None:
        self.name = LEAN_ALL_SHOWN if show_all else LEAN
        self._show_all = show_all
        muck = () if show_all else (Automation.HOLE_CARDS_SHOWING_OR_MUCKING,)
        self._automations = (*_LEAN, *muck)

    def prepare(self) -> None:
        """A new state has new stacks."""

    def play(self, draw: Draw) -> int:
        """Play a hand; the number of actions."""
        state = State(
            self._automations,
            Deck.STANDARD,
            (StandardHighHand,),
            _UNBURNT,
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
            to_call = state.checking_or_calling_amount
            if to_call is None:
                # Nobody is to act: it is the showdown.
                state.show_or_muck_hole_cards(self._show_all)
                continue
            least = state.min_completion_betting_or_raising_to_amount
            _answer(state, to_call, least, draw)
            actions += 1
        return actions


def _answer(state: State, to_call: int, least: int | None, draw: Draw) -> None:
    chosen = choice(to_call, may_raise=least is not None, draw=draw)
    if chosen == FOLD:
        state.fold()
    elif chosen == CHECK_OR_CALL:
        state.check_or_call()
    else:
        state.complete_bet_or_raise_to(least)


def _clubs() -> Any:
    """The package, without its window, which needs a module that Python 3.12 no longer has."""
    window = ModuleType("clubs.render.graphic")
    window.__dict__["GraphicViewer"] = None
    sys.modules.setdefault(window.__name__, window)
    return importlib.import_module("clubs")


class Clubs:
    """The clubs package's dealer.  It states the legal amounts in what each step returns."""

    name = "clubs"

    def __init__(self, new_dealer: Callable[..., Any] | None = None) -> None:
        clubs = _clubs()
        config = dict(clubs.configs.NO_LIMIT_HOLDEM_SIX_PLAYER)
        config["blinds"] = [SMALL_BLIND, BIG_BLIND, *[0] * (SEATS - 2)]
        config["start_stack"] = STACK
        self._dealer = (new_dealer or clubs.Dealer)(**config)

    def prepare(self) -> None:
        """The dealer sets the stacks again when it begins a hand."""

    def play(self, draw: Draw) -> int:
        """Play a hand; the number of actions.  Raises HandFailed where the dealer does."""
        try:
            return self._play(draw)
        except Exception as error:  # Whatever it raises, the hand cannot be counted.
            raise HandFailed(f"{type(error).__name__}: {error}") from error

    def _play(self, draw: Draw) -> int:
        dealer = self._dealer
        seen, done, actions = dealer.reset(reset_stacks=True), [False], 0
        while not all(done):
            to_call, least = seen["call"], seen["min_raise"]
            chosen = choice(to_call, may_raise=least > to_call, draw=draw)
            # It takes what is less than nothing for a fold.
            chips = -1 if chosen == FOLD else to_call if chosen == CHECK_OR_CALL else least
            seen, _, done = dealer.step(chips)
            actions += 1
        return actions
