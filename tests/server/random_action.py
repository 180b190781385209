"""A legal action of any game: folds are rare where checking is free, wagers are of all sizes."""

from random import Random
from typing import cast

from pokerws.game.cards import Card
from pokerws.game.commands import Act, Action
from pokerws.game.state import Table, Turn


def random_action(rng: Random, table: Table, folds: float = 0.2) -> Act:
    """What the player whose turn it is might do; `folds` is the weight of a fold to a bet."""
    hand = table.hand
    assert hand is not None
    turn = hand.turn
    assert turn is not None
    seat, part = table.seats[turn.seat], hand.seats[turn.seat]
    assert seat is not None
    assert part is not None
    weights = {"fold": folds / 6 if "check" in turn.actions else folds, "raise": 0.35, "bet": 0.35}
    weights["stand_pat"] = 0.1
    (action,) = rng.choices(turn.actions, [weights.get(one, 0.5) for one in turn.actions])
    amount = _amount(rng, turn) if action in ("bet", "raise") else None
    cards = _thrown_away(rng, turn, part.cards) if action == "discard" else None
    return Act(seat.player, turn.number, cast("Action", action), amount, cards)


def _amount(rng: Random, turn: Turn) -> int:
    if turn.sizes:
        return rng.choice(turn.sizes)
    largest = min(turn.max_to, turn.min_to + max(1, turn.min_to) * rng.choice((1, 3)))
    return rng.choice((turn.min_to, rng.randint(turn.min_to, largest), turn.max_to))


def _thrown_away(rng: Random, turn: Turn, held: list[Card]) -> list[Card]:
    return rng.sample(held, rng.randint(max(1, turn.discard_min), turn.discard_max))
