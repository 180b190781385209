"""Playing styles: how a bot decides in its turn.  Pure functions of a view and a random generator.

Every style can play every variant at any stakes.  It takes bet sizes from the turn, and assumes
average cards if it cannot estimate their strength.  All styles draw by the same rules.
"""

import random
from collections.abc import Callable
from typing import NamedTuple

from pokerws.client.drawing import discards_for_good, discards_in_draw
from pokerws.client.equity import pot_share, spot_of
from pokerws.client.strength import share_beaten, starting_points
from pokerws.client.table_view import TableView
from pokerws.game.cards import UNKNOWN, Card
from pokerws.game.commands import Action
from pokerws.game.state import Hand, Turn
from pokerws.game.variants import Ranking


class Decision(NamedTuple):
    """An action, with the total for the street of a bet or raise, or the cards of a discard."""

    action: Action
    amount: int | None = None
    cards: list[Card] | None = None


# Decides the current turn of a view, which must be that of the view's player.
Style = Callable[[TableView, random.Random], Decision]


def calling_station(view: TableView, rng: random.Random) -> Decision:
    """Calls nearly everything and hardly ever raises."""
    turn = _own_turn(view)
    if "discard" in turn.actions:
        return draw(view)
    if rng.random() < 0.05:
        return _raise_to(turn, turn.min_to)
    if _price(view, turn) > 0.35 and rng.random() < 0.3:
        return _check_or_fold(turn)
    return _check_or_call(turn)


def tight_aggressive(view: TableView, rng: random.Random) -> Decision:
    """Plays few hands, and those by betting and raising."""
    turn = _own_turn(view)
    if "discard" in turn.actions:
        return draw(view)
    if _hand(view).street == 0:
        return _tight_on_the_first_street(view, turn, rng)
    strength, price = _strength(view, rng), _price(view, turn)
    if strength > 0.8:
        return _raise_by(view, turn, rng.uniform(0.6, 1.0))
    if turn.call == 0 and (strength > 0.55 or rng.random() < 0.1):
        return _raise_by(view, turn, 0.5)
    return _check_or_call(turn) if strength > price + 0.1 else _check_or_fold(turn)


def loose_aggressive(view: TableView, rng: random.Random) -> Decision:
    """A maniac: in nearly every hand, bets and raises with anything, sometimes everything."""
    turn = _own_turn(view)
    if "discard" in turn.actions:
        return draw(view)
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


def draw(view: TableView) -> Decision:
    """Discard by rules of thumb, within the legal number of cards."""
    turn, variant, cards = _own_turn(view), view.variant, view.cards
    if variant is None or UNKNOWN in cards:
        gone = cards[: turn.discard_min]
    elif turn.discard_min:
        ranking, count = variant.rankings[0], turn.discard_min
        gone = discards_for_good(ranking, variant.from_hole, cards, view.board, count)
    else:
        is_last = view.draws_left == 1
        gone = discards_in_draw(variant.rankings[0], cards, is_last=is_last)[: turn.discard_max]
    return Decision("discard", cards=gone) if gone else Decision("stand_pat")


def _tight_on_the_first_street(view: TableView, turn: Turn, rng: random.Random) -> Decision:
    bets = turn.call / _hand(view).min_bet
    points = _starting_points(view, rng)
    if points >= 10 and (bets < 8 or points >= 16):
        return _raise_to(turn, _street_bet(view) * 3)
    if points >= 8 and bets <= 1 and rng.random() < 0.7:
        return _raise_to(turn, _street_bet(view) * 3)
    if points >= 6 and bets <= points - 5:
        return _check_or_call(turn)
    return _check_or_fold(turn)


# ---- reading the table


def _own_turn(view: TableView) -> Turn:
    if view.turn is None:
        raise ValueError("it is not the player's turn")
    return view.turn


def _hand(view: TableView) -> Hand:
    if view.table.hand is None:
        raise ValueError("no hand is in play")
    return view.table.hand


def _street_bet(view: TableView) -> int:
    return max(_hand(view).bet, _hand(view).min_bet)


def _price(view: TableView, turn: Turn) -> float:
    """The pot odds: the cost of a call as a share of the pot after it."""
    return turn.call / max(1, view.table.total_pot + turn.call)


def _is_holdem(view: TableView) -> bool:
    """Whether this is hold'em on one board, for which there is a faster estimate."""
    variant = view.variant
    return (
        variant is not None
        and variant.has_board
        and variant.rankings == (Ranking.HIGH,)
        and len(view.boards) == 1
        and len(view.cards) == 2
        and UNKNOWN not in view.cards
    )


def _starting_points(view: TableView, rng: random.Random) -> float:
    """The value of the first cards, on Bill Chen's scale of hold'em hands.

    On that scale 6 is worth a call.  In other games, a hand slightly better than average gets 6.
    """
    if _is_holdem(view):
        return starting_points(view.cards)
    return 6 + 40 * (_share(view, rng) - 0.55)


def _strength(view: TableView, rng: random.Random) -> float:
    """A rough probability that the hand is the best, against all rivals."""
    # Not all rivals stay to the end, so that more than three are counted as three.
    against = min(3, max(1, view.opponents))
    if not _is_holdem(view):
        return _share(view, rng) ** against
    if len(view.board) < 3:
        return min(1.0, max(0.0, 0.3 + starting_points(view.cards) / 20))
    return share_beaten(view.cards, view.board, rng) ** against


def _share(view: TableView, rng: random.Random) -> float:
    """The share of the pot against one opponent; half if it cannot be estimated."""
    spot = spot_of(view)
    return 0.5 if spot is None else pot_share(spot, rng)


# ---- the nearest legal actions


def _check_or_call(turn: Turn) -> Decision:
    return _first_legal(turn, "check", "call", "bring_in")


def _check_or_fold(turn: Turn) -> Decision:
    return _first_legal(turn, "check", "fold", "bring_in")


def _first_legal(turn: Turn, *actions: Action) -> Decision:
    return Decision(next(action for action in actions if action in turn.actions))


def _raise_by(view: TableView, turn: Turn, pots: float) -> Decision:
    """Bet, or raise by, `pots` times the pot after a call."""
    pot = view.table.total_pot + turn.call
    return _raise_to(turn, _rounded(view, _hand(view).bet + int(pot * pots)))


def _rounded(view: TableView, amount: int) -> int:
    """The amount rounded down to whole small blinds, as people bet."""
    return amount - amount % max(1, view.table.config.small_blind)


def _raise_to(turn: Turn, to: int) -> Decision:
    """Bet or raise to the nearest legal amount; check or call if neither is legal."""
    amount = min(turn.max_to, max(turn.min_to, to))
    if turn.sizes:
        amount = min(turn.sizes, key=lambda size: abs(size - amount))
    if "raise" in turn.actions:
        return Decision("raise", amount)
    if "bet" in turn.actions:
        return Decision("bet", amount)
    return _check_or_call(turn)
