"""How fast the rules alone are: whole hands of ours, of PokerKit and of clubs, taking turns.

`python -m bench.engine` prints microseconds an action, and how many times as fast we are.  All
play six-handed no-limit hold'em, 100 big blinds deep, any legal action with the least amount.  The
same numbers are drawn for the same hand, so that all play the same actions.  What is timed is the
whole hand: shuffle, blinds, deal, what is legal at each turn, every action, showdown, pots.
"""

import argparse
import gc
import json
import os
import random
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean, median
from typing import Protocol

if __name__ == "__main__" and not __package__:
    # Run as a file, so that only its own folder is searched.
    sys.path[0] = str(Path(__file__).parent.parent)

from bench.figures import Figure, Part, figure, number, table
from bench.hands import NOW_MS, Draw, OurTable
from bench.others import LEAN, Clubs, HandFailed, LeanPokerKit, PokerKit
from bench.played import VAULT
from bench.progress import rounds as rounds_of
from pokerws.game import commands
from pokerws.game.cards import DECK
from pokerws.game.deal import shuffler
from pokerws.game.table import play
from pokerws.game.variants import VARIANTS
from pokerws.storage.store import TableSnapshot
from pokerws.storage.vault.vault import HandSeal

ROUNDS, HANDS = 9, 300
# Rounds before those that count, for caches.
WARM_UP = 1
WANTED_US = 10
TIMES_POKERKIT, TIMES_CLUBS, SLOWEST_VARIANT = 6.5, 1, 3
HOLDEM = "NT"
SHUFFLES = 1_000


class Engine(Protocol):
    """What plays hands.  Only `play` is timed; it returns the number of actions."""

    name: str

    def prepare(self) -> None:
        """Have the stacks even again."""

    def play(self, draw: Draw) -> int:
        """Play one hand, choosing by `draw`.  Raises HandFailed where the engine breaks."""


@dataclass
class Tally:
    """The rounds of one engine: microseconds an action each, and what was played in all."""

    rounds_us: list[float] = field(default_factory=list)
    hands: int = 0
    actions: int = 0
    failed: list[str] = field(default_factory=list)

    @property
    def us(self) -> float:
        """The median of the rounds."""
        return median(self.rounds_us)


def measure(rounds: int = ROUNDS, hands: int = HANDS) -> Part:
    """Ours against the other engines."""
    return _part(compare(rounds, hands), costs(hands))


def measure_variants(
    codes: Sequence[str] = (), rounds: int = ROUNDS, hands: int = HANDS // 3
) -> Part:
    """Every variant of ours, or those with the `codes`, against hold'em."""
    codes = codes or [code for code in VARIANTS if code != HOLDEM]
    tables = {code: OurTable(code) for code in codes}
    tallies = take_turns({HOLDEM: OurTable(HOLDEM), **tables}, rounds, hands, "variants")
    holdem = tallies[HOLDEM].rounds_us
    return Part(
        "variants",
        [
            figure(
                f"{VARIANTS[code].name} ({code})",
                "us",
                list(zip(tallies[code].rounds_us, holdem, strict=True)),
                against="no-limit hold'em",
                bound="at most",
                target=SLOWEST_VARIANT,
            )
            for code in codes
        ],
        [
            "Microseconds an action, at six seats or as many as a game has; a draw is an action.",
            f"Actions a hand: {_actions_a_hand(tallies)}.",
        ],
    )


def compare(rounds: int, hands: int) -> dict[str, Tally]:
    """Ours and the others, by name."""
    engines: list[Engine] = [
        OurTable(),
        LeanPokerKit(show_all=False),
        LeanPokerKit(show_all=True),
        PokerKit(),
        Clubs(),
    ]
    return take_turns({engine.name: engine for engine in engines}, rounds, hands, "engine")


def take_turns(
    engines: Mapping[str, Engine], rounds: int, hands: int, what: str
) -> dict[str, Tally]:
    """Rounds of all engines in turn, each round of the same hands for all."""
    tallies: dict[str, Tally] = {}
    for turn in rounds_of(what, WARM_UP + rounds):
        if turn <= WARM_UP:
            tallies = {name: Tally() for name in engines}
        for name, engine in engines.items():
            play_round(engine, range(turn * hands, (turn + 1) * hands), tallies[name])
    return tallies


def play_round(engine: Engine, hands: Sequence[int], tally: Tally) -> None:
    """Play the hands with these numbers and note how long they took.

    A hand in which the engine breaks is left out, with its time.  The collector is on for all, and
    what was there before the round is no work for it.
    """
    gc.collect()
    gc.freeze()
    took_ns = actions = 0
    for hand in hands:
        draw = random.Random(hand).random
        engine.prepare()
        started_ns = time.perf_counter_ns()
        try:
            played = engine.play(draw)
        except HandFailed as error:
            tally.failed.append(str(error))
            continue
        took_ns += time.perf_counter_ns() - started_ns
        actions += played
        tally.hands += 1
    gc.unfreeze()
    if not actions:
        raise SystemExit(f"{engine.name} played no hand to its end: {tally.failed[-1]}")
    tally.actions += actions
    tally.rounds_us.append(took_ns / actions / 1_000)


@dataclass
class Costs:
    """What the shuffle is of an action, and what storing would add.  Bytes are a snapshot's."""

    shuffle_us: float
    plain_shuffle_us: float
    snapshot_us: float
    snapshot_bytes: float


def costs(hands: int) -> Costs:
    """Measure both."""
    snapshot_us, snapshot_bytes = _snapshots(hands)
    shuffle, cards = shuffler(os.urandom), list(DECK)
    return Costs(
        _timed_us(lambda: shuffle(DECK)),
        _timed_us(lambda: random.shuffle(cards)),
        snapshot_us,
        snapshot_bytes,
    )


def _timed_us(work: Callable[[], object]) -> float:
    started_s = time.perf_counter()
    for _ in range(SHUFFLES):
        work()
    return (time.perf_counter() - started_s) / SHUFFLES * 1e6


def _snapshots(hands: int) -> tuple[float, float]:
    """Microseconds and bytes of a snapshot, made after each action as it is for the database."""
    ours, seal = OurTable(), HandSeal()
    table, shuffle = ours.table, ours.shuffle
    took_ns, sizes = 0, []
    for hand in range(hands):
        draw = random.Random(hand).random
        ours.prepare()
        play(table, commands.TimeUp(), NOW_MS, shuffle)
        while table.hand is not None:
            play(table, ours.choose(table.hand, draw), NOW_MS, shuffle)
            started_ns = time.perf_counter_ns()
            snapshot, _ = VAULT.seal_snapshot(TableSnapshot(table), seal)
            took_ns += time.perf_counter_ns() - started_ns
            sizes.append(len(snapshot))
    return took_ns / len(sizes) / 1_000, fmean(sizes)


def fastest_pokerkit(tallies: Mapping[str, Tally]) -> str:
    """The mode of PokerKit that took the least time, of those that do all that we do."""
    return min(LEAN, PokerKit.name, key=lambda name: tallies[name].us)


def _part(tallies: Mapping[str, Tally], cost: Costs) -> Part:
    ours, fastest = tallies[OurTable.name], fastest_pokerkit(tallies)
    targets = {fastest: TIMES_POKERKIT, Clubs.name: TIMES_CLUBS}
    wanted = [(us, float(WANTED_US)) for us in ours.rounds_us]
    figures = [
        figure("an action", "us", wanted, against="what is wanted", bound="at most", target=1),
        *(
            _speed(name, ours, tally, targets.get(name))
            for name, tally in tallies.items()
            if tally is not ours
        ),
    ]
    said = ", ".join(f"{name} {number(tally.us)}" for name, tally in tallies.items())
    a_hand = ours.actions / ours.hands
    return Part(
        "engine",
        figures,
        [
            f"Microseconds an action, medians: {said}.",
            _same_work(tallies),
            *_failures(tallies),
            (
                "A hand is timed from its shuffle to its last pot, the choices' random numbers and "
                "our events included; stacks are set again in between, outside of the time."
            ),
            (
                "Lean PokerKit burns no cards, deals both hole cards at once, has only the "
                "automations that a hand needs, and is not asked for the highest raise. With every "
                "hand shown it does less than the others: it does not find out who may muck."
            ),
            (
                f"In ours is the shuffle from the system's randomness, {cost.shuffle_us:.1f} us a "
                f"hand or {cost.shuffle_us / a_hand:.2f} us an action; the others' "
                f"`random.shuffle` takes {cost.plain_shuffle_us:.1f} us a hand."
            ),
            (
                "Not in ours is the snapshot after each action, encoded and sealed as it is "
                f"stored: {cost.snapshot_us:.2f} us more for {cost.snapshot_bytes:,.0f} bytes."
            ),
        ],
    )


def _speed(name: str, ours: Tally, other: Tally, target: float | None) -> Figure:
    """Ours against another's, as actions a second."""
    pairs = zip(ours.rounds_us, other.rounds_us, strict=True)
    rates = [(1e6 / own_us, 1e6 / other_us) for own_us, other_us in pairs]
    if target is None:
        return figure("hold'em", "actions/s", rates, against=name)
    return figure("hold'em", "actions/s", rates, against=name, bound="at least", target=target)


def _same_work(tallies: Mapping[str, Tally]) -> str:
    """Whether all played as many actions in as many hands."""
    played = {(tally.hands, tally.actions) for tally in tallies.values()}
    if len(played) > 1:
        return f"They did not play the same: actions a hand are {_actions_a_hand(tallies)}."
    ((hands, actions),) = played
    return (
        f"All played the same {actions:,} actions of {hands:,} hands, {actions / hands:.2f} each."
    )


def _actions_a_hand(tallies: Mapping[str, Tally]) -> str:
    return ", ".join(f"{name} {tally.actions / tally.hands:.2f}" for name, tally in tallies.items())


def _failures(tallies: Mapping[str, Tally]) -> list[str]:
    """What was left out, and why."""
    return [
        f"{name} broke in {len(tally.failed)} hands of {tally.hands + len(tally.failed)}, which "
        f"are left out ({', '.join(sorted(set(tally.failed)))})."
        for name, tally in tallies.items()
        if tally.failed
    ] or ["No engine broke in any hand."]


def main(arguments: Sequence[str]) -> None:
    """Measure, and print it."""
    parser = argparse.ArgumentParser(prog="python -m bench.engine", description=__doc__)
    parser.add_argument("--hands", type=_count, default=HANDS, help="a round of each engine")
    parser.add_argument("--rounds", type=_count, default=ROUNDS)
    parser.add_argument("--variant", nargs="+", choices=list(VARIANTS), default=[], metavar="CODE")
    parser.add_argument("--json", action="store_true", help="end with one line for programs")
    chosen = parser.parse_args(arguments)
    tallies = compare(chosen.rounds, chosen.hands)
    engine = _part(tallies, costs(chosen.hands))
    variants = measure_variants(chosen.variant, chosen.rounds, max(1, chosen.hands // 3))
    for part in (engine, variants):
        print("\n".join(["", *table(part.figures), "", *part.notes]))
    if chosen.json:
        names = {"pokerws": OurTable.name, "pokerkit": fastest_pokerkit(tallies), "clubs": "clubs"}
        medians_us = {f"{key}_us": round(tallies[name].us, 3) for key, name in names.items()}
        print(json.dumps(medians_us))


def _count(text: str) -> int:
    count = int(text)
    if count < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return count


if __name__ == "__main__":
    main(sys.argv[1:])
