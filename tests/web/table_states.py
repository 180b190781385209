"""States of tables for the page to draw, made by the server's own rules, and their snapshots."""

from collections.abc import Iterator
from typing import Any

import msgspec

from pokerws.game.commands import Action
from pokerws.game.config.table_config import HouseRules, Mix
from pokerws.game.events import TableEvent
from pokerws.game.redaction import redact_all, redact_table
from pokerws.game.state import PlayerId
from tests.game.script import Game

VIEWER = "alice"
# A name that no plate has room for, and as many chips as a field must hold.
LONG_NAME = "An extraordinary name"
MANY_CHIPS = 9_876_543
ALL_OPTIONS = HouseRules(straddle="mississippi", run_it=3)
CALM: tuple[Action, ...] = ("check", "call", "bring_in", "stand_pat")
State = dict[str, Any]


def state_of(game: Game, *, many_chips: bool = False) -> State:
    """What the viewer sees of a table, with long names."""
    state: State = msgspec.to_builtins(redact_table(game.table, PlayerId(VIEWER)))
    for number, seat in enumerate(state["seats"]):
        if seat:
            seat["name"] = f"{LONG_NAME} {number}"
            if many_chips:
                seat["stack"] = MANY_CHIPS
    turn = (state.get("hand") or {}).get("turn")
    if many_chips and turn and turn["max_to"] > turn["min_to"]:
        turn["max_to"] = MANY_CHIPS
    return state


def full(variant: str, seats: int, *, house: HouseRules | None = None, **rest: Any) -> Game:
    """A table with as many players as seats, in its first hand."""
    game = Game(variant=variant, seats=seats, house=house or HouseRules(), **rest)
    game.seat(*[900_000] * seats)
    game.deal()
    return game


def nobody_folds(game: Game, street: int, *, until_viewer: bool = True) -> Game:
    """Play the least on, up to the viewer's turn on a street, or to the first one of another."""
    while game.to_act is not None:
        if game.hand.street >= street and (game.to_act == VIEWER) is until_viewer:
            return game
        game.acts(next(action for action in CALM if action in game.turn.actions))
    raise AssertionError("the hand goes on")


def all_bet(variant: str, seats: int, amount: int) -> Game:
    """Everyone has a bet of this size in front, and the viewer is to act."""
    game = full(variant, seats)
    raised = False
    while not (game.to_act == VIEWER and raised):
        if not raised and "raise" in game.turn.actions and game.to_act != VIEWER:
            game.acts("raise", min(max(amount, game.turn.min_to), game.turn.max_to))
            raised = True
        else:
            game.acts("call")
    return game


def side_pots(seats: int) -> Game:
    """Players with different stacks are all in, and two play on."""
    game = Game(seats=seats, small_blind=50, big_blind=100)
    game.seat(900_000, 900_000, *[1_000 * (2 + number) for number in range(seats - 2)])
    game.deal()
    raised = False
    while game.hand.street == 0:
        if game.to_act == "bob" and not raised:
            game.acts("raise", 100_000)
            raised = True
        else:
            game.acts(next(action for action in CALM if action in game.turn.actions))
    return nobody_folds(game, 1)


def choice_of_a_game() -> Game:
    """Between hands, the viewer chooses the next game."""
    mix = Mix(games=("NT", "F2L3D", "PO"), rotation="choice")
    game = Game(variant="MIX", seats=2, mix=mix, house=ALL_OPTIONS)
    game.seat(10_000, 10_000)
    return game


def three_boards(seats: int) -> State:
    """A board that is run three times."""
    state = state_of(nobody_folds(full("NT", seats), 3, until_viewer=False))
    state["hand"]["extra_boards"] = [state["hand"]["board"]] * 2
    return state


def states() -> Iterator[tuple[str, State]]:
    """What the page is looked at with, by name."""
    options = {"house": ALL_OPTIONS}
    yield "a raise", state_of(all_bet("NT", 2, 900), many_chips=True)
    yield "a raise with all options", state_of(full("NT", 6, **options), many_chips=True)
    yield "six bets", state_of(all_bet("NT", 6, 123_456))
    yield "nine bets", state_of(all_bet("NT", 9, 123_456))
    yield "ten bets", state_of(all_bet("NT", 10, 123_456))
    waiting = nobody_folds(full("NT", 10, **options), 1, until_viewer=False)
    yield "waiting", state_of(waiting, many_chips=True)
    yield "side pots", state_of(side_pots(10))
    yield "six cards", state_of(nobody_folds(full("PO6", 7), 3))
    yield "five cards", state_of(all_bet("PO5/8", 9, 300))
    yield "pineapple", state_of(nobody_folds(full("NCP", 10), 1))
    yield "short deck", state_of(nobody_folds(full("NS", 9, ante=10), 2))
    yield "stud", state_of(nobody_folds(full("F7S/8", 8), 4))
    yield "razz", state_of(nobody_folds(full("FR", 8), 2))
    yield "eight-handed draw", state_of(all_bet("N5D", 8, 123_456))
    yield "badugi", state_of(nobody_folds(full("FB", 8), 1))
    yield "triple draw", state_of(nobody_folds(full("F2L3D", 7), 1))
    yield "two boards", state_of(bomb_pot(10))
    yield "three boards", three_boards(6)
    horse = full("HORSE", 8, mix=Mix(rotation="hands", hands=2), **options)
    yield "a mix", state_of(horse)
    yield "a choice", state_of(choice_of_a_game())


def bomb_pot(seats: int) -> Game:
    """A hand with two boards, on the turn."""
    house = HouseRules(bomb_pot_every=1, bomb_pot_ante=100, bomb_pot_boards=2)
    return nobody_folds(full("NT", seats, house=house), 2)


def showdown(variant: str, seats: int) -> tuple[State, list[TableEvent]]:
    """The state before a hand's last action, and what that action causes."""
    game = full(variant, seats)
    while True:
        before = state_of(game)
        assert game.to_act is not None
        game.acts(next(action for action in CALM if action in game.turn.actions))
        if game.to_act is None:
            return before, redact_all(game.events, PlayerId(VIEWER))
