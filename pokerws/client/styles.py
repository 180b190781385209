"""Playing styles: what a bot does when it is its turn.  Pure, but for the dice they are given.

A style may be used in any variant, at any structure of stakes: it takes sizes from the turn, and
where it cannot judge its cards it takes them for average ones.
"""

import random
from collections.abc import Callable
from typing import NamedTuple

from pokerws.client.strength import share_beaten, starting_points
from pokerws.client.table_view import TableView
from pokerws.game.cards import UNKNOWN
from pokerws.game.commands import Action
from pokerws.game.state import Turn


class Decision(NamedTuple):
    """An action, and for a bet or a raise the total for the street."""

    action: Action
    amount: int | None = None


# Decides on the open turn of a view; the turn has to be the view's own.
Style = Callable[[TableView, random.Random], Decision]


def calling_station(view: TableView, rng: random.Random) -> Decision:
    """Calls nearly everything and hardly ever raises."""
    turn = _own_turn(view)
    if rng.random() < 0.05:
        return _raise_to(turn, turn.min_to)
    if _price(view, turn) > 0.35 and rng.random() < 0.3:
        return _check_or_fold(turn)
    return _check_or_call(turn)


def tight_aggressive(view: TableView, rng: random.Random) -> Decision:
    """Plays few hands, and those by betting and raising."""
    turn = _own_turn(view)
    if len(view.board) < 3:
        return _tight_before_the_flop(view, turn, rng)
    strength, price = _strength(view, rng), _price(view, turn)
    if strength > 0.8:
        return _raise_by(view, turn, rng.uniform(0.6, 1.0))
    if turn.call == 0 and (strength > 0.55 or rng.random() < 0.1):
        return _raise_by(view, turn, 0.5)
    return _check_or_call(turn) if strength > price + 0.1 else _check_or_fold(turn)


def loose_aggressive(view: TableView, rng: random.Random) -> Decision:
    """A maniac: in nearly every hand, bets and raises with anything, sometimes everything."""
    turn = _own_turn(view)
    dice = rng.random()
    if dice < 0.02:
        return _raise_to(turn, turn.max_to)
    if dice < 0.45:
        return _raise_by(view, turn, rng.uniform(0.4, 1.3))
    if _price(view, turn) > 0.3 and dice > 0.6 and _strength(view, rng) < 0.6:
        return _check_or_fold(turn)
    return _check_or_call(turn)


STYLES: dict[str, Style] = {
    "calling_station": calling_station,
    "tight_aggressive": tight_aggressive,
    "loose_aggressive": loose_aggressive,
}


def _tight_before_the_flop(view: TableView, turn: Turn, rng: random.Random) -> Decision:
    big_blinds = turn.call / view.table.config.big_blind
    points = _starting_points(view)
    if points >= 10 and (big_blinds < 8 or points >= 16):
        return _raise_to(turn, _street_bet(view) * 3)
    if points >= 8 and big_blinds <= 1 and rng.random() < 0.7:
        return _raise_to(turn, _street_bet(view) * 3)
    if points >= 6 and big_blinds <= points - 5:
        return _check_or_call(turn)
    return _check_or_fold(turn)


# ---- what the table looks like


def _own_turn(view: TableView) -> Turn:
    turn = view.turn
    assert turn is not None, "a style is asked when it is its turn"
    return turn


def _street_bet(view: TableView) -> int:
    assert view.table.hand is not None, "a turn is part of a hand"
    return max(view.table.hand.bet, view.table.config.big_blind)


def _price(view: TableView, turn: Turn) -> float:
    """What a call costs, as a share of the pot with the call in it."""
    return turn.call / max(1, view.table.total_pot + turn.call)


def _judges(view: TableView) -> bool:
    """Whether the cards are a hold'em hand."""
    return len(view.cards) == 2 and UNKNOWN not in view.cards


def _starting_points(view: TableView) -> int:
    return starting_points(view.cards) if _judges(view) else 6


def _strength(view: TableView, rng: random.Random) -> float:
    """About how likely the hand is the best now, against all who are still in."""
    if not _judges(view):
        return 0.5
    if len(view.board) < 3:
        return min(1.0, max(0.0, 0.3 + _starting_points(view) / 20))
    # Nobody stays to the end with just any two cards, and few opponents count for less than all.
    return share_beaten(view.cards, view.board, rng) ** min(3, max(1, view.opponents))


# ---- legal actions, the nearest to what is meant


def _check_or_call(turn: Turn) -> Decision:
    return Decision("check" if "check" in turn.actions else "call")


def _check_or_fold(turn: Turn) -> Decision:
    return Decision("check" if "check" in turn.actions else "fold")


def _raise_by(view: TableView, turn: Turn, pots: float) -> Decision:
    """Bet, or raise over the call, this share of the pot."""
    assert view.table.hand is not None, "a turn is part of a hand"
    pot = view.table.total_pot + turn.call
    return _raise_to(turn, _rounded(view, view.table.hand.bet + int(pot * pots)))


def _rounded(view: TableView, amount: int) -> int:
    """As people bet: in whole small blinds."""
    return amount - amount % max(1, view.table.config.small_blind)


def _raise_to(turn: Turn, to: int) -> Decision:
    """Bet or raise to the nearest legal amount; check or call where neither is legal."""
    amount = min(turn.max_to, max(turn.min_to, to))
    if "raise" in turn.actions:
        return Decision("raise", amount)
    if "bet" in turn.actions:
        return Decision("bet", amount)
    return _check_or_call(turn)
