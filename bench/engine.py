"""Speed of the rules: whole hands of ours and of PokerKit, without a server or a database.

All play six-handed no-limit hold'em, 100 big blinds deep, any legal action with the minimum amount.
The same random numbers are drawn for the same hand, so both play the same actions. A hand is timed
from its shuffle to its last pot. Other games are compared with our hold'em.
"""

import gc
import random
import time
from collections.abc import Mapping, Sequence
from statistics import median
from typing import Protocol

from bench.figures import Part, figure, number
from bench.hands import Draw, OurTable
from bench.pokerkit_hands import PokerKitTable
from bench.progress import rounds as rounds_of
from pokerws.game.variants import VARIANTS

# An engine round takes half a second, so there can be more of them than of the other parts.
ROUNDS_EACH, HANDS = 3, 300
# Rounds that do not count, to fill caches.
WARM_UP = 1
WANTED_US = 8
TIMES_POKERKIT, SLOWEST_VARIANT = 8, 3
# One game of each kind: more hole cards, no board and a split pot, draws.
OTHER_GAMES = ("PO", "F7S/8", "F2L3D")


class Engine(Protocol):
    """Plays hands. Only `play` is timed."""

    def prepare(self) -> None:
        """Reset the stacks."""

    def play(self, draw: Draw) -> int:
        """Play one hand, choosing by `draw`; return the number of actions."""


class Tally:
    """The rounds of one engine: microseconds per action of each, and all actions."""

    def __init__(self) -> None:
        self.rounds_us: list[float] = []
        self.actions = 0


def measure(rounds: int, hands: int = HANDS) -> Part:
    """Ours against PokerKit, and other games against hold'em."""
    engines: dict[str, Engine] = {
        OurTable.name: OurTable(),
        PokerKitTable.name: PokerKitTable(),
        **{code: OurTable(code) for code in OTHER_GAMES},
    }
    tallies = take_turns(engines, ROUNDS_EACH * rounds, hands)
    ours, theirs = tallies[OurTable.name], tallies[PokerKitTable.name]
    pairs = list(zip(ours.rounds_us, theirs.rounds_us, strict=True))
    return Part(
        "engine",
        [
            figure(
                "an action",
                "us",
                [(us, float(WANTED_US)) for us in ours.rounds_us],
                against="target",
                bound="at most",
                target=1,
            ),
            figure(
                "hold'em",
                "actions/s",
                [(1e6 / own_us, 1e6 / other_us) for own_us, other_us in pairs],
                against=PokerKitTable.name,
                target=TIMES_POKERKIT,
            ),
            *(
                figure(
                    f"{VARIANTS[code].name} ({code}), an action",
                    "us",
                    list(zip(tallies[code].rounds_us, ours.rounds_us, strict=True)),
                    against="our hold'em",
                    bound="at most",
                    target=SLOWEST_VARIANT,
                )
                for code in OTHER_GAMES
            ),
        ],
        [_actions(ours, theirs)],
    )


def take_turns(engines: Mapping[str, Engine], rounds: int, hands: int) -> dict[str, Tally]:
    """Rounds of all engines in turn; in a round all play the same hands."""
    tallies = {name: Tally() for name in engines}
    for turn in rounds_of("engine", WARM_UP + rounds):
        if turn == WARM_UP:
            tallies = {name: Tally() for name in engines}
        for name, engine in engines.items():
            play_round(engine, range(turn * hands, (turn + 1) * hands), tallies[name])
    return tallies


def play_round(engine: Engine, hands: Sequence[int], tally: Tally) -> None:
    """Play the hands with these numbers, and add their time to the tally.

    The garbage collector is on, but does not visit objects from before the round.
    """
    gc.collect()
    gc.freeze()
    took_ns = actions = 0
    for hand in hands:
        draw = random.Random(hand).random
        engine.prepare()
        started_ns = time.perf_counter_ns()
        actions += engine.play(draw)
        took_ns += time.perf_counter_ns() - started_ns
    gc.unfreeze()
    tally.actions += actions
    tally.rounds_us.append(took_ns / actions / 1_000)


def _actions(ours: Tally, theirs: Tally) -> str:
    return (
        f"PokerKit takes {number(median(theirs.rounds_us))} us per action. Played were "
        f"{ours.actions:,} actions by ours and {theirs.actions:,} by PokerKit."
    )
