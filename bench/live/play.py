"""How the generator plays: which action answers a turn, and the frame that says so.

All is made beforehand that can be: the chances, and of each frame all but the numbers.
"""

from collections.abc import Callable
from itertools import cycle
from random import Random
from typing import NamedTuple

import msgspec
from msgspec import Struct

from bench.live.frames import text_frame
from bench.live.load import Style


class Turn(Struct, frozen=True, gc=False):
    """What the generator has to know of a turn; see `pokerws.game.state.Turn`."""

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
    """The turn that a message of events ends with, or None where nobody is to act."""
    return _decode(payload).events[-1].turn


class Chances(NamedTuple):
    """Of a hundred turns with a bet to call, how many fold and how many raise; of those without,
    how many bet.  All others call or check.
    """

    fold: int
    raise_: int
    bet: int


CHANCES: dict[Style, Chances] = {
    "usual": Chances(fold=25, raise_=8, bet=15),
    "hand_heavy": Chances(fold=97, raise_=0, bet=0),
    "action_heavy": Chances(fold=0, raise_=20, bet=20),
}
# So many chances are drawn once, and used again and again.
DRAWN = 1 << 16
# No player of the generator sends more, so that a head for each length is made beforehand.
_HEADS = [text_frame(bytes(length))[:-length] for length in range(1, 400)]

Choose = Callable[[Turn], str]


def chooser(style: Style, seed: int) -> Choose:
    """What picks a legal action for each turn."""
    rng = Random(seed)
    chances = CHANCES[style]
    drawn = cycle([rng.randrange(100) for _ in range(DRAWN)]).__next__
    fold, raise_, bet = chances.fold, 100 - chances.raise_, 100 - chances.bet

    def choose(turn: Turn) -> str:
        chance = drawn()
        if turn.call:
            if chance < fold:
                return "fold"
            # Whoever cannot raise, since all the others are all-in, calls.
            return "raise" if chance >= raise_ and turn.min_to else "call"
        return turn.actions[-1] if chance >= bet and turn.min_to else "check"

    return choose


class Phrases:
    """The commands of one table."""

    def __init__(self, table: str) -> None:
        assert "%" not in table, "an id has none"
        # A player has one command a turn, so its number is an id that no other command has.
        act = f'{{"type":"act","id":"%d","table":"{table}","turn":%d,"action":"'
        self._plain = {action: f'{act}{action}"}}'.encode() for action in ("fold", "check", "call")}
        self._wagers = {
            action: f'{act}{action}","amount":%d}}'.encode() for action in ("bet", "raise")
        }

    def frame(self, turn: Turn, action: str) -> bytes:
        """The frame with which the player whose turn it is takes an action."""
        number = turn.number
        plain = self._plain.get(action)
        if plain is not None:
            payload = plain % (number, number)
        else:
            payload = self._wagers[action] % (number, number, turn.min_to)
        return _HEADS[len(payload) - 1] + payload
