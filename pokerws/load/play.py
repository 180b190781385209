"""How the generator plays: the action for each turn, and its frame.

Random numbers are drawn beforehand, and frames are templates that lack only the numbers.
"""

from collections.abc import Callable
from itertools import cycle
from random import Random
from typing import NamedTuple

import msgspec
from msgspec import Struct

from pokerws.load.frames import text_frame
from pokerws.load.load import Style


class Turn(Struct, frozen=True, gc=False):
    """The fields of a turn that the generator uses; see `pokerws.game.state.Turn`."""

    seat: int
    number: int
    actions: list[str]
    call: int
    min_to: int


class _Event(Struct, gc=False):
    turn: Turn | None = None


class _Events(Struct, gc=False):
    events: list[_Event]


_decode = msgspec.json.Decoder(_Events).decode


def next_turn(payload: bytes | bytearray) -> Turn | None:
    """The turn at the end of a message of events, or None if the hand is over."""
    return _decode(payload).events[-1].turn


class Chances(NamedTuple):
    """Percentages: folds and raises of turns that face a bet, bets of the others."""

    fold: int
    raise_: int
    bet: int


CHANCES: dict[Style, Chances] = {
    "usual": Chances(fold=25, raise_=8, bet=15),
    "hand_heavy": Chances(fold=97, raise_=0, bet=0),
}
# So many numbers are drawn, and then repeated.
DRAWN = 1 << 16
# Frame headers by length of the payload; no command of the generator is longer.
_HEADS = [text_frame(bytes(length))[:-length] for length in range(1, 400)]

Choose = Callable[[Turn], str]


def chooser(style: Style, seed: int) -> Choose:
    """A function that picks a legal action for each turn."""
    rng = Random(seed)
    chances = CHANCES[style]
    drawn = cycle([rng.randrange(100) for _ in range(DRAWN)]).__next__
    fold, raise_, bet = chances.fold, 100 - chances.raise_, 100 - chances.bet

    def choose(turn: Turn) -> str:
        chance = drawn()
        if turn.call:
            if chance < fold:
                return "fold"
            # A raise is not legal when all others are all-in.
            return "raise" if chance >= raise_ and turn.min_to else "call"
        return turn.actions[-1] if chance >= bet and turn.min_to else "check"

    return choose


class Phrases:
    """The commands of one table."""

    def __init__(self, table: str) -> None:
        if "%" in table:
            raise ValueError("ids have none")
        # The turn's number serves as the command's id: a player sends one command per turn.
        act = f'{{"type":"act","id":"%d","table":"{table}","turn":%d,"action":"'
        self._plain = {action: f'{act}{action}"}}'.encode() for action in ("fold", "check", "call")}
        self._wagers = {
            action: f'{act}{action}","amount":%d}}'.encode() for action in ("bet", "raise")
        }

    def frame(self, turn: Turn, action: str) -> bytes:
        """The frame with which the player to act takes an action."""
        number = turn.number
        plain = self._plain.get(action)
        if plain is not None:
            payload = plain % (number, number)
        else:
            payload = self._wagers[action] % (number, number, turn.min_to)
        return _HEADS[len(payload) - 1] + payload
