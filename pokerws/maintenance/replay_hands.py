"""Replays recorded hands and compares the results: `python server.py replay-hands FILE...`.

It owns comparing and reporting; `hand_files` reads the files, and `pokerws.hand_histories.phh.read`
plays the hands.
"""

import sys
from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import BinaryIO, Literal, TextIO

from pokerws.game.counted import counted
from pokerws.hand_histories.errors import NotSupported, Refused, Unfinished
from pokerws.hand_histories.phh.actions import Amount
from pokerws.hand_histories.phh.read import exact, is_unknown, replay
from pokerws.hand_histories.phh.record import HandRecord, RuleBook
from pokerws.maintenance.hand_files import UNREADABLE, FoundHand, files_of, hands_of

Outcome = Literal["agree", "differ", "not supported", "without result"]
OUTCOMES: tuple[Outcome, ...] = ("agree", "differ", "not supported", "without result")


def replay_hands(
    paths: Sequence[Path],
    out: TextIO,
    variant: str | None = None,
    *,
    rules: RuleBook | None = None,
    stdin: BinaryIO | None = None,
) -> int:
    """Play every hand in the files and write to `out` where the results are not the same.

    "-" is standard input; of a directory, all files that may have hands are read.  With `variant`
    other hands are passed by.  Without `rules`, each hand is played by those that it names.
    Returns 0 if no hand differs, all are supported and all files could be read, else 1.
    """
    outcomes: Counter[Outcome] = Counter()
    unreadable = 0
    for path in paths:
        there = False
        for file in files_of(path):
            there = True
            try:
                for found in hands_of(file, stdin or sys.stdin.buffer):
                    outcome, report = _replay(found, variant, rules)
                    if outcome is not None:
                        outcomes[outcome] += 1
                    if report:
                        print(report, file=out)
            except UNREADABLE as error:
                unreadable += 1
                print(f"{_one_line(str(file))}: cannot be read: {error}", file=out)
        if not there:
            unreadable += 1
            print(f"{_one_line(str(path))}: cannot be read: no file in it has hands", file=out)
    told = ", ".join(f"{outcomes[outcome]} {outcome}" for outcome in OUTCOMES)
    print(f"{counted(outcomes.total(), 'hand')}: {told}", file=out)
    return 1 if unreadable or outcomes["differ"] or outcomes["not supported"] else 0


def _replay(
    found: FoundHand, variant: str | None, rules: RuleBook | None
) -> tuple[Outcome | None, str]:
    """The outcome of a hand, and a line if there is something to tell; None for a skipped one."""
    place, record = _one_line(found.place), found.record
    if isinstance(record, Refused):
        return "differ", f"{place}: {_one_line(str(record))}"
    if variant is not None and record.variant != variant:
        return None, ""
    outcome, why = _compare(record, rules)
    name = _one_line(record.src) if record.src else place
    if record.hand is not None:
        name += f" hand {_one_line(str(record.hand))}"
    return outcome, f"{name}: {_one_line(why)}" if why else ""


def _compare(record: HandRecord, rules: RuleBook | None) -> tuple[Outcome, str]:
    """The outcome, and why it is not agreement; with nothing to compare, that needs no reason."""
    if record.incomplete:
        return "without result", f"the hand is incomplete: {record.incomplete}"
    stacks = record.final_stacks or record.finishing_stacks
    theirs = stacks or record.winnings
    try:
        played = replay(record, rules)
        ours = played.stacks if stacks else played.collected
        if not theirs:
            return "without result", ""
        if len(ours) == len(theirs) and all(map(_same, ours, theirs)):
            return "agree", ""
    except NotSupported as refused:
        return "not supported", str(refused)
    except Unfinished as refused:
        if not theirs:
            return "without result", ""
        why = f"refused: {refused}"
    except Refused as refused:
        why = f"refused: {refused}"
    else:
        what = "final stacks" if stacks else "chips won"
        why = f"{what} are {_told(ours)}, not {_told(theirs)}"
    if record.not_replayable and record.rules is None:
        # An older export of ours has no field that tells what differs from table to table.
        return "not supported", f"marked as not replayable: {record.not_replayable}"
    return "differ", why


def _same(our: Fraction, their: Amount) -> bool:
    """Whether two results are the same; any is the same as an unknown one."""
    return is_unknown(their) or exact(their) == our


def _told(amounts: Sequence[Amount | Fraction]) -> str:
    return ", ".join(f"{float(amount):.15g}" for amount in amounts)


def _one_line(text: str) -> str:
    return text if text.isprintable() else repr(text)
